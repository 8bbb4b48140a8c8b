"""The form of one process: what Python sees of it, and what the page sees of it."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InvalidInputsError
from ogc_widgets.form.checks.server_problems import messages_for
from ogc_widgets.form.fields.examples import example_inputs
from ogc_widgets.form.fields.fields import name_of_step, split_path
from ogc_widgets.form.page import form_card
from ogc_widgets.form.sets.input_sets import InputSets
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.protocol.wire import JsonValue


class ProcessForm(InputSets):
    """A form for the inputs of a process.

    What is on the screen and what Python sees are the same thing: a field that shows a
    value sends it, an empty optional field is absent from :attr:`inputs`.

    Args:
        process: A :class:`~ogc_widgets.protocol.Process`, or a process description as a
            dict; nothing is fetched for it.
        inputs: Values to start with; the server's defaults where left out.

    Raises:
        InputError: ``process`` is neither.
    """

    # -- what Python can do -----------------------------------------------------------

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Path, label and message of everything that is wrong, from top to bottom."""
        found = [
            (path, self.label_of(path), message)
            for key in self._fields
            for path, message in self._findings.get(key, {}).items()
        ]
        return found + [(key, key, text) for key, text in self._extras.errors.items()]

    def require_valid(self) -> dict[str, Any]:
        """The inputs as a plain dict, if all of them can be sent.

        Raises:
            InvalidInputsError: Some cannot; they are marked on the screen.
        """
        if self.errors:
            self.show_errors()
            raise InvalidInputsError(self.errors)
        return dict(self.inputs)

    @cached_property
    def example(self) -> Mapping[str, Any]:
        """Inputs that the server gives as an example; empty if they are not enough."""
        return MappingProxyType(example_inputs(self._fields, self.process))

    def fill_example(self) -> None:
        """Put the server's example into the form; other inputs stay as they are."""
        self.change_inputs(self.example)

    def show_errors(self) -> None:
        """Mark everything that is wrong, untouched fields included."""
        with publishing(self):
            self._tried.update(self._fields)
            self._publish()

    def show_server_errors(self, problem: JsonValue) -> tuple[str, ...]:
        """Show what a server says at the fields that it names, until they are edited.

        Args:
            problem: A problem document, or the error that carries it.

        Returns:
            Ids of the inputs that were named.
        """
        found = messages_for(problem, self._fields)
        with publishing(self):
            self._server_errors = found
            self._publish()
        return tuple(found)

    def label_of(self, path: str) -> str:
        """What the field at a path is called: "STAC items, 2"."""
        key, *steps = split_path(path)
        field = self._fields.get(key)
        label = field.label if field is not None and field.label else key
        return ", ".join([label, *map(name_of_step, steps)])

    # -- saved notebooks --------------------------------------------------------------

    def _repr_mimebundle_(
        self, **kwargs: dict[Any, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and what a saved notebook says without it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        shown, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        count = len(self._fields)
        set_count = sum(key in self.inputs for key in self._fields)
        return {
            **(shown or {}),
            "text/plain": form_card.card_text(self._title, set_count, count),
            "text/html": form_card.card_html(
                self._title, self._fields, self.public_inputs
            ),
        }, metadata

    def close(self) -> None:
        """Close the form and the widgets of registered fields."""
        self._checks.close()
        for widget in self.slots:
            widget.close()
        super().close()
