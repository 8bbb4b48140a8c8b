"""JSON as it stands on the wire: read with limits, written exactly."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

from ogc_widgets.api.notices import notice
from ogc_widgets.api.text import clean
from ogc_widgets.errors import ProtocolError

MAX_DEPTH = 64

# What JSON can hold; the standard library has no better name for it.
JsonValue = Any

# A double holds 17 significant digits; longer numbers are kept as Decimal when the
# double would not be equal to them.
_DOUBLE_DIGITS = 17
_LEADING_ZEROS = re.compile(r"^-?0*\.?0*")
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)


def parse_json(
    body: bytes | str, *, source: str = "", content_type: str = ""
) -> JsonValue:
    """Read a JSON document with the limits that the standard library leaves open.

    Integers of any size and decimals beyond the precision of a double (as ``Decimal``)
    keep all their digits.

    Args:
        body: The document.
        source: Address or name for the error message, without its query.
        content_type: Media type that came with it; its charset is used.

    Raises:
        ProtocolError: Not JSON, NaN or Infinity, a number beyond the range of a
            double, or nested deeper than 64 levels.
    """
    text = body if isinstance(body, str) else _decode(body, content_type, source)
    twice: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice.append(next(name for name in found if names.count(name) > 1))
        return found

    try:
        value = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=members,
        )
    except RecursionError:
        raise _not_json("is nested too deeply", text, source, content_type) from None
    except ValueError as error:
        reason = "is not JSON" if isinstance(error, json.JSONDecodeError) else (
            f"is not valid JSON ({error})")  # fmt: skip
        raise _not_json(reason, text, source, content_type) from None
    if _deeper_than(value, MAX_DEPTH):
        raise _not_json("is nested too deeply", text, source, content_type)
    if twice:
        notice(
            f"{_where(source)} repeats the member {clean(twice[0])!r}; the last one "
            "is used."
        )
    return value


def dump_json(value: JsonValue, *, indent: int | None = None) -> str:
    """Write JSON with exact numbers: no NaN, ``Decimal`` as plain digits.

    Raises:
        ProtocolError: never; a value that JSON cannot hold raises ``TypeError`` or
            ``ValueError`` like :func:`json.dumps`.
    """
    decimals: list[str] = []

    def stand_in(item: object) -> str:
        if isinstance(item, Decimal):
            if not item.is_finite():
                raise ValueError("JSON has no NaN or Infinity")
            decimals.append(str(item))
            return f"\ue000decimal{len(decimals) - 1}\ue000"
        raise TypeError(f"{type(item).__name__} cannot be written as JSON")

    text = json.dumps(
        value, indent=indent, ensure_ascii=False, allow_nan=False, default=stand_in
    )
    if not decimals:
        return text
    return re.sub(
        '"\ue000decimal(\\d+)\ue000"', lambda m: decimals[int(m.group(1))], text
    )


def _decode(body: bytes, content_type: str, source: str) -> str:
    declared = _CHARSET.search(content_type)
    names = ["utf-8", "latin-1"]
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        names.insert(0, "utf-16")
    elif declared:
        names.insert(0, declared.group(1))
    for name in names:
        try:
            text = body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if name == "latin-1":
            notice(f"{_where(source)} is not UTF-8; it was read as Latin-1.")
        return text
    raise AssertionError("Latin-1 decodes any bytes")


def _number(digits: str) -> float | Decimal:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"number out of range: {digits[:20]}")
    mantissa = _LEADING_ZEROS.sub("", digits.lower().partition("e")[0])
    if len(mantissa.replace(".", "")) > _DOUBLE_DIGITS:
        exact = Decimal(digits)
        # A double printed with many digits stays a double: nothing is lost.
        printed = format(Decimal(value), f".{-int(exact.as_tuple().exponent)}f")
        if exact not in (Decimal(repr(value)), Decimal(printed)):
            return exact
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _deeper_than(value: JsonValue, depth: int) -> bool:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(depth):
        # One expression, because it sees every value of every document.
        level = [
            child
            for item in level
            for child in (item.values() if type(item) is dict else item)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def _where(source: str) -> str:
    return f"The answer from {source}" if source else "The document"


def _not_json(reason: str, text: str, source: str, content_type: str) -> ProtocolError:
    kind = f" ({clean(content_type, limit=80)})" if content_type else ""
    return ProtocolError(
        f"{_where(source)}{kind} {reason}. It begins: {clean(text[:80], limit=80)!r}",
        advice="Check the address: it should be the landing page of an OGC API - "
        "Processes server.",
    )
