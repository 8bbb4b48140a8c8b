"""Many jobs of one process as one thing to look at: one bar, a row for each job."""
