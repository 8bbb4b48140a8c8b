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
        return plain(value.__geo_interface__)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    for method in ("tolist", "to_dict", "__fspath__"):
        if hasattr(value, method):
            return plain(getattr(value, method)())
    return value
