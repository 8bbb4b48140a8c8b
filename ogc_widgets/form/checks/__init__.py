"""What is wrong with a value, and how it is said."""
