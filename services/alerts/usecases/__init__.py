"""What the alerts service does, one file for each occasion."""
