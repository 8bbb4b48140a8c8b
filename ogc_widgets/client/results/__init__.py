"""Results of a job: read, fetched, written to files."""
