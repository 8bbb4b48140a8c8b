"""The page of a report, and its pieces: what is not made here is text, and escaped."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ogc_widgets import __version__
from ogc_widgets.client.http.blanking import blanked
from ogc_widgets.client.results.downloads import save
from ogc_widgets.client.results.files.names import safe_filename
from ogc_widgets.protocol.secrets import without_secrets
from ogc_widgets.protocol.text import escape_html

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ogc_widgets.client.http.connection import Connection

MOST_CODE: Final = 60_000
"""Characters of code in a report."""
_MOST_SIGNS: Final = 2_000
# Nothing is fetched and nothing runs, whatever stands in the page.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


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


def page_of(title: str, parts: Iterable[Markup | None]) -> str:
    """Write the page.

    Args:
        title: Title of the page.
        parts: What stands on it.
    """
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    head = joined(
        [
            Markup('<meta charset="utf-8">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
            Markup('<meta name="viewport" content="width=device-width">'),
            Markup('<meta name="referrer" content="no-referrer">'),
            tag("title", title),
            Markup(f"<style>{style}</style>"),
        ]
    )
    foot = tag("footer", f"Written by ogc_widgets {__version__}, {at}.")
    body = tag("body", tag("main", joined(parts)), foot)
    return f'<!doctype html>\n<html lang="en">{tag("head", head)}{body}</html>\n'


def write(
    html: str,
    path: str | Path | None,
    name: str,
    *,
    connection: Connection,
    secrets: Collection[str],
) -> Path:
    """Write the file; an earlier one of that name stays until this one is whole.

    Args:
        html: The page.
        path: Where to; a folder if there is one of that name.
        name: Name of the file where the path does not say it.
        connection: Whose secrets are left out, wherever a server repeats one.
        secrets: Others, which stood among inputs.

    Raises:
        InputError: It cannot be written.
    """
    html, name = blanked(connection.redact(html), secrets), safe_filename(name)
    target = Path(name if path is None else path).expanduser()
    return save(html.encode(), target / name if target.is_dir() else target)
