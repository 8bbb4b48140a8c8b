"""The status of a job, the jobs of a list, and where the logs of a job are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from ogc_widgets.errors import ProtocolError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.documents.problems import Problem
from ogc_widgets.protocol.links import WEB_SCHEMES, Link, read_links
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.reading import member, members
from ogc_widgets.protocol.text import brief, clean, quoted

if TYPE_CHECKING:
    from datetime import datetime

    from ogc_widgets.protocol.documents.paging import Page

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
_TIMES = ("created", "started", "updated", "finished")

_LOG_RELATIONS = frozenset({"log", "logs", "runlog"})
_LOG_WORD = pattern(r"\blogs?\b", re.IGNORECASE)
_WORDS_AROUND = pattern(
    r"^(?:tool|job|pod|step)?\s*logs?\s+|\s+logs?\.?$", re.IGNORECASE
)
_EXTENSION = pattern(r"\.(?:log|txt|out|err)$", re.IGNORECASE)
_UUID = pattern(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
# A title with more words is a sentence, not a name.
_MOST_WORDS = 4
# A shorter id of a job may be a part of any name.
_LEAST_ID = 8
_NUMBER = pattern(r"^(?P<step>.+)[_-](?P<number>\d{1,6})$")


def _process_id(value: object) -> str:
    # The 2.0 draft gives the address of the process.
    name = reading.text(value)
    if "/processes/" in name:
        return re.split(r"[/?#]", name.rpartition("/processes/")[2])[0]
    return name


@dataclass(frozen=True, repr=False)
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

    job_id: str = member(reading.text, "jobID", "id", "jobId", "job_id")
    status: str = ""
    word: str = member(reading.text, "status", "jobStatus", "state")
    process_id: str = member(_process_id, "processID", "processId", "process_id")
    progress: float | None = member(reading.percent, "progress", "percentCompleted")
    message: str = member(reading.text)
    created: datetime | None = None
    started: datetime | None = None
    updated: datetime | None = None
    finished: datetime | None = None
    links: tuple[Link, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __eq__(self, other: object) -> bool:
        """Whether it says the same; a text is compared with :attr:`status`.

        So ``job.status == "successful"`` is what it looks like.
        """
        if isinstance(other, str):
            return self.status == other
        if not isinstance(other, StatusInfo):
            return NotImplemented
        names = (one.name for one in fields(self) if one.compare)
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def __repr__(self) -> str:
        share = "" if self.progress is None else f"{self.progress:g} %"
        word = self.word or self.status
        return brief(self, self.job_id, word, share, quoted(self.message))

    @property
    def is_finished(self) -> bool:
        """Whether the job has ended, well or not.

        A word outside the standard ends a job where the server says when it ended.
        """
        if self.status in _WORDS:
            return self.status in FINISHED
        return self.finished is not None

    @property
    def took_s(self) -> float | None:
        """How long a finished job took, in seconds by the server's own times."""
        return self.span_s(self.finished)

    def span_s(self, until: datetime | None) -> float | None:
        """Seconds from its start, or else its creation, by the server's own times."""
        begin = self.started or self.created
        if begin is None or until is None:
            return None
        if (begin.tzinfo is None) != (until.tzinfo is None):
            return None
        return max(0.0, (until - begin).total_seconds())

    @classmethod
    def from_json(cls, document: object, base_url: str = "") -> Self:
        """Read a status document of version 1.0, of the 2.0 draft, or near them.

        Raises:
            ProtocolError: It is not an object, or has neither a status nor a job id.
        """
        info = reading.need_object(document, "a job status")
        found = members(cls, info)
        if not found["word"] and not found["job_id"]:
            raise ProtocolError(
                "A job status was expected, but the document has neither a status "
                f"nor a job id. Its members: {clean(', '.join(map(str, info)))}",
                advice="Open the job's address in a browser to see what it says.",
            )
        if not found["job_id"]:
            notice("A job status has no job id.")
        exception = info.get("exception")
        if not found["message"] and isinstance(exception, (Mapping, list)):
            found["message"] = Problem.from_json(exception).summary
        found |= {name: reading.moment(info.get(name), name) for name in _TIMES}
        status = _status(found["word"], has_end=found["finished"] is not None)
        links = read_links(info, base_url)
        return cls(**found, status=status, links=links, raw=info)


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


def jobs_on(page: Page) -> list[StatusInfo]:
    """The jobs on a page of their list, in the server's order.

    Of some, servers give no more than the id.
    """
    jobs = []
    for entry in page.entries:
        if isinstance(entry, (str, int)) and not isinstance(entry, bool):
            jobs.append(StatusInfo(str(entry)))
            continue
        try:
            jobs.append(StatusInfo.from_json(entry, page.url))
        except ProtocolError:
            notice("One of the jobs is not a status; left out.")
    return jobs


@dataclass(frozen=True)
class LogLink:
    """The log of one run of one step.

    Attributes:
        step: Name of the step, such as ``crop``; not cleaned.
        title: The server's title of the log; not cleaned.
        url: Absolute address, as the server gave it.
        number: 1 for the first run of the step, 2 for the second.
    """

    step: str
    title: str
    url: str
    number: int = 1


def log_links(status: StatusInfo) -> list[LogLink]:
    """Find the logs that a status document links to, in every dialect.

    Steps come in the order in which the server names them first, the runs of one step
    in the order of their numbers.
    """
    found: dict[str, LogLink] = {}
    taken: set[tuple[str, int]] = set()
    for link in status.links:
        if _is_log(link) and link.href not in found:
            step, number = _step(link, status.job_id)
            while (step, number) in taken:
                number += 1
            taken.add((step, number))
            found[link.href] = LogLink(step, link.title, link.href, number)
    order = list(dict.fromkeys(log.step for log in found.values()))
    return sorted(found.values(), key=lambda log: (order.index(log.step), log.number))


def _is_log(link: Link) -> bool:
    if urlsplit(link.href).scheme not in WEB_SCHEMES or link.is_html:
        return False
    if link.relation in _LOG_RELATIONS:
        return True
    is_text = link.type.lower().startswith("text/plain")
    # Other relations have a meaning of their own, so the title must say it.
    is_open = link.relation in ("related", "item", "")
    is_said = bool(_LOG_WORD.search(link.title))
    return is_open and (is_said or (is_text and link.relation == "related"))


def _step(link: Link, job_id: str) -> tuple[str, int]:
    """``node_crop_2.log`` is the second run of step ``crop``.

    The id of the job, which is in the names of some servers' files, says nothing.
    """
    name = unquote(urlsplit(link.href).path.rstrip("/").rpartition("/")[2])
    if not _EXTENSION.search(name):
        title = _WORDS_AROUND.sub("", link.title.strip()).strip()
        if len(title.split()) > _MOST_WORDS:
            title = ""
        name = title or ("job" if name.lower() in _LOG_RELATIONS else name)
    stem = _EXTENSION.sub("", name) or name
    is_long = len(job_id) >= _LEAST_ID
    without = _UUID.sub("", stem.replace(job_id, "") if is_long else stem)
    if without != stem:
        stem = re.sub(r"([._-])[._-]+", r"\1", without).strip("._- ") or "job"
    stem = stem.removeprefix("node_") or stem
    match = _NUMBER.match(stem)
    return (match["step"], int(match["number"])) if match else (stem, 1)
