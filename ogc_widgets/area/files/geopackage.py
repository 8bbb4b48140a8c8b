"""GeoPackage: an SQLite database, read with what Python itself has.

The file comes from strangers: its views may compute for ever, so the database gets a
time limit, and nothing in its schema is trusted.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.files.layers import MAX_FEATURES, Layer, system_of_code
from ogc_widgets.area.files.wkb import BrokenError, read_geopackage_geometry
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE = b"SQLite format 3\x00"
_SECONDS = 20.0
_LAYERS = """
SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id,
       s.definition, g.srs_id
FROM gpkg_contents AS c
JOIN gpkg_geometry_columns AS g ON g.table_name = c.table_name
LEFT JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id
WHERE c.data_type = 'features' ORDER BY c.rowid
"""


def read_geopackage(content: bytes, layer: str | None = None) -> list[Layer]:
    """Read the layers of a GeoPackage.

    Args:
        content: The file.
        layer: Read this layer only.

    Raises:
        InputError: It is no GeoPackage, or has no such layer.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        end = time.monotonic() + _SECONDS
        try:
            database.deserialize(content)
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA query_only = ON")
            database.set_progress_handler(lambda: time.monotonic() > end, 10_000)
            return list(_layers(database, layer))
        except sqlite3.Error as error:
            if "interrupted" in str(error):
                raise InputError(
                    f"The GeoPackage was not read within {_SECONDS:.0f} s.",
                    advice="Keep only the layer with the area, and try again.",
                ) from None
            raise InputError(
                "The GeoPackage is broken, or is another kind of database.",
                advice="Save it again from the program that made it.",
            ) from None


def _layers(database: sqlite3.Connection, wanted: str | None) -> Iterator[Layer]:
    rows = database.execute(_LAYERS).fetchall()
    names = [str(row[0]) for row in rows]
    if not rows:
        raise InputError("There is no layer with geometries in this GeoPackage.")
    if wanted is not None and wanted not in names:
        raise InputError(
            f"There is no layer {wanted!r} in this GeoPackage.",
            advice=f"Its layers are: {', '.join(names[:20])}.",
        )
    for row in rows:
        if wanted in (None, str(row[0])):
            yield _layer(database, row)


def _layer(database: sqlite3.Connection, row: tuple[Any, ...]) -> Layer:
    name, column, organization, code, definition, srs_id = row
    says = isinstance(srs_id, int) and srs_id > 0
    system, crs = None, ""
    if says:
        is_epsg = str(organization).upper() == "EPSG"
        system, crs = system_of_code(
            str(code) if is_epsg else "", str(definition or "")
        )
    geometries: list[dict[str, Any]] = []
    unread = 0
    query = f"SELECT {_quoted(column)} FROM {_quoted(name)} LIMIT ?"  # noqa: S608 # quoted
    for (blob,) in database.execute(query, (MAX_FEATURES + 1,)):
        if blob is None:
            continue
        try:
            geometry = read_geopackage_geometry(bytes(blob))
        except (BrokenError, TypeError):
            unread += 1
        else:
            geometries += [geometry] if geometry else []
    return Layer(str(name), geometries, system, crs, says, unread)


def _quoted(name: object) -> str:
    return '"' + str(name).replace('"', '""') + '"'
