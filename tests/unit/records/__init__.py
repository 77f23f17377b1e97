"""The pure core of records."""
