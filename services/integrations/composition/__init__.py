"""What `app` is put together from where a side of the service has many parts of its own."""
