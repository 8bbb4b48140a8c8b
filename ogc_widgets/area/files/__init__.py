"""Areas from files: GeoJSON, GeoPackage, shapefile, KML and KMZ.

GeoJSON, well-known text and GeoPackage need nothing beyond Python; shapefiles are read
with pyshp, KML with defusedxml, and pyproj converts from reference systems other than
WGS 84, UTM and Web Mercator. All three come with the extra ``files``.
"""
