"""Areas of interest inside a schema: recognised, and turned into drafts and back.

Everything about geometry is in :mod:`ogc_widgets.map`; here it meets schemas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.form import exact, known
from ogc_widgets.form.fields import UNSET, Field
from ogc_widgets.map import encoding as area_encoding
from ogc_widgets.map.area_hint import AreaHint
from ogc_widgets.map.encoding import decode, from_geo_interface, from_text, to_text
from ogc_widgets.map.encoding import recognise as recognise_input

if TYPE_CHECKING:
    from ogc_widgets.api.wire import JsonValue
    from ogc_widgets.form.vault import Vault

Json = Mapping[str, Any]

_FORMAT_OF: Final = {
    "bbox": "ogc-bbox",
    "geometry": "geojson-geometry",
    "feature": "geojson-feature",
    "featureCollection": "geojson-feature-collection",
}


@dataclass(frozen=True, slots=True)
class _Given:
    """A value from Python, with the text and the way that stand for it."""

    text: str
    way: tuple[str, str | None]
    value: Any


@dataclass(frozen=True, slots=True)
class Naming:
    """The words around a schema that may tell what it is."""

    key: str = ""
    title: str = ""
    description: str = ""
    cwl_type: str = ""
    widget: str = ""


def recognise(view: Json, references: Iterable[str], naming: Naming) -> AreaHint | None:
    """How a flat schema is written as an area, or None if it is not one."""
    said = dict(view)
    for reference in references:
        name = reference.removeprefix(known.PREFIX)
        if reference != name and name.startswith("stac"):
            return None
        if reference != name and name in _FORMAT_OF and name != reference:
            said = {**said, "format": _FORMAT_OF[name]}
            if name != "bbox":
                said.pop("anyOf", None)
            break
    types = said.get("type")
    if isinstance(types, list) and "null" in types:
        rest = [name for name in types if name != "null"]
        said["type"] = rest[0] if len(rest) == 1 else rest
    if naming.widget == "map" and said.get("type") == "string":
        return AreaHint(("wkt", "bbox-text", "geojson-text"), "format")
    if naming.widget == "map" and said.get("type") == "array":
        return AreaHint(("bbox-array",), "format")
    description: dict[str, Any] = {
        "id": naming.key,
        "title": naming.title,
        "description": naming.description,
        "schema": said,
    }
    if naming.cwl_type:
        description["metadata"] = [{"title": "cwl:type", "value": naming.cwl_type}]
    try:
        hint = recognise_input(description)
    except (TypeError, ValueError, AttributeError, LookupError):
        # Recognition is a kindness: an odd schema still gets its plain field.
        return None
    return None if hint is None or hint.alternatives else hint


def joined(hints: list[AreaHint]) -> AreaHint:
    """One way of writing out of those of several branches."""
    known_types = all(hint.types for hint in hints)
    return AreaHint(
        encodings=tuple(dict.fromkeys(e for hint in hints for e in hint.encodings)),
        reason=hints[0].reason,
        crs=tuple(dict.fromkeys(crs for hint in hints for crs in hint.crs)),
        default_crs=next((h.default_crs for h in hints if h.default_crs), None),
        types=tuple(dict.fromkeys(t for hint in hints for t in hint.types))
        if known_types
        else (),
        heights=any(hint.heights for hint in hints),
        with_bbox=any(hint.with_bbox for hint in hints),
    )


def value_of(field: Field, draft: Mapping[str, Any], vault: Vault) -> JsonValue:
    """The value that an area draft stands for.

    Raises:
        InputError: The text is no area, or cannot be sent that way.
    """
    text = draft.get("text")
    if not isinstance(text, str) or not text.strip():
        return UNSET
    way = _way(field, draft)
    given = vault.get(draft.get("ref"))
    if isinstance(given, _Given) and (given.text, given.way) == (text, way):
        # Set from Python and not edited since: every digit and member is kept.
        return given.value
    return from_text(text, *way, field.area)


def draft_of(field: Field, value: JsonValue, vault: Vault) -> dict[str, Any] | None:
    """The draft that shows a value as an area; None if no text can."""
    if field.area is None:
        return None
    crs = _crs_in(value) or field.area.default_crs
    for encoding in field.area.encodings:
        if not _has_form(value, encoding):
            continue
        text = to_text(value, encoding, crs, field.area)
        draft: dict[str, Any] = {"encoding": encoding, "crs": crs, "text": text}
        if text is None:
            text = draft["text"] = _shown(value)
            if text is None:
                continue
        if not exact.same(_tried(field, draft, vault), value):
            given = _Given(text, _way(field, draft), value)
            draft["ref"] = vault.put(given)
        return draft
    return None


def draft_of_shape(
    field: Field, shape: JsonValue, draft: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The draft for a drawn shape, written the way that the field is set to.

    Raises:
        InputError: The shape cannot be sent that way.
    """
    encoding, crs = _way(field, draft or {})
    geometry = from_geo_interface(shape)
    area_encoding.encode(geometry, encoding, crs, hint=field.area)
    text = area_encoding.text_of(geometry)
    return {"encoding": encoding, "crs": crs, "text": text}


def changed(
    field: Field, draft: dict[str, Any], what: str, value: JsonValue
) -> JsonValue:
    """The draft with another encoding or reference system, the same shape in it."""
    now = {"encoding": None, "crs": None, "text": "", **draft}
    now.pop("ref", None)
    text = now["text"]
    if what == "encoding" and isinstance(text, str) and text.strip():
        try:
            # The text keeps its form where every encoding reads it.
            shown = area_encoding.text_of(area_encoding.parse_text(text))
        except InputError:
            shown = text
        now["text"] = shown
    now[what] = value
    encoding, crs = _way(field, now)
    return {"encoding": encoding, "crs": crs, "text": now["text"]}


def shape_of(value: JsonValue) -> dict[str, Any] | None:
    """The geometry of a value in degrees, or None if there is none to draw."""
    if isinstance(value, Mapping) and "value" in value and "type" not in value:
        value = value["value"]
    try:
        return decode(value)
    except InputError:
        return None


def _way(field: Field, draft: Mapping[str, Any]) -> tuple[str, str | None]:
    assert field.area is not None  # noqa: S101 # an area field always has it
    encoding = draft.get("encoding")
    if encoding not in field.area.encodings:
        encoding = field.area.default
    crs = draft.get("crs") or field.area.default_crs
    return encoding, crs if isinstance(crs, str) else None


def _tried(field: Field, draft: Mapping[str, Any], vault: Vault) -> JsonValue:
    try:
        return value_of(field, draft, vault)
    except InputError:
        return UNSET


def _crs_in(value: JsonValue) -> str | None:
    crs = value.get("crs") if isinstance(value, Mapping) else None
    return crs if isinstance(crs, str) else None


def _shown(value: JsonValue) -> str | None:
    """A text that shows a value which no encoder would write like this."""
    try:
        decode(value)
    except (InputError, TypeError, ValueError, KeyError, IndexError, AttributeError):
        return None
    return value if isinstance(value, str) else exact.dumps(value)


def _has_form(value: JsonValue, encoding: str) -> bool:
    """Whether a value is of the JSON type, and GeoJSON kind, that an encoding makes."""
    if encoding in ("bbox-text", "wkt", "geojson-text"):
        return isinstance(value, str)
    if encoding == "bbox-array":
        return isinstance(value, list)
    if not isinstance(value, Mapping):
        return False
    kind = value.get("type")
    if encoding == "bbox-object":
        return "bbox" in value and kind is None
    if encoding == "geojson-feature":
        return bool(kind == "Feature")
    if encoding == "geojson-collection":
        return bool(kind == "FeatureCollection")
    return kind in known.GEOMETRY_TYPES
