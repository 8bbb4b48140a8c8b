"""Widgets of registered fields, each in the place of its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.form.fields import registry
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.inputs import plain
from ogc_widgets.form.page.spec import spec
from ogc_widgets.form.schema import exact
from ogc_widgets.view.halves import from_page, to_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ogc_widgets.form.form import ProcessForm
    from ogc_widgets.protocol.wire import JsonValue


class CustomWidgets:
    """Makes the widgets of a form's registered fields and keeps them in step.

    Attributes:
        specs: Input id to the spec of its field.
        widgets: The widgets, in the order of the numbers in ``specs``.
        errors: What the makers of widgets raised; those fields are drawn as usual.
    """

    def __init__(self, form: ProcessForm) -> None:
        self._form = form
        self._by_id: dict[str, Any] = {}
        self._is_showing = False
        self.errors: list[Exception] = []
        self.specs: dict[str, dict[str, Any]] = {}
        for key, handle in form.fields.items():
            described = self.specs[key] = spec(handle.field)
            described.pop("slot", None)
            widget = self._made(key)
            if widget is not None:
                described["slot"] = len(self._by_id)
                self._by_id[key] = widget
                if handle.field.default is not UNSET:
                    self.show({key: handle.field.default})
                widget.observe(self._changed(key), "value")
        self.widgets = list(self._by_id.values())

    def show(self, values: Mapping[str, JsonValue]) -> None:
        """Let the widgets show values that were set elsewhere; UNSET empties them."""
        for key, value in values.items():
            widget = self._by_id.get(key)
            if widget is None or exact.same(_shown(widget), value):
                continue
            self._is_showing = True
            try:
                widget.value = None if value is UNSET else to_page(value)
            except traitlets.TraitError:
                # It cannot show this; the input itself is right all the same.
                if value is UNSET:
                    widget.value = widget.traits()["value"].default()
            finally:
                self._is_showing = False

    def full(self) -> list[int]:
        """Numbers of the widgets that show a value, sent or not."""
        return [
            number
            for number, widget in enumerate(self._by_id.values())
            if _shown(widget) not in (None, "", [], {})
        ]

    def take(self, key: str) -> None:
        """Send what a widget shows."""
        if key in self._by_id:
            self._form.change_inputs({key: _shown(self._by_id[key])})

    def _made(self, key: str) -> Any:  # noqa: ANN401 # any widget with a value
        field = self._form.fields[key].field
        if field.custom is None:
            return None
        try:
            widget = registry.make_widget(field.custom, field)
        except Exception as error:  # noqa: BLE001 # it is a user's function
            self.errors.append(error)
            return None
        return widget if hasattr(widget, "value") else None

    def _changed(self, key: str) -> Callable[[Any], None]:
        def changed(change: Mapping[str, Any]) -> None:
            if self._is_showing:
                return
            value = from_page(plain(change["new"]))
            is_empty = value is None or value == ""
            self._form.change_inputs({key: UNSET if is_empty else value})

        return changed


def _shown(widget: Any) -> JsonValue:  # noqa: ANN401 # any widget with a value
    """What a widget of somebody else shows, which cannot hold halves of characters."""
    return from_page(plain(widget.value))
