"""Parts of a draft by path, the way the page names them: "geometryInput/1"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ogc_widgets.form.fields.fields import (
    EXTRA_MEMBERS,
    Draft,
    Field,
    Kind,
    join_path,
    number_of_step,
)

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonObject, JsonValue


class Part(NamedTuple):
    """A part of a field that is on the screen.

    Attributes:
        path: What leads to it; "" for the chosen branch of a union, which stands in
            the same place.
        field: Its field.
        draft: What stands there.
    """

    path: str
    field: Field
    draft: Draft


def parts(field: Field, draft: Draft) -> Iterator[Part]:
    """The parts of a field that are on the screen; of an empty list, its first row."""
    match field.kind:
        case "union":
            number = chosen_branch(field, draft)
            if number is not None:
                inner = members_of(draft).get("draft")
                yield Part("", field.branches[number], inner)
        case "list" if field.item is not None:
            for number, part in enumerate(rows_of(draft) or [None]):
                yield Part(str(number), field.item, part)
        case "tuple":
            rows = rows_of(draft)
            rows += [None] * (len(field.fields) - len(rows))
            for number, (member, part) in enumerate(
                zip(field.fields, rows, strict=False)
            ):
                yield Part(str(number), member, part)
        case "object":
            members = members_of(draft)
            for member in field.fields:
                yield Part(join_path(member.key), member, members.get(member.key))
            yield from _named_parts(field, members.get(EXTRA_MEMBERS))
        case "map":
            yield from _named_parts(field, draft)


def _named_parts(field: Field, rows: Draft) -> Iterator[Part]:
    if field.item is not None:
        for number, (name, part) in enumerate(named_rows(rows)):
            yield Part(join_path(name or number), field.item, part)


def part_at(field: Field, draft: Draft, steps: list[str]) -> tuple[Field, Draft] | None:
    """The field and draft at the end of a path; None if there is no such part."""
    if field.kind == "union":
        for chosen in parts(field, draft):
            return part_at(chosen.field, chosen.draft, steps)
    if not steps:
        return field, draft
    part = _part(field, draft, steps[0])
    return None if part is None else part_at(part.field, part.draft, steps[1:])


def with_part(field: Field, draft: Draft, steps: list[str], new: Draft) -> Draft:
    """The draft with another draft at the end of a path."""
    if field.kind == "union":
        for chosen in parts(field, draft):
            inside = with_part(chosen.field, chosen.draft, steps, new)
            return {"branch": chosen_branch(field, draft), "draft": inside}
    if not steps:
        return new
    part = _part(field, draft, steps[0])
    if part is None:
        return draft
    inside = with_part(part.field, part.draft, steps[1:], new)
    if field.kind in ("list", "tuple"):
        rows, number = rows_of(draft), int(steps[0])
        rows += [None] * (number + 1 - len(rows))
        rows[number] = inside
        return rows
    if field.kind == "map":
        return _with_row(draft, steps[0], inside)
    members = members_of(draft)
    if any(member.key == steps[0] for member in field.fields):
        return {**members, steps[0]: inside}
    others = _with_row(members.get(EXTRA_MEMBERS), steps[0], inside)
    return {**members, EXTRA_MEMBERS: others}


def _part(field: Field, draft: Draft, step: str) -> Part | None:
    for part in parts(field, draft):
        if part.path == join_path(step):
            return part
    if field.kind == "list" and number_of_step(step) is not None and field.item:
        return Part(step, field.item, None)  # so far a row of the page only
    return None


def _with_row(draft: Draft, step: str, inside: Draft) -> Draft:
    return [
        [name, inside if step == (name or str(number)) else part]
        for number, (name, part) in enumerate(named_rows(draft))
    ]


def walk(field: Field, draft: Draft, path: str = "") -> Iterator[Part]:
    """All that is on the screen of an input, outermost first, with its whole path."""
    path = path or join_path(field.key)
    yield Part(path, field, draft)
    for step, member, part in parts(field, draft):
        yield from walk(member, part, f"{path}/{step}" if step else path)


def parts_of_kind(kind: Kind, field: Field, draft: Draft) -> Iterator[Part]:
    """The same of one kind only."""
    return (part for part in walk(field, draft) if part.field.kind == kind)


def references_in(draft: Draft) -> Iterator[str]:
    """Names of what a draft keeps in the store of secrets."""
    if isinstance(draft, Mapping):
        reference = draft.get("ref")
        if isinstance(reference, str):
            yield reference
        for part in draft.values():
            yield from references_in(part)
    elif isinstance(draft, list):
        for part in draft:
            yield from references_in(part)


def rows_of(draft: Draft) -> list[Draft]:
    """A list of the rows of a draft; empty where it is something else."""
    return list(draft) if isinstance(draft, (list, tuple)) else []


def named_rows(draft: Draft) -> list[tuple[str, Draft]]:
    """Name and draft of each row; rows that are something else are left out."""
    return [
        (row[0], row[1])
        for row in rows_of(draft)
        if isinstance(row, (list, tuple)) and len(row) == 2 and isinstance(row[0], str)
    ]


def members_of(value: JsonValue) -> JsonObject:
    """The members of an object; none where it is something else."""
    return value if isinstance(value, Mapping) else {}


def chosen_branch(field: Field, draft: Draft) -> int | None:
    """The branch of a union on the screen; of an untouched one, where an area is."""
    if isinstance(draft, Mapping):
        number = draft.get("branch")
        if isinstance(number, int) and 0 <= number < len(field.branches):
            return number
        return None
    return next((n for n, one in enumerate(field.branches) if one.kind == "area"), None)
