"""The inputs of an execute request as people paste it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.form.schema import exact
from ogc_widgets.form.sets import curl

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue


def outputs_in(request: JsonValue) -> dict[str, Any]:
    """The choice of outputs of an execute request; empty if it makes none.

    Args:
        request: The request as read from JSON.
    """
    outputs = request.get("outputs") if isinstance(request, Mapping) else None
    if not isinstance(request, Mapping) or "inputs" not in request:
        return {}
    if isinstance(outputs, list):
        named = [one for one in outputs if isinstance(one, Mapping)]
        return {
            str(one["id"]): {key: want for key, want in one.items() if key != "id"}
            for one in named
            if "id" in one
        }
    pairs = outputs.items() if isinstance(outputs, Mapping) else ()
    return {str(name): want for name, want in pairs if isinstance(want, Mapping)}


def request_in(request: JsonValue) -> JsonValue:
    """An execute request as people paste it, as JSON.

    Args:
        request: The request as a dict, as JSON text, or as a cURL command.

    Raises:
        InputError: It is text, and no JSON was found in it.
    """
    if not isinstance(request, str):
        return request
    text = curl.body_of(request) if curl.is_command(request) else request
    try:
        return exact.loads(text)
    except exact.NotJsonError as error:
        raise InputError(
            f"The request {error}.",
            advice="Paste the JSON body of the request, or a whole cURL command.",
        ) from None


def inputs_in(request: JsonValue) -> dict[str, Any]:
    """Input id to value, from an execute request or its inputs.

    The old list form (``[{"id", "data" | "value" | "href"}, ...]``) is understood; an
    id that comes several times is a list.

    Raises:
        InputError: There are no inputs in it.
    """
    inputs = request.get("inputs", request) if isinstance(request, Mapping) else request
    if isinstance(inputs, Mapping):
        return dict(inputs)
    if isinstance(inputs, list):
        return _from_list(inputs)
    raise InputError(
        "There are no inputs in this.",
        advice='An execute request looks like {"inputs": {"name": "value"}}.',
    )


def _from_list(entries: list[Any]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for entry in entries:
        name = entry.get("id") if isinstance(entry, Mapping) else None
        if not isinstance(name, str):
            raise InputError("An entry of the list of inputs has no id.")
        rest = {key: value for key, value in entry.items() if key != "id"}
        values = [rest[k] for k in ("data", "value") if k in rest and len(rest) == 1]
        found.setdefault(name, []).append(values[0] if values else rest)
    return {name: one[0] if len(one) == 1 else one for name, one in found.items()}
