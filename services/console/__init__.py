"""The console: the board behind the desk. It owns nothing but its own session cookies."""
