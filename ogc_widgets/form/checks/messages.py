"""What the validator found, said to a student.

A message completes the sentence "This input ..." and never shows a keyword of JSON
Schema: "must look like EPSG:4326", "must be at least 1", "needs a value".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks import validate
from ogc_widgets.form.fields.fields import name_of_step, split_path
from ogc_widgets.form.page import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jsonschema_rs import ValidationError

    from ogc_widgets.errors import InputError
    from ogc_widgets.form.fields.fields import Field
    from ogc_widgets.protocol.json_type import JsonValue

NEEDS_VALUE: Final = "needs a value"
_MAX_NAMED: Final = 6
_CRS_WORDS: Final = ("epsg", "crs", "srs")

_TYPES: Final[dict[str, str]] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "yes or no",
    "array": "a list",
    "object": "an object (names and values in braces)",
    "null": "null",
}
_FORMATS: Final[dict[str, str]] = {
    "email": "must be an e-mail address like name@example.org",
    "idn-email": "must be an e-mail address like name@example.org",
    "uuid": "must be a UUID like 123e4567-e89b-12d3-a456-426614174000",
    "hostname": "must be a host name like example.org",
    "idn-hostname": "must be a host name like example.org",
    "ipv4": "must be an IPv4 address like 192.0.2.1",
    "ipv6": "must be an IPv6 address like 2001:db8::1",
    "json-pointer": "must be a JSON Pointer like /properties/datetime",
    "relative-json-pointer": "must be a relative JSON Pointer like 1/datetime",
    "regex": "must be a regular expression",
    "iri": validate.EXAMPLES["uri"],
    **validate.EXAMPLES,
}

# Tried in this order to find one that a pattern accepts.
_SAMPLES: Final = """
EPSG:4326 -121.4,39.8,-120.7,40.5
2021-07-13 2021-07-13T10:30:00Z 2021-07-13T10:30:00.000Z
2021-07-13T00:00:00Z/2021-07-14T00:00:00Z 2021-07-13/2021-07-14
2021-07-13T00:00:00/2021-07-14T00:00:00 202107 2021-07 2021 20210713 10:30 10:30:00
green,nir green B03 T10TFK 10TFK S2B_10TFK_20210713_0_L2A
https://example.org/item.json s3://bucket/key
1.0.0 v1.0.0 1.0 0.5 50% 10m 100 1 -1 P1D
a A abc ABC name Name my-name my_name name@example.org image.tif /data/image.tif
#ff8800 CRS84 en en-GB 123e4567-e89b-12d3-a456-426614174000
"""
_SAMPLES_WITH_BLANKS: Final = ("10 m", "POLYGON((0 0,1 0,1 1,0 0))")

_LIMITS: Final[dict[str, str]] = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
}
_COUNTS: Final[dict[str, tuple[str, str]]] = {
    "minLength": ("must have {} or more", "character"),
    "maxLength": ("must have {} or fewer", "character"),
    "minItems": ("needs {} or more", "value"),
    "maxItems": ("takes {} or fewer", "value"),
    "minProperties": ("needs {} or more", "name"),
    "maxProperties": ("takes {} or fewer", "name"),
}
_ALWAYS: Final[dict[str, str]] = {
    "uniqueItems": "has the same value twice",
    "dependentRequired": "needs another input that goes with it",
    "dependencies": "needs another input that goes with it",
    "contains": "lacks a value that must be in it",
    "not": "has a value that is not allowed here",
    "falseSchema": "has a value that is not allowed here",
    "propertyNames": "has a name that is not allowed",
}


def message(error: ValidationError, field: Field | None = None) -> str:
    """Words for one finding of the validator about the value of a field."""
    name = error.kind.name
    details = _details(error)
    limit = details.get("limit")
    if name in _LIMITS:
        return _LIMITS[name].format("the limit" if limit is None else limit)
    if name in _COUNTS:
        template, noun = _COUNTS[name]
        return template.format(count(limit, noun))
    match name:
        case "multipleOf":
            return f"must be a multiple of {details.get('multiple_of', 'the limit')}"
        case "pattern":
            return _pattern(str(details.get("pattern", "")), field)
        case "format":
            return _format(str(details.get("format", "")), error.instance)
        case "enum":
            return f"choose one of {_names(details.get('options') or ())}"
        case "const":
            return f"must be {words.shorten(details.get('expected_value'))}"
        case "type":
            return f"must be {_types(error)}"
        case "required":
            return f"needs {details.get('property', 'another member')}"
        case "additionalProperties" | "unevaluatedProperties":
            names = details.get("unexpected") or ()
            return f"has a name that is not expected: {_names(names)}"
        case "anyOf" | "oneOf":
            return _alternatives(error, field)
        case _:
            return _ALWAYS.get(name, "is not what the server asks for")


def text_message(field: Field, text: str) -> str:
    """What our own rules say about a text, beyond the schema; "" if nothing."""
    if field.kind in validate.FAULT_OF:
        fault = validate.FAULT_OF[field.kind](text)
        # Where only words speak of a date, another text may be right, too.
        is_free = not field.format and fault == validate.EXAMPLES["date"]
        return "" if is_free else fault
    if field.format in ("uri", "url", "iri"):
        return validate.uri_fault(text)
    said = f"{field.key} {field.label}".lower()
    is_code = field.kind == "text" and any(word in said for word in _CRS_WORDS)
    prefix, _, number = text.strip().upper().partition(":")
    is_wrong = is_code and prefix == "EPSG" and ":" in text and not number.isdigit()
    return "must look like EPSG:4326" if is_wrong else ""


def _details(error: ValidationError) -> Mapping[str, Any]:
    if error.kind.name in ("anyOf", "oneOf"):
        return {}
    try:
        return error.kind.as_dict()
    except (ValueError, TypeError, RecursionError):
        return {}


def _types(error: ValidationError) -> str:
    details = _details(error)
    names = details.get("types", details.get("type"))
    names = [names] if isinstance(names, str) else list(names or [])
    told = [_TYPES.get(str(name), str(name)) for name in names if name != "null"]
    return " or ".join(told) or "null"


def _format(name: str, instance: object) -> str:
    fault_of = validate.FAULT_OF.get("uri" if name == "iri" else name)
    fault = fault_of(instance) if fault_of and isinstance(instance, str) else ""
    return fault or _FORMATS.get(name, f"must be written as {name}")


def _pattern(pattern: str, field: Field | None) -> str:
    """An example that a pattern accepts, else the pattern itself."""
    if field is not None:
        for example in (field.default, *field.schema.get("examples", ())):
            if isinstance(example, str) and validate.accepts_pattern(pattern, example):
                return f"must look like {words.shorten(example)}"
    for sample in (*_SAMPLES.split(), *_SAMPLES_WITH_BLANKS):
        if validate.accepts_pattern(pattern, sample):
            return f"must look like {sample}"
    return f"must match the pattern {words.shorten(pattern, 120)}"


def _alternatives(error: ValidationError, field: Field | None) -> str:
    context: list[list[ValidationError]] = getattr(error.kind, "context", None) or []
    findings = [branch for branch in context if branch]
    first = [branch[0] for branch in findings]
    if field is not None and words.ranges(field):
        return f"must be {words.ranges(field)}"
    if error.kind.name == "oneOf" and context and len(findings) < len(context) - 1:
        return "fits more than one of the kinds that are offered"
    if not first:
        return "fits none of the kinds offered"
    if all(len(b) == 1 and b[0].kind.name == "required" for b in findings):
        wanted = [str(_details(one).get("property", "")) for one in first]
        return f"needs {' or '.join(dict.fromkeys(wanted))}"
    if all(one.kind.name == "type" for one in first):
        return f"must be {' or '.join(dict.fromkeys(map(_types, first)))}"
    if field is not None and field.branches:
        return f"must be one of: {_names(branch.label for branch in field.branches)}"
    # The branch that came furthest says best what is missing.
    return message(max(first, key=lambda one: len(one.instance_path)))


def count(number: object, noun: str) -> str:
    """So many of something: "1 value", "2 values"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _names(values: Iterable[JsonValue]) -> str:
    every = list(values)
    shown = ", ".join(words.shorten(value, 40) for value in every[:_MAX_NAMED])
    more = len(every) - _MAX_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def sentence(message: str) -> str:
    """A message as it stands under its field: "Needs a value."."""
    text = message[:1].upper() + message[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def part_of_sentence(error: InputError) -> str:
    """An error of another module as a message at a field."""
    text = f"{error.what} {error.advice}".strip()
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def in_one(findings: Mapping[str, str]) -> str:
    """The findings about one input in one message."""
    parts = []
    for path, message in findings.items():
        _, *steps = split_path(path)
        names = [name_of_step(step) for step in steps]
        parts.append(f"{', '.join(names)}: {message}" if names else message)
    return "; ".join(parts)
