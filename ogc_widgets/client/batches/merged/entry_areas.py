"""Where the requests of a batch are about: the area among the inputs of each."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.encoding import Encoding
from ogc_widgets.area.reading import area_from
from ogc_widgets.area.recognition.recognise import recognise
from ogc_widgets.client.batches.entry_words import kind_of
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogc_widgets.area.area import Area
    from ogc_widgets.protocol.documents.processes import Process


class EntryAreas:
    """Finds the area of a request.

    Args:
        process: The process, which says how its inputs write areas; None where nobody
            has read its description.
        differing: Ids of the inputs that are not the same in all requests; an area
            among these goes before others.
    """

    def __init__(self, process: Process | None, differing: Sequence[str] = ()) -> None:
        self._differing = differing
        self._encodings: dict[str, Encoding] = {}
        for name, one in (process.inputs if process else {}).items():
            # Recognition is a kindness: an odd schema has no area.
            with suppress(TypeError, ValueError, AttributeError, LookupError):
                if hint := recognise(one):
                    self._encodings[name] = Encoding.usual(hint)

    def of(self, inputs: Mapping[str, Any]) -> Area | None:
        """The area of a request; None where no input has one that can be read.

        Args:
            inputs: What is, or was, sent.
        """
        return self.find(inputs)[1]

    def find(self, inputs: Mapping[str, Any]) -> tuple[str, Area | None]:
        """The same, and the id of its input before it; ``""`` where there is none."""
        names = [*(n for n in self._differing if n in inputs), *inputs]
        for name in dict.fromkeys(names):
            value = inputs[name]
            encoding = self._encodings.get(name)
            if encoding is None and kind_of(value) != "area":
                continue
            if isinstance(value, dict) and "value" in value:
                value = value["value"]
            with suppress(InputError):
                if encoding is not None and not encoding.is_undecided:
                    return name, encoding.decode(value)
                return name, area_from(value)
        return "", None
