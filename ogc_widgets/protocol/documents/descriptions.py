"""Inputs and outputs of a process, whichever shape a server describes them in.

Part 1 has ``inputs: {id: {schema, minOccurs, maxOccurs}}``; drafts and WPS-like servers
have a list with ``literalDataDomains``, ``formats`` or ``supportedCRS``. All come out
with one schema, still in the server's dialect of JSON Schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from ogc_widgets.protocol import media_types, reading
from ogc_widgets.protocol.documents import literal_data
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.literal_data import Json

ID_NAMES: Final = ("id", "identifier", "name")
TITLE_NAMES: Final = ("title", "label")
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


@dataclass(frozen=True)
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
        raw: The description as it came.
    """

    id: str
    title: str = ""
    description: str = ""
    schema: dict[str, Any] = field(default_factory=dict)
    extended_schema: dict[str, Any] | None = None
    qualified: tuple[str, ...] | None = None
    raw: Json = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, name: str, document: Json) -> Self:
        """Read a description; what is unusable is as if unsaid."""
        return cls(**_members(name, document))


@dataclass(frozen=True)
class InputDescription(ValueDescription):
    """One input of a process.

    Attributes:
        min_occurs: Least number of values; absent means 1.
        says_min_occurs: Whether the description says so.
        max_occurs: Most values, ``None`` for unbounded; absent means 1.
        nullable: Whether ``nullable`` stood beside one value of several. ZOO writes it
            where an input may be left out, so it is said of all values together.
        unit: Unit of measure, or ``""``.
        keywords: The server's keywords.
        metadata: The server's metadata objects, such as ``cwl:type``.
    """

    min_occurs: int = 1
    says_min_occurs: bool = False
    max_occurs: int | None = 1
    nullable: bool = False
    unit: str = ""
    keywords: tuple[str, ...] = ()
    metadata: tuple[dict[str, Any], ...] = ()

    @classmethod
    def from_json(cls, name: str, document: Json) -> Self:
        """Read the description of one input."""
        members = _members(name, document)
        raw, schema = members["raw"], members["schema"]
        domains = literal_data.domains_of(raw)
        low, high = _occurrences(raw, members["extended_schema"], domains)
        least = 1 if low is None else int(low)
        most = 1 if high is None else high
        most = _ANY_NUMBER if most < least else most
        nullable = most != 1 and not is_list(schema) and schema.get("nullable") is True
        if nullable:
            schema.pop("nullable")
        described = (*domains, raw, raw.get("schema"))
        return cls(
            **members,
            min_occurs=least,
            says_min_occurs=low is not None,
            max_occurs=None if most >= _UNBOUNDED_FROM else int(most) or 1,
            nullable=nullable,
            unit=next(filter(None, map(literal_data.unit_of, described)), ""),
            keywords=reading.texts(raw.get("keywords")),
            metadata=reading.objects(raw.get("metadata")),
        )

    @property
    def cwl_type(self) -> str:
        """Type in the application package, not cleaned, or ``""``."""
        for member in self.metadata:
            if "cwl:type" in (member.get("title"), member.get("role")):
                said = member.get("value")
                return said if isinstance(said, str) else dump_json(said)
        return ""


@dataclass(frozen=True)
class OutputDescription(ValueDescription):
    """One output of a process."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types that it may have, its default first; as far as is said."""
        found = [*media_types.in_schema(self.schema)]
        found += media_types.in_schema(self.extended_schema)
        found += media_types.in_schema(self.raw, 0)
        return tuple(dict.fromkeys(found))


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
    return reading.pairs(process.get(name), name, ID_NAMES)


def _members(name: str, raw: Json) -> dict[str, Any]:
    """What inputs and outputs have in common."""
    for wrapper in _INNER:
        nested = raw.get(wrapper)
        if isinstance(nested, Mapping):
            raw = {**nested, **raw}
    said = reading.first(raw, "extended-schema", "extendedSchema", "extended_schema")
    extended = dict(said) if isinstance(said, Mapping) else None
    schema, qualified = _schema(raw, extended or {})
    description = reading.text(raw.get("description") or raw.get("abstract"))
    return {
        "id": name,
        "title": reading.text(reading.first(raw, *TITLE_NAMES)),
        "description": "" if description == "None" else description,
        "schema": schema,
        "extended_schema": extended,
        "qualified": qualified,
        "raw": raw,
    }


def _schema(raw: Json, extended: Json) -> tuple[dict[str, Any], tuple[str, ...] | None]:
    said = raw.get("schema") or raw.get("original-schema") or {}
    if isinstance(said, list):
        # openEO and others list the schemas of which a value may have any.
        said = {"anyOf": said}
    elif isinstance(said, str):
        said = {"type": said}
    schema = dict(said) if isinstance(said, Mapping) else {}
    items = extended.get("items")
    for holder in (extended, items if isinstance(items, Mapping) else {}):
        types = _link_or_value(holder)
        if types is not None:
            return schema or _value_schema(extended), types
    if extended and not schema:
        return dict(extended), None
    domains = literal_data.domains_of(raw)
    if not schema:
        formats = [] if domains or _supported_crs(raw) else _formats(raw)
        if formats:
            return _formats_schema(formats), tuple(map(_media_type, formats))
        schema = _old_schema(raw, domains) or _own_keywords(raw)
    if isinstance(raw.get("enum"), list) and "enum" not in schema and schema:
        # pygeoapi's own processes put the options beside the schema.
        schema["enum"] = raw["enum"]
    if schema and "default" not in schema:
        beside = reading.first(raw, "default", "defaultValue")
        default = literal_data.default_of(domains) if beside is None else beside
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
        for branch in reading.objects(branches)
        for part in reading.objects(branch.get("allOf", branch))
    ]
    members = [one for part in parts for one in reading.objects(part.get("properties"))]
    has_link = any("link" in str(part.get("$ref", "")) for part in parts)
    if not has_link or not any("value" in one for one in members):
        return None
    kinds = [kind for one in members for kind in reading.objects(one.get("type"))]
    options = [kind.get("enum") for kind in kinds]
    listed = [name for one in options if isinstance(one, list) for name in one]
    return tuple(dict.fromkeys(name for name in listed if isinstance(name, str)))


def _value_schema(extended: Json) -> dict[str, Any]:
    """The schema of the value beside the link; {} where the pair is in a list."""
    for branch in reading.objects(extended.get("oneOf")):
        for members in reading.objects(branch.get("properties")):
            if isinstance(members.get("value"), Mapping):
                return dict(members["value"])
    return {}


def _old_schema(raw: Json, domains: list[Json]) -> dict[str, Any]:
    """A schema for ``literalDataDomains``, ``supportedCRS`` or ``dataType``."""
    crs = _supported_crs(raw)
    if crs and not domains:
        box = {"type": "array", "items": {"type": "number"}}
        return {
            "type": "object",
            "format": "ogc-bbox",
            "required": ["bbox"],
            "properties": {
                "bbox": {**box, "minItems": 4, "maxItems": 6},
                "crs": {"type": "string", "enum": crs, "default": crs[0]},
            },
        }
    if not domains and (raw.get("dataType") or raw.get("data_type")):
        domains = [raw]
    return literal_data.schema_of(domains)


def _supported_crs(raw: Json) -> list[str]:
    """The reference systems of a box, the default one first."""
    found: list[tuple[bool, str]] = []
    said = raw.get("supportedCRS") or raw.get("supported_crs")
    for member in said if isinstance(said, list) else ():
        if isinstance(member, str):
            found.append((False, member))
        elif isinstance(member, Mapping) and isinstance(member.get("crs"), str):
            found.append((member.get("default") is True, member["crs"]))
    return [crs for _, crs in sorted(found, key=lambda pair: not pair[0])]


def _formats(raw: Json) -> list[Json]:
    """The formats of complex data, as they are listed."""
    said = raw.get("formats") or raw.get("supported_formats")
    listed = said if isinstance(said, list) else ()
    return [member for member in listed if isinstance(member, Mapping)]


def _formats_schema(formats: list[Json]) -> dict[str, Any]:
    branches: list[dict[str, Any]] = []
    for member in sorted(formats, key=lambda one: one.get("default") is not True):
        name = _media_type(member)
        branch: dict[str, Any] = {"type": "string"}
        if name:
            branch["contentMediaType"] = name
        if isinstance(member.get("encoding"), str) and member["encoding"]:
            branch["contentEncoding"] = member["encoding"]
        branches.append(branch)
        if name.split(";", 1)[0].strip().endswith("json"):
            branches.append({"type": "object", "contentMediaType": name})
    return {"oneOf": branches}


def _media_type(member: Json) -> str:
    for key in ("mediaType", "mimeType", "mime_type", "type"):
        if isinstance(member.get(key), str) and member[key]:
            return str(member[key])
    return ""


def _occurrences(
    raw: Json, extended: Json | None, domains: list[Json]
) -> tuple[float | None, float | None]:
    """Least and most values; None where nothing is said."""
    low = _count(reading.first(raw, "minOccurs", "min_occurs"))
    said = reading.first(raw, "maxOccurs", "max_occurs")
    high = _count(said)
    if said is None and "maxOccurs" in raw and domains:
        # Plugins with literal data write their language's null for "no limit".
        high = _ANY_NUMBER
    elif isinstance(said, (int, float)) and not isinstance(said, bool) and said < 0:
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
    if isinstance(value, str):
        if value.strip().lower() in ("unbounded", "unlimited", "inf", "*"):
            return _ANY_NUMBER
        value = reading.as_number(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if value < 0 or value != value:  # NaN
        return None
    return _ANY_NUMBER if value >= _UNBOUNDED_FROM else value
