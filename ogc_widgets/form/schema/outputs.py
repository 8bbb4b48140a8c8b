"""What comes back: which outputs, in which media type, by value or by reference.

Only what the description leaves open is offered. While nothing was chosen the request
says nothing about outputs, because servers disagree on what an empty choice means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.keywords import TooLargeError, plain_text
from ogc_widgets.form.schema.normalise import Normaliser
from ogc_widgets.form.schema.view import View
from ogc_widgets.protocol.documents.descriptions import OutputDescription, outputs_of
from ogc_widgets.protocol.notices import silent

if TYPE_CHECKING:
    from ogc_widgets.protocol import Process
    from ogc_widgets.protocol.json_type import JsonObject

MODES: Final = {"value": "in the results", "reference": "as an address"}
RESPONSES: Final = {
    "auto": "as fits the outputs",
    "document": "as one JSON document",
    "raw": "bare, without a document",
}
_MAX_MEDIA_TYPES: Final = 100


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """What can be chosen about one output.

    Attributes:
        id: Name in the request.
        label: The server's title, else the id.
        description: The server's explanation.
        media_types: Media types to choose from; empty where there is no choice.
        modes: Ways to get it, keys of :data:`MODES`; empty where there is no choice.
    """

    id: str
    label: str
    description: str
    media_types: tuple[str, ...]
    modes: tuple[str, ...]

    def spec(self) -> dict[str, Any]:
        """The options as the page needs them."""
        return {
            "id": self.id,
            "label": self.label,
            "description": self.description,
            "media_types": [
                {"id": name, "label": words.media_type(name)}
                for name in self.media_types
            ],
            "modes": [{"id": name, "label": MODES[name]} for name in self.modes],
        }


def output_options(process: Process | JsonObject) -> tuple[OutputOptions, ...]:
    """What can be chosen about the outputs of a process; empty where nothing can."""
    raw = process if isinstance(process, Mapping) else process.raw
    offered = raw.get("outputTransmission")
    names = offered if isinstance(offered, list) else []
    modes = tuple(name for name in MODES if name in names)
    modes = modes if len(modes) > 1 else ()
    found = tuple(_options(one, raw, modes) for one in _outputs(process).values())
    is_open = len(found) > 1 or any(one.media_types or one.modes for one in found)
    return found if is_open else ()


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


def _options(
    described: OutputDescription, document: JsonObject, modes: tuple[str, ...]
) -> OutputOptions:
    names = list(described.qualified or ())
    normaliser = Normaliser([described.raw.get("schema"), described.raw, document])
    try:
        view = View(normaliser.normalise(described.schema), normaliser.defs)
        choices = view.choices or [view]
        names += [str(one.said.get("contentMediaType", "")) for one in choices]
    except (TooLargeError, RecursionError):
        pass
    media_types = tuple(dict.fromkeys(name for name in names if name and name != "*/*"))
    return OutputOptions(
        id=described.id,
        label=plain_text(described.title, limit=200, lines=False) or described.id,
        description=plain_text(described.description),
        media_types=media_types[:_MAX_MEDIA_TYPES] if len(media_types) > 1 else (),
        modes=modes,
    )


def read_choice(chosen: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 # of a user
    """A choice of outputs as the request says it.

    Args:
        chosen: Output id to what is wanted of it, a list of ids, or None.

    Raises:
        InputError: It is something else, or not JSON.
    """
    if chosen is None:
        return {}
    if isinstance(chosen, (list, tuple, set)):
        chosen = {name: {} for name in chosen}
    wants = chosen.values() if isinstance(chosen, Mapping) else [None]
    if not all(isinstance(want, Mapping) for want in wants):
        raise InputError(
            "Outputs are a dict of output id to what is wanted of it.",
            advice='For example: form.outputs = {"image": '
            '{"format": {"mediaType": "image/png"}}}',
        )
    try:
        plain: dict[str, dict[str, Any]] = exact.loads(exact.dumps(dict(chosen)))
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"A choice of outputs is not JSON: {error}.") from None
    return plain
