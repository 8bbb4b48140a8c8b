"""Process summaries and descriptions, of every generation of the standard."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.documents.descriptions import (
    InputDescription,
    OutputDescription,
    inputs_of,
    outputs_of,
)
from ogc_widgets.protocol.links import Link, read_links
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.reading import member, members
from ogc_widgets.protocol.text import brief, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.protocol.documents.paging import Page


@dataclass(frozen=True, repr=False)
class ProcessSummary:
    """A process as the list of processes shows it.

    Attributes:
        id: Its name in addresses.
        title: The server's title, not cleaned.
        description: The server's description, not cleaned.
        version: The server's version text.
        job_control_options: Such as ``async-execute``, ``sync-execute``, ``dismiss``;
            empty where the server does not say.
        output_transmission: ``value``, ``reference``; empty where it does not say.
        mutable: Whether it can be replaced or undeployed, ``None`` if not said.
        links: Absolute links.
        keywords: The server's keywords.
        metadata: The server's metadata objects.
        raw: The document.
    """

    id: str = member(reading.text, *reading.ID_NAMES)
    title: str = member(reading.text, "title", "label")
    description: str = member(reading.text, "description", "abstract")
    version: str = member(reading.text, "version", "processVersion")
    job_control_options: tuple[str, ...] = member(
        reading.texts, "jobControlOptions", "job_control_options"
    )
    output_transmission: tuple[str, ...] = member(reading.texts, "outputTransmission")
    mutable: bool | None = member(reading.flag)
    links: tuple[Link, ...] = ()
    keywords: tuple[str, ...] = member(reading.texts)
    metadata: tuple[dict[str, Any], ...] = member(reading.objects)
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return brief(self, self.id, self.version, *self._said)

    @property
    def _said(self) -> tuple[str, ...]:
        return (quoted(self.title),)

    @classmethod
    def from_json(cls, document: object, base_url: str = "") -> Self:
        """Read a process.

        Args:
            document: The description; also wrapped in ``process`` or
                ``processDescription`` as deploy requests have it.
            base_url: Address of the document; without it relative links are left out.

        Raises:
            ProtocolError: It is not an object, or has no id.
        """
        whole = process = reading.need_object(document, "a process")
        for wrapper in ("processDescription", "process"):
            process = reading.mapping(process.get(wrapper)) or process
        found = members(cls, process)
        if not found["id"]:
            raise ProtocolError(
                "A process description has no id.",
                advice="Pass the description that the server gives at "
                "/processes/{id}, or look at it in a browser.",
            )
        return cls(**found, links=read_links(process, base_url), raw=whole)

    @property
    def can_run_async(self) -> bool:
        """Whether asking for a job makes sense; true where the server does not say."""
        control = self.job_control_options
        return "async-execute" in control or "sync-execute" not in control

    @property
    def can_run_sync(self) -> bool:
        """Whether asking to wait for the answer makes sense."""
        control = self.job_control_options
        return "sync-execute" in control or "async-execute" not in control


@dataclass(frozen=True, repr=False)
class Process(ProcessSummary):
    """A process with its inputs and outputs.

    Attributes:
        inputs: Input id to its description, in the server's order.
        outputs: Output id to its description, in the server's order.
    """

    inputs: dict[str, InputDescription] = field(default_factory=dict)
    outputs: dict[str, OutputDescription] = field(default_factory=dict)

    @property
    def _said(self) -> tuple[str, ...]:
        inputs, outputs = ", ".join(self.inputs), ", ".join(self.outputs)
        return (*super()._said, f"({inputs}) -> ({outputs})")

    @classmethod
    def from_json(cls, document: object, base_url: str = "") -> Self:
        """Read a process with its inputs and outputs, else as a summary is read."""
        read = super().from_json(document, base_url)
        return replace(read, inputs=inputs_of(read.raw), outputs=outputs_of(read.raw))


def processes_on(page: Page) -> list[ProcessSummary]:
    """The processes on a page of their list, in the server's order."""
    processes = []
    for entry in page.entries:
        named = {"id": entry} if isinstance(entry, str) else entry
        try:
            processes.append(ProcessSummary.from_json(named, page.url))
        except ProtocolError:
            notice("One of the processes has no id; left out.")
    return processes
