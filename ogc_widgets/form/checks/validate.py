"""Is a value what the schema asks for? The only module that imports the validator.

jsonschema-rs compares in Rust, fetches nothing here, and its patterns cannot hang:
plain ones run in linear time, look-arounds and back-references have a step limit.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from ogc_widgets.form.checks import texts
from ogc_widgets.form.schema import exact

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
        "date-time": lambda text: not texts.datetime_fault(text),
        "time": lambda text: not texts.time_fault(text),
        "uri": lambda text: not texts.uri_fault(text),
        "uri-reference": lambda _text: True,
        "iri-reference": lambda _text: True,
        "uri-template": lambda _text: True,
    }
