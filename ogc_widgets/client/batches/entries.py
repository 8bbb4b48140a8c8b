"""One request of a batch, as it stands at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from datetime import datetime

BatchState = Literal[
    "waiting",
    "sending",
    "accepted",
    "running",
    "successful",
    "failed",
    "dismissed",
    "lost",
    "unknown",
]
STATES: tuple[BatchState, ...] = get_args(BatchState)
# Something still happens to an entry in one of these.
OPEN: frozenset[BatchState] = frozenset({"waiting", "sending", "accepted", "running"})
# Its job is on the server and goes on.
GOES_ON: frozenset[BatchState] = frozenset({"accepted", "running"})
# Nothing came of it, and it is sent again when all that failed is tried once more.
RETRIED: frozenset[BatchState] = frozenset({"failed", "lost"})


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One request of a batch: a snapshot.

    Attributes:
        index: Its place in the list of inputs, from 0.
        inputs: What is, or was, sent.
        label: Words for people, such as ``Davis, 2021-06-03``; ``""`` if none were
            given.
        state: ``waiting`` to be sent, ``sending``, ``accepted``, ``running``,
            ``successful``, ``failed`` (by the server, or refused by it), ``dismissed``,
            ``lost`` (the server no longer knows the job), or ``unknown``: the request
            may have left and no answer came, and it is never sent again by itself.
        progress: Per cent, as the server says, or ``None``.
        message: What the server says, for people.
        error: Why there is no result, in words, or ``""``.
        job_id: Id of the job, ``""`` until it is known.
        url: Address of the job, ``""`` until it is known.
        started_at: When the request was sent last, in UTC.
        ended_at: When the job had ended, in UTC.
        attempt: How many times it was taken by the server, or may have been.
    """

    index: int
    inputs: dict[str, Any]
    label: str = ""
    state: BatchState = "waiting"
    progress: int | None = None
    message: str = ""
    error: str = ""
    job_id: str = ""
    url: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempt: int = 0
