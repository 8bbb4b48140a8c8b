"""Inputs that a server wants and does not describe, entered by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.form import exact
from ogc_widgets.form.fields import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogc_widgets.api.wire import JsonValue

Rows = list[list[str]]


def rows_of(values: Mapping[str, Any]) -> Rows:
    """Rows of id and text that show values."""
    return [[key, _text(value)] for key, value in values.items()]


def values_of(
    rows: Iterable[Iterable[str]], described: Iterable[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of rows, and what is wrong with them.

    Args:
        rows: Id and text; the text is JSON, or else plain text.
        described: Ids that have a field of their own.

    Returns:
        Input id to value, and input id to message.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    taken = set(described)
    for key, text in rows:
        name = key.strip()
        value = _value(text)
        if value is UNSET:
            continue
        if not name:
            errors["extra inputs"] = "need an id for every value"
        elif name in taken:
            errors[name] = "has a field above, or is there twice"
        else:
            values[name] = value
            taken.add(name)
    return values, errors


def _value(text: str) -> JsonValue:
    if not text.strip():
        return UNSET
    try:
        return exact.loads(text)
    except exact.NotJsonError:
        return text


def _text(value: JsonValue) -> str:
    if isinstance(value, str) and value.strip():
        try:
            exact.loads(value)
        except exact.NotJsonError:
            return value
    return exact.dumps(value)
