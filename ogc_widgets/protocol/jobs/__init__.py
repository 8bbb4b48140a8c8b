"""Watching jobs and asking for lists of them, without I/O."""
