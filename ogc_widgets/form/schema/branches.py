"""The alternatives that ``oneOf`` and ``anyOf`` offer, made ready to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.schema import exact, known_schemas
from ogc_widgets.form.schema.flatten import OWN, RULES, flatten, merge

if TYPE_CHECKING:
    from collections.abc import Mapping

# A branch with none of these only constrains what the schema around it describes.
_SHAPES: Final = frozenset(
    {
        "type",
        "properties",
        "enum",
        "const",
        "items",
        "prefixItems",
        "format",
        "contentMediaType",
        "contentEncoding",
        "oneOf",
        "anyOf",
        "$ref",
        "pattern",
        "additionalProperties",
        "x-unresolved",
    }
)
_OWN: Final = frozenset(
    {"title", "description", "default", "examples", "discriminator"}
)
_LEFT_OUT: Final = _OWN | {RULES, OWN}
_MAX_BRANCHES: Final = 64


def branches_of(
    view: Mapping[str, Any], defs: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The alternatives of a flat schema, each complete; [] if there are none to choose.

    Nested alternatives are lifted, equal ones are kept once, and what stands beside
    ``oneOf`` is put into every branch. A branch of ``null`` is kept (see
    :func:`is_null`).
    """
    keyword = next((k for k in ("oneOf", "anyOf") if view.get(k)), "")
    if not keyword:
        return []
    branches = view[keyword]
    base = {
        name: value
        for name, value in view.items()
        if name not in _LEFT_OUT and name != keyword and not name.startswith("x-ui")
    }
    shaped = [branch for branch in branches if _has_shape(branch, base)]
    if not shaped:
        return []
    result: list[dict[str, Any]] = []
    for branch in branches:
        for alternative in _lifted(branch, defs):
            whole = {"allOf": [alternative, base]} if base else dict(alternative)
            if base and "$ref" not in alternative:
                whole = merge(alternative, base)
            if not any(_alike(whole, other) for other in result):
                result.append(whole)
            if len(result) >= _MAX_BRANCHES:
                return result
    return result


def is_null(schema: Mapping[str, Any]) -> bool:
    """Whether a schema allows null and nothing else."""
    return (
        schema.get("type") in ("null", ["null"])
        or schema.get("enum") == [None]
        or ("const" in schema and schema["const"] is None)
    )


def takes_null(view: Mapping[str, Any]) -> bool:
    """Whether a flat schema allows null beside something else."""
    types = view.get("type")
    if types == "null" or (isinstance(types, list) and "null" in types):
        return True
    if None in view.get("enum", ()):
        return not types
    return any(
        is_null(branch)
        for keyword in ("anyOf", "oneOf")
        for branch in view.get(keyword, ())
    )


def _has_shape(branch: Mapping[str, Any], base: Mapping[str, Any]) -> bool:
    if "properties" in base or "items" in base:
        # {"type": "object", "required": ["a"]} beside properties is a constraint.
        return bool((_SHAPES - {"type"}) & branch.keys())
    return not branch or bool(_SHAPES & branch.keys()) or "allOf" in branch


def _lifted(
    branch: Mapping[str, Any], defs: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """The alternatives inside a branch that is nothing but alternatives."""
    flat = flatten(branch, defs)
    if any(name.startswith(known_schemas.PREFIX) for name in flat.references):
        return [branch]
    view = {k: v for k, v in flat.view.items() if k not in _LEFT_OUT}
    if view.keys() in ({"oneOf"}, {"anyOf"}):
        (nested,) = view.values()
        if len(nested) <= _MAX_BRANCHES and not flat.references:
            return [part for member in nested for part in _lifted(member, defs)]
    return [branch]


def _alike(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return exact.same(first, second)
