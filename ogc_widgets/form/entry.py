"""One input of a form: what stands there, what it stands for, and what to say of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks import findings, validate
from ogc_widgets.form.checks.messages import NEEDS_VALUE, sentence
from ogc_widgets.form.checks.validate import lacks_zone
from ogc_widgets.form.drafts import tree
from ogc_widgets.form.drafts.area_drafts import AreaDraft
from ogc_widgets.form.drafts.codec import Codec, from_draft
from ogc_widgets.form.fields.fields import UNSET, Draft, Field, Value, join_path
from ogc_widgets.form.page.form_card import text_of
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.form.drafts.secrets_store import SecretsStore
    from ogc_widgets.protocol.json_type import JsonObject

MemberState = dict[str, list[str]]
"""Names of members that are "required" now, and of those that do not apply and hold
nothing ("hidden")."""
HIDDEN_NOTE: Final = "Set from Python; not shown because it holds a secret."
_MOST_OF_A_DEFAULT: Final = 80


@dataclass
class Entry:
    """One input of a form.

    Attributes:
        field: Its description.
        draft: What is on the screen.
        value: What that stands for, UNSET if it is not sent.
        faults: Path to what is wrong.
        advice: What to know about a value that can be sent, or "".
        is_edited: Whether somebody entered something.
        is_tried: Whether the field was left, or Run was pressed on it.
        server_says: What the server said of what stands there, or "".
        turn: How often something was put on the screen that nobody typed there.
    """

    field: Field
    draft: Draft = None
    value: Any = UNSET
    faults: dict[str, str] = dataclasses.field(default_factory=dict)
    advice: str = ""
    is_edited: bool = False
    is_tried: bool = False
    server_says: str = ""
    turn: int = 0

    def put(self, draft: Draft, secrets: SecretsStore) -> None:
        """Put something on the screen, and find out what follows."""
        self.draft, self.server_says = draft, ""
        self.value, self.faults = from_draft(self.field, draft, secrets)
        is_sent = self.value is not UNSET and not self.faults
        self.advice = self._advice(secrets) if is_sent else ""

    def _advice(self, secrets: SecretsStore) -> str:
        found = [findings.advice(self.field, self.value)]
        for _, field, draft in self.areas():
            found.append(AreaDraft.of(field, draft).advice(secrets))
        return " ".join(dict.fromkeys(filter(None, found)))

    @cached_property
    def holds_area(self) -> bool:
        """Whether a shape can be drawn for it."""
        return self.field.holds("area")

    def areas(self) -> Iterator[tree.Part]:
        """Its areas, as far as they are on the screen."""
        if not self.holds_area:
            return iter(())
        return tree.parts_of_kind("area", self.field, self.draft)

    def shown_faults(self) -> dict[str, str]:
        """Path to message of what is marked on the screen.

        A field is not red before it was touched, nor while it is filled.
        """
        shown = {
            path: sentence(fault)
            for path, fault in self.faults.items()
            if self.is_tried or (self.is_edited and fault != NEEDS_VALUE)
        }
        if self.server_says:
            path = join_path(self.field.key)
            shown[path] = f"The server says: {self.server_says}"
        return shown

    @cached_property
    def _has_rules(self) -> bool:
        return any(part.rules for part in self.field.walk())

    def member_states(self, secrets: SecretsStore) -> dict[str, MemberState]:
        """Path of each object with rules on the screen to what these ask for."""
        if not self._has_rules:
            return {}
        codec = Codec(secrets, check=False)
        return {
            path: _member_state(field, codec.read(field, draft, ""), draft)
            for path, field, draft in tree.walk(self.field, self.draft)
            if field.rules
        }

    def on_page(self, secrets: SecretsStore) -> dict[str, Any]:
        """What the page is told of it; see ``FormPage``."""
        said = {
            "turn": self.turn,
            "errors": self.shown_faults(),
            "note": self.note,
            "members": self.member_states(secrets),
        }
        return {
            "draft": self.draft,
            **{name: one for name, one in said.items() if one},
        }

    @property
    def note(self) -> str:
        """What stands under the field, nothing that keeps it from being sent, or ""."""
        if self.value is not UNSET:
            if isinstance(self.draft, Mapping) and self.draft.get("json") == "":
                return HIDDEN_NOTE
            if self.field.kind == "datetime" and lacks_zone(str(self.draft)):
                return "Without a time zone; most servers take it as UTC."
            return self.advice
        default = self.field.default
        if self.faults or default is UNSET or self.field.kind == "secret":
            return ""
        text = clean(text_of(default), limit=_MOST_OF_A_DEFAULT)
        return f"Empty: the server uses {text}."


def _member_state(field: Field, value: Value, draft: Draft) -> MemberState:
    """What an object asks for now; what is sent is judged by the schema alone."""
    members: JsonObject = value if isinstance(value, Mapping) else {}
    required: list[str] = []
    relevant: set[str] = set()
    for rule in field.rules:
        holds = validate.checker(rule.condition, field.defs).accepts(members)
        asked = rule.condition.get("properties", {})
        # "If a is 1" is true in JSON Schema while there is no a; not to a person.
        if not holds or asked.keys() <= members.keys():
            side = 0 if holds else 1
            required += rule.required[side]
            relevant |= {*rule.members[side], *rule.required[side]}
    hidden = [
        member.key
        for member in field.fields
        if member.conditional
        and member.key not in relevant
        and tree.members_of(draft).get(member.key) is None
    ]
    return {"required": list(dict.fromkeys(required)), "hidden": hidden}
