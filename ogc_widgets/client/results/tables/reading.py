"""Outputs that are tables, read so that any part of them can be shown and sorted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.results.tables.arrow_table import (
    ArrowTable,
    read_large,
    read_parquet,
)
from ogc_widgets.client.results.tables.cells import is_missing, sort_key
from ogc_widgets.client.results.tables.delimited import read_delimited
from ogc_widgets.client.results.tables.plain_table import PlainTable, table_of_records
from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.result_values import is_spatial
from ogc_widgets.protocol.media_types import bare, is_json, sniff
from ogc_widgets.protocol.wire import parse_json

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.tables.plain_table import Table

_WORDS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def is_parquet(content: Content, data: bytes) -> bool:
    """Whether the bytes of an output are Parquet, or are said to be."""
    name = content.file.name.lower() if content.file else ""
    said = "parquet" in bare(content.media_type) or name.endswith("parquet")
    return said or "parquet" in sniff(data)


def table_of(content: Content, data: bytes) -> Table:
    """Read an output as a table.

    Args:
        content: The output.
        data: Its bytes.

    Raises:
        MissingExtraError: It is Parquet, and pyarrow is not installed.
        InputError: It is too large to be unpacked.
        ProtocolError: It is no table.
    """
    content.refuse_page(data)
    if is_parquet(content, data):
        table = read_parquet(data)
        return ArrowTable(table, [*map(str, table.column_names)], "Parquet")
    if is_json(content.media_type) or not isinstance(content.value, str | bytes | dict):
        value = parse_json(data) if content.url else content.value
        return table_of_records(records_in(value))
    found = read_delimited(data, content.media_type)
    about = f"separated by {_WORDS[found.separator]}"
    if found.separator != ",":
        about += f", decimal {'comma' if found.decimal == ',' else 'point'}"
    if not found.has_header:
        about += ", no header"
    return read_large(found, about) or PlainTable(
        found.names, list(found.rows()), about, found.decimal
    )


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


def records_in(value: object) -> list[Mapping[str, Any]]:
    """The records that a JSON value is.

    Raises:
        ProtocolError: It is no list of objects.
    """
    if isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
        return value
    raise ProtocolError("The table is no list of records.")


def table_of_features(features: Sequence[Mapping[str, Any]]) -> PlainTable:
    """Make a table of the properties of features; of their geometries without any."""
    records = properties_of(features)
    if not any(records):
        kinds = [reading.mapping(one.get("geometry")).get("type") for one in features]
        records = [{"geometry": kind} for kind in kinds]
    table = table_of_records(records)
    table.about = "GeoJSON"
    return table


def sorted_rows(table: Table, at: int, *, descending: bool) -> Sequence[int]:
    """Numbers of the rows in the order of a column; those without a value are last."""
    if isinstance(table, ArrowTable):
        order = table.order(at, descending=descending)
        if order is not None:
            return order
    values = table.column(at)
    present = [number for number, one in enumerate(values) if not is_missing(one)]
    missing = [number for number, one in enumerate(values) if is_missing(one)]
    present.sort(key=lambda number: sort_key(values[number]), reverse=descending)
    return present + missing
