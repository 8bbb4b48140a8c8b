"""Outputs that are tables."""
