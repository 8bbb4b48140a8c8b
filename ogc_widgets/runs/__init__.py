"""A run as a file that a stranger can open, repeat and compare."""
