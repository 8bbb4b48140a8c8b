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


def _number(value: object) -> Any:  # noqa: ANN401 # int, float, Decimal or None
    value = as_number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return None if isinstance(value, float) and not math.isfinite(value) else value


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


def _sayable(values: Iterable[object]) -> list[object]:
    """Without values that no JSON can say, as dicts made in Python may hold them."""
    found = []
    for value in values:
        with contextlib.suppress(ValueError):
            exact.dumps(value)
            found.append(value)
    return found


def _enum(value: object) -> list[object] | None:
    # Too many to hold on to: the field becomes text and the server checks it.
    if not isinstance(value, (list, tuple)) or not 0 < len(value) <= MAX_OPTIONS:
        return None
    return _sayable(value)


def _examples(value: object) -> list[object] | None:
    if isinstance(value, Mapping):  # OpenAPI's named examples
        value = [v.get("value") for v in value.values() if isinstance(v, Mapping)]
    return _sayable(value[:10]) or None if isinstance(value, (list, tuple)) else None


VALUES: Final[dict[str, Callable[[Any], object]]] = {
    **dict.fromkeys(("title", "description"), lambda v: plain_text(v) or None),
    **dict.fromkeys(
        ("format", "contentMediaType", "contentEncoding"),
        lambda v: v if isinstance(v, str) and v else None,
    ),
    **dict.fromkeys(
        ("default", "const", "contentSchema"), lambda v: v if _sayable([v]) else None
    ),
    **dict.fromkeys(
        ("uniqueItems", "writeOnly", "readOnly", "deprecated"),
        lambda v: v if isinstance(v, bool) else None,
    ),
    **dict.fromkeys(("minimum", "exclusiveMinimum"), _number),
    **dict.fromkeys(("maximum", "exclusiveMaximum"), _number),
    **dict.fromkeys(("minLength", "minItems", "minContains", "minProperties"), _count),
    **dict.fromkeys(("maxLength", "maxItems", "maxContains", "maxProperties"), _count),
    "multipleOf": lambda v: _number(v) if (_number(v) or 0) > 0 else None,
    "pattern": lambda v: v if isinstance(v, str) and usable_pattern(v) else None,
    "enum": _enum,
    "examples": _examples,
    "required": _required,
    "dependentRequired": lambda v: (
        {str(name): names_in(names) or [] for name, names in v.items()}
        if isinstance(v, Mapping)
        else None
    ),
}
"""Keywords whose value is no schema: what makes it usable, or None to leave it out."""

ONE_SCHEMA: Final = frozenset(
    "items contains additionalProperties propertyNames not if then else".split()  # noqa: SIM905 # a row reads better than a column
)
SCHEMAS: Final = frozenset({"prefixItems", "allOf", "anyOf", "oneOf"})
SCHEMAS_BY_NAME: Final = frozenset(
    {"properties", "patternProperties", "dependentSchemas"}
)
