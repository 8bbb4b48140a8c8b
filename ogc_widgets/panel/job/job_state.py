"""What the page draws for a job: plain JSON made from a ``JobView``, nothing else.

Times leave Python as "seconds so far" at the moment of publishing; the page goes on
counting by its own monotonic clock. No clock of the server or of the browser is ever
compared with ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import ProblemError, ProtocolError
from ogc_widgets.panel.job.failure import read_failure
from ogc_widgets.protocol.answers.job_replies import says_nothing
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol import JobView

KEEPS_RUNNING = "The job keeps running on the server."
CANNOT_CANCEL = "Stop watching (this server cannot cancel jobs)"

_MESSAGE_LIMIT = 4000
_DETAILS_LIMIT = 40_000
_WORD_LIMIT = 40

TONES = {
    "idle": "idle",
    "invalid": "bad",
    "not-started": "bad",
    "unknown": "warn",
    "submitting": "work",
    "accepted": "work",
    "running": "work",
    "cancelling": "work",
    "reconnecting": "warn",
    "paused": "warn",
    "sign-in": "warn",
    "unwatched": "idle",
    "successful": "good",
    "failed": "bad",
    "dismissed": "idle",
    "ended": "idle",
    "lost": "warn",
}
_WORDS = {
    "idle": "Nothing run yet",
    "invalid": "Not sent",
    "not-started": "Not started",
    "unknown": "Not known",
    "submitting": "Submitting",
    "accepted": "Accepted",
    "running": "Running",
    "cancelling": "Cancelling",
    "reconnecting": "Reconnecting",
    "paused": "Paused",
    "sign-in": "Sign in again",
    "unwatched": "Not watched",
    "successful": "Successful",
    "failed": "Failed",
    "dismissed": "Dismissed",
    "ended": "Ended",
    "lost": "Lost",
}
# What servers say when they have nothing to say beside the state itself.
_EMPTY_MESSAGES = frozenset(
    {
        "accepted",
        "completed",
        "dismissed",
        "done",
        "finished",
        "job complete",
        "job completed",
        "no message provided",
        "running",
        "success",
        "successful",
    }
)
_FINAL = frozenset({"successful", "failed", "dismissed", "ended", "lost"})


@dataclass(frozen=True)
class Surroundings:
    """What the panel knows about a job beside its latest ``JobView``.

    Attributes:
        job_id: Identifier on the server; empty before it is known.
        job_url: Address of the status document.
        process_id: Process that the job runs.
        again: A line of Python that watches the job again in a new kernel.
        now: The clock that the times in the view were taken with, unix seconds.
        elapsed_s: Seconds since the job was submitted, None if unknown.
        can_stop: Whether the server can cancel jobs; None if it has not said.
        stop: ``"ready"``, ``"cancelling"`` or ``"unwatched"``.
        stop_note: What came of the last attempt to stop; empty if nothing to say.
        reason: Why the job failed, by all that the server says of it.
        progress_note: A step back of the progress, in words.
        steps: Steps with logs, as ``step_states`` makes them.
    """

    now: float
    job_id: str = ""
    job_url: str = ""
    process_id: str = ""
    again: str = ""
    elapsed_s: float | None = None
    can_stop: bool | None = None
    stop: str = "ready"
    stop_note: str = ""
    reason: str = ""
    progress_note: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)


def short_id(job_id: str) -> str:
    """First part of a long job id, enough to tell jobs apart on the screen."""
    return job_id if len(job_id) <= 12 else job_id[:8]


def resting_state(kind: str = "idle", message: str = "") -> dict[str, Any]:
    """State without a job.

    Args:
        kind: ``idle``, ``invalid``, ``submitting``, ``not-started``, or ``unknown``
            when it is not known whether the job started.
        message: What to say about it; its first line stands in the line of the
            message, all of it below.
    """
    moving = kind == "submitting"
    word = _WORDS[kind]
    told = clean(message, limit=_MESSAGE_LIMIT, lines=True)
    first = one_line(message)
    return {
        "kind": kind,
        "tone": TONES[kind],
        "word": word,
        "percent": None,
        "bar": "moving" if moving else "none",
        "message": first,
        "notice": None,
        "elapsed": 0 if moving else None,
        "ticking": moving,
        "checked_ago": None,
        "job": None,
        "stop": None,
        "steps": [],
        "failure": (
            {"lead": told, "details": "", "advice": ""}
            if kind in {"not-started", "unknown"}
            else None
        ),
        "logs_note": _QUIET_BODY,
        "announce": f"{word}. {first}".strip() if kind != "idle" else "",
    }


_FAILURE_ADVICE = (
    "If your inputs are right, send the report to the people who run the server."
)
_QUIET_BODY = "The log of each step can be read here while a job runs."


def job_state(view: JobView, around: Surroundings) -> dict[str, Any]:
    """State of a job for the page.

    Args:
        view: Latest view of the watched job.
        around: What the panel knows beside it.
    """
    kind = _kind(view, around)
    status = view.status
    percent = _percent(view, kind)
    message = telling(status.message) if status is not None else ""
    failure = _failure(view, around) if view.phase == "failed" else None
    if failure is not None:
        message = one_line(failure["lead"])
    notice = _notice(view, kind, around)
    word = word_of(view, kind)
    final = view.phase in _FINAL
    return {
        "kind": kind,
        "tone": TONES[kind],
        "word": word,
        "percent": percent,
        "bar": _bar(view, kind, percent),
        "message": message or _default_message(kind, view),
        "notice": notice,
        "elapsed": around.elapsed_s,
        "ticking": not final and kind != "unwatched",
        "checked_ago": (
            None
            if view.checked_at is None or final
            else max(0.0, around.now - view.checked_at)
        ),
        "job": {
            "id": around.job_id,
            "short": short_id(around.job_id),
            "url": around.job_url,
            "again": around.again,
        },
        "stop": _stop_button(view, around),
        "steps": around.steps,
        "failure": failure,
        "logs_note": _logs_note(view, around),
        "announce": _announcement(word, message, notice, around),
    }


def _kind(view: JobView, around: Surroundings) -> str:
    if view.phase in _FINAL:
        return view.phase
    if around.stop == "unwatched":
        return "unwatched"
    if view.connection in {"reconnecting", "paused", "sign-in"}:
        return str(view.connection)
    if around.stop == "cancelling":
        return "cancelling"
    return view.phase if view.phase in _WORDS else "running"


def word_of(view: JobView, kind: str) -> str:
    """Our word for the state, or the server's own where the standard has none."""
    status = view.status
    if view.removed:
        return "Removed"
    is_other = kind == "ended" or (kind == "running" and status is not None)
    if is_other and status is not None and status.status != "running":
        own = clean(status.word, limit=_WORD_LIMIT).strip()
        return own[:1].upper() + own[1:] if own else _WORDS[kind]
    return _WORDS[kind]


def _percent(view: JobView, kind: str) -> int | None:
    if kind == "successful":
        return None
    progress = view.status.progress if view.status is not None else None
    if progress is None or kind == "dismissed":
        return None
    if kind == "accepted" and progress <= 0:
        return None
    return round(min(100.0, max(0.0, progress)))


def _bar(view: JobView, kind: str, percent: int | None) -> str:
    if kind == "successful":
        return "full"
    if kind in {"dismissed", "ended", "lost", "failed", "unwatched"}:
        return "known" if percent is not None else "empty"
    if percent is not None:
        return "known"
    return "empty" if view.phase == "accepted" else "moving"


def _default_message(kind: str, view: JobView) -> str:
    if view.removed:
        return "The job and its results were removed from the server."
    return {
        "accepted": "Waiting for a free place on the server.",
        "submitting": "Sending the request.",
        "successful": "The results are ready.",
        "dismissed": "The job was stopped.",
        "ended": "The job has ended.",
        "failed": "The server gives no reason.",
    }.get(kind, "")


def _notice(view: JobView, kind: str, around: Surroundings) -> dict[str, Any] | None:
    """The sentence that matters more than the server's message just now.

    Its parts are texts, ``{"since": s}`` (counts up; with ``before``, left out in the
    first second) and ``{"until": s, "before": ..,
    "due": ..}`` (counts down, then says ``due``).
    """
    if kind == "lost":
        text = (
            f"The server no longer knows job {short_id(around.job_id)}; "
            "your inputs are kept."
        )
        return _sentence("warn", text)
    if kind in _FINAL:
        return _sentence("warn", around.stop_note) if around.stop_note else None
    if kind == "unwatched":
        return _sentence("soft", around.stop_note or KEEPS_RUNNING)
    if kind == "reconnecting":
        return _reconnecting(view, around)
    if kind == "paused":
        silent = _seconds_since(view.silent_since, around.now)
        parts = [
            *(
                [f"{clean(view.error.what, limit=300)} "]
                if isinstance(view.error, ProtocolError)
                else ["No answer for ", {"since": silent}, ". "] * bool(silent)
            ),
            f"Checking is paused. {KEEPS_RUNNING}",
        ]
        return {"tone": "warn", "parts": parts, "action": "Check now"}
    if kind == "sign-in":
        text = f"The server asks you to sign in again. {KEEPS_RUNNING}"
        return _sentence("warn", text, action="Check again")
    if kind == "cancelling":
        return _sentence(
            "soft", around.stop_note or "Asking the server to stop the job."
        )
    if around.stop_note:
        return _sentence("warn", around.stop_note)
    if view.quiet:
        quiet = _seconds_since(view.changed_at, around.now) or 600.0
        advice = " Look at the logs" if around.steps else " It may be stuck"
        stop = "; you can stop the job." if around.can_stop is not False else "."
        parts = ["No sign of life for ", {"since": quiet}, f".{advice}{stop}"]
        return {"tone": "warn", "parts": parts, "action": None}
    if around.progress_note:
        return _sentence("soft", around.progress_note)
    return None


def _reconnecting(view: JobView, around: Surroundings) -> dict[str, Any]:
    silent = _seconds_since(view.silent_since, around.now) or 0.0
    error = view.error
    is_refused = isinstance(error, ProblemError) and error.status_code == 403
    what = "The server refuses to answer" if is_refused else "No answer"
    parts: list[Any] = [what, {"since": silent, "before": " for "}]
    if view.next_check_at is None:
        parts.append(", trying again now")
    else:
        until = max(0.0, view.next_check_at - around.now)
        parts.append(
            {
                "until": until,
                "before": ", trying again in ",
                "due": ", trying again now",
            }
        )
    said = error.what.partition(": ")[2] if is_refused and error is not None else ""
    told = f" It says: {clean(said, limit=300).rstrip('.')}." if said else ""
    parts.append(f".{told} {KEEPS_RUNNING}")
    return {"tone": "warn", "parts": parts, "action": None}


def _sentence(tone: str, text: str, *, action: str | None = None) -> dict[str, Any]:
    return {"tone": tone, "parts": [text], "action": action}


def _seconds_since(moment: float | None, now: float) -> float | None:
    return None if moment is None else max(0.0, now - moment)


def _stop_button(view: JobView, around: Surroundings) -> dict[str, Any] | None:
    """The one button at the right: stop, stop watching, or watch again."""
    if view.phase in _FINAL or view.phase == "submitting":
        return None
    if around.stop == "unwatched":
        return {"does": "watch", "label": "Watch again"}
    if around.can_stop is False:
        return {"does": "unwatch", "label": "Stop watching", "hint": CANNOT_CANCEL}
    return {
        "does": "stop",
        "label": "Stop",
        "busy": around.stop == "cancelling",
        "ask": "Stop job?",
        "yes": "Stop it",
        "no": "Keep running",
    }


def _failure(view: JobView, around: Surroundings) -> dict[str, str]:
    status = view.status
    message = status.message if status is not None else ""
    said = around.reason or ("" if says_nothing(message) else message)
    told = clean(said, limit=_DETAILS_LIMIT, lines=True)
    failure = read_failure(told)
    lead = clean(failure.lead, limit=_MESSAGE_LIMIT, lines=True)
    if not lead and view.error is not None:
        lead = clean(str(view.error), limit=_MESSAGE_LIMIT, lines=True)
    return {
        "lead": lead or "The server says that the job failed and gives no reason.",
        "details": failure.details,
        "advice": _FAILURE_ADVICE,
    }


def _logs_note(view: JobView, around: Surroundings) -> str:
    """What stands in the place of a log while none is open."""
    if around.steps:
        return "Press a step to read its log."
    if view.phase in {"submitting", "accepted"}:
        return "No log yet: the job has not started."
    if view.phase in _FINAL:
        return "This server gives no logs for this job."
    return "This server gives no logs for running jobs."


def _announcement(
    word: str, message: str, notice: dict[str, Any] | None, around: Surroundings
) -> str:
    """One sentence for screen readers; without the numbers that tick."""
    subject = f"Job {short_id(around.job_id)}".strip() + f": {word}."
    told = message
    if notice is not None:
        plain = [part for part in notice["parts"] if isinstance(part, str)]
        told = plain[-1].lstrip(".,; ") if plain else message
    return f"{subject} {told}".strip()


def telling(message: str) -> str:
    """First line of a server's message, or ``""`` where it only repeats the state."""
    line = one_line(message)
    return "" if line.casefold().rstrip(".!") in _EMPTY_MESSAGES else line


def one_line(text: str) -> str:
    """First line with something in it, cleaned for the screen."""
    for line in clean(text, limit=_MESSAGE_LIMIT, lines=True).splitlines():
        if line.strip():
            return line.strip()
    return ""
