"""What is outlined in grey on the map, from several sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.map import AreaMap


class MapContext:
    """Outlines that are not results: the other areas of a form, and input scenes.

    Args:
        area_map: The map to draw on.
    """

    def __init__(self, area_map: AreaMap) -> None:
        self._map = area_map
        self._parts: dict[str, list[dict[str, Any]]] = {}

    def show(self, source: str, features: Sequence[dict[str, Any]]) -> None:
        """Outline features instead of the earlier ones of the same source.

        Args:
            source: Who draws them.
            features: GeoJSON features or STAC items; brought into view while there is
                no area yet.
        """
        with publishing():
            if self._parts.get(source, []) == list(features):
                return
            self._parts[source] = list(features)
            everything = [one for part in self._parts.values() for one in part]
            self._map.show_context(
                everything, fit=bool(features) and self._map.geometry is None
            )
