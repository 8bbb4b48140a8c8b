"""Is a value what the schema asks for? The only module that imports the validator.

jsonschema-rs compares in Rust, fetches nothing here, and its patterns cannot hang:
plain ones run in linear time, look-arounds and back-references have a step limit.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from ogc_widgets.form.schema import exact
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jsonschema_rs import Draft202012Validator, ValidationError

    from ogc_widgets.protocol.json_type import JsonValue

Answer = TypeVar("Answer")

_BACKTRACK_LIMIT: Final = 20_000
_PATTERN_BYTES: Final = 1_000_000
_MAX_PATTERN: Final = 2_000
_MAX_ERRORS: Final = 50
_MAX_COMPILED: Final = 4_096
# What was not found out, because a pattern took too many steps.
_GIVEN_UP: Final = ("BacktrackLimitExceeded", "RegexEngineFailure")
# What the validator raises for values and schemas that it cannot hold.
_TOO_MUCH: Final = (ValueError, TypeError, RecursionError, OverflowError)


class Checker:
    """A compiled schema; one that cannot be used accepts everything.

    Args:
        schema: A normalised schema.
        defs: What it refers to.
    """

    def __init__(self, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> None:
        self._validator = _compile(schema, defs)

    def accepts(self, value: JsonValue) -> bool:
        """Whether the value is valid."""
        return self._asked(lambda one, it: one.is_valid(it), value, otherwise=True)

    def errors(self, value: JsonValue) -> list[ValidationError]:
        """What is wrong with a value, in the validator's words."""
        none: list[ValidationError] = []
        found = self._asked(
            lambda one, it: list(islice(one.iter_errors(it), _MAX_ERRORS)),
            value,
            otherwise=none,
        )
        return [error for error in found if error.kind.name not in _GIVEN_UP]

    def _asked(
        self,
        question: Callable[[Draft202012Validator, JsonValue], Answer],
        value: JsonValue,
        *,
        otherwise: Answer,
    ) -> Answer:
        if self._validator is None:
            return otherwise
        try:
            return question(self._validator, value)
        except UnicodeEncodeError:
            return self._asked(question, _whole(value), otherwise=otherwise)
        except _TOO_MUCH:
            return otherwise


_compiled: dict[tuple[int, int], tuple[Checker, object, object]] = {}


def checker(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Checker:
    """The compiled schema; the same one for the same objects."""
    key = (id(schema), id(defs))
    found = _compiled.get(key)
    if found is None or found[1] is not schema or found[2] is not defs:
        if len(_compiled) > _MAX_COMPILED:
            _compiled.clear()
        # The objects are kept so that their ids stay theirs.
        found = _compiled[key] = (Checker(schema, defs), schema, defs)
    return found[0]


@lru_cache(maxsize=512)
def usable_pattern(pattern: str) -> bool:
    """Whether a regular expression can be used at a bounded cost."""
    if len(pattern) > _MAX_PATTERN:
        return False
    return _compile({"pattern": pattern}, {}) is not None


@lru_cache(maxsize=512)
def accepts_pattern(pattern: str, text: str) -> bool:
    """Whether a regular expression matches somewhere in a text."""
    return Checker({"pattern": pattern}, {}).accepts(text)


def _compile(
    schema: Mapping[str, Any], defs: Mapping[str, Any]
) -> Draft202012Validator | None:
    import jsonschema_rs

    whole = {**schema, "$defs": dict(defs)} if defs else dict(schema)
    refused = (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError)
    try:
        return jsonschema_rs.Draft202012Validator(
            _whole(whole),
            validate_formats=True,
            formats=_formats(),
            retriever=_refuse,
            pattern_options=jsonschema_rs.FancyRegexOptions(
                backtrack_limit=_BACKTRACK_LIMIT, size_limit=_PATTERN_BYTES
            ),
        )
    except (*refused, *_TOO_MUCH):
        return None


def _whole(value: Any) -> Any:  # noqa: ANN401 # JSON, or what a program put into it
    """A value or schema with other characters for half ones, which Rust cannot hold.

    For each half the same one, of those for private use (U+10F000 and on), so that
    equal texts stay equal and others do not become so.
    """
    if isinstance(value, str):
        return exact.SURROGATE.sub(lambda half: chr(0x101800 + ord(half[0])), value)
    if isinstance(value, dict):
        return {_whole(key): _whole(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(member) for member in value]
    return value


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not fetched")


@cache
def _formats() -> dict[str, Callable[[str], bool]]:
    """Formats that are read more kindly than the letter of the standard."""
    return {
        # The zone is often left out (the standard's own example does); see the notes.
        "date-time": lambda text: not datetime_fault(text),
        "time": lambda text: not time_fault(text),
        "uri": lambda text: not uri_fault(text),
        "uri-reference": lambda _text: True,
        "iri-reference": lambda _text: True,
        "uri-template": lambda _text: True,
    }


_DATE: Final = pattern(r"(\d{4})-(\d\d)-(\d\d)$", re.ASCII)
_TIME: Final = pattern(
    r"(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|z|[+-]\d\d:?\d\d)?$", re.ASCII
)
_URI: Final = pattern(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+$")
_HTTP: Final = pattern(r"https?://[^\s/?#]+", re.IGNORECASE)
_DURATION: Final = pattern(
    r"P(?!$)(?:\d+W|(?:\d+(?:[.,]\d+)?Y)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?D)?"
    r"(?:T(?=\d)(?:\d+(?:[.,]\d+)?H)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?S)?)?)$",
    re.ASCII,
)

EXAMPLES: Final = {
    "date": "must be a date like 2021-07-13",
    "time": "must be a time like 10:30:00Z",
    "date-time": "must be a date and time like 2021-07-13T10:30:00Z",
    "duration": "must be a duration like P1D (a day) or PT2H30M",
    "uri": "must be a web address like https://example.org/item.json",
}
"""What a format asks for."""


def date_fault(text: str) -> str:
    """What is wrong with a date, or ""."""
    found = _DATE.match(text)
    if not found:
        return EXAMPLES["date"]
    try:
        date(*(int(part) for part in found.groups()))
    except ValueError:
        return f"must be a day that exists; {text} does not"
    return ""


def time_fault(text: str) -> str:
    """What is wrong with a time of day, or ""."""
    found = _TIME.match(text)
    if not found:
        return EXAMPLES["time"]
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    if hour > 23 or minute > 59 or second > 60:  # the clock
        return f"must be a time that exists; {text} does not"
    return ""


def datetime_fault(text: str) -> str:
    """What is wrong with a date and time, or ""."""
    day, *times = re.split("[Tt ]", text, maxsplit=1)
    if not times or not _DATE.match(day) or not _TIME.match(times[0]):
        return EXAMPLES["date-time"]
    return date_fault(day) or time_fault(times[0])


def lacks_zone(text: str) -> bool:
    """Whether a date and time does not say its time zone."""
    return not datetime_fault(text) and not re.search(
        r"(Z|[+-]\d\d:?\d\d)$", text, re.IGNORECASE
    )


def uri_fault(text: str) -> str:
    """What is wrong with a web address, or ""."""
    if any(character.isspace() for character in text):
        return "must be a web address without spaces"
    is_http = text.lower().startswith(("http:", "https:"))
    is_whole = _URI.match(text) and (_HTTP.match(text) or not is_http)
    return "" if is_whole else EXAMPLES["uri"]


FAULT_OF: Final[dict[str, Callable[[str], str]]] = {
    "date": date_fault,
    "time": time_fault,
    "datetime": datetime_fault,
    "duration": lambda text: "" if _DURATION.match(text) else EXAMPLES["duration"],
    "uri": uri_fault,
}
"""Kind of field, or format, to what finds faults in its """
