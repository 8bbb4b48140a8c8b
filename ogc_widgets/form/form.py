"""The form of one process: what Python and the page see of it.

One lock holds everything together (:func:`~ogc_widgets.view.base.publishing`);
observers see a change when all of it has happened. What the form does is done by its
parts: the values, the messages of the page, the sets of inputs, the checks of STAC
documents, the widgets of registered fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import traitlets
from ipywidgets import widget_serialization

from ogc_widgets.errors import InputError, InvalidInputsError
from ogc_widgets.form.areas import FormAreas
from ogc_widgets.form.checks.server_problems import messages_for
from ogc_widgets.form.custom_widgets import CustomWidgets
from ogc_widgets.form.fields.build_fields import plain_description
from ogc_widgets.form.fields.defaults import example_inputs
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.inputs import (
    InputField,
    InputsTrait,
    OutputsTrait,
    ResponseTrait,
)
from ogc_widgets.form.page import form_card
from ogc_widgets.form.page.handlers import PageHandlers
from ogc_widgets.form.schema.outputs import output_options, response_options
from ogc_widgets.form.sets.input_sets import InputSets
from ogc_widgets.form.sets.sets import read_text
from ogc_widgets.form.stac_items import StacItems
from ogc_widgets.form.values import FormValues, fields_of
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ogc_widgets.form.sets.sets import Comparison
    from ogc_widgets.protocol.wire import JsonValue


class ProcessForm(View):
    """A form for the inputs of a process.

    What is on the screen and what Python sees are the same thing: a field that shows a
    value sends it, an empty optional field is absent from :attr:`inputs`.

    Args:
        process: A :class:`~ogc_widgets.protocol.Process`, or a process description as a
            dict; nothing is fetched for it.
        inputs: Values to start with; the server's defaults where left out.

    Attributes:
        process: The same process.
        process_id: Its id.
        areas: The areas in the form.
        stac: The STAC documents that the form names.
        sets: Whole sets of inputs.
        custom: The widgets of registered fields.

    Raises:
        InputError: ``process`` is neither.
    """

    _script = "form"

    inputs = InputsTrait("_take_inputs")
    """Input id to value, ready for the execute request. Settable and observable."""
    extra = InputsTrait("_take_extra")
    """Members beside ``inputs`` in the request, such as ``queue``: name to value, the
    twin of ``client.execute(..., extra=...)``. Settable and observable."""
    outputs: Any = OutputsTrait().tag(sync=True)
    """Output id to what is wanted of it, as in the execute request; empty for all
    outputs in the way that the server likes. Settable (a list of ids will do) and
    observable."""
    response: Any = ResponseTrait("auto").tag(sync=True)
    """How the outputs come, as for executing: ``auto``, ``document`` or ``raw``."""

    spec: Any = traitlets.List().tag(sync=True)
    drafts = traitlets.Dict().tag(sync=True)
    drafts_revision = traitlets.Int(0).tag(sync=True)
    shown_errors = traitlets.Dict().tag(sync=True)
    notes = traitlets.Dict().tag(sync=True)
    standings = traitlets.Dict().tag(sync=True)
    """Path of an object to what its conditions ask for: "required" and "hidden"."""
    extra_rows: Any = traitlets.List().tag(sync=True)
    """What was added by hand: name, text and place ("input", "beside") of each."""
    output_options: Any = traitlets.List().tag(sync=True)
    """What can be chosen, as ``output_options`` of the schema says it."""
    response_options: Any = traitlets.List().tag(sync=True)
    """The same to choose from; empty where the description names no output."""
    focus_request = traitlets.Dict().tag(sync=True)
    busy = traitlets.Bool(default_value=False).tag(sync=True)
    show_footer = traitlets.Bool(default_value=False).tag(sync=True)

    active_area = traitlets.Unicode("").tag(sync=True)
    """Path of the area that is being edited on the map, or ""."""
    has_map = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether there is a map beside the form on which areas can be drawn."""
    map_areas = traitlets.Dict().tag(sync=True)
    """Where several areas share a map: "active" path, and "tones" by path."""
    area_request = traitlets.Dict()
    """The last wish of the page about the map: path, action (draw, view, focus), n."""

    item_checks = traitlets.Dict().tag(sync=True)
    """What is known of the STAC documents in the form; see ``item_checks.py``."""
    item_marked = traitlets.Unicode("").tag(sync=True)
    """Key of the check that the mouse or the cursor is at, or ""."""
    item_search = traitlets.Unicode("").tag(sync=True)
    """What the way to a search for STAC items is called; "" where there is none."""
    item_search_request = traitlets.Dict()
    """The last wish of the page to search: path of the field, n."""

    slots: Any = traitlets.List().tag(sync=True, **widget_serialization)
    """Widgets of registered fields; a spec names its own by number."""
    full_slots: Any = traitlets.List().tag(sync=True)
    """Numbers of those that show a value, also where none is sent."""

    set_words = traitlets.Unicode("").tag(sync=True)
    """What became of the last set: one or two sentences."""
    set_file = traitlets.Dict().tag(sync=True)
    """The last file for the page to save: name, text, n."""
    comparison = traitlets.Dict().tag(sync=True)
    """What the page compares with: name and rows; empty for nothing."""

    def __init__(
        self,
        process: JsonValue,
        inputs: Mapping[str, Any] | None = None,
        **kwargs: object,
    ) -> None:
        self.process = process
        self._fields = fields_of(process)
        self._title, self.process_id = plain_description(process)
        self._values = FormValues(self._fields)
        self._handles = MappingProxyType(
            {key: InputField(self, field) for key, field in self._fields.items()}
        )
        self._page = PageHandlers(self, self._values)
        self.custom = CustomWidgets(self._fields, self.change_inputs)
        self.areas = FormAreas(self, self._values)
        self.stac = StacItems(self, self._values)
        super().__init__(
            spec=list(self.custom.specs.values()),
            drafts=self._values.drafts,
            slots=list(self.custom.widgets.values()),
            full_slots=self.custom.full(),
            output_options=output_options(process),
            response_options=response_options(process),
            **kwargs,
        )
        for error in self.custom.errors:
            self.report(error)
        self.publish()
        self.sets = InputSets(self, self._values)
        if inputs is not None:
            self.inputs = inputs

    # -- inputs -----------------------------------------------------------------------

    @property
    def fields(self) -> Mapping[str, InputField]:
        """Input id to the field of that input."""
        return self._handles

    @property
    def public_inputs(self) -> dict[str, Any]:
        """The inputs with secrets replaced by "$SECRET", for showing and saving."""
        return self._values.public(self.inputs)

    @cached_property
    def example(self) -> Mapping[str, Any]:
        """Inputs that the server gives as an example; empty if they are not enough."""
        return MappingProxyType(example_inputs(self._fields, self.process))

    def fill_example(self) -> None:
        """Put the server's example into the form; other inputs stay as they are."""
        self.change_inputs(self.example)

    def change_inputs(self, changes: Mapping[str, Any]) -> None:
        """Fill some fields and leave the others alone.

        Args:
            changes: Input id to value; UNSET empties a field.

        Raises:
            InputError: A value is not JSON; nothing was changed.
        """
        with publishing(self):
            self.set_drafts(self._values.drafts_of(changes))

    def change_draft(self, key: str, draft: JsonValue) -> None:
        """Put something on the screen as if it had been typed.

        Raises:
            InputError: There is no such input.
        """
        if key not in self._fields:
            raise InputError(f"This process has no input {key!r}.")
        with publishing(self):
            self._values.entries[key].is_edited = True
            self.set_drafts({key: draft})

    def reset(self) -> None:
        """Back to the server's defaults; everything that was entered is gone."""
        with publishing(self):
            self.outputs = {}
            self.response = "auto"
            self.active_area = ""
            self.set_drafts(self._values.untouched())

    def _take_inputs(self, values: JsonValue) -> None:
        """Fill the whole form; inputs that are not named become empty."""
        if not isinstance(values, Mapping):
            raise InputError(
                f"Inputs are a dict of input id to value, not {type(values).__name__}.",
                advice='For example: form.inputs = {"aoi": "-10,40,5,50"}',
            )
        every: dict[str, Any] = dict.fromkeys((*self._fields, *self.inputs), UNSET)
        self.change_inputs({**every, **values})

    def _take_extra(self, values: JsonValue) -> None:
        """Set the members that stand beside the inputs; others are taken away."""
        with publishing(self):
            self._values.put_beside(values)
            self.publish()

    # -- what is wrong ----------------------------------------------------------------

    @property
    def errors(self) -> dict[str, str]:
        """Input id to what is wrong; empty when everything can be sent."""
        return self._values.errors

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Path, label and message of everything that is wrong, from top to bottom."""
        return self._values.problems

    def require_valid(self) -> dict[str, Any]:
        """The inputs as a plain dict, if all of them can be sent.

        Raises:
            InvalidInputsError: Some cannot; they are marked on the screen.
        """
        if self.errors:
            self.show_errors()
            raise InvalidInputsError(self.errors)
        return dict(self.inputs)

    def show_errors(self) -> None:
        """Mark everything that is wrong, untouched fields included."""
        self.mark(self._fields)

    def show_server_errors(self, problem: JsonValue) -> tuple[str, ...]:
        """Show what a server says at the fields that it names, until they are edited.

        Args:
            problem: A problem document, or the error that carries it.

        Returns:
            Ids of the inputs that were named.
        """
        found = messages_for(problem, self._fields)
        with publishing(self):
            for key, entry in self._values.entries.items():
                entry.server_says = found.get(key, "")
            self.publish()
        return tuple(found)

    def focus(self, path: str, *, at: str = "") -> None:
        """Bring a field to view and put the cursor into it.

        Args:
            path: Input id, or the path of a part of it such as "stac_items/1".
            at: "search" for its link to a search, where it has one.
        """
        self.ask("focus_request", path=path, at=at)

    # -- whole sets of inputs ---------------------------------------------------------

    def load_request(self, request: JsonValue) -> None:
        """Fill the form from an execute request, as people paste it.

        Args:
            request: The request or its inputs, as a dict or as text: JSON, or a cURL
                command that holds it. The old list form of inputs is understood.

        Raises:
            InputError: There are no inputs in it.
        """
        self.sets.load(request)

    def save_inputs(self, path: str | Path) -> Path:
        """Write the inputs (and the choice of outputs) to a JSON file.

        Args:
            path: The file; passwords are never written to it.

        Returns:
            The path of the file.
        """
        path = Path(path).expanduser()
        path.write_text(self.sets.file()["text"], encoding="utf-8")
        return path

    def load_inputs(self, path: str | Path) -> None:
        """Fill the form from a JSON file: a saved set, or any execute request.

        Args:
            path: The file.

        Raises:
            InputError: It cannot be read, or has no inputs in it.
        """
        self.sets.load(read_text(path))

    def compare_inputs(self, other: JsonValue) -> Comparison:
        """What differs between the inputs here and another set of them.

        Args:
            other: The path of a JSON file, an execute request or inputs as a dict or
                text, or another form.

        Returns:
            The differences, false if there are none.

        Raises:
            InputError: There are no inputs in it.
        """
        return self.sets.compare(other)

    # -- keeping everything in step ---------------------------------------------------

    def set_drafts(self, drafts: Mapping[str, JsonValue]) -> None:
        """Put drafts on the screen, also under the cursor."""
        with publishing(self):
            self.drafts_revision += 1
            self._values.put(drafts)
            self.publish()
            self.custom.show({key: self._values.entries[key].value for key in drafts})
            self.full_slots = self.custom.full()

    def set_part(self, path: str, draft: JsonValue) -> None:
        """Put another draft at a path, as if it had been typed."""
        with publishing(self):
            whole = self._values.with_part(path, draft)
            if whole:
                self.set_drafts(whole)

    def mark(self, keys: Iterable[str]) -> None:
        """Mark what is wrong in these inputs, although they were not touched."""
        with publishing(self):
            for key in keys:
                self._values.entries[key].is_tried = True
            self.publish()

    def ask(self, trait: str, **wish: object) -> None:
        """Ask for something once more: the trait is counted up."""
        with publishing(self):
            number = getattr(self, trait).get("n", 0) + 1
            setattr(self, trait, {**wish, "n": number})

    def publish(self, *, is_typing: bool = False) -> None:
        """Bring the traits up to date with the values."""
        values = self._values
        with publishing(self):
            self.drafts = values.drafts
            self.extra_rows = values.rows
            self.shown_errors = values.shown_errors()
            self.notes = values.notes()
            self.stac.follow(is_typing=is_typing)
            self.standings = values.member_states()
            type(self).inputs.publish(self, values.sent)
            type(self).extra.publish(self, values.extras.beside)

    # -- the view ---------------------------------------------------------------------

    def _handler(self, kind: str) -> Callable[..., object] | None:
        return getattr(self._page, f"on_{kind}", None)

    def _card_(self) -> tuple[str, str]:
        set_count = sum(key in self.inputs for key in self._fields)
        text = form_card.card_text(self._title, set_count, len(self._fields))
        return text, form_card.card_html(self._title, self._fields, self.public_inputs)

    def close(self) -> None:
        """Close the form and the widgets of registered fields."""
        if hasattr(self, "stac"):  # not in a form that was refused
            self.stac.close()
        for widget in self.slots:
            widget.close()
        super().close()
