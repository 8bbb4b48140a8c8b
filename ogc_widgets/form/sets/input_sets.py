"""Whole sets of inputs: kept, saved, loaded, compared, filled from a pasted request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.drafts import tree
from ogc_widgets.form.fields import extras
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.outputs import RESPONSES
from ogc_widgets.form.sets import sets
from ogc_widgets.form.sets.pasted_requests import inputs_in, outputs_in, request_in
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.form.form import ProcessForm
    from ogc_widgets.form.values import FormValues
    from ogc_widgets.protocol.wire import JsonValue

_BESIDE: Final = " (beside inputs)"


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


class InputSets:
    """What one form does with whole sets of inputs."""

    def __init__(self, form: ProcessForm, values: FormValues) -> None:
        self._form, self._values = form, values
        self._compared: Mapping[str, Any] = MappingProxyType({})
        self._untouched = self.typed()
        form.observe(self._compare_again, ["inputs", "extra"])

    # -- as it stands -----------------------------------------------------------------

    @property
    def is_touched(self) -> bool:
        """Whether anything stands here that the server has not put here."""
        return self.typed() != self._untouched

    def typed(self) -> Typed:
        """What stands in the form now, to be put into another one."""
        entries = self._values.entries
        return Typed(
            spec=self._form.spec,
            drafts={
                key: draft
                for key, draft in self._values.drafts.items()
                if not any(tree.references_in(draft))
            },
            inputs=sets.without_secrets(self._form.public_inputs),
            edited=frozenset(key for key, one in entries.items() if one.is_edited),
            extra=list(self._values.rows),
            outputs=dict(self._form.outputs),
            response=self._form.response,
        )

    def take_over(self, typed: Typed) -> None:
        """Put in what stood in another form of the same process."""
        form, entries = self._form, self._values.entries
        with publishing(form):
            form.outputs = dict(typed.outputs)
            form.response = typed.response
            if typed.spec != form.spec:
                form.change_inputs(typed.inputs)
                form.extra = extras.read(typed.extra, ()).beside
                return
            self._values.put_rows(list(typed.extra))
            for key in typed.edited & typed.drafts.keys():
                entries[key].is_edited = True
            form.set_drafts(typed.drafts)
            others = entries.keys() - typed.drafts.keys()
            form.change_inputs({k: v for k, v in typed.inputs.items() if k in others})

    # -- requests and files -----------------------------------------------------------

    def load(self, request: JsonValue) -> None:
        """Fill the form from an execute request; see ``ProcessForm.load_request``."""
        form = self._form
        body = request_in(request)
        inputs = inputs_in(body)
        kept = sets.without_secrets(inputs)
        with publishing(form):
            form.comparison = {}
            form.inputs = kept
            form.outputs = outputs_in(body)
            form.extra = extras.beside_in(body)
            response = body.get("response")
            is_known = isinstance(response, str) and response in RESPONSES
            form.response = response if is_known else "auto"
            form.set_words = self._words_about(body, inputs, kept)
            # What came in is marked at once where it is wrong.
            form.mark(key for key in kept if key in form.fields)

    def _words_about(
        self, body: JsonValue, found: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> str:
        count = len(kept)
        words = [f"Filled {count} {'input' if count == 1 else 'inputs'}."]
        strangers = [key for key in kept if key not in self._form.fields]
        if strangers and self._form.fields:
            names = clean(", ".join(strangers), limit=200)
            words.append(f"Not described by this process, sent all the same: {names}.")
        if self._form.extra:
            names = clean(", ".join(self._form.extra), limit=200)
            words.append(f"Beside the inputs: {names}.")
        if len(found) > len(kept):
            words.append("Passwords are not in it: enter them again.")
        process = body.get("process") if isinstance(body, Mapping) else None
        if isinstance(process, str) and process not in ("", self._form.process_id):
            words.append(f"It was saved for another process: {clean(process)}.")
        return " ".join(words)

    def file(self) -> dict[str, str]:
        """Name and text of a file of the inputs, without passwords."""
        form = self._form
        document: dict[str, Any] = {
            "process": form.process_id,
            "inputs": sets.without_secrets(form.public_inputs),
        }
        if form.outputs:
            document["outputs"] = dict(form.outputs)
        text = exact.dumps(document | form.extra, indent=2) + "\n"
        return {"name": f"{form.process_id or 'process'}-inputs.json", "text": text}

    # -- comparing --------------------------------------------------------------------

    def compare(self, other: JsonValue) -> sets.Comparison:
        """What differs from another set; see ``ProcessForm.compare_inputs``."""
        name = "the other"
        if isinstance(other, View):
            return self._differences(_all_sent(other.public_inputs, other.extra), name)
        if isinstance(other, Path) or _is_path(other):
            name = Path(other).name
            other = sets.read_text(other)
        return self._differences(_set_in(other), name)

    def keep_comparing(self, request: str, name: str) -> None:
        """Show on the page what differs from a request, from now on."""
        self._compared = _set_in(request)
        with publishing(self._form):
            self._form.comparison = {"name": name}
            self._compare_again()

    def take_from_other(self, name: str) -> None:
        """Take one input over from the set that is compared with."""
        own = name.removesuffix(_BESIDE)
        target = self._form.inputs if own == name else self._form.extra
        if name in self._compared:
            target[own] = self._compared[name]
        else:
            target.pop(own, None)

    def _differences(self, there: Mapping[str, Any], name: str) -> sets.Comparison:
        entries = self._values.entries
        labels = {key: entry.field.label or key for key, entry in entries.items()}
        here = _all_sent(self._form.public_inputs, self._form.extra)
        rows = sets.differences(here, there, labels)
        # Not even the other set's secrets are shown: what is shown is saved.
        secrets = {key for key, entry in entries.items() if entry.holds_secret}
        return sets.Comparison([row for row in rows if row.id not in secrets], name)

    def _compare_again(self, _change: object = None) -> None:
        """Keep what differs true while one side is edited."""
        comparison = self._form.comparison
        if not comparison:
            return
        rows = self._differences(self._compared, comparison["name"])
        self._form.comparison = {
            "name": comparison["name"],
            "rows": [
                {"id": row.id, "label": row.label, "here": here, "there": theirs}
                for row in rows
                for here, theirs in [row.texts()]
            ],
        }


def _all_sent(inputs: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    """All that a set sends, under names that tell the two places apart."""
    return {**inputs, **{f"{name}{_BESIDE}": one for name, one in beside.items()}}


def _set_in(request: JsonValue) -> dict[str, Any]:
    body = request_in(request)
    return _all_sent(inputs_in(body), extras.beside_in(body))


def _is_path(other: JsonValue) -> bool:
    is_short = isinstance(other, str) and "\n" not in other and len(other) < 1000
    return is_short and not other.lstrip().startswith(("{", "[", "curl "))
