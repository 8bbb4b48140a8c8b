"""Who may use the lab server."""
