"""Deployed processes: described, and their inputs checked."""
