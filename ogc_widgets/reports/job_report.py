"""The report of one job."""

from __future__ import annotations

import asyncio
import platform
from typing import TYPE_CHECKING, Final

from ogc_widgets import __version__
from ogc_widgets.client.batches.job_parts import EntryAreas
from ogc_widgets.client.http.blanking import blanked
from ogc_widgets.client.results.files.names import safe_filename
from ogc_widgets.panel.job.job_state import short_id, word_of
from ogc_widgets.panel.job.log_text import read_failure
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.requests.package_code import as_package
from ogc_widgets.protocol.requests.snippets import as_curl
from ogc_widgets.protocol.text import clean
from ogc_widgets.reports import came_out
from ogc_widgets.reports.asked import rows_of_inputs
from ogc_widgets.reports.gathering import gather
from ogc_widgets.reports.markup import Markup, facts, joined, tag, text_block
from ogc_widgets.reports.page import MOST_CODE, page_of, write
from ogc_widgets.reports.words import TONES, moment, took_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ogc_widgets.client import AsyncJob
    from ogc_widgets.reports.came_out import Seen
    from ogc_widgets.reports.gathering import Facts

_LINES_BEFORE: Final = 6
_LINES_AFTER: Final = 12


async def report_of_job(job: AsyncJob, path: str | Path | None = None) -> Path:
    """Write the report of a job; in the loop of the package.

    Args:
        job: The job.
        path: Where to.

    Raises:
        InputError: It cannot be written.
    """
    found = await gather(job)
    inputs = found.asked.inputs if found.asked else {}
    area = EntryAreas(found.process).of(inputs)
    seen = await came_out.look_at(found.results, [area] if area else [])
    html = await asyncio.to_thread(_page, found, seen)
    # No secret of this client or among the inputs, wherever a server repeats one.
    html = blanked(job.discovery.connection.redact(html), found.secrets)
    words = [one for one in ("report", job.process_id, short_id(job.id)) if one]
    name = safe_filename(f"{'-'.join(words)}.html")
    return await asyncio.to_thread(write, html, path, name)


def _page(found: Facts, seen: Seen) -> str:
    title = clean(found.title, limit=120)
    parts: list[Markup | None] = [_head(found, title)]
    parts += _asked(found, seen)
    parts += _came_out(found, seen)
    parts += _how_it_went(found)
    parts += _again(found)
    return page_of(title, parts)


def _head(found: Facts, title: str) -> Markup:
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


def _asked(found: Facts, seen: Seen) -> Iterator[Markup | None]:
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


def _came_out(found: Facts, seen: Seen) -> Iterator[Markup | None]:
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


def _how_it_went(found: Facts) -> Iterator[Markup | None]:
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


def _first_error(found: Facts) -> Iterator[Markup]:
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


def _again(found: Facts) -> Iterator[Markup]:
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
    yield tag("h3", "Versions")
    process = found.process
    yield facts(
        [
            ("Process", f"{job.process_id} {process.version if process else ''}"),
            ("ogc_widgets", __version__),
            ("Python", platform.python_version()),
        ]
    )
