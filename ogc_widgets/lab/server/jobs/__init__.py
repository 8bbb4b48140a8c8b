"""Jobs of the lab server: kept, run in turn, and their results."""
