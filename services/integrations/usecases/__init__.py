"""What the service does, one module for each concern; receives its ports, imports no adapter."""
