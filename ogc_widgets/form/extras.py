"""What a server wants and does not describe, entered by hand.

Some want inputs that their description forgot, others members beside ``inputs`` in the
request, such as ``queue``, ``tag`` or ``subscriber``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogc_widgets.protocol.json_type import JsonValue

Rows = list[list[str]]

INPUT: Final = "input"
BESIDE: Final = "beside"
OWN_MEMBERS: Final = ("inputs", "outputs", "response", "process")
"""Members of a request that say what the form says in its own way."""
_ABOUT_IT: Final = ("links", "$schema")  # of a document that holds a request


@dataclass(frozen=True, slots=True)
class Extras:
    """What rows stand for.

    Attributes:
        inputs: Id to value of inputs.
        beside: Name to value of members beside ``inputs``.
        errors: Id or name to what is wrong.
    """

    inputs: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def rows_of(inputs: Mapping[str, Any], beside: Mapping[str, Any]) -> Rows:
    """Rows of name, text and place that show values."""
    return [
        [name, _text(value), place]
        for place, values in ((INPUT, inputs), (BESIDE, beside))
        for name, value in values.items()
    ]


def read(rows: Iterable[Iterable[str]], described: Iterable[str]) -> Extras:
    """The values of rows, and what is wrong with them.

    Args:
        rows: Name, text and place; the text is JSON, or else plain text.
        described: Ids of inputs that have a field of their own.
    """
    found = Extras()
    taken = {INPUT: set(described), BESIDE: set(OWN_MEMBERS)}
    for key, text, place in rows:
        name = key.strip()
        if not text.strip():
            continue
        if not name:
            found.errors["extra inputs"] = "need an id for every value"
        elif name in taken[place]:
            is_own = place == BESIDE and name in OWN_MEMBERS
            found.errors[name] = (
                "is set elsewhere in the form"
                if is_own
                else "has a field above, or is there twice"
            )
        else:
            values = found.beside if place == BESIDE else found.inputs
            values[name] = _read(text)
            taken[place].add(name)
    return found


def beside_in(request: object) -> dict[str, Any]:
    """The members beside ``inputs`` in an execute request; none in bare inputs."""
    if not isinstance(request, dict) or "inputs" not in request:
        return {}
    others = {*OWN_MEMBERS, *_ABOUT_IT}
    return {name: one for name, one in request.items() if name not in others}


def _text(value: JsonValue) -> str:
    """A text without quotes, unless it would be read as something else."""
    is_plain = isinstance(value, str) and value.strip() and _read(value) is value
    return str(value) if is_plain else exact.dumps(value)


def _read(text: str) -> JsonValue:
    try:
        value: JsonValue = exact.loads(text)
    except exact.NotJsonError:
        return text
    return value
