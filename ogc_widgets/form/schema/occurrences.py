"""How many values an input takes, and the schema of the list that they make.

``maxOccurs`` makes a list of an input's values (requirement process-execute-input-array
of the standard). Servers say the same list once more in the schema: ZOO's ``schema``
and ``extended-schema`` are it already, Weaver's ``schema`` is it or "one of them, or
the list of them". Said twice, it is still one list. A list of lists is one where
``extended-schema`` is nested deeper than ``schema``, or where one value is a list of
its own kind: a pair, a box.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.branches import branches_of, is_null
from ogc_widgets.form.schema.dialects import types_of
from ogc_widgets.form.schema.flatten import flatten

if TYPE_CHECKING:
    from ogc_widgets.protocol import InputDescription

Json = Mapping[str, Any]

_MAX_DEPTH: Final = 8
_LABELS: Final = frozenset({"title", "description", "default", "examples"})


def list_schema(
    schema: Json, extended: Json, described: InputDescription, defs: Json
) -> dict[str, Any] | None:
    """The schema of the list of an input's values; None if it takes one value.

    Args:
        schema: What the input's ``schema`` says, normalised.
        extended: The same of its ``extended-schema``; empty where there is none.
        described: How often the input may occur.
        defs: What the schemas refer to.
    """
    own = _as_list(schema, defs)
    # Weaver writes an input that may be left out as a list of one or none.
    is_said = own is not None and (bool(extended) or own.get("maxItems") == 1)
    if described.max_occurs == 1 and not is_said:
        return None
    said = _as_list(extended, defs) if extended else None
    missing = _depth(extended, defs) - _depth(schema, defs) if said else 0
    if said and missing > 1:
        return _counted(said, said, described)
    is_wrapped = missing == 1 if said else own is None or _is_one_value(own, described)
    if own is not None and not is_wrapped:
        return _counted(own, said or {}, described)
    item, counts = _without_list(schema, defs)
    types = ["array", "null"] if described.nullable else "array"
    return _counted({"type": types, "items": item}, said or counts, described)


def _as_list(schema: Json, defs: Json) -> dict[str, Any] | None:
    """The flat view of a schema of lists, null beside it or not; else None."""
    view = flatten(schema, defs).view
    if types_of(view) == ["array"]:
        return view
    choices = branches_of(view, defs)
    lists = [choice for choice in choices if not is_null(choice)]
    if len(lists) != 1:
        return None
    inner = _as_list(lists[0], defs)
    if inner is None:
        return None
    labels = {name: view[name] for name in _LABELS if name in view}
    types = ["array", "null"] if len(choices) > 1 else "array"
    return {**inner, **labels, "type": types}


def _depth(schema: Json, defs: Json, limit: int = _MAX_DEPTH) -> int:
    """How many lists are inside of each other."""
    view = _as_list(schema, defs) if limit else None
    return 0 if view is None else 1 + _depth(view.get("items", {}), defs, limit - 1)


def _is_one_value(view: Json, described: InputDescription) -> bool:
    """Whether a list is one value of several: its own counts are not the input's."""
    low, high = view.get("minItems", 0), view.get("maxItems")
    most = described.max_occurs
    if "prefixItems" in view:
        return True
    if (low, high) == (described.min_occurs, most):
        return False
    is_shape = low > 1 and high is not None
    return (
        is_shape
        or (most is not None and low > most)
        or (high is not None and high < described.min_occurs)
    )


def _without_list(schema: Json, defs: Json) -> tuple[Json, dict[str, Any]]:
    """One value out of "one, or the list of them", and what is said of the list."""
    view = flatten(schema, defs).view
    choices = [c for c in branches_of(view, defs) if not is_null(c)]
    lists = {n: found for n, c in enumerate(choices) if (found := _as_list(c, defs))}
    single = [choice for number, choice in enumerate(choices) if number not in lists]
    known = [_core(choice, defs) for choice in single]
    for found in lists.values():
        items = found.get("items", {})
        offered = branches_of(flatten(items, defs).view, defs) or [items]
        if not all(any(exact.same(_core(o, defs), k) for k in known) for o in offered):
            return schema, {}
    if not lists:
        return schema, {}
    labels = {name: view[name] for name in _LABELS if name in view}
    nulls = [c for c in branches_of(view, defs) if is_null(c)]
    rest = [*single, *nulls]
    item = dict(rest[0]) if len(rest) == 1 else {"anyOf": rest}
    return {**item, **labels}, next(iter(lists.values()))


def _core(schema: Json, defs: Json) -> dict[str, Any]:
    view = flatten(schema, defs).view
    return {name: value for name, value in view.items() if name not in _LABELS}


def _counted(view: Json, said: Json, described: InputDescription) -> dict[str, Any]:
    """A list with the narrowest of all counts that go together."""
    low = max(view.get("minItems", 0), said.get("minItems", 0), described.min_occurs)
    most = (view.get("maxItems"), said.get("maxItems"), described.max_occurs)
    high = min((count for count in most if count is not None), default=None)
    counted = {**view, "minItems": low}
    counted.pop("maxItems", None)
    if high is not None and high >= low:
        counted["maxItems"] = high
    return counted
