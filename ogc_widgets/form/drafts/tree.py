"""Parts of a draft by path, the way the page names them: "geometryInput/1"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.form.fields.fields import (
    EXTRA_MEMBERS,
    Field,
    join_path,
    number_of_step,
)

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue


def part_at(
    field: Field, draft: JsonValue, steps: list[str]
) -> tuple[Field, Any] | None:
    """The field and draft at the end of a path; None if there is no such part."""
    if field.kind == "union":
        branch = _chosen(field, draft)
        if branch is None:
            return (field, draft) if not steps else None
        inner = draft.get("draft") if isinstance(draft, Mapping) else None
        return part_at(field.branches[branch], inner, steps)
    if not steps:
        return field, draft
    found = _member(field, steps[0])
    if found is None:
        return None
    return part_at(found, _part(field, draft, steps[0]), steps[1:])


def with_part(
    field: Field, draft: JsonValue, steps: list[str], new: JsonValue
) -> JsonValue:
    """The draft with another draft at the end of a path."""
    if field.kind == "union":
        branch = _chosen(field, draft)
        if branch is None:
            return draft if steps else new
        inner = draft.get("draft") if isinstance(draft, Mapping) else None
        return {
            "branch": branch,
            "draft": with_part(field.branches[branch], inner, steps, new),
        }
    if not steps:
        return new
    member = _member(field, steps[0])
    if member is None:
        return draft
    inside = with_part(member, _part(field, draft, steps[0]), steps[1:], new)
    if field.kind in ("list", "tuple"):
        rows = list(draft) if isinstance(draft, list) else []
        number = int(steps[0])
        rows += [None] * (number + 1 - len(rows))
        rows[number] = inside
        return rows
    if field.kind == "map":
        return [[key, inside if key == steps[0] else part] for key, part in draft or ()]
    if _is_other(field, steps[0]):
        others = _other_rows(field, draft)
        changed = [[key, inside if key == steps[0] else part] for key, part in others]
        return {**(draft or {}), EXTRA_MEMBERS: changed}
    return {**(draft if isinstance(draft, Mapping) else {}), steps[0]: inside}


def parts(field: Field, draft: JsonValue) -> Iterator[tuple[str, Field, Any]]:
    """The parts of a field that are on the screen: step, field and draft.

    The step of the chosen branch of a union is "": it stands in the same place.
    """
    if field.kind == "union":
        branch = _chosen(field, draft)
        if branch is not None:
            inner = draft.get("draft") if isinstance(draft, Mapping) else None
            yield "", field.branches[branch], inner
    elif field.kind == "list" and field.item is not None:
        rows = draft if isinstance(draft, list) and draft else [None]
        for number, part in enumerate(rows):
            yield str(number), field.item, part
    elif field.kind in ("object", "tuple"):
        for number, member in enumerate(field.fields):
            step = member.key if field.kind == "object" else str(number)
            yield join_path(step), member, _part(field, draft, step)
        for name, part in _other_rows(field, draft):
            yield join_path(name), field.item or field, part


def area_paths(field: Field, draft: JsonValue, path: str = "") -> Iterator[str]:
    """Paths of the areas in an input, as far as they are on the screen."""
    path = path or join_path(field.key)
    if field.kind == "area":
        yield path
    for step, member, part in parts(field, draft):
        yield from area_paths(member, part, f"{path}/{step}" if step else path)


def references_in(draft: JsonValue) -> Iterator[str]:
    """Names of what a draft keeps in the vault."""
    if isinstance(draft, Mapping):
        if isinstance(draft.get("ref"), str):
            yield draft["ref"]
        for part in draft.values():
            yield from references_in(part)
    elif isinstance(draft, list):
        for part in draft:
            yield from references_in(part)


def _chosen(field: Field, draft: JsonValue) -> int | None:
    """The branch of a union on the screen; of an untouched one, where an area is."""
    if isinstance(draft, Mapping):
        number = draft.get("branch")
        if isinstance(number, int) and 0 <= number < len(field.branches):
            return number
        return None
    return next(
        (n for n, branch in enumerate(field.branches) if branch.kind == "area"), None
    )


def _member(field: Field, step: str) -> Field | None:
    if field.kind == "list":
        return None if number_of_step(step) is None else field.item
    if field.kind == "map":
        return field.item
    if field.kind == "tuple":
        number = number_of_step(step)
        return None if number is None else dict(enumerate(field.fields)).get(number)
    return next((m for m in field.fields if m.key == step), field.item)


def _is_other(field: Field, step: str) -> bool:
    """Whether a step leads to a member that the object does not describe."""
    return (
        field.kind == "object"
        and field.item is not None
        and all(member.key != step for member in field.fields)
    )


def _other_rows(field: Field, draft: JsonValue) -> list[Any]:
    is_open = field.kind == "object" and field.item is not None
    rows = draft.get(EXTRA_MEMBERS) if isinstance(draft, Mapping) else None
    return rows if is_open and isinstance(rows, list) else []


def _part(field: Field, draft: JsonValue, step: str) -> JsonValue:
    if field.kind in ("list", "tuple"):
        rows = draft if isinstance(draft, list) else []
        return rows[int(step)] if int(step) < len(rows) else None
    if field.kind == "map":
        rows = draft if isinstance(draft, list) else []
        return next((part for key, part in rows if key == step), None)
    if _is_other(field, step):
        return next((p for key, p in _other_rows(field, draft) if key == step), None)
    return draft.get(step) if isinstance(draft, Mapping) else None
