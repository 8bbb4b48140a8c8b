"""What a server says about one input, whichever shape it says it in.

Part 1 has ``inputs: {id: {schema, minOccurs, maxOccurs}}``; drafts and WPS-like servers
have a list with ``literalDataDomains``, ``formats`` or ``supportedCRS``. Both come out
as one :class:`InputReading` whose schema is still in the server's dialect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.schema import exact, hints, literal_data
from ogc_widgets.form.schema.keywords import KEYWORDS, plain_text
from ogc_widgets.form.schema.units import unit_of

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

Json = Mapping[str, Any]

# WPS servers write the largest number of their language for "any number".
_UNBOUNDED_FROM: Final = 2**31 - 1
# Words for people are read from the input, not from its schema.
_KEYWORDS: Final = (KEYWORDS | {"$ref", "nullable", "definitions", "$defs"}) - {
    "title",
    "description",
}
_SHAPES: Final = _KEYWORDS - {
    "default",
    "examples",
    "nullable",
    "definitions",
    "$defs",
    "required",
    "deprecated",
    "readOnly",
    "writeOnly",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputReading:
    """One input as described.

    Attributes:
        id: Name in the execute request.
        title: Plain text, the id where there is none.
        description: Plain text.
        schema: Schema in the server's dialect; empty where nothing is said.
        extended: What ``extended-schema`` says about the list of all values.
        qualified: Media types if the value goes into ``{"value": ...}`` or is a link.
        min_occurs: Fewest values.
        said_min_occurs: Whether the description says so (else the standard's 1).
        max_occurs: Most values, None for any number.
        nullable: Whether ``nullable`` stood beside one value of several. ZOO writes it
            where an input may be left out, so it is said of all values together.
        cwl_type: Type in the application package, or "".
        hints: ``x-ui`` hints.
        unit: Unit of measure, or "".
        raw: The description as it came.
    """

    id: str
    title: str
    description: str
    schema: Json
    extended: Json = field(default_factory=dict)
    qualified: tuple[str, ...] | None = None
    min_occurs: int = 1
    said_min_occurs: bool = False
    max_occurs: int | None = 1
    nullable: bool = False
    cwl_type: str = ""
    hints: Json = field(default_factory=dict)
    unit: str = ""
    raw: Json = field(default_factory=dict, repr=False)


def inputs_of(description: Json) -> dict[str, Any]:
    """The inputs of a process description by id, the list form included."""
    return _members(description, "inputs")


def outputs_of(description: Json) -> dict[str, Any]:
    """The outputs of a process description by id, the list form included."""
    return _members(description, "outputs")


def _members(description: Json, name: str) -> dict[str, Any]:
    for wrapper in ("processDescription", "process", "deploymentProfile"):
        inner = description.get(wrapper)
        if name not in description and isinstance(inner, Mapping):
            return _members(inner, name)
    members = description.get(name)
    if isinstance(members, Mapping):
        return {str(key): value for key, value in members.items()}
    result: dict[str, Any] = {}
    for number, member in enumerate(members if isinstance(members, list) else ()):
        own = ""
        if isinstance(member, Mapping):
            own = str(member.get("id") or member.get("identifier") or "")
        result[own or f"{name.removesuffix('s')}{number + 1}"] = member
    return result


def read_input(key: str, raw: JsonValue) -> InputReading:
    """Read the description of one input; anything unusable is as if it was not said."""
    raw = _unwrapped(raw) if isinstance(raw, Mapping) else {}
    domains = literal_data.domains_of(raw)
    schema, qualified = _schema_of(raw, domains)
    extended = raw.get("extended-schema")
    if not isinstance(extended, Mapping) or not _is_list(extended):
        extended = {}
    low = _occurs(raw.get("minOccurs"))
    high = _most(raw, domains)
    if extended and (high is None or high <= 1):  # one list
        high = _occurs(extended.get("maxItems"))
        high = float("inf") if high is None else high
        least = _occurs(extended.get("minItems"))
        low = (1 if least is None else least) if low is None else low
    if low is None and raw.get("required") is False:
        low = 0
    if low == float("inf"):  # so many are never sent
        low = None
    low_used = 1 if low is None else int(low)
    high_used = 1.0 if high is None else high
    if high_used < low_used:
        high_used = float("inf")
    nullable = (
        high_used != 1 and not _is_list(schema) and schema.get("nullable") is True
    )
    if nullable:
        schema = {name: schema[name] for name in schema if name != "nullable"}
    return InputReading(
        id=key,
        title=plain_text(raw.get("title"), limit=200, lines=False) or key,
        description=_description(raw),
        schema=schema,
        extended=extended,
        qualified=qualified,
        min_occurs=low_used,
        said_min_occurs=low is not None,
        max_occurs=None if high_used >= _UNBOUNDED_FROM else int(high_used) or 1,
        nullable=nullable,
        cwl_type=_cwl_type(raw),
        hints=_hints(raw),
        unit=next(filter(None, map(unit_of, (*domains, raw, raw.get("schema")))), ""),
        raw=raw,
    )


def _unwrapped(raw: Json) -> Json:
    """The description with what older servers put into ``input`` beside the rest."""
    for wrapper in ("input", "output"):
        nested = raw.get(wrapper)
        if isinstance(nested, Mapping):
            raw = {**nested, **raw}
    return raw


def _schema_of(raw: Json, domains: list[Json]) -> tuple[Any, tuple[str, ...] | None]:
    said = raw.get("schema") or raw.get("original-schema") or {}
    if isinstance(said, list):
        # openEO and others list the schemas of which a value may have any.
        said = {"anyOf": said}
    elif isinstance(said, str):
        said = {"type": said}
    schema = dict(said) if isinstance(said, Mapping) else {}
    extended = raw.get("extended-schema")
    if isinstance(extended, Mapping):
        types = _link_or_value(extended)
        if types is None and isinstance(extended.get("items"), Mapping):
            types = _link_or_value(extended["items"])
        if types is not None:
            return schema or _value_schema(extended), types
        if not schema:
            return extended, None
    if not schema:
        schema = _old_schema(raw, domains) or _own_keywords(raw)
        if "formats" in schema:
            return schema["formats"], tuple(schema["media_types"])
    if isinstance(raw.get("enum"), list) and "enum" not in schema and schema:
        # pygeoapi's own processes put the options beside the schema.
        schema = {**schema, "enum": raw["enum"]}
    if schema and "default" not in schema:
        beside = [raw[name] for name in ("default", "defaultValue") if name in raw]
        beside = [*beside, literal_data.default_of(domains)]
        default = next((one for one in beside if one is not None), None)
        if default is not None:
            schema = {**schema, "default": default}
    return schema, None


def _is_list(schema: Json) -> bool:
    types = schema.get("type", "array" if "items" in schema else "")
    return "array" in (types if isinstance(types, list) else [types])


def _own_keywords(raw: Json) -> dict[str, Any]:
    """The schema that stands on the input itself; {} if nothing there says a shape."""
    own = {name: raw[name] for name in raw if name in _KEYWORDS}
    return own if _SHAPES & own.keys() else {}


def _hints(raw: Json) -> dict[str, Any]:
    found = hints.read(raw, raw.get("schema"))
    placeholder = plain_text(raw.get("placeholder"), limit=200, lines=False)
    return {"placeholder": placeholder, **found} if placeholder else found


def _most(raw: Json, domains: list[Json]) -> float | None:
    """The most values; None where nothing is said."""
    most = raw.get("maxOccurs")
    if most is None and "maxOccurs" in raw and domains:
        # Plugins with literal data write their language's null for "no limit".
        return float("inf")
    if isinstance(most, (int, float)) and not isinstance(most, bool) and most < 0:
        return float("inf")
    return _occurs(most)


def _link_or_value(extended: Json) -> tuple[str, ...] | None:
    """Media types of ZOO's ``oneOf: [link, {value}]``; None if it is something else."""
    branches = extended.get("oneOf")
    if not isinstance(branches, list) or len(branches) != 2:  # a pair
        return None
    media_types: list[str] = []
    has_link = has_value = False
    for branch in branches:
        if not isinstance(branch, Mapping):
            return None
        for part in branch.get("allOf", [branch]):
            if not isinstance(part, Mapping):
                continue
            has_link |= "link" in str(part.get("$ref", ""))
            properties = part.get("properties")
            if isinstance(properties, Mapping):
                has_value |= "value" in properties
                media_types += _options_of(properties.get("type"))
    return tuple(dict.fromkeys(media_types)) if has_link and has_value else None


def _value_schema(extended: Json) -> Json:
    for branch in extended.get("oneOf", ()):
        value = branch.get("properties", {}).get("value")
        if isinstance(value, Mapping):
            return value
    return {}


def _options_of(schema: JsonValue) -> list[str]:
    options = schema.get("enum") if isinstance(schema, Mapping) else None
    listed = options if isinstance(options, list) else ()
    return [option for option in listed if isinstance(option, str)]


def _occurs(value: JsonValue) -> float | None:
    """A count of occurrences; infinite for "unbounded", None where nothing is said."""
    if isinstance(value, str):
        if value.strip().lower() in ("unbounded", "unlimited", "inf", "*"):
            return float("inf")
        try:
            value = exact.number(value.strip())
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if value < 0 or value != value:  # NaN
        return None
    return float("inf") if value >= _UNBOUNDED_FROM else value


def _description(raw: Json) -> str:
    text = plain_text(raw.get("description") or raw.get("abstract"))
    return "" if text == "None" else text


def _cwl_type(raw: Json) -> str:
    metadata = raw.get("metadata")
    for member in metadata if isinstance(metadata, list) else ():
        if not isinstance(member, Mapping):
            continue
        if "cwl:type" in (member.get("title"), member.get("role")):
            said = member.get("value")
            said = said if isinstance(said, str) else exact.dumps(said)
            return plain_text(said, limit=300, lines=False)
    return ""


def _old_schema(raw: Json, domains: list[Json]) -> dict[str, Any]:
    """A schema for ``literalDataDomains``, ``supportedCRS`` or ``formats``.

    For formats it is wrapped: ``{"formats": schema, "media_types": [...]}``.
    """
    if domains:
        return literal_data.schema_of(domains)
    crs = _supported_crs(raw)
    if crs:
        return {
            "type": "object",
            "format": "ogc-bbox",
            "required": ["bbox"],
            "properties": {
                "bbox": {
                    "type": "array",
                    "items": {"type": "number"},
                    "minItems": 4,
                    "maxItems": 6,
                },
                "crs": {"type": "string", "enum": crs, "default": crs[0]},
            },
        }
    formats = _list(raw.get("formats") or raw.get("supported_formats"))
    if formats:
        return {
            "formats": _formats_schema(formats),
            "media_types": [_media_type(member) for member in formats],
        }
    names = ("dataType", "data_type")
    return literal_data.schema_of([raw]) if any(map(raw.get, names)) else {}


def _supported_crs(raw: Json) -> list[str]:
    found: list[tuple[bool, str]] = []
    data = raw.get("supportedCRS") or raw.get("supported_crs")
    for member in data if isinstance(data, list) else ():
        if isinstance(member, str):
            found.append((False, member))
        elif isinstance(member, Mapping) and isinstance(member.get("crs"), str):
            found.append((member.get("default") is True, member["crs"]))
    return [crs for _, crs in sorted(found, key=lambda pair: not pair[0])]


def _formats_schema(formats: list[Json]) -> dict[str, Any]:
    ordered = sorted(formats, key=lambda member: member.get("default") is not True)
    branches: list[dict[str, Any]] = []
    for member in ordered:
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


def _list(value: JsonValue) -> list[Json]:
    members = value if isinstance(value, list) else []
    return [member for member in members if isinstance(member, Mapping)]


def plain_description(process: JsonValue) -> tuple[str, str]:
    """Title and id of a process, given as an object or as its description."""
    raw = process if isinstance(process, Mapping) else process.raw
    for wrapper in ("processDescription", "process"):
        if isinstance(raw.get(wrapper), Mapping) and "inputs" not in raw:
            raw = raw[wrapper]
    name = plain_text(raw.get("id") or raw.get("identifier"), limit=200, lines=False)
    title = plain_text(raw.get("title"), limit=200, lines=False)
    return title or name or "Process", name
