"""What the page needs to draw a field: plain JSON, our words and the server's.

The page draws a field from its spec and never sees a schema. A spec has only the
members that matter for its kind; absent means 0, "", false or no limit, and for a label
that it is the key. Members with the name of an attribute of
:class:`~ogc_widgets.form.fields.fields.Field` are that attribute, with specs in the
place of fields. Beside these:

==============  =====================================================================
hint            our words: what is sent, how many, which range
conditional     bool: only there under a condition; see ``FormPage``
slot            number of the widget in the trait ``slots`` that draws this field
draft           draft to start from when a list row is added, a union branch is chosen
                or what was null gets a value
has_default     bool: starts with a value
input_mode      "url" or "email": the keys that a touch screen shows
language        "json", "xml", "yaml", "cwl" of code, or ""
mono            bool: code, in a fixed-width font
options         labels of a choice or of the one value of a const
option_values   the same as JSON text, where that is not the label in quotes
value_text      label of the one value of a const
searchable      bool: many options
min, max, step  numbers as text, because a page rounds large ones
encodings       [{"id", "label", "hint", "asks", "crs"}] of an area: "asks" if the user
                has to choose another one, "crs" if it goes with a reference system
crs             [{"id", "label", "hint"}] of an area, where there is a choice
default_crs     the reference system to start with
geometry_types  GeoJSON types that the area may have, [] for all
wants           what a STAC field takes, with spaces: "item collection"
documents       bool: a STAC field takes the document itself, too
by_link         bool: a STAC field sends an address as {"href": ...}
media_types     [{"id", "label"}] of a file, where there is a choice
accept          value of the file input's ``accept``
schema_text     the schema, for a field that is filled with JSON
==============  =====================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.area.encoding import Encoding
from ogc_widgets.area.words import label_of, sentence
from ogc_widgets.form.drafts.codec import template
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.exact import dumps

if TYPE_CHECKING:
    from ogc_widgets.area.hint import AreaHint

# Above this many options a list to search in is quicker than a list to scroll.
_SEARCHABLE_FROM = 12
_OF_ALL = (
    *("kind", "key", "description", "required", "note", "placeholder", "advanced"),
    *("conditional", "widget", "unit"),
)
# An input of these kinds starts from more than what its state says.
_BUILT_UP = ("object", "tuple")
_SCHEMA_TEXT_LIMIT = 20_000
# A part of an input comes with its schema only if that is short.
_PART_SCHEMA_TEXT_LIMIT = 2_000


def spec(field: Field, *, depth: int = 0) -> dict[str, Any]:
    """The spec of a field and of everything in it."""
    result: dict[str, Any] = {
        **_same(field, *_OF_ALL),
        "label": field.label if field.label != field.key else "",
        "hint": words.hint(field),
        "nullable": field.nullable and field.kind not in ("null", "json", "secret"),
        "has_default": field.default is not UNSET,
        **_of_kind(field, depth),
    }
    told = {
        name: value
        for name, value in result.items()
        if value or (name == "max_items" and value is not None)
    }
    # What an input starts with is said by its state, unless it can be null for a while.
    draft = template(field)
    is_needed = depth or field.nullable or field.kind in _BUILT_UP
    return told if draft in (None, "") or not is_needed else {**told, "draft": draft}


def _same(field: Field, *names: str) -> dict[str, Any]:
    return {name: getattr(field, name) for name in names}


def _of_kind(field: Field, depth: int) -> dict[str, Any]:
    item = spec(field.item, depth=depth + 1) if field.item else None
    match field.kind:
        case "text":
            return {"input_mode": words.input_mode(field)}
        case "multiline":
            return {
                "rows": field.rows or 4,
                "language": words.language(field.media_types),
                "mono": bool(field.media_types),
            }
        case "number" | "integer":
            bounds = {"min": field.minimum, "max": field.maximum, "step": field.step}
            return {k: exact.number_text(v) for k, v in bounds.items() if v is not None}
        case "choice" | "multichoice" | "const":
            # Ten thousand names are not sent twice.
            is_named = field.options == field.option_labels
            return {
                **_same(field, "min_items", "max_items"),
                "options": list(field.option_labels),
                "option_values": None if is_named else list(map(dumps, field.options)),
                "value_text": field.option_labels[0] if field.kind == "const" else "",
                "searchable": len(field.options) >= _SEARCHABLE_FROM,
            }
        case "list" | "map":
            return {"item": item, **_same(field, "min_items", "max_items")}
        case "tuple" | "object":
            fields = [spec(member, depth=depth + 1) for member in field.fields]
            return {"fields": fields, "item": item}
        case "union":
            return {"branches": [spec(one, depth=depth + 1) for one in field.branches]}
        case "area" if field.area is not None:
            return _area(field.area)
        case "stac" if field.stac is not None:
            return {
                "input_mode": "url",
                "wants": " ".join(field.stac.wants),
                "documents": field.stac.documents,
                "by_link": field.stac.writes == "link",
            }
        case "file":
            return {
                "modes": list(field.modes),
                "media_types": [
                    {"id": name, "label": words.media_type(name)}
                    for name in field.media_types
                ],
                "accept": words.accept(field.media_types),
                "binary": field.binary,
                "rows": field.rows or 4,
                "language": words.language(field.media_types),
            }
        case "json":
            limit = _PART_SCHEMA_TEXT_LIMIT if depth else _SCHEMA_TEXT_LIMIT
            return {"rows": field.rows or 6, "schema_text": schema_text(field, limit)}
        case _:
            return {}


def _area(hint: AreaHint) -> dict[str, Any]:
    encodings = [Encoding(name, hint.default_crs, hint) for name in hint.encodings]
    return {
        "encodings": [_encoding(one) for one in encodings],
        "crs": [
            {
                "id": name,
                "label": words.crs(name),
                "hint": sentence(Encoding("bbox-object", name)),
            }
            for name in hint.crs
        ],
        "default_crs": hint.default_crs,
        "geometry_types": list(hint.types),
    }


def _encoding(one: Encoding) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": one.id,
        "label": label_of(one),
        "hint": sentence(one),
    }
    if one.is_undecided:
        said["asks"] = True
    if one.id == "bbox-object":
        said["crs"] = True
    return said


def schema_text(field: Field, limit: int = _SCHEMA_TEXT_LIMIT) -> str:
    """The schema as indented JSON, to be read beside a JSON field; "" if too long."""
    used = _used_definitions(field)
    schema = {**field.schema, **({"$defs": used} if used else {})}
    if not schema or exact.size_exceeds(schema, limit // 10):
        return ""
    try:
        text = dumps(schema, indent=2)
    except (ValueError, RecursionError):
        return ""
    return text if len(text) <= limit else ""


def _used_definitions(field: Field) -> dict[str, Any]:
    used: dict[str, Any] = {}
    waiting: list[Any] = [field.schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                name = reference.removeprefix("#/$defs/")
                if name in field.defs and name not in used:
                    used[name] = field.defs[name]
                    waiting.append(field.defs[name])
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return used
