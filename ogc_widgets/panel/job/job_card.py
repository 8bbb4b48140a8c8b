"""What a saved notebook says about a job without a kernel: a card and a short text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ogc_widgets.panel.job.job_state import telling
from ogc_widgets.protocol.requests.package_code import client_argument
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.cards import html_table

if TYPE_CHECKING:
    from ogc_widgets.client import Job
    from ogc_widgets.protocol import JobView

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
