"""Small readers for members that servers write in many ways."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonObject, JsonValue

# From here on a number is milliseconds, not seconds, since 1970.
_MILLISECONDS_FROM = 1e11
_UNBOUNDED_FROM = 2**31 - 1
# As many as Python reads of a whole number; computing with 1e999999999 takes hours.
_MOST_DIGITS = 4300


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
    if isinstance(value, str):
        value = value.strip().removesuffix("%").strip()
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if not isinstance(value, int) and not math.isfinite(value):
        return None
    # Clamped first: an integer may be larger than any double.
    return float(min(100, max(0, value)))


def moment(value: object) -> datetime | None:
    """Read a time; one without a zone is taken as UTC."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) > _MILLISECONDS_FROM else value
            return datetime.fromtimestamp(seconds, UTC)
        else:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def http_date(value: str) -> datetime | None:
    """Read the date of a header."""
    # Imported here: it brings in sockets and locales, for a header that is rare.
    from email.utils import parsedate_to_datetime

    try:
        found = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def pairs(
    value: object, what: str, id_names: Iterable[str]
) -> list[tuple[str, JsonObject]]:
    """Read a mapping of id to object, or the old list of objects with their ids."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        found = list(value.items())
    elif isinstance(value, list):
        notice(f"The {what} are a list, as in old drafts, instead of an object.")
        found = []
        for number, item in enumerate(value, start=1):
            name = text(first(item, *id_names)) if isinstance(item, Mapping) else ""
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
