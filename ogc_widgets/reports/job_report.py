"""The report of one job."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.batches.job_parts import EntryAreas
from ogc_widgets.client.jobs.job import Job
from ogc_widgets.panel.job.job_state import short_id, word_of
from ogc_widgets.panel.job.job_texts import failing_log
from ogc_widgets.panel.job.logs import StepBook, links_of, read_failure
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests.package_code import as_package
from ogc_widgets.protocol.requests.requests import execute_request
from ogc_widgets.protocol.requests.snippets import as_curl
from ogc_widgets.protocol.secrets import secret_texts, shown_inputs
from ogc_widgets.protocol.text import clean
from ogc_widgets.reports import came_out
from ogc_widgets.reports.gathering import Notes
from ogc_widgets.reports.page import (
    MOST_CODE,
    Markup,
    facts,
    joined,
    page_of,
    tag,
    text_block,
    write,
)
from ogc_widgets.reports.words import (
    TONES,
    moment,
    rows_of_inputs,
    took_in_words,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ogc_widgets.client import AsyncJob, Results
    from ogc_widgets.panel.job.logs import LogState
    from ogc_widgets.protocol import Process
    from ogc_widgets.protocol.requests.requests import ExecuteRequest, Request
    from ogc_widgets.reports.came_out import Seen

_LINES_BEFORE: Final = 6
_LINES_AFTER: Final = 12


@dataclass
class _Facts:
    """What is known of a job.

    Attributes:
        job: The job.
        process: Its process; None if its description could not be read.
        asked: What the job was asked to do, without secrets; None if nobody tells.
        request: The same as it is sent.
        results: Its results, if there are any.
        reason: Why it failed, by all that the server says.
        steps: Its steps, as ``StepBook.states`` makes them.
        log: The log that tells why it failed.
        notes: What could not be read, and why.
        secrets: Texts in its inputs that nobody else may read.
    """

    job: AsyncJob
    process: Process | None = None
    asked: ExecuteRequest | None = None
    request: Request | None = None
    results: Results | None = None
    reason: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    log: LogState | None = None
    notes: Notes = field(default_factory=Notes)
    secrets: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """Title of the process, or its id."""
        return (self.process and self.process.title) or self.job.process_id or "Job"


async def report_of_job(job: AsyncJob, path: str | Path | None = None) -> Path:
    """Write the report of a job; in the loop of the package.

    Args:
        job: The job.
        path: Where to.

    Raises:
        InputError: It cannot be written.
    """
    found = await _gather(job)
    inputs = found.asked.inputs if found.asked else {}
    area = EntryAreas(found.process).of(inputs)
    seen = await came_out.look_at(found.results, [area] if area else [])
    html = await asyncio.to_thread(_page, found, seen)
    words = [one for one in ("report", job.process_id, short_id(job.id)) if one]
    name = f"{'-'.join(words)}.html"
    connection = job.discovery.connection
    put = partial(write, connection=connection, secrets=found.secrets)
    return await asyncio.to_thread(put, html, path, name)


async def _gather(job: AsyncJob) -> _Facts:
    """Ask the server for what is not known yet; in the loop of the package."""
    found = _Facts(job)
    notes = found.notes
    with silent():
        if job.url and not job.view.is_final:
            await notes.of("The status", job.refresh())
        found.process, found.asked, found.results, _ = await asyncio.gather(
            notes.process(job.discovery, job.process_id),
            notes.of("What the job was asked", job.request()),
            _results(found),
            _why(found),
        )
        if found.asked is not None:
            asked = found.asked.inputs
            found.secrets = secret_texts(asked, found.process)
            inputs = shown_inputs(asked, found.process)
            found.asked = replace(found.asked, inputs=inputs)
            found.request = await notes.of(
                "", _request(job, found.asked, found.process)
            )
    return found


async def _results(found: _Facts) -> Results | None:
    if found.job.status.status != "successful":
        return None
    return await found.notes.of("The results", found.job.results())


async def _why(found: _Facts) -> None:
    job, view = found.job, found.job.view
    book = StepBook()
    book.see(links_of(view))
    found.steps = book.states(view.phase)
    if view.phase != "failed":
        return
    found.reason = await found.notes.of("", job.why_failed()) or job.status.message
    keys = book.keys_newest_first()
    found.log = await found.notes.of("The log", failing_log(Job(job), keys, None))


async def _request(
    job: AsyncJob, asked: ExecuteRequest, process: Process | None
) -> Request:
    declared = job.discovery.known_conformance
    return execute_request(
        await job.discovery.process_url(job.process_id),
        asked.inputs,
        asked.outputs or None,
        process=process,
        has_response=declared is None or declared.has_response,
    )


def _page(found: _Facts, seen: Seen) -> str:
    title = clean(found.title, limit=120)
    parts: list[Markup | None] = [_head(found, title)]
    parts += _asked(found, seen)
    parts += _came_out(found, seen)
    parts += _how_it_went(found)
    parts += _again(found)
    return page_of(title, parts)


def _head(found: _Facts, title: str) -> Markup:
    job, view = found.job, found.job.view
    word = tag(
        "span",
        word_of(view, view.phase),
        class_=f"state {TONES.get(view.phase, 'idle')}",
    )
    took = took_in_words(job.status.took_s)
    when = job.status.finished or job.status.created
    said = [f"in {took}" if took else "", moment(when)]
    rest = ", ".join(one for one in said if one)
    about = found.process.description if found.process else ""
    return joined(
        [
            tag("h1", title),
            tag("p", word, f" {rest}" if rest else ""),
            tag("p", clean(about, limit=600), class_="soft") if about else None,
            *(tag("p", one, class_="box note") for one in found.notes),
        ]
    )


def _asked(found: _Facts, seen: Seen) -> Iterator[Markup | None]:
    yield tag("h2", "What was asked")
    if found.asked is None:
        yield tag("p", "Nobody tells what this job was asked to do.", class_="soft")
        return
    if rows := rows_of_inputs(found.asked.inputs, found.process):
        yield facts(rows)
    else:
        yield tag("p", "It was asked without inputs.", class_="soft")
    if found.results is None:
        yield seen.map


def _came_out(found: _Facts, seen: Seen) -> Iterator[Markup | None]:
    yield tag("h2", "What came out")
    results = found.results
    if results is None:
        if found.job.view.phase == "successful":
            words = "The results could not be read."
        elif found.job.view.is_final:
            words = "Nothing: see below how it went."
        else:
            words = "Nothing yet: the job has not ended."
        yield tag("p", words, class_="soft")
        return
    yield came_out.values_of(results)
    yield seen.map
    yield from came_out.items_of(results)
    if results.note:
        yield tag("p", results.note, class_="soft")
    yield from came_out.pictures_and_notes(seen)
    yield came_out.outputs_of(results)
    if not results.outputs:
        yield tag("p", "The answer of the server was empty.", class_="soft")


def _how_it_went(found: _Facts) -> Iterator[Markup | None]:
    job, status = found.job, found.job.status
    yield tag("h2", "How it went")
    message = clean(status.message, limit=1_000, lines=True)
    if job.view.phase == "failed":
        failure = read_failure(clean(found.reason, limit=40_000, lines=True))
        lead = clean(failure.lead, limit=4_000, lines=True)
        yield tag("div", lead or "The server gives no reason.", class_="box")
        message = "" if message in lead else message
        yield from _first_error(found)
    elif job.view.phase == "lost":
        yield tag("div", "The server no longer knows the job.", class_="box note")
    yield facts(
        [
            ("Server", without_query(job.server_url)),
            ("Job", job.id or "none: the server answered at once"),
            ("Created", moment(status.created)),
            ("Started", moment(status.started)),
            ("Finished", moment(status.finished)),
            ("Took", took_in_words(status.took_s)),
            ("Message", message),
        ]
    )
    if found.steps:
        yield tag("h3", "Steps")
        yield tag(
            "ul",
            *(_step(one) for one in found.steps if one["state"] != "whole"),
            class_="steps",
        )


def _step(step: dict[str, object]) -> Markup:
    return tag("li", step["label"], class_=step["state"])


def _first_error(found: _Facts) -> Iterator[Markup]:
    """The first lines of the log that tell of an error, with what is around them."""
    log = found.log
    if log is None or log["first_error"] is None:
        return
    lines, at = log["text"].split("\n"), log["first_error"]
    first = max(0, at - _LINES_BEFORE)
    shown = [clean(one, limit=400) for one in lines[first : at + _LINES_AFTER]]
    here = at - first
    before, after = "".join(f"{one}\n" for one in shown[:here]), shown[here + 1 :]
    name = f"{log['label']} {log['number']}".strip()
    yield tag("h3", f"The log of {name}, from line {first + 1}")
    yield tag(
        "pre",
        before,
        tag("mark", shown[here]),
        "".join(f"\n{one}" for one in after),
        limit=20_000,
    )


def _again(found: _Facts) -> Iterator[Markup]:
    yield tag("h2", "How to repeat it")
    job, asked, request = found.job, found.asked, found.request
    if asked is not None:
        secrets = job.discovery.connection.credentials.placeholders
        code = as_package(
            job.server_url,
            job.process_id,
            asked.inputs,
            outputs=asked.outputs,
            placeholders=secrets,
            params=job.param_names,
        )
        yield tag("h3", "Python, with ogc_widgets")
        yield text_block(code, MOST_CODE)
        if request is not None:
            yield tag("h3", "cURL")
            yield text_block(as_curl(request, secrets, job.param_names), MOST_CODE)
        if secrets or job.param_names or "***" in code:
            words = "Secrets are not in this file: put yours in their places."
            yield tag("p", words, class_="soft")
    yield from versions(job.process_id, found.process)
