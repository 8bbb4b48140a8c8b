"""The words for axes, directions and sides, and how two of them become one mark."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

LETTERS: Final = {("x", "-"): "w", ("y", "-"): "s", ("x", "+"): "e", ("y", "+"): "n"}


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
            return LETTERS.get((self.axis, self.x if self.axis == "x" else self.y), "")
        if bool(self.x) == bool(self.y):
            return ""
        return LETTERS["x", self.x] if self.x else LETTERS["y", self.y]

    @property
    def kind(self) -> str:
        """S for a side, A for an axis alone, B for a direction on both axes."""
        return "S" if self.side else "A" if self.axis else "B"

    def on(self, axis: str) -> str:
        """Letter of the side that the direction is on an axis, or ""."""
        return LETTERS.get((axis, self.x if axis == "x" else self.y), "")

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
        x = self.x or other.x
        if self.x and other.x:
            # "lower left": of the two, the second one says which side.
            if self.axis or other.y or not self.y:
                return None
            x = other.x
        return replace(
            self, axis=self.axis or other.axis, x=x, y=self.y or other.y, compass=False
        )


def _words(text: str, mark: Mark) -> dict[str, Mark]:
    return dict.fromkeys(text.split(), mark)


AXES: Final = {
    **_words("lon lons long longitude longitudes lng longitud longitudine", Mark("x")),
    **_words("länge laenge längengrad laengengrad x easting", Mark("x")),
    **_words("lat lats latitude latitudes latitud latitudine", Mark("y")),
    **_words("breite breitengrad y northing", Mark("y")),
}
BOUNDS: Final = {
    **_words(
        "min minimum minimal minimale minimo minima mínimo mínima", Mark("", "-", "-")
    ),
    **_words("lower lowest smallest low start", Mark("", "-", "-")),
    **_words("max maximum maximal maximale maximo maxima máximo", Mark("", "+", "+")),
    **_words("máxima upper highest largest high end", Mark("", "+", "+")),
}
SIDES: Final = {
    **_words(
        "w west western westernmost westen ouest oeste ovest",
        Mark(x="-", compass=True),
    ),
    **_words("left links gauche", Mark(x="-")),
    **_words(
        "e east eastern easternmost est este leste ost osten oost oosten",
        Mark(x="+", compass=True),
    ),
    **_words("right rechts droite", Mark(x="+")),
    **_words(
        "s south southern southernmost süd sued sud süden sueden sur sul zuid zuiden",
        Mark(y="-", compass=True),
    ),
    **_words("bottom unten", Mark(y="-")),
    **_words(
        "n north northern northernmost nord norden norte noord noorden",
        Mark(y="+", compass=True),
    ),
    **_words("top oben", Mark(y="+")),
}
CORNERS: Final = {
    **_words(
        "sw ll bl southwest southwestern lowerleft bottomleft", Mark("", "-", "-")
    ),
    **_words(
        "se lr br southeast southeastern lowerright bottomright", Mark("", "+", "-")
    ),
    **_words("nw ul tl northwest northwestern upperleft topleft", Mark("", "-", "+")),
    **_words("ne ur tr northeast northeastern upperright topright", Mark("", "+", "+")),
}
MARKS: Final = {**AXES, **BOUNDS, **SIDES, **CORNERS}
