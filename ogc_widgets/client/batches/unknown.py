"""Requests without a job: what an error means for one, and what the list knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from ogc_widgets.client.batches.entries import GOES_ON
from ogc_widgets.errors import (
    ConnectionFailedError,
    InputError,
    PrivateAddressError,
    ProblemError,
    ServerError,
    SignInError,
    TransportError,
)
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.job_query import JobQuery

if TYPE_CHECKING:
    from ogc_widgets.client.batches.book import Book
    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.jobs.job_list import Jobs


_CLOCK_SLACK_S = 5.0
_PAGE_SIZE = 100
_MOST_READ = 2_000


def note_cut_off(book: Book) -> None:
    """Note whose fate is not known because an earlier process has ended."""
    for entry in book.entries:
        if entry.state == "sending":
            words = "The program ended while the request was on its way."
        elif entry.state in GOES_ON and not entry.url:
            words = (
                "The server has answered at once, and the answer was lost with the "
                "program."
            )
        else:
            continue
        book.change(entry.index, state="unknown", error=words)


async def look_for(book: Book, job_list: Jobs) -> dict[int, AsyncJob | str]:
    """Look for the jobs of requests whose fate is unknown.

    Returns:
        Index to job, where exactly one new job has exactly the inputs; else to what was
        found, in words.
    """
    unknown = [entry for entry in book.entries if entry.state == "unknown"]
    if not unknown:
        return {}
    known = {entry.job_id for entry in book.entries} | book.file.earlier_jobs()
    jobs = await _new_jobs(book, job_list, unknown, known)
    matches: dict[int, list[AsyncJob]] = {entry.index: [] for entry in unknown}
    unread = 0
    for job in jobs:
        try:
            request = await job.request()
        except ServerError:
            unread += 1
            continue
        sent = _open_part(request.inputs, book)
        for entry in unknown:
            if _open_part(entry.inputs, book) == sent:
                matches[entry.index].append(job)
    takers = {id(job): 0 for job in jobs}
    for found in matches.values():
        for job in found:
            takers[id(job)] += 1
    return {
        index: found[0]
        if len(found) == 1 and takers[id(found[0])] == 1 and not unread
        else _words(found, unread)
        for index, found in matches.items()
    }


async def _new_jobs(
    book: Book, job_list: Jobs, unknown: list[BatchEntry], known: set[str]
) -> list[AsyncJob]:
    """The jobs of the process that have come since the first of the requests left."""
    process_id = book.head.process_id
    pages = job_list.job_pages(page_size=_PAGE_SIZE, process_id=process_id)
    left_at = min(one.started_at or book.head.created_at for one in unknown)
    found: list[AsyncJob] = []
    read = 0
    while read < _MOST_READ and (page := await pages.next()):
        read += len(page)
        # By the server's clock, which need not agree with ours.
        connection = job_list.discovery.connection
        now = reading.http_date(connection.heard_at) or datetime.now(UTC)
        ago = datetime.now(UTC) - left_at + timedelta(seconds=_CLOCK_SLACK_S)
        query = JobQuery.of(process_id, since=now - ago)
        new = [job for job in page if query.accepts(job.status)]
        found += [job for job in new if job.id not in known]
        if not new and not pages.is_oldest_first:
            break  # older ones only
    return found


def _open_part(inputs: dict[str, object], book: Book) -> dict[str, object]:
    """The inputs without those that are secret, which may not be at hand."""
    return {
        name: value for name, value in inputs.items() if name not in book.head.secrets
    }


def _words(found: list[AsyncJob], unread: int) -> str:
    if len(found) > 1:
        named = ", ".join(job.id for job in found[:5])
        return f"More than one new job has these inputs: {named}. Say which it is."
    if found:
        return f"Job {found[0].id} may be the one of this request, or of another one."
    if unread:
        jobs = "one new job was" if unread == 1 else f"{unread} new jobs were"
        return f"The server does not say what {jobs} asked to do; look at them."
    return "The list of jobs shows no new job with these inputs so far."


_BUSY = frozenset({429, 503})


def fate_of(
    error: BaseException, *, is_sent: bool
) -> Literal["pause", "wait", "failed", "unknown"]:
    """Say what an error means for a request.

    Returns:
        ``pause`` if the others would be refused in the same way, until the user does
        something; ``wait`` if the server may take it later; ``failed`` if nothing was
        started; ``unknown`` if a job may have been.
    """
    if isinstance(error, SignInError) or (
        is_sent and isinstance(error, InputError)  # there is no token to send
    ):
        return "pause"
    if isinstance(error, ProblemError) and error.status_code in _BUSY:
        return "wait"
    is_cut_off = isinstance(error, TransportError) and (
        not is_sent or isinstance(error, ConnectionFailedError)
    )
    if is_cut_off and not isinstance(error, PrivateAddressError):
        return "wait"
    if not is_sent or isinstance(error, (ProblemError, TransportError)):
        return "failed"
    return "unknown"
