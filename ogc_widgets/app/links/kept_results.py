"""Results of earlier jobs that stay on the map, to be compared with the next ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.map.shown_map import MAX_SCENES
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from ogc_widgets.app.links.map_context import MapContext
    from ogc_widgets.panel import JobPanel
    from ogc_widgets.viewers import ResultsStage


class KeptResults:
    """Keeps footprints, in grey, and rasters on the map, each job under its own name.

    Args:
        stage: The results; their head has the links to press.
        panel: Knows which job they are of.
        context: Where the outlines are drawn.
    """

    def __init__(
        self, stage: ResultsStage, panel: JobPanel, context: MapContext
    ) -> None:
        self._stage, self._panel, self._context = stage, panel, context
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
