"""The text that a user sends to whoever runs the server: no secrets in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ogc_widgets.errors import OgcError, printable
from ogc_widgets.panel.job.log_text import first_error_line
from ogc_widgets.panel.job.logs import LogKey, LogState, logs_of, read_log
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from ogc_widgets.client import Job
    from ogc_widgets.protocol import JobView

LOG_LINES = 40
_LOGS_TRIED = 4
_VALUE_LIMIT = 2000

_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|credential|api.?key|access.?key|authorization",
    re.IGNORECASE,
)
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")
_USER_INFO = re.compile(r"(?<=://)[^/\s@]+@")


def without_secrets(value: object) -> object:
    """A copy of a JSON value with secrets replaced by ``***``.

    Secret are the values of names that say so, the query part of addresses (signed
    links carry their key there) and user names with passwords in addresses.
    """
    if isinstance(value, Mapping):
        return {
            key: "***" if _SECRET_NAME.search(str(key)) else without_secrets(member)
            for key, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [without_secrets(member) for member in value]
    if not isinstance(value, str):
        return value
    shown = _without_keys(value) if "://" in value else value
    if len(shown) > _VALUE_LIMIT:
        return f"{shown[:_VALUE_LIMIT]}… ({len(shown) - _VALUE_LIMIT} more characters)"
    return shown


def _without_keys(text: str) -> str:
    return _USER_INFO.sub("***@", _QUERY.sub("?***", text))


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


async def build_report(
    job: Job, view: JobView, keys: list[LogKey], opened: LogKey | None
) -> str:
    """Everything that a server's operators need to look into a job."""
    status = view.status
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
        lines.append(_pretty(job.inputs))
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
    # Signed addresses may also stand in the middle of log lines and messages.
    return printable("\n".join(map(_without_keys, lines))) + "\n"


def _pretty(document: object) -> str:
    return dump_json(without_secrets(document), indent=1, is_lenient=True)
