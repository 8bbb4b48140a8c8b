"""GeoJSON that is not STAC: its properties in a table, its geometries for the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.client.results.tables import features_in, table_of_features
from ogc_widgets.protocol.media_types import is_json
from ogc_widgets.protocol.wire import parse_json
from ogc_widgets.viewers.table_viewer import TableViewer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.tables import Table


class FeaturesViewer(TableViewer):
    """Shows the properties of features.

    Attributes:
        features: The features, when they have been read; whoever has a map draws them.
    """

    def __init__(self, content: Content) -> None:
        self.features: list[Mapping[str, Any]] = []
        super().__init__(content)
        self.selects = True

    @staticmethod
    def reads(content: Content) -> bool:
        """Whether an output is GeoJSON, and not another format of features."""
        name = content.file.name.lower() if content.file else ""
        return is_json(content.media_type) or name.endswith((".geojson", ".json"))

    def _word(self) -> str:
        return ""

    def _read_table(self, data: bytes) -> Table:
        value = parse_json(data, content_type=self.content.media_type)
        self.features = features_in(value)
        return table_of_features(self.features)

    def _show(self, table: Table) -> None:
        super()._show(table)
        noun = "feature" if table.count == 1 else "features"
        self.facts = [f"{table.count:,} {noun}", *self.facts[1:]]
