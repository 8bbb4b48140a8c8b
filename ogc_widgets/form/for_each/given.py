"""What people have: features and tables, out of files, texts, frames and lists."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ogc_widgets.area.files import content_of, read_features
from ogc_widgets.area.reading import crs_member
from ogc_widgets.client.results.tables.delimited import read_delimited
from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.for_each.cells import LONGEST_LABEL, can_vary, kind_of
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.plain import frame_in_degrees
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.form.fields.fields import Field

_NAMES: Final = ("name", "label", "title", "id")
_SUFFIXES: Final = (
    *(".geojson", ".json", ".geojsonl", ".gpkg", ".zip", ".shp", ".kml", ".kmz"),
    *(".gml", ".gpx", ".fgb", ".parquet"),
)


class Names(NamedTuple):
    """What features are called.

    Attributes:
        labels: The name of each.
        by: The property that they are from, "" where they are counted.
        choices: Properties that could be taken.
    """

    labels: list[str]
    by: str
    choices: list[str]


def features_in(given: Any) -> list[Mapping[str, Any]] | None:  # noqa: ANN401 # whatever people have
    """Features of a collection, a frame or a list of features; None for all else."""
    if not isinstance(given, (Mapping, list, tuple)):
        given = getattr(frame_in_degrees(given), "__geo_interface__", given)
    if isinstance(given, Mapping):
        members = given.get("features")
        if given.get("type") != "FeatureCollection" or members is None:
            return None
        crs = {"crs": given["crs"]} if crs_member(given) else {}
        return [{**one, **crs} for one in members if isinstance(one, Mapping)]
    if isinstance(given, (list, tuple)) and given and all(map(_is_feature, given)):
        return list(given)
    return None


def features_in_text(text: str) -> list[Mapping[str, Any]] | None:
    """Features of GeoJSON as it was pasted; None for another text."""
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return None
    try:
        value = exact.loads(text.strip("\ufeff \t\r\n"))
    except exact.NotJsonError:
        return _in_lines(text)
    return features_in([value] if _is_feature(value) else value)


def features_in_file(content: bytes, name: str) -> list[Mapping[str, Any]]:
    """Features of a file of any format, with shapes for geometries.

    Raises:
        InputError: It cannot be read, or there are none.
    """
    found = None
    if b"\x00" not in content[:4096]:
        found = features_in_text(content.decode("utf-8-sig", "replace"))
    if found is None:
        found = [*read_features(content, name=name).features]
    if not found:
        raise InputError(f"There are no features in {clean(name) or 'the file'}.")
    return found


def is_features_file(given: object) -> bool:
    """Whether something is the path of a file that features are read of."""
    return isinstance(given, (str, PathLike)) and (
        Path(given).suffix.lower() in _SUFFIXES and "\n" not in str(given)
    )


def names_of(features: Iterable[Mapping[str, Any]], by: str = "") -> Names:
    """Find what features are called; equal names are told apart by a number.

    Args:
        features: The features.
        by: The property, or "id"; the best one if left out.

    Raises:
        InputError: They have no such property.
    """
    rows = [_named(one) for one in features]
    choices = list(dict.fromkeys(name for row in rows for name in row))
    if by and by not in choices:
        raise InputError(
            f"The features have no property {by!r}.",
            advice=f"They have: {', '.join(choices[:20]) or 'none'}.",
        )
    chosen = by or _best(choices, rows)
    texts = [row.get(chosen, "") for row in rows]
    seen: Counter[str] = Counter()
    labels = []
    for number, text in enumerate(texts, 1):
        label = text or f"area {number}"
        seen[label] += 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return Names(labels, chosen, choices)


def _members(feature: Mapping[str, Any]) -> dict[Any, Any]:
    """The properties of a feature, and its id where these have none."""
    properties = feature.get("properties")
    members = dict(properties) if isinstance(properties, Mapping) else {}
    if "id" in feature:
        members.setdefault("id", feature["id"])
    return members


def _named(feature: Mapping[str, Any]) -> dict[str, str]:
    """The members of a feature that could be its name."""
    return {
        str(name): clean(value, limit=LONGEST_LABEL)
        for name, value in _members(feature).items()
        if isinstance(value, (str, int, float)) and value == value and value != ""
    }


def _best(choices: list[str], rows: list[dict[str, str]]) -> str:
    folded = {name.casefold(): name for name in reversed(choices)}
    known = [folded[name] for name in _NAMES if name in folded]
    # Else the first that tells all of them apart.
    apart = [n for n in choices if len({row.get(n, "") for row in rows}) == len(rows)]
    return next(iter([*known, *apart]), "")


def _is_feature(one: object) -> bool:
    return isinstance(one, Mapping) and one.get("type") == "Feature"


def _in_lines(text: str) -> list[Mapping[str, Any]] | None:
    """One feature on each line (RFC 8142)."""
    lines = [line for line in text.replace("\x1e", "").splitlines() if line.strip()]
    try:
        return features_in([exact.loads(line) for line in lines])
    except exact.NotJsonError:
        return None


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
        return table_in_file(*content_of(given))
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
    ids = {key: key for key in free}
    alike = {_plain(key): key for key in free}
    titles = {_plain(one.label): key for key, one in free.items() if one.label}
    for names in (ids, alike, titles):
        for column in columns:
            key = names.get(column if names is ids else _plain(column), "")
            if key in free and column not in found:
                found[column] = key
                del free[key]
    areas = [key for key, one in free.items() if kind_of(one) == "area"]
    shapes = [c for c in columns if c not in found and _plain(c) in _SHAPES]
    if areas and shapes:
        found[shapes[0]] = areas[0]
    return found


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
        shape = feature.get("geometry")
        if isinstance(shape, Mapping) and "crs" in feature:
            shape = {**shape, "crs": feature["crs"]}
        rows.append({"geometry": shape, **_members(feature)})
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
