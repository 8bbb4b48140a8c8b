"""What was submitted from this machine, and what became of it."""
