"""What auth's use cases need from outside."""
