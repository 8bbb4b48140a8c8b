"""The way to a server: one loop, one transport, limits and deadlines."""
