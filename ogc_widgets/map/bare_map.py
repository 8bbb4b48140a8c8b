"""ipyleaflet's map with its background, on which the overlay draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipyleaflet
import ipywidgets
import traitlets

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

OPENSTREETMAP = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
_ATTRIBUTION = (
    '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>'
    " contributors"
)


def _layer_of(basemap: Any) -> Any:  # noqa: ANN401 # ipyleaflet is untyped
    """The layer that a ``basemap`` means; None for no tiles.

    Raises:
        InputError: It is none.
    """
    if basemap == "osm":
        return ipyleaflet.TileLayer(
            url=OPENSTREETMAP,
            attribution=_ATTRIBUTION,
            name="OpenStreetMap",
            max_zoom=19,
            base=True,
        )
    if basemap is None or isinstance(basemap, ipyleaflet.Layer):
        return basemap
    raise InputError('basemap is "osm", None or a layer of ipyleaflet.')


class BareMap(ipyleaflet.Map):
    """ipyleaflet's map without its tools; it knows whether somebody listens to it.

    Args:
        basemap: ``"osm"``, None for no tiles, or a layer of ipyleaflet.
        center: Latitude and longitude to start with.
        zoom: Zoom level to start with.

    Raises:
        InputError: ``basemap`` is none of these.
    """

    is_asked = traitlets.Bool(False)  # noqa: FBT003
    """Whether somebody asked for what the mouse does."""

    def __init__(
        self,
        basemap: Any,  # noqa: ANN401 # ipyleaflet is untyped
        *,
        center: tuple[float, float],
        zoom: float,
    ) -> None:
        layer = _layer_of(basemap)
        super().__init__(
            layers=() if layer is None else (layer,),
            center=center,
            zoom=zoom,
            zoom_control=False,
            attribution_control=False,
            layout=ipywidgets.Layout(width="100%", height="100%"),
        )
        if layer is not None:
            self.add(ipyleaflet.AttributionControl(position="bottomright", prefix=""))

    def on_interaction(
        self,
        callback: Callable[..., None],
        remove: bool = False,  # noqa: FBT001, FBT002 # as ipyleaflet has it
    ) -> None:
        """Add or remove a function that is called when the mouse does something."""
        super().on_interaction(callback, remove=remove)
        self.is_asked = bool(self._interaction_callbacks.callbacks)
