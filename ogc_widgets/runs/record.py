"""What is kept of a run: plain values, whether gathered or read from a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.protocol import reading

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 1
"""Counted up when older versions of this package could not read the file any more."""

# The documents of the file, by what they hold.
ABOUT: Final = "run.json"
REQUEST: Final = "request.json"
PROCESS: Final = "process.json"
SERVER: Final = "server.json"
STATUS: Final = "status.json"
RESULTS: Final = "results.json"
ITEMS: Final = "items.json"
PROV: Final = "prov.json"


@dataclass(frozen=True)
class KeptLog:
    """One log of the job.

    Attributes:
        step: Name of the step; not cleaned.
        number: 1 for the first run of the step, 2 for the second.
        title: The server's title of it; not cleaned.
        text: The log.
    """

    step: str
    number: int
    title: str
    text: str


@dataclass(frozen=True)
class KeptFile:
    """One file of the results that goes along.

    Attributes:
        path: Its name in the file of the run.
        title: Output id, or item id and asset key.
        url: The address that it came from; ``""`` for a value of an output.
        media_type: Its media type as it is declared, or ``""``.
        here: Where its bytes are while the run is gathered.
    """

    path: str
    title: str
    url: str = ""
    media_type: str = ""
    here: Path | bytes = b""


@dataclass
class Record:
    """A run, as it is kept.

    Attributes:
        about: What no document of the server says: ids, times, versions, notes.
        request: Method, address, headers and body of the request; None if unknown.
        process: The description of the process as it came; None if there is none.
        server: Address, landing page and conformance of the server.
        status: The last status document; empty for an answer without a job.
        results: Output id to value, as the results document of the standard has it;
            None if there are none.
        items: The STAC items among them.
        prov: What the server says of how it came about (PROV-JSON), or None.
        logs: The logs.
        files: Files of the results that go along.
    """

    about: dict[str, Any]
    request: dict[str, Any] | None = None
    process: dict[str, Any] | None = None
    server: dict[str, Any] = field(default_factory=dict)
    status: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] | None = None
    items: list[dict[str, Any]] = field(default_factory=list)
    prov: dict[str, Any] | None = None
    logs: list[KeptLog] = field(default_factory=list)
    files: list[KeptFile] = field(default_factory=list)

    @property
    def inputs(self) -> dict[str, Any] | None:
        """What was asked for, secrets as ``***``; None if that is not known."""
        body = (self.request or {}).get("body")
        inputs = body.get("inputs", {}) if isinstance(body, dict) else None
        return inputs if isinstance(inputs, dict) else None

    @property
    def withheld(self) -> tuple[str, ...]:
        """Names in the request whose values are not here, because they are secret."""
        return (*self._withheld("inputs"), *self.withheld_beside)

    @property
    def withheld_beside(self) -> tuple[str, ...]:
        """Those of them that stand beside the inputs."""
        return self._withheld("beside")

    def _withheld(self, place: str) -> tuple[str, ...]:
        told = reading.mapping((self.request or {}).get("withheld"))
        return reading.texts(told.get(place))

    def documents(self) -> dict[str, Any]:
        """Name to document, of those that there are."""
        collection = {"type": "FeatureCollection", "features": self.items}
        found = {
            ABOUT: self.about,
            REQUEST: self.request,
            PROCESS: self.process,
            SERVER: self.server,
            STATUS: self.status or None,
            RESULTS: self.results,
            ITEMS: collection if self.items else None,
            PROV: self.prov,
        }
        return {name: one for name, one in found.items() if one is not None}
