"""JSON without loss: whole numbers of any size, decimals with every digit.

``json.loads`` reads ``1.10000000000000000001`` as ``1.1``, takes ``NaN`` and keeps the
last of two equal names. None of that may happen between what a user typed and what is
sent, so the form reads and writes JSON with the functions of this module.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ogc_widgets.protocol.reading import number as number
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

MAX_DEPTH = 64
SURROGATE = re.compile("[\ud800-\udfff]")


class NotJsonError(ValueError):
    """The text is not JSON; the message says where and why in plain words.

    Args:
        message: What is wrong, the start of a sentence.
        line: Line of the fault, from 1.
        column: Column of the fault, from 1.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def loads(text: str) -> JsonValue:
    """Read JSON strictly: no NaN, no repeated names, no lost digits.

    Raises:
        NotJsonError: The text is not JSON.
    """
    try:
        value = json.loads(
            text,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise NotJsonError(
            f"is not valid JSON: {_words(error)} "
            f"(line {error.lineno}, column {error.colno})",
            error.lineno,
            error.colno,
        ) from None
    except RecursionError:
        raise NotJsonError("is not usable: it is nested too deeply") from None
    if depth_exceeds(value, MAX_DEPTH):
        raise NotJsonError("is not usable: it is nested too deeply")
    return value


def dumps(value: JsonValue, *, indent: int | None = None) -> str:
    """Write a JSON value; Decimal and large integers keep all their digits.

    Raises:
        ValueError: The value holds something that JSON cannot say.
    """
    if depth_exceeds(value, MAX_DEPTH * 2):
        raise ValueError("the value is nested too deeply")
    if indent is None:
        with contextlib.suppress(TypeError):  # what is no dict is written below
            return dump_json(value)
    return _write(value, indent, 0)


def number_text(value: float | Decimal) -> str:
    """The shortest text of a number that reads back as the same number."""
    return str(value) if isinstance(value, (int, Decimal)) else repr(value)


def same(left: JsonValue, right: JsonValue) -> bool:
    """Equality of JSON values: ``1`` equals ``1.0`` but never ``True``."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if left is right:
        return True  # large outlines are not compared with themselves, number by number
    if isinstance(left, Mapping):
        return (
            isinstance(right, Mapping)
            and left.keys() == right.keys()
            and all(same(left[key], right[key]) for key in left)
        )
    if isinstance(left, (list, tuple)):
        return (
            isinstance(right, (list, tuple))
            and len(left) == len(right)
            and all(same(a, b) for a, b in zip(left, right, strict=True))
        )
    try:
        return bool(_plain(left) == _plain(right))
    except Exception:  # noqa: BLE001 # a foreign object may raise anything here
        return False


def mark(value: JsonValue) -> Hashable:
    """What two JSON values have in common exactly when they are the :func:`same`."""
    try:
        if isinstance(value, bool):
            return (bool, value)
        if isinstance(value, Mapping):
            return frozenset((key, mark(part)) for key, part in value.items())
        if isinstance(value, (list, tuple)):
            return tuple(mark(part) for part in value)
        hash(value)
    except (TypeError, RecursionError):
        return id(value)
    known: Hashable = _plain(value)
    return known


def _plain(value: JsonValue) -> JsonValue:
    """A Decimal as the number that its text reads as: ``Decimal("0.1")`` is ``0.1``."""
    if isinstance(value, Decimal) and value.is_finite():
        near = float(value)
        if math.isfinite(near) and Decimal(repr(near)) == value:
            return near
    return value


def size_exceeds(value: JsonValue, limit: int) -> bool:
    """Whether a value has more than ``limit`` parts."""
    waiting = [value]
    seen = 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if isinstance(node, Mapping):
            waiting += node.values()
        elif isinstance(node, (list, tuple)):
            waiting += node
        if seen + len(waiting) > limit:
            return True
    return False


def depth_exceeds(value: JsonValue, limit: int) -> bool:
    """Whether containers are nested more than ``limit`` deep, without recursion."""
    level = [value]
    for _ in range(limit + 1):
        level = [
            child
            for node in level
            if isinstance(node, (Mapping, list, tuple))
            for child in (node.values() if isinstance(node, Mapping) else node)
            if isinstance(child, (Mapping, list, tuple))
        ]
        if not level:
            return False
    return True


def _write(value: JsonValue, indent: int | None, level: int) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"JSON has no {value}")
        return str(value)
    if isinstance(value, Mapping):
        parts = [
            f"{_write(str(key), None, 0)}: {_write(member, indent, level + 1)}"
            for key, member in value.items()
        ]
        return _bracket("{", parts, "}", indent, level)
    if isinstance(value, (list, tuple)):
        flat = not any(isinstance(member, (Mapping, list, tuple)) for member in value)
        parts = [_write(member, indent, level + 1) for member in value]
        return _bracket("[", parts, "]", None if flat else indent, level)
    # UTF-8 has no half of a surrogate pair, JSON has an escape for it.
    escape = isinstance(value, str) and bool(SURROGATE.search(value))
    try:
        return json.dumps(value, ensure_ascii=escape, allow_nan=False)
    except TypeError:
        raise ValueError(f"JSON has no {type(value).__name__}") from None


def _bracket(
    left: str, parts: Sequence[str], right: str, indent: int | None, level: int
) -> str:
    if not parts:
        return left + right
    if indent is None:
        return left + ", ".join(parts) + right
    inner = "\n" + " " * (indent * (level + 1))
    outer = "\n" + " " * (indent * level)
    return left + inner + f",{inner}".join(parts) + outer + right


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise NotJsonError("is not usable: a number has too many digits") from None


def _decimal(text: str) -> int | float | Decimal:
    try:
        return number(text)
    except ValueError:
        raise NotJsonError("is not usable: a number is too large or small") from None


def _refuse_constant(name: str) -> None:
    raise NotJsonError(f"is not valid JSON: {name} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise NotJsonError(f"has the name {name!r} twice")
            seen.add(name)
    return result


def _words(error: json.JSONDecodeError) -> str:
    at_end = error.pos >= len(error.doc.rstrip())
    if at_end and error.doc.strip():
        return "it ends too early"
    message = error.msg[0].lower() + error.msg[1:]
    if message == "expecting value":
        return "a value is missing here (text needs double quotes)"
    if "property name" in message:
        return "names need double quotes"
    if "delimiter" in message:
        return "a comma or a closing bracket is missing"
    if message == "extra data":
        return "there is something after the end"
    return message
