"""What a server says about itself and its jobs, read tolerantly.

Every class is frozen, keeps the document as it came in ``raw``, and is made by
``from_json``, which raises nothing but :class:`~ogc_widgets.errors.ProtocolError` and
warns with :class:`~ogc_widgets.errors.DialectWarning` where it had to guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeGuard

from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.documents.paging import linked_url, read_page
from ogc_widgets.protocol.links import Link, read_links
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from datetime import datetime

    from ogc_widgets.protocol.json_type import JsonObject

FINISHED = frozenset({"successful", "failed", "dismissed"})

_WORDS = {
    "created": "created",
    "accepted": "accepted",
    "running": "running",
    "successful": "successful succeeded success completed finished",
    "failed": "failed error exception rejected",
    "dismissed": "dismissed canceled cancelled revoked deleted deduped",
}
_STATUS_OF_WORD = {
    word: status for status, words in _WORDS.items() for word in words.split()
}


@dataclass(frozen=True)
class LandingPage:
    """The first document of a server.

    Attributes:
        title: The server's title, not cleaned.
        description: The server's description, not cleaned.
        links: Absolute links.
        raw: The document.
    """

    title: str
    description: str
    links: tuple[Link, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, document: object, base_url: str = "") -> Self:
        """Read a landing page.

        Raises:
            ProtocolError: It is not an object.
        """
        page = reading.need_object(document, "a landing page")
        return cls(
            title=reading.text(page.get("title")),
            description=reading.text(page.get("description")),
            links=read_links(page, base_url),
            raw=page,
        )

    @property
    def ends_with_process(self) -> int | None:
        """Id of the process that the server ends with, where it says so, as our lab."""
        process = self.raw.get("endsWithProcess")
        return process if isinstance(process, int) else None


@dataclass(frozen=True)
class StatusInfo:
    """The status of a job.

    Attributes:
        job_id: Id of the job, or ``""`` if the document has none.
        status: ``created`` (Part 4: not started yet), ``accepted``, ``running``,
            ``successful``, ``failed``, ``dismissed``, or the server's own word in
            lower case.
        word: The word as the server wrote it.
        process_id: Id of the process, or ``""``.
        progress: 0 to 100, or ``None`` where the server does not say.
        message: The server's message, not cleaned.
        created: When the job was accepted, by the server's clock.
        started: When it began to run.
        updated: When the server last changed this document.
        finished: When it ended.
        links: Absolute links.
        raw: The document.
    """

    job_id: str
    status: str
    word: str = ""
    process_id: str = ""
    progress: float | None = None
    message: str = ""
    created: datetime | None = None
    started: datetime | None = None
    updated: datetime | None = None
    finished: datetime | None = None
    links: tuple[Link, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_finished(self) -> bool:
        """Whether the job has ended, well or not.

        A word outside the standard ends a job where the server says when it ended.
        """
        if self.status in _WORDS:
            return self.status in FINISHED
        return self.finished is not None

    @classmethod
    def from_json(cls, document: object, base_url: str = "") -> Self:
        """Read a status document of version 1.0, of the 2.0 draft, or near them.

        Raises:
            ProtocolError: It is not an object, or has neither a status nor a job id.
        """
        info = reading.need_object(document, "a job status")
        word = reading.text(reading.first(info, "status", "jobStatus", "state"))
        job_id = reading.text(reading.first(info, "jobID", "id", "jobId", "job_id"))
        if not word and not job_id:
            raise ProtocolError(
                "A job status was expected, but the document has neither a status "
                f"nor a job id. Its members: {clean(', '.join(map(str, info)))}",
                advice="Open the job's address in a browser to see what it says.",
            )
        if not job_id:
            notice("A job status has no job id.")
        progress = reading.first(info, "progress", "percentCompleted")
        finished = _moment(info, "finished")
        return cls(
            job_id=job_id,
            status=_status(word, has_end=finished is not None),
            word=word,
            process_id=_process_id(info),
            progress=_progress(progress),
            message=_message(info),
            created=_moment(info, "created"),
            started=_moment(info, "started"),
            updated=_moment(info, "updated"),
            finished=finished,
            links=read_links(info, base_url),
            raw=info,
        )


def _status(word: str, *, has_end: bool) -> str:
    """Translate a status word: known aliases to the standard's, others unchanged."""
    plain = word.strip().casefold()
    known = _STATUS_OF_WORD.get(plain)
    if word != known:
        said = f"The job status {clean(word, limit=60)!r}" if word else "No job status"
        meaning = f"taken as {'an end' if has_end else 'not finished'}"
        if known:
            meaning = f"read as {known!r}"
        notice(f"{said} is not of the standard; {meaning}.")
    return known or plain or "running"


def _progress(value: object) -> float | None:
    read = reading.percent(value)
    if value is not None and (isinstance(value, str) or read != value):
        notice(f"The progress {clean(value, limit=40)!r} is not 0 to 100.")
    return read


def _moment(info: JsonObject, name: str) -> datetime | None:
    value = info.get(name)
    read = reading.moment(value)
    if value not in (None, "") and (read is None or not isinstance(value, str)):
        notice(
            f"The time {name!r} is {clean(value, limit=40)!r}, which is no RFC 3339."
        )
    return read


def _process_id(info: JsonObject) -> str:
    # The 2.0 draft gives the address of the process.
    name = reading.text(reading.first(info, "processID", "processId", "process_id"))
    if "/processes/" in name:
        return re.split(r"[/?#]", name.rpartition("/processes/")[2])[0]
    return name


def _message(info: JsonObject) -> str:
    message = reading.text(info.get("message"))
    if not message and isinstance(info.get("exception"), (Mapping, list)):
        return Problem.from_json(info["exception"]).summary
    return message


@dataclass(frozen=True)
class JobList:
    """One page of the list of jobs.

    Attributes:
        jobs: The jobs, in the server's order; only their ids where the server gives
            no more.
        next_url: Address of the next page, or ``""``.
        total: Number of jobs that the server says it has, or ``None``.
        raw: The document.
    """

    jobs: tuple[StatusInfo, ...]
    next_url: str
    total: int | None
    raw: Any = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, document: object, base_url: str = "") -> Self:
        """Read a page of jobs.

        Raises:
            ProtocolError: It is neither an object nor a list.
        """
        page = read_page(document, "jobs", base_url)
        jobs = []
        for entry in page.entries:
            if isinstance(entry, (str, int)) and not isinstance(entry, bool):
                jobs.append(StatusInfo(job_id=str(entry), status="", word=""))
                continue
            try:
                jobs.append(StatusInfo.from_json(entry, base_url))
            except ProtocolError:
                notice("One of the jobs is not a status; left out.")
        return cls(
            jobs=tuple(jobs),
            next_url=linked_url(document, base_url),
            total=page.total,
            raw=document,
        )


@dataclass(frozen=True)
class Problem:
    """What a server says when it refuses (RFC 9457 and what comes near).

    Attributes:
        title: Short name of the problem, not cleaned.
        type: URI or bare code of its kind.
        detail: What happened this time, not cleaned.
        status: HTTP status code inside the document, or ``None``.
        instance: URI of this occurrence, or ``""``.
        raw: The document.
    """

    title: str
    type: str
    detail: str
    status: int | None = None
    instance: str = ""
    raw: Any = field(default=None, repr=False, compare=False)

    @property
    def kind(self) -> str:
        """The kind in one spelling: ``nosuchjob`` for any way to write it."""
        for name in (self.type, self.title, self._code):
            tail = re.sub(r"[^a-z]", "", re.split(r"[/#]", name.lower())[-1])
            if tail and tail not in ("none", "aboutblank", "blank"):
                return tail
        return ""

    @property
    def summary(self) -> str:
        """Title, detail and cause, without saying the same thing twice."""
        parts = dict.fromkeys((self.title, self.detail))
        text = ": ".join(part for part in parts if part not in ("", "None"))
        if self.cause and self.cause not in text:
            text = f"{text.rstrip('.')}: {self.cause}" if text else self.cause
        return text

    @property
    def cause(self) -> str:
        """What lies behind it, where the server has a member for that (Weaver)."""
        body = self.raw[0] if isinstance(self.raw, list) and self.raw else self.raw
        return _cause(body.get("cause"), self.detail) if _is_object(body) else ""

    @property
    def _code(self) -> str:
        return reading.text(self.raw.get("code")) if _is_object(self.raw) else ""

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read a problem document; anything at all gives some problem."""
        body = document[0] if isinstance(document, list) and document else document
        if not _is_object(body):
            return cls(title="", type="", detail=reading.text(body), raw=document)
        nested = body.get("exception")
        inner: JsonObject = nested if _is_object(nested) else {}
        detail = reading.first(
            body,
            *("detail", "description", "message", "text", "Text", "reason"),
            *("error_description", "error"),
        )
        code = reading.text(reading.first(body, "code", "Code"))
        return cls(
            title=reading.text(body.get("title")) or code,
            type=reading.text(body.get("type")) or code,
            detail=_detail(detail) or reading.text(inner.get("message")),
            status=reading.count(body.get("status")),
            instance=reading.text(body.get("instance")),
            raw=document,
        )


def _cause(value: object, known: str) -> str:
    """Read a text, a problem of its own, or names with what is wrong; but no twice."""
    if not _is_object(value):
        lines = (reading.text(value) or _detail(value)).splitlines()
        # The arrow below a line points nowhere when lines are joined.
        return "\n".join(line for line in lines if line.strip(" ^~"))
    inner = Problem.from_json(value)
    if inner.detail:
        return inner.summary
    found = []
    for name, text in value.items():
        parts = reading.text(text).split("; ")
        new = [part for part in parts if part and part.strip(" .") not in known]
        known = "; ".join([known, *new])
        if new:
            found.append(f"{name}: {'; '.join(new)}")
    return "; ".join(found)


def _detail(value: object) -> str:
    if not isinstance(value, list):
        return reading.text(value)
    # Validation layers (pydantic) answer with a list of objects.
    found = []
    for item in reading.objects(value):
        loc = item.get("loc")
        place = ".".join(map(str, loc)) if isinstance(loc, list) else ""
        said = reading.text(item.get("msg") or item.get("message"))
        found.append(": ".join(filter(None, (place, said))))
    return "; ".join(filter(None, found))


def _is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)
