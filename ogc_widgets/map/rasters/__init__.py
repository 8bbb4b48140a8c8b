"""Rasters of results on the map: what lies there, and how it is drawn."""
