"""JSON as it stands on the wire: read with limits, written exactly.

orjson reads many times faster than the standard library, and loses what it has no room
for: digits beyond a double, whole numbers beyond 64 bits, members that are repeated. So
a document is looked through first, in passes that cost little, and read the slow way
where it may hold any of them.
"""

from __future__ import annotations

import base64
import gc
import json
import math
import re
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import ProtocolError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.protocol.json_type import JsonValue

try:
    import orjson
except ImportError:  # in a browser (Pyodide), say
    orjson = None  # type: ignore[assignment] # what is missing

MAX_DEPTH = 64

# -- with orjson -----------------------------------------------------------------------

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


def read_quickly(body: bytes) -> tuple[JsonValue] | None:
    """What a document says, or ``None`` where it has to be read in the slow way.

    That is to be exact, or to say what is wrong.
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
    members = _members_of(value)
    # Each member has one such place. A text may have more of them: then there is no
    # telling, and the slow way is taken.
    is_sure = members == body.count(b'":') and not any(one in body for one in _SPACED)
    return (value,) if is_sure or not members else None


def to_short_json(value: object) -> bytes:
    """Texts, numbers, lists and dicts of our own as JSON without spaces."""
    return (
        orjson.dumps(value)
        if orjson is not None
        else json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    )


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


def _levels_of(value: JsonValue) -> Iterator[list[Any]]:
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


def _members_of(value: JsonValue) -> int:
    """How many members all objects have together; -1 where it is nested too deeply."""
    members = 0
    for depth, level in enumerate(_levels_of(value), 1):
        if depth > MAX_DEPTH:
            return -1
        members += sum(len(item) for item in level if type(item) is dict)
    return members


# -- and without -----------------------------------------------------------------------

# A double holds 17 significant digits; longer numbers are kept as Decimal when the
# double would not be equal to them.
_DOUBLE_DIGITS = 17
# More digits than the largest double has, or a larger exponent, mean no quantity, and
# take minutes and gigabytes to compute with.
_MOST_DIGITS = 308
_LEADING_ZEROS = pattern(r"^-?0*\.?0*")
_CHARSET = pattern(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)
# Escapes that stay, those of whole characters among them; or half of a character.
_HALF = pattern(
    r"(\\[^u]|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})"
    "|\\\\u[dD][89a-fA-F][\\da-fA-F]{2}|[\ud800-\udfff]"
)
_LONE = pattern("[\ud800-\udfff]")
# A text, or what C, R and Python print of numbers that JSON does not have.
_BARE_WORD = pattern(
    r"""("(?:[^"\\]|\\.)*+")|(?<![\w.])([-+]?)
    (?:(nan)(?:\(\w*\))?|inf(?:inity)?|1\.\#(?:inf|(q?nan|ind))\w*)(?![\w.])""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_SAID = {
    "twice": "repeats the member {!r}; the last one is used.",
    "beyond": "holds the number {}…, which is beyond what can be computed with; it was "
    "kept as text.",
    "odd": "holds {}, which JSON does not have; it was read all the same.",
}


def parse_json(
    body: bytes | str,
    *,
    source: str = "",
    content_type: str = "",
    is_lenient: bool = False,
) -> JsonValue:
    """Read a JSON document with the limits that the standard library leaves open.

    Integers beyond those of JavaScript and decimals beyond the precision of a double
    (as ``Decimal``) keep all their digits. A number out of the range of a double, or of
    more than 308 digits, is kept as the text that it is, with a warning.

    Args:
        body: The document.
        source: Address or name for the error message, without its query.
        content_type: Media type that came with it; its charset is used.
        is_lenient: Read NaN, Infinity, control characters and halves of characters,
            which are no JSON, with a warning.

    Raises:
        ProtocolError: Not JSON, NaN or Infinity, or nested deeper than 64 levels.
        StrictError: Something was read leniently inside :func:`strict`.
    """
    if isinstance(body, bytes) and _is_utf8(content_type):
        quick = read_quickly(body)
        if quick is not None:
            return quick[0]
    text = body if isinstance(body, str) else read_text(body, content_type, source)
    text = text.removeprefix("\ufeff")
    seen: dict[str, str] = {}  # kind of oddity to the first that was found

    def constant(name: str) -> float:
        if not is_lenient:
            raise ValueError(f"{name} is not a JSON number")
        seen.setdefault("odd", name)
        return float(name)

    def number(digits: str) -> float | Decimal | str:
        if _is_out_of_bounds(digits):
            seen.setdefault("beyond", digits[:20])
            return digits
        return _number(digits)

    def whole_number(digits: str) -> int | str:
        if len(digits) > _MOST_DIGITS:
            seen.setdefault("beyond", digits[:20])
            return digits
        return int(digits)

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in found if names.count(name) > 1)
            seen.setdefault("twice", twice)
        return found

    read: partial[JsonValue] = partial(
        json.loads,
        parse_float=number,
        parse_int=whole_number,
        parse_constant=constant,
        object_pairs_hook=members,
    )
    if is_lenient:
        whole = _HALF.sub(lambda found: found[1] or "\ufffd", text)
        if whole != text:
            text = whole
            seen["odd"] = "half of a character"
    try:
        try:
            value = read(text)
        except ValueError:
            if not is_lenient:
                raise
            value = read(_BARE_WORD.sub(_as_constant, text), strict=False)
            seen.setdefault("odd", "a control character")
        _check_depth(value)
    except RecursionError:
        raise _not_json("is nested too deeply", text, source, content_type) from None
    except ValueError as error:
        is_syntax = isinstance(error, json.JSONDecodeError)
        reason = "is not JSON" if is_syntax else f"is not valid JSON ({error})"
        raise _not_json(reason, text, source, content_type) from None
    for kind, words in _SAID.items():
        if kind in seen:
            notice(f"{_where(source)} {words.format(clean(seen[kind]))}")
    return value


def dump_json(
    value: object, *, indent: int | None = None, is_lenient: bool = False
) -> str:
    """Write JSON with exact numbers: no NaN, ``Decimal`` as plain digits.

    Args:
        value: What to write.
        indent: Blanks for each level; on one line if left out.
        is_lenient: Write what was read leniently: NaN and Infinity as they are called,
            bytes as base64.

    Raises:
        TypeError: JSON has no such value.
        ValueError: JSON has no such number.
    """
    decimals: list[str] = []

    def stand_in(item: object) -> str:
        if isinstance(item, Decimal):
            if not item.is_finite():
                raise ValueError("JSON has no NaN or Infinity")
            decimals.append(str(item))
            return f"\ue000decimal{len(decimals) - 1}\ue000"
        if is_lenient and isinstance(item, bytes):
            return base64.b64encode(item).decode()
        raise TypeError(f"{type(item).__name__} cannot be written as JSON")

    text = json.dumps(
        value,
        indent=indent,
        ensure_ascii=False,
        allow_nan=is_lenient,
        default=stand_in,
    )
    # UTF-8 has no halves of characters, JSON has escapes for them.
    text = _LONE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    if not decimals:
        return text
    return re.sub(
        '"\ue000decimal(\\d+)\ue000"', lambda m: decimals[int(m.group(1))], text
    )


def _is_utf8(content_type: str) -> bool:
    """Whether a media type says so, or does not say."""
    declared = _CHARSET.search(content_type)
    return declared is None or declared[1].lower() in ("utf-8", "utf8")


def read_text(body: bytes, content_type: str, source: str) -> str:
    """Read bytes as text: by their mark, by the charset that is declared, as UTF-8."""
    declared = _CHARSET.search(content_type)
    names = ["utf-8", "latin-1"]
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        names.insert(0, "utf-16")
    elif declared:
        names.insert(0, declared.group(1))
    for name in names:
        if name == "latin-1" and not body.decode("utf-8", "ignore").isascii():
            notice(f"{_where(source)} is UTF-8 with faults in it.")
            return body.decode("utf-8", "replace")
        try:
            text = body.decode(name)
        except (UnicodeError, LookupError):  # not all codecs raise UnicodeDecodeError
            continue
        if name == "latin-1":
            notice(f"{_where(source)} is not UTF-8; it was read as Latin-1.")
        return text
    raise AssertionError("Latin-1 decodes any bytes")


def _is_out_of_bounds(digits: str) -> bool:
    mantissa, _, exponent = digits.lower().partition("e")
    if len(mantissa) > _MOST_DIGITS or len(exponent) > 4:
        return True
    return abs(int(exponent or 0)) > _MOST_DIGITS or math.isinf(float(digits))


def _number(digits: str) -> float | Decimal:
    value = float(digits)
    mantissa = _LEADING_ZEROS.sub("", digits.lower().partition("e")[0])
    if len(mantissa.replace(".", "")) > _DOUBLE_DIGITS:
        exact = Decimal(digits)
        # A double printed with many digits stays a double: nothing is lost.
        printed = format(Decimal(value), f".{-int(exact.as_tuple().exponent)}f")
        if exact not in (Decimal(repr(value)), Decimal(printed)):
            return exact
    return value


def _as_constant(found: re.Match[str]) -> str:
    text, sign, nan, windows_nan = found.groups()
    if text is not None:
        return text
    return "NaN" if nan or windows_nan else f"{sign.strip('+')}Infinity"


def _check_depth(value: JsonValue) -> None:
    for depth, _ in enumerate(_levels_of(value), 1):
        if depth > MAX_DEPTH:
            raise RecursionError


def _where(source: str) -> str:
    return f"The answer from {source}" if source else "The document"


def _not_json(reason: str, text: str, source: str, content_type: str) -> ProtocolError:
    kind = f" ({clean(content_type, limit=80)})" if content_type else ""
    return ProtocolError(
        f"{_where(source)}{kind} {reason}. It begins: {clean(text[:80], limit=80)!r}",
        advice="Check the address: it should be the landing page of an OGC API - "
        "Processes server.",
    )
