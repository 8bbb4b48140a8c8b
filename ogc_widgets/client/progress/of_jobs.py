"""How far a job is, in words: what its server says, and nothing that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ogc_widgets.client.jobs.times import Stopwatch
from ogc_widgets.client.progress.step import Step
from ogc_widgets.protocol.answers.job_replies import says_nothing
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.progress.step import Tone
    from ogc_widgets.protocol.watching import JobView

_TONES: Final[dict[str, Tone]] = {
    "successful": "good",
    "failed": "bad",
    "lost": "warn",
    "dismissed": "idle",
    "ended": "idle",
}
_CONNECTIONS: Final = {
    "reconnecting": "no answer, trying again",
    "paused": "no answer, checking is paused",
    "sign-in": "the server asks to sign in again",
}


def title_of_job(process_id: str, job_id: str) -> str:
    """``water-bodies 3f2a91c0``: enough to tell jobs apart."""
    short = job_id if len(job_id) <= 12 else job_id[:8]
    return " ".join(clean(one, limit=40) for one in (process_id, short) if one)


class JobSteps:
    """Makes steps of what is known of one job."""

    def __init__(self) -> None:
        self._stopwatch = Stopwatch()

    def __call__(self, view: JobView) -> Step:
        """Say how far the job is."""
        self._stopwatch.see(view)
        is_heard = view.is_final or view.connection == "ok"
        return Step(
            view.phase if is_heard else _CONNECTIONS[view.connection],
            _message(view),
            share=_share(view),
            elapsed_s=self._stopwatch.seconds,
            tone=_TONES.get(view.phase, "work") if is_heard else "warn",
            is_ended=view.is_final,
        )


def _message(view: JobView) -> str:
    status = view.status
    if status is None or (view.is_final and view.phase != "failed"):
        return ""
    lines = clean(status.message, limit=1000, lines=True).splitlines()
    line = next((one.strip() for one in lines if one.strip()), "")
    plain = line.casefold().rstrip(".!")
    return "" if plain in {view.phase, status.word} or says_nothing(line) else line


def _share(view: JobView) -> float | None:
    status = view.status
    if status is None or status.progress is None or view.phase != "running":
        return None
    return status.progress / 100
