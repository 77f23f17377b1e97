"""Auth's MongoDB: the directory, sessions, policy and the audit log."""
