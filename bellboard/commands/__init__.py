"""One module for each command; `bellboard.app` registers them, one line each."""
