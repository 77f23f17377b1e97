"""What lies outside the database of integrations."""
