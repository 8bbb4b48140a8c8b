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
from ogc_widgets.form.fields.build_context import Place, Scope
from ogc_widgets.form.fields.defaults import usable_default
from ogc_widgets.form.fields.fields import Field
from ogc_widgets.form.fields.unions import union
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import hints as ui
from ogc_widgets.form.schema import known_schemas
from ogc_widgets.form.schema.branches import branches_of, is_null
from ogc_widgets.form.schema.dialects import UNRESOLVED, type_names
from ogc_widgets.form.schema.flatten import Flat, flatten
from ogc_widgets.form.schema.limits import MAX_DEPTH
from ogc_widgets.form.schema.units import unit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_STAC: Final = f"{known_schemas.PREFIX}stac"
# A definition may hold itself this often before it is entered as JSON.
_MAX_REPEATS: Final = 2
_CWL_FORMATS: Final[dict[str, str]] = {
    "Date": "date",
    "DateTime": "date-time",
    "Time": "time",
    "Duration": "duration",
    "Email": "email",
    "IDNEmail": "idn-email",
    "Hostname": "hostname",
    "IDNHostname": "idn-hostname",
    "IPv4": "ipv4",
    "IPv6": "ipv6",
    "URI": "uri",
    "URIReference": "uri-reference",
    "IRI": "iri",
    "IRIReference": "iri-reference",
    "UUID": "uuid",
    "Password": "password",
    "JsonPointer": "json-pointer",
    "RelativeJsonPointer": "relative-json-pointer",
    "URITemplate": "uri-template",
}


class Builder:
    """Builds the fields of one input."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def field(self, schema: Mapping[str, Any], place: Place) -> Field:
        """The field of a normalised schema.

        Raises:
            TooLargeError: The input has too many parts.
        """
        self.scope.count()
        flat = flatten(schema, self.scope.defs)
        trail = (*place.trail, *flat.references)
        hints = {**ui.read(flat.view), **place.hints}
        place = replace(place, trail=trail, hints=hints)
        made = self._of_kind(flat, place)
        view = flat.view
        made = replace(
            made,
            key=place.key,
            label=made.label or ui.text(hints, "title") or view.get("title", ""),
            description=made.description or view.get("description", ""),
            required=place.required,
            nullable=(made.nullable or leaves.takes_null(view))
            and validate.allows(schema, self.scope.defs, None),
            schema=made.schema or schema,
            defs=self.scope.defs,
            widget=made.widget or ui.text(hints, "widget"),
            unit=made.unit or unit_of(view),
            placeholder=made.placeholder
            or ui.text(hints, "placeholder")
            # How an area is written stands below its field already.
            or ("" if made.kind == "area" else leaves.example(view)),
            order=made.order if made.order is not None else ui.number(hints, "order"),
            advanced=made.advanced or hints.get("advanced") is True or _is_past(view),
            note=made.note or ("Deprecated." if view.get("deprecated") else ""),
            custom=None
            if place.depth
            else registry.find(view, self.scope.reading, made),
        )
        default = view.get("default")
        if place.depth and default is not None:
            return replace(made, default=usable_default(made, default))
        return made

    def list_of(self, schema: Mapping[str, Any], place: Place) -> Field:
        """The list of an input that takes several values; each is outermost."""
        made = self.field(schema, place)
        return replace(made, required=False, occurrences=True)

    def _of_kind(self, flat: Flat, place: Place) -> Field:
        view = flat.view
        if UNRESOLVED in view:
            return Field(
                kind="json",
                note="Its schema is elsewhere and was not fetched: "
                f"{words.shorten(view[UNRESOLVED], 120)}",
            )
        repeated = any(place.trail.count(name) > _MAX_REPEATS for name in place.trail)
        if repeated or place.depth >= MAX_DEPTH or "$ref" in view:
            return Field(kind="json")
        if place.data and any(
            name.startswith(known_schemas.PREFIX) for name in flat.references
        ):
            return Field(kind="json", label=view.get("title", ""))
        choices = branches_of(view, self.scope.defs)
        document = (
            None
            if choices
            else stac_fields.recognise_document(
                view, flat.references, place.naming, outermost=place.outermost
            )
        )
        if document is not None:
            return Field(kind="stac", stac=document, label=view.get("title", ""))
        envelope = self._envelope(view, place)
        if envelope is not None:
            return envelope
        is_value = place.outermost and not containers.is_occurrences(self, place)
        if is_value and self.scope.reading.qualified is not None:
            made = self._qualified_file(view, place)
            if made is not None:
                return made
        found = (
            None
            if place.data
            else area_fields.recognise(view, flat.references, place.naming)
        )
        if found is not None:
            return Field(kind="area", area=found)
        if "const" in view:
            return leaves.const(view["const"], view)
        if "enum" in view:
            made = leaves.choice(view["enum"], view)
            if made is not None:
                return made
        if choices:
            return union(self, choices, view, place)
        return self._by_type(view, place)

    def _by_type(self, view: Mapping[str, Any], place: Place) -> Field:
        types = type_names(view) or leaves.implied_types(view)
        if not types:
            return Field(kind="null" if is_null(view) else "json")
        if len(types) > 1:
            branches = [{**leaves.without_labels(view), "type": name} for name in types]
            return union(self, branches, view, place)
        match types[0]:
            case "string":
                return self._text(view, place)
            case "integer" | "number":
                return leaves.number(view, types[0], place.hints)
            case "boolean":
                return Field(
                    kind="boolean", options=(True, False), option_labels=("yes", "no")
                )
            case "array":
                return containers.array(self, view, place)
            case "object":
                return containers.object_(self, view, place)
            case _:
                return Field(kind="null")

    # Text and files

    def _text(self, view: Mapping[str, Any], place: Place) -> Field:
        address = None if place.data else stac_fields.recognise_text(view, place.naming)
        if address is not None:
            return Field(kind="stac", stac=address, format=str(view.get("format", "")))
        format_name = str(view.get("format", ""))
        hint = ui.text(place.hints, "widget")
        if "format" not in view and place.naming.cwl_type:
            format_name = _CWL_FORMATS.get(place.naming.cwl_type.rsplit("#", 1)[-1], "")
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

    def _qualified_file(self, view: Mapping[str, Any], place: Place) -> Field | None:
        """ZOO's complex input: a link, or ``{"value": ...}``."""
        media_types = self.scope.reading.qualified or ()
        choices = branches_of(view, self.scope.defs) or [dict(view)]
        contents = [str(c.get("contentMediaType", "")) for c in choices]
        names = tuple(
            dict.fromkeys(n for n in (*media_types, *contents) if n and n != "*/*")
        )
        binary = bool(names) and not any(words.is_text(name) for name in names)
        return leaves.file_of(
            names, outermost=place.outermost, binary=binary, qualified=True
        )

    def _envelope(self, view: Mapping[str, Any], place: Place) -> Field | None:
        """An object that only wraps one text (dates and addresses made from CWL)."""
        properties = view.get("properties", {})
        if list(properties) != ["value"] or "value" not in view.get("required", ()):
            return None
        inner = flatten(properties["value"], self.scope.defs).view
        if type_names(inner) != ["string"]:
            return None
        made = self.field(
            properties["value"],
            Place(
                naming=place.naming,
                depth=place.depth + 1,
                trail=place.trail,
            ),
        )
        return replace(made, envelope="value", schema={})


def _is_past(view: Mapping[str, Any]) -> bool:
    """Whether a member is not for new requests."""
    return view.get("deprecated") is True or view.get("readOnly") is True
