"""Save, load and compare the inputs of a form; fill it from a pasted request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.form.drafts import tree
from ogc_widgets.form.fields import extras
from ogc_widgets.form.live import labels_of
from ogc_widgets.form.page import form_card
from ogc_widgets.form.page.page_messages import PageMessages
from ogc_widgets.form.schema.outputs import RESPONSES
from ogc_widgets.form.sets import sets
from ogc_widgets.form.sets.pasted_requests import inputs_in, outputs_in, request_in
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue


@dataclass(frozen=True)
class Typed:
    """What stands in a form, half-typed or not, without secrets.

    Attributes:
        spec: The fields that it was typed in.
        drafts: Input id to what stands in its field, where that says everything.
        inputs: Input id to value, for the others and for a form with other fields.
        edited: Ids of the inputs that were touched.
        extra: What was added by hand, inputs and members beside them.
        outputs: The choice of outputs.
        response: How they are to come.
    """

    spec: list[Any]
    drafts: Mapping[str, Any]
    inputs: Mapping[str, Any]
    edited: frozenset[str]
    extra: list[Any]
    outputs: Mapping[str, Any]
    response: str


_BESIDE = " (beside inputs)"


class InputSets(PageMessages):
    """The part of a form that takes and gives whole sets of inputs."""

    set_words = traitlets.Unicode("").tag(sync=True)
    """What became of the last set: one or two sentences."""
    set_file = traitlets.Dict().tag(sync=True)
    """The last file for the page to save: name, text, n."""
    comparison = traitlets.Dict().tag(sync=True)
    """What the page compares with: name and rows; empty for nothing."""

    _compared: Mapping[str, Any] = MappingProxyType({})

    def __init__(
        self,
        process: JsonValue,
        inputs: Mapping[str, Any] | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(process, **kwargs)
        self._untouched = self.typed()
        if inputs is not None:
            self.inputs = inputs

    @property
    def is_touched(self) -> bool:
        """Whether anything stands here that the server has not put here."""
        return self.typed() != self._untouched

    @property
    def public_inputs(self) -> dict[str, Any]:
        """The inputs with secrets replaced by "$SECRET", for showing and saving."""
        return {
            key: form_card.without_secrets(self._fields.get(key), value)
            for key, value in self.inputs.items()
        }

    def typed(self) -> Typed:
        """What stands in the form now, to be put into another one."""
        return Typed(
            spec=self.spec,
            drafts={
                key: draft
                for key, draft in self.drafts.items()
                if not any(tree.references_in(draft))
            },
            inputs={
                key: value
                for key, value in self.public_inputs.items()
                if not sets.holds_secret(value)
            },
            edited=frozenset(self._edited),
            extra=list(self.extra_rows),
            outputs=dict(self.outputs),
            response=self.response,
        )

    def take_over(self, typed: Typed) -> None:
        """Put in what stood in another form of the same process."""
        with publishing(self):
            self.outputs = dict(typed.outputs)
            self.response = typed.response
            if typed.spec != self.spec:
                self.change_inputs(typed.inputs)
                self.extra = extras.read(typed.extra, ()).beside
                return
            self._read_extras(list(typed.extra))
            self._edited.update(typed.edited & typed.drafts.keys())
            self._set_drafts(typed.drafts)
            self.change_inputs(
                {
                    key: value
                    for key, value in typed.inputs.items()
                    if key in self._fields and key not in typed.drafts
                }
            )

    def load_request(self, request: JsonValue) -> None:
        """Fill the form from an execute request, for example one of a tutorial.

        Args:
            request: The request, or its inputs, as a dict or as text: JSON, or a cURL
                command that holds it. The old list form of inputs is understood.

        Raises:
            InputError: There are no inputs in it.
        """
        body = request_in(request)
        inputs = inputs_in(body)
        kept = {k: v for k, v in inputs.items() if not sets.holds_secret(v)}
        with publishing(self):
            self.comparison = {}
            self.inputs = kept
            self.outputs = outputs_in(body)
            self.extra = extras.beside_in(body)
            response = body.get("response")
            is_known = isinstance(response, str) and response in RESPONSES
            self.response = response if is_known else "auto"
            self.set_words = self._words_about(body, inputs, kept)
            # What came in is marked at once where it is wrong.
            self._tried.update(key for key in kept if key in self._fields)
            self._publish()

    def save_inputs(self, path: str | Path) -> Path:
        """Write the inputs (and the choice of outputs) to a JSON file.

        Args:
            path: The file; passwords are never written to it.

        Returns:
            The path of the file.
        """
        path = Path(path).expanduser()
        path.write_text(self._set_text(), encoding="utf-8")
        return path

    def load_inputs(self, path: str | Path) -> None:
        """Fill the form from a JSON file: a saved set, or any execute request.

        Args:
            path: The file.

        Raises:
            InputError: It cannot be read, or has no inputs in it.
        """
        self.load_request(sets.read_text(path))

    def compare_inputs(self, other: JsonValue) -> sets.Comparison:
        """What differs between the inputs here and another set of them.

        Args:
            other: The path of a JSON file, an execute request or inputs as a dict or
                text, or another form.

        Returns:
            The differences, false if there are none.

        Raises:
            InputError: There are no inputs in it.
        """
        name = "the other"
        if isinstance(other, InputSets):
            there = _all_sent(other.public_inputs, other.extra)
        else:
            if isinstance(other, Path) or _is_path(other):
                name = Path(other).name
                other = sets.read_text(other)
            there = _set_in(other)
        return self._comparison(there, name)

    def _comparison(self, there: Mapping[str, Any], name: str) -> sets.Comparison:
        labels = labels_of(self._fields.items())
        here = _all_sent(self.public_inputs, self.extra)
        rows = sets.differences(here, there, labels)
        # Not even the other set's secrets are shown: what is shown is saved.
        secrets = {
            key
            for key, field in self._fields.items()
            if any(part.kind == "secret" for part in field.walk())
        }
        return sets.Comparison([row for row in rows if row.id not in secrets], name)

    def _set_text(self) -> str:
        return sets.set_text(self._id, self.public_inputs, self.outputs, self.extra)

    def _words_about(
        self, body: JsonValue, found: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> str:
        count = len(kept)
        words = [f"Filled {count} {'input' if count == 1 else 'inputs'}."]
        strangers = [key for key in kept if key not in self._fields]
        if strangers and self._fields:
            names = clean(", ".join(strangers), limit=200)
            words.append(f"Not described by this process, sent all the same: {names}.")
        if self.extra:
            names = clean(", ".join(self.extra), limit=200)
            words.append(f"Beside the inputs: {names}.")
        if len(found) > len(kept):
            words.append("Passwords are not in it: enter them again.")
        process = body.get("process") if isinstance(body, Mapping) else None
        if isinstance(process, str) and process not in ("", self._id):
            words.append(f"It was saved for another process: {clean(process)}.")
        return " ".join(words)

    # -- what the page asks for -----------------------------------------------------

    def _on_save_inputs(self) -> None:
        with publishing(self):
            self.set_file = {
                "n": self.set_file.get("n", 0) + 1,
                "name": f"{self._id or 'process'}-inputs.json",
                "text": self._set_text(),
            }

    def _on_request(self, secret: str) -> None:
        with publishing(self):
            self.problem = ""
            self.set_words = ""
        self.load_request(secret)

    def _on_compare(self, secret: str = "", name: str = "") -> None:
        with publishing(self):
            self.problem = ""
            self.comparison = {}
        if not secret:
            return
        self._compared = _set_in(secret)
        with publishing(self):
            self.comparison = {"name": clean(name, limit=200)}
            self._compare_again()

    @traitlets.observe("inputs", "extra")
    def _compare_again(self, _change: object = None) -> None:
        """Keep what differs true while one side is edited."""
        if not self.comparison:
            return
        rows = self._comparison(self._compared, self.comparison["name"])
        self.comparison = {
            "name": self.comparison["name"],
            "rows": [
                {"id": row.id, "label": row.label, "here": here, "there": theirs}
                for row in rows
                for here, theirs in [row.texts()]
            ],
        }

    def _on_take(self, id: str) -> None:  # noqa: A002 # the page's word
        """Take one input over from the set that is compared with."""
        name = id.removesuffix(_BESIDE)
        target = self.inputs if name == id else self.extra
        if id in self._compared:
            target[name] = self._compared[id]
        else:
            target.pop(name, None)


def _all_sent(inputs: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    """All that a set sends, under names that tell the two places apart."""
    return {**inputs, **{f"{name}{_BESIDE}": one for name, one in beside.items()}}


def _set_in(request: JsonValue) -> dict[str, Any]:
    body = request_in(request)
    return _all_sent(inputs_in(body), extras.beside_in(body))


def _is_path(other: JsonValue) -> bool:
    is_short = isinstance(other, str) and "\n" not in other and len(other) < 1000
    return is_short and not other.lstrip().startswith(("{", "[", "curl "))
