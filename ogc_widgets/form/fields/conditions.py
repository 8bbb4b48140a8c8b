"""Members that are asked for, or make sense, only under a condition.

``if``/``then``/``else``, ``dependentRequired`` and ``dependentSchemas`` are read into
:class:`Rule`; the page marks what is required at the moment and hides what does not
apply. What is sent is judged by the schema alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogc_widgets.form.checks import validate
from ogc_widgets.form.drafts import tree
from ogc_widgets.form.drafts.codec import Codec
from ogc_widgets.form.fields.fields import UNSET, Field

if TYPE_CHECKING:
    from ogc_widgets.form.drafts.secrets_store import SecretsStore
    from ogc_widgets.protocol.wire import JsonValue


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules of one object say about its members now.

    Attributes:
        required: Names that are asked for.
        hidden: Names that do not apply and hold nothing.
    """

    required: list[str]
    hidden: list[str]


def standings(
    field: Field, draft: JsonValue, secrets: SecretsStore, path: str
) -> Iterator[tuple[str, Standing]]:
    """Path and standing of every object with rules that is on the screen."""
    if field.rules:
        value = Codec(secrets, check=False).read(field, draft, "")
        drafts = draft if isinstance(draft, Mapping) else {}
        yield path, _standing(field, value if isinstance(value, dict) else {}, drafts)
    for step, member, part in tree.parts(field, draft):
        yield from standings(member, part, secrets, f"{path}/{step}" if step else path)


def has_rules(field: Field) -> bool:
    """Whether anything in an input depends on something else in it."""
    return any(part.rules for part in field.walk())


def _standing(
    field: Field, value: dict[str, Any], drafts: Mapping[str, Any]
) -> Standing:
    required: list[str] = []
    relevant: set[str] = set()
    for rule in field.rules:
        holds = validate.checker(rule.condition, field.defs).accepts(value)
        asked = rule.condition.get("properties", {})
        # "If a is 1" is true in JSON Schema while there is no a; not to a person.
        if holds and not asked.keys() <= value.keys():
            continue
        side = 0 if holds else 1
        required += rule.required[side]
        relevant |= {*rule.members[side], *rule.required[side]}
    hidden = [
        member.key
        for member in field.fields
        if member.conditional
        and member.key not in relevant
        and drafts.get(member.key) in (None, UNSET)
    ]
    return Standing(list(dict.fromkeys(required)), hidden)
