"""What a description says about the order of the four numbers of a box.

Explicit words weigh most: names of the numbers, a list of the sides. Then come values
that are a box in one order only, such as a default of ``[90, -180, -90, 180]``, and
then the words that the standard and its neighbours use for a box of west, south, east,
north. An area in the wrong order is still an area, somewhere else, so where nothing
decides several orders are given, and the user is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.boxes import COMMON, STANDARD, fits, orders_of
from ogc_widgets.area.reading import read_numbers
from ogc_widgets.area.sides import corners_in, order_of_members, orders_in
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.reading import mapping

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.descriptions import InputDescription

_MOST_TEXT = 2_000  # characters of a server's text that are looked at
_MOST_VALUES = 20
_EXAMPLE = pattern(
    r"(?:\b(?:e\.? ?g\b|examples?|instance|such as|like|z\. ?b\b|par ex\w*|default)"
    r"[^\d\n-]{0,30})((?:-?\d+(?:\.\d+)?[\s,;/]{1,3}){3}-?\d+(?:\.\d+)?)"
)


class Facts:
    """What the description of an input says.

    Attributes:
        schema: Its schema.
        id: The id of the input.
        title: The title of the input, or of its schema.
        about: The description of either.
        keywords: The first keywords.
        kind: The one JSON type of the schema besides null, "" for none, "several".
        format: Words of the format of the schema.
        cwl_type: The type in the CWL package that the process was made of, or "".
    """

    def __init__(self, described: InputDescription) -> None:
        self.schema: Mapping[str, Any] = described.schema
        self.kind = kind_of(self.schema)
        self.id = described.id[:_MOST_TEXT]
        self.title = _text(described.title) or _text(self.schema.get("title"))
        self.about = _text(described.description) or _text(
            self.schema.get("description")
        )
        self.keywords = " ".join(described.keywords[:20])
        self.format = words_of(_text(self.schema.get("format")))
        self.cwl_type = described.cwl_type[:300]

    @property
    def member_words(self) -> list[str]:
        """What each of four members is called, if they have names."""
        members = self.schema.get("prefixItems")
        if not isinstance(members, list):
            members = self.schema.get("items")
        if not isinstance(members, list) or len(members) != 4:  # sides of a box
            return []
        parts = map(mapping, members)
        return [
            _text(one.get("title")) or _text(one.get("description")) for one in parts
        ]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The texts as they are written, capital letters and all."""
        box = mapping(self.schema.get("properties")).get("bbox")
        parts = (self.schema, mapping(self.schema.get("items")), mapping(box))
        inner = [_text(one.get(k)) for one in parts for k in ("title", "description")]
        own = (self.id, self.title, self.about, self.keywords)
        return tuple(dict.fromkeys((*own, *inner)))

    @cached_property
    def names(self) -> str:
        """Words of the id and the title."""
        return f"{words_of(self.id)} | {self.title.lower()}"

    @cached_property
    def all_words(self) -> str:
        """Words of everything that people read, and of the format."""
        told = (self.names, self.about.lower(), self.keywords.lower(), self.format)
        return " | ".join(told)

    @cached_property
    def values(self) -> list[Any]:
        """The default and the examples."""
        examples = self.schema.get("examples")
        if isinstance(examples, Mapping):
            examples = [*examples.values()]
        own = [self.schema.get("default"), self.schema.get("example")]
        return [*own, *list_of(examples)][:_MOST_VALUES]

    @cached_property
    def boxes(self) -> list[list[float]]:
        """Four numbers each, as default or example, also in the words."""
        return [*_fours(self.values)] or [*_fours(_EXAMPLE.findall(self.all_words))]


def words_of(identifier: str) -> str:
    """``InputBBox_crs`` -> ``input bbox crs``: words of an identifier."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", identifier)
    lowered = re.sub(r"[^A-Za-z0-9]+", " ", spaced).lower()
    return re.sub(r"\bb box\b", "bbox", lowered)


def list_of(value: object) -> Sequence[Any]:
    """Return the value when it is a list, else nothing."""
    return value if isinstance(value, list | tuple) else ()


def kind_of(schema: object) -> str:
    """The one JSON type of a schema besides null, "" for none, "several"."""
    kind = mapping(schema).get("type")
    kinds = [one for one in list_of(kind) if one != "null"] if list_of(kind) else [kind]
    if len(kinds) > 1:
        return "several"
    return kinds[0] if kinds and isinstance(kinds[0], str) else ""


def _fours(values: Sequence[Any]) -> Iterator[list[float]]:
    for value in values:
        if isinstance(value, Mapping):
            value = value.get("value", value.get("bbox"))
        if isinstance(value, str) and len(value) < 200:
            value = read_numbers(value)
        if isinstance(value, list) and len(value) == 4:
            try:
                yield [float(number) for number in value]
            except (TypeError, ValueError, OverflowError):
                continue


def _text(value: object) -> str:
    if isinstance(value, Mapping):  # titles by language
        value = " ".join(str(text) for text in list(value.values())[:20])
    return value[:_MOST_TEXT] if isinstance(value, str) else ""


# STAC, OGC API and GeoJSON mean one order by these; by "area" or "region" nobody does.
_STANDARD_WORDS: Final = pattern(
    r"\b(bbox(es)?|bounding ?box(es)?|box(es)?|bounds|extents?|aois?|"
    r"areas? of interest)\b"
)
_LOOSE_WORDS: Final = pattern(r"\b(areas?|regions?|zones?|windows?)\b(?! of int)")
_PAIR: Final = r"\blat\w*\W{1,3}(?:lon|lng)\w*"
_STATED: Final = pattern(
    rf"\blat\w* (first|before|then|followed)\b|{_PAIR}[\s)]* order\b|"
    rf"\border\W+(of |is |\w+ )?lat|{_PAIR}\W{{1,3}}lat\w*\W{{1,3}}(lon|lng)"
)
_LATITUDE_FIRST: Final = ("swne", "nwse")  # in each corner
# "in lat/lon" may only say what kind of coordinates these are.
_LATITUDE_LONGITUDE: Final = pattern(
    r"\blat\w*[\s)]*[,/;|-][\s(]*(lon|lng)\w*|\by\s*[,/]\s*x\b"
)
_LONGITUDE_LATITUDE: Final = pattern(
    r"\b(lon|lng)\w*[\s)]*[,/;|-][\s(]*lat\w*|\bx\s*[,/]\s*y\b"
)


def possible_orders(facts: Facts) -> tuple[str, ...]:
    """The orders that a description leaves open: one where something decides."""
    # Numbers that are no box of degrees in any order say nothing about it.
    samples = [one for one in facts.boxes if orders_of(one, COMMON)]
    said = _said(facts)
    if said:
        fitting = tuple(o for o in said if all(fits(one, o) for one in samples))
        if len(fitting) == 1:
            return fitting
        # The words contradict each other or the values; neither is believed.
        return tuple(dict.fromkeys((*said, *_by_samples(samples, COMMON))))
    possible = _by_samples(samples, _by_corners(facts, _by_ranges(facts)))
    text = facts.all_words
    has_standard = STANDARD in possible and _names_the_standard(facts)
    latitude_first = tuple(one for one in possible if one in _LATITUDE_FIRST)
    if latitude_first and _STATED.search(text):
        is_usual = "swne" in possible and _names_the_standard(facts)
        return ("swne",) if is_usual else latitude_first
    if _LATITUDE_LONGITUDE.search(text) and not _LONGITUDE_LATITUDE.search(text):
        return (*latitude_first, *((STANDARD,) if has_standard else ())) or possible
    return (STANDARD,) if has_standard else possible


def contrary_order(facts: Facts, usual: str) -> str:
    """The one order that a description states and that is not the usual one, or "".

    Args:
        facts: What the description says.
        usual: The order that the form of the input has by itself.
    """
    possible = _said(facts) or _by_samples(facts.boxes, COMMON)
    return possible[0] if len(possible) == 1 and usual not in possible else ""


def has_box(facts: Facts) -> bool:
    """Whether the default or an example is a box of four numbers."""
    return any(orders_of(one, COMMON) for one in facts.boxes)


def _said(facts: Facts) -> tuple[str, ...]:
    """The orders that words state, those of the single numbers first."""
    of_members = order_of_members(facts.member_words)
    if of_members:
        return (of_members,)
    orders = (order for text in facts.texts for order in orders_in(text))
    return tuple(dict.fromkeys(orders))


def _by_samples(
    samples: Sequence[Sequence[float]], among: tuple[str, ...]
) -> tuple[str, ...]:
    """The orders in which all samples are boxes; all of them if there is none."""
    for sample in samples:
        among = orders_of(sample, among) or among
    return among


def _by_ranges(facts: Facts) -> tuple[str, ...]:
    """The orders that the limits of the single numbers leave: latitudes end at 90."""
    members = list_of(facts.schema.get("prefixItems"))
    ends = [mapping(one).get("maximum") for one in members]
    if sorted(map(str, ends)) != ["180", "180", "90", "90"]:
        return COMMON
    axes = [end == 90 for end in ends]
    return tuple(one for one in COMMON if [side in "sn" for side in one] == axes)


def _by_corners(facts: Facts, among: tuple[str, ...]) -> tuple[str, ...]:
    """The orders that begin and end with the corners that words name."""
    corners = next(filter(None, map(corners_in, facts.texts)), None)
    if corners is None:
        return among
    wanted = [set(corner) for corner in corners]
    fitting = (one for one in among if [set(one[:2]), set(one[2:])] == wanted)
    return tuple(fitting) or among


def _names_the_standard(facts: Facts) -> bool:
    if _STANDARD_WORDS.search(facts.names):
        return True
    if _LOOSE_WORDS.search(facts.names):
        return False
    # A text that is known as an area by its name alone has the usual notation.
    is_numbers = facts.schema.get("type") == "array"
    return not is_numbers or bool(_STANDARD_WORDS.search(facts.all_words))
