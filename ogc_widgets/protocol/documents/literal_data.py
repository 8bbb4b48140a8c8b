"""Literal data as WPS and the drafts of the standard describe it, as JSON Schema.

``literalDataDomains``, or one ``literalDataDomain``, hold a data type, values or ranges
that are allowed, a default and a unit (``LiteralDataDomain`` of OGC 14-065).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from ogc_widgets.protocol.reading import as_number, first, mapping, objects
from ogc_widgets.protocol.text import clean

# Any for what a server may have written there.
Json = Mapping[str, Any]

_DOMAINS: Final = ("literalDataDomains", "literalDataDomain", "literalData")
# What a definition calls its list of values or ranges.
_VALUES: Final = (
    *("allowedValues", "allowed_values", "allowedRanges", "options"),
    *("possibleValues", "values", "enum"),
)
_ENDS: Final = {"minimumValue", "maximumValue"}
# Where a unit is named, and what names it in there.
_UNITS: Final = (
    *("x-ogc-uom", "x-ogc-unit", "defaultUOM", "uom", "unit", "UOMs", "supportedUOMs"),
)
_UNIT_PARTS: Final = (
    *("symbol", "code", "uom", "unit", "name", "reference", "default", "supported"),
)


def domains_of(raw: Json) -> list[Json]:
    """The domains of an input, the default one first."""
    found = objects(next((raw[name] for name in _DOMAINS if raw.get(name)), None))
    return sorted(found, key=lambda domain: domain.get("default") is not True)


def schema_of(domains: list[Json]) -> dict[str, Any]:
    """The schema of a value that is in one of the domains; {} if there are none."""
    schemas = [_schema(domain) for domain in domains]
    if len(schemas) < 2:  # nothing to choose between
        return schemas[0] if schemas else {}
    default = default_of(domains)
    said = {} if default is None else {"default": default}
    types = {schema["type"] for schema in schemas}
    limits = [
        {name: schema[name] for name in schema if name not in ("type", "default")}
        for schema in schemas
    ]
    if len(types) == 1 and not all(limits):
        return {"type": types.pop(), **said}
    are_ranges = not any({"enum", "anyOf"} & limit.keys() for limit in limits)
    if len(types) == 1 and are_ranges:
        return {"type": types.pop(), "anyOf": limits, **said}
    return {"anyOf": schemas, **said}


def default_of(domains: list[Json]) -> object:
    """The value that the domains start with, or None."""
    for domain in domains:
        for source in (domain, mapping(domain.get("valueDefinition"))):
            # "default": true marks the domain; it is not its value.
            marked = source.get("default")
            named = None if isinstance(marked, bool) else marked
            if (found := source.get("defaultValue", named)) is not None:
                return found
    return None


def _schema(domain: Json) -> dict[str, Any]:
    data_type = first(domain, "dataType", "data_type")
    if isinstance(data_type, Mapping):
        data_type = data_type.get("name") or str(data_type.get("reference", ""))
    name = re.split("[#/]", str(data_type or "string"))[-1]
    schema: dict[str, Any] = {"type": name}
    default = default_of([domain])
    if default is not None:
        schema["default"] = default
    known = [
        one if isinstance(one, Mapping) else {"value": one} for one in _members(domain)
    ]
    ranges = [_range(one) for one in known if _ENDS & one.keys()]
    single = [one for one in known if "value" in one and not _ENDS & one.keys()]
    options = [one["value"] for one in single]
    if options and ranges:
        numbers = map(as_number, options)
        exact = [{"minimum": one, "maximum": one} for one in numbers]
        schema["anyOf"] = [*exact, *ranges]
    elif options:
        schema["enum"] = options
    elif len(ranges) == 1:
        schema |= ranges[0]
    elif ranges:
        schema["anyOf"] = ranges
    return schema


def _members(domain: Json) -> list[Any]:
    """Values and ranges that are allowed."""
    definition = domain.get("valueDefinition", domain)
    if isinstance(definition, list):
        return definition
    if not isinstance(definition, Mapping):
        return []
    if _ENDS & definition.keys():
        return [definition]
    for name in _VALUES:
        found = definition.get(name, domain.get(name))
        if isinstance(found, Mapping):
            inner = next((found[key] for key in _VALUES if key in found), found)
            found = inner if isinstance(inner, list) else [inner]
        if isinstance(found, list):
            return found
    return []


def _range(limits: Json) -> dict[str, Any]:
    """One range; an open end is not in it itself, spacing counts from the lower end."""
    closure = str(limits.get("rangeClosure") or limits.get("closure")).lower()
    low, high, spacing = (
        as_number(limits.get(name))
        for name in ("minimumValue", "maximumValue", "spacing")
    )
    found: dict[str, Any] = {}
    if low is not None:
        is_open = closure.startswith("open")
        found["exclusiveMinimum" if is_open else "minimum"] = low
    if high is not None:
        is_open = closure.endswith("open")
        found["exclusiveMaximum" if is_open else "maximum"] = high
    if isinstance(spacing, (int, float)) and spacing > 0:
        # JSON Schema counts from zero.
        starts = low if isinstance(low, (int, float)) else 0
        with contextlib.suppress(OverflowError):
            if starts % spacing == 0:
                found["multipleOf"] = spacing
    return found


def unit_of(described: object) -> str:
    """The unit that a description, a schema or a domain names, or ""."""
    found = mapping(described)
    return next(filter(None, (_short(found[n]) for n in _UNITS if n in found)), "")


def _short(unit: object) -> str:
    """A unit out of a text, an object or a list whose first is the default.

    "urn:ogc:def:uom:UCUM::m" and ".../def/uom/UCUM/0/m" are both "m".
    """
    if isinstance(unit, list):
        named = [one for one in unit if isinstance(one, Mapping)]
        default = [one for one in named if one.get("default") is True]
        return next(filter(None, map(_short, [*default, *unit])), "")
    if isinstance(unit, Mapping):
        return next(filter(None, (_short(unit.get(part)) for part in _UNIT_PARTS)), "")
    text = clean(unit).strip() if isinstance(unit, str) else ""
    lowered = text.lower()
    if lowered.startswith("urn:"):
        text = text.rsplit(":", 1)[-1]
    elif lowered.startswith(("http://", "https://")):
        text = unquote(text.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1])
    return text[:40]
