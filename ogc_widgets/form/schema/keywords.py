"""Each keyword of JSON Schema that is kept, and what makes its value usable.

A handler gets the normaliser, the value as the server wrote it and the depth, and
returns the value in JSON Schema 2020-12, or None to leave the keyword out.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks.validate import usable_pattern
from ogc_widgets.form.fields.fields import MAX_NODES, MAX_OPTIONS
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.dialects import as_number
from ogc_widgets.protocol.reading import text as text_of
from ogc_widgets.protocol.text import MESSAGE_LIMIT, clean

if TYPE_CHECKING:
    from ogc_widgets.form.schema.normalise import Normaliser
    from ogc_widgets.protocol.wire import JsonValue


class TooLargeError(Exception):
    """The schema is over the limits; the input becomes a JSON field."""


def plain_text(
    value: JsonValue, *, limit: int = MESSAGE_LIMIT, lines: bool = True
) -> str:
    """Text of a title or description; of a language map, one language."""
    return clean(text_of(value), limit=limit, lines=lines).strip()


def _number(_: Normaliser, value: JsonValue, _depth: int) -> JsonValue:
    value = as_number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _positive(self: Normaliser, value: JsonValue, depth: int) -> JsonValue:
    number = _number(self, value, depth)
    return number if number is not None and number > 0 else None


def _count(self: Normaliser, value: JsonValue, depth: int) -> int | None:
    number = _number(self, value, depth)
    if number is None or number < 0 or number != int(number):
        return None
    return min(int(number), 2**31)


def names_in(value: JsonValue) -> list[str] | None:
    """The texts of a list, each once; None if it is no list."""
    if not isinstance(value, (list, tuple)):
        return None
    return list(dict.fromkeys(name for name in value if isinstance(name, str)))


def _required(_: Normaliser, value: JsonValue, _depth: int) -> list[str] | None:
    names = names_in(value)
    if names is not None and len(names) > MAX_NODES:
        raise TooLargeError
    return names or None


def _enum(_: Normaliser, value: JsonValue, _depth: int) -> list[Any] | None:
    if not isinstance(value, (list, tuple)) or not value:
        return None
    # Too many to hold on to: the field becomes text and the server checks it.
    return _sayable(value) if len(value) <= MAX_OPTIONS else None


def _text(_: Normaliser, value: JsonValue, _depth: int) -> str | None:
    return plain_text(value) or None


def _string(_: Normaliser, value: JsonValue, _depth: int) -> str | None:
    return value if isinstance(value, str) and value else None


def _pattern(_: Normaliser, value: JsonValue, _depth: int) -> str | None:
    return value if isinstance(value, str) and usable_pattern(value) else None


def _flag(_: Normaliser, value: JsonValue, _depth: int) -> bool | None:
    return value if isinstance(value, bool) else None


def _anything(_: Normaliser, value: JsonValue, _depth: int) -> JsonValue:
    return value if _sayable([value]) else None


def _sayable(values: Iterable[JsonValue]) -> list[JsonValue]:
    """Without values that no JSON can say, as dicts made in Python may hold them."""
    found = []
    for value in values:
        with contextlib.suppress(ValueError):
            exact.dumps(value)
            found.append(value)
    return found


def _examples(_: Normaliser, value: JsonValue, _depth: int) -> list[Any] | None:
    if isinstance(value, Mapping):  # OpenAPI's named examples
        value = [v.get("value") for v in value.values() if isinstance(v, Mapping)]
    return _sayable(value[:10]) or None if isinstance(value, (list, tuple)) else None


def _schemas(
    self: Normaliser, value: JsonValue, depth: int
) -> list[dict[str, Any]] | None:
    return self.schemas(value, depth)


def _members(
    self: Normaliser, value: JsonValue, depth: int
) -> dict[str, dict[str, Any]] | None:
    return self.members(value, depth)


def _schema(self: Normaliser, value: JsonValue, depth: int) -> dict[str, Any] | None:
    if not isinstance(value, (bool, Mapping)):
        return None
    return self.normalise(value, depth + 1)


def _members_besides(
    self: Normaliser, value: JsonValue, depth: int
) -> dict[str, Any] | bool | None:
    """Kept as False where there may be none: the validator then names the culprit."""
    return value if value is False else _schema(self, value, depth)


def _type_is_settled_later(_: Normaliser, _value: JsonValue, _depth: int) -> None:
    return None


def _pattern_members(
    self: Normaliser, value: JsonValue, depth: int
) -> dict[str, dict[str, Any]] | None:
    members = self.members(value, depth) or {}
    return {key: m for key, m in members.items() if usable_pattern(key)} or None


def _dependent_names(
    _: Normaliser, value: JsonValue, _depth: int
) -> dict[str, list[str]] | None:
    if not isinstance(value, Mapping):
        return None
    return {str(name): names_in(names) or [] for name, names in value.items()}


def _discriminator(
    self: Normaliser, value: JsonValue, depth: int
) -> dict[str, Any] | None:
    name = value.get("propertyName") if isinstance(value, Mapping) else None
    if not isinstance(name, str):
        return None
    values = self.discriminated(value.get("mapping"), depth)
    return {"propertyName": name, **({"values": values} if values else {})}


HANDLERS: Final[dict[str, Callable[[Normaliser, Any, int], Any]]] = {
    "title": _text,
    "description": _text,
    "default": _anything,
    "examples": _examples,
    "type": _type_is_settled_later,
    "enum": _enum,
    "const": _anything,
    "format": _string,
    "pattern": _pattern,
    "minLength": _count,
    "maxLength": _count,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "exclusiveMaximum": _number,
    "multipleOf": _positive,
    "items": _schema,
    "prefixItems": _schemas,
    "contains": _schema,
    "minContains": _count,
    "maxContains": _count,
    "minItems": _count,
    "maxItems": _count,
    "uniqueItems": _flag,
    "properties": _members,
    "patternProperties": _pattern_members,
    "additionalProperties": _members_besides,
    "propertyNames": _schema,
    "required": _required,
    "minProperties": _count,
    "maxProperties": _count,
    "dependentRequired": _dependent_names,
    "dependentSchemas": _members,
    "allOf": _schemas,
    "anyOf": _schemas,
    "oneOf": _schemas,
    "not": _schema,
    "if": _schema,
    "then": _schema,
    "else": _schema,
    "contentMediaType": _string,
    "contentEncoding": _string,
    "contentSchema": _anything,
    "discriminator": _discriminator,
    "writeOnly": _flag,
    "readOnly": _flag,
    "deprecated": _flag,
}
