"""A program that lets GDAL read one vector file, and writes what it found.

What strangers wrote may take too long, or crash a library of a million lines. Here that
does no harm, and the network is out of reach.

Output: one line of JSON, then the geometries of all layers as WKB, one after another.
An empty one has the size 0.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from typing import Any

# Formats that are addresses of something else, or lead to other files.
ELSEWHERE = (
    "OGR_VRT VRT GDALG WFS OAPIF OGCAPI CSW HTTP WCS WMS WMTS Elasticsearch Carto "
    "AmigoCloud PLSCENES NGW EEDA EEDAI ADBC GPSBabel PDF DAAS PLMosaic PostgreSQL "
    "MySQL MSSQLSpatial ODBC OCI MongoDBv3 SAP_HANA Zarr STACTA STACIT TileDB"
)
SETTINGS = {
    "GDAL_SKIP": ELSEWHERE,
    "OGR_SKIP": ELSEWHERE.replace(" ", ","),
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "PROJ_NETWORK": "OFF",
    "SHAPE_RESTORE_SHX": "YES",  # where only the .shp was given
}
_MEMORY_BYTES = 4 * 2**30


def main(path: str, most: int, columns: str, wanted: str | None = None) -> None:
    """Write the layers of a file to standard output.

    Args:
        path: The file, or a folder of shapefiles.
        most: Features that are read of each layer.
        columns: "columns" to read the attributes too, of the wanted layer or the first.
        wanted: Read this layer only.
    """
    _limit_memory()
    from pyogrio import list_layers
    from pyogrio.raw import read

    names = [str(name) for name, kind in list_layers(path) if kind is not None]
    is_whole = columns == "columns"
    if is_whole and wanted is None:
        wanted = names[0] if names else None
    layers, blobs = [], []
    for name in names:
        if wanted in (None, name):
            options: dict[str, Any] = {"force_2d": True, "max_features": most}
            options |= {} if is_whole else {"columns": []}
            meta, _, wkb, values = read(path, layer=name, **options)
            found = [b"" if blob is None else bytes(blob) for blob in wkb]
            sizes = [len(blob) for blob in found]
            kept = dict(zip(map(str, meta["fields"]), map(plain, values), strict=True))
            about = {"name": name, "crs": meta["crs"], "sizes": sizes}
            layers.append({**about, "columns": kept})
            blobs += found
    head = json.dumps({"names": names, "layers": layers}, default=str)
    sys.stdout.buffer.write(head.encode() + b"\n" + b"".join(blobs))


def plain(values: Any) -> list[Any]:  # noqa: ANN401 # an array of numpy
    """A column as JSON has it; times as text, and None for what is missing."""
    if values.dtype.kind == "M":
        values = values.astype(str)
        return [None if one == "NaT" else one for one in values.tolist()]
    if values.dtype.kind == "f":
        return [None if one != one else one for one in values.tolist()]
    found: list[Any] = values.tolist()
    return found


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


if __name__ == "__main__":
    os.environ.update(SETTINGS)
    warnings.simplefilter("ignore")
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
