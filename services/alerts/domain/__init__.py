"""What rings, when, for whom and until when: pure decisions of the alerts service."""
