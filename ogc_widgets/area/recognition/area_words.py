"""What the words of a description say about an input: its name, title, text, example.

Words are weak evidence. They count only for plain text, bare objects and arrays of
numbers, and not where they speak *about* an area (``bbox_crs``, ``aoi_url``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.parsing import read_numbers, read_text
from ogc_widgets.area.recognition.area_hint import OBJECTS as GEOJSON
from ogc_widgets.area.recognition.area_hint import AreaHint
from ogc_widgets.area.recognition.input_facts import Facts, list_of, words_of
from ogc_widgets.area.recognition.order import COMMON, STANDARD, alternatives, orders_of
from ogc_widgets.area.recognition.order_evidence import possible_orders, samples_of
from ogc_widgets.area.recognition.sides import order_of_members, orders_in, separator_in
from ogc_widgets.area.wkt import looks_like_wkt
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from ogc_widgets.area.geometry import Json

_TEXTS = ("bbox-text", "wkt", "geojson-text")

_SIGNS = re.compile(
    r"\b(aois?|rois?|bbox(es)?|bounding ?box(es)?|areas? of interest|"
    r"regions? of interest|(spatial )?extents?|intersects|footprints?|wkts?|"
    r"well[- ]known text|envelopes?|geometry|geometries|geoms?|polygons?)\b"
)
_PHRASES = re.compile(
    r"\b(bounding ?box|bbox|area of interest|aoi|well[- ]known text|wkt)\b"
)
# What a description says of the input itself, and not of something around it: at its
# start, or as the form of the value.
_ITSELF = re.compile(
    rf"^\W*(?:an? |the |optional |input |spatial )*(?:{_PHRASES.pattern})|"
    rf"\b(?:as|in|is|form of) (?:an? |the )?(?:{_PHRASES.pattern})"
)
# A list of sides is one of a box, unless it may be one of directions or margins.
_GEOGRAPHIC = re.compile(r"lat|lon|west|ouest|oeste|ovest|min|\b[nwse]\b")
_BOX_WORDS = re.compile(
    r"\b((aoi|roi|box|extent|envelope|area|region|rectangle|window)s?|bounds|"
    r"bbox(es)?|bounding ?box(es)?|boxes|spatial|coverage)\b"
)
# Words that say something *about* an area, or that the area is in other units.
_ABOUT = re.compile(
    r"\b(crs|srs|epsg|proj(ection)?|format|encoding|name|title|label|description|file|"
    r"path|dir(ectory)?|ur[il]|href|link|id|identifier|mode|method|operation|op|type|"
    r"unit|size|buffer|resolution|column|field|attribute|colou?r|width|layer|pixel|"
    r"threshold|count|index|number|code|country|date|time|datetime|start|end|year|tile|"
    r"grid|version|style|query|filter|relation|predicate|percent(age)?|cloud|date|"
    r"collection|dataset|property|flag|option|token|key|user)s?\b"
)
_PROJECTED = re.compile(
    r"\b(target|output|projected|native|image) (srs|crs|coordinates|projection)\b|"
    r"\bpixels?\b|\bmet(er|re)s\b|\beastings?\b"
)
_GML = re.compile(r"\bgml\b|\bur[il] (to|of)\b|\breference to\b")


def by_words(facts: Facts) -> AreaHint | None:
    """Find evidence from the name, the title and the description."""
    schema, kind = facts.schema, _type_of(facts.schema)
    if _PROJECTED.search(facts.all_words):
        return None
    if kind == "array":
        return _number_array(facts)
    if _ABOUT.search(words_of(facts.id)) or any(
        schema.get(key) for key in ("format", "contentMediaType", "oneOf", "anyOf")
    ):
        return None
    title, in_id = facts.title.lower(), _SIGNS.search(words_of(facts.id))
    in_title = (
        _PHRASES.search(title)
        or _lists_sides(title)
        or (kind == "string" and _BOX_WORDS.search(facts.names) and _has_box(facts))
        or (_SIGNS.search(title) and _is_short(facts))
    )
    if not in_id and (_ABOUT.search(title) or not (in_title or _says_itself(facts))):
        return None
    if kind == "string":
        return None if _GML.search(facts.all_words) else _text_hint(facts)
    if kind == "object" and not schema.get("properties"):
        if re.search(r"\bfeature ?collection\b", facts.all_words):
            return AreaHint(GEOJSON[::-1], "name")
        return AreaHint(GEOJSON, "name")
    if kind == "" and not set(schema) - {"title", "description", "default", "examples"}:
        possible = possible_orders(facts)
        texts, numbers = (
            alternatives(form, possible) for form in ("bbox-text", "bbox-array")
        )
        others = (*GEOJSON, "wkt", *texts[1:], *numbers[1:], "as-typed")
        return AreaHint((texts[0], numbers[0], *others), "name")
    return None


def _says_itself(facts: Facts) -> bool:
    texts = (facts.description.lower(), facts.keywords.lower())
    return any(_ITSELF.search(text) or _lists_sides(text) for text in texts)


def _lists_sides(text: str) -> bool:
    """Whether a text lists the four sides of a box on the ground."""
    orders = orders_in(text)
    if STANDARD in orders:
        return True
    if re.search(r"\b(one|some|any) of\b|\beither\b", text.lower()):
        return False  # directions to choose from
    return bool(set(orders) & set(COMMON) and _GEOGRAPHIC.search(text.lower()))


def _has_box(facts: Facts) -> bool:
    """Whether the default or an example is a box of four numbers."""
    return any(orders_of(one, COMMON) for one in samples_of(facts))


def _is_short(facts: Facts) -> bool:
    return len(facts.title.split()) <= 4


def _number_array(facts: Facts) -> AreaHint | None:
    schema = facts.schema
    prefix = list_of(schema.get("prefixItems"))
    items = schema.get("items") if not prefix else prefix[0]
    members = prefix or [items]
    if not all(isinstance(one, Mapping) for one in members):
        return None
    kinds = {one.get("type") for one in members}
    if not kinds <= {"number", "integer"} or (prefix and len(prefix) not in (4, 6)):
        return None
    if "integer" in kinds and any("minimum" in one for one in members):
        return None
    fewest, most = schema.get("minItems"), schema.get("maxItems")
    fixed = bool(prefix) or fewest in (4, 6) or most in (4, 6)
    if not fixed and any(isinstance(count, int) for count in (fewest, most)):
        return None
    fixed = fixed or _has_box(facts) or _lists_sides(facts.all_words)
    words = _BOX_WORDS if fixed else _SIGNS
    about = _ABOUT.search(words_of(facts.id)) or _ABOUT.search(facts.title.lower())
    names_members = fixed and bool(order_of_members(facts.member_words))
    if about or not (
        words.search(facts.names)
        or _PHRASES.search(facts.all_words)
        or (fixed and _lists_sides(facts.all_words))
        or names_members
    ):
        return None
    return numbers_hint(facts, "schema", heights=needs_six(schema) or len(prefix) == 6)


def numbers_hint(facts: Facts, reason: str, *, heights: bool = False) -> AreaHint:
    """How an array of four numbers is written: in the order that it wants."""
    encodings = alternatives("bbox-array", possible_orders(facts))
    return AreaHint(encodings, reason, heights=heights)


def _text_hint(facts: Facts) -> AreaHint:
    """Choose between box, WKT and GeoJSON as text; the user may change it."""
    schema, words = facts.schema, facts.all_words
    first = "bbox-text"
    samples = [schema.get("default"), schema.get("example")]
    examples = schema.get("examples")
    samples += examples if isinstance(examples, list) else []
    by_sample = next((e for s in samples if (e := _encoding_of_sample(s))), None)
    if by_sample:
        first = by_sample
    elif re.search(r"\bbbox\b|bounding ?box", words):
        first = "bbox-text"
    elif re.search(r"\bwkt\b|well[- ]known text", words):
        first = "wkt"
    elif re.search(r"geo ?json|\bintersects\b", words):
        first = "geojson-text"
    elif re.search(r"\b(footprint|polygon|geom|geometry)\b", words_of(facts.id)):
        first = "wkt"
    boxes = alternatives("bbox-text", possible_orders(facts))
    ways = (first, *(encoding for encoding in _TEXTS if encoding != first))
    encodings = (*(boxes[0] if one == "bbox-text" else one for one in ways), *boxes[1:])
    separators = [mark for one in samples if (mark := _separator_of(one))]
    separators += [separator_in(text) for text in facts.texts if orders_in(text)]
    return AreaHint(
        (*encodings, "as-typed"),
        "name",
        separator=next(iter(separators), ","),
    )


def _separator_of(sample: Json) -> str:
    """What stands between the numbers of an example, or ""."""
    if not isinstance(sample, str) or len(read_numbers(sample) or ()) < 4:
        return ""
    return next((sign for sign in ",;/" if sign in sample), " ")


def _encoding_of_sample(sample: Json) -> str | None:
    if not isinstance(sample, str) or len(sample) > 100_000:
        return None
    try:
        read_text(sample)
    except InputError:
        return None
    if looks_like_wkt(sample):
        return "wkt"
    if read_numbers(sample) is not None and not sample.strip().startswith("["):
        return "bbox-text"
    return "geojson-text" if sample.strip().startswith("{") else None


def _type_of(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        rest = [member for member in kind if member != "null"]
        kind = rest[0] if len(rest) == 1 else "several"
    return kind if isinstance(kind, str) else ""


def needs_six(numbers: Json) -> bool:
    """Whether an array must have more than four numbers."""
    if not isinstance(numbers, Mapping):
        return False
    fewest = numbers.get("minItems")
    return isinstance(fewest, int) and not isinstance(fewest, bool) and fewest > 4
