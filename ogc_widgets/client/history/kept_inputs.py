"""Inputs of jobs, which are kept on this machine only if its user has said so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.history.store import store
from ogc_widgets.protocol.secrets import secret_inputs, without_secrets
from ogc_widgets.protocol.wire import dump_json, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ogc_widgets.client.history.store import Change
    from ogc_widgets.protocol.documents.processes import Process

# An uploaded file is no input to be kept.
_MOST_BYTES: Final = 256 * 1024
_SETTING: Final = "keep_inputs"


@dataclass(frozen=True)
class Kept:
    """What is kept of the inputs of a job.

    Attributes:
        inputs: Input id to value, as they were sent.
        withheld: Ids of those that may hold secrets, or are too large.
    """

    inputs: dict[str, Any]
    withheld: tuple[str, ...] = field(default=())


def are_wanted() -> bool:
    """Whether inputs are to be kept."""
    rows = store.read("SELECT value FROM settings WHERE name = :n", {"n": _SETTING})
    return rows == [("yes",)]


def want(wanted: bool) -> None:  # noqa: FBT001 # a setting
    """Keep inputs from now on, or no longer."""
    store.write(
        (
            "INSERT OR REPLACE INTO settings VALUES (:name, :value)",
            {"name": _SETTING, "value": "yes" if wanted else "no"},
        )
    )


def count() -> int:
    """Of how many submissions inputs are kept."""
    rows = store.read("SELECT count(*) FROM inputs")
    return int(rows[0][0]) if rows else 0


def delete_all() -> int:
    """Delete what is kept; return of how many submissions there was something."""
    number = count()
    store.write(("DELETE FROM inputs", {}))
    return number


def kept_of(entry_id: int) -> Kept | None:
    """What is kept of the inputs of an entry, if anything."""
    rows = store.read("SELECT document FROM inputs WHERE id = :id", {"id": entry_id})
    if not rows:
        return None
    document: Any = parse_json(rows[0][0])
    return Kept(document["inputs"], tuple(document["withheld"]))


def change_for(
    entry_id: int,
    inputs: Mapping[str, Any],
    process: Process | None,
    blank: Callable[[str], str],
) -> Change:
    """What is to be written to keep inputs, without those that may hold secrets."""
    kept: dict[str, Any] = {}
    withheld: list[str] = []
    secret = secret_inputs(process)
    for name, value in inputs.items():
        text = dump_json(value)
        may_be_kept = (
            process is not None
            and name not in secret
            and without_secrets({name: value}) == {name: value}
            and blank(text) == text
            and len(text) <= _MOST_BYTES
        )
        if may_be_kept:
            kept[name] = value
        else:
            withheld.append(name)
    document = dump_json({"inputs": kept, "withheld": withheld})
    return (
        "INSERT OR REPLACE INTO inputs VALUES (:id, :document)",
        {"id": entry_id, "document": document},
    )
