"""The inputs of an execute request as people paste it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.form import exact

if TYPE_CHECKING:
    from ogc_widgets.api.wire import JsonValue


def inputs_in(request: JsonValue) -> dict[str, Any]:
    """Input id to value, from an execute request, its inputs, or JSON text of either.

    The old list form (``[{"id", "data" | "value" | "href"}, ...]``) is understood; an
    id that comes several times is a list.

    Raises:
        InputError: There are no inputs in it.
    """
    if isinstance(request, str):
        try:
            request = exact.loads(request)
        except exact.NotJsonError as error:
            raise InputError(
                f"The request {error}.", advice="Paste the JSON body of the request."
            ) from None
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
