"""One normalised schema -> one field, kind by kind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form import area, known, leaves, registry, stac, words
from ogc_widgets.form import hints as ui
from ogc_widgets.form.area import Naming
from ogc_widgets.form.branches import branches_of, is_null
from ogc_widgets.form.defaults import usable_default
from ogc_widgets.form.fields import MAX_DEPTH, MAX_NODES, MAX_OPTIONS, Field
from ogc_widgets.form.flat import Flat, flatten
from ogc_widgets.form.keywords import TooLargeError
from ogc_widgets.form.settle import UNRESOLVED, type_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.form.descriptions import InputReading

_STAC: Final = f"{known.PREFIX}stac"
# A definition may hold itself this often before it is entered as JSON.
_MAX_REPEATS: Final = 2
# Longer fixed lists are easier to fill as lists.
_MAX_TUPLE: Final = 8

_SHORT_KINDS: Final = frozenset({"number", "integer", "text", "choice", "boolean"})

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


@dataclass(slots=True)
class Scope:
    """What all parts of one input share.

    Attributes:
        defs: Definitions that the schemas refer to.
        allowed: Most parts that may still be built.
        reading: The input's description.
        nodes: Parts built so far.
    """

    defs: Mapping[str, Any]
    allowed: int
    reading: InputReading
    nodes: int = 0

    def count(self) -> None:
        """One more part.

        Raises:
            TooLargeError: There are more parts than allowed.
        """
        self.nodes += 1
        if self.nodes > min(MAX_NODES, self.allowed):
            raise TooLargeError


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input a schema stands.

    Attributes:
        key: Member name, or "".
        naming: Words around it.
        outermost: The input itself or one of its occurrences: may be a reference.
        hints: ``x-ui`` hints.
        required: Whether the object around it asks for it.
        data: Whether it is one way to give data to read, never an area to draw.
        depth: How deep it is.
        trail: Definitions that it is inside of.
    """

    key: str = ""
    naming: Naming = field(default_factory=Naming)
    outermost: bool = False
    hints: Mapping[str, Any] = field(default_factory=dict)
    required: bool = False
    data: bool = False
    depth: int = 0
    trail: tuple[str, ...] = ()


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
            nullable=made.nullable or leaves.takes_null(view),
            schema=made.schema or schema,
            defs=self.scope.defs,
            widget=made.widget or ui.text(hints, "widget"),
            placeholder=made.placeholder
            or ui.text(hints, "placeholder")
            or leaves.example(view),
            order=made.order if made.order is not None else ui.number(hints, "order"),
            advanced=made.advanced or hints.get("advanced") is True,
            custom=None if place.depth else registry.find(view, self.scope.reading),
        )
        default = view.get("default")
        if place.depth and default is not None:
            return replace(made, default=usable_default(made, default))
        return made

    def list_of(self, schema: dict[str, Any], place: Place) -> Field:
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
            name.startswith(known.PREFIX) for name in flat.references
        ):
            return Field(kind="json", label=view.get("title", ""))
        choices = branches_of(view, self.scope.defs)
        document = (
            None
            if choices
            else stac.recognise_document(
                view, flat.references, place.naming, outermost=place.outermost
            )
        )
        if document is not None:
            return Field(kind="stac", stac=document, label=view.get("title", ""))
        envelope = self._envelope(view, place)
        if envelope is not None:
            return envelope
        is_value = place.outermost and not self._is_occurrences(place)
        if is_value and self.scope.reading.qualified is not None:
            made = self._qualified_file(view, place)
            if made is not None:
                return made
        found = (
            None if place.data else area.recognise(view, flat.references, place.naming)
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
            return self._union(choices, view, place)
        return self._by_type(view, place)

    def _by_type(self, view: Mapping[str, Any], place: Place) -> Field:
        types = type_names(view) or leaves.implied_types(view)
        if not types:
            return Field(kind="null" if is_null(view) else "json")
        if len(types) > 1:
            branches = [{**leaves.without_labels(view), "type": name} for name in types]
            return self._union(branches, view, place)
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
                return self._list(view, place)
            case "object":
                return self._object(view, place)
            case _:
                return Field(kind="null")

    # Text and files

    def _text(self, view: Mapping[str, Any], place: Place) -> Field:
        address = None if place.data else stac.recognise_text(view, place.naming)
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

    # Containers

    def _list(self, view: Mapping[str, Any], place: Place) -> Field:
        low = view.get("minItems", 0)
        high = view.get("maxItems")
        prefix = view.get("prefixItems")
        if prefix is not None:
            return self._tuple(view, prefix, place)
        items = view.get("items", {})
        item_view = flatten(items, self.scope.defs).view
        options = item_view.get("enum")
        if (
            options
            and len(options) <= MAX_OPTIONS
            and (view.get("uniqueItems") or (low <= len(options) and low <= 1))
            and not leaves.takes_null(item_view)
        ):
            made = leaves.choice(options, item_view, several=True)
            if made is not None:
                return replace(
                    made, kind="multichoice", min_items=low, max_items=high, label=""
                )
        inner = replace(
            place,
            key="",
            required=True,
            depth=place.depth + 1,
            outermost=place.outermost and self._is_occurrences(place),
            hints={},
        )
        item = self.field(items, inner)
        fixed = high is not None and low == high and 1 < low <= _MAX_TUPLE
        if fixed and item.kind in _SHORT_KINDS and not self._is_occurrences(place):
            members = (item,) * low
            return Field(kind="tuple", fields=members, min_items=low, max_items=high)
        return Field(kind="list", item=item, min_items=low, max_items=high)

    def _is_occurrences(self, place: Place) -> bool:
        """Whether the schema is the list of all values of an input."""
        return place.depth == 0 and self.scope.reading.max_occurs != 1

    def _tuple(self, view: Mapping[str, Any], prefix: list[Any], place: Place) -> Field:
        low = view.get("minItems", 0)
        rest = view.get("items")
        fixed = (rest is not None and rest.get("not") == {}) or view.get(
            "maxItems", len(prefix) + 1
        ) <= len(prefix)
        members = tuple(
            self.field(
                member,
                Place(
                    key=str(number),
                    required=fixed or number < low,
                    depth=place.depth + 1,
                    trail=place.trail,
                ),
            )
            for number, member in enumerate(prefix)
        )
        return Field(
            kind="tuple", fields=members, min_items=low, max_items=len(members)
        )

    def _object(self, view: Mapping[str, Any], place: Place) -> Field:
        properties = view.get("properties") or {}
        required = view.get("required", [])
        if not properties:
            return self._map(view, place)
        if "json" in properties:
            # A draft {"json": text} stands for JSON by hand, whatever the field.
            return Field(kind="json")
        names = [*properties, *(name for name in required if name not in properties)]
        members = []
        for name in names:
            member = properties.get(name, {})
            members.append(
                self.field(
                    member,
                    Place(
                        key=name,
                        naming=Naming(
                            key=name,
                            title=member.get("title", ""),
                            description=member.get("description", ""),
                        ),
                        required=name in required,
                        depth=place.depth + 1,
                        trail=place.trail,
                    ),
                )
            )
        ordered = sorted(members, key=lambda m: m.order if m.order is not None else 0)
        return Field(
            kind="object",
            fields=tuple(ordered),
            widget="measure" if {"measurement", "uom"} <= set(names) else "",
        )

    def _map(self, view: Mapping[str, Any], place: Place) -> Field:
        values = view.get("additionalProperties")
        patterns = list(view.get("patternProperties", {}).values())
        schema = values or None
        if schema is None and len(patterns) == 1:
            schema = patterns[0]
        names = view.get("required", [])
        if schema is None:
            if names:
                members: dict[str, Any] = {name: {} for name in names}
                return self._object({**view, "properties": members}, place)
            return Field(kind="json")
        item = self.field(
            schema, Place(required=True, depth=place.depth + 1, trail=place.trail)
        )
        return Field(
            kind="map",
            item=item,
            min_items=view.get("minProperties", 0),
            max_items=view.get("maxProperties"),
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

    # Choices between kinds

    def _union(
        self, choices: list[dict[str, Any]], view: Mapping[str, Any], place: Place
    ) -> Field:
        nullable = leaves.takes_null(view) or any(is_null(choice) for choice in choices)
        choices = [choice for choice in choices if not is_null(choice)]
        if not choices:
            return Field(kind="null")
        constants = leaves.named_constants(choices)
        if constants is not None:
            return replace(constants, nullable=nullable)
        if len(choices) > 1 and all(leaves.is_content(choice) for choice in choices):
            return replace(
                leaves.contents(choices, outermost=place.outermost), nullable=nullable
            )
        flat = [flatten(choice, self.scope.defs) for choice in choices]
        documents = stac.recognise_choice(flat, place.naming, outermost=place.outermost)
        if documents is not None:
            return Field(kind="stac", stac=documents, nullable=nullable, format="uri")
        # "An address, or a STAC item, or a feature collection" is data to read.
        is_data = any(
            view.get("format") in stac.ADDRESS_FORMATS
            or any(name.startswith(_STAC) for name in references)
            for view, references in flat
        )
        inner = replace(
            place,
            key="",
            required=True,
            depth=place.depth + 1,
            data=place.data or is_data,
        )
        made = [self.field(choice, inner) for choice in choices]
        if len(made) == 1:
            return replace(made[0], nullable=nullable or made[0].nullable)
        hints = [branch.area for branch in made if branch.area is not None]
        if len(hints) == len(made):
            return Field(kind="area", area=area.joined(hints), nullable=nullable)
        discriminator = view.get("discriminator", {}).get("propertyName", "")
        labels = leaves.branch_labels(made, discriminator)
        return Field(
            kind="union",
            nullable=nullable,
            branches=tuple(
                replace(branch, label=label, key="")
                for branch, label in zip(made, labels, strict=True)
            ),
        )
