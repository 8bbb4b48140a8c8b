"""Features of results with their shapes: as pairs of both, and for geopandas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.files import (
    LoadedFeatures,
    features_in_degrees,
    read_features,
)
from ogc_widgets.area.footprint import shapes_of
from ogc_widgets.area.layers import MAX_FEATURES, Layer
from ogc_widgets.client.results.tables.reading import is_parquet, read_parquet
from ogc_widgets.client.results.tables.table import table_of_records
from ogc_widgets.errors import InputError, ProtocolError, need_extra
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.result_values import is_spatial
from ogc_widgets.protocol.media_types import is_json, sniff
from ogc_widgets.protocol.wire import dump_json, parse_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.tables.table import PlainTable

_FRAMES: Final = ("A geopandas data frame", "data", "geopandas")
_TIMES: Final = frozenset(
    {"datetime", "start_datetime", "end_datetime", "created", "updated"}
)


def geodataframe(content: Content, layer: str | None) -> gpd.GeoDataFrame:
    """Features of an output; see :meth:`Results.to_geodataframe`."""
    need_extra(*_FRAMES)  # before anything is read
    data = content.read() if content.file else b""
    # An archive may be one of shapefiles, whatever is said of it.
    is_archive = sniff(data[:8]) == "application/zip"
    is_table = content.kind == "table" and is_parquet(content, data)
    if not (is_archive or is_table):
        content.need_kind("made of features", "features", "json")
    return geodataframe_of(features_of(content, data, layer))


def features_of(
    content: Content, data: bytes, layer: str | None = None
) -> list[Mapping[str, Any]]:
    """Features of an output in any format, of one layer where a file has several.

    A shape may stand for a geometry.

    Raises:
        InputError: It has none, or what reads its format is not installed.
        ProtocolError: It is broken.
    """
    if is_geojson(content):
        value = content.value
        if content.url or isinstance(value, bytes | str):
            value = parse_json(data, content_type=content.media_type)
        return features_in(value)
    return [*read_layer(content, data, layer).features]


def features_in(value: object) -> list[Mapping[str, Any]]:
    """The features that GeoJSON is; a bare geometry is one without properties.

    Raises:
        ProtocolError: It is none.
    """
    kind = value.get("type") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not is_spatial(value):
        raise ProtocolError("The file is no GeoJSON.")
    if kind == "FeatureCollection":
        return [*reading.objects(value.get("features"))]
    return [value] if kind == "Feature" else [{"type": "Feature", "geometry": value}]


def properties_of(features: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What features say of themselves: their ids, where they have any, and the rest."""
    has_ids = any("id" in feature for feature in features)
    return [
        {
            **({"id": feature.get("id")} if has_ids else {}),
            **reading.mapping(feature.get("properties")),
        }
        for feature in features
    ]


def table_of_features(features: Sequence[Mapping[str, Any]]) -> PlainTable:
    """Make a table of the properties of features; of their geometries without any."""
    records = properties_of(features)
    if not any(records):
        kinds = [reading.mapping(one.get("geometry")).get("type") for one in features]
        records = [{"geometry": kind} for kind in kinds]
    return table_of_records(records, "GeoJSON")


def read_layer(
    content: Content, data: bytes, layer: str | None = None
) -> LoadedFeatures:
    """Features of a file that is no GeoJSON; see :func:`features_of`."""
    content.refuse_page(data)
    if is_parquet(content, data):
        return features_in_degrees(_parquet_layer(data))
    need_extra("Reading this format of features", "files", "pyogrio")
    return read_features(data, name=content.name, layer=layer)


def _parquet_layer(data: bytes) -> Layer:
    """The features of GeoParquet.

    Raises:
        InputError: It is a table without geometry.
    """
    import shapely

    table = read_parquet(data)
    said = (table.schema.metadata or {}).get(b"geo")
    about = reading.mapping(parse_json(said)) if said else {}
    name = reading.text(about.get("primary_column")) or "geometry"
    column = reading.mapping(reading.mapping(about.get("columns")).get(name))
    if name not in table.column_names or column.get("encoding") != "WKB":
        raise InputError(
            "The table has no geometry that is read here.",
            advice="Read it as a table: results.table(...)",
        )
    table = table.slice(0, MAX_FEATURES)
    shapes = shapely.from_wkb(table.column(name).to_pylist(), on_invalid="fix")
    crs: Any = column.get("crs", "OGC:CRS84")
    return Layer(
        geometries=[*shapely.force_2d(shapes)],
        crs=dump_json(crs) if isinstance(crs, Mapping) else crs,
        columns={
            str(key): table.column(key).to_pylist()
            for key in table.column_names
            if key not in reading.mapping(about.get("columns"))
        },
    )


def is_geojson(content: Content) -> bool:
    """Whether an output is GeoJSON, and not another format of features."""
    is_named_so = content.name.lower().endswith((".geojson", ".json"))
    return is_json(content.media_type) or is_named_so


def geodataframe_of(features: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Features, or STAC items, with their properties as columns.

    Their ids are the index. What was done to geometries that needed help stands in
    ``attrs["helped"]``, by id.

    Raises:
        MissingExtraError: geopandas is not installed.
    """
    need_extra(*_FRAMES)
    # Imported here: it takes half a second, and only this needs it.
    import geopandas as gpd
    import pandas as pd

    shapes, helped = shapes_of(features)
    ids = [feature.get("id") for feature in features]
    rows = [reading.mapping(feature.get("properties")) for feature in features]
    names = dict.fromkeys(name for row in rows for name in row)
    columns: dict[str, Any] = {}
    for name in names:
        values: Any = [row.get(name) for row in rows]
        if name in _TIMES:
            values = pd.to_datetime(
                pd.Series(values, dtype=object), utc=True, errors="coerce",
                format="ISO8601",
            ).array  # fmt: skip
        columns[str(name)] = values
    geometry = columns.pop("geometry", None)  # which stands for the shapes
    if geometry is not None:
        columns["geometry_property"] = geometry
    index = pd.Index(ids, name="id") if any(one is not None for one in ids) else None
    found = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326", index=index)
    found.attrs["helped"] = {
        str(ids[at] if ids[at] is not None else at): ". ".join(words)
        for at, words in helped.items()
    }
    return found
