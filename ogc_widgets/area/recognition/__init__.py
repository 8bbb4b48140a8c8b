"""Which inputs are areas, and how their numbers are ordered."""
