"""Rasters and datasets of the results as arrays of xarray, read when they are used."""
