"""What a form says at its fields: errors once it is time for them, and notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks.messages import NEEDS_VALUE, sentence
from ogc_widgets.form.drafts.drafts import HIDDEN_NOTE
from ogc_widgets.form.drafts.texts import lacks_zone
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.page.form_card import text_of
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

_MOST_OF_A_DEFAULT: Final = 80


def errors_to_show(
    findings: Mapping[str, Mapping[str, str]],
    server_errors: Mapping[str, str],
    *,
    tried: Collection[str],
    edited: Collection[str],
) -> dict[str, str]:
    """Path to message of what is marked on the screen.

    Args:
        findings: Input id to what is wrong with it, by path.
        server_errors: Input id to what the server said about it.
        tried: Inputs that were left, or that Run was pressed on.
        edited: Inputs that somebody entered something into.
    """
    shown: dict[str, str] = {}
    for key, found in findings.items():
        for path, message in found.items():
            # A field is not red before it was touched, nor while it is filled.
            if key in tried or (key in edited and message != NEEDS_VALUE):
                shown[path] = sentence(message)
    for key, message in server_errors.items():
        shown[key] = f"The server says: {message}"
    return shown


def notes(
    fields: Mapping[str, Field],
    values: Mapping[str, Any],
    drafts: Mapping[str, Any],
    told: Mapping[str, str],
    findings: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    """Input id to a note on what is entered, nothing that keeps it from being sent.

    Args:
        fields: Input id to field.
        values: Input id to value, UNSET if it is not sent.
        drafts: Input id to what is on the screen.
        told: Input id to advice on its value, or "".
        findings: Input id to what is wrong with it, by path.
    """
    found = {
        key: _note(field, drafts.get(key)) or told.get(key, "")
        if values.get(key, UNSET) is not UNSET
        else _note_when_empty(field)
        for key, field in fields.items()
        if values.get(key, UNSET) is not UNSET or not findings.get(key)
    }
    return {key: note for key, note in found.items() if note}


def _note(field: Field, draft: JsonValue) -> str:
    if isinstance(draft, Mapping) and draft.get("json") == "":
        return HIDDEN_NOTE
    if field.kind == "datetime" and lacks_zone(str(draft)):
        return "Without a time zone; most servers take it as UTC."
    return ""


def _note_when_empty(field: Field) -> str:
    if field.default is UNSET or field.kind == "secret":
        return ""
    text = clean(text_of(field.default), limit=_MOST_OF_A_DEFAULT)
    return f"Empty: the server uses {text}."
