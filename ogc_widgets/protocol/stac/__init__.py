"""STAC documents and item search, without I/O."""
