"""Shapefiles: the ``.shp`` with its ``.prj``, usually together in a zip archive."""

from __future__ import annotations

import importlib
import io
from typing import Any

from ogc_widgets.area.files.layers import INSTALL, MAX_FEATURES, Layer, system_of_wkt
from ogc_widgets.errors import InputError

SIGNATURE = b"\x00\x00\x27\x0a"
_HEADER_BYTES = 100


def read_shapefile(name: str, shp: bytes, prj: bytes | None = None) -> Layer:
    """Read the geometries of a shapefile; its attributes are not needed.

    Args:
        name: Name of the layer.
        shp: Content of the ``.shp`` file.
        prj: Content of the ``.prj`` file, if there is one.

    Raises:
        InputError: It is no shapefile, or pyshp is not installed.
    """
    try:
        pyshp: Any = importlib.import_module("shapefile")
    except ImportError:
        raise InputError(
            "Shapefiles need a small library that is not installed.",
            advice=f"{INSTALL} – or save the area as GeoJSON or GeoPackage.",
        ) from None
    if not shp.startswith(SIGNATURE) or len(shp) < _HEADER_BYTES:
        raise _broken(name)
    system, crs = None, ""
    if prj is not None:
        system, crs = system_of_wkt(prj[:20_000].decode("utf-8", "replace"))
    geometries: list[dict[str, Any]] = []
    unread = 0
    try:
        with pyshp.Reader(shp=io.BytesIO(shp)) as reader:
            for shape in reader.iterShapes():
                if len(geometries) > MAX_FEATURES:
                    break
                try:
                    made = shape.__geo_interface__
                except Exception:  # noqa: BLE001 # pyshp raises plain Exception
                    unread += 1
                    continue
                if made and made.get("coordinates"):
                    geometries.append(made)
    except Exception:  # noqa: BLE001 # as above, and whatever broken bytes lead to
        if not geometries:
            raise _broken(name) from None
        unread += 1
    return Layer(name, geometries, system, crs, prj is not None, unread)


def _broken(name: str) -> InputError:
    return InputError(
        f"The shapefile {name} is broken or not complete.",
        advice="Zip the .shp, .shx, .dbf and .prj files together and try again.",
    )
