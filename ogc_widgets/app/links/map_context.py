"""What is outlined in grey on the map, from several sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.map import AreaMap


class MapContext:
    """Outlines that are not results: other areas, input scenes, items that were found.

    Args:
        area_map: The map to draw on.
    """

    def __init__(self, area_map: AreaMap) -> None:
        self._map = area_map
        self._parts: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._marked: dict[str, list[str]] = {}

    def show(
        self,
        source: str,
        features: Sequence[dict[str, Any]],
        *,
        label: str = "input scene",
    ) -> None:
        """Outline features instead of the earlier ones of the same source.

        Args:
            source: Who draws them.
            features: GeoJSON features or STAC items; brought into view while there is
                no area yet.
            label: What they are, for the legend.
        """
        with publishing():
            if self._parts.get((source, label), []) == list(features):
                return
            self._parts[source, label] = list(features)
            everything = [
                one
                for (_, kind), part in self._parts.items()
                for one in part
                if kind == label
            ]
            is_free = bool(features) and self._map.geometry is None
            self._map.show_context(everything, label=label, fit=is_free)

    def mark(self, source: str, ids: Sequence[str]) -> None:
        """Highlight some of the outlines of a source, and no others of it.

        Args:
            source: Who draws them.
            ids: Ids of features that it shows.
        """
        with publishing():
            self._marked[source] = list(ids)
            self._map.mark_context(
                [name for part in self._marked.values() for name in part]
            )
