"""What of a batch is sent when, and what comes of it."""
