"""Items beside the map: rows, filter and colours."""
