"""What the panel asks the server for: to stop a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogc_widgets.errors import DeadlineError, OgcError, ProblemError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client import AsyncJob

_KEEPS_RUNNING = "The job keeps running on the server."


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
    except ProblemError as error:
        return _refused(error)
    except DeadlineError:
        return Answer(
            note="The server did not answer the request to stop in time. "
            "The job may still stop; checking goes on."
        )
    except OgcError as error:
        told = clean(error.what, limit=300)
        return Answer(note=f"The request to stop failed: {told} {_KEEPS_RUNNING}")
    return Answer(accepted=True)


def _refused(error: ProblemError) -> Answer:
    code = error.status_code
    if code in {405, 501}:
        return Answer(
            impossible=True,
            note=f"This server cannot cancel jobs (it answered {code}). "
            f"{_KEEPS_RUNNING}",
        )
    if code == 404:
        return Answer(
            note="The server answered 404 to the request to stop: it cannot cancel "
            "jobs, or no longer knows this one."
        )
    if code == 409:
        return Answer(
            note="The server answered 409: the job cannot be stopped any more."
        )
    told = clean(error.what, limit=300)
    return Answer(note=f"The server refused to stop the job: {told} {_KEEPS_RUNNING}")
