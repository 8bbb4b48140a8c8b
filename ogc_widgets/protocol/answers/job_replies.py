"""What the answers to requests about jobs say: made, running, dismissed, or none made.

Neither the code nor the media type is trusted alone: servers answer ``null`` for a
created job, and results where a job was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ogc_widgets.errors import NoSuchJobError, NoSuchProcessError, ProtocolError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.replies import Reply, may_have_worked, problem_error
from ogc_widgets.protocol.documents.status import StatusInfo
from ogc_widgets.protocol.links import (
    absolute,
    find_link,
    join_path,
    read_links,
    same_origin,
)
from ogc_widgets.protocol.media_types import is_page
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.text import clean

# That it failed is known; that it was accepted was said before it failed.
_SAYS_NOTHING = pattern(
    r"""(?: (?:the|your|an?)\s+ )?
    (?: job|process|service|execution|request )?
    [\s:]* (?: (?:execution|status|is|was|has|been|internal|server|unknown|an)[\s:]+ )*
    (?: failed|failure|error|exception|unknown|accepted|running|queued|submitted
      |started|pending|created|dismissed )
    (?: \s+occurr?ed )?
    | (?:no\s+message|no\s+reason)(?:\s+provided)? | none | null | n/?a | not\s+found
    | job\s?results\s?failed | job\ results\ not\ available\ because\ execution\ failed
    | .*\baccepted\ to\ run\ your\ service""",
    re.IGNORECASE | re.VERBOSE,
)
# With these a server says no more than that there are no results.
_KINDS = frozenset(
    {"resultnotready", "resultnotavailable", "resultsnotready", "resultsnotavailable"}
)
_SILENT = frozenset({401, 403, 404, 405, 406, 410, 429, 501, 503})

_BELOW_A_JOB = pattern(
    r"(/jobs/[^/?#]+)/(?:results|logs|inputs|outputs)(?:/[^?#]*)?(?=$|[?#])"
)


@dataclass(frozen=True)
class Submitted:
    """What came of an execute request.

    Attributes:
        job_id: Id of the job, or ``""`` if the server made none.
        job_url: Address of the job, or ``""``.
        status: What the answer said about the job, or ``None``.
        has_results: Whether the answer itself holds the results.
        results_url: Where the results are if the server sent us there, or ``""``.
    """

    job_id: str = ""
    job_url: str = ""
    status: StatusInfo | None = None
    has_results: bool = False
    results_url: str = ""


def read_submitted(
    reply: Reply, jobs_url: str, rebase: Callable[[str], str]
) -> Submitted:
    """Read the answer to an execute request: 200, 201, 202, 204 or 303.

    Raises:
        ProblemError: The server refused.
        ProtocolError: There is neither a job nor a result in the answer.
    """
    if not reply.is_ok and reply.status_code != 303:
        raise problem_error(
            reply,
            missing=NoSuchProcessError,
            safe="It is not known whether the job started."
            if may_have_worked(reply)
            else "No job was started; your inputs are kept.",
        )
    document = reply.json_or_none()
    status = _status_in(document, reply.url)
    if reply.status_code == 201:
        _notice_accepted(reply, document)
    location = absolute(reply.headers.get("location", ""), reply.url)
    if reply.status_code == 200 and reply.body.strip() and status is None:
        # Beside the address of a job, a page or "null" is no answer of its own, nor is
        # anything where the server says that there is a job.
        is_job = "respond-async" in reply.headers.get("preference-applied", "").lower()
        is_filler = is_job or reply.body.strip() == b"null" or is_page(reply.body)
        if not (location and is_filler):
            monitor = find_link(reply.links, "monitor", "status")
            url = rebase(monitor.href) if monitor else ""
            return Submitted(job_id_of(url), url, has_results=True)
    if reply.status_code == 303 and location and "/jobs/" not in location:
        return Submitted(results_url=rebase(location))
    # The job's address and id: by Location, then by links, then by the id alone.
    links = (status.links if status else ()) + reply.links
    link = find_link(links, "monitor", "status", "self")
    job_id = status.job_id if status else ""
    url = join_path(jobs_url, job_id) if job_id else ""
    for href in (location, link.href if link else ""):
        if href and (job_id or "/jobs/" in urlsplit(href).path):
            job_id = job_id or job_id_of(href)
            url = job_address(href, job_id, jobs_url, rebase)
            break
    if url:
        accepted = StatusInfo(job_id, "accepted", "accepted")
        return Submitted(job_id, url, status or accepted)
    if reply.status_code == 204:
        return Submitted(has_results=True)
    body = reply.body[:200].decode("utf-8", errors="replace")
    raise ProtocolError(
        f"The answer to {reply.where} names no job and holds no result: "
        f"{clean(body, limit=200)!r}",
        safe="It is not known whether the job started.",
        advice="Look at client.jobs() before you run it again.",
    )


def _notice_accepted(reply: Reply, document: object) -> None:
    """Say what the answer to an accepted request lacks."""
    if "location" not in reply.headers:
        notice("The answer to an accepted request has no Location header.")
    if not isinstance(document, Mapping):
        said = clean(reply.body[:40].decode("utf-8", "replace"), limit=40) or "nothing"
        notice(f"The answer to an accepted request holds {said} instead of a status.")


def _status_in(document: object, url: str) -> StatusInfo | None:
    if not isinstance(document, Mapping):
        return None
    ids = map(document.get, ("jobID", "jobId", "id"))
    is_status = isinstance(document.get("status"), str) or "jobID" in document
    is_job = is_status or find_link(read_links(document, url), "monitor")
    if is_job and any(isinstance(one, (str, int)) for one in ids):
        return StatusInfo.from_json(document, url)
    return None


def job_id_of(url: str) -> str:
    """Return the id in a job's address: what follows the last ``/jobs/``."""
    tail = urlsplit(url).path.rpartition("/jobs/")[2] if "/jobs/" in url else ""
    return unquote(tail.partition("/")[0])


def job_address(
    href: str, job_id: str, jobs_url: str, rebase: Callable[[str], str]
) -> str:
    """Return the address under which a job can be asked for.

    A link to another host than the server's is what the server calls itself; the job
    is then found by its id below the list of jobs. That of its results is as good.
    """
    url = rebase(_BELOW_A_JOB.sub(r"\1", href))
    if same_origin(url, jobs_url) and (url == href or job_id in url):
        return url
    return join_path(jobs_url, job_id)


def read_status(reply: Reply) -> StatusInfo:
    """Read a status document.

    Raises:
        ProblemError: The server refused (404 and 410: ``NoSuchJobError``).
        ProtocolError: The body is not a status.
    """
    if not reply.is_ok:
        raise problem_error(reply, missing=NoSuchJobError)
    return StatusInfo.from_json(reply.json(), reply.url)


def read_dismissed(reply: Reply, last: StatusInfo | None) -> StatusInfo | None:
    """Read the answer to the request to dismiss a job, given its last status.

    Returns:
        The status to show, or ``None`` if the server accepted the wish and says no
        more, so that the job has to be watched further.

    Raises:
        ProblemError: The server refused.
    """
    job_id = last.job_id if last else ""
    if reply.status_code in (405, 501):
        raise problem_error(
            reply,
            safe="The job goes on.",
            advice="This server cannot cancel jobs; you can stop watching it.",
        )
    if not reply.is_ok and reply.status_code != 410:
        raise problem_error(reply, missing=NoSuchJobError)
    document = reply.json_or_none()
    if isinstance(document, Mapping) and isinstance(document.get("status"), str):
        status = StatusInfo.from_json({"jobID": job_id, **document}, reply.url)
        if status.status == "dismissed" or reply.status_code != 202:
            return status
    if reply.status_code == 202:
        return None
    return StatusInfo(
        job_id=job_id,
        status="dismissed",
        word="dismissed",
        process_id=last.process_id if last else "",
        message=reply.problem.summary,
        links=last.links if last else (),
        raw=reading.mapping(document),
    )


def says_nothing(text: str) -> bool:
    """Whether a message of a failed job tells no more than its state, or less."""
    plain = text.strip(" \t\r\n.!")
    return not plain or bool(_SAYS_NOTHING.fullmatch(plain))


def reason_in(reply: Reply) -> str:
    """Read why a job failed from what stands in the place of its results.

    Servers answer with a problem document, some of them with status 200 (ZOO-Project),
    or with a list of exceptions (Weaver).

    Returns:
        The reason, not cleaned; ``""`` where there is none.
    """
    problem, document = reply.problem, reply.problem.raw
    if reply.status_code in _SILENT or document is None or problem.kind in _KINDS:
        return ""
    if isinstance(document, list) and all(isinstance(one, str) for one in document):
        return "\n".join(document)
    if reply.is_ok and not _is_problem(document):
        return ""
    body = [text for text in (problem.detail, problem.cause) if not says_nothing(text)]
    said = [problem.title, *body] if not says_nothing(problem.title) else body
    return ": ".join(text.rstrip(" .:") for text in dict.fromkeys(said)) if body else ""


def _is_problem(document: object) -> bool:
    one = document[0] if isinstance(document, list) and document else document
    names = {str(name).lower() for name in reading.mapping(one)}
    says = names & {"detail", "description", "message", "text", "cause"}
    return bool(says and names & {"title", "type", "code", "status", "exception"})


def told(message: str, reason: str, *, is_stale: bool) -> str:
    """Put together what a server says of a failure.

    Args:
        message: The message of the status.
        reason: What stands in the place of the results, or ``""``.
        is_stale: Whether the message was there before the failure.
    """
    if says_nothing(message):
        return reason
    if not reason or _plain(reason) in _plain(message):
        return message
    if is_stale or _plain(message) in _plain(reason):
        return reason
    return f"{message}\n{reason}"


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" .").casefold()
