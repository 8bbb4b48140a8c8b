"""The area of interest and the results, on a map.

The widgets are loaded when they are first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

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


__getattr__ = loader(__name__, _HOME_OF)
