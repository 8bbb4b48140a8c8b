"""One normalised schema -> one field, kind by kind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks import validate
from ogc_widgets.form.fields import (
    area_fields,
    containers,
    leaves,
    registry,
    stac_fields,
)
from ogc_widgets.form.fields.defaults import usable_default
from ogc_widgets.form.fields.fields import Field
from ogc_widgets.form.fields.unions import union
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import hints as ui
from ogc_widgets.form.schema import known_schemas
from ogc_widgets.form.schema.branches import branches_of, is_null, takes_null
from ogc_widgets.form.schema.dialects import (
    FORMATS_OF_TEXT,
    UNRESOLVED,
    type_names,
    types_of,
)
from ogc_widgets.form.schema.flatten import Flat, flatten
from ogc_widgets.form.schema.limits import MAX_DEPTH
from ogc_widgets.protocol.documents.literal_data import unit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.form.fields.build_context import Place, Scope

# A definition may hold itself this often before it is entered as JSON.
_MAX_REPEATS: Final = 2
# CWL's names of formats have no hyphens: "DateTime", "IDNEmail", "JsonPointer".
_CWL_FORMATS: Final = {name.replace("-", ""): name for name in FORMATS_OF_TEXT}


def build(schema: Mapping[str, Any], place: Place, scope: Scope) -> Field:
    """The field of a normalised schema; its parts are asked of the scope."""
    flat = flatten(schema, scope.defs)
    view = flat.view
    hints = {**ui.read(view), **place.hints}
    trail = (*place.trail, *flat.references)
    place = replace(place, trail=trail, hints=hints)
    made = _of_kind(flat, place, scope)
    made = replace(
        made,
        key=place.key,
        label=made.label or ui.text(hints, "title") or view.get("title", ""),
        description=made.description or view.get("description", ""),
        required=place.required,
        nullable=(made.nullable or takes_null(view))
        and validate.allows(schema, scope.defs, None),
        schema=made.schema or schema,
        defs=scope.defs,
        widget=made.widget or ui.text(hints, "widget"),
        unit=made.unit or unit_of(view),
        placeholder=made.placeholder
        or ui.text(hints, "placeholder")
        # How an area is written stands below its field already.
        or ("" if made.kind == "area" else leaves.example(view)),
        order=made.order if made.order is not None else ui.number(hints, "order"),
        advanced=made.advanced or hints.get("advanced") is True or _is_past(view),
        note=made.note or ("Deprecated." if view.get("deprecated") else ""),
    )
    if place.depth == 0:
        return replace(made, custom=registry.find(view, scope.described, made))
    default = view.get("default")
    if default is None:
        return made
    return replace(made, default=usable_default(made, default))


def _of_kind(flat: Flat, place: Place, scope: Scope) -> Field:
    view = flat.view
    label = view.get("title", "")
    if UNRESOLVED in view:
        return Field(
            kind="json",
            note="Its schema is elsewhere and was not fetched: "
            f"{words.shorten(view[UNRESOLVED], 120)}",
        )
    repeated = any(place.trail.count(name) > _MAX_REPEATS for name in place.trail)
    if repeated or place.depth >= MAX_DEPTH or "$ref" in view:
        return Field(kind="json")
    is_known = any(name.startswith(known_schemas.PREFIX) for name in flat.references)
    if place.data and is_known:
        return Field(kind="json", label=label)
    choices = branches_of(view, scope.defs)
    if not choices:
        document = stac_fields.recognise_document(
            view, flat.references, place.naming, outermost=place.outermost
        )
        if document is not None:
            return Field(kind="stac", stac=document, label=label)
    made = _envelope(view, place, scope)
    if made is not None:
        return made
    is_value = place.outermost and not scope.holds_occurrences(place)
    if is_value and scope.described.qualified is not None:
        return _qualified_file(scope.described.qualified, choices or [view])
    if not place.data:
        found = area_fields.recognise(view, flat.references, place.naming)
        if found is not None:
            return Field(kind="area", area=found)
    if "const" in view:
        return leaves.const(view["const"], view)
    if "enum" in view:
        made = leaves.choice(view["enum"], view)
        if made is not None:
            return made
    if choices:
        return union(choices, view, place, scope)
    types = types_of(view)
    if not types:
        return Field(kind="null" if is_null(view) else "json")
    if len(types) > 1:
        plain = {k: v for k, v in view.items() if k not in ("title", "description")}
        return union([{**plain, "type": name} for name in types], view, place, scope)
    match types[0]:
        case "string":
            return _text(view, place)
        case "integer" | "number":
            return leaves.number(view, types[0], place.hints)
        case "boolean":
            labels = ("yes", "no")
            return Field(kind="boolean", options=(True, False), option_labels=labels)
        case "array":
            return containers.array(view, place, scope)
        case "object":
            return containers.object_(view, place, scope)
        case _:
            return Field(kind="null")


def _text(view: Mapping[str, Any], place: Place) -> Field:
    address = None if place.data else stac_fields.recognise_text(view, place.naming)
    if address is not None:
        return Field(kind="stac", stac=address, format=str(view.get("format", "")))
    format_name = str(view.get("format", ""))
    hint = ui.text(place.hints, "widget")
    if "format" not in view and place.naming.cwl_type:
        name = place.naming.cwl_type.rsplit("#", 1)[-1].lower()
        format_name = _CWL_FORMATS.get(name, "")
    if (
        format_name == "password"
        or view.get("writeOnly") is True
        or place.hints.get("password") is True
        or hint == "password"
    ):
        return Field(kind="secret", format="password")
    if leaves.is_content(view):
        return leaves.content(view, outermost=place.outermost)
    if format_name in leaves.TEXT_FORMATS:
        kind = leaves.TEXT_FORMATS[format_name]
        return Field(kind=kind, format=format_name)  # type: ignore[arg-type]
    if hint in ("textarea", "multiline", "code") or format_name in (
        "textarea",
        "multiline",
    ):
        rows = ui.number(place.hints, "rows")
        return Field(kind="multiline", rows=int(rows) if rows else 4)
    default = view.get("default")
    if isinstance(default, str) and "\n" in default.strip():
        return Field(kind="multiline", rows=min(default.count("\n") + 2, 12))
    return Field(kind="text", format=format_name)


def _qualified_file(
    media_types: tuple[str, ...], choices: list[dict[str, Any]]
) -> Field:
    """ZOO's complex input: a link, or ``{"value": ...}``."""
    contents = [str(choice.get("contentMediaType", "")) for choice in choices]
    said = dict.fromkeys((*media_types, *contents))
    names = tuple(name for name in said if name and name != "*/*")
    binary = bool(names) and not any(words.is_text(name) for name in names)
    return leaves.file_of(names, outermost=True, binary=binary, qualified=True)


def _envelope(view: Mapping[str, Any], place: Place, scope: Scope) -> Field | None:
    """An object that only wraps one text (dates and addresses made from CWL)."""
    properties = view.get("properties", {})
    if list(properties) != ["value"] or "value" not in view.get("required", ()):
        return None
    if type_names(flatten(properties["value"], scope.defs).view) != ["string"]:
        return None
    inner = place.part(naming=place.naming, required=False)
    made = scope.field(properties["value"], inner)
    return replace(made, envelope="value", schema={})


def _is_past(view: Mapping[str, Any]) -> bool:
    """Whether a member is not for new requests."""
    return view.get("deprecated") is True or view.get("readOnly") is True
