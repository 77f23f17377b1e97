"""The pages of the console over HTTP."""
