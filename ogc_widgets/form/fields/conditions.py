"""Members that are asked for, or make sense, only under a condition.

``if``/``then``/``else``, ``dependentRequired`` and ``dependentSchemas`` are read into
:class:`Rule`; the page marks what is required at the moment and hides what does not
apply. What is sent is judged by the schema alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ogc_widgets.form.checks import validate
from ogc_widgets.form.drafts import tree
from ogc_widgets.form.drafts.codec import Codec
from ogc_widgets.form.fields.fields import UNSET, Field

if TYPE_CHECKING:
    from ogc_widgets.form.drafts.secrets_store import SecretsStore
    from ogc_widgets.form.fields.fields import Draft
    from ogc_widgets.protocol.json_type import JsonObject

MemberState = dict[str, list[str]]
"""Names of members that are "required" now, and of those that do not apply and hold
nothing ("hidden")."""


def member_states(
    field: Field, draft: Draft, secrets: SecretsStore, path: str
) -> Iterator[tuple[str, MemberState]]:
    """Path and state of every object with rules that is on the screen."""
    if field.rules:
        value = Codec(secrets, check=False).read(field, draft, "")
        drafts = draft if isinstance(draft, Mapping) else {}
        yield path, _state(field, value if isinstance(value, Mapping) else {}, drafts)
    for step, member, part in tree.parts(field, draft):
        below = f"{path}/{step}" if step else path
        yield from member_states(member, part, secrets, below)


def has_rules(field: Field) -> bool:
    """Whether anything in an input depends on something else in it."""
    return any(part.rules for part in field.walk())


def _state(field: Field, value: JsonObject, drafts: Mapping[str, Draft]) -> MemberState:
    required: list[str] = []
    relevant: set[str] = set()
    for rule in field.rules:
        holds = validate.checker(rule.condition, field.defs).accepts(value)
        asked = rule.condition.get("properties", {})
        # "If a is 1" is true in JSON Schema while there is no a; not to a person.
        if not holds or asked.keys() <= value.keys():
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
    return {"required": list(dict.fromkeys(required)), "hidden": hidden}
