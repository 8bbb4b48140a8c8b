"""What is outlined in grey on the map: scenes, found items, earlier results."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.map.shown_map import MAX_SCENES
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.app.screen import Screen
    from ogc_widgets.map import AreaMap

_MOST_SCENES = 50


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


class Scenes(FormLink):
    """Outlines on a map the STAC items in a form; the one looked at is highlighted."""

    watched: ClassVar = ("item_checks", "item_marked")

    def __init__(self, screen: Screen, context: MapContext) -> None:
        super().__init__(screen)
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


class KeptResults:
    """Keeps footprints, in grey, and rasters on the map, each job under its own name.

    The head of the results has the links to press.
    """

    def __init__(self, screen: Screen, context: MapContext) -> None:
        self._panel, self._context = screen.panel, context
        self._stage = stage = screen.stage
        self._rasters: dict[str, list[str]] = {}
        stage.head.handle(keep=self.keep, forget=self.forget)
        stage.results_map.map.observe(self._follow, "kinds_drawn")

    def keep(self) -> None:
        """Keep the footprints and rasters that are on the map now."""
        head, name = self._stage.head, self._name()
        if any(one["id"] == name for one in head.kept):
            return
        made = self._stage.results_map.footprints
        label = f"{name}, kept"
        if len(made.ids) > MAX_SCENES:
            label = f"{label} ({MAX_SCENES} of {len(made.ids):,})"
        with publishing(head):
            head.kept = [*head.kept, {"id": name, "label": label}]
            self._follow()
        self._context.show(name, made.features[:MAX_SCENES], label=label)
        results_map = self._stage.results_map
        shown = [one for one in results_map.previews.shown if one.layer]
        self._rasters[name] = [one.layer for one in shown]
        for one in shown:
            say = f"{name}, {one.drawn.label}" if one.drawn else name
            results_map.map.rasters.keep(one.layer, say)

    def forget(self, id: str) -> None:  # noqa: A002 # the name in the message
        """Take what was kept off the map."""
        head = self._stage.head
        gone = [one for one in head.kept if one["id"] == id]
        with publishing(head):
            head.kept = [one for one in head.kept if one["id"] != id]
            self._follow()
        for layer in self._rasters.pop(id, ()):
            self._stage.results_map.map.rasters.remove(layer)
        for one in gone:
            self._context.show(id, [], label=one["label"])

    def close(self) -> None:
        """Let go of the map."""
        self._stage.results_map.map.unobserve(self._follow, "kinds_drawn")

    def _name(self) -> str:
        job: dict[str, Any] | None = self._panel.state.get("job")
        return clean(f"job {job['short']}", limit=60) if job else "earlier results"

    def _follow(self, _change: object = None) -> None:
        """Offer to keep what is there and was not kept yet."""
        head, name = self._stage.head, self._name()
        drawn = "footprints" in self._stage.results_map.map.kinds_drawn
        head.can_keep = drawn and all(one["id"] != name for one in head.kept)
