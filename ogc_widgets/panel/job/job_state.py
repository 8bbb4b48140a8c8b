"""What the page draws for a job: plain JSON made from a ``JobView``, nothing else.

Times leave Python as "seconds so far" at the moment of publishing; the page goes on
counting by its own monotonic clock. No clock of the server or of the browser is ever
compared with ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ogc_widgets.errors import ProblemError, ProtocolError
from ogc_widgets.panel.job.logs import read_failure
from ogc_widgets.protocol.answers.job_replies import says_nothing
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol import JobView

KEEPS_RUNNING = "The job keeps running on the server."
CANNOT_CANCEL = "Stop watching (this server cannot cancel jobs)"

_MESSAGE_LIMIT = 4000
_DETAILS_LIMIT = 40_000
_WORD_LIMIT = 40


class Kind(NamedTuple):
    """How one kind of state looks.

    Attributes:
        tone: Its colour.
        word: Our word for it.
        message: What is said where the server says nothing.
    """

    tone: str
    word: str
    message: str = ""


KINDS = {
    # without a job
    "idle": Kind("idle", "Nothing run yet"),
    "invalid": Kind("bad", "Not sent"),
    "not-started": Kind("bad", "Not started"),
    "unknown": Kind("warn", "Not known"),
    # while it runs
    "submitting": Kind("work", "Submitting", "Sending the request."),
    "accepted": Kind("work", "Accepted", "Waiting for a free place on the server."),
    "running": Kind("work", "Running"),
    "cancelling": Kind("work", "Cancelling"),
    "reconnecting": Kind("warn", "Reconnecting"),
    "paused": Kind("warn", "Paused"),
    "sign-in": Kind("warn", "Sign in again"),
    "unwatched": Kind("idle", "Not watched"),
    # once it has ended
    "successful": Kind("good", "Successful", "The results are ready."),
    "failed": Kind("bad", "Failed", "The server gives no reason."),
    "dismissed": Kind("idle", "Dismissed", "The job was stopped."),
    "ended": Kind("idle", "Ended", "The job has ended."),
    "lost": Kind("warn", "Lost"),
}
# What servers say when they have nothing to say beside the state itself.
_EMPTY_MESSAGES = frozenset(
    {
        *("accepted", "running", "dismissed", "success", "successful"),
        *("completed", "done", "finished", "job complete", "job completed"),
        "no message provided",
    }
)
_REMOVED = "The job and its results were removed from the server."


@dataclass
class Surroundings:
    """What the panel knows about a job beside its latest ``JobView``.

    Attributes:
        job_id: Identifier on the server; empty before it is known.
        job_url: Address of the status document.
        job_title: What people call it: the title of its process.
        again: A line of Python that watches the job again in a new kernel.
        now: The clock that the times in the view were taken with, unix seconds.
        elapsed_s: Seconds since the job was submitted, None if unknown.
        can_stop: Whether the server can cancel jobs; None if it has not said.
        stop: ``"ready"``, ``"cancelling"`` or ``"unwatched"``.
        stop_note: What came of the last attempt to stop; empty if nothing to say.
        reason: Why the job failed, by all that the server says of it.
        progress_note: A step back of the progress, in words.
        steps: Steps with logs, as ``StepBook.states`` makes them.
    """

    job_id: str = ""
    job_url: str = ""
    job_title: str = ""
    again: str = ""
    now: float = 0.0
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
    tone, word, _ = KINDS[kind]
    first = one_line(message)
    failure = None
    if kind in {"not-started", "unknown"}:
        told = clean(message, limit=_MESSAGE_LIMIT, lines=True)
        failure = {"lead": told, "details": "", "advice": ""}
    return {
        "kind": kind,
        "tone": tone,
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
        "failure": failure,
        "logs_note": "The log of each step can be read here while a job runs.",
        "announce": f"{word}. {first}".strip() if kind != "idle" else "",
    }


def job_state(view: JobView, around: Surroundings) -> dict[str, Any]:
    """State of a job for the page.

    Args:
        view: Latest view of the watched job.
        around: What the panel knows beside it.
    """
    kind = _kind(view, around)
    percent = _percent(view, kind)
    message = telling(view.status.message) if view.status is not None else ""
    failure = None
    if view.phase == "failed":
        failure = _failure(view, around)
        message = one_line(failure["lead"])
    notice = _notice(view, kind, around)
    word = word_of(view, kind)
    checked_ago = _seconds_since(view.checked_at, around.now)
    return {
        "kind": kind,
        "tone": KINDS[kind].tone,
        "word": word,
        "percent": percent,
        "bar": _bar(view, kind, percent),
        "message": message or (_REMOVED if view.removed else KINDS[kind].message),
        "notice": notice,
        "elapsed": around.elapsed_s,
        "ticking": not view.is_final and kind != "unwatched",
        "checked_ago": None if view.is_final else checked_ago,
        "job": {
            "id": around.job_id,
            "short": short_id(around.job_id),
            "url": around.job_url,
            "title": one_line(around.job_title) or f"Job {short_id(around.job_id)}",
            "again": around.again,
        },
        "stop": _stop_button(view, around),
        "steps": around.steps,
        "failure": failure,
        "logs_note": _logs_note(view, around),
        "announce": _announcement(word, message, notice, around),
    }


def _kind(view: JobView, around: Surroundings) -> str:
    if view.is_final:
        return view.phase
    if around.stop == "unwatched":
        return "unwatched"
    if view.connection != "ok":
        return view.connection
    return "cancelling" if around.stop == "cancelling" else view.phase


def word_of(view: JobView, kind: str) -> str:
    """Our word for the state, or the server's own where the standard has none."""
    status = view.status
    if view.removed:
        return "Removed"
    if status is not None and kind in {"running", "ended"}:
        own = clean(status.word, limit=_WORD_LIMIT).strip()
        if own and status.status != "running":
            return own[:1].upper() + own[1:]
    return KINDS[kind].word


def percent_of(view: JobView) -> int | None:
    """How far the job is by its latest status, from 0 to 100."""
    progress = view.status.progress if view.status is not None else None
    return None if progress is None else round(min(100.0, max(0.0, progress)))


def _percent(view: JobView, kind: str) -> int | None:
    percent = percent_of(view)
    says_nothing_yet = kind == "accepted" and percent == 0
    return None if says_nothing_yet or kind in {"successful", "dismissed"} else percent


def _bar(view: JobView, kind: str, percent: int | None) -> str:
    if kind == "successful":
        return "full"
    if percent is not None:
        return "known"
    stands_still = view.is_final or kind == "unwatched" or view.phase == "accepted"
    return "empty" if stands_still else "moving"


def _notice(view: JobView, kind: str, around: Surroundings) -> dict[str, Any] | None:
    """The sentence that matters more than the server's message just now.

    Its parts are texts, ``{"since": s}`` (counts up; with ``before``, left out in the
    first second) and ``{"until": s, "before": ..,
    "due": ..}`` (counts down, then says ``due``).
    """
    note = around.stop_note
    match kind:
        case "lost":
            lost = f"The server no longer knows job {short_id(around.job_id)}"
            return _sentence("warn", f"{lost}; your inputs are kept.")
        case "unwatched":
            return _sentence("soft", note or KEEPS_RUNNING)
        case "reconnecting":
            return _reconnecting(view, around)
        case "paused":
            return _paused(view, around)
        case "sign-in":
            text = f"The server asks you to sign in again. {KEEPS_RUNNING}"
            return _sentence("warn", text, action="Check again")
        case "cancelling":
            return _sentence("soft", note or "Asking the server to stop the job.")
    if note:
        return _sentence("warn", note)
    if view.is_final:
        return None
    if view.quiet:
        quiet = _seconds_since(view.changed_at, around.now) or 600.0
        advice = " Look at the logs" if around.steps else " It may be stuck"
        stop = "; you can stop the job." if around.can_stop is not False else "."
        return _sentence(
            "warn", "No sign of life for ", {"since": quiet}, f".{advice}{stop}"
        )
    if around.progress_note:
        return _sentence("soft", around.progress_note)
    return None


def _paused(view: JobView, around: Surroundings) -> dict[str, Any]:
    why: list[Any] = []
    silent = _seconds_since(view.silent_since, around.now)
    if isinstance(view.error, ProtocolError):
        why = [f"{clean(view.error.what, limit=300)} "]
    elif silent:
        why = ["No answer for ", {"since": silent}, ". "]
    paused = f"Checking is paused. {KEEPS_RUNNING}"
    return _sentence("warn", *why, paused, action="Check now")


def _reconnecting(view: JobView, around: Surroundings) -> dict[str, Any]:
    silent = _seconds_since(view.silent_since, around.now) or 0.0
    what, told = "No answer", ""
    error = view.error
    if isinstance(error, ProblemError) and error.status_code == 403:
        what = "The server refuses to answer"
        said = clean(error.what.partition(": ")[2], limit=300)
        told = f" It says: {said.rstrip('.')}." if said else ""
    again: Any = ", trying again now"
    if view.next_check_at is not None:
        until = max(0.0, view.next_check_at - around.now)
        again = {"until": until, "before": ", trying again in ", "due": again}
    since = {"since": silent, "before": " for "}
    return _sentence("warn", what, since, again, f".{told} {KEEPS_RUNNING}")


def _sentence(tone: str, *parts: object, action: str | None = None) -> dict[str, Any]:
    return {"tone": tone, "parts": [*parts], "action": action}


def _seconds_since(moment: float | None, now: float) -> float | None:
    return None if moment is None else max(0.0, now - moment)


def _stop_button(view: JobView, around: Surroundings) -> dict[str, Any] | None:
    """The one button at the right: stop, stop watching, or watch again."""
    if view.is_final or view.phase == "submitting":
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
    message = view.status.message if view.status is not None else ""
    said = around.reason or ("" if says_nothing(message) else message)
    failure = read_failure(clean(said, limit=_DETAILS_LIMIT, lines=True))
    lead = failure.lead or ("" if view.error is None else str(view.error))
    return {
        "lead": clean(lead, limit=_MESSAGE_LIMIT, lines=True)
        or "The server says that the job failed and gives no reason.",
        "details": failure.details,
        "advice": "If your inputs are right, send the report to the people who run "
        "the server.",
    }


def _logs_note(view: JobView, around: Surroundings) -> str:
    """What stands in the place of a log while none is open."""
    if around.steps:
        return "Press a step to read its log."
    if view.phase in {"submitting", "accepted"}:
        return "No log yet: the job has not started."
    if view.connection != "ok":
        return "No log yet: the server has not answered."
    if view.is_final:
        return "This server gives no logs for this job."
    return "This server gives no logs for running jobs."


def _announcement(
    word: str, message: str, notice: dict[str, Any] | None, around: Surroundings
) -> str:
    """One sentence for screen readers; without the numbers that tick."""
    subject = f"Job {short_id(around.job_id)}".strip() + f": {word}."
    plain = [one for one in notice["parts"] if isinstance(one, str)] if notice else []
    told = plain[-1].lstrip(".,; ") if plain else message
    return f"{subject} {told}".strip()


def telling(message: str) -> str:
    """First line of a server's message, or ``""`` where it only repeats the state."""
    line = one_line(message)
    return "" if line.casefold().rstrip(".!") in _EMPTY_MESSAGES else line


def one_line(text: str) -> str:
    """First line with something in it, cleaned for the screen."""
    lines = clean(text, limit=_MESSAGE_LIMIT, lines=True).splitlines()
    return next((line.strip() for line in lines if line.strip()), "")
