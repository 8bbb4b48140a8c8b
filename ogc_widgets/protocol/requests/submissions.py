"""Requests of others, read: what was asked of a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from ogc_widgets.protocol import reading
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.reading import ID_NAMES, mapping, member, members
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonObject

# Where the list form of old drafts has the value itself.
_VALUE_NAMES = ("value", "data")


@dataclass(frozen=True)
class ExecuteRequest:
    """An execute request, as somebody sent it or a server keeps it.

    Attributes:
        process_id: The process, or its address; ``""`` where the request's own address
            says it.
        inputs: Input id to value, as the mapping form of the standard has them.
        outputs: Output id to what is wanted of it; ``None`` for all of them.
        mode: ``async``, ``sync``, ``auto`` or ``""`` (old drafts).
        response: ``raw``, ``document`` or ``""``.
        subscriber: Addresses to call back.
        raw: The document.
    """

    process_id: str = member(reading.text, "process", "processID", "identifier")
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] | None = None
    mode: str = member(reading.text)
    response: str = member(reading.text)
    subscriber: Mapping[str, Any] = member(mapping)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read an execute request, in the mapping form or the list form.

        Raises:
            ProtocolError: It is not an object.
        """
        request = reading.need_object(document, "an execute request")
        outputs = request.get("outputs")
        return cls(
            **members(cls, request),
            inputs=_values(request.get("inputs")),
            outputs=None if outputs is None else _wishes(outputs),
            raw=request,
        )


def _values(inputs: object) -> dict[str, Any]:
    if isinstance(inputs, Mapping):
        return {str(name): value for name, value in inputs.items()}
    found: dict[str, list[Any]] = {}
    for name, entry in reading.pairs(inputs, "inputs"):
        found.setdefault(name, []).append(_value(entry))
    # An id that is repeated is how old drafts wrote several values.
    return {name: all_[0] if len(all_) == 1 else all_ for name, all_ in found.items()}


def _value(entry: JsonObject) -> object:
    rest = {name: item for name, item in entry.items() if name not in ID_NAMES}
    for name in _VALUE_NAMES:
        if name in rest:
            return rest[name] if len(rest) == 1 else {**rest, "value": rest[name]}
    return rest


def _wishes(outputs: object) -> dict[str, Any]:
    if isinstance(outputs, str):
        return {outputs: {}}
    if isinstance(outputs, list):
        wishes = [(mapping(entry), reading.text(entry)) for entry in outputs]
        return {
            reading.text(reading.first(wish, *ID_NAMES)) if wish else name: dict(wish)
            for wish, name in wishes
        }
    if isinstance(outputs, Mapping):
        return {str(name): wish for name, wish in outputs.items()}
    notice(f"The outputs are {clean(outputs, limit=40)!r}; they were left out.")
    return {}
