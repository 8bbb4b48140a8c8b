"""The results of all jobs of a batch as one."""
