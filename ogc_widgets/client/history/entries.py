"""The entries of the history: looked for, counted, noted upon, forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Self, get_args

from ogc_widgets.client.history.notes import id_at
from ogc_widgets.client.history.store import store
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

Order = Literal["submitted", "process", "server", "state", "took", "note"]
When = datetime | date | str

_COLUMNS: Final[dict[Order, str]] = {
    "submitted": "jobs.id",
    "process": "p.name",
    "server": "s.name",
    "state": "state",
    "took": "took_s",
    "note": "note",
}


class Entry(NamedTuple):
    """One submission as it stands in the file; RecentJob says what its fields are."""

    id: int
    server: str
    process_id: str
    job_id: str
    url: str
    state: str
    took_s: float | None
    note: str
    has_inputs: int


@dataclass(frozen=True)
class Search:
    """Which entries are wanted.

    Attributes:
        process: Id of a process, or ``""`` for all.
        server: Address of a server or a part of it, or ``""`` for all.
        text: Words that stand in the process, the server, the job's id or the note.
        first_id: The least id.
        end_id: The id that is too large, or ``None``.
        by: What they are sorted by.
        ascending: Whether the least is the first.
    """

    process: str = ""
    server: str = ""
    text: str = ""
    first_id: int = 0
    end_id: int | None = None
    by: Order = "submitted"
    ascending: bool = False

    @classmethod
    def of(
        cls,
        process: str | None = None,
        server: str | None = None,
        text: str = "",
        since: When | None = None,
        until: When | None = None,
    ) -> Self:
        """Make one of what a user gives."""
        return cls(
            process or "",
            (server or "").rstrip("/"),
            text,
            0 if since is None else id_at(_moment(since)),
            None if until is None else id_at(_moment(until, is_end=True)),
        )

    def sorted_by(self, by: str, *, ascending: bool) -> Search:
        """The same in another order."""
        for known in get_args(Order):
            if by == known:
                return replace(self, by=known, ascending=ascending)
        columns = ", ".join(get_args(Order))
        raise InputError(f"No column is called {clean(by)}; there are: {columns}.")

    def entries(self, first: int = 0, count: int = -1) -> list[Entry]:
        """Read some of them, all from ``first`` on if no count is given."""
        where, values = self._where()
        turn = "ASC" if self.ascending else "DESC"
        order = f"{_COLUMNS[self.by]} {turn}"
        if self.by != "submitted":
            order += ", jobs.id DESC"
        rows = store.read(
            "SELECT jobs.id, s.name, p.name, job_id, url, state, took_s, note, "  # noqa: S608 # ours
            "EXISTS (SELECT 1 FROM inputs WHERE inputs.id = jobs.id) FROM jobs "
            "JOIN names AS s ON s.id = server JOIN names AS p ON p.id = process "
            f"{where} ORDER BY {order} LIMIT :count OFFSET :first",
            {**values, "count": count, "first": first},
        )
        return [Entry._make(row) for row in rows]

    def count(self) -> int:
        """How many there are."""
        where, values = self._where()
        rows = store.read(f"SELECT count(*) FROM jobs {where}", values)  # noqa: S608 # ours
        return int(rows[0][0]) if rows else 0

    def _where(self) -> tuple[str, dict[str, object]]:
        said: list[str] = []
        values: dict[str, object] = {}
        if self.process:
            said.append(_named("process", "name = :process"))
            values["process"] = self.process
        if self.server:
            said.append(_named("server", _holds("name", "server")))
            values["server"] = _pattern(self.server)
        if self.first_id:
            said.append("jobs.id >= :first_id")
            values["first_id"] = self.first_id
        if self.end_id is not None:
            said.append("jobs.id < :end_id")
            values["end_id"] = self.end_id
        for number, word in enumerate(self.text.split()):
            word_of = f"word{number}"
            named = _holds("name", word_of)
            places = (_named("process", named), _named("server", named))
            own = (
                _holds("job_id", word_of),
                f"note <> '' AND {_holds('note', word_of)}",
            )
            said.append(f"({' OR '.join((*places, *own))})")
            values[f"word{number}"] = _pattern(word)
        return ("WHERE " + " AND ".join(said)) if said else "", values


def entry_of(entry_id: int) -> Entry | None:
    """An entry, if it is still there."""
    return next(iter(Search(first_id=entry_id, end_id=entry_id + 1).entries()), None)


def known_names() -> tuple[list[str], list[str]]:
    """The servers and the processes that occur, in the order of the alphabet."""
    rows = store.read("SELECT kind, name FROM names ORDER BY name")
    found: dict[str, list[str]] = {"server": [], "process": []}
    for kind, name in rows:
        found[kind].append(name)
    return found["server"], found["process"]


def write_note(entry_id: int, note: str) -> None:
    """Set the note of an entry."""
    store.write(
        (
            "UPDATE jobs SET note = :note WHERE id = :id",
            {"id": entry_id, "note": note},
        )
    )


def forget(ids: Sequence[int]) -> None:
    """Remove entries, with their inputs; the jobs on their servers are not touched."""
    for table in ("inputs", "jobs"):
        query = f"DELETE FROM {table} WHERE id = :id"  # noqa: S608 # ours
        store.write(*((query, {"id": one}) for one in ids))
    for kind in ("server", "process"):
        query = (
            f"DELETE FROM names WHERE kind = '{kind}' AND id NOT IN "  # noqa: S608 # ours
            f"(SELECT {kind} FROM jobs)"
        )
        store.write((query, {}))


def _named(kind: str, condition: str) -> str:
    return f"{kind} IN (SELECT id FROM names WHERE kind = '{kind}' AND {condition})"  # noqa: S608 # ours


def _holds(column: str, value: str) -> str:
    return f"{column} LIKE :{value} ESCAPE '\\'"


def _pattern(text: str) -> str:
    for sign in "\\%_":
        text = text.replace(sign, f"\\{sign}")
    return f"%{text}%"


def _moment(when: When, *, is_end: bool = False) -> datetime:
    """A moment of what a user gives; a day that is an end belongs to it."""
    try:
        found: date = when if isinstance(when, date) else datetime.fromisoformat(when)
        if isinstance(when, str) and len(when) <= len("2026-12-31"):
            found = date.fromisoformat(when)
    except ValueError:
        raise InputError(
            f"{clean(str(when))} is no date.",
            advice='Write it like "2026-07-04" or "2026-07-04T10:00".',
        ) from None
    if isinstance(found, datetime):
        return found.astimezone()  # without a zone it is the one of this computer
    begin = datetime(found.year, found.month, found.day).astimezone()
    return begin + timedelta(days=1) if is_end else begin
