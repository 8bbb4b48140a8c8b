"""The values that a server gives: the default of each field, and whole examples.

What a field shows is sent, so a default has to be valid. Defaults of the wrong type are
read kindly ("5" for a number); what cannot be used is left out and said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.form.drafts.codec import from_draft, to_draft
from ogc_widgets.form.drafts.secrets_store import SecretsStore
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.requests import inputs_in
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.keywords import MAX_NODES
from ogc_widgets.form.schema.view import View

if TYPE_CHECKING:
    from ogc_widgets.form.fields.fields import Value
    from ogc_widgets.protocol import Process
    from ogc_widgets.protocol.json_type import JsonObject, JsonValue

_TOO_LARGE: Final = "The server's default is too large to show and was left out."
_LEFT_OUT: Final = "The server's default is not valid and was left out."
_MAX_TEXT: Final = 100_000
_LISTS: Final = ("list", "multichoice")
# What JSON begins with that stands for a value of a kind.
_BRACKETS: Final = {
    **dict.fromkeys((*_LISTS, "tuple"), "["),
    **dict.fromkeys(("object", "map"), "{"),
    "json": "[{",
}
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


def with_default(field: Field, view: View) -> Field:
    """The field of an input with its default, and not required if it has one."""
    said = view.said
    single = [choice for choice in view.choices if not choice.is_null]
    if "default" not in said and len(single) == 1:
        said = single[0].said
    default = said.get("default")
    if default is None:
        # Null is what stands there where a package has none to give.
        may_be_left = "default" in said and field.nullable
        field = replace(field, required=field.required and not may_be_left)
        # The items of a list may have a default that is written nowhere else.
        items = View(dict(field.schema), field.defs).said.get("items", {})
        first = View(items, field.defs).said.get("default")
        used = UNSET if first is None else usable_default(field, [first])
        is_list = field.kind in _LISTS and used is not UNSET
        return replace(field, default=used, required=False) if is_list else field
    is_large = exact.size_exceeds(default, MAX_NODES)
    if isinstance(default, str):
        is_large = len(default) > _MAX_TEXT
    used = UNSET if is_large else usable_default(field, default)
    if used is UNSET:
        reason = _TOO_LARGE if is_large else _LEFT_OUT
        return replace(field, note=f"{field.note} {reason}".strip())
    # A package that has a default runs without the input.
    return replace(field, default=used, required=False)


def usable_default(field: Field, default: Any) -> Any:  # noqa: ANN401 # JSON, UNSET
    """A default as the field can show it, or UNSET."""
    written = _written(field, default)
    candidates: list[Value] = [default] if written is UNSET else [written, default]
    if field.kind in _LISTS:
        # "a,b" for a list may be one text or two; for one value of several it is one.
        if field.occurrences or not (isinstance(default, str) and "," in default):
            candidates.append([default])
    elif isinstance(default, list) and len(default) == 1:  # one of one
        candidates.append(default[0])
    for candidate in [*candidates, *(_kindly(field, one) for one in candidates)]:
        is_fit = isinstance(candidate, list) or field.kind not in _LISTS
        if candidate not in (UNSET, None) and is_fit and _is_valid(field, candidate):
            return candidate
    return UNSET


def _written(field: Field, default: JsonValue) -> Value:
    """A list, an object or the numbers of a box written as text, else UNSET."""
    brackets = _BRACKETS.get(field.kind, "")
    if field.area is not None and field.area.default.startswith("bbox-array"):
        brackets = "["
        if isinstance(default, list) and any(isinstance(one, str) for one in default):
            try:
                numbers = [exact.number(str(one)) for one in default]
            except ValueError:
                return UNSET
            return numbers
    if not isinstance(default, str) or len(default) > _MAX_TEXT:
        return UNSET
    if not brackets or default.strip()[:1] not in tuple(brackets):
        return UNSET
    try:
        value: JsonValue = exact.loads(default)
    except exact.NotJsonError:
        return UNSET
    return value


def _is_valid(field: Field, value: JsonValue) -> bool:
    try:
        found, errors = from_draft(field, to_draft(field, value))
    except ValueError:
        return False
    return not errors and exact.same(found, value)


def _kindly(field: Field, value: Any) -> Any:  # noqa: ANN401 # JSON, or UNSET
    """The value in the type that the field wants, where it plainly means it."""
    if field.kind == "list" and field.item is not None and isinstance(value, list):
        return [_kindly(field.item, one) for one in value]
    if field.kind in ("number", "integer") and isinstance(value, str):
        try:
            number = exact.number(value.strip())
        except ValueError:
            return UNSET
        is_whole = field.kind == "integer" and number == int(number)
        return int(number) if is_whole else number
    if field.kind == "boolean" and isinstance(value, (str, int)):
        return _BOOLEANS.get(str(value).lower(), UNSET)
    if field.kind == "text" and isinstance(value, (int, float)):
        return UNSET if isinstance(value, bool) else exact.number_text(value)
    if field.kind == "choice":
        for option in field.options:
            if str(option) == str(value):
                return option
    return {field.envelope: value} if field.envelope else value


def example_inputs(
    fields: Mapping[str, Field], process: Process | JsonObject
) -> dict[str, Value]:
    """Input id to the first usable example, of a whole example request if there is one.

    Empty unless every required input without a default has an example, since half an
    example helps nobody to a first run.
    """
    raw = process if isinstance(process, Mapping) else process.raw
    request = raw.get("example")
    try:
        whole = inputs_in(request) if isinstance(request, Mapping) else {}
    except InputError:
        whole = {}
    found: dict[str, Value] = {}
    for key, field in fields.items():
        examples = [whole[key]] if key in whole else field.schema.get("examples", ())
        for example in examples:
            secrets = SecretsStore()
            draft = to_draft(field, example, secrets)
            value, errors = from_draft(field, draft, secrets)
            if value is not UNSET and not errors:
                found[key] = value
                break
        else:
            if field.required and field.default is UNSET:
                return {}
    return found
