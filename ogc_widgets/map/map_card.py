"""What a saved notebook says about results and areas without a kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.protocol.text import clean, escape_html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ROWS = 50


def results_text(count: int) -> str:
    """Say how much came out: "Results: 2 items"."""
    return f"Results: {count} {'item' if count == 1 else 'items'}"


def results_html(
    columns: Sequence[str], rows: Sequence[Mapping[str, Any]], count: int
) -> str:
    """Items, their dates, files and numbers as an escaped table without styles.

    Args:
        columns: Names of the numbers.
        rows: Rows as :func:`ogc_widgets.map.items.rows.row_of` makes them.
        count: How many items there are, also where not all are rows.
    """
    if not rows:
        return f"<p>{results_text(count)}</p>"
    names = "".join(f'<th align="right">{escape_html(name)}</th>' for name in columns)
    head = f"<th>item</th><th>date</th>{names}<th>files</th>"
    body = "".join(_row(row) for row in rows[:MOST_ROWS])
    more = count - min(len(rows), MOST_ROWS)
    if more > 0:
        body += f"<tr><td>{more} more</td></tr>"
    return (
        f"<table><caption>{results_text(count)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(row: Mapping[str, Any]) -> str:
    files = ", ".join(row["files"])
    numbers = "".join(
        f'<td align="right">{escape_html(one, limit=300)}</td>'
        for one in row["numbers"]
    )
    first, last = (row["label"], row["date"]), (files,)
    before, after = (
        "".join(f"<td>{escape_html(one, limit=300)}</td>" for one in texts)
        for texts in (first, last)
    )
    return f"<tr>{before}{numbers}{after}</tr>"


def area_text(bbox: Sequence[float] | None) -> str:
    """Say which area is on the map, in degrees."""
    if bbox is None:
        return "Map: no area of interest"
    return clean(f"Map: area of interest {', '.join(f'{side:g}' for side in bbox)}")
