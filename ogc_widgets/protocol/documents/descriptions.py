"""Inputs and outputs of a process, whichever shape a server describes them in.

Part 1 has ``inputs: {id: {schema, minOccurs, maxOccurs}}``; drafts and WPS-like servers
have a list with ``literalDataDomains``, ``formats`` or ``supportedCRS``. All come out
with one schema, still in the server's dialect of JSON Schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

from ogc_widgets.protocol import media_types, reading
from ogc_widgets.protocol.documents import literal_data
from ogc_widgets.protocol.reading import first, mapping, member, members, objects
from ogc_widgets.protocol.text import brief, quoted
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.protocol.documents.literal_data import Json

_WRAPPERS: Final = ("processDescription", "process", "deploymentProfile")
# Older servers have the rest of a description in there.
_INNER: Final = ("input", "output", "complexOutput", "ComplexOutput")
# WPS servers write the largest number of their language for "any number".
_UNBOUNDED_FROM: Final = 2**31 - 1
_ANY_NUMBER: Final = float("inf")
# A schema may stand on the input itself: keywords that say a shape, and those that may
# stand beside them. Words for people are the input's.
_SHAPES: Final = frozenset(
    "$ref type enum const format pattern minLength maxLength minimum maximum "  # noqa: SIM905 # reads better than a column of 47 names
    "exclusiveMinimum exclusiveMaximum multipleOf items prefixItems contains "
    "minContains maxContains minItems maxItems uniqueItems properties "
    "patternProperties additionalProperties propertyNames minProperties "
    "maxProperties dependentRequired dependentSchemas allOf anyOf oneOf not if "
    "then else contentMediaType contentEncoding contentSchema discriminator".split()
)
_KEYWORDS: Final = _SHAPES | {
    *("default", "examples", "nullable", "definitions", "$defs"),
    *("required", "deprecated", "readOnly", "writeOnly"),
}


def _words(value: object) -> str:
    text = reading.text(value)
    return "" if text == "None" else text  # what ZOO has where CWL has nothing


def _object(value: object) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, Mapping) else None


@dataclass(frozen=True, repr=False)
class ValueDescription:
    """What the descriptions of inputs and outputs have in common.

    Attributes:
        id: Its name in the results, or in the execute request.
        title: The server's title, not cleaned.
        description: The server's description, not cleaned.
        schema: Schema of one value in the server's dialect, also where it is described
            as literal data, formats or reference systems; ``{}`` where nothing is said.
        extended_schema: ZOO's schema of the whole value (``extended-schema``).
        qualified: Media types if the value stands in ``{"value": ...}`` or is a link.
        unit: Unit of measure, or ``""``.
        raw: The description as it came.
    """

    id: str
    title: str = member(reading.text, "title", "label")
    description: str = member(_words, "description", "abstract")
    schema: dict[str, Any] = field(default_factory=dict)
    extended_schema: dict[str, Any] | None = member(
        _object, "extended-schema", "extendedSchema", "extended_schema"
    )
    qualified: tuple[str, ...] | None = None
    unit: str = ""
    raw: Json = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        kind = self.schema.get("type")
        return brief(self, self.id, quoted(self.title), kind, self.unit)

    @classmethod
    def from_json(cls, name: str, document: Json) -> Self:
        """Read a description; what is unusable is as if unsaid."""
        raw = document
        for wrapper in _INNER:
            raw = {**mapping(raw.get(wrapper)), **raw}
        found = members(cls, raw)
        schema, qualified = _schema(raw, found["extended_schema"] or {})
        described = (*literal_data.domains_of(raw), raw, raw.get("schema"))
        return cls(
            **found,
            id=name,
            schema=schema,
            qualified=qualified,
            unit=next(filter(None, map(literal_data.unit_of, described)), ""),
            raw=raw,
        )


@dataclass(frozen=True, repr=False)
class InputDescription(ValueDescription):
    """One input of a process.

    Attributes:
        min_occurs: Least number of values; absent means 1.
        says_min_occurs: Whether the description says so.
        max_occurs: Most values, ``None`` for unbounded; absent means 1.
        nullable: Whether ``nullable`` stood beside one value of several. ZOO writes it
            where an input may be left out, so it is said of all values together.
        keywords: The server's keywords.
        metadata: The server's metadata objects, such as ``cwl:type``.
    """

    min_occurs: int = 1
    says_min_occurs: bool = False
    max_occurs: int | None = 1
    nullable: bool = False
    keywords: tuple[str, ...] = member(reading.texts)
    metadata: tuple[dict[str, Any], ...] = member(objects)

    @classmethod
    def from_json(cls, name: str, document: Json) -> Self:
        """Read the description of one input."""
        read = super().from_json(name, document)
        raw, schema = read.raw, read.schema
        domains = literal_data.domains_of(raw)
        low, high = _occurrences(raw, read.extended_schema, domains)
        least = 1 if low is None else int(low)
        most = 1 if high is None else high
        most = _ANY_NUMBER if most < least else most
        nullable = most != 1 and not is_list(schema) and schema.get("nullable") is True
        if nullable:
            schema.pop("nullable")
        return replace(
            read,
            min_occurs=least,
            says_min_occurs=low is not None,
            max_occurs=None if most == _ANY_NUMBER else int(most) or 1,
            nullable=nullable,
        )

    @property
    def cwl_type(self) -> str:
        """Type in the application package, not cleaned, or ``""``."""
        for one in self.metadata:
            if "cwl:type" in (one.get("title"), one.get("role")):
                said = one.get("value")
                return said if isinstance(said, str) else dump_json(said)
        return ""


@dataclass(frozen=True, repr=False)
class OutputDescription(ValueDescription):
    """One output of a process."""

    @cached_property
    def media_types(self) -> tuple[str, ...]:
        """The media types that it may have, its default first; as far as is said."""
        found = [*media_types.in_schema(self.schema)]
        found += media_types.in_schema(self.extended_schema)
        found += media_types.in_schema(self.raw, 0)
        return tuple(dict.fromkeys(found))

    @property
    def is_string(self) -> bool:
        """Whether it is described as text, which may look like a number."""
        return self.schema.get("type") == "string"


def inputs_of(process: Json) -> dict[str, InputDescription]:
    """The inputs of a process description by id, in the server's order."""
    return {
        name: InputDescription.from_json(name, one)
        for name, one in _described(process, "inputs")
    }


def outputs_of(process: Json) -> dict[str, OutputDescription]:
    """The outputs of a process description by id, in the server's order."""
    return {
        name: OutputDescription.from_json(name, one)
        for name, one in _described(process, "outputs")
    }


def is_list(schema: Json) -> bool:
    """Whether a schema says that its values are lists."""
    types = schema.get("type", "array" if "items" in schema else "")
    return "array" in (types if isinstance(types, list) else [types])


def _described(process: Json, name: str) -> list[tuple[str, Json]]:
    for wrapper in _WRAPPERS:
        inner = process.get(wrapper)
        if name not in process and isinstance(inner, Mapping):
            return _described(inner, name)
    return reading.pairs(process.get(name), name)


def _schema(raw: Json, extended: Json) -> tuple[dict[str, Any], tuple[str, ...] | None]:
    """The schema of one value, and the media types of ``qualified``."""
    said = raw.get("schema") or raw.get("original-schema")
    if isinstance(said, list):
        # openEO and others list the schemas of which a value may have any.
        said = {"anyOf": said}
    elif isinstance(said, str):
        said = {"type": said}
    schema: dict[str, Any] = dict(mapping(said))
    for holder in (extended, mapping(extended.get("items"))):
        types = _link_or_value(holder)
        if types is not None:
            return schema or _value_schema(extended), types
    if extended and not schema:
        return dict(extended), None
    domains = literal_data.domains_of(raw)
    if not schema:
        crs = _supported_crs(raw)
        formats = objects(first(raw, "formats", "supported_formats"))
        if crs and not domains:
            schema = _box_schema(crs)
        elif formats and not domains:
            return _formats_schema(formats), tuple(map(_media_type, formats))
        else:
            is_bare = not domains and (raw.get("dataType") or raw.get("data_type"))
            schema = literal_data.schema_of([raw] if is_bare else domains)
        schema = schema or _own_keywords(raw)
    if isinstance(raw.get("enum"), list) and "enum" not in schema and schema:
        # pygeoapi's own processes put the options beside the schema.
        schema["enum"] = raw["enum"]
    if schema and "default" not in schema:
        default: object = first(raw, "default", "defaultValue")
        if default is None:
            default = literal_data.default_of(domains)
        if default is not None:
            schema["default"] = default
    return schema, None


def _own_keywords(raw: Json) -> dict[str, Any]:
    """The schema that stands on the input itself; {} if nothing there says a shape."""
    own = {name: raw[name] for name in raw if name in _KEYWORDS}
    return own if _SHAPES & own.keys() else {}


def _link_or_value(extended: Json) -> tuple[str, ...] | None:
    """Media types of ZOO's ``oneOf: [link, {value}]``; None if it is something else."""
    branches = extended.get("oneOf")
    if not isinstance(branches, list) or len(branches) != 2:  # a pair
        return None
    parts = [
        part
        for branch in objects(branches)
        for part in objects(branch.get("allOf", branch))
    ]
    inside = [one for part in parts for one in objects(part.get("properties"))]
    has_link = any("link" in str(part.get("$ref", "")) for part in parts)
    if not has_link or not any("value" in one for one in inside):
        return None
    options = [kind.get("enum") for one in inside for kind in objects(one.get("type"))]
    listed = [name for one in options if isinstance(one, list) for name in one]
    return tuple(dict.fromkeys(name for name in listed if isinstance(name, str)))


def _value_schema(extended: Json) -> dict[str, Any]:
    """The schema of the value beside the link; {} where the pair is in a list."""
    branches = objects(extended.get("oneOf"))
    values = (mapping(branch.get("properties")).get("value") for branch in branches)
    return next((dict(one) for one in values if isinstance(one, Mapping)), {})


def _supported_crs(raw: Json) -> list[str]:
    """The reference systems of a box, the default one first."""
    said = first(raw, "supportedCRS", "supported_crs")
    listed = said if isinstance(said, list) else []
    named = [one if isinstance(one, Mapping) else {"crs": one} for one in listed]
    systems = (one.get("crs") for one in _default_first(named))
    return [crs for crs in systems if isinstance(crs, str)]


def _box_schema(crs: list[str]) -> dict[str, Any]:
    numbers = {"type": "array", "items": {"type": "number"}}
    members = {
        "bbox": {**numbers, "minItems": 4, "maxItems": 6},
        "crs": {"type": "string", "enum": crs, "default": crs[0]},
    }
    kind = {"type": "object", "format": "ogc-bbox", "required": ["bbox"]}
    return {**kind, "properties": members}


def _formats_schema(formats: Sequence[Json]) -> dict[str, Any]:
    branches: list[dict[str, Any]] = []
    for one in _default_first(formats):
        name, encoding = _media_type(one), reading.text(one.get("encoding"))
        kind = {"contentMediaType": name} if name else {}
        how = {"contentEncoding": encoding} if encoding else {}
        branches.append({"type": "string", **kind, **how})
        if media_types.bare(name).endswith("json"):
            branches.append({"type": "object", **kind})
    return {"oneOf": branches}


def _media_type(described: Json) -> str:
    return reading.text(first(described, "mediaType", "mimeType", "mime_type", "type"))


def _default_first(listed: Sequence[Json]) -> list[Json]:
    return sorted(listed, key=lambda one: one.get("default") is not True)


def _occurrences(
    raw: Json, extended: Json | None, domains: list[Json]
) -> tuple[float | None, float | None]:
    """Least and most values; None where nothing is said."""
    low = _count(first(raw, "minOccurs", "min_occurs"))
    said = first(raw, "maxOccurs", "max_occurs")
    high = _count(said)
    is_below_zero = isinstance(said, (int, float)) and said < 0
    # Plugins with literal data write their language's null for "no limit".
    if is_below_zero or (said is None and "maxOccurs" in raw and domains):
        high = _ANY_NUMBER
    if extended and is_list(extended) and (high is None or high <= 1):  # one list
        most, least = (_count(extended.get(name)) for name in ("maxItems", "minItems"))
        high = _ANY_NUMBER if most is None else most
        low = (1 if least is None else least) if low is None else low
    if low is None and raw.get("required") is False:
        low = 0
    return None if low == _ANY_NUMBER else low, high  # so many are never sent


def _count(value: object) -> float | None:
    """A count of occurrences; infinite for "unbounded", None where nothing is said."""
    words = ("unbounded", "unlimited", "inf", "*")
    if isinstance(value, str) and value.strip().lower() in words:
        return _ANY_NUMBER
    found = _ANY_NUMBER if value == _ANY_NUMBER else reading.count(value)
    return _ANY_NUMBER if found is not None and found >= _UNBOUNDED_FROM else found
