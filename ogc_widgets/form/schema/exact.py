"""JSON without loss: whole numbers of any size, decimals with every digit.

``json.loads`` reads ``1.10000000000000000001`` as ``1.1``, takes ``NaN`` and keeps the
last of two equal names. None of that may happen between what a user typed and what is
sent, so the form reads and writes JSON with the functions of this module.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.reading import number as number
from ogc_widgets.protocol.wire import MAX_DEPTH, dump_json

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonValue

SURROGATE: Final = pattern("[\ud800-\udfff]")
# What the standard library says of a fault, by a part of it, and what we say.
_FAULTS: Final = {
    "Expecting value": "a value is missing here (text needs double quotes)",
    "property name": "names need double quotes",
    "delimiter": "a comma or a closing bracket is missing",
    "Extra data": "there is something after the end",
}


class NotJsonError(ValueError):
    """The text is not JSON; the message says where and why, from "is not" on."""


def loads(text: str) -> Any:  # noqa: ANN401 # JSON, as json.loads
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
            f"(line {error.lineno}, column {error.colno})"
        ) from None
    except RecursionError:
        raise NotJsonError("is not usable: it is nested too deeply") from None
    if _depth_exceeds(value, MAX_DEPTH):
        raise NotJsonError("is not usable: it is nested too deeply")
    return value


def dumps(value: object, *, indent: int | None = None) -> str:
    """Write a JSON value; Decimal and large integers keep all their digits.

    Raises:
        ValueError: The value holds something that JSON cannot say.
    """
    if _depth_exceeds(value, MAX_DEPTH * 2):
        raise ValueError("the value is nested too deeply")
    if indent is None:
        with contextlib.suppress(TypeError):  # what is no dict is written below
            return dump_json(value)
    return _write(value, indent, "\n")


def number_text(value: float | Decimal) -> str:
    """The shortest text of a number that reads back as the same number."""
    return str(value) if isinstance(value, (int, Decimal)) else repr(value)


def same(left: object, right: object) -> bool:
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
            and all(map(same, left, right))
        )
    try:
        return bool(_near(left) == _near(right))
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
            return tuple(map(mark, value))
        hash(value)
    except (TypeError, RecursionError):
        return id(value)
    known: Hashable = _near(value)
    return known


def _near(value: Any) -> Any:  # noqa: ANN401 # any value without parts
    """A Decimal as the number that its text reads as: ``Decimal("0.1")`` is ``0.1``."""
    if isinstance(value, Decimal) and value.is_finite():
        near = float(value)
        if math.isfinite(near) and Decimal(repr(near)) == value:
            return near
    return value


def size_exceeds(value: object, limit: int) -> bool:
    """Whether a value has more than ``limit`` parts."""
    found = [value]
    for node in found:  # which grows
        if isinstance(node, Mapping):
            found += node.values()
        elif isinstance(node, (list, tuple)):
            found += node
        if len(found) > limit:
            return True
    return False


def _depth_exceeds(value: object, limit: int) -> bool:
    """Whether containers are nested more than ``limit`` deep, without recursion."""
    level = [value]
    for _ in range(limit):
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


def _write(value: object, indent: int | None, line: str) -> str:
    """JSON whose innermost lists stand on one line, such as the corners of a shape."""
    inner = line + " " * (indent or 0)
    if isinstance(value, Mapping):
        brackets = "{}"
        parts = [
            f"{dump_json(str(key))}: {_write(member, indent, inner)}"
            for key, member in value.items()
        ]
    elif isinstance(value, (list, tuple)) and any(
        isinstance(member, (Mapping, list, tuple)) for member in value
    ):
        brackets = "[]"
        parts = [_write(member, indent, inner) for member in value]
    else:
        try:
            return dump_json(value)
        except TypeError as error:
            raise ValueError(str(error)) from None
    left, right = brackets[0], brackets[1]
    if indent is None or not parts:
        return left + ", ".join(parts) + right
    return left + inner + f",{inner}".join(parts) + line + right


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
        names = [name for name, _ in pairs]
        twice = next(name for n, name in enumerate(names) if name in names[:n])
        raise NotJsonError(f"has the name {twice!r} twice")
    return result


def _words(error: json.JSONDecodeError) -> str:
    if error.doc.strip() and error.pos >= len(error.doc.rstrip()):
        return "it ends too early"
    known = (words for part, words in _FAULTS.items() if part in error.msg)
    return next(known, error.msg[0].lower() + error.msg[1:])
