"""How far something is at one moment, in words: a job, or files that are fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from ogc_widgets.client.jobs.times import Stopwatch
from ogc_widgets.protocol.answers.job_replies import says_nothing
from ogc_widgets.protocol.text import clean, in_bytes

if TYPE_CHECKING:
    from ogc_widgets.client.results.downloads.many_files import Downloads
    from ogc_widgets.protocol.watching import JobView


Tone: TypeAlias = Literal["work", "good", "warn", "bad", "idle"]


@dataclass(frozen=True, slots=True)
class Step:
    """How far something is, in words that are clean of what a terminal would obey.

    Attributes:
        state: A word or two: ``"running"``.
        message: What the server says, one line.
        detail: What changes all the time, such as counts; a log gets no line for it.
        share: How much is done, 0 to 1, only where that is known; a share of a job is
            what its server says.
        elapsed_s: Seconds since it began, if that is known; shown going on from there.
        tone: How it goes.
        is_ended: Whether nothing more will happen.
    """

    state: str
    message: str = ""
    detail: str = ""
    share: float | None = None
    elapsed_s: float | None = None
    tone: Tone = "work"
    is_ended: bool = False

    def words(self, *more: str) -> str:
        """State, what else is to be said of it, detail and message."""
        told = ", ".join(one for one in (self.state, *more, self.detail) if one)
        return f"{told}: {self.message}" if self.message else told

    @property
    def percent(self) -> int | None:
        """The share in whole per cent; 100 only when all is done."""
        return (
            None
            if self.share is None
            else int(min(1.0, max(0.0, self.share)) * 100 + 1e-9)
        )


class Shown(Protocol):
    """Where steps are shown: a line, a log, a bar."""

    def show(self, step: Step) -> None:
        """Show how far it is now."""

    def end(self, *, was_left: bool) -> None:
        """Show nothing more; ``was_left`` where nobody waits for what goes on."""


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


def step_of_downloads(downloads: Downloads) -> Step:
    """Say how far the files are."""
    counts, done, total = downloads.counts, downloads.done, downloads.total
    of = f" of {in_bytes(total)}" if total is not None else ""
    failed = f"{counts['failed']} failed" if counts["failed"] else ""
    is_ended = counts["saved"] + counts["failed"] == counts.total()
    return Step(
        "saved" if is_ended else "saving",
        failed,
        f"{counts['saved']} of {counts.total()} files, {in_bytes(done)}{of}",
        share=done / total if total else None,
        tone="bad" if failed else "good" if is_ended else "work",
        is_ended=is_ended,
    )
