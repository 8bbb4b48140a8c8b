"""Values of Python and of other libraries as JSON has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:  # noqa: ANN401 # of whichever library
    """A value as JSON: tuples become lists, dates text, NumPy numbers numbers.

    Whatever says what it is does: shapes (``__geo_interface__``), STAC items
    (``to_dict``), paths. Other objects stay, for whoever writes JSON to refuse.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if hasattr(value, "__geo_interface__"):
        return plain(frame_in_degrees(value).__geo_interface__)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    for method in ("tolist", "to_dict", "__fspath__"):
        if hasattr(value, method):
            return plain(getattr(value, method)())
    return value


def frame_in_degrees(value: Any) -> Any:  # noqa: ANN401 # of whichever library
    """A frame of geopandas in degrees, as GeoJSON is (RFC 7946, section 4).

    All else stays as it is, and so does a frame that names no reference system.
    """
    if getattr(value, "crs", None) is not None and hasattr(value, "to_crs"):
        return value.to_crs("OGC:CRS84")
    return value
