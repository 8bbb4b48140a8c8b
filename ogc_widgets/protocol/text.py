"""Server text made safe to show: the one module that does it.

Every string from a server passes through :func:`clean` before it is shown, and through
:func:`escape_html` before it becomes part of a page. Nothing else in the package writes
a server's text into markup.
"""

from __future__ import annotations

import html
import unicodedata

from ogc_widgets.errors import printable
from ogc_widgets.patterns import pattern

TITLE_LIMIT = 200
_WORDS_LIMIT = 100  # of each word of a ``repr``
MESSAGE_LIMIT = 4_000
LOG_LIMIT = 262_144

# Marks that reorder or hide what stands around them. The joiners U+200C and U+200D
# stay: Persian, Hindi and emoji need them.
_INVISIBLE = [
    0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F,
    *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
    *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080),
]  # fmt: skip
_CONTROLS = [*range(0x20), 0x7F, *range(0x80, 0xA0)]

_ONE_LINE: dict[int, str | None] = {
    **dict.fromkeys(_CONTROLS),
    **dict.fromkeys(_INVISIBLE),
    **dict.fromkeys((0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029), " "),
    0x1B: "␛",
}
_LINES: dict[int, str | None] = {
    **_ONE_LINE,
    0x09: "\t",
    **dict.fromkeys((0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029), "\n"),
}

# What people write has no more marks on one letter, and no more of those that stand on
# one another; more would be painted over the lines around. js/view/text.js does the
# same.
_MOST_MARKS = 5
_STACK = pattern(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def brief(of: object, *words: object) -> str:
    """The ``repr`` of a document in one line: what a cell shows of it.

    Args:
        of: The document.
        words: What people want to know of it; what is empty is left out.
    """
    said = " ".join(filter(None, (clean(word, limit=_WORDS_LIMIT) for word in words)))
    return f"<{type(of).__name__}{' ' if said else ''}{said}>"


def quoted(words: str) -> str:
    """Words in quotation marks, and nothing of no words."""
    return f'"{words}"' if words else ""


def clean(value: object, *, limit: int = TITLE_LIMIT, lines: bool = False) -> str:
    """Make plain text of a server's value: cut, without controls or bidi marks.

    Args:
        value: Usually a string; ``None`` gives ``""``, anything else its ``str``.
        limit: Most characters that are kept; the rest is counted, not shown.
        lines: Keep line breaks and tabs; otherwise they become spaces.

    Returns:
        Text that is safe in a text node. It is not escaped for HTML.
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    left_out = len(text) - limit
    if left_out > 0:
        text = text[:limit]
    text = _few_marks(printable(text))
    if lines:
        text = text.replace("\r\n", "\n").translate(_LINES)
    else:
        text = " ".join(text.translate(_ONE_LINE).split())
    return f"{text}… ({left_out:,} more)" if left_out > 0 else text


def _few_marks(text: str) -> str:
    """Leave out what marks a letter has beyond those that people write."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for letter in _STACK.sub(r"\1", text):
        marks = marks + 1 if unicodedata.category(letter)[0] == "M" else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def escape_html(value: object, *, limit: int = TITLE_LIMIT, lines: bool = False) -> str:
    """Make HTML text of a server's value: :func:`clean`, then escaped.

    Returns:
        Text without ``<``, ``>``, ``&`` (except entities) or quotes, for element
        content and quoted attribute values.
    """
    return html.escape(clean(value, limit=limit, lines=lines), quote=True)


def counted(count: int, noun: str) -> str:
    """So many of something: ``1 row``, ``2,000 rows``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def in_bytes(count: int) -> str:
    """A size as people read it: 1234567 -> ``1.2 MB``."""
    size, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        units.pop(0)
    return (
        f"{size:.0f} {units[0]}"
        if size >= 100 or count < 1000
        else f"{size:.1f} {units[0]}"
    )
