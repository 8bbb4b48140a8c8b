"""What stands in a form and all that follows from it, without a widget.

A draft becomes a value and messages in one place, :meth:`Entry.put`; everything else
here reads what that found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.reading import read_value
from ogc_widgets.errors import InputError
from ogc_widgets.form.checks import findings
from ogc_widgets.form.checks.messages import NEEDS_VALUE, in_one, sentence
from ogc_widgets.form.checks.texts import lacks_zone
from ogc_widgets.form.drafts import tree
from ogc_widgets.form.drafts.area_drafts import AreaDraft, as_chosen
from ogc_widgets.form.drafts.codec import from_draft, initial_draft, to_draft
from ogc_widgets.form.drafts.secrets_store import SecretsStore
from ogc_widgets.form.fields import conditions, extras
from ogc_widgets.form.fields.build_fields import reduce_process
from ogc_widgets.form.fields.fields import (
    UNSET,
    Draft,
    Field,
    join_path,
    name_of_step,
    split_path,
)
from ogc_widgets.form.page.form_card import text_of, without_secrets
from ogc_widgets.form.schema.exact import plain
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

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
    """

    field: Field
    draft: Draft = None
    value: Any = UNSET
    faults: dict[str, str] = dataclasses.field(default_factory=dict)
    advice: str = ""
    is_edited: bool = False
    is_tried: bool = False
    server_says: str = ""

    def put(self, draft: Draft, secrets: SecretsStore) -> None:
        """Put something on the screen, and find out what follows."""
        self.draft, self.server_says = draft, ""
        self.value, self.faults = from_draft(self.field, draft, secrets)
        self.advice = "" if self.value is UNSET else self._advice(secrets)

    def _advice(self, secrets: SecretsStore) -> str:
        found = [findings.advice(self.field, self.value)]
        if self.holds_area:
            for path in tree.area_paths(self.field, self.draft):
                part = tree.part_at(self.field, self.draft, split_path(path)[1:])
                if part is not None:
                    found.append(AreaDraft.of(*part).advice(secrets))
        return " ".join(dict.fromkeys(filter(None, found)))

    @property
    def holds_area(self) -> bool:
        """Whether a shape can be drawn for it."""
        return any(part.kind == "area" for part in self.field.walk())

    @property
    def holds_secret(self) -> bool:
        """Whether a part of it must not be shown or saved."""
        return any(part.kind == "secret" for part in self.field.walk())

    def shown_faults(self) -> dict[str, str]:
        """Path to message of what is marked on the screen.

        A field is not red before it was touched, nor while it is filled.
        """
        return {
            path: sentence(fault)
            for path, fault in self.faults.items()
            if self.is_tried or (self.is_edited and fault != NEEDS_VALUE)
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


def fields_of(process: JsonValue) -> dict[str, Field]:
    """The fields of a process, by input id.

    Raises:
        InputError: It is neither a process nor its description.
    """
    if not isinstance(process, Mapping) and not hasattr(process, "raw"):
        raise InputError(
            f"A form is made from a Process or a dict, not {type(process).__name__}.",
            advice="For example: ProcessForm(client.process('water-bodies'))",
        )
    return reduce_process(process)


class FormValues:
    """All inputs of a form, by id.

    Attributes:
        entries: Input id to what stands there.
        rows: What the user added to the request by hand.
        extras: What that stands for.
        secrets: What the page may not hold: secrets, and uploaded files.
    """

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.entries = {key: Entry(one) for key, one in fields.items()}
        self.secrets = SecretsStore()
        self._with_rules = [k for k, f in fields.items() if conditions.has_rules(f)]
        self.put(self.untouched())

    def untouched(self) -> dict[str, Draft]:
        """The drafts before anybody touched them; all else is forgotten."""
        self.put_rows([])
        for entry in self.entries.values():
            entry.is_edited = entry.is_tried = False
        return {k: initial_draft(entry.field) for k, entry in self.entries.items()}

    def put(self, drafts: Mapping[str, Draft]) -> None:
        """Put drafts on the screen, and forget the secrets that no draft names."""
        for key, draft in drafts.items():
            self.entries[key].put(draft, self.secrets)
        if not self.secrets.is_empty:
            self.secrets.keep_only(tree.references_in(self.drafts))

    def drafts_of(self, values: Mapping[str, Any]) -> dict[str, Draft]:
        """The drafts that show values; those that no field describes become rows.

        Raises:
            InputError: A value is not JSON; nothing was changed.
        """
        drafts = {
            key: self._draft_of(self.entries[key], value)
            for key, value in values.items()
            if key in self.entries
        }
        others = {k: one for k, one in values.items() if k not in drafts}
        if others:
            self.put_extras({**self.extras.inputs, **others}, self.extras.beside)
        for key in drafts:
            self.entries[key].is_edited |= values[key] is not UNSET
        return drafts

    def _draft_of(self, entry: Entry, value: JsonValue) -> Draft:
        """The draft that shows a value, written as is chosen in the field."""
        if value is UNSET:
            return None
        if entry.field.kind == "area" and hasattr(value, "__geo_interface__"):
            return AreaDraft.of(entry.field, entry.draft).drawn(read_value(value))
        chosen = as_chosen(entry.field, entry.draft)
        return to_draft(chosen, plain(value), self.secrets)

    def put_rows(self, rows: extras.Rows) -> None:
        """Take what the user added by hand: name, text and place of each."""
        self.rows = rows
        self.extras = extras.read(rows, self.entries)

    def put_extras(self, inputs: Mapping[str, Any], beside: Mapping[str, Any]) -> None:
        """Take values from Python instead; UNSET leaves one out.

        Raises:
            InputError: One is not JSON.
        """
        values = (
            {str(key): plain(one) for key, one in some.items() if one is not UNSET}
            for some in (inputs, beside)
        )
        try:
            self.put_rows(extras.rows_of(*values))
        except ValueError as error:
            raise InputError(f"An extra value is not JSON: {error}.") from None

    def put_beside(self, members: JsonValue) -> None:
        """Take the members that stand beside the inputs, None for none.

        Raises:
            InputError: It is no dict, holds something that is not JSON, or a member
                that the form says in its own way.
        """
        if members is not None and not isinstance(members, Mapping):
            raise InputError(
                "Members beside the inputs are a dict of name to value, "
                f"not {type(members).__name__}.",
                advice='For example: form.extra = {"queue": "fast"}',
            )
        own = [name for name in members or {} if name in extras.OWN_MEMBERS]
        if own:
            raise InputError(
                f"{own[0]!r} is no extra member: the form sets it itself.",
                advice="Use form.inputs, form.outputs and form.response.",
            )
        self.put_extras(self.extras.inputs, members or {})

    @property
    def drafts(self) -> dict[str, Draft]:
        """Input id to what is on the screen."""
        return {key: entry.draft for key, entry in self.entries.items()}

    @property
    def sent(self) -> dict[str, Any]:
        """Input id to value, of those that are sent."""
        described = {
            key: entry.value
            for key, entry in self.entries.items()
            if entry.value is not UNSET
        }
        return {**described, **self.extras.inputs}

    def public(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Inputs with "$SECRET" in place of what must not be shown or saved."""
        return {
            key: without_secrets(self.entries[key].field, value)
            if key in self.entries
            else value
            for key, value in inputs.items()
        }

    # -- messages ---------------------------------------------------------------------

    @property
    def errors(self) -> dict[str, str]:
        """Input id to what is wrong with it, in one message."""
        found = {k: in_one(e.faults) for k, e in self.entries.items() if e.faults}
        return {**found, **self.extras.errors}

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Path, label and message of everything that is wrong, from top to bottom."""
        found = [
            (path, self.label_of(path), fault)
            for entry in self.entries.values()
            for path, fault in entry.faults.items()
        ]
        return found + [(key, key, text) for key, text in self.extras.errors.items()]

    def shown_errors(self) -> dict[str, str]:
        """Path to message of what is marked on the screen."""
        shown: dict[str, str] = {}
        for entry in self.entries.values():
            shown |= entry.shown_faults()
        for key, entry in self.entries.items():
            if entry.server_says:
                shown[key] = f"The server says: {entry.server_says}"
        return shown

    def notes(self) -> dict[str, str]:
        """Input id to what stands under its field."""
        return {key: e.note for key, e in self.entries.items() if e.note}

    def member_states(self) -> dict[str, dict[str, Any]]:
        """Path of an object to what its conditions ask for."""
        return {
            path: state
            for entry in map(self.entries.__getitem__, self._with_rules)
            for path, state in conditions.member_states(
                entry.field, entry.draft, self.secrets, join_path(entry.field.key)
            )
        }

    # -- parts by path ----------------------------------------------------------------

    def label_of(self, path: str) -> str:
        """What the field at a path is called: "STAC items, 2"."""
        key, *steps = split_path(path)
        entry = self.entries.get(key)
        label = entry.field.label if entry is not None else ""
        return ", ".join([label or key, *map(name_of_step, steps)])

    def area_paths(self) -> Iterator[str]:
        """Paths of the areas that are on the screen."""
        for entry in self.entries.values():
            if entry.holds_area:
                yield from tree.area_paths(entry.field, entry.draft)

    def part_at(self, path: str) -> tuple[Field, Draft] | None:
        """The field and draft at a path; None if there is no such part."""
        key, *steps = split_path(path)
        entry = self.entries.get(key)
        if entry is None:
            return None
        return tree.part_at(entry.field, entry.draft, steps)

    def area_at(self, path: str) -> tuple[str, Field, Draft] | None:
        """Path, field and draft of the area that a path means; the first one in it."""
        part = self.part_at(path)
        if part is not None and part[0].kind == "area":
            return path, *part
        key, *steps = split_path(path)
        if steps or key not in self.entries:
            return None
        entry = self.entries[key]
        inner = next(tree.area_paths(entry.field, entry.draft), path)
        return self.area_at(inner) if inner != path else None

    def with_part(self, path: str, draft: Draft) -> dict[str, Draft]:
        """The draft of an input with another part at a path, as if typed, by its id."""
        key, *steps = split_path(path)
        entry = self.entries.get(key)
        if entry is None:
            return {}
        entry.is_edited = True
        return {key: tree.with_part(entry.field, entry.draft, steps, draft)}
