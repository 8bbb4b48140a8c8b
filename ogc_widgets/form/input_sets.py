"""Whole sets of inputs: kept, saved, loaded, compared, filled from a pasted request.

A file is an execute request with the process beside it; it can be sent as it is::

    {"process": "water-bodies", "inputs": {"aoi": "..."}, "outputs": {...}}

Members beside the inputs, such as ``queue``, stand where they are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form import extras
from ogc_widgets.form.comparison import Comparison, differences
from ogc_widgets.form.drafts import tree
from ogc_widgets.form.page.form_card import SECRET
from ogc_widgets.form.requests import (
    inputs_in,
    outputs_in,
    read_text,
    request_in,
)
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.outputs import RESPONSES
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from ogc_widgets.form.page.form_page import FormPage
    from ogc_widgets.form.values import FormValues

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

    def __init__(self, page: FormPage, values: FormValues, process_id: str) -> None:
        self._page, self._values, self._process_id = page, values, process_id
        self._compared: Mapping[str, Any] = {}
        self._untouched = self.typed()
        page.observe(self._compare_again, ["inputs", "extra"])

    # -- as it stands -----------------------------------------------------------------

    @property
    def is_touched(self) -> bool:
        """Whether anything stands here that the server has not put here."""
        return self.typed() != self._untouched

    def typed(self) -> Typed:
        """What stands in the form now, to be put into another one."""
        page, values = self._page, self._values
        return Typed(
            spec=page.spec,
            drafts={
                key: draft
                for key, draft in values.drafts.items()
                if not any(tree.references_in(draft))
            },
            inputs=_without_secrets(values.public),
            edited=frozenset(k for k, one in values.entries.items() if one.is_edited),
            extra=list(values.rows),
            outputs=dict(page.outputs),
            response=page.response,
        )

    def take_over(self, typed: Typed) -> None:
        """Put in what stood in another form of the same process."""
        page, values = self._page, self._values
        with publishing(page):
            page.outputs = dict(typed.outputs)
            page.response = typed.response
            if typed.spec != page.spec:
                values.change(typed.inputs)
                values.set_beside(extras.read(typed.extra, ()).beside)
                return
            values.set_rows(list(typed.extra))
            for key in typed.edited & typed.drafts.keys():
                values.entries[key].is_edited = True
            values.show(typed.drafts)
            others = values.entries.keys() - typed.drafts.keys()
            values.change({k: v for k, v in typed.inputs.items() if k in others})

    # -- requests and files -----------------------------------------------------------

    def load(self, request: object) -> None:
        """Fill the form from an execute request; see ``ProcessForm.load_request``."""
        page = self._page
        body = request_in(request)
        inputs = inputs_in(body)
        kept = _without_secrets(inputs)
        response = tree.members_of(body).get("response")
        with publishing(page):
            page.comparison = {}
            page.inputs = kept
            page.outputs = outputs_in(body)
            page.extra = extras.beside_in(body)
            page.response = response if response in tuple(RESPONSES) else "auto"
            page.set_words = self._words_about(body, inputs, kept)
            # What came in is marked at once where it is wrong.
            self._values.mark(kept)

    def _words_about(
        self, body: object, inputs: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> str:
        count = len(kept)
        words = [f"Filled {count} {'input' if count == 1 else 'inputs'}."]
        strangers = [key for key in kept if key not in self._values.entries]
        if strangers and self._values.entries:
            names = clean(", ".join(strangers), limit=200)
            words.append(f"Not described by this process, sent all the same: {names}.")
        if self._page.extra:
            names = clean(", ".join(self._page.extra), limit=200)
            words.append(f"Beside the inputs: {names}.")
        if len(inputs) > len(kept):
            words.append("Passwords are not in it: enter them again.")
        process = body.get("process") if isinstance(body, Mapping) else None
        if isinstance(process, str) and process not in ("", self._process_id):
            words.append(f"It was saved for another process: {clean(process)}.")
        return " ".join(words)

    def file(self) -> dict[str, str]:
        """Name and text of a file of the inputs, without passwords."""
        document: dict[str, Any] = {
            "process": self._process_id,
            "inputs": _without_secrets(self._values.public),
        }
        if self._page.outputs:
            document["outputs"] = dict(self._page.outputs)
        text = exact.dumps(document | self._page.extra, indent=2) + "\n"
        return {"name": f"{self._process_id or 'process'}-inputs.json", "text": text}

    # -- comparing --------------------------------------------------------------------

    def compare(self, other: object) -> Comparison:
        """What differs from another set; see ``ProcessForm.compare_inputs``."""
        name = "the other"
        if isinstance(other, Path) or (isinstance(other, str) and _is_path(other)):
            name = Path(other).name
            other = read_text(other)
        return self._differences(_set_in(other), name)

    def _differences(self, there: Mapping[str, Any], name: str) -> Comparison:
        values = self._values
        labels = {key: one.field.label or key for key, one in values.entries.items()}
        here = _all_sent(values.public, self._page.extra)
        rows = differences(here, there, labels)
        # Not even the other set's secrets are shown: what is shown is saved.
        secrets = {k for k, e in values.entries.items() if e.field.holds("secret")}
        return Comparison([row for row in rows if row.id not in secrets], name)

    def _compare_again(self, _change: object = None) -> None:
        """Keep what differs true while one side is edited."""
        if self._page.comparison:
            name = self._page.comparison["name"]
            rows = [
                {"id": row.id, "label": row.label, "here": here, "there": there}
                for row in self._differences(self._compared, name)
                for here, there in [row.texts()]
            ]
            self._page.comparison = {"name": name, "rows": rows}

    # -- what the page asks for -------------------------------------------------------

    def on_save_inputs(self) -> None:
        """The inputs are to be saved as a file."""
        self._page.ask("set_file", **self.file())

    def on_request(self, secret: str) -> None:
        """A request was pasted."""
        with publishing(self._page):
            self._page.problem = self._page.set_words = ""
        self.load(secret)

    def on_compare(self, secret: str = "", name: str = "") -> None:
        """Another set is to be compared with from now on, or none any more."""
        with publishing(self._page):
            self._page.problem = ""
            self._page.comparison = {}
        if secret:
            self._compared = _set_in(secret)
            with publishing(self._page):
                self._page.comparison = {"name": clean(name, limit=200)}
                self._compare_again()

    def on_take(self, id: str) -> None:  # noqa: A002 # the page's word
        """One input is taken over from the set that is compared with."""
        own = id.removesuffix(_BESIDE)
        target = self._page.inputs if own == id else self._page.extra
        if id in self._compared:
            target[own] = self._compared[id]
        else:
            target.pop(own, None)


def _all_sent(inputs: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    """All that a set sends, under names that tell the two places apart."""
    return {**inputs, **{f"{name}{_BESIDE}": one for name, one in beside.items()}}


def _set_in(request: object) -> dict[str, Any]:
    body = request_in(request)
    return _all_sent(inputs_in(body), extras.beside_in(body))


def _is_path(text: str) -> bool:
    is_short = "\n" not in text and len(text) < 1000
    return is_short and not text.lstrip().startswith(("{", "[", "curl "))


def _without_secrets(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that neither are nor hold secrets."""
    return {key: value for key, value in inputs.items() if not _holds_secret(value)}


def _holds_secret(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_secret, value.values()))
    if isinstance(value, list):
        return any(map(_holds_secret, value))
    return bool(value == SECRET)
