"""The form of one process, as a notebook sees it.

One lock holds everything together (:func:`~ogc_widgets.view.base.publishing`);
observers of its values (``inputs``, ``drafts``, ``errors``) see a change when all of it
has happened, and the page has been told of the field. A form has parts: what stands in
it (:class:`~ogc_widgets.form.values.FormValues`), the areas, the STAC documents, whole
sets of inputs, and the widgets of registered fields.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError, InvalidInputsError, need_dict
from ogc_widgets.form.areas import FormAreas
from ogc_widgets.form.checks.server_problems import messages_for
from ogc_widgets.form.custom_widgets import CustomWidgets
from ogc_widgets.form.fields.build_fields import plain_description
from ogc_widgets.form.fields.defaults import example_inputs
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.for_each.many_jobs import ManyJobs
from ogc_widgets.form.input_field import FormParts, InputField
from ogc_widgets.form.input_sets import InputSets
from ogc_widgets.form.page import form_card
from ogc_widgets.form.page.form_page import FormPage
from ogc_widgets.form.requests import read_text
from ogc_widgets.form.schema.outputs import output_options, response_options
from ogc_widgets.form.stac_items import StacItems
from ogc_widgets.form.values import Change, FormValues, fields_of
from ogc_widgets.protocol.text import counted
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.form.comparison import Comparison

_EXAMPLE = 'For example: form.inputs = {"aoi": "-10,40,5,50"}'


class ProcessForm(ManyJobs, FormPage):
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

    def __init__(
        self,
        process: Any,  # noqa: ANN401 # what fields_of() takes or refuses
        inputs: Mapping[str, Any] | None = None,
        **kwargs: object,
    ) -> None:
        self.process = process
        self._fields = fields_of(process)
        self._title, self.process_id = plain_description(process)
        self._values = FormValues(self._fields, self._publish)
        self.custom = CustomWidgets(self._fields, self._values.change)
        self.areas = FormAreas(self, self._values)
        self.stac = StacItems(self, self._values)
        parts = FormParts(self, self._values, self.areas, self.stac)
        self._handles = MappingProxyType(
            {key: InputField(parts, field) for key, field in self._fields.items()}
        )
        entries = self._values.entries
        self._numbers = {key: f"input_{number}" for number, key in enumerate(entries)}
        self._add_inputs(
            [one.on_page(self._values.secrets) for one in entries.values()]
        )
        super().__init__(
            spec=list(self.custom.specs.values()),
            slots=list(self.custom.widgets.values()),
            full_slots=self.custom.full(),
            output_options=output_options(process),
            response_options=response_options(process),
            **kwargs,
        )
        for error in self.custom.errors:
            self.report(error)
        self._publish(Change())
        self.sets = InputSets(self, self._values, self.process_id)
        self.handle(
            look=self.stac.on_look,
            slot=self.custom.take,
            save_inputs=self.sets.on_save_inputs,
            request=self.sets.on_request,
            compare=self.sets.on_compare,
            take=self.sets.on_take,
        )
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
        return self._values.public

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
        need_dict("Inputs", changes, "input id to value", advice=_EXAMPLE)
        with publishing(self):
            self._values.change(changes)

    def reset(self) -> None:
        """Back to the server's defaults; everything that was entered is gone."""
        with publishing(self):
            self.outputs = {}
            self.response = "auto"
            self.active_area = ""
            self._values.reset()

    def _take_inputs(self, values: Mapping[str, Any]) -> None:
        """Fill the whole form; inputs that are not named become empty."""
        need_dict("Inputs", values, "input id to value", advice=_EXAMPLE)
        every: dict[str, Any] = dict.fromkeys((*self._fields, *self.inputs), UNSET)
        self.change_inputs({**every, **values})

    def _take_extra(self, values: object) -> None:
        """Set the members that stand beside the inputs; others are taken away."""
        self._values.set_beside(values)

    # -- what is wrong ----------------------------------------------------------------

    @property
    def errors(self) -> dict[str, str]:
        """Input id to what is wrong; empty when everything can be sent."""
        return self._values.errors

    @property
    def notes(self) -> dict[str, str]:
        """Input id to what stands under its field, nothing that is wrong."""
        return self._values.notes

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
        self._values.mark(self._fields)

    def show_server_errors(self, problem: object) -> tuple[str, ...]:
        """Show what a server says at the fields that it names, until they are edited.

        Args:
            problem: A problem document, or the error that carries it.

        Returns:
            Ids of the inputs that were named.
        """
        found = messages_for(problem, self._fields)
        self._values.quote(found)
        return tuple(found)

    def focus(self, path: str, *, at: str = "") -> None:
        """Bring a field to view and put the cursor into it.

        Args:
            path: Input id, or the path of a part of it such as "stac_items/1".
            at: "search" for its link to a search, where it has one.
        """
        self.ask("focus_request", path=path, at=at)

    # -- whole sets of inputs ---------------------------------------------------------

    def load_request(self, request: object) -> None:
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

        Raises:
            InputError: It cannot be written.
        """
        path = Path(path).expanduser()
        try:
            path.write_text(self.sets.file()["text"], encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"{path.name} cannot be saved: {error.strerror or error}.",
                safe="The form is unchanged.",
                advice="Choose a folder that you can write to and that has room.",
            ) from error
        return path

    def load_inputs(self, path: str | Path) -> None:
        """Fill the form from a JSON file: a saved set, or any execute request.

        Args:
            path: The file.

        Raises:
            InputError: It cannot be read, or has no inputs in it.
        """
        self.sets.load(read_text(path))

    def compare_inputs(self, other: object) -> Comparison:
        """What differs between the inputs here and another set of them.

        Args:
            other: The path of a JSON file, an execute request or inputs as a dict or
                text, or another form.

        Returns:
            The differences, false if there are none.

        Raises:
            InputError: There are no inputs in it.
        """
        if isinstance(other, ProcessForm):
            other = {**other.extra, "inputs": other.public_inputs}
        return self.sets.compare(other)

    # -- the page ---------------------------------------------------------------------

    def _publish(self, change: Change) -> None:
        """Bring the traits up to date with the values."""
        values = self._values
        # The field in which somebody types answers first, then what follows the form.
        with publishing(self):
            if change.shown:
                self.drafts_revision += 1
            for key in change.touched:
                said = values.entries[key].on_page(values.secrets)
                setattr(self, self._numbers[key], said)
            self.extra_rows = values.rows
            self.extra_errors = values.extras.errors
        with publishing(self):
            self.drafts = values.drafts
            self.shown_errors = values.shown_errors
            if self.stac.has_fields:
                self.stac.follow(is_typing=change.is_typing)
            type(self).inputs.publish(self, values.sent)
            type(self).extra.publish(self, values.extras.beside)
            if change.shown and self.custom.widgets:
                shown = {key: values.entries[key].value for key in change.shown}
                self.custom.show(shown)
                self.full_slots = self.custom.full()

    def _on_area_action(
        self,
        id: str,  # noqa: A002 # the page's word
        action: str,
        value: Any = None,  # noqa: ANN401 # JSON
        path: str = "",
    ) -> None:
        self.areas.act(path or id, action, value)

    def _about(self) -> tuple[object, ...]:
        return (self.process_id, f"with {counted(len(self.fields), 'input')}")

    def _card_(self) -> tuple[str, str]:
        return form_card.card(self._title, self._fields, self.public_inputs)

    def close(self) -> None:
        """Close the form and the widgets of registered fields."""
        if hasattr(self, "stac"):  # not in a form that was refused
            self.stac.close()
        for widget in self.slots:
            widget.close()
        super().close()
