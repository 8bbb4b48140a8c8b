"""Many runs of one process: sent in turn, watched, and kept in a file."""
