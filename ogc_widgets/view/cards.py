"""What views say in words: a note on the page, and the table of a saved notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.protocol.text import clean, escape_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Note = dict[str, str]


def note(tone: str, text: object) -> Note:
    """What came of something, for the page; its tone is "good", "warn" or "bad"."""
    return {"tone": tone, "text": clean(text, limit=1000, lines=True)}


def html_table(
    rows: Iterable[Sequence[object]],
    *,
    caption: str = "",
    head: Sequence[str] = (),
    limit: int = 1000,
) -> str:
    """Rows as an escaped table without styles.

    Args:
        rows: What stands in the cells.
        caption: What the table shows.
        head: Names of the columns; without them the first cell of each row is its head.
        limit: Most characters of a cell.
    """
    first = "<td>{}</td>" if head else '<th align="left">{}</th>'
    parts = ["<table>"]
    if caption:
        parts.append(f"<caption>{escape_html(caption)}</caption>")
    if head:
        names = "".join(f"<th>{escape_html(name)}</th>" for name in head)
        parts.append(f"<thead><tr>{names}</tr></thead>")
    parts.append("<tbody>")
    for name, *others in rows:
        cells = "".join(f"<td>{escape_html(one, limit=limit)}</td>" for one in others)
        parts.append(f"<tr>{first.format(escape_html(name, limit=limit))}{cells}</tr>")
    return "".join([*parts, "</tbody></table>"])
