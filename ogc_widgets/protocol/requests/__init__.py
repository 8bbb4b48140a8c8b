"""What is sent to a server, as values, as code, and read back."""
