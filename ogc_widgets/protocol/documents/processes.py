"""Process summaries and descriptions, of every generation of the standard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.documents.descriptions import (
    ID_NAMES,
    TITLE_NAMES,
    InputDescription,
    OutputDescription,
    inputs_of,
    outputs_of,
)
from ogc_widgets.protocol.documents.paging import linked_url, read_page
from ogc_widgets.protocol.links import Link, read_links
from ogc_widgets.protocol.notices import notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.protocol.json_type import JsonObject

_DESCRIPTION = ("description", "abstract")


@dataclass(frozen=True)
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

    id: str
    title: str = ""
    description: str = ""
    version: str = ""
    job_control_options: tuple[str, ...] = ()
    output_transmission: tuple[str, ...] = ()
    mutable: bool | None = None
    links: tuple[Link, ...] = ()
    keywords: tuple[str, ...] = ()
    metadata: tuple[dict[str, Any], ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

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
        return cls(**cls._members(document, base_url))

    @classmethod
    def _members(cls, document: object, base_url: str) -> dict[str, Any]:
        whole = reading.need_object(document, "a process")
        process = _unwrapped(whole)
        process_id = reading.text(reading.first(process, *ID_NAMES))
        if not process_id:
            raise ProtocolError(
                "A process description has no id.",
                advice="Pass the description that the server gives at "
                "/processes/{id}, or look at it in a browser.",
            )
        control = reading.first(process, "jobControlOptions", "job_control_options")
        return {
            "id": process_id,
            "title": reading.text(reading.first(process, *TITLE_NAMES)),
            "description": reading.text(reading.first(process, *_DESCRIPTION)),
            "version": reading.text(
                reading.first(process, "version", "processVersion")
            ),
            "job_control_options": reading.texts(control),
            "output_transmission": reading.texts(process.get("outputTransmission")),
            "mutable": reading.flag(process.get("mutable")),
            "links": read_links(process, base_url),
            "keywords": reading.texts(process.get("keywords")),
            "metadata": reading.objects(process.get("metadata")),
            "raw": whole,
        }

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


@dataclass(frozen=True)
class Process(ProcessSummary):
    """A process with its inputs and outputs.

    Attributes:
        inputs: Input id to its description, in the server's order.
        outputs: Output id to its description, in the server's order.
    """

    inputs: dict[str, InputDescription] = field(default_factory=dict)
    outputs: dict[str, OutputDescription] = field(default_factory=dict)

    @classmethod
    def _members(cls, document: object, base_url: str) -> dict[str, Any]:
        members = super()._members(document, base_url)
        members["inputs"] = inputs_of(members["raw"])
        members["outputs"] = outputs_of(members["raw"])
        return members


@dataclass(frozen=True)
class ProcessList:
    """One page of the list of processes.

    Attributes:
        processes: The processes, in the server's order.
        next_url: Address of the next page, or ``""``.
        raw: The document.
    """

    processes: tuple[ProcessSummary, ...]
    next_url: str
    raw: Any = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, document: object, base_url: str = "") -> Self:
        """Read a page of processes.

        Raises:
            ProtocolError: It is neither an object nor a list.
        """
        processes = []
        for entry in read_page(document, "processes", base_url).entries:
            if isinstance(entry, str):
                entry = {"id": entry}
            try:
                processes.append(ProcessSummary.from_json(entry, base_url))
            except ProtocolError:
                notice("One of the processes has no id; left out.")
        following = linked_url(document, base_url)
        return cls(processes=tuple(processes), next_url=following, raw=document)


def _unwrapped(document: JsonObject) -> JsonObject:
    """The description itself, also out of a deploy request."""
    for wrapper in ("processDescription", "process"):
        document = reading.mapping(document.get(wrapper)) or document
    return document
