"""What a description says about the order of the four numbers of a box.

Explicit words weigh most: names of the numbers, a list of the sides. Then come values
that are a box in one order only, such as a default of ``[90, -180, -90, 180]``, and
then the words that the standard and its neighbours use for a box of west, south, east,
north. An area in the wrong order is still an area, somewhere else, so where nothing
decides several orders are given, and the user is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.parsing import read_numbers
from ogc_widgets.area.recognition.order import COMMON, STANDARD, fits, orders_of
from ogc_widgets.area.recognition.sides import corners_in, order_of_members, orders_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ogc_widgets.area.geometry import Json
    from ogc_widgets.area.recognition.input_facts import Facts

# STAC, OGC API and GeoJSON mean one order by these; by "area" or "region" nobody does.
_STANDARD_WORDS: Final = re.compile(
    r"\b(bbox(es)?|bounding ?box(es)?|box(es)?|bounds|extents?|aois?|"
    r"areas? of interest)\b"
)
_LOOSE_WORDS: Final = re.compile(r"\b(areas?|regions?|zones?|windows?)\b(?! of int)")
_PAIR: Final = r"\blat\w*\W{1,3}(?:lon|lng)\w*"
_STATED: Final = re.compile(
    rf"\blat\w* (first|before|then|followed)\b|{_PAIR}[\s)]* order\b|"
    rf"\border\W+(of |is |\w+ )?lat|{_PAIR}\W{{1,3}}lat\w*\W{{1,3}}(lon|lng)"
)
_LATITUDE_FIRST: Final = ("swne", "nwse")  # in each corner
# "in lat/lon" may only say what kind of coordinates these are.
_LATITUDE_LONGITUDE: Final = re.compile(
    r"\blat\w*[\s)]*[,/;|-][\s(]*(lon|lng)\w*|\by\s*[,/]\s*x\b"
)
_LONGITUDE_LATITUDE: Final = re.compile(
    r"\b(lon|lng)\w*[\s)]*[,/;|-][\s(]*lat\w*|\bx\s*[,/]\s*y\b"
)
_EXAMPLE: Final = re.compile(
    r"(?:\b(?:e\.? ?g\b|examples?|instance|such as|like|z\. ?b\b|par ex\w*|default)"
    r"[^\d\n-]{0,30})((?:-?\d+(?:\.\d+)?[\s,;/]{1,3}){3}-?\d+(?:\.\d+)?)"
)
_MOST_SAMPLES: Final = 20


def possible_orders(facts: Facts) -> tuple[str, ...]:
    """The orders that a description leaves open: one where something decides."""
    # Numbers that are no box of degrees in any order say nothing about it.
    samples = [one for one in samples_of(facts) if orders_of(one, COMMON)]
    said = _said(facts)
    if said:
        fitting = tuple(o for o in said if all(fits(one, o) for one in samples))
        if len(fitting) == 1:
            return fitting
        # The words contradict each other or the values; neither is believed.
        return tuple(dict.fromkeys((*said, *_by_samples(samples, COMMON))))
    possible = _by_samples(samples, _by_corners(facts, _by_ranges(facts.schema)))
    text = facts.all_words
    is_standard = _names_the_standard(facts)
    latitude_first = tuple(one for one in possible if one in _LATITUDE_FIRST)
    if latitude_first and _STATED.search(text):
        return ("swne",) if is_standard and "swne" in possible else latitude_first
    has_standard = is_standard and STANDARD in possible
    if _LATITUDE_LONGITUDE.search(text) and not _LONGITUDE_LATITUDE.search(text):
        return (*latitude_first, *((STANDARD,) if has_standard else ())) or possible
    return (STANDARD,) if has_standard else possible


def contrary_order(facts: Facts, usual: str) -> str:
    """The one order that a description states and that is not the usual one, or "".

    Args:
        facts: What the description says.
        usual: The order that the form of the input has by itself.
    """
    said = _said(facts)
    possible = said or _by_samples(list(samples_of(facts)), COMMON)
    return possible[0] if len(possible) == 1 and usual not in possible else ""


def samples_of(facts: Facts) -> Iterator[list[float]]:
    """Boxes of four numbers that a description gives as default or example."""
    schema = facts.schema
    values = [schema.get("default"), schema.get("example")]
    examples = schema.get("examples")
    if isinstance(examples, Mapping):
        examples = list(examples.values())
    values += examples if isinstance(examples, list) else []
    found = [numbers for value in values[:_MOST_SAMPLES] if (numbers := _four(value))]
    if not found:
        texts = _EXAMPLE.findall(facts.all_words)
        found = [numbers for text in texts if (numbers := _four(text))]
    yield from found


def _by_samples(
    samples: Sequence[Sequence[float]], among: tuple[str, ...]
) -> tuple[str, ...]:
    """The orders in which all samples are boxes; all of them if there is none."""
    possible = among
    for sample in samples:
        possible = orders_of(sample, possible) or possible
    return possible


def _by_ranges(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The orders that the limits of the single numbers leave: latitudes end at 90."""
    members = schema.get("prefixItems")
    ends = [
        one.get("maximum") if isinstance(one, Mapping) else None
        for one in (members if isinstance(members, list) else ())
    ]
    if sorted(map(str, ends)) != ["180", "180", "90", "90"]:
        return COMMON
    return tuple(
        order
        for order in COMMON
        if all(
            (end == 90) == (side in "sn") for side, end in zip(order, ends, strict=True)
        )
    )


def _by_corners(facts: Facts, among: tuple[str, ...]) -> tuple[str, ...]:
    """The orders that begin and end with the corners that words name."""
    corners = next(filter(None, map(corners_in, facts.texts)), None)
    if corners is None:
        return among
    wanted = [set(corner) for corner in corners]
    fitting = (one for one in among if [set(one[:2]), set(one[2:])] == wanted)
    return tuple(fitting) or among


def _said(facts: Facts) -> tuple[str, ...]:
    """The orders that words state, those of the single numbers first."""
    of_members = order_of_members(facts.member_words)
    if of_members:
        return (of_members,)
    orders = (order for text in facts.texts for order in orders_in(text))
    return tuple(dict.fromkeys(orders))


def _names_the_standard(facts: Facts) -> bool:
    names = facts.names
    if _STANDARD_WORDS.search(names):
        return True
    if _LOOSE_WORDS.search(names):
        return False
    # A text that is known as an area by its name alone has the usual notation.
    is_numbers = facts.schema.get("type") == "array"
    return not is_numbers or bool(_STANDARD_WORDS.search(facts.all_words))


def _four(value: Json) -> list[float] | None:
    if isinstance(value, Mapping):
        value = value.get("value", value.get("bbox"))
    if isinstance(value, str) and len(value) < 200:
        value = read_numbers(value.strip())
    if not isinstance(value, list) or len(value) != 4:
        return None
    try:
        return [float(number) for number in value]
    except (TypeError, ValueError, OverflowError):
        return None
