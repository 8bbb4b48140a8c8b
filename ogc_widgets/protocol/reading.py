"""Readers for members that servers write in many ways, and where they write them.

A document is a frozen dataclass. Its fields that are a :func:`member` say how they are
read and what servers call them; :func:`members` reads them all.
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Mapping
from dataclasses import field, fields
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ogc_widgets.protocol.json_type import JsonObject, JsonValue

T = TypeVar("T")

# What inputs, outputs and processes are called by in lists and deploy requests.
ID_NAMES = ("id", "identifier", "name")
# From here on a number is milliseconds, not seconds, since 1970.
_MILLISECONDS_FROM = 1e11
_UNBOUNDED_FROM = 2**31 - 1
# As many as Python reads of a whole number; computing with 1e999999999 takes hours.
_MOST_DIGITS = 4300
_NOTHING: tuple[object, ...] = (None, "", ())


def member(read: Callable[[object], T], *names: str) -> T:
    """Say of a field of a dataclass how it is read; left out, it is ``read(None)``.

    Args:
        read: What makes its value of anything that may stand there.
        names: What servers call it, the standard's name first; like the field if
            left out.
    """
    said = {"read": read, "names": names}
    return field(default_factory=lambda: read(None), metadata=said)


def members(kind: type, document: JsonObject) -> dict[str, Any]:
    """Read each :func:`member` of a dataclass: of its names, the first with a value."""
    found = {}
    for name, read, names in _members_of(kind):
        for said in names:
            if said in document and (value := read(document[said])) not in _NOTHING:
                found[name] = value
                break
        else:
            found[name] = read(None)
    return found


@lru_cache(maxsize=64)
def _members_of(
    kind: type,
) -> tuple[tuple[str, Callable[[object], Any], tuple[str, ...]], ...]:
    read_ones = [one for one in fields(kind) if "read" in one.metadata]
    return tuple(
        (one.name, one.metadata["read"], one.metadata["names"] or (one.name,))
        for one in read_ones
    )


def need_object(document: object, what: str) -> JsonObject:
    """Return the document as an object.

    Raises:
        ProtocolError: It is something else.
    """
    if isinstance(document, Mapping):
        return document
    raise ProtocolError(
        f"Expected {what} as a JSON object, got {_kind(document)}.",
        advice="Check that the address belongs to an OGC API - Processes server.",
    )


def mapping(value: object) -> JsonObject:
    """Return an object as it is, and an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def first(document: JsonObject, *names: str) -> JsonValue:
    """Return the first member that is there and not null."""
    for name in names:
        value = document.get(name)
        if value is not None:
            return value
    return None


def text(value: object) -> str:
    """Read a text: a string, a number, or a map of languages (English preferred)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, Mapping):
        for key in ("en", "en-US", "en-GB", "value", *value):
            if isinstance(value.get(key), str):
                return str(value[key])
    if isinstance(value, list) and value and isinstance(value[0], str):
        return " ".join(item for item in value if isinstance(item, str))
    return ""


def texts(value: object) -> tuple[str, ...]:
    """Read a list of texts; one text alone counts as a list of one."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(item for item in map(text, value) if item)


def objects(value: object) -> tuple[dict[str, Any], ...]:
    """Read a list of objects, leaving out everything else."""
    if isinstance(value, Mapping):
        return (dict(value),)
    if not isinstance(value, list):
        return ()
    return tuple(dict(item) for item in value if isinstance(item, Mapping))


def flag(value: object) -> bool | None:
    """Read a boolean, also written as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return None


def count(value: object) -> int | None:
    """Read a count: a whole number that is not negative, also written as text."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = value.strip()
        return int(value) if len(value) < 20 else _UNBOUNDED_FROM
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not value.is_integer():  # nor is infinity
        return None
    return int(value) if value >= 0 else None


def is_finite(value: object) -> bool:
    """Whether something is a number that a double can hold.

    Integers may be larger; ``math.isfinite`` raises for them.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return False
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    return -sys.float_info.max <= value <= sys.float_info.max


def number(text: str) -> int | float | Decimal:
    """Read the text of a JSON number: int, float, or Decimal where float would round.

    Raises:
        ValueError: The text is not a finite number, or one that takes for ever.
    """
    try:
        if not text.strip(" +-0123456789"):
            return int(text)
        exact = Decimal(text)
    except (ValueError, InvalidOperation):
        raise ValueError(f"{text!r} is not a number") from None
    if not exact.is_finite() or abs(exact.adjusted()) > _MOST_DIGITS:
        raise ValueError(f"{text!r} is not a number")
    value = float(text)
    if math.isfinite(value) and Decimal(repr(value)) == exact:
        return value
    return exact


def as_number(value: object) -> object:
    """A number that was written as text, as a number; anything else as it is."""
    if isinstance(value, str):
        try:
            return number(value)
        except ValueError:
            return value
    return value


def percent(value: object) -> float | None:
    """Read a progress, clamped to 0..100; ``None`` where there is none."""
    bare = value.strip().removesuffix("%").strip() if isinstance(value, str) else value
    number = as_number(bare)
    read = None
    if isinstance(number, (int, float, Decimal)) and is_finite(number):
        read = float(min(100, max(0, number)))
    if value is not None and (isinstance(value, str) or read != value):
        notice(f"The progress {clean(value, limit=40)!r} is not 0 to 100.")
    return read


def moment(value: object, name: str) -> datetime | None:
    """Read the time of that name; one without a zone is taken as UTC."""
    found = None
    with contextlib.suppress(ValueError, OverflowError, OSError):
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) > _MILLISECONDS_FROM else value
            found = datetime.fromtimestamp(seconds, UTC)
    if value not in (None, "") and (found is None or not isinstance(value, str)):
        said = clean(value, limit=40)
        notice(f"The time {name!r} is {said!r}, which is no RFC 3339.")
    return found and _in_utc(found)


def http_date(value: str) -> datetime | None:
    """Read the date of a header."""
    # Imported here: it brings in sockets and locales, for a header that is rare.
    from email.utils import parsedate_to_datetime

    with contextlib.suppress(TypeError, ValueError, OverflowError):
        return _in_utc(parsedate_to_datetime(value))
    return None


def _in_utc(found: datetime) -> datetime:
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def pairs(value: object, what: str) -> list[tuple[str, JsonObject]]:
    """Read a mapping of id to object, or the old list of objects with their ids."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        found = list(value.items())
    elif isinstance(value, list):
        notice(f"The {what} are a list, as in old drafts, instead of an object.")
        found = []
        for number, item in enumerate(value, start=1):
            name = text(first(item, *ID_NAMES)) if isinstance(item, Mapping) else ""
            if not name:
                name = f"{what.removesuffix('s')}{number}"
                notice(f"One of the {what} has no id and is called {name!r}.")
            found.append((name, item))
    else:
        notice(f"The {what} are {_kind(value)}; they were left out.")
        return []
    readable: list[tuple[str, JsonObject]] = []
    for name, item in found:
        if not isinstance(item, Mapping):
            notice(f"The description of {clean(name)!r} is {_kind(item)}.")
            item = {}
        readable.append((str(name), item))
    return readable


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


def member_of_each(documents: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    """One member of each of very many documents; None where it is absent."""
    try:
        return [*map(itemgetter(key), documents)]
    except KeyError:
        return [one.get(key) for one in documents]
