"""Fields of your own: ``@register_field`` for a format, a type or a predicate.

A registered field is a function that gets the :class:`Field` and returns an ipywidget
with a ``value`` trait holding the JSON value (None while nothing is entered)::

    @ogc_widgets.register_field(format="colour")
    def colour(field):
        return ipywidgets.ColorPicker(value=None)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.form.fields.fields import Field
from ogc_widgets.protocol.media_types import bare

if TYPE_CHECKING:
    from ogc_widgets.protocol import InputDescription

MakeWidget = Callable[[Field], Any]
Predicate = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True, eq=False)
class _Registration:
    """What a registered field is for, and what makes its widget."""

    make: MakeWidget
    format: str
    media_type: str
    cwl_type: str
    input_id: str
    when: Predicate | None


# One registry per Python process, by design; later ones are asked first.
_registered: list[_Registration] = []


def register_field(
    *,
    format: str = "",  # noqa: A002 # the word of JSON Schema
    media_type: str = "",
    cwl_type: str = "",
    input_id: str = "",
    when: Predicate | None = None,
) -> Callable[[MakeWidget], MakeWidget]:
    """Draw certain inputs with a widget of your own.

    Args:
        format: ``format`` of the schema, such as "colour".
        media_type: Media type of the content, without parameters.
        cwl_type: Type in the application package, or its end after "#".
        input_id: Id of the input.
        when: Called with the flat schema; true if the field fits.

    Returns:
        A decorator for a function that takes the :class:`Field` and returns a widget
        with a ``value`` trait. All conditions given must hold; later registrations
        are asked first. The function gets an attribute ``unregister``.

    Raises:
        InputError: No condition was given, so it would take over every input.
    """
    if not (format or media_type or cwl_type or input_id or when):
        raise InputError(
            "register_field needs at least one condition.",
            advice='For example: @register_field(format="colour")',
        )

    def decorate(make: MakeWidget) -> MakeWidget:
        one = _Registration(make, format, media_type, cwl_type, input_id, when)
        _registered.insert(0, one)

        def unregister() -> None:
            if one in _registered:
                _registered.remove(one)

        make.unregister = unregister  # type: ignore[attr-defined]
        return make

    return decorate


def find(
    view: Mapping[str, Any], described: InputDescription, made: Field
) -> MakeWidget | None:
    """What makes the widget of an input, or None; ``made`` is the field without it."""
    said = described.cwl_type
    contents = (str(view.get("contentMediaType", "")), *made.media_types)
    media_types = [bare(name) for name in contents]
    for one in tuple(_registered):
        if (
            (not one.format or one.format in (view.get("format"), made.format))
            and (not one.media_type or bare(one.media_type) in media_types)
            and (not one.cwl_type or one.cwl_type in (said, said.rpartition("#")[-1]))
            and (not one.input_id or one.input_id == described.id)
            and (one.when is None or _holds(one.when, view))
        ):
            return one.make
    return None


def _holds(when: Predicate, view: Mapping[str, Any]) -> bool:
    try:
        return bool(when(view))
    except Exception:  # noqa: BLE001 # a user's predicate must not take the form down
        return False
