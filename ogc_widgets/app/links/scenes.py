"""Outlines of the STAC items that a form names, so that one sees where to draw."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ogc_widgets.app.links.map_context import MapContext
    from ogc_widgets.form import ProcessForm

_MOST_SCENES = 50


class Scenes:
    """Outlines on a map the STAC items in a form, and marks the one that is looked at.

    Args:
        context: Where the outlines are drawn.
    """

    def __init__(self, context: MapContext) -> None:
        self._context = context
        self._form: ProcessForm | None = None
        self._names: dict[str, list[str]] = {}

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self.close()
        self._form = form
        form.observe(self._draw, "item_checks")
        form.observe(self._mark, "item_marked")
        self._draw()

    def close(self) -> None:
        """Let go of the form."""
        if self._form is not None:
            self._form.unobserve(self._draw, "item_checks")
            self._form.unobserve(self._mark, "item_marked")
            self._form = None

    def _draw(self, _change: object = None) -> None:
        if self._form is None:
            return
        # Two fields may name the same item, and an item has any id: the map gets ours.
        every = (
            (key, feature)
            for key, features in self._form.stac.features().items()
            for feature in features
        )
        self._names = {}
        shown: list[dict[str, Any]] = []
        for number, (key, feature) in enumerate(islice(every, _MOST_SCENES)):
            name = f"scene {number}"
            self._names.setdefault(key, []).append(name)
            shown.append({**feature, "id": name})
        self._context.show("scenes", shown)
        self._mark()

    def _mark(self, _change: object = None) -> None:
        if self._form is not None:
            names = self._names.get(self._form.item_marked, [])
            self._context.mark("scenes", names)
