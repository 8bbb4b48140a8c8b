"""What a server can do, as far as it says so or has shown it, with the evidence.

The one place that decides which controls an interface shows, and the sentence that
stands where one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from ogc_widgets.protocol.documents.server import Conformance, ConformanceClass
from ogc_widgets.protocol.links import find_link, without_query

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.processes import ProcessSummary
    from ogc_widgets.protocol.documents.server import LandingPage

# What was seen: whether it works, and where that was seen.
Experience = Mapping[str, tuple[bool, str]]


@dataclass(frozen=True)
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

    @property
    def may_try(self) -> bool:
        """Whether trying makes sense: only a plain no speaks against it."""
        return self.available is not False

    @property
    def sentence(self) -> str:
        """One sentence for people: "This server cannot cancel jobs."."""
        words = {True: "can", False: "cannot", None: "does not say whether it can"}
        return f"{self.subject} {words[self.available]} {self.verb}."


@dataclass(frozen=True)
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
