"""The normal form of a schema: its keywords, and what makes the value of each usable.

The keywords are those of JSON Schema 2020-12. Who reads a :data:`Schema` can rely on
what they hold; what a server wrote is any JSON.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from ogc_widgets.form.checks.validate import usable_pattern
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.reading import as_number
from ogc_widgets.protocol.reading import text as text_of
from ogc_widgets.protocol.text import MESSAGE_LIMIT, clean

Schema: TypeAlias = dict[str, Any]
"""A schema in the normal form: each keyword holds what JSON Schema lets it hold."""
Schemas: TypeAlias = Mapping[str, Schema]
"""Name to schema, as in ``$defs``."""

# Limits that make a hostile description cost one field instead of the notebook.
MAX_DEPTH: Final = 32
MAX_NODES: Final = 2_000
MAX_OPTIONS: Final = 10_000


class TooLargeError(Exception):
    """The schema is over the limits; the input becomes a JSON field."""


def plain_text(value: object, *, limit: int = MESSAGE_LIMIT, lines: bool = True) -> str:
    """Text of a title or description; of a language map, one language."""
    return clean(text_of(value), limit=limit, lines=lines).strip()


def names_in(value: object) -> list[str] | None:
    """The texts of a list, each once; None if it is no list."""
    if not isinstance(value, (list, tuple)):
        return None
    return list(dict.fromkeys(name for name in value if isinstance(name, str)))


def _number(value: object) -> int | float | Decimal | None:
    value = as_number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _positive(value: object) -> int | float | Decimal | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _count(value: object) -> int | None:
    number = _number(value)
    if number is None or number < 0 or number != int(number):
        return None
    return min(int(number), 2**31)


def _required(value: object) -> list[str] | None:
    names = names_in(value)
    if names is not None and len(names) > MAX_NODES:
        raise TooLargeError
    return names or None


def _enum(value: object) -> list[Any] | None:
    if not isinstance(value, (list, tuple)) or not value:
        return None
    # Too many to hold on to: the field becomes text and the server checks it.
    return _sayable(value) if len(value) <= MAX_OPTIONS else None


def _text(value: object) -> str | None:
    return plain_text(value) or None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _pattern(value: object) -> str | None:
    return value if isinstance(value, str) and usable_pattern(value) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _anything(value: object) -> object:
    return value if _sayable([value]) else None


def _sayable(values: Iterable[object]) -> list[object]:
    """Without values that no JSON can say, as dicts made in Python may hold them."""
    found = []
    for value in values:
        with contextlib.suppress(ValueError):
            exact.dumps(value)
            found.append(value)
    return found


def _examples(value: object) -> list[Any] | None:
    if isinstance(value, Mapping):  # OpenAPI's named examples
        value = [v.get("value") for v in value.values() if isinstance(v, Mapping)]
    return _sayable(value[:10]) or None if isinstance(value, (list, tuple)) else None


def _dependent_names(value: object) -> dict[str, list[str]] | None:
    if not isinstance(value, Mapping):
        return None
    return {str(name): names_in(names) or [] for name, names in value.items()}


VALUES: Final[dict[str, Callable[[object], object]]] = {
    **dict.fromkeys(("title", "description"), _text),
    **dict.fromkeys(("format", "contentMediaType", "contentEncoding"), _string),
    **dict.fromkeys(("default", "const", "contentSchema"), _anything),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _count),
    **dict.fromkeys(("minContains", "maxContains"), _count),
    **dict.fromkeys(("minProperties", "maxProperties"), _count),
    **dict.fromkeys(("minimum", "maximum"), _number),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _number),
    **dict.fromkeys(("uniqueItems", "writeOnly", "readOnly", "deprecated"), _flag),
    "multipleOf": _positive,
    "pattern": _pattern,
    "enum": _enum,
    "examples": _examples,
    "required": _required,
    "dependentRequired": _dependent_names,
}
"""Keywords whose value is no schema: what makes it usable, or None to leave it out."""

ONE_SCHEMA: Final = frozenset(
    "items contains additionalProperties propertyNames not if then else".split()  # noqa: SIM905 # a row reads better than a column
)
SCHEMAS: Final = frozenset({"prefixItems", "allOf", "anyOf", "oneOf"})
SCHEMAS_BY_NAME: Final = frozenset(
    {"properties", "patternProperties", "dependentSchemas"}
)
