"""What the page needs to draw a field: plain JSON, our words and the server's.

The page draws a field from its spec and never sees a schema. A spec has only the
members that matter for its kind; absent means 0, "" or false.

==============  =====================================================================
kind            one of :data:`ogc_widgets.form.fields.fields.Kind`
key             input id or member name
label           the server's title, else the id; plain text
description     the server's explanation; plain text
required        bool
hint            our words: what is sent, how many, which range
note            our advice about this field, for example on a default left out
placeholder     example text
advanced        bool: belongs with the optional inputs
nullable        bool: null may be sent, which says "no value"
conditional     bool: only there under a condition; see the trait ``standings``
widget          wish of the description: "slider", "radio", "select", "switch", ...
slot            number of the widget in the trait ``slots`` that draws this field
input_mode      "text", "url", "email", "date", "time", "datetime-local", "number"
rows            lines of multi-line text
language        "json", "xml", "yaml", "cwl" of code, or ""
media_type      media type of multi-line text
mono            bool: code, in a fixed-width font
options         labels of a choice or of the one value of a const
option_values   the same as JSON text, where that is not the label in quotes
value_text      label of the one value of a const
searchable      bool: many options
min, max, step  numbers as text, because a page rounds large ones
unit            unit of measure
item            spec of each item of a list, each value of a map, each further member
                of an object
fields          specs of members of an object (by key), of items of a tuple (by place)
branches        specs that a union offers
min_items       fewest items
max_items       most items, null for any number
encodings       [{"id", "label", "hint", "asks", "crs"}] of an area: "asks" if the user
                has to choose another one, "crs" if it goes with a reference system
crs             [{"id", "label", "hint"}] of an area, where there is a choice
default_crs     the reference system to start with
wants           what a STAC field takes, with spaces: "item collection"
documents       bool: a STAC field takes the document itself, too
by_link         bool: a STAC field sends an address as {"href": ...}
geometry_types  GeoJSON types that the area may have, [] for all
modes           ways to give a file: "text", "upload", "reference"
media_types     [{"id", "label"}] of a file, where there is a choice
accept          value of the file input's ``accept``
binary          bool: text of the file is base64
schema_text     the schema, for a field that is filled with JSON
draft           draft to start from when a list row is added, a union branch is chosen
                or an object that was null gets its first member
has_default     bool: starts with a value
==============  =====================================================================
"""

from __future__ import annotations

from typing import Any

from ogc_widgets.area.encoding import Encoding
from ogc_widgets.area.words import label_of, sentence
from ogc_widgets.form.drafts.codec import template
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import exact

# Above this many options a list to search in is quicker than a list to scroll.
_SEARCHABLE_FROM = 12
_SCHEMA_TEXT_LIMIT = 20_000
# A part of an input comes with its schema only if that is short.
_PART_SCHEMA_TEXT_LIMIT = 2_000


def spec(field: Field, *, depth: int = 0) -> dict[str, Any]:
    """The spec of a field and of everything in it."""
    result: dict[str, Any] = {
        "kind": field.kind,
        "key": field.key,
        "label": field.label or field.key,
        "description": field.description,
        "required": field.required,
        "hint": words.hint(field),
        "note": field.note,
        "placeholder": field.placeholder,
        "advanced": field.advanced,
        "nullable": field.nullable and field.kind not in ("null", "json", "secret"),
        "conditional": field.conditional,
        "widget": field.widget,
        "unit": field.unit,
        "draft": template(field),
        "has_default": field.default is not UNSET,
        **_of_kind(field, depth),
    }
    return {
        name: value
        for name, value in result.items()
        if name in ("kind", "key", "label", "required") or value not in (None, "", ())
    }


def _of_kind(field: Field, depth: int) -> dict[str, Any]:
    match field.kind:
        case "text" | "date" | "time" | "datetime" | "duration" | "secret":
            return {"input_mode": words.input_mode(field)}
        case "multiline":
            return {
                "rows": field.rows or 4,
                "language": words.language(field.media_types),
                "media_type": field.media_types[0] if field.media_types else "",
                "mono": bool(field.media_types),
            }
        case "number" | "integer":
            return {"input_mode": "number", **_bounds(field)}
        case "choice" | "multichoice" | "const":
            return {
                "options": list(field.option_labels),
                "option_values": _option_values(field),
                "value_text": field.option_labels[0] if field.kind == "const" else "",
                "searchable": len(field.options) >= _SEARCHABLE_FROM,
                "min_items": field.min_items,
                "max_items": field.max_items,
            }
        case "list" | "map":
            return {
                "item": spec(field.item, depth=depth + 1) if field.item else None,
                "min_items": field.min_items,
                "max_items": field.max_items,
            }
        case "tuple" | "object":
            return {
                "fields": [spec(member, depth=depth + 1) for member in field.fields],
                "item": spec(field.item, depth=depth + 1) if field.item else None,
            }
        case "union":
            return {
                "branches": [spec(branch, depth=depth + 1) for branch in field.branches]
            }
        case "area":
            return _area(field)
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


def _option_values(field: Field) -> list[str] | None:
    if field.options == field.option_labels:
        return None  # ten thousand names are not sent twice
    return [exact.dumps(option) for option in field.options]


def _area(field: Field) -> dict[str, Any]:
    hint = field.area
    if hint is None:
        return {}
    encodings = [Encoding(name, hint.default_crs, hint) for name in hint.encodings]
    return {
        "encodings": [
            {
                "id": one.id,
                "label": label_of(one),
                "hint": sentence(one),
                "asks": one.is_undecided,
                "crs": one.id == "bbox-object",
            }
            for one in encodings
        ],
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


def schema_text(field: Field, limit: int = _SCHEMA_TEXT_LIMIT) -> str:
    """The schema as indented JSON, to be read beside a JSON field; "" if too long."""
    if not field.schema or exact.size_exceeds(field.schema, limit // 10):
        return ""
    try:
        used = _used_definitions(field)
        schema = {**field.schema, **({"$defs": used} if used else {})}
        if exact.size_exceeds(schema, limit // 10):
            return ""
        text = exact.dumps(schema, indent=2)
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


def _bounds(field: Field) -> dict[str, Any]:
    return {
        name: exact.number_text(value)
        for name, value in (
            ("min", field.minimum),
            ("max", field.maximum),
            ("step", field.step),
        )
        if value is not None
    }
