"""The file of SQLite in which all kernels of this machine keep their history.

It is opened for each use and closed again, so that nothing of it is held over a fork, a
removed folder or the end of a kernel. Its journal is the old one, a file beside it: the
newer kind (WAL) shares memory between processes, which homes on a network do not have.
No trouble with it ever stops a run. What cannot be written now is written with what
comes next, for as long as this kernel lives.
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import sqlite3
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from ogc_widgets.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

T = TypeVar("T")
# A statement and its values.
Change = tuple[str, "Mapping[str, Any]"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    -- milliseconds since 1970 and twenty bits by chance: in order of time, and no two
    -- kernels have the same
    id INTEGER PRIMARY KEY,
    server INTEGER NOT NULL,
    process INTEGER NOT NULL,
    job_id TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    took_s REAL,
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS jobs_by_job ON jobs (job_id) WHERE job_id <> '';
-- of servers and processes, which are few: a search reads each once
CREATE TABLE IF NOT EXISTS names (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, name)
);
CREATE TABLE IF NOT EXISTS inputs (id INTEGER PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = 1;
"""
_TABLES = ("settings", "inputs", "names", "jobs")
# How long others may hold the file; and once they have held it so long.
_PATIENCE_S = 2.0
_LESS_PATIENCE_S = 0.1
_GLANCE_S = 0.02
_MOST_WAITING = 10_000
_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_log = logging.getLogger("ogc_widgets")


def history_path() -> Path:
    """Return where the history is kept."""
    # Imported here: it is needed only when a job is submitted or looked up.
    from platformdirs import user_data_path

    return user_data_path("ogc_widgets", appauthor=False) / "jobs.sqlite"


class Store:
    """The history of this machine, as this process reads and writes it.

    Attributes:
        trouble: Why the last change could not be written, or ``""``.
    """

    def __init__(self) -> None:
        self.trouble = ""
        self._watchers: list[Callable[[], object]] = []
        self._news: list[str] = []
        self._lock = threading.Lock()
        self._waiting = deque[Change]()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget_after_fork)

    def _forget_after_fork(self) -> None:
        # A thread of the parent may have held the lock; it writes what waits, too.
        self._lock = threading.Lock()
        self._waiting.clear()

    def write(self, *changes: Change) -> None:
        """Write changes, or keep them until the next ones. Raises nothing."""
        for change in changes:
            self.later(change)
        self.flush()

    def write_if_there(self, changes: Iterable[Change]) -> None:
        """Write changes, unless nothing was ever kept here. Raises nothing."""
        with contextlib.suppress(OSError, RuntimeError):
            if history_path().exists():
                self.write(*changes)

    def later(self, change: Change) -> None:
        """Keep a change until the next :meth:`flush`."""
        statement, values = change
        # One that SQLite cannot take would hold up all that come after it.
        change = (
            statement,
            {
                name: printable(value) if isinstance(value, str) else value
                for name, value in values.items()
            },
        )
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(change)

    def flush(self) -> None:
        """Write what waits. Raises nothing: no history is no reason not to run."""
        with self._lock:
            changes = list(self._waiting)
            if not changes:
                return

            def work(file: sqlite3.Connection) -> None:
                file.execute("BEGIN IMMEDIATE")
                for change in changes:
                    # There is an entry of that number: a chance of 1 : 10^6 where two
                    # kernels submit in the same millisecond.
                    with contextlib.suppress(sqlite3.IntegrityError):
                        file.execute(*change)
                file.execute("COMMIT")

            try:
                _make_private(history_path())
                self._use(work)
            # Without a home there is no place for it either.
            except (sqlite3.Error, OSError, RuntimeError) as error:
                self._is_in_trouble(error)
                return
            for _ in changes:
                self._waiting.popleft()
            self.trouble = ""
        for tell in tuple(self._watchers):
            tell()

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call a function when this process has changed something; in any thread."""
        self._watchers.append(callback)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._watchers.remove(callback)

        return stop

    def read(
        self, query: str, values: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Read rows; none if the history cannot be read, which :meth:`news` tells."""
        self.flush()
        with self._lock:
            try:
                if not history_path().exists():
                    return []
                return self._use(
                    lambda file: file.execute(query, values or {}).fetchall()
                )
            except (sqlite3.Error, OSError, RuntimeError) as error:
                self._is_in_trouble(error)
                return []

    def news(self) -> list[str]:
        """What there is to tell the user: troubles that last, others once."""
        told, self._news = self._news, []
        return told + ([self.trouble] if self.trouble else [])

    def _is_in_trouble(self, error: BaseException) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        trouble = f"The list of recent jobs cannot be kept here: {reason}."
        if trouble != self.trouble:  # each once
            _log.warning(trouble)
        self.trouble = trouble

    def _use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Open the file, do something with it, and close it."""
        path = history_path()
        patience_s = _LESS_PATIENCE_S if self.trouble else _PATIENCE_S
        try:
            return _use_patiently(path, patience_s, work)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BROKEN:
                raise
        if not _is_whole(path):  # or another kernel has seen to it
            self._news.append(_start_anew(path))
            _log.warning(self._news[-1])
        return _use_patiently(path, patience_s, work)


def _use_patiently(
    path: Path, patience_s: float, work: Callable[[sqlite3.Connection], T]
) -> T:
    """Try again while others hold the file: each for a few milliseconds."""
    until = time.monotonic() + patience_s
    while True:
        try:
            return _use(path, work)
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > until:
                raise
        # SQLite itself would look ever less often, and one of several would starve.
        time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 # no secret


def _use(path: Path, work: Callable[[sqlite3.Connection], T]) -> T:
    with contextlib.closing(
        sqlite3.connect(path, timeout=_GLANCE_S, isolation_level=None)
    ) as file:
        (version,) = file.execute("PRAGMA user_version").fetchone()
        if version == 0:
            file.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT")
        # Fewer waits for the disk; a kernel that is killed loses nothing either way.
        file.execute("PRAGMA synchronous = NORMAL")
        file.execute("PRAGMA journal_mode = TRUNCATE")
        # What is forgotten is not left in the file.
        file.execute("PRAGMA secure_delete = ON")
        return work(file)


def _is_whole(path: Path) -> bool:
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(path)) as file,
    ):
        return bool(file.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    return False


def _make_private(path: Path) -> None:
    """Make folder and file, for their owner only; journals get the mode of the file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        # Only now: to close a file takes away the locks that this process has on it.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    for one, mode in ((path.parent, 0o700), (path, 0o600)):
        if one.stat().st_mode & 0o077:
            one.chmod(mode)


def _start_anew(path: Path) -> str:
    """Put a damaged file aside, and save what can be read of it into a new one."""
    aside = path.with_name(f"{path.stem}.damaged-{time.time_ns()}.sqlite")
    with contextlib.suppress(FileNotFoundError):
        # A journal is of this very file, and would damage a new one.
        journal = path.with_name(f"{path.name}-journal")
        journal.replace(f"{aside}-journal")
    path.replace(aside)
    _make_private(path)
    saved = 0
    with contextlib.suppress(sqlite3.Error):
        saved = _use_patiently(path, _PATIENCE_S, lambda file: _save(file, aside))
    return (
        f"The list of recent jobs was damaged: {saved} of its entries were saved, and "
        f"the old file is kept as {aside}."
    )


def _save(file: sqlite3.Connection, aside: Path) -> int:
    file.execute("BEGIN IMMEDIATE")
    with contextlib.closing(sqlite3.connect(aside)) as old:
        for table in _TABLES:
            # From both ends, up to what is damaged; an index may be damaged as well.
            for order in ("ASC", "DESC"):
                query = f"SELECT * FROM {table} NOT INDEXED ORDER BY rowid {order}"  # noqa: S608 # names of ours
                with contextlib.suppress(sqlite3.Error):
                    for row in old.execute(query):
                        marks = ", ".join("?" * len(row))
                        into = f"INSERT OR IGNORE INTO {table} VALUES ({marks})"  # noqa: S608 # the same
                        file.execute(into, row)
    (count,) = file.execute("SELECT count(*) FROM jobs").fetchone()
    file.execute("COMMIT")
    return int(count)


store = Store()
