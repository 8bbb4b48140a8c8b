"""One flat view of a schema: references followed, ``allOf`` merged.

The view is for building fields; values are validated against the schema as it came, so
a merge may be generous but must not invent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.dialects import ENUM_NAMES

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

Json = Mapping[str, Any]

RULES: Final = "x-rules"
"""What holds only sometimes: a list of ``{"if", "then", "else"}``."""
OWN: Final = "x-own-members"
"""Names of the members that an object has in any case."""

_ANNOTATIONS: Final = frozenset({"title", "description", "default", "examples"})


class Flat(NamedTuple):
    """A flat view and the definitions that it was read from."""

    view: dict[str, Any]
    references: tuple[str, ...]


def flatten(schema: Json, defs: Json, _trail: tuple[str, ...] = ()) -> Flat:
    """Follow the references of a normalised schema and merge its ``allOf``.

    Args:
        schema: A normalised schema.
        defs: What its references point into.

    Returns:
        The view without ``$ref`` and ``allOf`` at its top, and the names of the
        definitions that were followed. A reference that leads back to itself is left.
    """
    parts: list[Json] = []
    references: list[str] = []
    own = {k: v for k, v in schema.items() if k not in ("$ref", "allOf")}
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix("#/$defs/")
        if name in defs and name not in _trail:
            target = flatten(defs[name], defs, (*_trail, name))
            references += [name, *target.references]
            parts.append(target.view)
    for member in schema.get("allOf", ()):
        flat = flatten(member, defs, _trail)
        references += flat.references
        parts.append(flat.view)
    view: dict[str, Any] = _with_rules(own)
    for part in parts:
        view = merge(view, part)
    return Flat(_with_conditional_members(view), tuple(dict.fromkeys(references)))


def _with_rules(own: dict[str, Any]) -> dict[str, Any]:
    """The schema with its conditions as a list, so that a merge can keep all."""
    rules = [
        {"if": {"required": [name]}, "then": {"required": names}}
        for name, names in own.get("dependentRequired", {}).items()
    ]
    rules += [
        {"if": {"required": [name]}, "then": then}
        for name, then in own.get("dependentSchemas", {}).items()
    ]
    if "if" in own and ("then" in own or "else" in own):
        rules.append({key: own[key] for key in ("if", "then", "else") if key in own})
    found: dict[str, Any] = {RULES: rules} if rules else {}
    if "properties" in own:
        found[OWN] = list(own["properties"])
    return {**own, **found}


def merge(first: Json, second: Json) -> dict[str, Any]:
    """What both schemas say together; labels of the first win."""
    result = dict(first)
    if "enum" in first and "enum" in second:
        # Names belong to the options that they stood beside, in that order.
        second = {k: v for k, v in second.items() if k != ENUM_NAMES}
    for keyword, value in second.items():
        if keyword not in result:
            result[keyword] = value
        elif keyword not in _ANNOTATIONS and keyword in _MERGERS:
            result[keyword] = _MERGERS[keyword](result[keyword], value)
    return result


def _with_conditional_members(view: dict[str, Any]) -> dict[str, Any]:
    """Members that only a condition names get a field too, an optional one."""
    conditional = [
        rule[side]
        for rule in view.get(RULES, ())
        for side in ("then", "else")
        if isinstance(rule.get(side), Mapping)
    ]
    extra: dict[str, list[Json]] = {}
    for branch in conditional:
        for name, member in branch.get("properties", {}).items():
            if name not in view.get("properties", {}) and member:
                extra.setdefault(name, []).append(member)
    if not extra:
        return view
    properties = dict(view.get("properties", {}))
    for name, members in extra.items():
        properties[name] = members[0] if len(members) == 1 else {"anyOf": members}
    return {**view, "properties": properties}


def _types(first: JsonValue, second: JsonValue) -> JsonValue:
    left = [first] if isinstance(first, str) else list(first)
    right = [second] if isinstance(second, str) else list(second)
    both = [name for name in left if name in right]
    for wide, narrow in ((left, right), (right, left)):
        if "number" in wide and "integer" in narrow and "integer" not in both:
            both.append("integer")
    return (both[0] if len(both) == 1 else both) if both else first


def _properties(first: Json, second: Json) -> dict[str, Any]:
    result = dict(first)
    for name, schema in second.items():
        result[name] = {"allOf": [result[name], schema]} if name in result else schema
    return result


def _both_names(first: JsonValue, second: JsonValue) -> list[Any]:
    return [*first, *(name for name in second if name not in first)]


def _common_options(first: JsonValue, second: JsonValue) -> list[Any]:
    marks = {exact.mark(option) for option in second}
    common = [option for option in first if exact.mark(option) in marks]
    return common or list(first)


def _both_schemas(first: JsonValue, second: JsonValue) -> dict[str, Any]:
    return {"allOf": [first, second]}


def _both_or_none(first: JsonValue, second: JsonValue) -> JsonValue:
    none = first is False or second is False
    return False if none else _both_schemas(first, second)


def _longer(first: JsonValue, second: JsonValue) -> JsonValue:
    return first if len(first) >= len(second) else second


_MERGERS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "type": _types,
    "properties": _properties,
    "required": _both_names,
    "enum": _common_options,
    "items": _both_schemas,
    "prefixItems": _longer,
    "additionalProperties": _both_or_none,
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
    RULES: lambda first, second: [*first, *second],
    OWN: _both_names,
    "uniqueItems": lambda first, second: first or second,
}
