"""The inputs of an execute request as people paste it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.form.schema import exact
from ogc_widgets.form.sets import curl
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.reading import ID_NAMES, first, mapping
from ogc_widgets.protocol.requests.requests import ExecuteRequest

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue


def outputs_in(request: JsonValue) -> dict[str, Any]:
    """The choice of outputs of an execute request; empty if it makes none."""
    if not isinstance(request, Mapping) or "inputs" not in request:
        return {}
    wishes = _read(request).outputs or {}
    return {name: want for name, want in wishes.items() if isinstance(want, Mapping)}


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

    Raises:
        InputError: There are no inputs in it.
    """
    is_whole = isinstance(request, Mapping) and "inputs" in request
    whole = request if is_whole else {"inputs": request}
    entries = whole["inputs"]
    if isinstance(entries, list) and not all(
        first(mapping(e), *ID_NAMES) for e in entries
    ):
        raise InputError("An entry of the list of inputs has no id.")
    if isinstance(entries, (Mapping, list)):
        return _read(whole).inputs
    raise InputError(
        "There are no inputs in this.",
        advice='An execute request looks like {"inputs": {"name": "value"}}.',
    )


def _read(request: Mapping[str, Any]) -> ExecuteRequest:
    with silent():  # people may paste requests of old drafts
        return ExecuteRequest.from_json(request)
