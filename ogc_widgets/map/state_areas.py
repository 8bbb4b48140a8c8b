"""Areas in the colours of their states, such as those of the jobs of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import traitlets

from ogc_widgets.map.footprints import packed
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ogc_widgets.area.area import Area
    from ogc_widgets.area.boxes import Shape
    from ogc_widgets.map.overlay import MapOverlay

STATE_COLOURS: Final = {
    "waiting": "#868c96",
    "running": "#1565c0",
    "successful": "#2e7d32",
    "failed": "#b3261e",
    "lost": "#b07400",
    "unknown": "#b07400",
    "dismissed": "#868c96",
}
"""The colours of states on a light map, as in overlay.css."""
STATES: Final = tuple(STATE_COLOURS)
"""The page knows them by their numbers: js/map/state_areas.js."""


class StateAreas(traitlets.HasTraits):
    """Draws areas below everything else on a map; one of them can be chosen."""

    chosen = traitlets.Int(-1)
    """Number of the area that is chosen, or -1."""

    def __init__(self, overlay: MapOverlay) -> None:
        super().__init__()
        self._overlay = overlay
        self.shapes: list[Shape] = []
        """Their shapes; longitudes run past 180 where one crosses it."""
        self.extent: list[float] = []
        """West, south, east and north of all; empty if there are none."""
        self.on_click: Callable[[int], object] = lambda _number: None
        """Called with the number of an area that was clicked."""
        traitlets.link((self, "chosen"), (overlay, "state_area"))
        overlay.handle(state_area=lambda number: self.on_click(int(number)))

    def show(
        self, labels: Sequence[str], areas: Sequence[Area], states: Sequence[str]
    ) -> None:
        """Draw areas instead of the earlier ones, and bring them into view.

        Args:
            labels: What stands at each.
            areas: The areas.
            states: One of :data:`STATES` for each.
        """
        import shapely  # now there is something to draw

        shapes = [shapely.geometry.shape(one.outline) for one in areas]
        self.shapes = shapes
        before = self.extent
        with publishing(self._overlay):
            self.chosen = -1
            self.extent = shapely.total_bounds(shapes).tolist() if shapes else []
            self._overlay.state_areas = packed(labels, shapes) if shapes else {}
            self.colour(states)
            if self.extent and self.extent != before:
                self._overlay.fit(self.extent)

    @property
    def states(self) -> list[str]:
        """The state of each area."""
        return [STATES[number] for number in self._overlay.states]

    def colour(self, states: Sequence[str]) -> None:
        """Say in which state each of the areas is now."""
        now = bytes(STATES.index(one) for one in states)
        if self._overlay.states != now:
            with publishing(self._overlay):
                self._overlay.states = now
