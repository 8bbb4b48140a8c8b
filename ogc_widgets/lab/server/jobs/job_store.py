"""The jobs of a server, kept in SQLite so that they outlive it."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from ogc_widgets.lab.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FINISHED = frozenset({"successful", "failed", "dismissed"})
STATUSES = frozenset({"accepted", "running"}) | FINISHED
_UNFINISHED = "status IN ('accepted', 'running')"

# What each version of the table (PRAGMA user_version) adds to the one before. The first
# is also what there was before versions were counted.
_VERSIONS = (
    """
CREATE TABLE IF NOT EXISTS jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL UNIQUE,
  process_id TEXT NOT NULL,
  status TEXT NOT NULL,
  progress INTEGER NOT NULL,
  message TEXT NOT NULL,
  created REAL NOT NULL,
  started REAL,
  finished REAL,
  updated REAL NOT NULL,
  request TEXT NOT NULL,
  failure_code INTEGER NOT NULL DEFAULT 500
);
""",
    """
ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN owner_name TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN size_bytes INTEGER;
DROP INDEX IF EXISTS jobs_by_status;  -- would mislead SQLite
DROP INDEX IF EXISTS jobs_listed;
-- All that a list asks for, in its order: a table with the inputs of 10,000 jobs may be
-- a gigabyte, of which a page needs twenty rows.
CREATE INDEX jobs_listed ON jobs
  (number, owner, process_id, status, created, started, finished, size_bytes);
""",
)


@dataclass(frozen=True)
class ListedJob:
    """One job as a list needs it. Times are seconds since 1970.

    Attributes:
        owner: Whose it is; empty where there are no people.
        owner_name: What the owner is called.
        size_bytes: What its folder takes; None where nobody has looked yet.
    """

    job_id: str
    process_id: str
    status: str
    progress: int
    message: str
    created: float
    started: float | None
    finished: float | None
    updated: float
    failure_code: int
    owner: str
    owner_name: str
    size_bytes: int | None

    @property
    def is_finished(self) -> bool:
        """Whether the status will not change any more."""
        return self.status in FINISHED


@dataclass(frozen=True)
class JobRecord(ListedJob):
    """One job as stored, with what was asked for, which may be large."""

    request: dict[str, Any]


Job = TypeVar("Job", bound=ListedJob)


@dataclass(frozen=True)
class JobFilter:
    """What ``GET /jobs`` may ask for; empty members do not filter.

    Attributes:
        owner: Whose jobs; None for everybody's.
        nothing: No job can be meant.
    """

    process_ids: Sequence[str] = ()
    statuses: Sequence[str] = ()
    created: tuple[float | None, float | None] = (None, None)
    duration_s: tuple[float | None, float | None] = (None, None)
    owner: str | None = None
    nothing: bool = False

    def where(self) -> tuple[str, list[Any]]:
        """Return the SQL condition and its values."""
        parts: list[str] = ["0"] if self.nothing else []
        values: list[Any] = []
        any_of = {"process_id": self.process_ids, "status": self.statuses}
        for column, words in any_of.items():
            if words:
                parts.append(f"{column} IN ({', '.join('?' * len(words))})")
                values += words
        if self.owner is not None:
            parts.append("owner = ?")
            values.append(self.owner)
        # A job that has not started has no duration, so it fits neither bound.
        duration = f"(COALESCE(finished, {time.time()}) - started)"
        within = {"created": self.created, duration: self.duration_s}
        for quantity, (least, most) in within.items():
            for comparison, bound in ((">=", least), ("<=", most)):
                if bound is not None:
                    parts.append(f"{quantity} {comparison} ?")
                    values.append(bound)
        return (" WHERE " + " AND ".join(parts) if parts else ""), values


class JobStore:
    """The job table. All methods are short and run on the server's loop thread."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        known = self._db.execute("PRAGMA user_version").fetchone()[0]
        for number, script in enumerate(_VERSIONS[known:], known + 1):
            self._db.executescript(
                f"BEGIN;{script}PRAGMA user_version = {number};COMMIT;"
            )

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def add(
        self,
        job_id: str,
        process_id: str,
        request: dict[str, Any],
        *,
        owner: str = "",
        owner_name: str = "",
        size_bytes: int | None = None,
    ) -> JobRecord:
        """Store a new accepted job and return it."""
        now = time.time()
        self._db.execute(
            "INSERT INTO jobs (job_id, process_id, status, progress, message, created,"
            " updated, request, owner, owner_name, size_bytes) VALUES (?, ?,"
            " 'accepted', 0, 'waiting for a free worker', ?, ?, ?, ?, ?, ?)",
            (
                *(job_id, process_id, now, now, json.dumps(request)),
                *(owner, owner_name, size_bytes),
            ),
        )
        return self.get(job_id)

    def get(self, job_id: str) -> JobRecord:
        """Return one job."""
        for job in self._select(JobRecord, " WHERE job_id = ?", job_id):
            return job
        raise Problem("no-such-job", id=job_id)

    def find(
        self, wanted: JobFilter, *, limit: int, offset: int = 0
    ) -> tuple[list[ListedJob], int]:
        """Return one page, newest first, and the number of all matches."""
        where, values = wanted.where()
        matching = f"FROM jobs INDEXED BY jobs_listed{where}"
        count = f"SELECT COUNT(*) {matching}"
        total = self._db.execute(count, values).fetchone()[0]
        page = f"SELECT number {matching} ORDER BY number DESC LIMIT ? OFFSET ?"
        rest = f" WHERE number IN ({page}) ORDER BY number DESC"
        return self._select(ListedJob, rest, *values, limit, offset), total

    def unfinished(self) -> list[JobRecord]:
        """Return accepted and running jobs, oldest first."""
        return self._select(JobRecord, *_those(_UNFINISHED, "number"))

    def unmeasured(self) -> list[ListedJob]:
        """Return running jobs, and those whose size nobody has noted."""
        where = "status = 'running' OR size_bytes IS NULL"
        return self._select(ListedJob, *_those(where, "number"))

    def ended_before(self, moment: float, *, limit: int) -> list[ListedJob]:
        """Return jobs that had ended at a moment, the first that ended first."""
        where = f"NOT {_UNFINISHED} AND finished < ?"
        return self._select(ListedJob, *_those(where, "finished", moment, limit=limit))

    def largest(self, owner: str, number: int) -> list[ListedJob]:
        """Return those of somebody's jobs that have ended and take the most."""
        where = f"NOT {_UNFINISHED} AND size_bytes AND owner = ?"
        order = "size_bytes DESC"
        return self._select(ListedJob, *_those(where, order, owner, limit=number))

    def bytes_taken(self, owner: str | None = None) -> int:
        """Return what somebody's jobs take, or everybody's."""
        where, values = JobFilter(owner=owner).where()
        matching = f"FROM jobs INDEXED BY jobs_listed{where}"
        total = self._db.execute(f"SELECT SUM(size_bytes) {matching}", values)
        return int(total.fetchone()[0] or 0)

    def note_size(self, job_id: str, size_bytes: int) -> None:
        """Note what a job takes."""
        self._db.execute(
            "UPDATE jobs SET size_bytes = ? WHERE job_id = ?", (size_bytes, job_id)
        )

    def _select(self, kind: type[Job], rest: str, *values: object) -> list[Job]:
        columns = [each.name for each in fields(kind)]
        query = f"SELECT {', '.join(columns)} FROM jobs{rest}"  # noqa: S608 - ours
        found = []
        for row in self._db.execute(query, values):
            members = dict(zip(columns, row, strict=True))
            if "request" in members:
                members["request"] = json.loads(members["request"])
            found.append(kind(**members))
        return found

    def start(self, job_id: str, message: str) -> None:
        """Mark an accepted job running."""
        now = time.time()
        self._db.execute(
            "UPDATE jobs SET status = 'running', message = ?, started = ?, updated = ?"
            " WHERE job_id = ? AND status = 'accepted'",
            (message, now, now, job_id),
        )

    def report(self, job_id: str, progress: int, message: str) -> None:
        """Note progress (0 to 100) of a running job; it never goes back."""
        self._db.execute(
            "UPDATE jobs SET progress = MAX(progress, ?), message = ?, updated = ?"
            " WHERE job_id = ? AND status = 'running'",
            (progress, message, time.time(), job_id),
        )

    def finish(
        self, job_id: str, status: str, message: str, *, failure_code: int = 500
    ) -> None:
        """Give a job its last status; the first last status stands."""
        now = time.time()
        self._db.execute(
            "UPDATE jobs SET status = ?, message = ?, finished = ?, updated = ?,"
            " progress = IIF(? = 'successful', 100, progress), failure_code = ?"
            " WHERE job_id = ? AND status IN ('accepted', 'running')",
            (status, message, now, now, status, failure_code, job_id),
        )

    def remove(self, job_id: str) -> None:
        """Forget a job."""
        self._db.execute("DELETE FROM jobs WHERE job_id = ?", (job_id,))


def _those(where: str, order: str, *values: object, limit: int = -1) -> tuple[Any, ...]:
    """Return the end of a query for jobs that the index finds, and its values."""
    numbers = f"SELECT number FROM jobs INDEXED BY jobs_listed WHERE {where}"  # noqa: S608
    numbers += f" ORDER BY {order} LIMIT ?"
    return f" WHERE number IN ({numbers}) ORDER BY {order}", *values, limit
