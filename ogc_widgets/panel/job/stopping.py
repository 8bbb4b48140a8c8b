"""What the panel asks the server for: to stop a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogc_widgets.errors import DeadlineError, OgcError, ProblemError
from ogc_widgets.panel.job.job_state import KEEPS_RUNNING
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client import AsyncJob

_CANNOT_CANCEL = frozenset({405, 501})
_REFUSED = {
    404: "The server answered 404 to the request to stop: it cannot cancel jobs, or no "
    "longer knows this one.",
    409: "The server answered 409: the job cannot be stopped any more.",
}
_TOO_LATE = (
    "The server did not answer the request to stop in time. The job may still stop; "
    "checking goes on."
)


@dataclass(frozen=True)
class Answer:
    """What the server said to the request to dismiss a job.

    Attributes:
        accepted: The server took the request; the job's state will tell the rest.
        impossible: The server cannot cancel jobs at all.
        note: What to tell the user; empty if accepted.
    """

    accepted: bool = False
    impossible: bool = False
    note: str = ""


async def ask_to_stop(job: AsyncJob) -> Answer:
    """Dismiss a job; every refusal becomes a plain sentence, never an exception."""
    try:
        await job.dismiss()
    except DeadlineError:
        return Answer(note=_TOO_LATE)
    except OgcError as error:
        told, code = clean(error.what, limit=300), getattr(error, "status_code", None)
        if code in _CANNOT_CANCEL:
            why = f"This server cannot cancel jobs (it answered {code})."
            return Answer(impossible=True, note=f"{why} {KEEPS_RUNNING}")
        if code in _REFUSED:
            return Answer(note=_REFUSED[code])
        failed = "The request to stop failed"
        if isinstance(error, ProblemError):
            failed = "The server refused to stop the job"
        return Answer(note=f"{failed}: {told} {KEEPS_RUNNING}")
    return Answer(accepted=True)
