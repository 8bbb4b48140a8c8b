"""A ledger of the jobs that were submitted from this machine.

One line is written before a job is submitted and one after the server has answered, so
that a job is not lost when the kernel dies in between. The file is readable by its
owner only and holds no inputs, tokens or query parts of addresses.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import uuid
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ogc_widgets.protocol.links import without_query

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 1_000_000
_KEPT_LINES = 2_000

_log = logging.getLogger("ogc_widgets")
_lock = threading.Lock()
# Why the last record could not be written, if so.
_trouble: list[str] = []


@dataclass(frozen=True)
class RecentJob:
    """A submission noted in the ledger.

    Attributes:
        server: Address of the server.
        process_id: The process.
        job_id: The job, or ``""`` if the answer never arrived.
        url: Address of the job, or ``""``.
        submitted_at: When the request was about to be sent, in UTC.
        state: ``answered``, ``refused``, ``unknown``, or ``sending`` if the kernel
            died before the answer.
    """

    server: str
    process_id: str
    job_id: str
    url: str
    submitted_at: datetime
    state: str


def ledger_path() -> Path:
    """Return where the ledger is kept."""
    # Imported here: it is needed only when a job is submitted or looked up.
    from platformdirs import user_data_path

    return user_data_path("ogc_widgets", appauthor=False) / "jobs.jsonl"


def note_sending(server: str, process_id: str) -> str:
    """Note that a job is about to be submitted.

    Returns:
        A key for :func:`note_answer`.
    """
    key = uuid.uuid4().hex
    _append(
        {
            "key": key,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "server": without_query(server),
            "process_id": process_id,
            "state": "sending",
        }
    )
    return key


def note_answer(key: str, state: str, *, job_id: str = "", url: str = "") -> None:
    """Note what came of a submission."""
    place = {"job_id": job_id, "url": without_query(url)}
    _append({"key": key, "state": state, **place})


def recent_jobs(limit: int = 50) -> list[RecentJob]:
    """List the latest submissions from this machine, newest first.

    Jobs whose answer never arrived are listed too, with an empty ``job_id``; to attach
    to a job again: ``ogc.Client(job.server).job(job.url)``.

    Args:
        limit: How many to return at most.

    Warns:
        UserWarning: The list could not be kept, or some of it cannot be read.
    """
    lines: list[str] = []
    with contextlib.suppress(OSError, RuntimeError):
        lines = ledger_path().read_text("utf-8", errors="replace").splitlines()
    entries: dict[str, dict[str, Any]] = {}
    broken = 0
    for line in lines:
        try:
            entry = json.loads(line)
            entries.setdefault(entry["key"], {}).update(entry)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            broken += bool(line.strip())  # cut when a disk was full
    troubles = list(_trouble)
    if broken:
        count = "One line" if broken == 1 else f"{broken} lines"
        troubles.insert(0, f"{count} of the list of recent jobs cannot be read.")
    for trouble in troubles:
        warnings.warn(trouble, UserWarning, stacklevel=2)
    found = []
    for entry in reversed(entries.values()):
        with contextlib.suppress(KeyError, ValueError, TypeError):
            found.append(
                RecentJob(
                    server=str(entry["server"]),
                    process_id=str(entry["process_id"]),
                    job_id=str(entry.get("job_id", "")),
                    url=str(entry.get("url", "")),
                    submitted_at=datetime.fromisoformat(entry["at"]),
                    state=str(entry["state"]),
                )
            )
    return found[:limit]


def _append(entry: dict[str, Any]) -> None:
    line = (json.dumps(entry, ensure_ascii=True) + "\n").encode("ascii")
    try:
        with _lock:
            path = ledger_path()
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make_private(path.parent, 0o700)
            if path.exists() and path.stat().st_size >= _MOST_BYTES:
                _shorten(path)
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                _make_private(path, 0o600)
                # A kernel that dies loses nothing that was written; only a machine
                # that goes down might, and waiting for the disk takes milliseconds.
                os.write(descriptor, line if _ends_a_line(descriptor) else b"\n" + line)
            finally:
                os.close(descriptor)
        _trouble.clear()
    # Without a home there is no place for it either.
    except (OSError, RuntimeError) as error:
        # A ledger that cannot be written is no reason not to run a process.
        reason = getattr(error, "strerror", None) or str(error)
        _trouble[:] = [f"The list of recent jobs cannot be kept here: {reason}."]
        _log.warning(_trouble[0])


def _ends_a_line(descriptor: int) -> bool:
    """Whether the last record is whole: a full disk cuts it anywhere."""
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"


def _make_private(path: Path, mode: int) -> None:
    """Take away what others may do with a file or folder of ours."""
    if path.stat().st_mode & 0o077:
        path.chmod(mode)


def _shorten(path: Path) -> None:
    kept = path.read_bytes().splitlines(keepends=True)[-_KEPT_LINES:]
    shorter = path.with_suffix(".tmp")
    descriptor = os.open(shorter, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        _make_private(shorter, 0o600)  # it may be left over from somebody else's time
        file.writelines(kept)
        file.flush()
        os.fsync(descriptor)  # here all that was noted before is at stake
    shorter.replace(path)
