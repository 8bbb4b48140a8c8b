"""What a server says about one input, whichever shape it says it in.

Part 1 has ``inputs: {id: {schema, minOccurs, maxOccurs}}``; drafts and WPS-like servers
have a list with ``literalDataDomains``, ``formats`` or ``supportedCRS``. Both come out
as one :class:`InputReading` whose schema is still in the server's dialect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form import exact, hints
from ogc_widgets.form.keywords import plain_text

if TYPE_CHECKING:
    from ogc_widgets.api.wire import JsonValue

Json = Mapping[str, Any]

# WPS servers write the largest number of their language for "any number".
_UNBOUNDED_FROM: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class InputReading:
    """One input as described.

    Attributes:
        id: Name in the execute request.
        title: Plain text, the id where there is none.
        description: Plain text.
        schema: Schema in the server's dialect; empty where nothing is said.
        qualified: Media types if the value goes into ``{"value": ...}`` or is a link.
        min_occurs: Fewest values.
        said_min_occurs: Whether the description says so (else the standard's 1).
        max_occurs: Most values, None for any number.
        cwl_type: Type in the application package, or "".
        hints: ``x-ui`` hints.
        unit: Unit of measure, or "".
        raw: The description as it came.
    """

    id: str
    title: str
    description: str
    schema: Json
    qualified: tuple[str, ...] | None = None
    min_occurs: int = 1
    said_min_occurs: bool = False
    max_occurs: int | None = 1
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
    raw = raw if isinstance(raw, Mapping) else {}
    schema, qualified = _schema_of(raw)
    low = _occurs(raw.get("minOccurs"))
    high = _occurs(raw.get("maxOccurs"))
    if high is None and isinstance(schema, _ArraySchema):
        low, high = schema.low if low is None else low, schema.high
    low_used = 1 if low is None else int(low)
    high_used = 1.0 if high is None else high
    if high_used < low_used:
        high_used = float("inf")
    return InputReading(
        id=key,
        title=plain_text(raw.get("title"), limit=200, lines=False) or key,
        description=_description(raw),
        schema=schema.item if isinstance(schema, _ArraySchema) else schema,
        qualified=qualified,
        min_occurs=low_used,
        said_min_occurs=low is not None,
        max_occurs=None if high_used >= _UNBOUNDED_FROM else int(high_used) or 1,
        cwl_type=_cwl_type(raw),
        hints=hints.read(raw, raw.get("schema")),
        unit=_unit(raw),
        raw=raw,
    )


@dataclass(frozen=True, slots=True)
class _ArraySchema:
    """What ``extended-schema`` says over the head of ``schema``: several items."""

    item: Json
    low: float
    high: float


def _schema_of(raw: Json) -> tuple[Any, tuple[str, ...] | None]:
    schema = raw.get("schema")
    if not isinstance(schema, Mapping) or not schema:
        schema = raw.get("original-schema")
    schema = dict(schema) if isinstance(schema, Mapping) else {}
    extended = raw.get("extended-schema")
    if isinstance(extended, Mapping):
        types = _link_or_value(extended)
        if types is None and isinstance(extended.get("items"), Mapping):
            types = _link_or_value(extended["items"])
        if types is not None:
            return schema or _value_schema(extended), types
        if not schema:
            return extended, None
        if extended.get("type") == "array" and schema.get("type") != "array":
            low = _occurs(extended.get("minItems"))
            high = _occurs(extended.get("maxItems"))
            return (
                _ArraySchema(
                    schema,
                    1 if low is None else low,
                    float("inf") if high is None else high,
                ),
                None,
            )
    if not schema:
        schema = _old_schema(raw)
        if "formats" in schema:
            return schema["formats"], tuple(schema["media_types"])
    if isinstance(raw.get("enum"), list) and "enum" not in schema and schema:
        # pygeoapi's own processes put the options beside the schema.
        schema = {**schema, "enum": raw["enum"]}
    for name in ("default", "defaultValue"):
        if name in raw and "default" not in schema and schema:
            schema = {**schema, "default": raw[name]}
    return schema, None


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
    return [o for o in options or () if isinstance(o, str)]


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


def _unit(raw: Json) -> str:
    for domain in _list(raw.get("literalDataDomains")):
        unit = domain.get("defaultUOM") or domain.get("uom")
        if isinstance(unit, Mapping):
            unit = unit.get("name") or unit.get("uom")
        if isinstance(unit, str):
            return plain_text(unit, limit=40, lines=False)
    for source in (raw, raw.get("schema")):
        if isinstance(source, Mapping):
            for name in ("x-ogc-unit", "uom", "unit"):
                unit = source.get(name)
                if isinstance(unit, Mapping):
                    said = (unit.get(n) for n in ("symbol", "code", "name", "uom"))
                    unit = next((one for one in said if isinstance(one, str)), "")
                if isinstance(unit, str) and unit:
                    return plain_text(unit, limit=40, lines=False)
    return ""


def _old_schema(raw: Json) -> dict[str, Any]:
    """A schema for ``literalDataDomains``, ``supportedCRS`` or ``formats``.

    For formats it is wrapped: ``{"formats": schema, "media_types": [...]}``.
    """
    for wrapper in ("input", "output"):
        nested = raw.get(wrapper)
        if isinstance(nested, Mapping):
            raw = {**nested, **raw}
    domains = [_domain(member) for member in _list(raw.get("literalDataDomains"))]
    if domains:
        return domains[0] if len(domains) == 1 else {"anyOf": domains}
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
    if isinstance(raw.get("data_type"), str):
        allowed = raw.get("allowed_values")
        options = {"enum": allowed} if isinstance(allowed, list) and allowed else {}
        return {"type": raw["data_type"], **options}
    return {}


def _domain(domain: Json) -> dict[str, Any]:
    data_type = domain.get("dataType")
    if isinstance(data_type, Mapping):
        data_type = data_type.get("name") or str(data_type.get("reference", ""))
    name = str(data_type or "string").rsplit("#", 1)[-1].rsplit("/", 1)[-1]
    schema: dict[str, Any] = {"type": name}
    if "defaultValue" in domain:
        schema["default"] = domain["defaultValue"]
    definition = domain.get("valueDefinition", domain.get("allowedValues"))
    if isinstance(definition, Mapping):
        definition = definition.get("allowedValues", [definition])
    options: list[Any] = []
    for member in definition if isinstance(definition, list) else ():
        if isinstance(member, Mapping):
            if "minimumValue" in member:
                schema["minimum"] = member["minimumValue"]
            if "maximumValue" in member:
                schema["maximum"] = member["maximumValue"]
            if "value" in member:
                options.append(member["value"])
        else:
            options.append(member)
    if options:
        schema["enum"] = options
    return schema


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
