"""Lists, tuples, objects and maps: fields that hold other fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.fields import leaves
from ogc_widgets.form.fields.build_context import Naming
from ogc_widgets.form.fields.fields import EXTRA_MEMBERS, Field, Rule
from ogc_widgets.form.schema.branches import takes_null
from ogc_widgets.form.schema.flatten import OWN, RULES, flatten
from ogc_widgets.form.schema.limits import MAX_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.form.fields.build_context import Place, Scope

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
# The members of a measure by names that people use.
_OF_MEASURE: Final = {
    "measurement": "value",
    "uom": "unit",
    "reference": "unit defined at",
}


def array(view: Mapping[str, Any], place: Place, scope: Scope) -> Field:
    """A list, a fixed list, or several options of a few."""
    low, high = view.get("minItems", 0), view.get("maxItems")
    if "prefixItems" in view:
        return _tuple(view, place, scope)
    items = view.get("items", {})
    several = _several_options(view, flatten(items, scope.defs).view)
    if several is not None:
        return several
    occurrences = scope.holds_occurrences(place)
    inner = replace(
        place,
        key="",
        required=True,
        depth=place.depth + 1,
        outermost=place.outermost and occurrences,
        hints={},
    )
    item = scope.field(items, inner)
    fixed = high is not None and low == high and 1 < low <= _MAX_TUPLE
    if fixed and item.kind in _SHORT_KINDS and not occurrences:
        members = (item,) * low
        return Field(kind="tuple", fields=members, min_items=low, max_items=high)
    return Field(kind="list", item=item, min_items=low, max_items=high)


def _several_options(
    view: Mapping[str, Any], item_view: Mapping[str, Any]
) -> Field | None:
    low, options = view.get("minItems", 0), item_view.get("enum")
    if not options or len(options) > MAX_OPTIONS or takes_null(item_view):
        return None
    if not view.get("uniqueItems") and low > min(1, len(options)):
        return None  # some option is needed twice
    made = leaves.choice(options, item_view, several=True)
    if made is None:
        return None
    high = view.get("maxItems")
    return replace(made, kind="multichoice", min_items=low, max_items=high, label="")


def _tuple(view: Mapping[str, Any], place: Place, scope: Scope) -> Field:
    prefix, rest = view["prefixItems"], view.get("items")
    low, count = view.get("minItems", 0), len(prefix)
    is_closed = rest is not None and rest.get("not") == {}
    fixed = is_closed or view.get("maxItems", count + 1) <= count
    members = tuple(
        scope.field(member, place.part(str(number), required=fixed or number < low))
        for number, member in enumerate(prefix)
    )
    return Field(kind="tuple", fields=members, min_items=low, max_items=count)


def object_(view: Mapping[str, Any], place: Place, scope: Scope) -> Field:
    """An object with described members, and with names to choose where it says so."""
    properties = view.get("properties") or {}
    required = view.get("required", [])
    others = _other_schema(view)
    if not properties and others:
        return Field(
            kind="map",
            item=scope.field(others, place.part(required=True)),
            min_items=view.get("minProperties", 0),
            max_items=view.get("maxProperties"),
        )
    names = list(dict.fromkeys((*properties, *required)))
    if not names or {"json", EXTRA_MEMBERS} & set(names):
        # Two names mean something else in a draft, whatever the field.
        return Field(kind="json")
    conditional = _conditional_members(view)
    is_measure = {"measurement", "uom"} <= set(names)
    members = []
    for name in names:
        member = properties.get(name, {})
        about = (member.get("title", ""), member.get("description", ""))
        inner = place.part(name, Naming(name, *about), required=name in required)
        made = replace(scope.field(member, inner), conditional=name in conditional)
        label = _OF_MEASURE.get(name, "") if is_measure else ""
        members.append(replace(made, label=made.label or label))
    ordered = sorted(members, key=lambda m: m.order if m.order is not None else 0)
    return Field(
        kind="object",
        fields=tuple(ordered),
        item=scope.field(others, place.part(required=True)) if others else None,
        rules=_rules(view, scope.defs),
        widget="measure" if is_measure else "",
    )


def _other_schema(view: Mapping[str, Any]) -> Any:  # noqa: ANN401 # JSON
    """The schema of a member that the object does not describe, if it invites any.

    Where it is neither said nor shaped there is none: most objects are only careless.
    """
    schema = view.get("additionalProperties")
    patterns = list(view.get("patternProperties", {}).values())
    return patterns[0] if len(patterns) == 1 and not schema else schema


def _rules(view: Mapping[str, Any], defs: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules of a flat schema."""
    made = []
    for rule in view.get(RULES, ()):
        sides = [flatten(rule.get(s) or {}, defs).view for s in ("then", "else")]
        made.append(
            Rule(
                condition=rule["if"],
                required=tuple(tuple(side.get("required", ())) for side in sides),
                members=tuple(tuple(side.get("properties", ())) for side in sides),
            )
        )
    return tuple(made)


def _conditional_members(view: Mapping[str, Any]) -> frozenset[str]:
    """Names of members that an object only has under a condition."""
    own = {*view.get(OWN, ()), *view.get("required", ())}
    return frozenset(view.get("properties", ())) - own if RULES in view else frozenset()
