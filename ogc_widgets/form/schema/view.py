"""What a schema in the normal form says in one place: references and ``allOf`` merged.

A view is for building fields; values are validated against the schema as it came, so
that a merge may be generous but must not invent.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.dialects import ENUM_NAMES, UNRESOLVED, all_types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ogc_widgets.form.schema.keywords import Schema, Schemas

RULES: Final = "x-rules"
"""What holds only sometimes: a list of ``{"if", "then", "else"}``."""
OWN: Final = "x-own-members"
"""Names of the members that an object has in any case."""
FORMATS_OF_TEXT: Final = (
    *("date", "time", "date-time", "duration", "uuid", "regex", "password"),
    *("uri", "url", "uri-reference", "uri-template", "iri", "iri-reference"),
    *("email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6"),
    *("json-pointer", "relative-json-pointer"),
)
"""Formats that tell that a value is text where no type does."""
# Keywords that speak of one type.
_OF_TYPE: Final = {
    "object": {"properties", "additionalProperties", "patternProperties"},
    "array": {"items", "prefixItems", "minItems", "maxItems"},
    "string": {"pattern", "minLength", "maxLength", "contentMediaType"},
    "number": {"minimum", "maximum", "multipleOf", "exclusiveMinimum"},
}
# A branch with none of these only constrains what the schema around it describes.
_SHAPES: Final = frozenset(
    {
        *("type", "properties", "enum", "const", "items", "prefixItems", "format"),
        *("contentMediaType", "contentEncoding", "oneOf", "anyOf", "allOf", "$ref"),
        *("pattern", "additionalProperties", UNRESOLVED),
    }
)
# What is said of a choice and not of each branch.
_OF_WHOLE: Final = frozenset(
    {"title", "description", "default", "examples", "discriminator", RULES, OWN}
)
_FOLLOWED: Final = ("$ref", "allOf")
_MAX_BRANCHES: Final = 64


class View:
    """A normalised schema, read in one place.

    Args:
        schema: The schema.
        defs: What its references point into.

    Attributes:
        said: Keyword to value, without ``$ref`` and ``allOf``. A reference that leads
            back to itself is left.
        references: Names of the definitions that were followed.
    """

    def __init__(self, schema: Schema, defs: Schemas) -> None:
        self.schema = schema
        self.defs = defs
        self.said, followed = _flat(schema, defs, ())
        self.references = tuple(dict.fromkeys(followed))

    def part(self, schema: Schema) -> View:
        """The view of a schema that stands in this one."""
        return View(schema, self.defs)

    @property
    def named_types(self) -> list[str]:
        """Types that are named, without "null"; [] for any."""
        return [name for name in all_types(self.said) if name != "null"]

    @property
    def types(self) -> list[str]:
        """The same, else the one type that the keywords speak of."""
        if self.named_types:
            return self.named_types
        for name, keywords in _OF_TYPE.items():
            if keywords & self.said.keys():
                return [name]
        if self.said.get("format") in (*FORMATS_OF_TEXT, "datetime"):
            return ["string"]
        by_default = {bool: ["boolean"], str: ["string"]}
        return by_default.get(type(self.said.get("default")), [])

    @cached_property
    def choices(self) -> list[View]:
        """The alternatives of ``oneOf`` or ``anyOf``, each complete; [] without choice.

        Nested alternatives are lifted, equal ones are kept once, and what stands beside
        the keyword is put into every one. One of ``null`` is kept, see :attr:`is_null`.
        """
        keyword = next((name for name in ("oneOf", "anyOf") if self.said.get(name)), "")
        branches = self.said.get(keyword, ())
        base = {
            name: value
            for name, value in self.said.items()
            if name not in _OF_WHOLE and name != keyword and not name.startswith("x-ui")
        }
        # {"type": "object", "required": ["a"]} beside properties is a constraint.
        is_shaped = bool({"properties", "items"} & base.keys())
        shapes = _SHAPES - {"type", "allOf"} if is_shaped else _SHAPES
        if not any(shapes & one.keys() or not (one or is_shaped) for one in branches):
            return []
        found: dict[object, Schema] = {}
        for branch in branches:
            for one in _lifted(branch, self.defs):
                whole = one if not base else {"allOf": [one, base]}
                if base and "$ref" not in one:
                    whole = _merge(one, base)
                found.setdefault(exact.mark(whole), whole)
        return [self.part(whole) for whole in list(found.values())[:_MAX_BRANCHES]]

    @property
    def is_null(self) -> bool:
        """Whether null is allowed and nothing else."""
        return (
            self.said.get("type") in ("null", ["null"])
            or self.said.get("enum") == [None]
            or self.said.get("const", "") is None
        )

    @property
    def takes_null(self) -> bool:
        """Whether null is allowed beside something else."""
        if "null" in all_types(self.said):
            return True
        if None in self.said.get("enum", ()):
            return not self.named_types
        branches = (*self.said.get("anyOf", ()), *self.said.get("oneOf", ()))
        return any(self.part(branch).is_null for branch in branches)


def _flat(
    schema: Schema, defs: Schemas, trail: tuple[str, ...]
) -> tuple[Schema, list[str]]:
    """The schema without ``$ref`` and ``allOf``, and the names that were followed."""
    said = {name: value for name, value in schema.items() if name not in _FOLLOWED}
    said |= _rules_of(said)
    references: list[str] = []
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if name in defs and name not in trail:
        view, followed = _flat(defs[name], defs, (*trail, name))
        references += [name, *followed]
        said = _merge(said, view)
    for member in schema.get("allOf", ()):
        view, followed = _flat(member, defs, trail)
        references += followed
        said = _merge(said, view)
    return _with_conditional_members(said), references


def _rules_of(said: Schema) -> Schema:
    """The conditions of a schema as a list, so that a merge can keep all."""
    rules = [
        {"if": {"required": [name]}, "then": {"required": names}}
        for name, names in said.get("dependentRequired", {}).items()
    ]
    rules += [
        {"if": {"required": [name]}, "then": then}
        for name, then in said.get("dependentSchemas", {}).items()
    ]
    if "if" in said and ("then" in said or "else" in said):
        rules.append({key: said[key] for key in ("if", "then", "else") if key in said})
    found: Schema = {RULES: rules} if rules else {}
    if "properties" in said:
        found[OWN] = list(said["properties"])
    return found


def _with_conditional_members(view: Schema) -> Schema:
    """Members that only a condition names get a field too, an optional one."""
    members = view.get("properties", {})
    extra: dict[str, list[Schema]] = {}
    for rule in view.get(RULES, ()):
        for side in ("then", "else"):
            for name, member in rule.get(side, {}).get("properties", {}).items():
                if name not in members and member:
                    extra.setdefault(name, []).append(member)
    if not extra:
        return view
    found = {n: m[0] if len(m) == 1 else {"anyOf": m} for n, m in extra.items()}
    return {**view, "properties": {**members, **found}}


def _lifted(branch: Schema, defs: Schemas) -> list[Schema]:
    """The alternatives inside a branch that is nothing but alternatives."""
    view, references = _flat(branch, defs, ())
    said = {name: value for name, value in view.items() if name not in _OF_WHOLE}
    if not references and said.keys() in ({"oneOf"}, {"anyOf"}):
        (nested,) = said.values()
        if len(nested) <= _MAX_BRANCHES:
            return [part for member in nested for part in _lifted(member, defs)]
    return [branch]


def _merge(first: Schema, second: Schema) -> Schema:
    """What both schemas say together; labels of the first win."""
    result = dict(first)
    if "enum" in first and "enum" in second:
        # Names belong to the options that they stood beside, in that order.
        second = {name: v for name, v in second.items() if name != ENUM_NAMES}
    for keyword, value in second.items():
        if keyword not in result:
            result[keyword] = value
        elif keyword in _MERGERS:
            result[keyword] = _MERGERS[keyword](result[keyword], value)
    return result


def _types(first: str | list[str], second: str | list[str]) -> str | list[str]:
    left = [first] if isinstance(first, str) else first
    right = [second] if isinstance(second, str) else second
    both = [name for name in left if name in right]
    for wide, narrow in ((left, right), (right, left)):
        if "number" in wide and "integer" in narrow and "integer" not in both:
            both.append("integer")
    return (both[0] if len(both) == 1 else both) if both else first


def _properties(first: Schemas, second: Schemas) -> dict[str, Schema]:
    result = dict(first)
    for name, schema in second.items():
        result[name] = _both(result[name], schema) if name in result else schema
    return result


def _all_names(first: list[str], second: list[str]) -> list[str]:
    return list(dict.fromkeys((*first, *second)))


def _common_options(first: list[Any], second: list[Any]) -> list[Any]:
    marks = {exact.mark(option) for option in second}
    return [option for option in first if exact.mark(option) in marks] or first


def _both(first: Schema, second: Schema) -> Schema:
    return {"allOf": [first, second]}


_MERGERS: Final[Mapping[str, Callable[[Any, Any], object]]] = {
    "type": _types,
    "properties": _properties,
    "required": _all_names,
    "enum": _common_options,
    "items": _both,
    "prefixItems": lambda first, second: max(first, second, key=len),
    "additionalProperties": lambda first, second: (
        False if first is False or second is False else _both(first, second)
    ),
    **dict.fromkeys(("minimum", "exclusiveMinimum"), max),
    **dict.fromkeys(("minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum"), min),
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties"), min),
    "uniqueItems": lambda first, second: first or second,
    RULES: lambda first, second: [*first, *second],
    OWN: _all_names,
}
