"""Files among the results: where they are, and their bytes in parts."""
