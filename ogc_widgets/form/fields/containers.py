"""Lists, tuples, objects and maps: fields that hold other fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.fields import conditions, leaves
from ogc_widgets.form.fields.area_fields import Naming
from ogc_widgets.form.fields.build_context import Place
from ogc_widgets.form.fields.fields import EXTRA_MEMBERS, Field
from ogc_widgets.form.schema.flatten import flatten
from ogc_widgets.form.schema.limits import MAX_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.form.fields.build import Builder

# Longer fixed lists are easier to fill as lists.
_MAX_TUPLE: Final = 8

_SHORT_KINDS: Final = frozenset(
    {
        "number",
        "integer",
        "text",
        "choice",
        "boolean",
        "date",
        "time",
        "datetime",
        "duration",
    }
)


def array(builder: Builder, view: Mapping[str, Any], place: Place) -> Field:
    """A list, a fixed list, or several options of a few."""
    low = view.get("minItems", 0)
    high = view.get("maxItems")
    prefix = view.get("prefixItems")
    if prefix is not None:
        return _tuple(builder, view, prefix, place)
    items = view.get("items", {})
    several = _several_options(builder, view, items)
    if several is not None:
        return several
    occurrences = is_occurrences(builder, place)
    inner = replace(
        place,
        key="",
        required=True,
        depth=place.depth + 1,
        outermost=place.outermost and occurrences,
        hints={},
    )
    item = builder.field(items, inner)
    fixed = high is not None and low == high and 1 < low <= _MAX_TUPLE
    if fixed and item.kind in _SHORT_KINDS and not occurrences:
        members = (item,) * low
        return Field(kind="tuple", fields=members, min_items=low, max_items=high)
    return Field(kind="list", item=item, min_items=low, max_items=high)


def _several_options(
    builder: Builder, view: Mapping[str, Any], items: Mapping[str, Any]
) -> Field | None:
    low = view.get("minItems", 0)
    item_view = flatten(items, builder.scope.defs).view
    options = item_view.get("enum")
    if (
        options
        and len(options) <= MAX_OPTIONS
        and (view.get("uniqueItems") or (low <= len(options) and low <= 1))
        and not leaves.takes_null(item_view)
    ):
        made = leaves.choice(options, item_view, several=True)
        if made is not None:
            high = view.get("maxItems")
            return replace(
                made, kind="multichoice", min_items=low, max_items=high, label=""
            )
    return None


def is_occurrences(builder: Builder, place: Place) -> bool:
    """Whether the schema is the list of all values of an input."""
    return place.depth == 0 and builder.scope.is_list


def _tuple(
    builder: Builder, view: Mapping[str, Any], prefix: list[Any], place: Place
) -> Field:
    low = view.get("minItems", 0)
    rest = view.get("items")
    fixed = (rest is not None and rest.get("not") == {}) or view.get(
        "maxItems", len(prefix) + 1
    ) <= len(prefix)
    members = tuple(
        builder.field(
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
    return Field(kind="tuple", fields=members, min_items=low, max_items=len(members))


def object_(builder: Builder, view: Mapping[str, Any], place: Place) -> Field:
    """An object with described members, and with names to choose where it says so."""
    properties = view.get("properties") or {}
    required = view.get("required", [])
    if not properties:
        return _map(builder, view, place)
    if {"json", EXTRA_MEMBERS} & properties.keys():
        # These names mean something else in a draft, whatever the field.
        return Field(kind="json")
    names = [*properties, *(name for name in required if name not in properties)]
    members = []
    for name in names:
        member = properties.get(name, {})
        members.append(
            builder.field(
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
    conditional = conditions.conditional_members(view)
    ordered = [
        replace(m, conditional=True) if m.key in conditional else m for m in ordered
    ]
    is_measure = {"measurement", "uom"} <= set(names)
    return Field(
        kind="object",
        fields=tuple(_as_measure(m) if is_measure else m for m in ordered),
        item=_other_members(builder, view, place),
        rules=conditions.rules_of(view, builder.scope.defs),
        widget="measure" if is_measure else "",
    )


def _as_measure(member: Field) -> Field:
    """The members of a measure by names that people use."""
    names = {"measurement": "value", "uom": "unit", "reference": "unit defined at"}
    label = member.label or names.get(member.key, "")
    return replace(member, label=label)


def _other_members(
    builder: Builder, view: Mapping[str, Any], place: Place
) -> Field | None:
    """The value of a member that the object does not describe, if it invites any."""
    schema = view.get("additionalProperties")
    patterns = list(view.get("patternProperties", {}).values())
    if len(patterns) == 1 and not schema:
        schema = patterns[0]
    if not schema:
        # Neither said nor shaped: most objects are only careless about this.
        return None
    return builder.field(
        schema, Place(required=True, depth=place.depth + 1, trail=place.trail)
    )


def _map(builder: Builder, view: Mapping[str, Any], place: Place) -> Field:
    names = view.get("required", [])
    item = _other_members(builder, view, place)
    if item is None:
        if names:
            members: dict[str, Any] = {name: {} for name in names}
            return object_(builder, {**view, "properties": members}, place)
        return Field(kind="json")
    return Field(
        kind="map",
        item=item,
        min_items=view.get("minProperties", 0),
        max_items=view.get("maxProperties"),
    )
