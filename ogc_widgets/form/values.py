"""What stands in a form and all that follows from it.

A draft becomes a value and messages in one place, :meth:`Entry.put`; everything else
here reads what that found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from ogc_widgets.area.reading import area_from, read_value
from ogc_widgets.errors import InputError
from ogc_widgets.form import extras
from ogc_widgets.form.checks import validate
from ogc_widgets.form.checks.messages import in_one
from ogc_widgets.form.drafts import tree
from ogc_widgets.form.drafts.area_drafts import AreaDraft, as_chosen
from ogc_widgets.form.drafts.codec import initial_draft, is_raw, to_draft
from ogc_widgets.form.drafts.secrets_store import SecretsStore
from ogc_widgets.form.entry import Entry
from ogc_widgets.form.fields.build_fields import reduce_process
from ogc_widgets.form.fields.fields import (
    UNSET,
    Draft,
    Field,
    name_of_step,
    split_path,
)
from ogc_widgets.form.page.form_card import without_secrets
from ogc_widgets.protocol.documents.processes import Process, ProcessSummary
from ogc_widgets.protocol.plain import plain
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonValue


def _accepts(field: Field, value: JsonValue) -> bool:
    return validate.checker(field.schema, field.defs).accepts(value)


def fields_of(process: Any) -> dict[str, Field]:  # noqa: ANN401 # of a caller
    """The fields of a process, by input id.

    Raises:
        InputError: It is neither a process nor its description.
    """
    if not isinstance(process, Mapping) and not hasattr(process, "raw"):
        raise InputError(
            f"A form is made from a Process or a dict, not {type(process).__name__}.",
            advice="For example: ProcessForm(client.process('water-bodies'))",
        )
    if isinstance(process, ProcessSummary) and not isinstance(process, Process):
        raise InputError(
            "The list of processes does not say what inputs they have.",
            advice=f"Read the description: client.process({clean(process.id)!r})",
        )
    return reduce_process(process)


class Change(NamedTuple):
    """What is to be known of a change.

    Attributes:
        touched: Ids of the inputs of which the page may have to say something else.
        shown: Those that are to be shown anew, also under the cursor.
        is_typing: Whether somebody is typing.
    """

    touched: Collection[str] = ()
    shown: Collection[str] = ()
    is_typing: bool = False


class FormValues:
    """All inputs of a form: every change of what stands there goes through here.

    Args:
        fields: Input id to field.
        tell: Called after each change.

    Attributes:
        entries: Input id to what stands there.
        rows: What the user added to the request by hand.
        extras: What that stands for.
        secrets: What the page may not hold: secrets, and uploaded files.
    """

    def __init__(
        self, fields: Mapping[str, Field], tell: Callable[[Change], None]
    ) -> None:
        self.entries = {key: Entry(one) for key, one in fields.items()}
        self.secrets = SecretsStore()
        self._tell = tell
        self._put_rows([])
        self._put({key: initial_draft(one) for key, one in fields.items()})

    # -- changes ----------------------------------------------------------------------

    def change(self, values: Mapping[str, object]) -> None:
        """Fill some fields, UNSET empties one; what no field describes becomes a row.

        Raises:
            InputError: A value is not JSON; nothing was changed.
        """
        with publishing():
            known = {k: one for k, one in values.items() if k in self.entries}
            drafts = {k: self._draft_of(self.entries[k], v) for k, v in known.items()}
            others = {k: one for k, one in values.items() if k not in known}
            if others:
                inputs = {**self.extras.inputs, **others}
                self._put_extras(inputs, self.extras.beside)
            for key, value in known.items():
                self.entries[key].is_edited |= value is not UNSET
            self.show(drafts)

    def change_draft(self, key: str, draft: Draft) -> None:
        """Put something on the screen as if it had been typed.

        Raises:
            InputError: There is no such input.
        """
        if key not in self.entries:
            raise InputError(f"This process has no input {key!r}.")
        with publishing():
            self.entries[key].is_edited = True
            self.show({key: draft})

    def set_part(self, path: str, draft: Draft) -> None:
        """Put another draft at a path, as if it had been typed."""
        key, *steps = split_path(path)
        entry = self.entries.get(key)
        if entry is not None:
            with publishing():
                whole = tree.with_part(entry.field, entry.draft, steps, draft)
                self.change_draft(key, whole)

    def type(self, key: str, draft: Draft) -> None:
        """Take what somebody types; it stands on the page already."""
        if key in self.entries:
            with publishing():
                self.entries[key].is_edited = True
                self._put({key: draft})
                self._tell(Change([key], is_typing=True))

    def show(self, drafts: Mapping[str, Draft]) -> None:
        """Put drafts on the screen, also under the cursor."""
        with publishing():
            self._put(drafts)
            for key in drafts:
                self.entries[key].turn += 1
            self._tell(Change(drafts.keys(), shown=drafts.keys()))

    def reset(self) -> None:
        """Back to what stood there before anybody touched it."""
        with publishing():
            self._put_rows([])
            for entry in self.entries.values():
                entry.is_edited = entry.is_tried = False
            self.show({k: initial_draft(e.field) for k, e in self.entries.items()})

    def mark(self, keys: Iterable[str]) -> None:
        """Mark what is wrong in these inputs, although they were not touched."""
        with publishing():
            marked = self.entries.keys() & set(keys)
            for key in marked:
                self.entries[key].is_tried = True
            self._tell(Change(marked))

    def quote(self, said: Mapping[str, str]) -> None:
        """Show what the server says of inputs, until they are edited."""
        with publishing():
            for key, entry in self.entries.items():
                entry.server_says = said.get(key, "")
            self._tell(Change(self.entries.keys()))

    def set_rows(self, rows: extras.Rows) -> None:
        """Take what the user added by hand: name, text and place of each."""
        with publishing():
            self._put_rows(rows)
            self._tell(Change())

    def set_beside(self, members: object) -> None:
        """Take the members that stand beside the inputs, None for none.

        Raises:
            InputError: It is no dict, holds something that is not JSON, or a member
                that the form says in its own way.
        """
        members = {} if members is None else members
        if not isinstance(members, Mapping):
            raise InputError(
                "Members beside the inputs are a dict of name to value, "
                f"not {type(members).__name__}.",
                advice='For example: form.extra = {"queue": "fast"}',
            )
        own = [name for name in members if name in extras.OWN_MEMBERS]
        if own:
            raise InputError(
                f"{own[0]!r} is no extra member: the form sets it itself.",
                advice="Use form.inputs, form.outputs and form.response.",
            )
        with publishing():
            self._put_extras(self.extras.inputs, members)
            self._tell(Change())

    def _put(self, drafts: Mapping[str, Draft]) -> None:
        """Read drafts, and forget the secrets that no draft names."""
        for key, draft in drafts.items():
            self.entries[key].put(draft, self.secrets)
        if not self.secrets.is_empty:
            self.secrets.keep_only(tree.references_in(self.drafts))

    def _put_rows(self, rows: extras.Rows) -> None:
        self.rows = rows
        self.extras = extras.read(rows, self.entries)

    def _put_extras(
        self, inputs: Mapping[str, object], beside: Mapping[str, object]
    ) -> None:
        values = (
            {str(key): plain(one) for key, one in some.items() if one is not UNSET}
            for some in (inputs, beside)
        )
        try:
            self._put_rows(extras.rows_of(*values))
        except ValueError as error:
            raise InputError(f"An extra value is not JSON: {error}.") from None

    def _draft_of(self, entry: Entry, value: Any) -> Draft:  # noqa: ANN401 # as above
        """The draft that shows a value, written as is chosen in the field."""
        if value is UNSET:
            return None
        field = entry.field
        if field.kind == "area" and hasattr(value, "__geo_interface__"):
            return AreaDraft.of(field, entry.draft).drawn(read_value(value))
        value = plain(value)
        draft = to_draft(as_chosen(field, entry.draft), value, self.secrets)
        if field.kind == "area" and is_raw(draft) and not _accepts(field, value):
            # Four numbers where the server wants them as text, for example.
            with suppress(InputError):
                return AreaDraft.of(field, entry.draft).drawn(area_from(value))
        return draft

    # -- what stands there ------------------------------------------------------------

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

    @property
    def public(self) -> dict[str, Any]:
        """The same with "$SECRET" in place of what must not be shown or saved."""
        return {
            key: without_secrets(self.entries[key].field, value)
            if key in self.entries
            else value
            for key, value in self.sent.items()
        }

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

    @property
    def shown_errors(self) -> dict[str, str]:
        """Path to message of what is marked on the screen."""
        shown: dict[str, str] = {}
        for entry in self.entries.values():
            shown |= entry.shown_faults()
        return shown | self.extras.errors

    @property
    def notes(self) -> dict[str, str]:
        """Input id to what stands under its field."""
        return {key: e.note for key, e in self.entries.items() if e.note}

    # -- parts by path ----------------------------------------------------------------

    def label_of(self, path: str) -> str:
        """What the field at a path is called: "STAC items, 2"."""
        key, *steps = split_path(path)
        entry = self.entries.get(key)
        label = entry.field.label if entry is not None else ""
        return ", ".join([label or key, *map(name_of_step, steps)])

    def part_at(self, path: str) -> tuple[Field, Draft] | None:
        """The field and draft at a path; None if there is no such part."""
        key, *steps = split_path(path)
        entry = self.entries.get(key)
        if entry is None:
            return None
        return tree.part_at(entry.field, entry.draft, steps)
