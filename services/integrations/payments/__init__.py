"""Payment providers, one file each, listed in `registry`."""
