"""The table of a server's jobs."""
