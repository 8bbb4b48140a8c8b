"""The area of interest and the results, on a map.

The widgets are loaded when they are first used (PEP 562): ``map.encoding`` is pure and
imports no widget library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogc_widgets.map.area_map import AreaMap
    from ogc_widgets.map.items_table import ItemsTable
    from ogc_widgets.map.results_map import ResultsMap

_HOME_OF = {
    "AreaMap": "ogc_widgets.map.area_map",
    "ItemsTable": "ogc_widgets.map.items_table",
    "ResultsMap": "ogc_widgets.map.results_map",
}

__all__ = ["AreaMap", "ItemsTable", "ResultsMap"]


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
