"""What a stay, a guest, a posting and a message are and how they change; pure."""
