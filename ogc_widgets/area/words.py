"""How an area is sent, in words: in the list to choose from, and below the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.area.boxes import STANDARD, in_words
from ogc_widgets.area.hint import BOXES, BY_CRS, FORMS, QUALIFIED, order_of

if TYPE_CHECKING:
    from ogc_widgets.area.encoding import Encoding

_NUMBERS = BOXES - {"bbox-members"}


def label_of(encoding: Encoding) -> str:
    """A few words for an encoding, for a list to choose from."""
    if encoding.is_undecided:
        return "choose the order of the four numbers"
    label, _ = FORMS[encoding.form]
    if encoding.form in _NUMBERS and order_of(encoding.id) != BY_CRS:
        label += f": {_sides(encoding)}"
    return label + (' in {"value": ...}' if encoding.id.startswith(QUALIFIED) else "")


def sentence(encoding: Encoding) -> str:
    """Say under the field how an area is sent: "Sent as text: west,south,...".

    The text is this package's own; of the description only the system is repeated.
    """
    if encoding.is_undecided:
        return "Several orders are possible; the server does not say which it wants."
    _, words = FORMS[encoding.form]
    system = encoding.system
    if encoding.form == "bbox-object":
        is_usual = order_of(encoding.id) == BY_CRS
        axes = system.axes if is_usual else f"{_sides(encoding)} in degrees"
        words += f": {axes} ({system.short_name})"
        if is_usual and system.in_degrees and system.y_first:
            words += f"; typed as {in_words(STANDARD)}"
    elif encoding.form in _NUMBERS:
        # CRS84 has an order of its own.
        name = " (CRS84)" if order_of(encoding.id) == STANDARD else ""
        words += f": {_sides(encoding)} in degrees{name}"
    inside = ' inside of {"value": ...}' if encoding.id.startswith(QUALIFIED) else ""
    return f"Sent as {words}{inside}."


def _sides(encoding: Encoding) -> str:
    is_text = encoding.form == "bbox-text"
    return in_words(order_of(encoding.id), encoding.hint.separator if is_text else ", ")
