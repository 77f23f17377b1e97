"""What the console stands on: the other services over HTTP, and the projected policy."""
