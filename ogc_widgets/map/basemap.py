"""The background of a map: OpenStreetMap, nothing at all, or a layer of the user's."""

from __future__ import annotations

from typing import Any

import ipyleaflet

from ogc_widgets.errors import InputError

OPENSTREETMAP = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
_ATTRIBUTION = (
    '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>'
    " contributors"
)


def layer_of(basemap: Any) -> Any:  # noqa: ANN401 # ipyleaflet is untyped
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
