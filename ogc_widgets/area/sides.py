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

from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LETTERS: Final = {("x", "-"): "w", ("y", "-"): "s", ("x", "+"): "e", ("y", "+"): "n"}


@dataclass(frozen=True, slots=True)
class Mark:
    """An axis, a direction on either axis, or both.

    Attributes:
        axis: "x" for longitudes, "y" for latitudes, "" for none.
        x: "-" for the west, "+" for the east, a digit of ``lon1``, or "".
        y: The same for the south and the north.
        compass: Whether it is a word of the compass, which stands for itself.
    """

    axis: str = ""
    x: str = ""
    y: str = ""
    compass: bool = False

    @property
    def side(self) -> str:
        """Letter of the side, or ""."""
        if self.axis:
            return self.on(self.axis)
        return "" if self.x and self.y else self.on("x") or self.on("y")

    @property
    def kind(self) -> str:
        """S for a side, A for an axis alone, B for a direction on both axes."""
        return "S" if self.side else "A" if self.axis else "B"

    def on(self, axis: str) -> str:
        """Letter of the side that the direction is on an axis, or ""."""
        return _LETTERS.get((axis, self.x if axis == "x" else self.y), "")

    def joined(self, other: Mark) -> Mark | None:
        """Both as one mark, or None if they do not go together."""
        if self.compass and other.compass:
            return None
        if self.side and self.axis:
            # "latitude of the lower left corner": the last word is the corner's.
            is_along = other.x and not (other.y or other.axis or other.compass)
            return replace(self, x=other.x) if self.x == self.y and is_along else None
        if (self.axis and other.axis) or (self.y and other.y):
            return None
        # "lower left": of the two, the second one says which side.
        if self.x and other.x and (self.axis or other.y or not self.y):
            return None
        return Mark(self.axis or other.axis, other.x or self.x, self.y or other.y)


_WORDS: Final = {
    Mark(
        "x"
    ): "lon lons long longitude longitudes lng longitud longitudine länge laenge "
    "längengrad laengengrad x easting",
    Mark("y"): "lat lats latitude latitudes latitud latitudine breite breitengrad y "
    "northing",
    Mark(
        "", "-", "-"
    ): "min minimum minimal minimale minimo minima mínimo mínima lower "
    "lowest smallest low start",
    Mark(
        "", "+", "+"
    ): "max maximum maximal maximale maximo maxima máximo máxima upper "
    "highest largest high end",
    Mark(x="-", compass=True): "w west western westernmost westen ouest oeste ovest",
    Mark(
        x="+", compass=True
    ): "e east eastern easternmost est este leste ost osten oost oosten",
    Mark(
        y="-", compass=True
    ): "s south southern southernmost süd sued sud süden sueden sur sul zuid zuiden",
    Mark(y="+", compass=True): "n north northern northernmost nord norden norte noord "
    "noorden",
    Mark(x="-"): "left links gauche",
    Mark(x="+"): "right rechts droite",
    Mark(y="-"): "bottom unten",
    Mark(y="+"): "top oben",
}
_CORNER_WORDS: Final = {
    Mark("", "-", "-"): "sw ll bl southwest southwestern lowerleft bottomleft",
    Mark("", "+", "-"): "se lr br southeast southeastern lowerright bottomright",
    Mark("", "-", "+"): "nw ul tl northwest northwestern upperleft topleft",
    Mark("", "+", "+"): "ne ur tr northeast northeastern upperright topright",
}
_CORNERS: Final = {
    word: mark for mark, words in _CORNER_WORDS.items() for word in words.split()
}
_MARKS: Final = {
    **{word: mark for mark, words in _WORDS.items() for word in words.split()},
    **_CORNERS,
    "o": (_O := Mark("o")),  # Ouest, Oeste and Ost: whichever of the two is missing
}
# How marks in a row make four sides, by their kinds: "0" is the side that mark 0 is,
# "01" that of its direction on the axis of mark 1, or up and down where it has none.
_PATTERNS: Final = {
    "SASA": "0 01 2 23",
    "BSBS": "01 1 23 3",  # min/max longitude, min/max latitude; upper, left, ...
    "SBSB": "0 10 2 32",
    "BAABAA": "01 02 34 35",
    "ABBABB": "10 20 43 53",
    "AABB": "20 21 30 31",
    "BBAA": "02 03 12 13",
    "ASB": "10 1 20 21",  # latitude and longitude of the SW and NE corners
}
_LISTS: Final = {"SSSS", "SSSA", "SSAS", "SASS", "ASSS"}  # an A may be an "O"

_MOST_TEXT: Final = 2_000  # characters of a server's text that are looked at
_MOST_LETTERS: Final = 30  # of two words in one
# Four letters that are an order, but also a word.
_NO_ORDERS: Final = {"news", "sewn", "wens", "snew"}
# Words inside of a mark, and between the marks of a list.
_INSIDE: Final = {
    *("bound", "bounds", "bounding", "boundary", "border", "edge", "limit", "side"),
    *("corner", "coordinate", "coordinates", "point", "value", "most", "of", "the"),
}
_BETWEEN: Final = {
    *("and", "then", "to", "followed", "by", "und", "et", "y", "e", "in"),
    *("degree", "degrees", "deg", "dd", "decimal", "grad", "wgs"),
}
_EDGE: Final = pattern("bound(?:ing|ary)?|limit|edge|border|grenze")
_BLANK: Final = pattern(r"[\s_.-]*")
_CAMEL: Final = pattern(r"(?<=[a-zß-ÿ0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TAG: Final = pattern(r"</?[a-zA-Z][^<>]{0,40}>")
_CHAIN: Final = pattern(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+){3}(?![\w-])")
_HEIGHT: Final = pattern(
    r"(?<![^\W\d_])(?:(?:min|max)(?:imum)?[ _-]?)?(?:alt|altitude|height|elevation|z)"
    r"(?:[ _-]?(?:min|max)(?:imum)?)?(?![^\W\d_])",
    re.IGNORECASE,
)
_WORD: Final = pattern(r"[^\W\d_]+|\d+(?:\.\d+)?")
_ACRONYM: Final = pattern(r"(?<![^\W_])[wsen]{4}(?![^\W_])")


@dataclass(slots=True)
class _Run:
    """Marks in a row, and the text before each of them."""

    marks: list[Mark]
    gaps: list[str]


# -- what a text says ------------------------------------------------------------------


def orders_in(text: str) -> tuple[str, ...]:
    """The orders that a text lists the four sides in, each of them once."""
    spaced = _plain(text)
    found = [order for run in _runs(spaced) for order in _orders(run)]
    acronyms = _ACRONYM.findall(spaced.lower())
    found += [one for one in acronyms if _is_order(one) and one not in _NO_ORDERS]
    return tuple(dict.fromkeys(found))


def corners_in(text: str) -> tuple[str, str] | None:
    """The two corners that a text names, such as ``("wn", "es")``, or None."""
    for run in _runs(_plain(text)):
        for first, second in pairwise(run.marks):
            corners = first.on("x") + first.on("y"), second.on("x") + second.on("y")
            if first.kind + second.kind == "BB" and _is_order("".join(corners)):
                return corners
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
    named = [
        {mark.side for run in _runs(_plain(text)) for mark in run.marks if mark.side}
        for text in texts
    ]
    sides = "".join(one.pop() for one in named if len(one) == 1)
    if _is_order(sides) and len(texts) == len(sides):
        return sides
    found = orders_in(", ".join(texts))
    return found[0] if len(found) == 1 else ""


def sides_of(names: Iterable[str]) -> tuple[str, ...]:
    """Names of west, south, east and north among others, or nothing."""
    marks = {str(name): _mark_of(str(name)) for name in names}
    known = {name: mark for name, mark in marks.items() if mark is not None}
    by_side: dict[str, list[str]] = {}
    for name, mark in zip(known, _without_digits([*known.values()]), strict=True):
        by_side.setdefault(mark.side, []).append(name)
    found = [by_side.get(side, []) for side in "wsen"]
    return tuple(one[0] for one in found) if all(len(x) == 1 for x in found) else ()


def _is_order(sides: str) -> bool:
    return sorted(sides) == sorted("wsen")


# -- from text to marks ----------------------------------------------------------------


def _plain(text: str) -> str:
    """A text without tags and heights, ``minLat`` and "north-west-..." taken apart."""
    spaced = _CAMEL.sub(" ", _TAG.sub(" ", text[:_MOST_TEXT]))
    return _CHAIN.sub(_apart, _HEIGHT.sub(" ", spaced))


def _apart(chain: re.Match[str]) -> str:
    words = chain[0].split("-")
    marks = [_read(word.lower()) for word in words]
    is_list = all(mark is not None and mark.compass for mark in marks)
    return ", ".join(words) if is_list else chain[0]


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
    if word in _MARKS or len(word) > _MOST_LETTERS:
        return _MARKS.get(word)
    plain = _EDGE.sub("", word)
    if plain and plain != word:
        return _read(plain)
    for at in range(1, len(word)):
        first, second = word[:at], word[at:]
        a, b = _MARKS.get(first), _MARKS.get(second)
        if not a or not b or (len(word) < 4 and not {first, second} & _CORNERS.keys()):
            continue
        if bool(a.axis) != bool(b.axis):
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
        end, run, mark = match.end(), runs[-1], _read(word)
        tight = is_open and bool(_BLANK.fullmatch(gap))
        # "norte, oeste, sur y este": only among letters is a letter a side.
        if word in ("y", "e") and tight and run.marks[-1].compass:
            mark = mark if last_word in _LETTERS.values() else None
        if mark is None:
            if word[0].isdigit():
                if tight and len(word) == 1 and not gap.strip(" _"):
                    run.marks[-1] = _numbered(run.marks[-1], word)
                is_open = False
            elif word in _INSIDE or (word in _BETWEEN and run.marks):
                is_open = is_open and word in _INSIDE
            elif run.marks:
                runs.append(_Run([], []))
                is_open = False
            continue
        made = run.marks[-1].joined(mark) if run.marks and tight else None
        if made is None and run.marks and tight and gap == "-":
            made = _hyphenated(run.marks[-1], mark)
        if made is None and run.marks and "(" in gap and "," not in gap:
            made = _explained(run.marks[-1], mark)
        if made is not None:
            run.marks[-1] = made
        else:
            run.marks.append(mark)
            run.gaps.append(text[last_end : match.start()])
        last_word, last_end, is_open = word, end, True
    return [run for run in runs if run.marks]


def _numbered(mark: Mark, digit: str) -> Mark:
    return replace(mark, x=digit, y=digit) if mark.kind == "A" else mark


def _hyphenated(first: Mark, second: Mark) -> Mark | None:
    """``south-west``: a corner."""
    if first.axis or second.axis or not (first.compass and second.compass):
        return None
    return Mark(x=second.x, y=first.y) if first.y and second.x else None


def _explained(last: Mark, mark: Mark) -> Mark | None:
    """One mark where the second only explains the first: "latitude (north)"."""
    if last.side and last.side in (mark.side, mark.on("x"), mark.on("y")):
        return last
    if last.side and mark.kind == "A":
        return last if last.on(mark.axis) == last.side else None
    is_of_axis = last.kind == "A" and mark.side and mark.on(last.axis) == mark.side
    return mark if is_of_axis else None


# -- from marks to orders --------------------------------------------------------------


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
    if kinds in _LISTS and _is_list(marks, gaps):
        sides = "".join(mark.side or ("o" if mark == _O else "?") for mark in marks)
        missing = {"w", "e"} - set(sides)
        sides = sides.replace("o", missing.pop()) if len(missing) == 1 else sides
    else:
        upright = "" if any(mark.axis for mark in marks) else "y"
        sides = ""
        for numbers in _PATTERNS.get(kinds, "").split():
            mark, other = marks[int(numbers[0])], marks[int(numbers[-1])]
            is_alone = len(numbers) == 1
            sides += mark.side if is_alone else mark.on(other.axis or upright)
    return sides if _is_order(sides) else ""


def _is_list(marks: list[Mark], gaps: list[str]) -> bool:
    """Whether four words are four entries, and not two corners such as "south west"."""
    blank = {not gap.strip() for gap in gaps}
    return len(blank) == 1 or not any(mark.compass for mark in marks)


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
