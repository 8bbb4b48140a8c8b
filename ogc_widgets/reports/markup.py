"""Pieces of a page: whatever is not made here is text, and is escaped."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ogc_widgets.protocol.secrets import without_secrets
from ogc_widgets.protocol.text import escape_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_SIGNS = 2_000


class Markup(str):
    """HTML that was made here; all other strings are words of somebody."""

    __slots__ = ()


def tag(
    name: str, *children: object, limit: int = _MOST_SIGNS, **attributes: object
) -> Markup:
    """Make an element.

    Args:
        name: Its name.
        children: What stands in it; nothing of None and of empty strings.
        limit: Most characters of each text.
        attributes: Its attributes, ``class_`` for ``class``; those that are None are
            left out.
    """
    inside = "".join(_piece(one, limit) for one in children if one not in (None, ""))
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape_html(value, limit=limit)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{written}>{inside}</{name}>")


def _piece(child: object, limit: int) -> str:
    if isinstance(child, Markup):
        return child
    # Servers put signed links into their words, too.
    return escape_html(without_secrets(child), limit=limit, lines=True)


def joined(parts: Iterable[Markup | None]) -> Markup:
    """Pieces after one another."""
    return Markup("".join(one for one in parts if one is not None))


def text_block(text: str, limit: int) -> Markup:
    """Code made of inputs without secrets; its addresses stay as they are."""
    code = Markup(escape_html(text, limit=limit, lines=True))
    return tag("pre", tag("code", code))


def facts(rows: Iterable[tuple[object, object]]) -> Markup:
    """Names and what is said of each; those without anything are left out."""
    lines = [
        tag("tr", tag("th", name, scope="row"), tag("td", value))
        for name, value in rows
        if value not in (None, "")
    ]
    return tag("table", tag("tbody", *lines), class_="facts")


def table(
    head: Sequence[str], rows: Sequence[Sequence[object]], *, total: int = 0
) -> Markup:
    """A table that says how many rows it does not have.

    Args:
        head: Names of the columns.
        rows: What stands in them; numbers stand on the right.
        total: How many rows there are; as many as are given if left out.
    """
    names = tag("tr", *(tag("th", one, scope="col") for one in head))
    lines = [tag("tr", *(_cell(one) for one in row)) for row in rows]
    more = total - len(rows)
    if more > 0:
        words = f"and {more:,} more"
        lines.append(tag("tr", tag("td", words, colspan=len(head), class_="soft")))
    inside = tag("table", tag("thead", names), tag("tbody", *lines))
    return tag("div", inside, class_="wide")


def _cell(value: object) -> Markup:
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
        return tag("td", text, class_="number")
    return tag("td", value, limit=400)


def picture(content: bytes, words: str, caption: str = "") -> Markup:
    """A picture that is part of the page.

    Args:
        content: A PNG, JPEG, WebP or GIF, or an SVG, which is an image to the page:
            nothing in it runs.
        words: What is seen, for those who do not see it.
        caption: What stands below it.
    """
    kind = next(
        (kind for start, kind in _KINDS.items() if content.startswith(start)), "svg+xml"
    )
    data = base64.b64encode(content).decode("ascii")
    source = Markup(f'src="data:image/{kind};base64,{data}"')
    image = Markup(f'<img {source} alt="{escape_html(words, limit=1000)}">')
    below = tag("figcaption", caption, limit=300) if caption else None
    return tag("figure", image, below)


_KINDS = {
    b"\x89PNG": "png",
    b"\xff\xd8": "jpeg",
    b"RIFF": "webp",
    b"GIF8": "gif",
}
