"""What was submitted from this machine, as a table."""
