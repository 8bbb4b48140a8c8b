"""One schema dialect out of many: JSON Schema 2020-12 without outside references.

Servers send OpenAPI 3.0 (``nullable``, boolean ``exclusiveMinimum``), drafts 3 to 7
(``definitions``, item lists, ``dependencies``), type names of other languages
(``dateTime``, ``xs:int``), numbers as text, and faults. Keywords with an unusable value
are left out, references are pointed into one ``$defs``, and nothing raises but
:class:`TooLargeError`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from ogc_widgets.api.reading import text as text_of
from ogc_widgets.api.text import MESSAGE_LIMIT, clean
from ogc_widgets.form import exact, known
from ogc_widgets.form.fields import MAX_NODES, MAX_OPTIONS

if TYPE_CHECKING:
    from ogc_widgets.api.wire import JsonValue

# Deeper than any field is built, so that a deep schema still validates.
_MAX_SCHEMA_DEPTH: Final = 64
# An enum longer than a list can show is still used to validate, up to this length.
_MAX_ENUM: Final = 20 * MAX_OPTIONS

UNRESOLVED: Final = "x-unresolved"

_ODD_TYPES: Final[dict[str, dict[str, Any]]] = {
    "str": {"type": "string"},
    "text": {"type": "string"},
    "token": {"type": "string"},
    "normalizedstring": {"type": "string"},
    "language": {"type": "string"},
    "datetime": {"type": "string", "format": "date-time"},
    "date-time": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "duration": {"type": "string", "format": "duration"},
    "uri": {"type": "string", "format": "uri"},
    "anyuri": {"type": "string", "format": "uri"},
    "url": {"type": "string", "format": "uri"},
    "base64binary": {"type": "string", "contentEncoding": "base64"},
    "binary": {"type": "string", "contentEncoding": "base64"},
    "int": {"type": "integer"},
    "int32": {"type": "integer"},
    "int64": {"type": "integer"},
    "long": {"type": "integer"},
    "short": {"type": "integer"},
    "byte": {"type": "integer"},
    "positiveinteger": {"type": "integer", "minimum": 1},
    "nonnegativeinteger": {"type": "integer", "minimum": 0},
    "unsignedint": {"type": "integer", "minimum": 0},
    "unsignedlong": {"type": "integer", "minimum": 0},
    "unsignedshort": {"type": "integer", "minimum": 0},
    "float": {"type": "number"},
    "float32": {"type": "number"},
    "float64": {"type": "number"},
    "double": {"type": "number"},
    "decimal": {"type": "number"},
    "real": {"type": "number"},
    "bool": {"type": "boolean"},
    "dict": {"type": "object"},
    "list": {"type": "array"},
    "any": {},
    "anytype": {},
}
TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")


class TooLargeError(Exception):
    """The schema is over the limits; the input becomes a JSON field."""


class Normaliser:
    """Brings the schemas of one input to one dialect.

    Args:
        roots: Documents in which ``#/...`` references are looked up, nearest first.

    Attributes:
        defs: What the normalised schemas refer to, filled while they are made.
        unresolved: Addresses of references that lead outside.
        count: Schemas read so far.
    """

    def __init__(self, roots: Sequence[Any]) -> None:
        self._roots = tuple(roots)
        self._names: dict[int, str] = {}
        self.count = 0
        self.defs: dict[str, Any] = {}
        self.unresolved: list[str] = []

    def normalise(self, schema: JsonValue, depth: int = 0) -> dict[str, Any]:
        """The schema in JSON Schema 2020-12.

        Raises:
            TooLargeError: It is over the limits on depth or size.
        """
        if schema is False:
            return {"not": {}}
        if not isinstance(schema, Mapping):
            return {}
        self.count += 1
        if self.count > MAX_NODES or depth > _MAX_SCHEMA_DEPTH:
            raise TooLargeError
        result: dict[str, Any] = {}
        for keyword, value in schema.items():
            handler = _HANDLERS.get(keyword)
            if handler is not None:
                usable = handler(self, value, depth)
                if usable is not None or keyword in ("const", "default"):
                    result[keyword] = usable
            elif isinstance(keyword, str) and _HINT.match(keyword):
                result[keyword] = value
        self._old_keywords(schema, result, depth)
        _settle_type(schema, result)
        _settle_bounds(schema, result)
        _settle_enum(result)
        _settle_choices(result)
        self._settle_reference(schema, result, depth)
        return _with_null(result) if schema.get("nullable") is True else result

    def schemas(self, value: JsonValue, depth: int) -> list[dict[str, Any]] | None:
        """A list of schemas, or None if it is not one."""
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            return None
        return [self.normalise(member, depth + 1) for member in value]

    def members(self, value: JsonValue, depth: int) -> dict[str, dict[str, Any]] | None:
        """Schemas by name, or None if it is not an object."""
        if not isinstance(value, Mapping):
            return None
        return {str(k): self.normalise(v, depth + 1) for k, v in value.items()}

    def _old_keywords(
        self, schema: Mapping[str, Any], result: dict[str, Any], depth: int
    ) -> None:
        items = schema.get("items")
        if isinstance(items, list) and items:
            result["prefixItems"] = [self.normalise(i, depth + 1) for i in items]
            result.pop("items", None)
            extra = schema.get("additionalItems")
            if isinstance(extra, (bool, Mapping)):
                result["items"] = self.normalise(extra, depth + 1)
        dependencies = schema.get("dependencies")
        if isinstance(dependencies, Mapping):
            for name, value in dependencies.items():
                names = _names(value)
                if names is not None:
                    result.setdefault("dependentRequired", {})[name] = names
                elif isinstance(value, (Mapping, bool)):
                    result.setdefault("dependentSchemas", {})[name] = self.normalise(
                        value, depth + 1
                    )
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            # Draft 3 marks each member; draft 4 and later list the names.
            marked = [
                str(name)
                for name, member in properties.items()
                if isinstance(member, Mapping) and member.get("required") is True
            ]
            if marked:
                names = result.get("required", [])
                result["required"] = names + [n for n in marked if n not in names]
        if isinstance(schema.get("example"), str | int | float) and (
            "examples" not in result
        ):
            result["examples"] = [schema["example"]]

    def _settle_reference(
        self, schema: Mapping[str, Any], result: dict[str, Any], depth: int
    ) -> None:
        reference = schema.get("$ref", schema.get("$dynamicRef"))
        if isinstance(reference, str):
            name = self._definition(reference, depth)
            if name:
                result["$ref"] = f"#/$defs/{name}"
            else:
                result[UNRESOLVED] = reference
                self.unresolved.append(reference)
            return
        format_name = result.get("format", "")
        meant = known.by_format(format_name)
        if meant and not {"type", "properties", "oneOf", "anyOf", "allOf"} & set(
            result
        ):
            self.defs.update(known.definitions(meant))
            result["$ref"] = f"#/$defs/{known.PREFIX}{meant}"

    def _definition(self, reference: str, depth: int) -> str:
        """Name in ``defs`` of what a reference means; "" if it leads outside."""
        if reference.startswith("#"):
            for root in self._roots:
                target = _look_up(root, reference[1:])
                if isinstance(target, (Mapping, bool)):
                    return self._define(target, depth)
        name = known.by_address(reference)
        if name:
            self.defs.update(known.definitions(name))
            return known.PREFIX + name
        return ""

    def _define(self, target: JsonValue, depth: int) -> str:
        if id(target) in self._names:
            return self._names[id(target)]
        name = self._names[id(target)] = f"d{len(self._names)}"
        self.defs[name] = {}
        self.defs[name] = self.normalise(target, depth + 1)
        return name


def _look_up(document: JsonValue, pointer: str) -> JsonValue:
    if pointer in ("", "/"):
        return document
    if not pointer.startswith("/"):
        anchors = document.get("$defs", {}) if isinstance(document, Mapping) else {}
        found = [
            member
            for member in (anchors.values() if isinstance(anchors, Mapping) else ())
            if isinstance(member, Mapping)
            and pointer in (member.get("$anchor"), member.get("$dynamicAnchor"))
        ]
        return found[0] if found else None
    node = document
    for part in unquote(pointer[1:]).split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping) and part in node:
            node = node[part]
        elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        else:
            return None
    return node


def type_names(schema: Mapping[str, Any]) -> list[str]:
    """Types that a normalised schema names, without "null"; [] for any."""
    value = schema.get("type")
    names = [value] if isinstance(value, str) else list(value or [])
    return [name for name in names if name != "null"]


def _settle_type(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    value = schema.get("type")
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)):
        return
    types: list[str] = []
    for name in names:
        if not isinstance(name, str):
            continue
        if name in TYPES:
            types.append(name)
            continue
        odd = _ODD_TYPES.get(re.sub(r"^(xs|xsd|xsi)?:", "", name.lower()))
        if not odd:
            if name.lower() in TYPES:
                types.append(name.lower())
            continue
        types.append(odd["type"])
        for keyword, implied in odd.items():
            result.setdefault(keyword, implied)
    if types:
        unique = list(dict.fromkeys(types))
        result["type"] = unique[0] if len(unique) == 1 else unique
    else:
        result.pop("type", None)


def _settle_bounds(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    for bound, exclusive in (
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ):
        if schema.get(exclusive) is True and bound in result:
            result[exclusive] = result.pop(bound)


def _settle_enum(result: dict[str, Any]) -> None:
    """Make options of the type that the schema names ("1" of a number is 1)."""
    options = result.get("enum")
    if options is None:
        return
    types = type_names(result)
    if types and all(name in ("number", "integer") for name in types):
        options = [_as_number(option) for option in options]
    elif types == ["boolean"]:
        options = [_WORDS_OF_BOOLEAN.get(str(o).lower(), o) for o in options]
    elif types == ["string"]:
        options = [
            exact.number_text(o)
            if isinstance(o, (int, float)) and not isinstance(o, bool)
            else o
            for o in options
        ]
    unique: list[Any] = []
    seen: set[tuple[type, Any]] = set()
    for option in options:
        try:
            mark = (bool if isinstance(option, bool) else object, option)
            if mark in seen:
                continue
            seen.add(mark)
        except TypeError:
            if len(unique) <= MAX_OPTIONS and any(
                exact.same(option, other) for other in unique
            ):
                continue
        unique.append(option)
    result["enum"] = unique


def _settle_choices(result: dict[str, Any]) -> None:
    """Read "exactly one" as "one" where only labels tell the choices apart.

    A GML text fits ``{"contentMediaType": "application/gml+xml"}`` and the same with
    KML: validators do not look at media types and formats, so the strict reading would
    refuse every value.
    """
    branches = result.get("oneOf")
    if branches and "anyOf" not in result and any(map(_is_loose, branches)):
        result["anyOf"] = result.pop("oneOf")


def _is_loose(branch: Mapping[str, Any]) -> bool:
    told = {"format", "contentMediaType", "contentEncoding", UNRESOLVED}
    return not branch or bool(told & branch.keys())


_WORDS_OF_BOOLEAN: Final = {"true": True, "false": False}


def _as_number(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        try:
            return exact.number(value)
        except ValueError:
            return value
    return value


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What ``nullable: true`` of OpenAPI 3.0 means."""
    labels = ("title", "description", "default")
    if "$ref" in schema or not schema.get("type"):
        shapes = {"$ref", "oneOf", "anyOf", "allOf", "enum", "const", "not"} & set(
            schema
        )
        if not shapes:
            return schema
        inner = {
            keyword: value for keyword, value in schema.items() if keyword not in labels
        }
        outer: dict[str, Any] = {k: schema[k] for k in labels if k in schema}
        return {**outer, "anyOf": [inner, {"type": "null"}]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    result = {**schema, "type": [*types, *(["null"] if "null" not in types else [])]}
    if "enum" in result and None not in result["enum"]:
        result["enum"] = [*result["enum"], None]
    branches = {"oneOf", "anyOf", "allOf", "const"} & set(schema)
    if branches:
        return {"anyOf": [schema, {"type": "null"}]}
    return result


def plain_text(
    value: JsonValue, *, limit: int = MESSAGE_LIMIT, lines: bool = True
) -> str:
    """Text of a title or description; of a language map, one language."""
    return clean(text_of(value), limit=limit, lines=lines).strip()


_HINT: Final = re.compile(r"^(x-)?ui([-:]|$)|^x-ogc|^widget$", re.IGNORECASE)


def _number(_: Normaliser, value: JsonValue, _depth: int) -> JsonValue:
    value = _as_number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _positive(self: Normaliser, value: JsonValue, depth: int) -> JsonValue:
    number = _number(self, value, depth)
    return number if number is not None and number > 0 else None


def _count(self: Normaliser, value: JsonValue, depth: int) -> int | None:
    number = _number(self, value, depth)
    if number is None or number < 0 or number != int(number):
        return None
    return min(int(number), 2**31)


def _names(value: JsonValue) -> list[str] | None:
    if not isinstance(value, (list, tuple)):
        return None
    return list(dict.fromkeys(name for name in value if isinstance(name, str)))


def _required(_: Normaliser, value: JsonValue, _depth: int) -> list[str] | None:
    names = _names(value)
    if names is not None and len(names) > MAX_NODES:
        raise TooLargeError
    return names or None


def _enum(_: Normaliser, value: JsonValue, _depth: int) -> list[Any] | None:
    if not isinstance(value, (list, tuple)) or not value:
        return None
    # Too many to hold on to: the field becomes text and the server checks it.
    return list(value) if len(value) <= _MAX_ENUM else None


def _text(_: Normaliser, value: JsonValue, _depth: int) -> str | None:
    return plain_text(value) or None


def _string(_: Normaliser, value: JsonValue, _depth: int) -> str | None:
    return value if isinstance(value, str) and value else None


def _pattern(_: Normaliser, value: JsonValue, _depth: int) -> str | None:
    from ogc_widgets.form.validate import usable_pattern

    return value if isinstance(value, str) and usable_pattern(value) else None


def _flag(_: Normaliser, value: JsonValue, _depth: int) -> bool | None:
    return value if isinstance(value, bool) else None


def _anything(_: Normaliser, value: JsonValue, _depth: int) -> JsonValue:
    return value


def _examples(_: Normaliser, value: JsonValue, _depth: int) -> list[Any] | None:
    if isinstance(value, Mapping):  # OpenAPI's named examples
        value = [v.get("value") for v in value.values() if isinstance(v, Mapping)]
    return list(value)[:10] or None if isinstance(value, (list, tuple)) else None


def _schema(self: Normaliser, value: JsonValue, depth: int) -> dict[str, Any] | None:
    if not isinstance(value, (bool, Mapping)):
        return None
    return self.normalise(value, depth + 1)


def _members_besides(
    self: Normaliser, value: JsonValue, depth: int
) -> dict[str, Any] | bool | None:
    """Kept as False where there may be none: the validator then names the culprit."""
    return value if value is False else _schema(self, value, depth)


def _type_is_settled_later(_: Normaliser, _value: JsonValue, _depth: int) -> None:
    return None


def _pattern_members(
    self: Normaliser, value: JsonValue, depth: int
) -> dict[str, dict[str, Any]] | None:
    from ogc_widgets.form.validate import usable_pattern

    members = self.members(value, depth) or {}
    return {key: m for key, m in members.items() if usable_pattern(key)} or None


def _dependent_names(
    _: Normaliser, value: JsonValue, _depth: int
) -> dict[str, list[str]] | None:
    if not isinstance(value, Mapping):
        return None
    return {str(name): _names(names) or [] for name, names in value.items()}


def _discriminator(
    _: Normaliser, value: JsonValue, _depth: int
) -> dict[str, Any] | None:
    name = value.get("propertyName") if isinstance(value, Mapping) else None
    return {"propertyName": name} if isinstance(name, str) else None


_HANDLERS: Final[dict[str, Callable[[Normaliser, Any, int], Any]]] = {
    "title": _text,
    "description": _text,
    "default": _anything,
    "examples": _examples,
    "type": _type_is_settled_later,
    "enum": _enum,
    "const": _anything,
    "format": _string,
    "pattern": _pattern,
    "minLength": _count,
    "maxLength": _count,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "exclusiveMaximum": _number,
    "multipleOf": _positive,
    "items": _schema,
    "prefixItems": Normaliser.schemas,
    "contains": _schema,
    "minContains": _count,
    "maxContains": _count,
    "minItems": _count,
    "maxItems": _count,
    "uniqueItems": _flag,
    "properties": Normaliser.members,
    "patternProperties": _pattern_members,
    "additionalProperties": _members_besides,
    "propertyNames": _schema,
    "required": _required,
    "minProperties": _count,
    "maxProperties": _count,
    "dependentRequired": _dependent_names,
    "dependentSchemas": Normaliser.members,
    "allOf": Normaliser.schemas,
    "anyOf": Normaliser.schemas,
    "oneOf": Normaliser.schemas,
    "not": _schema,
    "if": _schema,
    "then": _schema,
    "else": _schema,
    "contentMediaType": _string,
    "contentEncoding": _string,
    "contentSchema": _anything,
    "discriminator": _discriminator,
    "writeOnly": _flag,
    "readOnly": _flag,
    "deprecated": _flag,
}
