"""Features that are no STAC items: a table of them, their geometries for the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.client.results.features import features_of, is_geojson, read_layer
from ogc_widgets.client.results.tables.reading import table_of_features
from ogc_widgets.protocol.text import clean
from ogc_widgets.viewers.table_viewer import TableViewer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.area.files import LoadedFeatures
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.tables.plain_table import Table


class FeaturesViewer(TableViewer):
    """Shows the properties of features, of GeoJSON, GeoPackage, KML and others.

    Attributes:
        features: The features, when they have been read; whoever has a map draws them.
    """

    def __init__(self, content: Content) -> None:
        self.features: list[Mapping[str, Any]] = []
        self._file = b""
        self._loaded: LoadedFeatures | None = None
        super().__init__(content)
        self.selects = True

    def _word(self) -> str:
        return ""

    def _code(self) -> str:
        loaded = self._loaded
        if loaded is None or self.layer == 0:
            return super()._code()
        name = self.content.id
        return f"results.to_geodataframe({name!r}, layer={loaded.layer!r})"

    def _read_table(self, data: bytes) -> Table:
        if is_geojson(self.content):
            self.features = features_of(self.content, data)
            return table_of_features(self.features)
        names = self._loaded.layers if self._loaded else ()
        layer = names[self.layer] if self.layer < len(names) else None
        self._loaded = read_layer(self.content, data, layer)
        self._file = data if len(self._loaded.layers) > 1 else b""
        self.features = [*self._loaded.features]
        table = table_of_features(self.features)
        table.about = self._loaded.note
        return table

    def _show(self, table: Table) -> None:
        names = self._loaded.layers if self._loaded else ()
        self.layers = (
            [clean(name, limit=60) for name in names] if len(names) > 1 else []
        )
        super()._show(table)
        noun = "feature" if table.count == 1 else "features"
        self.facts = [f"{table.count:,} {noun}", *self.facts[1:]]
        self.code = self._cell()

    @traitlets.observe("layer")
    def _read_other_layer(self, _change: object) -> None:
        if self._file:
            self.total = 0  # so that the others are seen to be new, however many
            self._take(self._file)
