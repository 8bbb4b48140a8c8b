"""What is noted: one record before a job is submitted, one after the answer, its end.

No record holds a token or the query part of an address.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ogc_widgets.client.history import kept_inputs
from ogc_widgets.client.history.store import store
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.protocol.links import without_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.client.history.store import Change

_CHANCE_BITS = 20
_MOST_TOLD = 2_000
_ENDS: Final = "('successful', 'failed', 'dismissed', 'ended', 'lost')"

_lock = threading.Lock()
_last_id = 0
_heard: list[Change] = []
_planned: Future[None] | None = None
# What was heard last of each job: lists say it again and again.
_told: dict[tuple[str, str], tuple[str, float | None]] = {}


def note_sending(
    server: str, process_id: str, keep: Callable[[int], Change] | None = None
) -> str:
    """Note that a job is about to be submitted.

    Returns:
        A key for :func:`note_answer`.
    """
    key = _new_id()
    is_kept = keep is not None and kept_inputs.are_wanted()
    names = {"server": without_query(server), "process": process_id}
    store.write(
        *(
            (
                "INSERT OR IGNORE INTO names (kind, name) VALUES (:kind, :name)",
                {"kind": kind, "name": name},
            )
            for kind, name in names.items()
        ),
        (
            "INSERT INTO jobs (id, server, process, state) VALUES (:id, "
            "(SELECT id FROM names WHERE kind = 'server' AND name = :server), "
            "(SELECT id FROM names WHERE kind = 'process' AND name = :process), "
            "'sending')",
            {"id": key, **names},
        ),
        *([keep(key)] if keep and is_kept else []),
    )
    return str(key)


def note_answer(key: str, state: str, *, job_id: str = "", url: str = "") -> None:
    """Note what came of it: ``answered``, ``refused``, ``unknown``, or how it ended."""
    is_end = state not in ("answered", "refused", "unknown")
    store.write(
        (
            "UPDATE jobs SET state = :state, job_id = :job_id, url = :url, "
            "took_s = :took_s WHERE id = :id",
            {
                "id": int(key),
                "state": state,
                "job_id": job_id,
                "url": without_query(url),
                "took_s": max(0.0, time.time() - seconds_of(int(key)))
                if is_end
                else None,
            },
        )
    )


def note_heard(
    job_id: str,
    url: str,
    state: str,
    *,
    took_s: float | None = None,
    ended_at: float | None = None,
) -> Future[None] | None:
    """Note what was heard of a job, if it was submitted here; returns at once.

    An end stays: a list that lags behind does not start a job again.

    Returns:
        Ends when it is noted; ``None`` where it was before.
    """
    global _planned  # one write for all that is heard at once
    said = state, took_s
    if _told.get((job_id, url)) == said:
        return None
    if len(_told) >= _MOST_TOLD:
        _told.clear()
    _told[job_id, url] = said
    change: Change = (
        "UPDATE jobs SET state = :state, took_s = coalesce("  # noqa: S608 # ours
        ":took_s, took_s, max(0, :ended_at - (id >> :bits) / 1000.0)) WHERE id = "
        "(SELECT max(id) FROM jobs WHERE job_id = :job_id AND job_id <> '' "
        "AND url = :url) AND "
        f"(state NOT IN {_ENDS} OR :state IN {_ENDS})",
        {
            "job_id": job_id,
            "url": without_query(url),
            "state": state,
            "took_s": took_s,
            "ended_at": ended_at,
            "bits": _CHANCE_BITS,
        },
    )
    with _lock:
        _heard.append(change)
        if _planned is None or _planned.done():
            _planned = follow(submit(_write_heard), Future.result)
        return _planned


async def _write_heard() -> None:
    global _planned  # what is heard when nothing is left plans the next write
    while True:
        with _lock:
            heard = [*_heard]
            _heard.clear()
            if not heard:
                _planned = None
                return
        await asyncio.to_thread(store.write_if_there, heard)


def seconds_of(entry_id: int) -> float:
    """When an entry was made, unix seconds: its id tells."""
    return (entry_id >> _CHANCE_BITS) / 1000


def moment_of(entry_id: int) -> datetime:
    """When an entry was made, in UTC."""
    return datetime.fromtimestamp(seconds_of(entry_id), UTC)


def id_at(moment: datetime) -> int:
    """The least id of entries made at a moment or later."""
    return int(moment.timestamp() * 1000) << _CHANCE_BITS


def _forget_after_fork() -> None:
    # What was planned is written by the parent, whose thread may have held the lock.
    global _lock, _planned
    _lock, _planned = threading.Lock(), None
    _heard.clear()
    _told.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def _new_id() -> int:
    global _last_id  # in order, also within a millisecond
    now = time.time_ns() // 1_000_000 << _CHANCE_BITS
    with _lock:
        _last_id = max(_last_id + 1, now | random.getrandbits(_CHANCE_BITS))
        return _last_id
