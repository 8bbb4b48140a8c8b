"""A batch as a file: written before the first request, and at each step after it.

One SQLite database for each batch, readable by its owner only. It holds no tokens, no
query parts of addresses, and no inputs that the process describes as secret.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.entries import STATES, BatchEntry
from ogc_widgets.errors import InputError, printable
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.wire import dump_json, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ogc_widgets.client.batches.entries import BatchState
    from ogc_widgets.protocol.documents.status import StatusInfo
    from ogc_widgets.protocol.requests import requests

_VERSION = 1
_BUSY_S = 10.0
# Queries that only choose a format.
_FORMATS = ("?f=json", "?f=application/json", "?format=json")
_TABLES = """
CREATE TABLE batch (head TEXT NOT NULL);
CREATE TABLE entries (
  place INTEGER PRIMARY KEY, inputs TEXT NOT NULL, label TEXT NOT NULL,
  state TEXT NOT NULL, message TEXT NOT NULL, error TEXT NOT NULL,
  job_id TEXT NOT NULL, url TEXT NOT NULL, started_at TEXT, ended_at TEXT,
  attempt INTEGER NOT NULL, status TEXT, earlier TEXT NOT NULL DEFAULT ''
);
"""
_COLUMNS = (
    *("inputs", "label", "state", "message", "error", "job_id", "url"),
    *("started_at", "ended_at", "attempt", "place"),
)
_NAMES, _MARKS = ", ".join(_COLUMNS), ", ".join("?" * len(_COLUMNS))
_INSERT = f"INSERT INTO entries ({_NAMES}) VALUES ({_MARKS})"  # noqa: S608 # ours
_UPDATE = f"UPDATE entries SET {' = ?, '.join(_COLUMNS[:-1])} = ? WHERE place = ?"  # noqa: S608 # ours
_SELECT = f"SELECT {_NAMES} FROM entries ORDER BY place"  # noqa: S608 # ours


@dataclass(frozen=True)
class BatchHead:
    """What is the same for all requests of a batch; most of it as ``execute`` has it.

    ``secrets`` are ids of the inputs that are not written down; ``id`` names the file.
    """

    title: str
    server_url: str
    process_id: str
    created_at: datetime
    at_once: int = 4
    outputs: Any = None
    response: requests.Response | None = "auto"
    extra: Mapping[str, Any] | None = None
    secrets: tuple[str, ...] = ()
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


def batches_path() -> Path:
    """Return the folder in which the batches of this user are kept."""
    # Imported here: it is needed only when there is a batch.
    from platformdirs import user_data_path

    return user_data_path("ogc_widgets", appauthor=False) / "batches"


class BatchFile:
    """The file of one batch.

    Its functions block and may be called from any thread, one at a time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None

    @property
    def has_changed(self) -> bool:
        """Whether somebody else has written it since it was read or written here."""
        return self._stamp != self._stamp_now()

    def _stamp_now(self) -> tuple[int, int] | None:
        with contextlib.suppress(OSError):
            found = self.path.stat()
            return found.st_mtime_ns, found.st_size
        return None

    @classmethod
    def create(cls, head: BatchHead, entries: Sequence[BatchEntry]) -> BatchFile:
        """Write a new batch."""
        try:
            folder = batches_path()
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            path = folder / f"{head.id}.sqlite"
            # SQLite gives what it puts beside a file the rights of that file.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            made = cls(path)
            with made._open() as db:
                db.executescript(_TABLES)
                document = dump_json(_head_document(head))
                db.execute("INSERT INTO batch VALUES (?)", [document])
                db.executemany(_INSERT, [_row(one, head.secrets) for one in entries])
            made._stamp = made._stamp_now()
        # Without a home there is no place for it either.
        except (OSError, RuntimeError, sqlite3.Error) as error:
            raise InputError(
                f"The batch cannot be kept in a file: {reason_of(error)}.",
                safe="Nothing was sent.",
                advice="Make room, or set XDG_DATA_HOME to a folder that can be "
                "written; without its file a batch would be lost with the kernel.",
            ) from error
        return made

    def read(self) -> tuple[BatchHead, list[BatchEntry]]:
        """Read the batch as it was written last."""
        with self._reading() as (db, head):
            entries = [_entry(*row) for row in db.execute(_SELECT)]
            self._stamp = self._stamp_now()
            return head, entries

    def summary(self) -> tuple[BatchHead, dict[BatchState, int]]:
        """Read what the batch is, and how many of its entries are in which state."""
        with self._reading() as (db, head):
            query = "SELECT state, COUNT(*) FROM entries GROUP BY state"
            counts = dict(db.execute(query).fetchall())
            return head, {state: counts[state] for state in STATES if state in counts}

    def write(
        self,
        entries: Sequence[BatchEntry],
        statuses: Mapping[int, Mapping[str, Any]],
        head: BatchHead,
    ) -> None:
        """Write entries as they are now, all or none."""
        with self._open() as db:
            db.execute("UPDATE batch SET head = ?", [dump_json(_head_document(head))])
            # The ids of earlier attempts are kept: they are not to be taken for new.
            db.executemany(
                "UPDATE entries SET earlier = earlier || ' ' || job_id "
                "WHERE place = ? AND job_id != '' AND job_id != ?",
                [(one.index, one.job_id) for one in entries],
            )
            db.executemany(_UPDATE, [_row(one, head.secrets) for one in entries])
            db.executemany(
                "UPDATE entries SET status = ? WHERE place = ?",
                [
                    (dump_json(said, is_lenient=True), index)
                    for index, said in statuses.items()
                ],
            )
        self._stamp = self._stamp_now()

    def statuses(self, indexes: Sequence[int]) -> dict[int, Mapping[str, Any]]:
        """Read the last status documents of jobs that have ended, as far as known."""
        found: dict[int, Mapping[str, Any]] = {}
        with (
            contextlib.suppress(OSError, sqlite3.Error, ValueError),
            self._open() as db,
        ):
            for index in indexes:
                row = db.execute(
                    "SELECT status FROM entries WHERE place = ?", [index]
                ).fetchone()
                said = json.loads(row[0]) if row and row[0] else None
                if isinstance(said, dict):
                    found[index] = said
        return found

    def earlier_jobs(self) -> set[str]:
        """Ids of the jobs of earlier attempts."""
        with self._open() as db:
            rows = db.execute("SELECT earlier FROM entries WHERE earlier != ''")
            return {name for (names,) in rows for name in names.split()}

    def remove(self) -> None:
        """Remove the file and what stands beside it."""
        for suffix in ("", "-journal", ".lock"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[tuple[sqlite3.Connection, BatchHead]]:
        """Open it to read what follows its head."""
        try:
            with self._open() as db:
                document = db.execute("SELECT head FROM batch").fetchone()[0]
                yield db, _head_of(json.loads(document))
        except (OSError, sqlite3.Error, ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"The batch in {self.path.name} cannot be read: {reason_of(error)}.",
                safe="Its jobs go on, and the file is left as it is.",
                advice="Look at client.jobs() for the jobs.",
            ) from error

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the database for one transaction.

        The journal is SQLite's usual one and not a write-ahead log, which homes on a
        network cannot have.
        """
        address = f"{self.path.absolute().as_uri()}?mode=rw"  # never makes a new one
        with (
            contextlib.closing(
                sqlite3.connect(address, timeout=_BUSY_S, uri=True)
            ) as db,
            db,
        ):
            yield db


def kept_status(status: StatusInfo) -> dict[str, Any]:
    """What of a last status is kept: what the standard has, as it has it.

    Servers add what the job was asked to do, secrets among it, and links that are
    signed.
    """
    times = {
        name: moment.isoformat()
        for name in ("created", "started", "updated", "finished")
        if (moment := getattr(status, name)) is not None
    }
    links = [
        {"href": link.href, "rel": link.rel, "type": link.type, "title": link.title}
        for link in status.links
        if without_query(link.href) == link.href or link.href.endswith(_FORMATS)
    ]
    return {
        "jobID": status.job_id,
        "processID": status.process_id,
        "status": status.word or status.status,
        "message": status.message,
        **({} if status.progress is None else {"progress": status.progress}),
        **times,
        "links": links,
    }


def reason_of(error: BaseException) -> str:
    """Say why a file could not be written."""
    return str(getattr(error, "strerror", None) or error).rstrip(".")


def _head_document(head: BatchHead) -> dict[str, Any]:
    return {
        **asdict(head),
        "version": _VERSION,
        "server_url": without_query(head.server_url),
        "created_at": head.created_at.isoformat(),
        "secrets": list(head.secrets),
    }


def _head_of(document: dict[str, Any]) -> BatchHead:
    if document.pop("version") > _VERSION:
        raise ValueError("it was written by a newer version of this package")
    document["created_at"] = datetime.fromisoformat(document["created_at"])
    document["secrets"] = tuple(document["secrets"])
    return BatchHead(**document)


def _row(entry: BatchEntry, secrets: Sequence[str]) -> list[Any]:
    inputs = {
        name: value for name, value in entry.inputs.items() if name not in secrets
    }
    times = (entry.started_at, entry.ended_at)
    return [
        dump_json(inputs),
        printable(entry.label),
        entry.state,
        printable(entry.message),
        printable(entry.error),
        printable(entry.job_id),
        printable(without_query(entry.url)),
        *(moment and moment.isoformat() for moment in times),
        entry.attempt,
        entry.index,
    ]


def _entry(*columns: Any) -> BatchEntry:  # noqa: ANN401 # as SQLite has them
    fields = dict(zip(_COLUMNS, columns, strict=True))
    for name in ("started_at", "ended_at"):
        fields[name] = fields[name] and datetime.fromisoformat(fields[name])
    inputs: Any = parse_json(fields.pop("inputs"))  # keeps all digits of numbers
    return BatchEntry(fields.pop("place"), inputs, **fields)
