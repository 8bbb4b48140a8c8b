"""Fields that hold no other fields, and what tells schemas apart.

All of it reads one flat schema; what needs the whole input is in
:mod:`ogc_widgets.form.fields.build`.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.fields.fields import Field
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema import hints as ui
from ogc_widgets.form.schema.dialects import ENUM_NAMES, type_names
from ogc_widgets.form.schema.limits import MAX_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.protocol.wire import JsonValue

TEXT_FORMATS: Final[dict[str, str]] = {
    "date": "date",
    "time": "time",
    "date-time": "datetime",
    "datetime": "datetime",
    "duration": "duration",
}


def const(value: JsonValue, view: Mapping[str, Any]) -> Field:
    """A field with exactly one value, shown and sent."""
    label = view.get("title") or _option_label(value)
    return Field(kind="const", options=(value,), option_labels=(label,))


def _option_label(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words.shorten(value, 200) if value != "" else "(empty text)"


def choice(
    options: list[Any], view: Mapping[str, Any], *, several: bool = False
) -> Field | None:
    """A choice between options; None if there are too many to choose from."""
    values = [option for option in options if option is not None]
    if len(values) > MAX_OPTIONS or not values:
        return None
    names = view.get(ENUM_NAMES, ())
    if len(names) != len(options):
        names = ()
    try:
        labels = tuple(
            name or _option_label(option)
            for option, name in zip_longest(options, names, fillvalue="")
            if option is not None
        )
    except (ValueError, RecursionError):
        return None
    if len(values) == 1 and None not in options and not several:
        return const(values[0], {k: v for k, v in view.items() if k != "title"})
    return Field(kind="choice", options=tuple(values), option_labels=labels)


def named_constants(choices: list[dict[str, Any]]) -> Field | None:
    """``oneOf: [{const, title}, ...]``: a choice whose options have names."""
    values: list[Any] = []
    labels: list[str] = []
    for choice in choices:
        if "const" in choice:
            found = [choice["const"]]
        elif len(choice.get("enum", ())) == 1:
            found = choice["enum"]
        else:
            return None
        if any(exact.same(found[0], value) for value in values):
            continue
        values += found
        labels.append(choice.get("title") or _option_label(found[0]))
    if not 1 < len(values) <= MAX_OPTIONS:
        return None
    return Field(kind="choice", options=tuple(values), option_labels=tuple(labels))


def number(view: Mapping[str, Any], kind: str, hints: Mapping[str, Any]) -> Field:
    """A number with its bounds."""
    # Hints give a slider its ends where the schema has no limits.
    low = view.get("minimum", ui.number(hints, "minimum"))
    high = view.get("maximum", ui.number(hints, "maximum"))
    above, below = view.get("exclusiveMinimum"), view.get("exclusiveMaximum")
    excludes_low = above is not None and (low is None or above >= low)
    excludes_high = below is not None and (high is None or below <= high)
    return Field(
        kind="integer" if kind == "integer" else "number",
        minimum=above if excludes_low else low,
        maximum=below if excludes_high else high,
        exclusive=(excludes_low, excludes_high),
        step=view.get("multipleOf") or ui.number(hints, "step"),
    )


def is_content(view: Mapping[str, Any]) -> bool:
    """Whether a text is the content of a file."""
    if type_names(view) not in (["string"], []):
        return False
    return bool({"contentMediaType", "contentEncoding"} & view.keys()) or (
        view.get("format") in ("binary", "byte")
    )


def content(view: Mapping[str, Any], *, outermost: bool) -> Field:
    """The content of a file, in one media type."""
    name = view.get("contentMediaType", "")
    encoding = str(view.get("contentEncoding", "")).lower()
    # ZOO writes base64 where the service says nothing, for XML too.
    binary = (
        encoding in ("base64", "binary", "base64url")
        or view.get("format") in ("binary", "byte")
        or bool(name)
    ) and not (name and words.is_text(name))
    media_types = (name,) if name and name != "*/*" else ()
    if not outermost and not binary:
        return Field(kind="multiline", media_types=media_types, rows=6)
    return file_of(media_types, outermost=outermost, binary=binary)


def file_of(
    media_types: tuple[str, ...],
    *,
    outermost: bool,
    binary: bool,
    qualified: bool = False,
) -> Field:
    """A file field; only inputs themselves can be references."""
    modes: tuple[str, ...] = ("upload", "text") if binary else ("text", "upload")
    if outermost:
        # The standard lets any input be a link, a folder can be nothing else.
        folder = media_types and all("directory" in name for name in media_types)
        modes = ("reference",) if folder else (*modes, "reference")
    return Field(
        kind="file",
        media_types=media_types,
        binary=binary,
        qualified=qualified,
        modes=modes,
        rows=4,
    )


def contents(choices: list[dict[str, Any]], *, outermost: bool) -> Field:
    """The same content in several media types: one field."""
    made = [content(choice, outermost=outermost) for choice in choices]
    names = tuple(dict.fromkeys(name for one in made for name in one.media_types))
    return file_of(names, outermost=outermost, binary=all(one.binary for one in made))


def example(view: Mapping[str, Any]) -> str:
    """The first example of a schema, as a placeholder."""
    for value in view.get("examples", ()):
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return f"e.g. {words.shorten(value)}"
    return ""
