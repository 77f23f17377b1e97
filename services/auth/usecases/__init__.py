"""What auth does: sign people in, keep the directory, publish policy, keep the audit log."""
