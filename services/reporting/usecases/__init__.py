"""What the reporting service does, one file for each occasion."""
