"""JSON read by orjson, where that makes no difference to what is read.

orjson is many times faster than the standard library, and loses what it has no room
for: digits beyond a double, whole numbers beyond 64 bits, members that are repeated. So
a document is looked through first, in passes that cost little, and is left alone where
it may hold any of them.
"""

from __future__ import annotations

import gc
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.protocol.json_type import JsonValue

try:
    import orjson
except ImportError:  # in a browser (Pyodide), say
    orjson = None  # type: ignore[assignment] # what is missing

_DIGITS: Final = b"0123456789."
_SIGNS: Final = b"+-"
# What numbers are made of, each kind as one letter.
_KINDS: Final = bytes(
    ord("d" if c in _DIGITS else "s" if c in _SIGNS else "e" if c in b"eE" else " ")
    for c in range(256)
)
_RUN: Final = re.compile(rb"[0-9.]*")
# A double holds 17 digits; so long is a number that may have more, with its dot.
_LONG: Final = b"d" * 19
# A whole number of 18 digits fits into 64 bits, and has too many with an exponent.
_LONG_EXPONENT: Final = b"d" * 18 + b"e"
_LARGE_EXPONENTS: Final = (b"deddd", b"desddd")
_LARGE_EXPONENT: Final = re.compile(rb"(?:^|[\[:,\s])-?[0-9.]+[eE][+-]?[0-9]{3}")
# Between a name and its colon; what begins a text may look the same, and does no harm.
_SPACED: Final = (b'" :', b'"\n:', b'"\t:', b'"\r:')


def read_quickly(body: bytes, most_depth: int) -> tuple[JsonValue] | None:
    """Read a document, if that can be done without loss.

    Args:
        body: The document.
        most_depth: How many levels it may have.

    Returns:
        What it says, or ``None`` where it has to be read in the slow way: to be
        exact, or to say what is wrong.
    """
    if orjson is None or _has_odd_numbers(body):
        return None
    # Collecting garbage while many objects are made takes most of the time, and finds
    # nothing; no other thread runs meanwhile.
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        value: JsonValue = orjson.loads(body)
    except ValueError:
        return None
    finally:
        if is_collecting:
            gc.enable()
    members = _members_of(value, most_depth)
    # Each member has one such place. A text may have more of them: then there is no
    # telling, and the slow way is taken.
    is_sure = members == body.count(b'":') and not any(one in body for one in _SPACED)
    return (value,) if is_sure or not members else None


def _has_odd_numbers(body: bytes) -> bool:
    """Whether there may be a number that is more than a double or 64 bits can hold."""
    kinds = body.translate(_KINDS)
    if _LONG_EXPONENT in kinds:
        return True
    if any(one in kinds for one in _LARGE_EXPONENTS) and _LARGE_EXPONENT.search(body):
        return True
    at = kinds.find(_LONG)
    while at >= 0:
        run = _RUN.match(body, at)
        digits = run[0] if run else b""
        if len(digits.replace(b".", b"").lstrip(b"0")) > 17:
            return True
        at = kinds.find(_LONG, at + len(digits))
    return False


def levels_of(value: JsonValue) -> Iterator[list[Any]]:
    """Yield the objects and lists of a document, level by level from the outermost."""
    level: list[Any] = [value] if isinstance(value, (dict, list)) else []
    while level:
        yield level
        # One expression, because it sees every value of every document.
        level = [
            child
            for item in level
            for child in (item.values() if type(item) is dict else item)
            if type(child) is dict or type(child) is list
        ]


def _members_of(value: JsonValue, most_depth: int) -> int:
    """How many members all objects have together; -1 where it is nested too deeply."""
    members = 0
    for depth, level in enumerate(levels_of(value), 1):
        if depth > most_depth:
            return -1
        members += sum(len(item) for item in level if type(item) is dict)
    return members
