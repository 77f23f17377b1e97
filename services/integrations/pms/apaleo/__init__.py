"""apaleo: notifications without content or signature, a whole reservation in one answer, charges with a key."""
