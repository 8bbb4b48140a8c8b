"""Documents of a server: what it is, its processes, its jobs and their results."""
