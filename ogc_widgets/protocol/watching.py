"""When to ask again, and what to think of the answer: a watched job, without I/O.

Rule 1: everything that affects what a watcher sees is in this file.
Rule 2: this file opens no socket, starts no timer and reads no clock; the moment is
passed in with each event.

::

    heard(status)     a status document arrived
    not_heard(error)  no usable answer: a soft fault, never the job's failure
    refused(error)    401 or 403: the credentials, not the job
    gone(error)       404 or 410
    removed(status)   the user had it dismissed
    broke(error)      checking itself failed, for a reason that nobody foresaw
    resume()          the user asks to look again

    connection   ok --soft fault--> reconnecting --30 min--> paused
                 any --401/403--> sign-in;  any --status--> ok
    phase        accepted/running --> successful | failed | dismissed | ended | lost
                 (sticky, but for what was removed: any end --removed--> dismissed)
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ogc_widgets.errors import JobGoneError, OgcError, ProtocolError
from ogc_widgets.protocol.answers.replies import LONGEST_RETRY_AFTER_S
from ogc_widgets.protocol.documents.status import FINISHED, StatusInfo
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

Phase = Literal[
    "submitting",
    "accepted",
    "running",
    "successful",
    "failed",
    "dismissed",
    "ended",
    "lost",
]
Connection = Literal["ok", "reconnecting", "paused", "sign-in"]

FIRST_DELAY_S = 1.0
GROWTH = 1.25
SOFT_GROWTH = 1.5
LONGEST_DELAY_S = 30.0
JITTER = 0.1
SOFT_JITTER = 0.2
SOFT_BUDGET_S = 30 * 60.0
YOUNG_S = 60.0
QUIET_AFTER_S = 10 * 60.0
# One 404 of a job that was seen may come from a replica that lags behind.
GONE_ANSWERS = 2

_FINAL = FINISHED | {"ended", "lost"}


class Moment(NamedTuple):
    """A point in time by two clocks.

    Attributes:
        steady: Seconds of a clock that never jumps; differences are taken of this one.
        unix: Seconds since 1970, for people.
    """

    steady: float
    unix: float


@dataclass(frozen=True, slots=True)
class JobView:
    """What there is to show about a job at one moment.

    Attributes:
        phase: Where the job is; an unknown word of the server counts as running, and
            as ``ended`` where the server says when the job ended.
        status: The last status document, or ``None`` before the first.
        connection: How the last check went; never says anything about the job.
        checked_at: When a status last arrived, unix seconds.
        next_check_at: When the next check is due, unix seconds, or ``None``.
        silent_since: When the first of the failed checks in a row happened.
        changed_at: When the status document last changed, unix seconds.
        quiet: Whether a running job has shown no sign of life for ten minutes.
        removed: Whether the job had ended and was then removed from the server.
        error: What went wrong with the last check, or why the job is lost.
    """

    phase: Phase
    status: StatusInfo | None = None
    connection: Connection = "ok"
    checked_at: float | None = None
    next_check_at: float | None = None
    silent_since: float | None = None
    changed_at: float = 0.0
    quiet: bool = False
    removed: bool = False
    error: OgcError | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to the job."""
        return is_final(self.phase)


def is_final(phase: Phase) -> bool:
    """Whether nothing more will happen to a job there."""
    return phase in _FINAL


def phase_of(status: StatusInfo) -> Phase:
    """Say where a job is; a word outside the standard does not end it by itself."""
    match status.status:
        case "accepted" | "successful" | "failed" | "dismissed" as phase:
            return phase
        case "created":  # Part 4: made, but not started yet
            return "accepted"
    return "ended" if status.is_finished else "running"


class Watch:
    """The state machine of one watched job.

    Args:
        at: When the watch begins.
        status: What is known already.
        is_new: Whether the job was submitted just now, so that a server that does not
            know it yet gets a minute.
        spread: Returns numbers from 0 to 1, to keep many watchers out of step.

    Attributes:
        pace: Says after how many seconds at the latest to ask again, or ``None``, for a
            job that goes on so many seconds after the watch began.
    """

    pace: Callable[[float], float | None] | None = None

    def __init__(
        self,
        at: Moment,
        *,
        status: StatusInfo | None = None,
        is_new: bool = False,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._spread = spread
        self._began = at.steady
        self._young_until = at.steady + YOUNG_S if is_new else at.steady
        self._seen = False
        self._gone_answers = 0
        self._delay = self._soft_delay = FIRST_DELAY_S
        self._silent_from: float | None = None
        self._changed = at
        self._due: float | None = at.steady
        self.view = JobView(
            phase=phase_of(status) if status else "accepted",
            status=status,
            checked_at=at.unix if status else None,
            next_check_at=at.unix,
            changed_at=at.unix,
        )
        if self.view.is_final:
            self._stop()

    def wait_s(self, at: Moment) -> float | None:
        """Seconds until the next check is due; ``None`` while none is planned."""
        return None if self._due is None else max(0.0, self._due - at.steady)

    def heard(
        self, status: StatusInfo, at: Moment, *, retry_after_s: float | None = None
    ) -> JobView:
        """Take in a status document. An ended job stays as it ended."""
        self._seen = True
        self._gone_answers = 0
        self._end_silence()
        if self.view.is_final:
            return self.view
        before = self.view.status
        if before is None or _signs(before) != _signs(status):
            self._changed = at
        self.view = JobView(
            phase=phase_of(status),
            status=status,
            checked_at=at.unix,
            changed_at=self._changed.unix,
            quiet=self._is_quiet(at) and not status.is_finished,
        )
        if self.view.is_final:
            return self._stop()
        delay = self._spread_out(self._delay, JITTER)
        self._delay = min(self._delay * GROWTH, LONGEST_DELAY_S)
        latest = self.pace(at.steady - self._began) if self.pace else None
        delay = delay if latest is None else min(delay, latest)
        return self._plan(at, retry_after_s, delay)

    def not_heard(
        self, error: OgcError, at: Moment, *, retry_after_s: float | None = None
    ) -> JobView:
        """Take in a soft fault: the job goes on, whatever happened to the answer."""
        return self._silence("reconnecting", error, at, retry_after_s)

    def refused(self, error: OgcError, at: Moment) -> JobView:
        """Take in that the credentials are not accepted (any more)."""
        return self._silence("sign-in", error, at)

    def gone(self, error: OgcError, at: Moment, *, for_good: bool = False) -> JobView:
        """Take in that the server does not know the job, or not any more (410)."""
        if self.view.is_final:
            return self.view
        self._gone_answers += 1
        if self._seen:
            is_soft = self._gone_answers < GONE_ANSWERS
        else:
            is_soft = at.steady < self._young_until
        if is_soft and not for_good:
            return self.not_heard(error, at)
        job_id = self.view.status.job_id if self.view.status else ""
        lost = JobGoneError(
            f"The server no longer knows job {job_id}.",
            safe="Your inputs and the last known status are kept.",
            advice="Ask the server's operators, or run the process again.",
        )
        lost.__cause__ = error
        return self._stop(phase="lost", connection="ok", error=lost)

    def removed(self, status: StatusInfo, at: Moment) -> JobView:
        """Take in that the server has dismissed the job, as the user wished.

        A job that had ended is gone now, with its results. The status is what the
        server said, or what was known last.
        """
        if status.status != "dismissed":
            status = replace(status, status="dismissed", word="dismissed")
        had_ended = self.view.is_final
        self.view = JobView(
            phase="dismissed",
            status=status,
            checked_at=at.unix,
            changed_at=at.unix,
            removed=had_ended,
        )
        return self._stop()

    def broke(self, error: BaseException, at: Moment) -> JobView:
        """Take in that checking itself failed; watching pauses until it is resumed."""
        if self.view.is_final:
            return self.view
        said = clean(error, limit=200)
        told = ProtocolError(
            f"Checking failed ({type(error).__name__}{f': {said}' if said else ''}).",
            safe="The job keeps running on the server.",
            advice="Look again; if it fails again, report it with the job's address.",
        )
        told.__cause__ = error
        since = self.view.silent_since or at.unix
        return self._stop(connection="paused", error=told, silent_since=since)

    def resume(self, at: Moment) -> JobView:
        """Look again at once, with a new budget for faults."""
        if self.view.is_final:
            return self.view
        self._end_silence()
        return self._plan(at, None, 0.0)

    def _silence(
        self,
        connection: Connection,
        error: OgcError,
        at: Moment,
        retry_after_s: float | None = None,
    ) -> JobView:
        if self.view.is_final:
            return self.view
        if self._silent_from is None:
            self._silent_from = at.steady
        self.view = replace(
            self.view,
            connection=connection,
            error=error,
            silent_since=self.view.silent_since or at.unix,
            quiet=self.view.quiet or self._is_quiet(at),
        )
        if at.steady - self._silent_from >= SOFT_BUDGET_S:
            return self._stop(connection="paused")
        delay = self._spread_out(self._soft_delay, SOFT_JITTER)
        self._soft_delay = min(self._soft_delay * SOFT_GROWTH, LONGEST_DELAY_S)
        return self._plan(at, retry_after_s, delay)

    def _end_silence(self) -> None:
        self._silent_from = None
        self._soft_delay = FIRST_DELAY_S

    def _is_quiet(self, at: Moment) -> bool:
        return at.steady - self._changed.steady >= QUIET_AFTER_S

    def _plan(self, at: Moment, asked_s: float | None, delay_s: float) -> JobView:
        """Look again when the server asked for it, else after a delay of our own."""
        if asked_s is not None and asked_s > 0:
            delay_s = min(asked_s, LONGEST_RETRY_AFTER_S)
        self._due = at.steady + delay_s
        self.view = replace(self.view, next_check_at=at.unix + delay_s)
        return self.view

    def _stop(self, **changes: Any) -> JobView:  # noqa: ANN401 # fields of JobView
        self._due = None
        self.view = replace(self.view, next_check_at=None, **changes)
        return self.view

    def _spread_out(self, delay_s: float, share: float) -> float:
        return delay_s * (1 + share * (2 * self._spread() - 1))


def _signs(status: StatusInfo) -> tuple[object, ...]:
    """What counts as a sign of life: not the running time that some servers send."""
    hrefs = tuple(link.href for link in status.links)
    return (status.word, status.progress, status.message, status.updated, hrefs)
