"""The text that a user sends to whoever runs the server: no secrets in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ogc_widgets.client.http.blanking import blanked
from ogc_widgets.errors import OgcError, printable
from ogc_widgets.panel.job.log_text import first_error_line
from ogc_widgets.panel.job.logs import LogKey, LogState, logs_of, read_log
from ogc_widgets.protocol.secrets import (
    secret_texts,
    shown_inputs,
    without_keys,
    without_secrets,
)
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from ogc_widgets.client import Job
    from ogc_widgets.protocol import JobView

LOG_LINES = 40
_LOGS_TRIED = 4
_VALUE_LIMIT = 2000


def _shortened(value: object) -> object:
    """A copy of a JSON value with long texts cut."""
    if isinstance(value, Mapping):
        return {key: _shortened(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_shortened(member) for member in value]
    if isinstance(value, str) and len(value) > _VALUE_LIMIT:
        return f"{value[:_VALUE_LIMIT]}… ({len(value) - _VALUE_LIMIT} more characters)"
    return value


async def failing_log(
    job: Job, keys: list[LogKey], opened: LogKey | None
) -> LogState | None:
    """The log to send along: the first, of the open and the latest, with an error."""
    order = [key for key in (opened, *keys) if key is not None]
    first: LogState | None = None
    if not order:
        return None
    logs = await logs_of(job)
    for key in list(dict.fromkeys(order))[:_LOGS_TRIED]:
        state = await read_log(logs.get(key), key)
        if not state["text"]:
            continue
        if first_error_line(state["text"]) is not None:
            return state
        first = first or state
    return first


async def text_for_operators(
    job: Job, view: JobView, keys: list[LogKey], opened: LogKey | None
) -> str:
    """Everything that a server's operators need to look into a job."""
    status = view.status
    process = job.aio.discovery.known_processes.get(job.process_id)
    lines = [
        f"Job:      {job.id}",
        f"Address:  {without_secrets(job.url)}",
        f"Process:  {job.process_id}",
        f"State:    {view.phase}",
    ]
    if status is not None and status.word not in ("", view.phase):
        lines[-1] += f' (the server says "{status.word}")'
    if view.error is not None:
        lines += ["", "Error:", str(view.error)]
    if reason := await job.aio.why_failed():
        lines += ["", "Why it failed:", *reason.splitlines()]
    lines += ["", "Request inputs:"]
    if job.inputs is None:
        lines.append("(not known here: the job was started elsewhere)")
    else:
        lines.append(_pretty(shown_inputs(job.inputs, process)))
    lines += ["", "Status document of the server:"]
    lines.append("(none)" if status is None else _pretty(status.raw))
    try:
        log = await failing_log(job, keys, opened)
    except OgcError as error:
        lines += ["", f"Logs could not be read: {error.what}"]
        log = None
    if log is not None:
        tail = log["text"].split("\n")[-LOG_LINES:]
        name = f"{log['label']} {log['number']}"
        lines += ["", f"Log of {name}, last {len(tail)} lines:", *tail]
    elif not keys:
        lines += ["", "The server gives no logs for this job."]
    # Signed addresses may also stand in the middle of log lines and messages, and so
    # may secret inputs, which are repeated there and in the status.
    text = "\n".join(map(without_keys, lines))
    secrets = secret_texts(job.inputs or {}, process)
    return printable(blanked(text, secrets)) + "\n"


def _pretty(document: object) -> str:
    return dump_json(_shortened(without_secrets(document)), indent=1, is_lenient=True)
