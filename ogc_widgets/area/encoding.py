"""The one drawn shape, in whatever form an input wants it."""

from __future__ import annotations

import json
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ogc_widgets.area.area import Area
from ogc_widgets.area.boxes import (
    AREA_TYPES,
    SIDES,
    STANDARD,
    UNDECIDED,
    arranged,
    short,
    tidy,
)
from ogc_widgets.area.crs import CRS84, System, system_of
from ogc_widgets.area.hint import (
    BOXES,
    BY_CRS,
    ENCODINGS,
    QUALIFIED,
    AreaHint,
    form_of,
    order_of,
)
from ogc_widgets.area.reading import (
    are_numbers,
    box_of,
    looks_like_wkt,
    read_numbers,
    read_text,
    read_value,
    read_wkt,
)
from ogc_widgets.errors import InputError

_GEOJSON_TYPE = "application/geo+json"
_PLAIN = r"-?(?:\d+(?:\.\d+)?|\.\d+)"
_KIND_OF = {"geojson-feature": "Feature", "geojson-collection": "FeatureCollection"}
_MOST_TEXTS = 16
_ANY = AreaHint(("bbox-array",))


# Texts and orders with the areas that they are. Each stands on the screen for a while,
# and a drawn outline is read again from its text for each check and each request.
_known: dict[tuple[str, str], Area] = {}
_lock = threading.Lock()


def _keep(text: str, order: str, area: Area) -> None:
    with _lock:
        _known.pop((text, order), None)  # the newest stands last
        _known[text, order] = area
        if len(_known) > _MOST_TEXTS:
            del _known[next(iter(_known))]


@dataclass(frozen=True)
class Encoding:
    """One way to write an area.

    Args:
        id: One of :data:`~ogc_widgets.area.hint.ENCODINGS`, with its order.
        crs: For ``bbox-object``: what stands beside the numbers.
        hint: What the description wants besides: heights, ``bbox`` members, types.
    """

    id: str
    crs: str | None = None
    hint: AreaHint = _ANY

    @classmethod
    def usual(cls, hint: AreaHint) -> Encoding:
        """The way to start with."""
        return cls(hint.default, hint.default_crs, hint)

    @cached_property
    def form(self) -> str:
        """The id without its order."""
        return form_of(self.id)

    @cached_property
    def order(self) -> str:
        """The order of numbers in the field; text as typed has that of other texts."""
        if self.form != "as-typed":
            return order_of(self.id)
        texts = (one for one in self.hint.encodings if form_of(one) == "bbox-text")
        return order_of(next(texts, self.id))

    @property
    def system(self) -> System:
        """The reference system of the numbers."""
        return system_of(self.crs)

    @property
    def is_undecided(self) -> bool:
        """Whether the user has to choose the order of the numbers first."""
        return order_of(self.id) == UNDECIDED

    # -- areas and values --------------------------------------------------------------

    def encode(self, area: Area) -> Any:  # noqa: ANN401 # JSON of any form
        """Turn an area into the value of an input.

        Raises:
            InputError: The area cannot be sent that way.
        """
        return self._qualified(self._encode(area))

    def check(self, area: Area) -> None:
        """See whether an area can be sent; objects are not made for it.

        Raises:
            InputError: It cannot be sent that way.
        """
        types = {*self.hint.types}
        if (
            types
            and self.form not in BOXES
            and not {area.kind, f"Multi{area.kind}"} & types
        ):
            wanted = " or ".join(self.hint.types)
            raise InputError(f"This input takes a {wanted}, not a {area.kind}.")
        if self.form in BOXES:
            self._numbers(area)

    def _encode(self, area: Area) -> Any:  # noqa: ANN401 # as above
        self.check(area)
        match self.form:
            case "bbox-text":
                return self.hint.separator.join(map(short, self._numbers(area)))
            case "bbox-array":
                return self._numbers(area)
            case "bbox-object":
                return {"bbox": self._numbers(area), "crs": self.crs or CRS84}
            case "bbox-members":
                names = self.hint.members or SIDES.values()
                return dict(zip(names, self._numbers(area), strict=True))
            case "as-typed" if area.is_box:
                return self.hint.separator.join(map(short, self._numbers(area)))
        if self.form not in ENCODINGS:
            raise InputError(f"There is no encoding of areas named {self.id!r}.")
        if self.hint.types and area.kind not in self.hint.types:
            area = area.as_several()
        if self.form in {"wkt", "as-typed"}:
            return area.wkt
        plain = {key: one for key, one in area.geometry.items() if key != "bbox"}
        if self.hint.with_bbox:
            plain["bbox"] = [*area.bbox]
        if self.form == "geojson-text":
            return json.dumps(plain, separators=(",", ":"))
        if self.form == "geojson-geometry":
            return plain
        feature = {"type": "Feature", "geometry": plain, "properties": {}}
        if self.hint.with_bbox:
            feature |= {"id": "area-of-interest", "bbox": plain["bbox"]}
        if self.form == "geojson-feature":
            return feature
        return {"type": "FeatureCollection", "features": [feature]}

    def _qualified(self, value: Any) -> Any:  # noqa: ANN401 # as above
        if not self.id.startswith(QUALIFIED):
            return value
        return {"value": value, "mediaType": _GEOJSON_TYPE}

    def _numbers(self, area: Area) -> list[float]:
        """The numbers of the box around an area, as they are sent."""
        if not area.covers:
            raise InputError(
                f"A {area.kind} has no area.", advice="Draw a rectangle or a polygon."
            )
        box, order = [*area.bbox], self.order
        heights = area.heights or ((0, 0) if self.hint.heights else None)
        if self.form == "bbox-members":
            heights = None
        elif self.form == "bbox-object":
            if self.order == BY_CRS:
                box = self.system.box_from_degrees(box)
            else:
                _require_degrees(self.system)
        return [tidy(number) for number in arranged(box, order, heights)]

    def decode(self, value: Any) -> Area:  # noqa: ANN401 # as above
        """Read the area out of a value.

        Raises:
            InputError: The value is no area, or its reference system is not known here.
        """
        if isinstance(value, str):
            return self.read(value)
        if self.order in (BY_CRS, STANDARD):
            return read_value(value)
        if isinstance(value, dict) and self.form == "bbox-object":
            _require_degrees(system_of(value.get("crs")))
            value = value.get("bbox")
        return box_of(value, self.order) if are_numbers(value) else read_value(value)

    def read(self, text: str) -> Area:
        """Read an area from text; numbers without names stand in the field's order.

        Raises:
            InputError: A sentence says what is wrong with the text.
        """
        area = _known.get((text, self.order))
        if area is None:
            area = read_text(text, self.order)
            _keep(text, self.order, area)
        return area

    def notice(self, area: Area) -> str:
        """What this way of sending does to an area, in words; empty when nothing."""
        return " ".join(filter(None, (area.note, self._what_changes(area))))

    def _what_changes(self, area: Area) -> str:
        if self.form in BOXES:
            is_of_degrees = self.form != "bbox-object" or self.system.in_degrees
            if area.crosses and (is_of_degrees or self.system.is_straight):
                west, _, east, _ = area.bbox
                return (
                    f"The area crosses the 180° meridian: west ({short(west)}) is "
                    f"greater than east ({short(east)}), as the standard has it. If "
                    "the process does not know this form, run it once for each side."
                )
            is_more = area.covers and not area.is_box
            return "The box around the shape is sent." if is_more else ""
        if not area.crosses:
            return ""
        if self.form == "as-typed":
            return (
                "The area crosses the 180° meridian; check that the process can tell."
            )
        is_wkt = self.form == "wkt"
        why = "well-known text has no other way" if is_wkt else "RFC 7946 asks so"
        return f"The area is cut at the 180° meridian into two polygons: {why}."

    # -- text in the field -------------------------------------------------------------

    def text_of(self, area: Area) -> str:
        """Shortest text that is read as this area.

        A box is four numbers in the order of the field; where that is not decided,
        they are named.
        """
        # Four numbers also say the corner that an outline starts with.
        is_numbers = area.heights or (area.is_box and Area.box(*area.bbox) == area)
        if not is_numbers:
            text = area.wkt
        elif self.order == UNDECIDED:
            named = zip(SIDES.values(), area.bbox, strict=True)
            text = ", ".join(f"{side} {short(number)}" for side, number in named)
        else:
            heights = area.heights
            numbers = arranged(area.bbox, self.order, heights)
            text = ", ".join(map(short, numbers))
        _keep(text, self.order, area)
        return text

    def from_text(self, text: str) -> Any:  # noqa: ANN401 # as above
        """Turn what stands in the field into the value that is sent.

        Numbers stand in the field in the order in which they are sent. Text that
        already is in the wanted form is kept as it is (digits, Feature properties);
        only spaces between numbers are left out. For a box in a projected system, four
        numbers that cannot be degrees are taken to be in that system, and in a system
        that cannot be computed here all of them are.

        Raises:
            InputError: The text is no area, or cannot be sent that way.
        """
        if self.form == "as-typed":
            return text
        typed = text.strip()
        if self.id == "bbox-object" and not self.system.in_degrees:
            numbers = self._in_own_system(typed)
            if numbers is not None:
                return {"bbox": numbers, "crs": self.crs}
        area = self.read(text)
        made = self._encode(area)
        if self.form == "bbox-text":
            made = self._with_digits(typed, made)
        elif self.form == "wkt":
            is_whole = made != typed and looks_like_wkt(typed)
            if is_whole and not typed.upper().startswith("SRID"):
                made = typed if read_wkt(typed) == area.shape else made
        elif typed.startswith("{"):
            made = self._with_members(typed, made, area.kind)
        return self._qualified(made)

    def to_text(self, value: Any) -> str | None:  # noqa: ANN401 # as above
        """Text for the field such that :meth:`from_text` gives the value again.

        Returns:
            Four numbers where the value is a box, otherwise well-known text or the
            value itself; None when no text stands for exactly this value.
        """
        candidates: list[str] = []
        with suppress(InputError):
            candidates.append(self.text_of(self.decode(value)))
        inner = value.get("value", value) if isinstance(value, dict) else value
        if isinstance(inner, str):
            candidates.append(inner)
        elif isinstance(inner, dict):
            numbers = inner.get("bbox")
            if are_numbers(numbers):
                candidates.append(", ".join(map(short, numbers)))
            candidates.append(json.dumps(inner))
        for candidate in candidates:
            with suppress(InputError):
                if self.from_text(candidate) == value:
                    return candidate
        return None

    def _with_digits(self, typed: str, made: str) -> str:
        """Keep the digits of four numbers that were typed the way they are sent."""
        mark = self.hint.separator
        between = rf"\s*{mark}\s*" if mark.strip() else r"\s+"
        if not re.fullmatch(rf"{_PLAIN}(?:{between}{_PLAIN}){{3}}", typed):
            return made
        digits = re.split(between, typed)
        is_same = [float(one) for one in digits] == read_numbers(made)
        return mark.join(digits) if is_same else made

    def _in_own_system(self, typed: str) -> list[float] | None:
        """The numbers of a box that was typed in a projected system, or None."""
        numbers = read_numbers(typed)
        if numbers is None or len(numbers) not in {4, 6}:
            return None
        half = len(numbers) // 2
        xs, ys = numbers[::half], numbers[1::half]
        is_close = max(map(abs, xs)) <= 360 and max(map(abs, ys)) <= 90
        if is_close and self.system.is_known:
            return None
        if not all(a < b for a, b in zip(numbers[:half], numbers[half:], strict=True)):
            raise InputError(
                "The first two numbers must be smaller than the last two.",
                advice=f"The order is {self.system.axes}.",
            )
        return [tidy(number) for number in numbers]

    def _with_members(self, typed: str, made: Any, kind: str) -> Any:  # noqa: ANN401
        """Keep pasted GeoJSON with all its members where it is what the input wants."""
        pasted = json.loads(typed)
        if self.id == "bbox-object":
            return pasted if {"crs": made["crs"], **pasted} == made else made
        if self.form in _KIND_OF:
            fits = pasted.get("type") == _KIND_OF[self.form]
        elif self.form in {"geojson-geometry", "geojson-text"}:
            fits = pasted.get("type") in {*AREA_TYPES, kind}
        else:
            return made
        if not fits or _outlines(pasted) != _outlines(made):
            return made
        return typed if self.form == "geojson-text" else pasted


def _require_degrees(system: System) -> None:
    if not system.in_degrees:
        raise InputError(
            "The order of the numbers is known for degrees, not for "
            f"{system.short_name}."
        )


def _outlines(value: Any) -> Any:  # noqa: ANN401 # GeoJSON, also as text
    """Geometries of a GeoJSON value, the only part that may not differ."""
    if isinstance(value, str):
        value = json.loads(value)
    match value.get("type"):
        case "FeatureCollection":
            return [_outlines(feature) for feature in value["features"]]
        case "Feature":
            return _outlines(value["geometry"])
        case kind:
            return kind, value.get("coordinates")
