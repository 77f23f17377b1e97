"""What each command does to a record, one small function per command."""
