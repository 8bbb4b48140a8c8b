"""Areas from files: text is read here, everything else by GDAL (extra ``files``)."""
