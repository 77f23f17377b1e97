"""What reporting reaches outside of its store."""
