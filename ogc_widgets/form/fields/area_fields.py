"""Which flat schemas are areas of interest, and in what words they are recognised.

Everything about geometry is in :mod:`ogc_widgets.area`; here it meets schemas.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.hint import OBJECTS, QUALIFIED, AreaHint
from ogc_widgets.area.recognition.by_words import numbers_hint
from ogc_widgets.area.recognition.evidence import Facts
from ogc_widgets.area.recognition.recognise import recognise as recognise_input
from ogc_widgets.form.schema import known_schemas
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogc_widgets.form.fields.build_context import Naming

_FORMAT_OF: Final = {
    "bbox": "ogc-bbox",
    "geometry": "geojson-geometry",
    "feature": "geojson-feature",
    "featureCollection": "geojson-feature-collection",
}
_OF_CRS: Final = pattern(
    r"\b(crs|srs|epsg)\d*\b|\breference system|\bprojection\b", re.IGNORECASE
)
_OF_SHAPE: Final = pattern(
    r"\b(aoi|area|b?box|extent|geom\w*|footprint|polygon|shape|region)s?\b",
    re.IGNORECASE,
)


def recognise(
    view: Mapping[str, Any], references: Iterable[str], naming: Naming
) -> AreaHint | None:
    """How a flat schema is written as an area, or None if it is not one."""
    said = dict(view)
    for reference in references:
        name = reference.removeprefix(known_schemas.PREFIX)
        if reference != name and name.startswith("stac"):
            return None
        if reference != name and name in _FORMAT_OF:
            said = {**said, "format": _FORMAT_OF[name]}
            if name != "bbox":
                said.pop("anyOf", None)
            break
    types = said.get("type")
    if isinstance(types, list) and "null" in types:
        rest = [name for name in types if name != "null"]
        said["type"] = rest[0] if len(rest) == 1 else rest
    if said.get("type") == "string" and _is_of_crs(said, naming):
        return None
    if naming.widget == "map" and said.get("type") == "string":
        return AreaHint(("wkt", "bbox-text", "geojson-text"), "format")
    description: dict[str, Any] = {
        "id": naming.key,
        "title": naming.title,
        "description": naming.description,
        "schema": said,
    }
    if naming.cwl_type:
        description["metadata"] = [{"title": "cwl:type", "value": naming.cwl_type}]
    try:
        if naming.widget == "map" and said.get("type") == "array":
            return numbers_hint(Facts(description, said, naming.key), "format")
        hint = recognise_input(description)
    except (TypeError, ValueError, AttributeError, LookupError):
        # Recognition is a kindness: an odd schema still gets its plain field.
        return None
    return None if hint is None or hint.alternatives else _with_qualified(hint)


def _is_of_crs(said: Mapping[str, Any], naming: Naming) -> bool:
    """Whether well-known text is that of a reference system, which has the same name.

    "x-ogc-crs" is the format that qjazz writes for it.
    """
    names = re.sub(r"[_-]|(?<=[a-z])(?=[A-Z])", " ", f"{naming.key} {naming.title}")
    return said.get("format") == "x-ogc-crs" or bool(
        _OF_CRS.search(names) and not _OF_SHAPE.search(names)
    )


def _with_qualified(hint: AreaHint) -> AreaHint:
    """The standard lets GeoJSON objects also be sent inside of ``{"value": ...}``."""
    plain = [name for name in hint.encodings if name in OBJECTS]
    added = tuple(f"{QUALIFIED}{name}" for name in plain)
    return replace(hint, encodings=(*hint.encodings, *added))
