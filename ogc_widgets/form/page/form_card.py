"""What a saved notebook says about a form without a kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.cards import html_table

if TYPE_CHECKING:
    from ogc_widgets.form.fields.fields import Field
    from ogc_widgets.protocol.json_type import JsonValue

SECRET: Final = "$SECRET"  # noqa: S105 # stands in the place of one
_MAX_ROWS: Final = 100
_MAX_VALUE: Final = 500


def card(
    title: str, fields: Mapping[str, Field], inputs: Mapping[str, Any]
) -> tuple[str, str]:
    """Text and HTML: how far the form is filled, and a table without styles.

    Secrets have been taken out of the inputs.
    """
    done, count = len(fields.keys() & inputs.keys()), len(fields)
    noun = "input" if count == 1 else "inputs"
    text = f"{clean(title, limit=80)} form: {done} of {count} {noun} set"
    rows = [(field.label or key, inputs.get(key, "")) for key, field in fields.items()]
    rows += [(key, value) for key, value in inputs.items() if key not in fields]
    told = [(name, text_of(value)) for name, value in rows[:_MAX_ROWS]]
    if len(rows) > _MAX_ROWS:
        told.append((f"{len(rows) - _MAX_ROWS} more", ""))
    return text, html_table(told, caption=title, limit=_MAX_VALUE)


def text_of(value: JsonValue) -> str:
    """A value as short text: "green, nir"."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value if isinstance(value, str) else exact.dumps(value)


def without_secrets(field: Field, value: JsonValue) -> JsonValue:
    """A value with "$SECRET" in place of what must not be shown or saved."""
    if not field.holds("secret"):
        return value
    if field.kind == "secret":
        return {field.envelope: SECRET} if field.envelope else SECRET
    if field.kind == "object" and isinstance(value, Mapping):
        members = {member.key: member for member in field.fields}
        if value.keys() <= members.keys():
            return {k: without_secrets(members[k], v) for k, v in value.items()}
    if field.item is not None and field.kind == "list" and isinstance(value, list):
        return [without_secrets(field.item, one) for one in value]
    return SECRET
