"""Adapters to property management systems, one file or folder per vendor, listed in `registry`."""
