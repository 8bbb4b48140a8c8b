"""How many values an input takes, and the schema of the list that they make.

``maxOccurs`` makes a list of an input's values (requirement process-execute-input-array
of the standard). Servers say the same list once more in the schema: ZOO's ``schema``
and ``extended-schema`` are it already, Weaver's ``schema`` is it or "one of them, or
the list of them". Said twice, it is still one list. A list of lists is one where
``extended-schema`` is nested deeper than ``schema``, or where one value is a list of
its own kind: a pair, a box.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from ogc_widgets.form.schema.keywords import Schema
    from ogc_widgets.form.schema.view import View
    from ogc_widgets.protocol import InputDescription

_MAX_DEPTH: Final = 8
_LABELS: Final = frozenset({"title", "description", "default", "examples"})


def list_schema(
    schema: View, extended: View | None, described: InputDescription
) -> Schema | None:
    """The schema of the list of an input's values; None if it takes one value.

    ``extended`` is the ``extended-schema``, None where that says no list.
    """
    own = _as_list(schema)
    # Weaver writes an input that may be left out as a list of one or none.
    is_said = own is not None and (extended is not None or own.get("maxItems") == 1)
    if described.max_occurs == 1 and not is_said:
        return None
    said = _as_list(extended) if extended is not None else None
    if extended is not None and said:
        missing = _depth(extended) - _depth(schema)
        if missing > 1:
            return _counted(said, said, described)
        is_wrapped = missing == 1
    else:
        is_wrapped = own is None or _is_one_value(own, described)
    if own is not None and not is_wrapped:
        return _counted(own, said or {}, described)
    item, counts = _without_list(schema)
    types = ["array", "null"] if described.nullable else "array"
    return _counted({"type": types, "items": item}, said or counts, described)


def _as_list(view: View) -> Schema | None:
    """What is said of lists, null beside them or not; None where it is no list."""
    if view.types == ["array"]:
        return view.said
    lists = [choice for choice in view.choices if not choice.is_null]
    inner = _as_list(lists[0]) if len(lists) == 1 else None
    if inner is None:
        return None
    types = ["array", "null"] if len(view.choices) > 1 else "array"
    return {**inner, **_labels(view), "type": types}


def _labels(view: View) -> Schema:
    return {name: view.said[name] for name in _LABELS if name in view.said}


def _depth(view: View, limit: int = _MAX_DEPTH) -> int:
    """How many lists are inside of each other."""
    found = _as_list(view) if limit else None
    return (
        0 if found is None else 1 + _depth(view.part(found.get("items", {})), limit - 1)
    )


def _is_one_value(own: Schema, described: InputDescription) -> bool:
    """Whether a list is one value of several: its own counts are not the input's."""
    low, high = own.get("minItems", 0), own.get("maxItems")
    least, most = described.min_occurs, described.max_occurs
    if "prefixItems" in own:
        return True
    if (low, high) == (least, most):
        return False
    is_shape = low > 1 and high is not None
    is_under = high is not None and high < least
    return is_shape or is_under or (most is not None and low > most)


def _without_list(view: View) -> tuple[Schema, Schema]:
    """One value out of "one, or the list of them", and what is said of the list."""
    lists = {choice: _as_list(choice) for choice in view.choices if not choice.is_null}
    single = [choice for choice, found in lists.items() if found is None]
    known = [_core(choice) for choice in single]
    counts: Schema | None = None
    for found in lists.values():
        if found is None:
            continue
        counts = counts or found
        items = view.part(found.get("items", {}))
        for offered in items.choices or [items]:
            if not any(exact.same(_core(offered), one) for one in known):
                return view.schema, {}
    if counts is None:
        return view.schema, {}
    rest = [*single, *(choice for choice in view.choices if choice.is_null)]
    whole = [choice.schema for choice in rest]
    item = whole[0] if len(whole) == 1 else {"anyOf": whole}
    return {**item, **_labels(view)}, counts


def _core(view: View) -> Schema:
    return {name: value for name, value in view.said.items() if name not in _LABELS}


def _counted(schema: Schema, said: Schema, described: InputDescription) -> Schema:
    """A list with the narrowest of all counts that go together."""
    low = max(schema.get("minItems", 0), said.get("minItems", 0), described.min_occurs)
    most = (schema.get("maxItems"), said.get("maxItems"), described.max_occurs)
    high = min((count for count in most if count is not None), default=None)
    counted = {**schema, "minItems": low}
    counted.pop("maxItems", None)
    if high is not None and high >= low:
        counted["maxItems"] = high
    return counted
