"""Asks for all that is kept of a run: what cannot be had is noted, not fatal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ogc_widgets import __version__
from ogc_widgets.client.http.blanking import blanked
from ogc_widgets.errors import InputError, OgcError, ProtocolError, ServerError
from ogc_widgets.form.page.form_card import without_secrets
from ogc_widgets.form.values import fields_of
from ogc_widgets.protocol.documents.status import log_links
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.secrets import (
    secret_inputs,
    secret_texts,
    text_to_keep,
    to_keep,
)
from ogc_widgets.protocol.text import LOG_LIMIT, clean
from ogc_widgets.protocol.wire import dump_json, parse_json
from ogc_widgets.reports.gathering import Notes
from ogc_widgets.runs.record import FORMAT, KeptFile, KeptLog, Record
from ogc_widgets.view.front_end import shell

if TYPE_CHECKING:
    from ogc_widgets.client import AsyncJob, LogFile, Results
    from ogc_widgets.form.fields.fields import Field
    from ogc_widgets.protocol.documents.processes import Process
    from ogc_widgets.protocol.documents.server import LandingPage

_LOG_BYTES = 16 * LOG_LIMIT
_MOST_LOGS = 500
_AT_ONCE = 4


async def gather_run(job: AsyncJob) -> tuple[Record, Results | None]:
    """Read all that is kept of a job that has ended; runs in the loop thread.

    Returns:
        The record, without files, and the results if there are any.

    Raises:
        InputError: The job has not ended, or the server no longer knows how.
    """
    if not job.status.is_finished and job.url:
        with contextlib.suppress(ServerError):
            await job.refresh()
    if not job.status.is_finished:
        is_lost = job.view.phase == "lost"
        what = "is lost" if is_lost else f"has not ended: it is {job.status.status}"
        raise InputError(
            f"Job {clean(job.id)} {what}.",
            safe="Nothing was written.",
            advice="Its inputs are in job.inputs." if is_lost else "Wait: job.wait()",
        )
    notes = Notes()
    with silent():
        process = await notes.process(job.discovery, job.process_id)
        request, secrets = await _request(job, process, notes)
        results = await _results(job, notes)
        logs = await _logs(job, secrets, notes)
        prov = await _prov(job, notes)
        record = Record(
            about={},
            request=request,
            process=_kept(process.raw, by_name=False) if process else None,
            server=await _server(job),
            status=_kept(job.status.raw, secrets),
            prov=None if prov is None else _kept(prov, secrets),
            logs=logs,
        )
        reason = blanked(await job.why_failed(), secrets)
    record.about = _about(job, process, reason, notes)
    if results is not None:
        _take_results(record, results, secrets)
    return record, results


def _take_results(record: Record, results: Results, secrets: frozenset[str]) -> None:
    """Put results into a record; bytes that came as values become files of it."""
    record.items = _kept(results.items, secrets)
    outputs: dict[str, Any] = {}
    for name, value in results.outputs.items():
        for file in results.files(outputs=[name]) if isinstance(value, bytes) else ():
            if file.file is not None and file.file.data is not None:
                path = free_path(record, file.file.name)
                kind = file.file.media_type
                record.files.append(KeptFile(path, name, "", kind, file.file.data))
                value = {
                    "href": path,
                    **({"type": kind} if kind else {}),
                }  # a file from here on
        outputs[name] = value
    record.results = _kept(outputs, secrets)
    record.about["results"] = {
        "media_types": results.media_types,
        "note": results.note,
        "stac": _kept(sorted(results.document.stac)),
    }


def free_path(record: Record, name: str) -> str:
    """A name for a file of the results that no other has, and that needs no escapes."""
    plain = "".join(
        c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name
    )
    taken = {one.path for one in record.files}
    number, path = 1, f"results/{plain}"
    while path in taken:
        number += 1
        path = f"results/{number}-{plain}"
    return path


def _kept(
    value: object, secrets: frozenset[str] = frozenset(), *, by_name: bool = True
) -> Any:  # noqa: ANN401 # JSON
    """A copy of what a server said, without secrets, that can be written as JSON."""
    text = blanked(dump_json(value, is_lenient=True), secrets)
    return to_keep(parse_json(text, is_lenient=True), by_name=by_name)


def _about(
    job: AsyncJob, process: Process | None, reason: str, notes: Notes
) -> dict[str, Any]:
    status, view = job.status, job.view
    ended = datetime.fromtimestamp(view.changed_at, UTC)
    sent_at = job.sent.at if job.sent else None
    times = {
        "sent": sent_at,
        "created": status.created or sent_at,
        "started": status.started,
        # An answer that came at once has no times but ours.
        "finished": status.finished or status.updated or (sent_at and ended),
        "saved": datetime.now(UTC),
    }
    return {
        "format": FORMAT,
        "job": job.id,
        "url": text_to_keep(job.url),
        "process": job.process_id,
        "version": process.version if process else "",
        "title": process.title if process else "",
        "phase": status.status,
        "reason": text_to_keep(reason or ("" if job.url else status.message)),
        "times": {name: at.isoformat() for name, at in times.items() if at},
        "notebook": _notebook(),
        "software": {"ogc_widgets": __version__, "Python": platform.python_version()},
        "notes": notes,
    }


def _notebook() -> str:
    """Name of the notebook without its folder; ``""`` where nobody says it."""
    # What Jupyter Server tells a kernel; VS Code leaves it among the names of the user.
    told = [os.environ.get("JPY_SESSION_NAME", "")]
    running = shell()
    if running is not None:
        told.append(str(running.user_ns.get("__vsc_ipynb_file__", "")))
    names = (PurePath(one.replace("\\", "/")).name for one in told)
    return next((name for name in names if name.endswith(".ipynb")), "")


async def _request(
    job: AsyncJob, process: Process | None, notes: Notes
) -> tuple[dict[str, Any] | None, frozenset[str]]:
    """The request, with the names of the secrets that are left out of it.

    With it come the secret texts: servers repeat them in other documents.
    """
    if job.sent is not None:
        sent = job.sent.request
        found: dict[str, Any] = {
            "method": sent.method,
            "url": text_to_keep(sent.url),
            "headers": dict(sent.headers),
            "body": parse_json(sent.body or b"{}"),
        }
    elif job.inputs is not None:
        found = {"body": {"inputs": dict(job.inputs)}}
        notes.append("Of the request only its inputs are known.")
    else:
        try:
            told = await job.request()
        except OgcError:
            notes.append(
                "The inputs are unknown: the job was started elsewhere, and its server "
                "does not say with which."
            )
            return None, frozenset()
        found = {"body": {"inputs": told.inputs}}
        if told.outputs is not None:
            found["body"]["outputs"] = told.outputs
        notes.append("The inputs are those that the server says it was given.")
    body: dict[str, Any] = found["body"]
    hidden = _without_secrets(job, body, process)
    found["withheld"] = {
        "inputs": _changed(body.get("inputs"), hidden.get("inputs")),
        "beside": [one for one in _changed(body, hidden) if one != "inputs"],
    }
    inputs = body.get("inputs")
    secrets = secret_texts(inputs if isinstance(inputs, Mapping) else {}, process)
    return {**found, "body": hidden}, secrets


def _without_secrets(
    job: AsyncJob, body: dict[str, Any], process: Process | None
) -> dict[str, Any]:
    fields: dict[str, Field] = {}
    if process is not None:
        with contextlib.suppress(InputError, ProtocolError):
            fields = fields_of(process)
    inputs = body.get("inputs")
    if isinstance(inputs, Mapping):
        kept = {
            name: without_secrets(fields[name], value) if name in fields else value
            for name, value in inputs.items()
        }
        # Also those that the form does not know how to take a part out of.
        kept |= {
            name: "***"
            for name in secret_inputs(process)
            if name in inputs and kept[name] == inputs[name]
        }
        body = {**body, "inputs": kept}
    # Also what this client sends to identify the user is not for others.
    text = job.discovery.connection.redact(dump_json(to_keep(body), is_lenient=True))
    found = parse_json(text, is_lenient=True)
    return found if isinstance(found, dict) else {}


def _changed(before: object, after: object) -> list[str]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return []
    return [str(name) for name in before if before[name] != after.get(name)]


async def _server(job: AsyncJob) -> dict[str, Any]:
    page: LandingPage | None = None
    declared = job.discovery.known_conformance
    with contextlib.suppress(OgcError):
        page = await job.discovery.landing_page()
    with contextlib.suppress(OgcError):
        declared = declared or await job.discovery.conformance()
    return {
        "url": job.server_url,
        "landingPage": _kept(page.raw, by_name=False) if page else None,
        "conformance": _kept(declared.raw, by_name=False) if declared else None,
    }


async def _results(job: AsyncJob, notes: Notes) -> Results | None:
    if job.status.status != "successful":
        return None
    return await notes.of("The results", job.results())


async def _logs(job: AsyncJob, secrets: frozenset[str], notes: Notes) -> list[KeptLog]:
    if not log_links(job.status):
        return []
    files = await notes.of("The list of logs", job.logs()) or []
    if len(files) > _MOST_LOGS:
        notes.append(f"Of {len(files):,} logs the first {_MOST_LOGS} are kept.")
    places = asyncio.Semaphore(_AT_ONCE)

    async def read(log: LogFile) -> KeptLog | None:
        name = clean(f"{blanked(log.step, secrets)} {log.number}", limit=80)
        async with places:
            text = await notes.of(f"The log of {name}", log.aio_text(_LOG_BYTES))
        if text is None:
            return None
        # The step as well: it has to be that of the link in the status that is kept.
        step, title, text = (
            text_to_keep(blanked(one, secrets)) for one in (log.step, log.title, text)
        )
        return KeptLog(step, log.number, title, text)

    found = await asyncio.gather(*map(read, files[:_MOST_LOGS]))
    return [one for one in found if one is not None]


async def _prov(job: AsyncJob, notes: Notes) -> dict[str, Any] | None:
    """What the server says of how the results came about, where it offers that."""
    url = job.poller.linked("prov", "provenance")
    if not url:
        return None
    reading = job.discovery.connection.json_of(url)
    document = await notes.of("The provenance", reading)
    if document is None:
        return None
    if not isinstance(document, dict) or "activity" not in document:
        notes.append("What the server gives as provenance is no PROV-JSON.")
        return None
    return document
