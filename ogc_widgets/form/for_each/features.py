"""Features out of files, texts and frames, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final, NamedTuple

from ogc_widgets.area.files import read_features
from ogc_widgets.area.layers import MAX_FILE_BYTES
from ogc_widgets.area.reading import crs_member
from ogc_widgets.errors import InputError
from ogc_widgets.form.for_each.cells import LONGEST_LABEL
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.text import clean

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
    if getattr(given, "crs", None) is not None and hasattr(given, "to_crs"):
        given = given.to_crs("OGC:CRS84")  # geopandas
    if not isinstance(given, (Mapping, list, tuple)):
        given = getattr(given, "__geo_interface__", given)
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


def read_file(path: str | PathLike[str]) -> bytes:
    """Read a file within limits.

    Raises:
        InputError: It cannot be read, or is too large.
    """
    path = Path(path).expanduser()
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.",
            advice=f"Looked for {path.absolute()}",
        ) from None
    if len(content) > MAX_FILE_BYTES:
        raise InputError(f"{path} is larger than {MAX_FILE_BYTES >> 20} MiB.")
    return content


def geometry_of(feature: Mapping[str, Any]) -> Any:  # noqa: ANN401 # or None
    """What :func:`~ogc_widgets.area.reading.read_value` takes of a feature."""
    shape = feature.get("geometry")
    return shape if hasattr(shape, "__geo_interface__") else feature


def names_of(
    features: Iterable[Mapping[str, Any]], noun: str = "area", by: str = ""
) -> Names:
    """Find what features are called; equal names are told apart by a number.

    Args:
        features: The features.
        noun: What they are counted by where they have no names.
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
        label = text or f"{noun} {number}"
        seen[label] += 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return Names(labels, chosen, choices)


def _named(feature: Mapping[str, Any]) -> dict[str, str]:
    """The members of a feature that could be its name."""
    properties = feature.get("properties")
    members = dict(properties) if isinstance(properties, Mapping) else {}
    if "id" in feature:
        members.setdefault("id", feature["id"])
    return {
        str(name): clean(value, limit=LONGEST_LABEL)
        for name, value in members.items()
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
