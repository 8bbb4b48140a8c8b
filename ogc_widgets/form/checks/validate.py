"""Is a value what the schema asks for? The only module that imports the validator.

jsonschema-rs compares in Rust, fetches nothing here, and its patterns cannot hang:
plain ones run in linear time, look-arounds and back-references have a step limit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks import texts
from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema_rs import ValidationError

    from ogc_widgets.protocol.wire import JsonValue

_BACKTRACK_LIMIT: Final = 20_000
_PATTERN_BYTES: Final = 1_000_000
_MAX_PATTERN: Final = 2_000
_MAX_ERRORS: Final = 50


class Checker:
    """A compiled schema.

    Args:
        schema: A normalised schema.
        defs: What it refers to.
    """

    def __init__(self, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> None:
        self._validator = _compile(schema, defs)

    def accepts(self, value: JsonValue) -> bool:
        """Whether the value is valid; True where the schema could not be used."""
        if self._validator is None:
            return True
        try:
            return bool(self._validator.is_valid(value))
        except UnicodeEncodeError:
            return self.accepts(_whole(value))
        except (ValueError, TypeError, RecursionError, OverflowError):
            return True

    def errors(self, value: JsonValue) -> Iterator[ValidationError]:
        """What is wrong with a value, in the validator's words."""
        if self._validator is None:
            return
        try:
            for count, error in enumerate(self._validator.iter_errors(value)):
                if count >= _MAX_ERRORS:
                    return
                if error.kind.name in ("BacktrackLimitExceeded", "RegexEngineFailure"):
                    continue
                yield error
        except UnicodeEncodeError:
            yield from self.errors(_whole(value))
        except (ValueError, TypeError, RecursionError, OverflowError):
            return


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


_compiled: dict[tuple[int, int], tuple[Checker, Any, Any]] = {}
_MAX_COMPILED: Final = 4_096


@lru_cache(maxsize=512)
def usable_pattern(pattern: str) -> bool:
    """Whether a regular expression can be used at a bounded cost."""
    if len(pattern) > _MAX_PATTERN:
        return False
    return _compile({"pattern": pattern}, {}) is not None


def _compile(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> JsonValue:
    import jsonschema_rs

    whole = {**schema, "$defs": dict(defs)} if defs else dict(schema)
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
    except (
        jsonschema_rs.ValidationError,
        jsonschema_rs.ReferencingError,
        ValueError,
        TypeError,
        RecursionError,
        OverflowError,
    ):
        return None


def _whole(value: JsonValue) -> JsonValue:
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


def _refuse(uri: str) -> JsonValue:
    raise ValueError(f"{uri} is not fetched")


@lru_cache(maxsize=1)
def _formats() -> dict[str, Any]:
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


def allows(
    schema: Mapping[str, Any], defs: Mapping[str, Any], value: JsonValue
) -> bool:
    """Whether a schema accepts a value."""
    return checker(schema, defs).accepts(value)


@lru_cache(maxsize=512)
def accepts_pattern(pattern: str, text: str) -> bool:
    """Whether a regular expression matches somewhere in a text."""
    return bool(Checker({"pattern": pattern}, {}).accepts(text))
