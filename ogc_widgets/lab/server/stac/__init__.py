"""STAC: the items of results, and an API over the example scenes."""
