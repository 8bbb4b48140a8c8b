"""Tables whose columns are inputs: out of frames, files and pasted text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.results.tables.delimited import read_delimited
from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.for_each.cells import can_vary, kind_of
from ogc_widgets.form.for_each.features import (
    features_in,
    features_in_file,
    features_in_text,
    is_features_file,
    read_file,
)
from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.form.fields.fields import Field

GEOMETRY: Final = "geometry"
_LABELS: Final = ("label", "name", "title", "id")
_SHAPES: Final = frozenset({"geometry", "geom", "wkt", "bbox", "shape", "thegeom"})


@dataclass(frozen=True)
class InputTable:
    """Rows and columns, whatever the columns are.

    Attributes:
        columns: Their names.
        rows: The cells of each row; UNSET for what is missing.
    """

    columns: list[str]
    rows: list[list[Any]]


def table_from(given: Any) -> InputTable | None:  # noqa: ANN401 # whatever people have
    """A table out of a list of dicts, a frame, features or a path; None for all else.

    Raises:
        InputError: It cannot be read.
    """
    if isinstance(given, (str, PathLike)):
        name = PurePath(given).name
        return table_in_file(read_file(given), name)
    features = features_in(given)
    if features is not None:
        return _of_features(features)
    if hasattr(given, "to_dicts"):
        given = given.to_dicts()  # polars
    elif hasattr(given, "columns") and hasattr(given, "to_dict"):
        given = given.to_dict("records")  # pandas
    is_list = isinstance(given, (list, tuple)) and given
    if is_list and all(isinstance(row, Mapping) for row in given):
        return _of_rows(given)
    return None


def table_in_file(content: bytes, name: str) -> InputTable:
    """The table of a file: CSV and its relatives, or features with their properties.

    Raises:
        InputError: It cannot be read, or there are no rows.
    """
    if is_features_file(name):
        return _of_features(features_in_file(content, name))
    if b"\x00" in content[:4096]:
        raise InputError(
            "This is no table that is read here.",
            advice="Save it as CSV, GeoPackage or GeoJSON.",
        )
    return table_in_text(content.decode("utf-8-sig", "replace"))


def table_in_text(text: str) -> InputTable:
    """The table in a text: CSV, cells of a spreadsheet, GeoJSON, or a list of objects.

    Raises:
        InputError: There are no rows.
    """
    features = features_in_text(text)
    if features is not None:
        return _of_features(features)
    if text.lstrip()[:1] in ("{", "["):
        try:
            found = table_from(exact.loads(text))
        except exact.NotJsonError as error:
            raise InputError(f"The JSON {error}.") from None
        if found is None:
            raise InputError("A table in JSON is a list of objects.")
        return found
    try:
        read = read_delimited(text.encode(), "text/csv")
        rows = [[cell.strip() or UNSET for cell in row] for row in read.rows()]
    except ProtocolError as error:
        raise InputError(error.what) from None
    rows = [row for row in rows if any(cell is not UNSET for cell in row)]
    if not rows or not read.has_header:
        raise InputError(
            "There are no rows below names of columns.",
            advice="The first line has the names, the others a job each.",
        )
    return InputTable(read.names, rows)


def columns_of_inputs(
    columns: list[str], fields: Mapping[str, Field]
) -> dict[str, str]:
    """Which column holds which input: by its id, by its title, or as its geometry.

    Returns:
        Column to input id, of those that are found.
    """
    free = {key: one for key, one in fields.items() if can_vary(one)}
    found: dict[str, str] = {}

    for ways in (_ids, _titles):
        for column in columns:
            key = ways(free).get(_plain(column)) if column not in found else None
            if key is not None:
                found[column] = key
                del free[key]
    areas = [key for key, one in free.items() if kind_of(one) == "area"]
    shapes = [c for c in columns if c not in found and _plain(c) in _SHAPES]
    if areas and shapes:
        found[shapes[0]] = areas[0]
    return found


def _ids(fields: Mapping[str, Field]) -> dict[str, str]:
    return {_plain(key): key for key in fields}


def _titles(fields: Mapping[str, Field]) -> dict[str, str]:
    return {_plain(one.label): key for key, one in fields.items() if one.label}


def label_column(columns: list[str], taken: Mapping[str, str]) -> str:
    """The column whose cells name the rows, or ""."""
    folded = {c.casefold(): c for c in reversed(columns) if c not in taken}
    return next((folded[name] for name in _LABELS if name in folded), "")


def can_name(column: str) -> bool:
    """Whether a column may name rows, by what it is called."""
    return column.casefold() in _LABELS


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _of_features(features: list[Mapping[str, Any]]) -> InputTable:
    rows: list[dict[str, Any]] = []
    for feature in features:
        properties, shape = feature.get("properties"), feature.get("geometry")
        row = dict(properties) if isinstance(properties, Mapping) else {}
        if "id" in feature:
            row.setdefault("id", feature["id"])
        if isinstance(shape, Mapping) and "crs" in feature:
            shape = {**shape, "crs": feature["crs"]}
        rows.append({GEOMETRY: shape, **row})
    return _of_rows(rows)


def _of_rows(rows: Sequence[Mapping[str, Any]]) -> InputTable:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_present(row.get(name)) for name in names] for row in rows]
    return InputTable([str(name) for name in names], cells)


def _present(cell: Any) -> Any:  # noqa: ANN401 # as above
    """A cell, or UNSET where libraries say in their ways that nothing is there."""
    if cell is None or type(cell).__name__ in ("NaTType", "NAType"):
        return UNSET
    is_nan = isinstance(cell, float) and math.isnan(cell)
    is_empty = isinstance(cell, str) and not cell.strip()
    return UNSET if is_nan or is_empty else cell
