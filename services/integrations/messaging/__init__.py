"""Channels to guests, one file each, listed in `registry`."""
