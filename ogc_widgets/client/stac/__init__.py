"""STAC documents and APIs, read through a client."""
