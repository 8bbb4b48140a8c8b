"""Fields that hold no other fields, each of what one view says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.fields.fields import Field, Kind
from ogc_widgets.form.fields.recognise import takes_date
from ogc_widgets.form.page import words
from ogc_widgets.form.schema.dialects import ENUM_NAMES
from ogc_widgets.form.schema.view import FORMATS_OF_TEXT
from ogc_widgets.protocol.media_types import is_text
from ogc_widgets.protocol.secrets import takes_secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.form.fields.place import Hints, Place
    from ogc_widgets.form.schema.keywords import Schema
    from ogc_widgets.form.schema.view import View
    from ogc_widgets.protocol.json_type import JsonValue

_KIND_OF_FORMAT: Final[dict[str, Kind]] = {
    "date": "date",
    "time": "time",
    "date-time": "datetime",
    "datetime": "datetime",
    "duration": "duration",
}
# CWL's names of formats have no hyphens: "DateTime", "IDNEmail", "JsonPointer".
_CWL_FORMATS: Final = {name.replace("-", ""): name for name in FORMATS_OF_TEXT}


def const(value: JsonValue, said: Schema) -> Field:
    """A field with exactly one value, shown and sent."""
    label = said.get("title") or _option_label(value)
    return Field(kind="const", options=(value,), option_labels=(label,))


def _option_label(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words.shorten(value, 200) if value != "" else "(empty text)"


def choice(options: list[Any], said: Schema, *, several: bool = False) -> Field | None:
    """A choice between options; None if null is the only one."""
    names = said.get(ENUM_NAMES, ())
    if len(names) != len(options):
        names = [""] * len(options)
    labels = {
        number: name or _option_label(options[number])
        for number, name in enumerate(names)
        if options[number] is not None
    }
    values = tuple(options[number] for number in labels)
    if not values:
        return None
    kind: Kind = "const" if len(options) == 1 and not several else "choice"
    return Field(kind=kind, options=values, option_labels=tuple(labels.values()))


def number(said: Schema, kind: Kind, hints: Hints) -> Field:
    """A number with its bounds."""
    # Hints give a slider its ends where the schema has no limits.
    low = said.get("minimum", hints.number("minimum"))
    high = said.get("maximum", hints.number("maximum"))
    above, below = said.get("exclusiveMinimum"), said.get("exclusiveMaximum")
    excludes_low = above is not None and (low is None or above >= low)
    excludes_high = below is not None and (high is None or below <= high)
    return Field(
        kind=kind,
        minimum=above if excludes_low else low,
        maximum=below if excludes_high else high,
        exclusive=(excludes_low, excludes_high),
        step=said.get("multipleOf") or hints.number("step"),
    )


def text(view: View, place: Place) -> Field:
    """A text of any kind: a date, a password, the content of a file, prose."""
    said, hints, names = view.said, place.hints, place.naming
    wish = hints.text("widget")
    cwl_format = _CWL_FORMATS.get(names.cwl_type.rsplit("#", 1)[-1].lower(), "")
    format_name = said.get("format", cwl_format)
    is_secret = said.get("writeOnly") is True or hints.get("password") is True
    is_secret = is_secret or takes_secret(said, names.key, names.title)
    if is_secret or "password" in (format_name, wish):
        return Field(kind="secret", format="password")
    if is_content(view):
        return contents([view], outermost=place.outermost)
    if format_name in _KIND_OF_FORMAT:
        return Field(kind=_KIND_OF_FORMAT[format_name], format=format_name)
    if not format_name and takes_date(said, names):
        return Field(kind="date")  # with a calendar, and any other text is taken, too
    if wish == "code" or {"textarea", "multiline"} & {wish, format_name}:
        return Field(kind="multiline", rows=int(hints.number("rows") or 4))
    default = said.get("default")
    if isinstance(default, str) and "\n" in default.strip():
        return Field(kind="multiline", rows=min(default.count("\n") + 2, 12))
    return Field(kind="text", format=format_name)


def is_content(view: View) -> bool:
    """Whether a text is the content of a file."""
    said = view.said
    return view.named_types in (["string"], []) and (
        bool({"contentMediaType", "contentEncoding"} & said.keys())
        or said.get("format") in ("binary", "byte")
    )


def contents(views: list[View], *, outermost: bool) -> Field:
    """The same content in one media type or several: one field."""
    binary = all(_is_binary(view.said) for view in views)
    names = [view.said.get("contentMediaType", "") for view in views]
    if not outermost and not binary and len(views) == 1:
        return Field(kind="multiline", media_types=_media_types(names), rows=6)
    return _file(names, outermost=outermost, binary=binary)


def qualified_file(media_types: tuple[str, ...], views: list[View]) -> Field:
    """ZOO's complex input: a link, or ``{"value": ...}``."""
    said = [view.said.get("contentMediaType", "") for view in views]
    names = _media_types([*media_types, *said])
    binary = bool(names) and not any(map(is_text, names))
    return _file(names, outermost=True, binary=binary, qualified=True)


def _is_binary(said: Schema) -> bool:
    name = said.get("contentMediaType", "")
    if name and is_text(name):
        return False  # ZOO writes base64 where the service says nothing, for XML too
    encoding = str(said.get("contentEncoding", "")).lower()
    is_encoded = encoding in ("base64", "binary", "base64url")
    return is_encoded or bool(name) or said.get("format") in ("binary", "byte")


def _media_types(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name and name != "*/*"))


def _file(
    names: Iterable[str], *, outermost: bool, binary: bool, qualified: bool = False
) -> Field:
    """A file field; only inputs themselves can be references."""
    media_types = _media_types(names)
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


def example(said: Schema) -> str:
    """The first example of a schema, as a placeholder."""
    for value in said.get("examples", ()):
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return f"e.g. {words.shorten(value)}"
    return ""
