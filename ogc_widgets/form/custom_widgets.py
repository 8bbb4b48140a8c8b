"""Widgets of registered fields, each in the place of its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.page.spec import spec
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.plain import plain
from ogc_widgets.view.halves import from_page, to_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ogc_widgets.form.fields.fields import Unset
    from ogc_widgets.protocol.json_type import JsonValue


class CustomWidgets:
    """Makes the widgets of a form's registered fields and keeps them in step.

    Args:
        fields: The fields of the form.
        change: Takes new values by input id; UNSET for none.

    Attributes:
        specs: Input id to the spec of its field.
        widgets: The widgets by input id; those of ``specs`` are numbered in this order.
        errors: What the makers of widgets raised; those fields are drawn as usual.
    """

    def __init__(
        self,
        fields: Mapping[str, Field],
        change: Callable[[dict[str, JsonValue | Unset]], None],
    ) -> None:
        self._change = change
        self._is_showing = False
        self.widgets: dict[str, Any] = {}
        self.errors: list[Exception] = []
        self.specs: dict[str, dict[str, Any]] = {}
        for key, field in fields.items():
            described = self.specs[key] = spec(field)
            widget = self._made(field)
            if widget is not None:
                described["slot"] = len(self.widgets)
                self.widgets[key] = widget
                if field.default is not UNSET:
                    self.show({key: field.default})
                widget.observe(lambda _, key=key: self._changed(key), "value")

    def show(self, values: Mapping[str, JsonValue | Unset]) -> None:
        """Let the widgets show values that were set elsewhere; UNSET empties them."""
        for key, value in values.items():
            widget = self.widgets.get(key)
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
            for number, widget in enumerate(self.widgets.values())
            if _shown(widget) not in (None, "", [], {})
        ]

    def take(self, id: str) -> None:  # noqa: A002 # the page's word
        """Send what a widget shows."""
        if id in self.widgets:
            self._change({id: _shown(self.widgets[id])})

    def _made(self, field: Field) -> Any:  # noqa: ANN401 # any widget with a value
        try:
            widget = field.custom(field) if field.custom else None
        except Exception as error:  # noqa: BLE001 # it is a user's function
            self.errors.append(error)
            return None
        return widget if hasattr(widget, "value") else None

    def _changed(self, key: str) -> None:
        if not self._is_showing:
            value = _shown(self.widgets[key])
            self._change({key: UNSET if value in (None, "") else value})


def _shown(widget: Any) -> Any:  # noqa: ANN401 # any widget with a value
    """What a widget of somebody else shows, which cannot hold halves of characters."""
    return from_page(plain(widget.value))
