"""What people send: each body knows the permission it needs and becomes one command."""
