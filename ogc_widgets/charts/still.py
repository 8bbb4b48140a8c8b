"""A chart as a still picture: SVG text in a light theme, made without a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ogc_widgets.charts.words import (
    amount,
    number_texts,
    number_ticks,
    time_ticks,
)
from ogc_widgets.protocol.text import escape_html

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ogc_widgets.charts.data import ChartData, Mask, Numbers, Rows

_ACCENT: Final = "#1976d2"
_TEXT, _SOFT, _LINE, _OTHER = "#1f1f1f", "#626262", "#dcdcdc", "#aeb4bd"
_MORE: Final = (
    *("#d55e00", "#009e73", "#cc79a7", "#b58900"),
    *("#56b4e9", "#7f7f7f", "#8c6bb1"),
)
_TOP, _RIGHT, _BOTTOM = 30, 16, 22
_SIGN_PX: Final = 6.4  # of a character, about
_FEW: Final = 500  # points that are drawn as circles


@dataclass(frozen=True)
class _Frame:
    """Where values stand in the picture."""

    left: float
    width: float
    height: float
    x_ends: tuple[float, float]
    y_ends: tuple[float, float]

    @property
    def right(self) -> float:
        return self.width - _RIGHT

    @property
    def bottom(self) -> float:
        return self.height - _BOTTOM

    def across(self, x: Numbers | float) -> Numbers:
        low, high = self.x_ends
        part = (np.asarray(x, dtype=np.float64) - low) / (high - low)
        return self.left + part * (self.right - self.left)

    def up(self, y: Numbers | float) -> Numbers:
        low, high = self.y_ends
        part = (np.asarray(y, dtype=np.float64) - low) / (high - low)
        return self.bottom - part * (self.bottom - _TOP)


def svg_of(
    data: ChartData,
    *,
    title: str = "",
    kept: Mask | None = None,
    selected: int = -1,
    colours: Sequence[str] | None = None,
    width: int = 640,
    height: int = 190,
) -> str:
    """Draw a chart.

    Args:
        data: What is drawn.
        title: What stands above it.
        kept: Which points are drawn; None for all.
        selected: Number of the point that is ringed, or -1.
        colours: A CSS colour for each point, of the first series.
        width: In pixels.
        height: In pixels.

    Returns:
        An SVG document without scripts, links or styles; empty where no point has a
        value. All text in it is escaped.
    """
    rows = data.rows(kept)
    x, y = data.x[rows], data.y[:, rows]
    found = y[np.isfinite(y)]
    if not len(found):
        return ""
    y_ends = _y_ends(data, float(found.min()), float(found.max()))
    places, step = number_ticks(*y_ends, max(2, int((height - 52) / 30)))
    texts = _with_unit(number_texts(places, step), data.up.unit)
    left = 14 + _SIGN_PX * max(map(len, texts), default=0)
    frame = _Frame(left, width, height, _x_ends(data, x), y_ends)
    parts = [
        *_grid(frame, places, texts),
        *_across(frame, data),
        *_marks(frame, data, rows, colours, selected),
    ]
    if selected in rows:
        parts += _ring(frame, data, selected)
    low, high = (
        amount(float(found.min()), data.up.unit),
        amount(float(found.max()), data.up.unit),
    )
    said = f"Chart of {title or data.up.title}: {len(rows):,} points, {low} to {high}"
    heading = (
        f'<text x="8" y="17" font-size="13" font-weight="600" fill="{_TEXT}">'
        f"{escape_html(title, limit=int(width / 9))}</text>"
    )
    named = data.lines if _has_colours(data, rows, selected) else data.series
    if len(named) > 1:
        parts += _legend(named, 8 + 8 * len(title[: int(width / 9)]) + 12, width)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape_html(said)}" '
        f'font-family="system-ui, sans-serif" font-size="11">'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
        f"{heading if title else ''}{''.join(parts)}</svg>"
    )


def _legend(series: Sequence[str], left: float, width: int) -> Iterator[str]:
    for number, name in enumerate(series):
        if left + 30 > width:
            return
        yield (
            f'<path d="M{left:.0f} 13h12" stroke="{_colour(number)}" stroke-width="3"/>'
        )
        yield _text(left + 17, 17, "start", name)
        left += 32 + _SIGN_PX * min(len(name), 60)


def _colour(series: int) -> str:
    return _ACCENT if series == 0 else _MORE[(series - 1) % len(_MORE)]


def _y_ends(data: ChartData, low: float, high: float) -> tuple[float, float]:
    is_bars = data.mark == "bars"
    if is_bars:
        low, high = min(0.0, low), max(0.0, high)
    if low == high:
        aside = abs(low) / 10 or 1.0
        return low - aside, high + aside
    aside = (high - low) * 0.06
    return (
        low if is_bars and low == 0 else low - aside,
        high if is_bars and high == 0 else high + aside,
    )


def _x_ends(data: ChartData, x: Numbers) -> tuple[float, float]:
    low, high = float(x[0]), float(x[-1])
    if data.mark == "bars":
        return low - data.width / 2, high + data.width / 2
    if low == high:
        aside = 15 * 86_400_000 if data.across.kind == "time" else abs(low) / 10 or 1.0
        return low - aside, high + aside
    aside = (high - low) * 0.015
    return low - aside, high + aside


def _with_unit(texts: list[str], unit: str) -> list[str]:
    """The unit stands once, at the last of the numbers."""
    return [*texts[:-1], f"{texts[-1]} {unit}"] if unit and texts else texts


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_SOFT}">'
        f"{escape_html(text, limit=60)}</text>"
    )


def _grid(frame: _Frame, places: list[float], texts: list[str]) -> Iterator[str]:
    for place, text in zip(places, texts, strict=True):
        y = float(frame.up(place))
        yield (
            f'<path d="M{frame.left:.1f} {y:.1f}H{frame.right:.1f}" stroke="{_LINE}"/>'
        )
        yield _text(frame.left - 6, y + 4, "end", text)


def _across(frame: _Frame, data: ChartData) -> Iterator[str]:
    most = max(2, int((frame.right - frame.left) / 75))
    if data.across.kind == "time":
        ticks = time_ticks(*frame.x_ends, most)
    else:
        places, step = number_ticks(*frame.x_ends, most)
        if data.across.kind == "category":
            places = [one for one in places if one == round(one) and one >= 1]
        texts = _with_unit(number_texts(places, step), data.across.unit)
        ticks = [*zip(places, texts, strict=True)]
    for place, text in ticks:
        left = float(frame.across(place))
        half = _SIGN_PX * len(text) / 2
        if left + half <= frame.width:
            yield _text(max(left, half + 2), frame.height - 7, "middle", text)


def _has_colours(data: ChartData, rows: Rows, selected: int) -> bool:
    """Whether lines are so few that each has a colour and a name."""
    return 1 < len(data.lines) <= len(_MORE) + 1 and selected not in rows


def _lines(frame: _Frame, data: ChartData, rows: Rows, selected: int) -> Iterator[str]:
    """Several lines: few in their colours, or in grey below the selected one."""
    if data.line_of is None:
        return
    numbers = data.line_of[rows]
    chosen = int(data.line_of[selected]) if selected in rows else -1
    order = [n for n in np.unique(numbers).tolist() if n != chosen]
    has_colours = _has_colours(data, rows, selected)
    for number in [*order, chosen] if chosen >= 0 else order:
        own = rows[numbers == number]
        x, y = frame.across(data.x[own]), frame.up(data.y[0, own])
        colour, width = (_ACCENT, 2.0) if number == chosen else (_OTHER, 1.0)
        if has_colours:
            colour, width = _colour(number), 1.5
        yield (
            f'<path d="{_line(x, y)}" fill="none" stroke="{colour}" '
            f'stroke-width="{width}" stroke-linejoin="round"/>'
        )
        yield from _points(x, y, [colour] * len(own))
    if chosen >= 0:
        yield _text(frame.right, _TOP - 4, "end", data.lines[chosen])


def _marks(
    frame: _Frame,
    data: ChartData,
    rows: Rows,
    colours: Sequence[str] | None,
    selected: int,
) -> Iterator[str]:
    if data.line_of is not None:
        yield from _lines(frame, data, rows, selected)
        return
    x = frame.across(data.x[rows])
    for number, values in enumerate(data.y):
        y = frame.up(values[rows])
        plain = _colour(number)
        own = None if colours is None or number else [colours[row] for row in rows]
        if data.mark == "bars":
            yield from _bars(frame, data, x, y, own)
            continue
        if data.mark == "line":
            way = _line(x, y)
            yield (
                f'<path d="{way}" fill="none" stroke="{plain}" stroke-width="1.25" '
                f'stroke-linejoin="round" opacity="0.8"/>'
            )
            if len(data.series) > 1 and len(x) > frame.width / 4:
                continue
        yield from _points(x, y, own or [plain] * len(rows))


def _line(x: Numbers, y: Numbers) -> str:
    """A way along all points: of those of one column the outermost, and its ends."""
    wanted = np.isfinite(y)
    kept = np.ones(len(x), dtype=bool)
    if len(x) > 3_000:
        columns = np.floor(x).astype(int)
        starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
        kept[:] = False
        # Gaps stay gaps.
        kept[np.flatnonzero(~wanted)] = True
        for start, end in zip(starts, [*starts[1:], len(x)], strict=True):
            of = np.flatnonzero(wanted[start:end]) + start
            if len(of):
                inner = y[of]
                kept[[of[0], of[-1], of[inner.argmin()], of[inner.argmax()]]] = True
    parts, is_drawing = [], False
    for left, top in zip(x[kept].tolist(), y[kept].tolist(), strict=True):
        if top != top:  # NaN
            is_drawing = False
            continue
        parts.append(f"{'L' if is_drawing else 'M'}{left:.1f} {top:.1f}")
        is_drawing = True
    return "".join(parts)


def _points(x: Numbers, y: Numbers, colours: Sequence[str]) -> Iterator[str]:
    seen = np.flatnonzero(np.isfinite(y))
    if len(seen) <= _FEW:
        radius = 3.5 if len(seen) < 60 else 2.5
        for at in seen.tolist():
            yield (
                f'<circle cx="{x[at]:.1f}" cy="{y[at]:.1f}" r="{radius}" '
                f'fill="{escape_html(colours[at])}" stroke="{_SOFT}" '
                'stroke-width="0.5"/>'
            )
        return
    # Of those on one spot the last is drawn: no spot that has a point is lost.
    spots = np.stack([np.round(x[seen] / 2), np.round(y[seen] / 2)], axis=1)[::-1]
    _, first = np.unique(spots, axis=0, return_index=True)
    by_colour: dict[str, list[str]] = {}
    for at in seen[::-1][np.sort(first)][::-1].tolist():
        way = f"M{x[at]:.0f} {y[at]:.0f}h0"
        by_colour.setdefault(colours[at], []).append(way)
    for colour, ways in by_colour.items():
        yield (
            f'<path d="{"".join(ways)}" stroke="{escape_html(colour)}" '
            'stroke-width="3" stroke-linecap="round"/>'
        )


def _bars(
    frame: _Frame,
    data: ChartData,
    x: Numbers,
    y: Numbers,
    colours: Sequence[str] | None,
) -> Iterator[str]:
    zero = float(frame.up(0.0))
    wide = data.width * (frame.right - frame.left) / (frame.x_ends[1] - frame.x_ends[0])
    gap = 1.0 if wide > 5 else 0.0
    by_colour: dict[str, list[str]] = {}
    highest: dict[tuple[int, bool], float] = {}
    for at, (left, top) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        if top != top:  # NaN
            continue
        # On one pixel the highest hides the others.
        key = (int(left * 2), top > zero)
        if wide < 0.5 and key in highest and abs(top - zero) <= highest[key]:
            continue
        highest[key] = abs(top - zero)
        side = left - wide / 2 + gap
        way = f"M{side:.1f} {zero:.1f}V{top:.1f}h{max(wide - gap, 0.5):.1f}V{zero:.1f}Z"
        by_colour.setdefault(colours[at] if colours else _ACCENT, []).append(way)
    for colour, ways in by_colour.items():
        yield f'<path d="{"".join(ways)}" fill="{escape_html(colour)}"/>'


def _ring(frame: _Frame, data: ChartData, row: int) -> Iterator[str]:
    values = data.y[:, row]
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return
    left = float(frame.across(float(data.x[row])))
    top = float(frame.up(float(values[known[0]])))
    yield (
        f'<path d="M{left:.1f} {_TOP}V{frame.bottom:.1f}" stroke="{_SOFT}" '
        'stroke-dasharray="3 3"/>'
    )
    if data.mark != "bars":
        yield (
            f'<circle cx="{left:.1f}" cy="{top:.1f}" r="5" fill="none" '
            f'stroke="{_TEXT}" stroke-width="2"/>'
        )
