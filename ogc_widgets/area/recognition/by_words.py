"""Areas that only the words of a description tell: name, title, text, example.

Words are weak evidence. They count only for plain text, bare objects and arrays of
numbers, and not where they speak *about* an area (``bbox_crs``, ``aoi_url``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ogc_widgets.area.boxes import COMMON, STANDARD
from ogc_widgets.area.hint import OBJECTS, AreaHint, alternatives
from ogc_widgets.area.reading import looks_like_wkt, read_numbers, read_text
from ogc_widgets.area.recognition.evidence import (
    has_box,
    list_of,
    possible_orders,
    words_of,
)
from ogc_widgets.area.sides import order_of_members, orders_in, separator_in
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.reading import mapping

if TYPE_CHECKING:
    from ogc_widgets.area.recognition.evidence import Facts

_TEXTS = ("bbox-text", "wkt", "geojson-text")
_MOST_SAMPLE = 100_000

_SIGNS = pattern(
    r"\b(aois?|rois?|bbox(es)?|bounding ?box(es)?|areas? of interest|"
    r"regions? of interest|(spatial )?extents?|intersects|footprints?|wkts?|"
    r"well[- ]known text|envelopes?|geometry|geometries|geoms?|polygons?)\b"
)
_PHRASES = pattern(
    r"\b(bounding ?box|bbox|area of interest|aoi|well[- ]known text|wkt)\b"
)
# What a description says of the input itself, and not of something around it: at its
# start, or as the form of the value.
_ITSELF = pattern(
    rf"^\W*(?:an? |the |optional |input |spatial )*(?:{_PHRASES.pattern})|"
    rf"\b(?:as|in|is|form of) (?:an? |the )?(?:{_PHRASES.pattern})"
)
# A list of sides is one of a box, unless it may be one of directions or margins.
_GEOGRAPHIC = pattern(r"lat|lon|west|ouest|oeste|ovest|min|\b[nwse]\b")
_DIRECTIONS = pattern(r"\b(one|some|any) of\b|\beither\b")
_BOX_WORDS = pattern(
    r"\b((aoi|roi|box|extent|envelope|area|region|rectangle|window)s?|bounds|"
    r"bbox(es)?|bounding ?box(es)?|boxes|spatial|coverage)\b"
)
# Words that say something *about* an area, or that the area is in other units.
_ABOUT = pattern(
    r"\b(crs|srs|epsg|proj(ection)?|format|encoding|name|title|label|description|file|"
    r"path|dir(ectory)?|ur[il]|href|link|id|identifier|mode|method|operation|op|type|"
    r"unit|size|buffer|resolution|column|field|attribute|colou?r|width|layer|pixel|"
    r"threshold|count|index|number|code|country|date|time|datetime|start|end|year|tile|"
    r"grid|version|style|query|filter|relation|predicate|percent(age)?|cloud|date|"
    r"collection|dataset|property|flag|option|token|key|user|margin|padding|inset|"
    r"temporal|period|vertical|elevation|depth|height)s?\b"
)
_PROJECTED = pattern(
    r"\b(target|output|projected|native|image) (srs|crs|coordinates|projection)\b|"
    r"\bpixels?\b|\bmet(er|re)s\b|\beastings?\b"
)
_GML = pattern(r"\bgml\b|\bur[il] (to|of)\b|\breference to\b")
_GEOJSON = pattern(r"\bgeo ?json\b")
# Words that tell the form of a text.
_TEXT_WORDS = (
    ("bbox-text", pattern(r"\bbbox\b|bounding ?box")),
    ("wkt", pattern(r"\bwkt\b|well[- ]known text")),
    ("geojson-text", pattern(r"geo ?json|\bintersects\b")),
)
_SHAPES = pattern(r"\b(footprint|polygon|geom|geometry)\b")
_COLLECTION = pattern(r"\bfeature ?collection\b")
_PLAIN_SCHEMA = {"title", "description", "default", "examples"}
_ANY_TEXT = ("", "string", "text")  # formats that say nothing


def by_words(facts: Facts) -> AreaHint | None:
    """Find evidence from the name, the title and the description."""
    schema, kind = facts.schema, facts.kind
    if _PROJECTED.search(facts.all_words):
        return None
    if kind == "array":
        return _number_array(facts)
    if any(schema.get(k) for k in ("contentMediaType", "oneOf", "anyOf")):
        return None
    is_format = kind == "string" and _is_shape(facts.format)
    if not is_format and (facts.format not in _ANY_TEXT or not _is_named(facts)):
        return None
    if kind == "string":
        return None if _GML.search(facts.all_words) else _text_hint(facts)
    if kind == "object" and not schema.get("properties"):
        is_several = _COLLECTION.search(facts.all_words)
        return AreaHint(OBJECTS[::-1] if is_several else OBJECTS, "name")
    if kind == "" and not set(schema) - _PLAIN_SCHEMA:
        possible = possible_orders(facts)
        texts = alternatives("bbox-text", possible)
        numbers = alternatives("bbox-array", possible)
        others = (*OBJECTS, "wkt", *texts[1:], *numbers[1:], "as-typed")
        return AreaHint((texts[0], numbers[0], *others), "name")
    return None


def numbers_hint(facts: Facts, reason: str) -> AreaHint:
    """How an array of four numbers is written: in the order that it wants."""
    encodings = alternatives("bbox-array", possible_orders(facts))
    has_six = len(list_of(facts.schema.get("prefixItems"))) == 6
    return AreaHint(encodings, reason, heights=has_six or needs_six(facts.schema))


def needs_six(numbers: object) -> bool:
    """Whether an array must have more than four numbers."""
    fewest = mapping(numbers).get("minItems")
    return isinstance(fewest, int) and fewest > 4


def _is_shape(name: str) -> bool:
    """Whether a format of a server's own is one of areas: ``bbox``, ``x-polygon``."""
    is_named = _SIGNS.search(name) or _GEOJSON.search(name)
    return bool(is_named) and not _ABOUT.search(name)


def _is_named(facts: Facts) -> bool:
    """Whether the words name an area, and not something about one."""
    title, id_words = facts.title.lower(), words_of(facts.id)
    if _ABOUT.search(id_words):
        return False
    if _SIGNS.search(id_words):
        return True
    if _ABOUT.search(title):
        return False
    is_text = facts.kind == "string"
    texts = (facts.about.lower(), facts.keywords.lower())
    return bool(
        _PHRASES.search(title)
        or _lists_sides(title)
        or (is_text and _BOX_WORDS.search(facts.names) and has_box(facts))
        or (_SIGNS.search(title) and len(title.split()) <= 4)
        or any(_ITSELF.search(text) or _lists_sides(text) for text in texts)
    )


def _lists_sides(text: str) -> bool:
    """Whether a text lists the four sides of a box on the ground."""
    orders = orders_in(text)
    if STANDARD in orders:
        return True
    is_ground = {*orders} & {*COMMON} and _GEOGRAPHIC.search(text.lower())
    return bool(is_ground and not _DIRECTIONS.search(text.lower()))


def _number_array(facts: Facts) -> AreaHint | None:
    schema = facts.schema
    prefix = list_of(schema.get("prefixItems"))
    members = prefix or [schema.get("items")]
    if not all(isinstance(one, Mapping) for one in members):
        return None
    kinds = {one.get("type") for one in members}
    if not kinds <= {"number", "integer"} or (prefix and len(prefix) not in (4, 6)):
        return None
    if "integer" in kinds and any("minimum" in one for one in members):
        return None
    counts = schema.get("minItems"), schema.get("maxItems")
    fixed = bool(prefix) or any(count in (4, 6) for count in counts)
    if not fixed and any(isinstance(count, int) for count in counts):
        return None
    fixed = fixed or has_box(facts) or _lists_sides(facts.all_words)
    if _ABOUT.search(words_of(facts.id)) or _ABOUT.search(facts.title.lower()):
        return None
    words = _BOX_WORDS if fixed else _SIGNS
    is_area = (
        words.search(facts.names)
        or _PHRASES.search(facts.all_words)
        or (fixed and _lists_sides(facts.all_words))
        or (fixed and order_of_members(facts.member_words))
    )
    return numbers_hint(facts, "schema") if is_area else None


def _text_hint(facts: Facts) -> AreaHint:
    """Choose between box, WKT and GeoJSON as text; the user may change it."""
    said = (form for form, words in _TEXT_WORDS if words.search(facts.all_words))
    told = f"{words_of(facts.id)} {facts.format}"
    by_id = "wkt" if _SHAPES.search(told) else "bbox-text"
    first = next(filter(None, map(_form_of_sample, facts.values)), next(said, by_id))
    boxes = alternatives("bbox-text", possible_orders(facts))
    ways = (first, *(form for form in _TEXTS if form != first))
    encodings = (*(boxes[0] if one == "bbox-text" else one for one in ways), *boxes[1:])
    separators = [mark for one in facts.values if (mark := _separator_of(one))]
    separators += [separator_in(text) for text in facts.texts if orders_in(text)]
    separator = next(iter(separators), ",")
    return AreaHint((*encodings, "as-typed"), "name", separator=separator)


def _separator_of(sample: object) -> str:
    """What stands between the numbers of an example, or ""."""
    if not isinstance(sample, str) or len(read_numbers(sample) or ()) < 4:
        return ""
    return next((sign for sign in ",;/" if sign in sample), " ")


def _form_of_sample(sample: object) -> str:
    if not isinstance(sample, str) or len(sample) > _MOST_SAMPLE:
        return ""
    try:
        read_text(sample)
    except InputError:
        return ""
    if looks_like_wkt(sample):
        return "wkt"
    if read_numbers(sample) is not None and not sample.strip().startswith("["):
        return "bbox-text"
    return "geojson-text" if sample.strip().startswith("{") else ""
