"""What `app` is put together from: stores, use cases, doors, ears and jobs."""
