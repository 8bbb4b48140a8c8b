"""What is said of a job in words: in saved notebooks, in code, to operators."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ogc_widgets.client.http.blanking import blanked
from ogc_widgets.errors import OgcError, printable
from ogc_widgets.panel.job.job_state import telling
from ogc_widgets.panel.job.logs import (
    LogKey,
    LogState,
    first_error_line,
    logs_of,
    read_log,
)
from ogc_widgets.protocol.requests.package_code import client_argument
from ogc_widgets.protocol.secrets import (
    secret_texts,
    shown_inputs,
    without_keys,
    without_secrets,
)
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json
from ogc_widgets.view.cards import html_table

if TYPE_CHECKING:
    from ogc_widgets.client import Job
    from ogc_widgets.protocol import JobView

LOG_LINES = 40
_LOGS_TRIED = 4
_VALUE_LIMIT = 2000
_NOTHING = "Job panel: nothing run yet"


def card_text(job: Job | None, view: JobView | None) -> str:
    """One line without anything that differs from run to run."""
    if job is None or view is None:
        return _NOTHING
    return f"Job of process {clean(job.process_id, limit=80)}: {view.phase}"


def card_html(job: Job | None, view: JobView | None, again: str = "") -> str:
    """State, process, id, times and message as an escaped table without styles.

    Args:
        job: The job.
        view: Its latest view.
        again: The line of Python that watches it again in a new kernel, if one can.
    """
    if job is None or view is None:
        return f"<p>{_NOTHING}</p>"
    status = view.status
    rows = [("Status", view.phase), ("Process", job.process_id), ("Job", job.id)]
    if status is not None:
        times = (
            ("Created", status.created),
            ("Started", status.started),
            ("Finished", status.finished),
        )
        rows += [
            (name, moment.isoformat(sep=" ", timespec="seconds"))
            for name, moment in times
            if moment
        ]
        rows.append(("Message", telling(status.message)))
    if not view.is_final and again:
        rows.append(("Watch it again", again))
    return html_table([row for row in rows if row[1]], caption="Job")


def line_to_return(job: Job, process_id: str | None = None) -> str:
    """Write the line of Python that watches a job again in a new kernel.

    Members of the query of the server are read from the environment.

    Args:
        job: The job.
        process_id: The process to open in an app; only a panel if ``None``.
    """
    aio = job.aio
    server, name = client_argument(aio.server_url, aio.param_names), json.dumps(job.id)
    imports = "import os; " if aio.param_names else ""
    imports += "import ogc_widgets as ogc; "
    if process_id is None:
        client = f"ogc.Client({server})" if not aio.param_names else server
        return f"{imports}ogc.JobPanel({client}.job({name}))"
    return (
        f"{imports}app = ogc.App({server}, {json.dumps(process_id)}); "
        f"app.job = app.client.job({name}); app"
    )


# -- the report for those who run the server: no secrets in it ------------------------


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


def _shortened(value: object) -> object:
    """A copy of a JSON value with long texts cut."""
    if isinstance(value, Mapping):
        return {key: _shortened(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_shortened(member) for member in value]
    if isinstance(value, str) and len(value) > _VALUE_LIMIT:
        return f"{value[:_VALUE_LIMIT]}… ({len(value) - _VALUE_LIMIT} more characters)"
    return value
