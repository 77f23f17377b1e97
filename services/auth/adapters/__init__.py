"""What auth does outside its database: hashing, keys, tokens, the witness files, the heartbeat."""
