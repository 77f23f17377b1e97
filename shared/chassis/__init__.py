"""How a service stands up: input and output, and no hotel word."""
