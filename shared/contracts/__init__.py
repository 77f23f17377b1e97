"""What the services say to each other: pure values, no input or output."""
