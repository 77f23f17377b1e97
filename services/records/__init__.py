"""Records: every guest moment with its owner, checked value, status, deadline and history."""
