"""The pure rules of auth: staff, policy, sessions, and the audit tree."""
