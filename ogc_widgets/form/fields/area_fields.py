"""Areas of interest inside a schema: recognised, and turned into drafts and back.

Everything about geometry is in :mod:`ogc_widgets.area`; here it meets schemas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area import encoding as area_encoding
from ogc_widgets.area.crs import in_degrees, kind_of_crs, short_name
from ogc_widgets.area.encoding import decode, from_text, to_text
from ogc_widgets.area.notices import notice
from ogc_widgets.area.parsing import is_numbers, read_numbers, read_text, read_value
from ogc_widgets.area.recognition.area_hint import OBJECTS, QUALIFIED, AreaHint
from ogc_widgets.area.recognition.area_words import numbers_hint
from ogc_widgets.area.recognition.input_facts import facts_of
from ogc_widgets.area.recognition.order import UNDECIDED, form_of, order_of, orders_of
from ogc_widgets.area.recognition.recognition import recognise as recognise_input
from ogc_widgets.errors import InputError
from ogc_widgets.form.drafts.secrets_store import SecretsStore
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.schema import exact, known_schemas

if TYPE_CHECKING:
    from ogc_widgets.area.area import Area
    from ogc_widgets.form.fields.build_context import Naming
    from ogc_widgets.protocol.wire import JsonValue

Json = Mapping[str, Any]

_FORMAT_OF: Final = {
    "bbox": "ogc-bbox",
    "geometry": "geojson-geometry",
    "feature": "geojson-feature",
    "featureCollection": "geojson-feature-collection",
}
_OF_CRS: Final = re.compile(
    r"\b(crs|srs|epsg)\d*\b|\breference system|\bprojection\b", re.IGNORECASE
)
_OF_SHAPE: Final = re.compile(
    r"\b(aoi|area|b?box|extent|geom\w*|footprint|polygon|shape|region)s?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Given:
    """A value from Python, with the text and the way that stand for it."""

    text: str
    way: tuple[str, str | None]
    value: Any


def recognise(view: Json, references: Iterable[str], naming: Naming) -> AreaHint | None:
    """How a flat schema is written as an area, or None if it is not one."""
    said = dict(view)
    for reference in references:
        name = reference.removeprefix(known_schemas.PREFIX)
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
            return numbers_hint(facts_of(description, None, naming.key), "format")
        hint = recognise_input(description)
    except (TypeError, ValueError, AttributeError, LookupError):
        # Recognition is a kindness: an odd schema still gets its plain field.
        return None
    return None if hint is None or hint.alternatives else _with_qualified(hint)


def _is_of_crs(said: Json, naming: Naming) -> bool:
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
        members=next((hint.members for hint in hints if hint.members), ()),
        separator=next((h.separator for h in hints if h.separator != ","), ","),
    )


def value_of(
    field: Field, draft: Mapping[str, Any], secrets: SecretsStore
) -> JsonValue:
    """The value that an area draft stands for.

    Raises:
        InputError: The text is no area, or cannot be sent that way.
    """
    text = draft.get("text")
    if not isinstance(text, str) or not text.strip():
        return UNSET
    way = _way(field, draft)
    if draft.get("given") is True and is_numbers(text):
        # Numbers from Python or the server's default: it is known what is sent, and
        # only not always where it is.
        return _as_given(text, way[0])
    given = secrets.get(draft.get("ref"))
    if isinstance(given, _Given) and (given.text, given.way) == (text, way):
        # Set from Python and not edited since: every digit and member is kept.
        return given.value
    return from_text(text, *way, field.area)


def _as_given(text: str, encoding: str) -> JsonValue:
    return text if form_of(encoding) == "bbox-text" else exact.loads(f"[{text}]")


def advice(field: Field, draft: JsonValue, value: JsonValue) -> str:
    """What to know about an area that can be sent, or ""."""
    if field.area is None or not isinstance(draft, Mapping):
        return ""
    area = area_in(field, draft, value)
    if area is not None:
        return notice(area, *_way(field, draft))
    if not isinstance(value, list) or order_of(field.area.default) == UNDECIDED:
        return ""
    try:
        decode(value, field.area.default, field.area)
    except InputError as error:
        return f"{error.what} {error.advice} It is sent all the same."
    return ""


def draft_of(
    field: Field, value: JsonValue, secrets: SecretsStore
) -> dict[str, Any] | None:
    """The draft that shows a value as an area; None if no text can."""
    if field.area is None:
        return None
    crs = _crs_in(value) or field.area.default_crs
    fitting = _ways_for(field.area, value)
    if fitting and order_of(fitting[0]) == UNDECIDED:
        text = _numbers_text(value)
        if text is not None:
            return {"encoding": fitting[0], "crs": crs, "text": text, "given": True}
    for encoding in fitting:
        text = to_text(value, encoding, crs, field.area)
        if text is not None and text.strip():
            draft = {"encoding": encoding, "crs": crs, "text": text}
            if exact.same(_tried(field, draft, secrets), value):
                return draft
    text = _shown(value, fitting[0]) if fitting else None
    if text is None:
        return None
    numbers = _numbers_text(value)
    if numbers is not None:
        return {"encoding": fitting[0], "crs": crs, "text": numbers, "given": True}
    # No text makes exactly this value, so it is kept beside the one that shows it.
    draft = {"encoding": fitting[0], "crs": crs, "text": text}
    draft["ref"] = secrets.put(_Given(text, _way(field, draft), value))
    return draft


def draft_of_shape(
    field: Field, shape: Area | JsonValue, draft: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The draft for a drawn shape, written the way that the field is set to.

    Raises:
        InputError: The shape cannot be sent that way.
    """
    encoding, crs = _way(field, draft or {})
    area = read_value(shape)
    order = area_encoding.order_for(encoding, field.area)
    text = area_encoding.text_of(area, order)
    if encoding == "as-typed":
        text = area_encoding.encode(area, encoding, crs, hint=field.area)
    elif order != UNDECIDED:
        area_encoding.check(area, encoding, crs, field.area)
    return {"encoding": encoding, "crs": crs, "text": text}


def emptied(field: Field, draft: JsonValue) -> dict[str, Any] | None:
    """The draft without its area; the way of sending that was chosen stays."""
    encoding, crs = _way(field, draft if isinstance(draft, Mapping) else {})
    if field.area is None or encoding == field.area.default:
        return None
    return {"encoding": encoding, "crs": crs, "text": ""}


def as_chosen(field: Field, draft: JsonValue) -> Field:
    """The field with the way of sending in front that a draft is set to."""
    if field.kind != "area" or field.area is None:
        return field
    return replace(field, area=chosen_hint(field.area, draft))


def changed(
    field: Field, draft: dict[str, Any], what: str, value: JsonValue
) -> JsonValue:
    """The draft with another encoding or reference system, the same shape in it.

    Raises:
        InputError: The shape cannot be converted to that system.
    """
    before = {"encoding": None, "crs": None, "text": "", **draft}
    before.pop("ref", None)
    before.pop("given", None)
    text = before["text"] if isinstance(before["text"], str) else ""
    encoding, crs = _way(field, {**before, what: value})
    if text.strip():
        # The shape stays, and its numbers follow; numbers whose order was not known
        # stay, and are a shape now.
        old = area_in(field, before, _tried(field, before, SecretsStore()))
        if old is not None:
            _require_known(encoding, crs)
            # Numbers may have been in the old system: the text goes on in degrees.
            order = area_encoding.order_for(encoding, field.area)
            text = area_encoding.text_of(old, order)
    return {"encoding": encoding, "crs": crs, "text": text}


def is_undecided(field: Field, draft: JsonValue) -> bool:
    """Whether the user has to choose the order of the numbers first."""
    encoding, _ = _way(field, draft if isinstance(draft, Mapping) else {})
    return order_of(encoding) == UNDECIDED


def _require_known(encoding: str, crs: str | None) -> None:
    if encoding == "bbox-object" and kind_of_crs(crs) is None:
        raise InputError(
            f"The area cannot be converted to {short_name(crs)} here.",
            advice="Clear it first, then type four numbers in that system.",
        )


def chosen_hint(hint: AreaHint, draft: JsonValue) -> AreaHint:
    """The hint with the encoding in front that a draft is set to."""
    chosen = draft.get("encoding") if isinstance(draft, Mapping) else None
    if chosen not in hint.encodings:
        return hint
    others = tuple(one for one in hint.encodings if one != chosen)
    return replace(hint, encodings=(chosen, *others))


def area_in(field: Field, draft: JsonValue, value: JsonValue) -> Area | None:
    """The area that a draft stands for, or None if there is none to draw.

    Where only a box is sent, the outline that it is the box of is still there in the
    text, and is what the map shows.
    """
    text = draft.get("text") if isinstance(draft, Mapping) else None
    if isinstance(text, str) and field.area is not None:
        encoding, crs = _way(field, draft)
        in_own_numbers = encoding == "bbox-object" and not in_degrees(crs)
        if not (in_own_numbers and is_numbers(text)):
            try:
                order = area_encoding.order_for(encoding, field.area)
                return read_text(text, order)
            except InputError:
                pass
    try:
        encoding, _ = _way(field, draft if isinstance(draft, Mapping) else {})
        return decode(value, encoding, field.area)
    except InputError:
        return None


def _way(field: Field, draft: Mapping[str, Any]) -> tuple[str, str | None]:
    assert field.area is not None  # noqa: S101 # an area field always has it
    encoding = draft.get("encoding")
    if encoding not in field.area.encodings:
        encoding = field.area.default
    crs = draft.get("crs") or field.area.default_crs
    return encoding, crs if isinstance(crs, str) else None


def _tried(field: Field, draft: Mapping[str, Any], secrets: SecretsStore) -> JsonValue:
    try:
        return value_of(field, draft, secrets)
    except InputError:
        return UNSET


def _crs_in(value: JsonValue) -> str | None:
    crs = value.get("crs") if isinstance(value, Mapping) else None
    return crs if isinstance(crs, str) else None


def _numbers_text(value: JsonValue) -> str | None:
    """The numbers of a value as text, digit by digit; None if it is something else."""
    if isinstance(value, str):
        return value if is_numbers(value) else None
    if not isinstance(value, list) or not all(map(_is_number, value)):
        return None
    return exact.dumps(value)[1:-1]


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _ways_for(hint: AreaHint, value: JsonValue) -> list[str]:
    """The encodings that a value may be in, the best one first.

    Of the orders of its numbers only the one that the input wants counts: in another
    one the value is another area. Where that is not known, the value may tell.
    """
    ways: dict[str, str] = {}
    for encoding in hint.encodings:
        form = form_of(encoding)
        if form in ways or not _has_form(value, form):
            continue
        ways[form] = encoding
        if order_of(encoding) == UNDECIDED:
            same = [one for one in hint.encodings if form_of(one) == form]
            numbers = read_numbers(value) if isinstance(value, str) else value
            among = [order_of(one) for one in same[1:]]
            told = orders_of(numbers, among) if numbers and len(numbers) == 4 else ()
            if len(told) == 1:
                ways[form] = same[1 + among.index(told[0])]
    return list(ways.values())


def _shown(value: JsonValue, encoding: str) -> str | None:
    """A text that shows a value which no encoder would write like this."""
    try:
        decode(value, encoding)
    except (InputError, TypeError, ValueError, KeyError, IndexError, AttributeError):
        return None
    return value if isinstance(value, str) else exact.dumps(value)


def _has_form(value: JsonValue, encoding: str) -> bool:
    """Whether a value is of the JSON type, and GeoJSON kind, that an encoding makes."""
    if encoding in ("bbox-text", "wkt", "geojson-text", "as-typed"):
        return isinstance(value, str)
    if encoding == "bbox-array":
        return isinstance(value, list)
    if not isinstance(value, Mapping):
        return False
    if encoding.startswith(QUALIFIED):
        plain = encoding.removeprefix(QUALIFIED)
        return "value" in value and _has_form(value["value"], plain)
    kind = value.get("type")
    if encoding == "bbox-object":
        return "bbox" in value and kind is None
    if encoding == "bbox-members":
        return kind is None and "bbox" not in value
    if encoding == "geojson-feature":
        return bool(kind == "Feature")
    if encoding == "geojson-collection":
        return bool(kind == "FeatureCollection")
    return isinstance(kind, str) and kind in known_schemas.GEOMETRY_TYPES
