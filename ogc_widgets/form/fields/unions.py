"""The branches of a union: which of them are one, and what tells them apart."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ogc_widgets.form.fields import recognise
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import known_schemas
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from ogc_widgets.form.fields.fields import Field
    from ogc_widgets.form.fields.place import Place
    from ogc_widgets.form.schema.keywords import Schema
    from ogc_widgets.form.schema.view import View

_STAC: Final = f"{known_schemas.PREFIX}stac"
# Names that definitions get from tools say nothing to people.
_NAMELESS: Final = pattern(r"(d|schema|model|option|def|item)?_?\d*$", re.IGNORECASE)


def without_whole_numbers(choices: list[View]) -> list[View]:
    """One box for "a number or an integer" where the number says no less."""
    limits = [
        {k: v for k, v in one.said.items() if k not in ("type", "format", "title")}
        for one in choices
        if one.named_types == ["number"]
    ]
    return [
        one
        for one in choices
        if one.named_types != ["integer"]
        or not any(limit.items() <= one.said.items() for limit in limits)
    ]


def told_apart(choice: View, discriminator: Schema) -> View:
    """A branch with the value that the discriminator gives it, where it is not said."""
    name, values = discriminator.get("propertyName"), discriminator.get("values", {})
    value = next((values[ref] for ref in choice.references if ref in values), None)
    if value is None:
        return choice
    member = choice.part(choice.said.get("properties", {}).get(name, {})).said
    if "const" in member or "enum" in member:
        return choice
    told = {"properties": {name: {"const": value}}, "required": [name]}
    return choice.part({"allOf": [choice.schema, told]})


def with_one_document(choices: list[View], place: Place) -> list[View]:
    """Make "an address, an item, or a list of these" a choice of one or a list."""
    single = [choice for choice in choices if "array" not in choice.named_types]
    lists = [choice for choice in choices if "array" in choice.named_types]
    if not lists or len(single) < 2:
        return choices
    if not recognise.stac_choice(single, place):
        return choices
    return [single[0].part({"anyOf": [one.schema for one in single]}), *lists]


def is_data(choices: list[View]) -> bool:
    """Whether the choice is one of data to read, "an address, or a STAC item"."""
    return any(
        one.said.get("format") in recognise.ADDRESS_FORMATS
        or any(name.startswith(_STAC) for name in one.references)
        for one in choices
    )


def typed(made: list[Field], choices: list[View]) -> list[Field]:
    """Branches that name their media type, where only that tells texts apart.

    GML and well-known text are both strings; a server cannot guess which one it got.
    """
    is_text = [one.named_types == ["string"] for one in choices]
    if sum(is_text) < 2:  # one is no question
        return made
    return [
        replace(branch, typed=one.said.get("contentMediaType", ""))
        if told and branch.kind in ("file", "area")
        else branch
        for branch, one, told in zip(made, choices, is_text, strict=True)
    ]


def labelled(
    made: list[Field], choices: list[View], discriminator: Schema
) -> tuple[Field, ...]:
    """The branches with names that tell them apart, for people."""
    member = discriminator.get("propertyName", "")
    labels = [
        branch.label or _label(branch, member, _name_of(choice.references))
        for branch, choice in zip(made, choices, strict=True)
    ]
    labels = [
        f"{label} file" if branch.kind == "file" and labels.count(label) > 1 else label
        for label, branch in zip(labels, made, strict=True)
    ]
    return tuple(
        replace(
            branch,
            label=label if labels.count(label) == 1 else f"{label} ({number})",
            key="",
        )
        for number, (branch, label) in enumerate(zip(made, labels, strict=True), 1)
    )


def _label(branch: Field, discriminator: str, name: str) -> str:
    told = [m for m in branch.fields if m.key == discriminator and m.option_labels]
    told += [m for m in branch.fields if m.kind == "const"]
    if told:
        return told[0].option_labels[0]
    if name or branch.kind != "object":
        return name or words.kind(branch)
    names = [m.key for m in branch.fields if m.required]
    names = names or [m.key for m in branch.fields]
    return f"object with {', '.join(names[:3])}{', …' if len(names) > 3 else ''}"


def _name_of(references: tuple[str, ...]) -> str:
    """What the definition behind a branch is called: "FixedValue" -> "Fixed value"."""
    name = references[0] if references else ""
    if name.startswith(known_schemas.PREFIX) or _NAMELESS.fullmatch(name):
        return ""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.]+", " ", name).strip()
    spoken = [word if word.isupper() else word.lower() for word in apart.split()]
    text = " ".join(spoken)
    return text[:1].upper() + text[1:]
