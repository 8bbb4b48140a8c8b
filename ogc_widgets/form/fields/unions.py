"""Choices between kinds: ``oneOf``, ``anyOf`` and several types."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.hint import AreaHint
from ogc_widgets.form.fields import leaves, stac_fields
from ogc_widgets.form.fields.fields import Field
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import known_schemas
from ogc_widgets.form.schema.branches import is_null, takes_null
from ogc_widgets.form.schema.dialects import type_names
from ogc_widgets.form.schema.flatten import Flat, flatten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.form.fields.build_context import Place, Scope

_STAC: Final = f"{known_schemas.PREFIX}stac"
# Names that definitions get from tools say nothing to people.
_NAMELESS: Final = re.compile(r"(d|schema|model|option|def|item)?_?\d*$", re.IGNORECASE)


def union(
    choices: list[dict[str, Any]],
    view: Mapping[str, Any],
    place: Place,
    scope: Scope,
) -> Field:
    """One field for alternatives: a choice, a file, an area, or a chooser."""
    nullable = takes_null(view) or any(is_null(choice) for choice in choices)
    choices = [choice for choice in choices if not is_null(choice)]
    if not choices:
        return Field(kind="null")
    choices = _without_whole_numbers(choices, scope)
    constants = leaves.named_constants(choices)
    if constants is not None:
        return replace(constants, nullable=nullable)
    if len(choices) > 1 and all(leaves.is_content(choice) for choice in choices):
        return replace(
            leaves.contents(choices, outermost=place.outermost), nullable=nullable
        )
    discriminator = view.get("discriminator", {})
    choices = [_told_apart(choice, discriminator, scope) for choice in choices]
    flats = [flatten(choice, scope.defs) for choice in choices]
    documents = stac_fields.recognise_choice(
        flats, place.naming, outermost=place.outermost
    )
    if documents is not None:
        return Field(kind="stac", stac=documents, nullable=nullable, format="uri")
    choices, flats = _with_one_document(choices, flats, place, scope)
    # "An address, or a STAC item, or a feature collection" is data to read.
    is_data = any(
        flat.view.get("format") in stac_fields.ADDRESS_FORMATS
        or any(name.startswith(_STAC) for name in flat.references)
        for flat in flats
    )
    inner = replace(
        place,
        key="",
        required=True,
        depth=place.depth + 1,
        data=place.data or is_data,
    )
    made = [scope.field(choice, inner) for choice in choices]
    if len(made) == 1:
        return replace(made[0], nullable=nullable or made[0].nullable)
    hints = [branch.area for branch in made if branch.area is not None]
    if len(hints) == len(made):
        return Field(kind="area", area=AreaHint.joined(hints), nullable=nullable)
    nullable = nullable or any(branch.nullable for branch in made)
    if place.outermost:
        made = _typed(made, [flat.view for flat in flats])
    names = [_name_of(flat.references) for flat in flats]
    labels = _labels(made, discriminator.get("propertyName", ""), names)
    return Field(
        kind="union",
        nullable=nullable,
        branches=tuple(
            replace(branch, label=label, key="")
            for branch, label in zip(made, labels, strict=True)
        ),
    )


def _typed(made: list[Field], views: list[dict[str, Any]]) -> list[Field]:
    """Branches that name their media type, where only that tells texts apart.

    GML and well-known text are both strings; a server cannot guess which one it got.
    """
    if sum(type_names(view) == ["string"] for view in views) < 2:  # one is no question
        return made
    return [
        replace(branch, typed=str(view.get("contentMediaType", "")))
        if branch.kind in ("file", "area") and type_names(view) == ["string"]
        else branch
        for branch, view in zip(made, views, strict=True)
    ]


def _without_whole_numbers(
    choices: list[dict[str, Any]], scope: Scope
) -> list[dict[str, Any]]:
    """One box for "a number or an integer" where the number says no less."""
    views = [flatten(choice, scope.defs).view for choice in choices]
    limits = [
        {k: v for k, v in view.items() if k not in ("type", "format", "title")}
        for view in views
        if type_names(view) == ["number"]
    ]
    return [
        choice
        for choice, view in zip(choices, views, strict=True)
        if type_names(view) != ["integer"]
        or not any(limit.items() <= view.items() for limit in limits)
    ]


def _with_one_document(
    choices: list[dict[str, Any]], flats: list[Flat], place: Place, scope: Scope
) -> tuple[list[dict[str, Any]], list[Flat]]:
    """Make "an address, an item, or a list of these" a choice of one or a list."""
    is_list = ["array" in type_names(flat.view) for flat in flats]
    single = [flat for flat, many in zip(flats, is_list, strict=True) if not many]
    hint = stac_fields.recognise_choice(single, place.naming, outermost=place.outermost)
    if hint is None or len(single) < 2 or len(single) == len(choices):
        return choices, flats
    one = {"anyOf": [c for c, many in zip(choices, is_list, strict=True) if not many]}
    lists = [c for c, many in zip(choices, is_list, strict=True) if many]
    grouped = [one, *lists]
    return grouped, [flatten(choice, scope.defs) for choice in grouped]


def _told_apart(
    choice: dict[str, Any], discriminator: Mapping[str, Any], scope: Scope
) -> dict[str, Any]:
    """A branch with the value that the discriminator gives it, where it is not said."""
    name = discriminator.get("propertyName")
    values = discriminator.get("values", {})
    if not name or not values:
        return choice
    flat = flatten(choice, scope.defs)
    value = next((values[ref] for ref in flat.references if ref in values), None)
    member = flatten(flat.view.get("properties", {}).get(name, {}), scope.defs).view
    if value is None or "const" in member or "enum" in member:
        return choice
    told = {"properties": {name: {"const": value}}, "required": [name]}
    return {"allOf": [choice, told]}


def _name_of(references: tuple[str, ...]) -> str:
    """What the definition behind a branch is called: "FixedValue" -> "Fixed value"."""
    name = references[0] if references else ""
    if name.startswith(known_schemas.PREFIX) or _NAMELESS.fullmatch(name):
        return ""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.]+", " ", name).strip()
    spoken = [word if word.isupper() else word.lower() for word in apart.split()]
    text = " ".join(spoken)
    return text[:1].upper() + text[1:]


def _labels(made: list[Field], discriminator: str, names: list[str]) -> list[str]:
    """Names that tell the branches of a union apart, for people.

    Args:
        made: The branches.
        discriminator: Member that tells them apart, or "".
        names: What the definitions behind the branches are called, or "".
    """
    labels = []
    for branch, name in zip(made, names, strict=True):
        told = [m for m in branch.fields if m.key == discriminator and m.option_labels]
        if branch.label:
            labels.append(branch.label)
        elif told:
            labels.append(told[0].option_labels[0])
        else:
            constants = [m for m in branch.fields if m.kind == "const"]
            labels.append(
                constants[0].option_labels[0]
                if constants
                else name or _object_label(branch) or words.kind(branch)
            )
    labels = [
        f"{label} file" if branch.kind == "file" and labels.count(label) > 1 else label
        for label, branch in zip(labels, made, strict=True)
    ]
    return [
        label if labels.count(label) == 1 else f"{label} ({number})"
        for number, label in enumerate(labels, start=1)
    ]


def _object_label(branch: Field) -> str:
    if branch.kind != "object":
        return ""
    names = [m.key for m in branch.fields if m.required] or [
        m.key for m in branch.fields
    ]
    return f"object with {', '.join(names[:3])}{', …' if len(names) > 3 else ''}"
