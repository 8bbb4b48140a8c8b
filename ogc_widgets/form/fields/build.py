"""One schema -> one field, kind by kind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.hint import AreaHint
from ogc_widgets.form.checks import validate
from ogc_widgets.form.fields import leaves, recognise, registry, unions
from ogc_widgets.form.fields.defaults import usable_default
from ogc_widgets.form.fields.fields import EXTRA_MEMBERS, Field, Kind, Rule
from ogc_widgets.form.fields.place import Hints, Naming
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import known_schemas
from ogc_widgets.form.schema.dialects import UNRESOLVED
from ogc_widgets.form.schema.keywords import MAX_DEPTH, MAX_NODES, TooLargeError
from ogc_widgets.form.schema.view import OWN, RULES, View
from ogc_widgets.protocol.documents.literal_data import unit_of

if TYPE_CHECKING:
    from ogc_widgets.form.fields.place import Place
    from ogc_widgets.form.schema.keywords import Schema
    from ogc_widgets.protocol import InputDescription

# A definition may hold itself this often before it is entered as JSON.
_MAX_REPEATS: Final = 2
# Longer fixed lists are easier to fill as lists.
_MAX_TUPLE: Final = 8
_SHORT_KINDS: Final[frozenset[Kind]] = frozenset(
    {
        *("number", "integer", "text", "choice", "boolean"),
        *("date", "time", "datetime", "duration"),
    }
)
# The members of a measure by names that people use.
_OF_MEASURE: Final = {
    "measurement": "value",
    "uom": "unit",
    "reference": "unit defined at",
}


class FieldBuilder:
    """Builds the field of one input, and the fields in it: at most ``allowed``.

    ``is_list``: whether the outermost schema is the list of all values of the input.
    """

    def __init__(
        self, described: InputDescription, allowed: int, *, is_list: bool = False
    ) -> None:
        self._described = described
        self._allowed = min(MAX_NODES, allowed)
        self._is_list = is_list
        self.nodes = 0  # built so far

    def field(self, view: View, place: Place) -> Field:
        """The field of a schema.

        Raises:
            TooLargeError: There are more parts than allowed.
        """
        self.nodes += 1
        if self.nodes > self._allowed:
            raise TooLargeError
        said = view.said
        hints = Hints({**Hints.read(said), **place.hints})
        trail = (*place.trail, *view.references)
        made = self._of_kind(view, replace(place, trail=trail, hints=hints))
        is_past = said.get("deprecated") is True or said.get("readOnly") is True
        # How an area is written stands below its field already.
        example = "" if made.kind == "area" else leaves.example(said)
        made = replace(
            made,
            key=place.key,
            label=made.label or hints.text("title") or said.get("title", ""),
            description=made.description or said.get("description", ""),
            required=place.required,
            nullable=(made.nullable or view.takes_null)
            and validate.checker(view.schema, view.defs).accepts(None),
            schema=made.schema or view.schema,
            defs=view.defs,
            widget=made.widget or hints.text("widget"),
            unit=made.unit or unit_of(said),
            placeholder=made.placeholder or hints.text("placeholder") or example,
            order=made.order if made.order is not None else hints.number("order"),
            advanced=made.advanced or hints.get("advanced") is True or is_past,
            note=made.note or ("Deprecated." if said.get("deprecated") else ""),
        )
        if place.depth == 0:
            return replace(made, custom=registry.find(said, self._described, made))
        default = said.get("default")
        if default is None:
            return made
        return replace(made, default=usable_default(made, default))

    def _of_kind(self, view: View, place: Place) -> Field:
        said, references = view.said, view.references
        if UNRESOLVED in said:
            address = words.shorten(said[UNRESOLVED], 120)
            note = f"Its schema is elsewhere and was not fetched: {address}"
            return Field(kind="json", note=note)
        repeated = any(place.trail.count(name) > _MAX_REPEATS for name in place.trail)
        is_known = any(name.startswith(known_schemas.PREFIX) for name in references)
        if repeated or place.depth >= MAX_DEPTH or "$ref" in said:
            return Field(kind="json")
        if place.data and is_known:
            return Field(kind="json", label=said.get("title", ""))
        if not view.choices:
            document = recognise.stac_document(view, place)
            if document is not None:
                return Field(kind="stac", stac=document, label=said.get("title", ""))
        if list(said.get("properties", ())) == ["value"] and (
            "value" in said.get("required", ())
        ):
            # An object that only wraps one text: dates and addresses made from CWL.
            inner = view.part(said["properties"]["value"])
            if inner.named_types == ["string"]:
                made = self.field(
                    inner, place.part(naming=place.naming, required=False)
                )
                return replace(made, envelope="value", schema={})
        qualified = self._described.qualified
        if place.outermost and qualified is not None and not self._is_whole(place):
            return leaves.qualified_file(qualified, view.choices or [view])
        if not place.data:
            area = recognise.area_hint(said, references, place.naming)
            if area is not None:
                return Field(kind="area", area=area)
        if "const" in said:
            return leaves.const(said["const"], said)
        if "enum" in said:
            choice = leaves.choice(said["enum"], said)
            if choice is not None:
                return choice
        if view.choices:
            return self._union(view.choices, view, place)
        types = view.types
        if len(types) > 1:
            plain = {k: v for k, v in said.items() if k not in ("title", "description")}
            single = [view.part({**plain, "type": name}) for name in types]
            return self._union(single, view, place)
        match types:
            case ["string"]:
                return self._text(view, place)
            case ["integer"]:
                return leaves.number(said, "integer", place.hints)
            case ["number"]:
                return leaves.number(said, "number", place.hints)
            case ["boolean"]:
                labels = ("yes", "no")
                return Field(
                    kind="boolean", options=(True, False), option_labels=labels
                )
            case ["array"]:
                return self._array(view, place)
            case ["object"]:
                return self._object(view, place)
        return Field(kind="null" if view.is_null else "json")

    def _is_whole(self, place: Place) -> bool:
        """Whether the schema there is the list of all values of an input."""
        return place.depth == 0 and self._is_list

    def _text(self, view: View, place: Place) -> Field:
        address = None if place.data else recognise.stac_text(view, place)
        if address is not None:
            return Field(kind="stac", stac=address, format=view.said.get("format", ""))
        return leaves.text(view, place)

    def _array(self, view: View, place: Place) -> Field:
        """A list, a fixed list, or several options of a few."""
        low, high = view.said.get("minItems", 0), view.said.get("maxItems")
        if "prefixItems" in view.said:
            return self._tuple(view, place)
        items = view.part(view.said.get("items", {}))
        several = _several_options(view.said, items)
        if several is not None:
            return replace(several, min_items=low, max_items=high)
        is_whole = self._is_whole(place)
        inner = replace(
            place,
            key="",
            required=True,
            depth=place.depth + 1,
            outermost=place.outermost and is_whole,
            hints=Hints(),
        )
        item = self.field(items, inner)
        is_fixed = low == high and 1 < low <= _MAX_TUPLE and not is_whole
        if is_fixed and item.kind in _SHORT_KINDS:
            members = (item,) * low
            return Field(kind="tuple", fields=members, min_items=low, max_items=high)
        return Field(kind="list", item=item, min_items=low, max_items=high)

    def _tuple(self, view: View, place: Place) -> Field:
        prefix, low = view.said["prefixItems"], view.said.get("minItems", 0)
        count = len(prefix)
        is_closed = view.said.get("items", {}).get("not") == {}
        fixed = is_closed or view.said.get("maxItems", count + 1) <= count
        members = tuple(
            self.field(view.part(one), place.part(str(n), required=fixed or n < low))
            for n, one in enumerate(prefix)
        )
        return Field(kind="tuple", fields=members, min_items=low, max_items=count)

    def _object(self, view: View, place: Place) -> Field:
        """An object with described members, and with names to choose where it says."""
        said = view.said
        properties, required = said.get("properties", {}), said.get("required", [])
        others = _other_schema(said)
        item = None
        if others:
            item = self.field(view.part(others), place.part(required=True))
        if not properties and item is not None:
            low, high = (
                view.said.get("minProperties", 0),
                view.said.get("maxProperties"),
            )
            return Field(kind="map", item=item, min_items=low, max_items=high)
        names = list(dict.fromkeys((*properties, *required)))
        if not names or {"json", EXTRA_MEMBERS} & set(names):
            # Two names mean something else in a draft, whatever the field.
            return Field(kind="json")
        own = {*said.get(OWN, ()), *required} if RULES in said else names
        is_measure = {"measurement", "uom"} <= set(names)
        members = []
        for name in names:
            member = properties.get(name, {})
            naming = Naming(
                name, member.get("title", ""), member.get("description", "")
            )
            inner = place.part(name, naming, required=name in required)
            made = self.field(view.part(member), inner)
            label = made.label or (_OF_MEASURE.get(name, "") if is_measure else "")
            members.append(replace(made, label=label, conditional=name not in own))
        members.sort(key=lambda one: one.order if one.order is not None else 0)
        return Field(
            kind="object",
            fields=tuple(members),
            item=item,
            rules=tuple(_rule(rule, view) for rule in said.get(RULES, ())),
            widget="measure" if is_measure else "",
        )

    def _union(self, choices: list[View], view: View, place: Place) -> Field:
        """One field for alternatives: a file, an area, a document, or a chooser."""
        nullable = view.takes_null or any(choice.is_null for choice in choices)
        choices = [choice for choice in choices if not choice.is_null]
        if not choices:
            return Field(kind="null")
        choices = unions.without_whole_numbers(choices)
        if len(choices) > 1 and all(map(leaves.is_content, choices)):
            made = leaves.contents(choices, outermost=place.outermost)
            return replace(made, nullable=nullable)
        discriminator = view.said.get("discriminator", {})
        choices = [unions.told_apart(choice, discriminator) for choice in choices]
        document = recognise.stac_choice(choices, place)
        if document is not None:
            return Field(kind="stac", stac=document, nullable=nullable, format="uri")
        choices = unions.with_one_document(choices, place)
        inner = replace(
            place,
            key="",
            required=True,
            depth=place.depth + 1,
            data=place.data or unions.is_data(choices),
        )
        branches = [self.field(choice, inner) for choice in choices]
        nullable = nullable or any(branch.nullable for branch in branches)
        if len(branches) == 1:
            return replace(branches[0], nullable=nullable)
        areas = [branch.area for branch in branches if branch.area is not None]
        if len(areas) == len(branches):
            return Field(kind="area", area=AreaHint.joined(areas), nullable=nullable)
        if place.outermost:
            branches = unions.typed(branches, choices)
        labelled = unions.labelled(branches, choices, discriminator)
        return Field(kind="union", nullable=nullable, branches=labelled)


def _several_options(said: Schema, items: View) -> Field | None:
    options = items.said.get("enum")
    if not options or items.takes_null:
        return None
    if not said.get("uniqueItems") and said.get("minItems", 0) > 1:
        return None  # some option is needed twice
    made = leaves.choice(options, items.said, several=True)
    return made and replace(made, kind="multichoice")


def _other_schema(said: Schema) -> Any:  # noqa: ANN401 # a schema, False or None
    """The schema of a member that the object does not describe, if it invites any.

    Where it is neither said nor shaped there is none: most objects are only careless.
    """
    schema = said.get("additionalProperties")
    patterns = list(said.get("patternProperties", {}).values())
    return patterns[0] if len(patterns) == 1 and not schema else schema


def _rule(rule: Schema, view: View) -> Rule:
    sides = [view.part(rule.get(side, {})).said for side in ("then", "else")]
    return Rule(
        condition=rule["if"],
        required=tuple(tuple(side.get("required", ())) for side in sides),
        members=tuple(tuple(side.get("properties", ())) for side in sides),
    )
