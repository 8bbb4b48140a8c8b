"""What comes back: which outputs, in which media type, by value or by reference.

Only what the description leaves open is offered. While nothing was chosen the request
says nothing about outputs, because servers disagree on what an empty choice means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.keywords import TooLargeError, plain_text
from ogc_widgets.form.schema.normalise import Normaliser
from ogc_widgets.form.schema.view import View
from ogc_widgets.protocol.documents.descriptions import OutputDescription, outputs_of
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests.requests import wanted_outputs

if TYPE_CHECKING:
    from ogc_widgets.protocol import Process
    from ogc_widgets.protocol.json_type import JsonObject

RESPONSES: Final = {
    "auto": "as fits the outputs",
    "document": "as one JSON document",
    "raw": "bare, without a document",
}
"""How the outputs may come, in our words."""
_MODES: Final = {"value": "in the results", "reference": "as an address"}
_MAX_MEDIA_TYPES: Final = 100


def output_options(process: Process | JsonObject) -> list[dict[str, Any]]:
    """What can be chosen about the outputs of a process; empty where nothing can.

    Returns:
        For each output its "id", "label" and "description", and the "media_types" and
        "modes" (ways to get it) to choose from, each with "id" and "label"; these are
        empty where there is no choice.
    """
    raw = process if isinstance(process, Mapping) else process.raw
    offered = raw.get("outputTransmission")
    names = [name for name in _MODES if isinstance(offered, list) and name in offered]
    modes = [{"id": name, "label": _MODES[name]} for name in names]
    if len(modes) < 2:
        modes = []
    options = []
    for output in _outputs(process).values():
        media_types = _media_types(output, raw)
        if len(media_types) < 2:
            media_types = []
        options.append(
            {
                "id": output.id,
                "label": plain_text(output.title, limit=200, lines=False) or output.id,
                "description": plain_text(output.description),
                "media_types": [
                    {"id": name, "label": words.media_type(name)}
                    for name in media_types[:_MAX_MEDIA_TYPES]
                ],
                "modes": modes,
            }
        )
    is_open = len(options) > 1 or any(o["media_types"] or o["modes"] for o in options)
    return options if is_open else []


def response_options(process: Process | JsonObject) -> list[dict[str, str]]:
    """How the outputs may come; empty where the description names none."""
    if not _outputs(process):
        return []
    return [{"id": name, "label": label} for name, label in RESPONSES.items()]


def _outputs(process: Process | JsonObject) -> Mapping[str, OutputDescription]:
    if not isinstance(process, Mapping) and hasattr(process, "outputs"):
        return process.outputs
    with silent():  # told when the description was first read
        return outputs_of(process if isinstance(process, Mapping) else process.raw)


def _media_types(output: OutputDescription, document: JsonObject) -> list[str]:
    names = list(output.qualified or ())
    normaliser = Normaliser([output.raw.get("schema"), output.raw, document])
    try:
        view = View(normaliser.normalise(output.schema), normaliser.defs)
    except (TooLargeError, RecursionError):
        view = View({}, {})
    said = [
        choice.said.get("contentMediaType", "") for choice in view.choices or [view]
    ]
    return [name for name in dict.fromkeys((*names, *said)) if name not in ("", "*/*")]


def read_choice(chosen: Any, process: Process | JsonObject) -> dict[str, Any]:  # noqa: ANN401 # of a user
    """A choice of outputs as the request says it.

    Args:
        chosen: What :func:`~ogc_widgets.protocol.requests.requests.execute_request`
            takes.
        process: The process, whose outputs they are.

    Raises:
        InputError: It is something else, or not JSON.
    """
    wanted = wanted_outputs(chosen, _outputs(process))
    try:
        plain: dict[str, Any] = exact.loads(exact.dumps(wanted))
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"A choice of outputs is not JSON: {error}.") from None
    return plain
