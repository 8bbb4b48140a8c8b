"""Outlines of the STAC items that a form names, so that one sees where to draw."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets.app.links.form_link import FormLink

if TYPE_CHECKING:
    from ogc_widgets.app.links.map_context import MapContext

_MOST_SCENES = 50


class Scenes(FormLink):
    """Outlines on a map the STAC items in a form; the one looked at is highlighted.

    Args:
        context: Where the outlines are drawn.
    """

    watched: ClassVar = ("item_checks", "item_marked")

    def __init__(self, context: MapContext) -> None:
        self._context = context

    def _follow(self) -> None:
        # Two fields may name the same item, and an item has any id: the map gets ours.
        every = (
            (key, feature)
            for key, features in self.form.stac.features().items()
            for feature in features
        )
        names: dict[str, list[str]] = {}
        shown: list[dict[str, Any]] = []
        for number, (key, feature) in enumerate(islice(every, _MOST_SCENES)):
            name = f"scene {number}"
            names.setdefault(key, []).append(name)
            shown.append({**feature, "id": name})
        self._context.show("scenes", shown)
        self._context.mark("scenes", names.get(self.form.item_marked, []))
