"""What reaches outside the service without being its store."""
