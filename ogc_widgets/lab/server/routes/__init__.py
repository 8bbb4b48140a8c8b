"""The routes of the lab server."""
