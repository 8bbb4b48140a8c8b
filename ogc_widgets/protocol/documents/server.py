"""What a server says about itself, and what it can do as far as it says or shows it.

:class:`Capabilities` is the one place that decides which controls an interface shows,
and the sentence that stands where one is missing.

Every document of this folder is frozen, keeps what came in ``raw``, and is made by
``from_json``, which raises nothing but :class:`~ogc_widgets.errors.ProtocolError` and
warns with :class:`~ogc_widgets.errors.DialectWarning` where it had to guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.links import Link, find_link, read_links, without_query
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.reading import member, members
from ogc_widgets.protocol.text import brief, counted, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ogc_widgets.protocol.documents.processes import ProcessSummary

_URI = pattern(
    r"ogcapi-processes(?:-(?P<part>\d{1,3}))?/(?:(?P<version>[^/]+)/)?"
    r"(?:conf|req)/(?P<tail>.+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, repr=False)
class LandingPage:
    """The first document of a server.

    Attributes:
        title: The server's title, not cleaned.
        description: The server's description, not cleaned.
        links: Absolute links.
        raw: The document.
    """

    title: str = member(reading.text)
    description: str = member(reading.text)
    links: tuple[Link, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return brief(
            self, quoted(self.title), f"with {counted(len(self.links), 'link')}"
        )

    @classmethod
    def from_json(cls, document: object, base_url: str = "") -> Self:
        """Read a landing page.

        Raises:
            ProtocolError: It is not an object.
        """
        page = reading.need_object(document, "a landing page")
        return cls(**members(cls, page), links=read_links(page, base_url), raw=page)

    @property
    def ends_with_process(self) -> int | None:
        """Id of the process that the server ends with, where it says so, as our lab."""
        process = self.raw.get("endsWithProcess")
        return process if isinstance(process, int) else None


class ConformanceClass(StrEnum):
    """A conformance class that matters here, by what follows ``/conf/`` in its URI.

    The part and the version of the standard are not told apart: servers mix ``1.0``,
    ``2.0``, ``0.0`` and ``1.0-draft`` freely.
    """

    JOB_LIST = "job-list"
    CALLBACK = "callback"
    DISMISS = "dismiss"
    DEPLOY = "deploy-replace-undeploy"  # Part 2
    WORKFLOWS = "workflows"  # Part 3, with the next three
    NESTED_PROCESSES = "nested-processes"
    COLLECTION_INPUT = "collection-input"
    COLLECTION_OUTPUT = "collection-output"
    JOB_MANAGEMENT = "job-management"  # Part 4


@dataclass(frozen=True, repr=False)
class Conformance:
    """The conformance classes that a server declares.

    Attributes:
        uris: The URIs as declared.
        raw: The document.
    """

    uris: tuple[str, ...]
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        number = len(self.uris)
        return brief(self, f"with {number} class{'' if number == 1 else 'es'}")

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read a conformance declaration.

        Raises:
            ProtocolError: It is not an object.
        """
        declaration = reading.need_object(document, "a conformance declaration")
        declared = declaration.get("conformsTo")
        if not isinstance(declared, list):
            notice("The conformance declaration names no classes.")
            declared = []
        uris = tuple(item for item in declared if isinstance(item, str))
        if len(uris) != len(declared):
            notice("A conformance class is not text; it was left out.")
        return cls(uris=uris, raw=declaration)

    def has(self, name: str) -> bool:
        """Whether a class of OGC API - Processes (any part or version) is declared.

        Args:
            name: A :class:`ConformanceClass`, or what stands after ``/conf/``, for
                instance ``dismiss`` or ``deploy-replace-undeploy``.
        """
        return bool(self.uri_of(name))

    def uri_of(self, name: str) -> str:
        """The URI with which a class is declared, or ``""``; as evidence."""
        tails = ((uri, _tail(uri)) for uri in self.uris)
        is_it = (uri for uri, tail in tails if name in (tail, tail.partition("/")[0]))
        return next(is_it, "")

    @property
    def names(self) -> frozenset[str]:
        """The declared classes of OGC API - Processes, by what follows ``/conf/``."""
        tails = {_tail(uri) for uri in self.uris} - {""}
        return frozenset(tails | {tail.partition("/")[0] for tail in tails})

    @property
    def has_response(self) -> bool:
        """Whether an execute request may say ``response``: not in version 2.0 alone."""
        core = self.versions.get(1, ())
        return not core or any(not version.startswith("2") for version in core)

    @property
    def versions(self) -> dict[int, tuple[str, ...]]:
        """The parts of the standard that are declared, and in which versions."""
        found: dict[int, dict[str, None]] = {}
        for match in filter(None, map(_URI.search, self.uris)):
            versions = found.setdefault(int(match["part"] or 1), {})
            versions[match["version"] or ""] = None
        return {part: tuple(versions) for part, versions in sorted(found.items())}


def _tail(uri: str) -> str:
    match = _URI.search(uri.strip())
    return match["tail"].rstrip("/").lower().replace("_", "-") if match else ""


# What was seen: whether it works, and where that was seen.
Experience = Mapping[str, tuple[bool, str]]


@dataclass(frozen=True, repr=False)
class Capability:
    """One thing that a server can or cannot do.

    Attributes:
        verb: What it is, to stand after "can": ``cancel jobs``.
        available: ``None`` where the server does not say.
        evidence: What was seen of it: a conformance class, a link, an answer.
        subject: Who can or cannot do it.
        is_seen: Whether it was seen, not only said.
    """

    verb: str
    available: bool | None = None
    evidence: str = ""
    subject: str = "This server"
    is_seen: bool = False

    def __repr__(self) -> str:
        return brief(self, self.sentence)

    @property
    def may_try(self) -> bool:
        """Whether trying makes sense: only a plain no speaks against it."""
        return self.available is not False

    @property
    def sentence(self) -> str:
        """One sentence for people: "This server cannot cancel jobs."."""
        words = {True: "can", False: "cannot", None: "does not say whether it can"}
        return f"{self.subject} {words[self.available]} {self.verb}."


@dataclass(frozen=True, repr=False)
class Capabilities:
    """What a server can do; iterating gives every :class:`Capability`.

    Attributes:
        run_async: Running a process as a job that is watched.
        run_sync: Answering an execute request with the results.
        dismiss: Cancelling jobs.
        list_jobs: Listing jobs.
        deploy: Deploying, replacing and undeploying processes (Part 2).
        prepare_jobs: Making a job first and starting it later (Part 4).
        callback: Telling an address when a job has ended.
        nested_processes: Taking the output of another process as an input (Part 3).
        collection_input: Taking a collection as an input (Part 3).
        collection_output: Giving the output as a collection (Part 3).
    """

    run_async: Capability = Capability("run processes as jobs")
    run_sync: Capability = Capability("answer with the results at once")
    dismiss: Capability = Capability("cancel jobs")
    list_jobs: Capability = Capability("list its jobs")
    deploy: Capability = Capability("deploy processes")
    prepare_jobs: Capability = Capability("make a job and start it later")
    callback: Capability = Capability("tell an address when a job has ended")
    nested_processes: Capability = Capability(
        "take the output of another process as an input"
    )
    collection_input: Capability = Capability("take a collection as an input")
    collection_output: Capability = Capability("give its output as a collection")

    def __repr__(self) -> str:
        return "\n".join(one.sentence for one in self)

    def __iter__(self) -> Iterator[Capability]:
        return (getattr(self, one.name) for one in fields(self))

    @property
    def missing(self) -> list[str]:
        """The sentences of what the server cannot do."""
        return [one.sentence for one in self if one.available is False]

    @classmethod
    def of(
        cls,
        conformance: Conformance | None = None,
        landing: LandingPage | None = None,
        processes: Iterable[ProcessSummary] = (),
        experience: Experience | None = None,
    ) -> Capabilities:
        """Gather what a server says and has shown; what it has shown counts more.

        Args:
            conformance: Its conformance declaration, if it could be read.
            landing: Its landing page, if it has one.
            processes: Its processes, as far as they are known.
            experience: Name of a capability to what was seen of it.
        """
        found = cls()
        for name, available, evidence in _said(conformance, landing, tuple(processes)):
            known = getattr(found, name).available
            # A yes counts more than a no, whoever says it.
            if known is None or (available and not known):
                found = _with(found, name, available=available, evidence=evidence)
        for name, (works, where) in (experience or {}).items():
            found = _with(found, name, available=works, evidence=where, is_seen=True)
        return found

    def for_process(self, process: ProcessSummary) -> Capabilities:
        """The same for one process, whose own options count more."""
        control = process.job_control_options
        if not control:
            return self
        where = f"jobControlOptions of {process.id}: {', '.join(control)}"
        own = {"subject": "This process", "evidence": where, "is_seen": False}
        found = _with(self, "run_async", available=process.can_run_async, **own)
        found = _with(found, "run_sync", available=process.can_run_sync, **own)
        is_known = self.dismiss.available or self.dismiss.is_seen
        if "dismiss" in control and not is_known:
            return _with(found, "dismiss", available=True, evidence=where)
        return found


def _with(found: Capabilities, name: str, **said: Any) -> Capabilities:  # noqa: ANN401 # members of Capability
    return replace(found, **{name: replace(getattr(found, name), **said)})


def _said(
    conformance: Conformance | None,
    landing: LandingPage | None,
    processes: Sequence[ProcessSummary],
) -> Iterator[tuple[str, bool, str]]:
    """Yield name, whether it is there, and the evidence, of all that a server says."""
    if conformance is not None and conformance.names:
        for name, classes in _CLASSES.items():
            uri = next(filter(None, map(conformance.uri_of, classes)), "")
            if uri or name not in _OFTEN_UNDECLARED:
                yield name, bool(uri), uri or f"no conformance class {classes[0]}"
    link = find_link(landing.links, "job-list") if landing else None
    if link:
        yield "list_jobs", True, f"link {link.rel} to {without_query(link.href)}"
    for process in processes:
        for name, option in _OPTIONS.items():
            if option in process.job_control_options:
                yield name, True, f"jobControlOptions of {process.id}: {option}"
    # Where processes say how they run, what none of them says is not there.
    if any(process.job_control_options for process in processes):
        for name in ("run_async", "run_sync"):
            yield name, False, f"no process has the jobControlOption {_OPTIONS[name]}"


_CLASSES: dict[str, tuple[ConformanceClass, ...]] = {
    "dismiss": (ConformanceClass.DISMISS,),
    "list_jobs": (ConformanceClass.JOB_LIST,),
    "deploy": (ConformanceClass.DEPLOY,),
    "prepare_jobs": (ConformanceClass.JOB_MANAGEMENT,),
    "callback": (ConformanceClass.CALLBACK,),
    "nested_processes": (ConformanceClass.NESTED_PROCESSES, ConformanceClass.WORKFLOWS),
    "collection_input": (ConformanceClass.COLLECTION_INPUT,),
    "collection_output": (ConformanceClass.COLLECTION_OUTPUT,),
}
# Servers list their jobs without declaring it.
_OFTEN_UNDECLARED = frozenset({"list_jobs"})
_OPTIONS = {
    "run_async": "async-execute",
    "run_sync": "sync-execute",
    "dismiss": "dismiss",
}
