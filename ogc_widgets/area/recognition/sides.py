"""The four sides of a box in words, and lists of them that tell an order.

"[North, West, South, East]", ``min_lat,min_lon,max_lat,max_lon``, "lower left lon, lat,
upper right lon, lat", ``lat (min, max), lon (min, max)``: a text is cut into marks. A
mark names an axis, a direction, or both, which makes it a side. Four sides in a row, or
marks that can be put together to four, are an order of the numbers of a box.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ogc_widgets.area.recognition.side_marks import AXES, CORNERS, LETTERS, MARKS, Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_TEXT: Final = 2_000  # characters of a server's text that are looked at
# Four letters that are an order, but also a word.
_NO_ORDERS: Final = {"news", "sewn", "wens", "snew"}


_O: Final = Mark("o")  # Ouest, Oeste and Ost: whichever of the two is missing
# Words inside of a mark, and between the marks of a list.
_INSIDE: Final = {
    *("bound", "bounds", "bounding", "boundary", "border", "edge", "limit", "side"),
    *("corner", "coordinate", "coordinates", "point", "value", "most", "of", "the"),
}
_BETWEEN: Final = {
    *("and", "then", "to", "followed", "by", "und", "et", "y", "e", "in"),
    *("degree", "degrees", "deg", "dd", "decimal", "grad", "wgs"),
}
_EDGE: Final = re.compile("bound(?:ing|ary)?|limit|edge|border|grenze")
_BLANK: Final = re.compile(r"[\s_.-]*")
_CAMEL: Final = re.compile(r"(?<=[a-zß-ÿ0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,40}>")
_CHAIN: Final = re.compile(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+){3}(?![\w-])")
_HEIGHT: Final = re.compile(
    r"(?<![^\W\d_])(?:(?:min|max)(?:imum)?[ _-]?)?(?:alt|altitude|height|elevation|z)"
    r"(?:[ _-]?(?:min|max)(?:imum)?)?(?![^\W\d_])",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?")
_ACRONYM: Final = re.compile(r"(?<![^\W_])[wsen]{4}(?![^\W_])")


@dataclass(slots=True)
class _Run:
    """Marks in a row, and the text before each of them."""

    marks: list[Mark]
    gaps: list[str]


def orders_in(text: str) -> tuple[str, ...]:
    """The orders that a text lists the four sides in, each of them once."""
    spaced = _plain(text)
    found = [order for run in _runs(spaced) for order in _orders(run)]
    found += [
        word
        for word in _ACRONYM.findall(spaced.lower())
        if len(set(word)) == 4 and word not in _NO_ORDERS  # one letter for each side
    ]
    return tuple(dict.fromkeys(found))


def corners_in(text: str) -> tuple[str, str] | None:
    """The two corners that a text names, such as ``("wn", "es")``, or None."""
    for run in _runs(_plain(text)):
        for first, second in pairwise(run.marks):
            corners = tuple(one.on("x") + one.on("y") for one in (first, second))
            kinds = first.kind + second.kind
            if kinds == "BB" and sorted("".join(corners)) == sorted("wsen"):
                return corners[0], corners[1]
    return None


def separator_in(text: str) -> str:
    """What stands between the sides in the first list of them: "/", ";" or ","."""
    for run in _runs(_plain(text)):
        if _orders(run):
            signs = {gap.strip() for gap in run.gaps[1:]}
            return signs.pop() if signs in ({"/"}, {";"}) else ","
    return ","


def order_of_members(texts: Sequence[str]) -> str:
    """The order of four numbers each of which has words of its own, or ""."""
    sides = "".join(_only_side(text) for text in texts)
    if sorted(sides) == sorted("wsen") and len(texts) == len(sides):
        return sides
    found = orders_in(", ".join(texts))
    return found[0] if len(found) == 1 else ""


def sides_of(names: Iterable[str]) -> tuple[str, ...]:
    """Names of west, south, east and north among others, or nothing."""
    marks = {str(name): _mark_of(str(name)) for name in names}
    known = {name: mark for name, mark in marks.items() if mark is not None}
    resolved = _without_digits(list(known.values()))
    by_side: dict[str, list[str]] = {}
    for name, mark in zip(known, resolved, strict=True):
        by_side.setdefault(mark.side, []).append(name)
    found = [by_side.get(side, []) for side in "wsen"]
    return tuple(one[0] for one in found) if all(len(x) == 1 for x in found) else ()


def _plain(text: str) -> str:
    """A text without tags and heights, ``minLat`` and "north-west-..." taken apart."""
    spaced = _CAMEL.sub(" ", _TAG.sub(" ", text[:_MOST_TEXT]))
    spaced = _HEIGHT.sub(" ", spaced)
    return _CHAIN.sub(_apart, spaced)


def _apart(chain: re.Match[str]) -> str:
    words = chain[0].split("-")
    marks = [_read(word.lower()) for word in words]
    is_list = all(mark is not None and mark.compass for mark in marks)
    return ", ".join(words) if is_list else chain[0]


def _only_side(text: str) -> str:
    """The side that the words of one number name, or "" for none or several."""
    runs = _runs(_plain(text))
    sides = {mark.side for run in runs for mark in run.marks if mark.side}
    return sides.pop() if len(sides) == 1 else ""


def _mark_of(name: str) -> Mark | None:
    """The mark that a whole name is."""
    spaced = _CAMEL.sub(" ", name[:100])
    words = {word.lower() for word in _WORD.findall(spaced)} - _INSIDE
    if any(_read(word) is None and not word.isdigit() for word in words):
        return None
    runs = _runs(spaced)
    return runs[0].marks[0] if len(runs) == 1 and len(runs[0].marks) == 1 else None


def _read(word: str) -> Mark | None:
    """What one word names, also in one with another: ``latmin``, ``llx``."""
    known = MARKS.get(word)
    if known or len(word) > 30:  # no two words are longer
        return known
    if word == "o":
        return _O
    plain = _EDGE.sub("", word)
    if plain and plain != word:
        return _read(plain)
    for at in range(1, len(word)):
        first, second = word[:at], word[at:]
        a, b = MARKS.get(first), MARKS.get(second)
        if not a or not b or (len(word) < 4 and not {first, second} & CORNERS.keys()):
            continue
        if (first in AXES) != (second in AXES):
            made = a.joined(b)
            if made is not None and made.side:
                return made
    return None


def _runs(text: str) -> list[_Run]:
    """Marks in a row; words that say something else come between two rows."""
    runs = [_Run([], [])]
    last_word, end, last_end = "", 0, 0
    is_open = False  # whether the next mark may be one with the last
    for match in _WORD.finditer(text):
        word, gap = match[0].lower(), text[end : match.start()]
        end = match.end()
        run = runs[-1]
        mark = _read(word)
        tight = is_open and bool(_BLANK.fullmatch(gap))
        if word in ("y", "e") and tight and run.marks[-1].compass:
            # "norte, oeste, sur y este": only among letters is a letter a side.
            mark = mark if last_word in LETTERS.values() else None
        if mark is None:
            if word[0].isdigit():
                if run.marks and tight and len(word) == 1 and not gap.strip(" _"):
                    run.marks[-1] = _numbered(run.marks[-1], word)
                is_open = False
            elif word in _INSIDE or (word in _BETWEEN and run.marks):
                is_open = is_open and word in _INSIDE
            elif run.marks:
                runs.append(_Run([], []))
                is_open = False
            continue
        made = run.marks[-1].joined(mark) if run.marks and tight else None
        if run.marks and tight and gap == "-" and made is None:
            made = _hyphenated(run.marks[-1], mark)
        if made is not None:
            run.marks[-1] = made
        elif not _repeats(run, mark, gap):
            run.marks.append(mark)
            run.gaps.append(text[last_end : match.start()])
        last_word, last_end, is_open = word, end, True
    return [run for run in runs if run.marks]


def _numbered(mark: Mark, digit: str) -> Mark:
    return replace(mark, x=digit, y=digit) if mark.axis and not mark.side else mark


def _hyphenated(first: Mark, second: Mark) -> Mark | None:
    """``south-west``: a corner."""
    if first.axis or second.axis or not (first.compass and second.compass):
        return None
    return Mark(x=second.x, y=first.y) if first.y and second.x else None


def _repeats(run: _Run, mark: Mark, gap: str) -> bool:
    """Whether a mark only explains the last one: "latitude (north)"."""
    if not run.marks or "(" not in gap or "," in gap:
        return False
    last = run.marks[-1]
    if last.side and last.side in (mark.side, mark.on("x"), mark.on("y")):
        return True
    if last.side and mark.kind == "A":
        return bool(last.on(mark.axis) == last.side)
    if last.kind == "A" and mark.side and mark.on(last.axis) == mark.side:
        run.marks[-1] = mark
        return True
    return False


def _orders(run: _Run) -> list[str]:
    """The orders in a row of marks."""
    marks = _without_digits(run.marks)
    found = []
    start = 0
    while start < len(marks):
        for length in (6, 4, 3):
            window = marks[start : start + length]
            gaps = run.gaps[start + 1 : start + length]
            order = _order(window, gaps) if len(window) == length else ""
            if order:
                found.append(order)
                start += length - 1
                break
        start += 1
    return found


def _order(marks: list[Mark], gaps: list[str]) -> str:
    """The order that marks are together, or ""."""
    kinds = "".join(mark.kind for mark in marks)
    sides = ""
    match kinds:
        case "SSSS" | "SSSA" | "SSAS" | "SASS" | "ASSS" if _is_list(marks, gaps):
            sides = _with_o(marks)
        case "SASA":
            a, b, c, d = marks
            sides = a.side + a.on(b.axis) + c.side + c.on(d.axis)
        case "BSBS":  # min/max longitude, min/max latitude
            a, b, c, d = marks
            sides = a.on(b.axis) + b.side + c.on(d.axis) + d.side
            if not b.axis:  # upper, left, lower, right
                sides = a.on("y") + b.side + c.on("y") + d.side
        case "SBSB":
            a, b, c, d = marks
            sides = a.side + b.on(a.axis) + c.side + d.on(c.axis)
            if not a.axis:  # left, lower, right, upper
                sides = a.side + b.on("y") + c.side + d.on("y")
        case "BAABAA":
            a, b, c, d, e, f = marks
            sides = a.on(b.axis) + a.on(c.axis) + d.on(e.axis) + d.on(f.axis)
        case "ABBABB":
            a, b, c, d, e, f = marks
            sides = b.on(a.axis) + c.on(a.axis) + e.on(d.axis) + f.on(d.axis)
        case "AABB" | "BBAA":
            axes = [mark.axis for mark in marks if mark.kind == "A"]
            bounds = [mark for mark in marks if mark.kind == "B"]
            sides = "".join(mark.on(axis) for mark in bounds for axis in axes)
        case "ASB":  # latitude and longitude of the SW and NE corners
            a, b, c = marks
            sides = b.on(a.axis) + b.side + c.on(a.axis) + c.on(b.axis)
        case _:
            pass
    return sides if sorted(sides) == sorted("wsen") else ""


def _is_list(marks: list[Mark], gaps: list[str]) -> bool:
    """Whether four words are four entries, and not two corners such as "south west"."""
    blank = {not gap.strip() for gap in gaps}
    return len(blank) == 1 or not any(mark.compass for mark in marks)


def _with_o(marks: list[Mark]) -> str:
    sides = "".join(mark.side or ("o" if mark == _O else "?") for mark in marks)
    missing = {"w", "e"} - set(sides)
    return sides.replace("o", missing.pop()) if len(missing) == 1 else sides


def _without_digits(marks: list[Mark]) -> list[Mark]:
    """``lon1, lat1, lon2, lat2``: the smaller digit is the lower side."""
    digits = sorted({mark.x for mark in marks if mark.x.isdigit()})
    if len(digits) != 2:  # a box has two corners
        return marks
    sign = dict(zip(digits, "-+", strict=True))
    return [
        replace(mark, x=sign[mark.x], y=sign[mark.x]) if mark.x in sign else mark
        for mark in marks
    ]
