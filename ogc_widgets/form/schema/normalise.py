"""One schema dialect out of many: JSON Schema 2020-12 without outside references.

Servers send OpenAPI 3.0 (``nullable``, boolean ``exclusiveMinimum``), drafts 3 to 7
(``definitions``, item lists, ``dependencies``), type names of other languages
(``dateTime``, ``xs:int``), numbers as text, and faults. Keywords with an unusable value
are left out, references are pointed into one ``$defs``, and nothing raises but
:class:`TooLargeError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks.validate import usable_pattern
from ogc_widgets.form.schema import known_schemas, references
from ogc_widgets.form.schema.dialects import (
    UNRESOLVED,
    settle_bounds,
    settle_choices,
    settle_enum,
    settle_type,
    with_constants_as_options,
    with_null,
    with_options_on_items,
)
from ogc_widgets.form.schema.keywords import (
    ONE_SCHEMA,
    SCHEMAS,
    SCHEMAS_BY_NAME,
    VALUES,
    names_in,
)
from ogc_widgets.form.schema.limits import MAX_NODES, TooLargeError

if TYPE_CHECKING:
    from referencing._core import Resolver

    from ogc_widgets.protocol.wire import JsonValue

# Deeper than any field is built, so that a deep schema still validates.
_MAX_SCHEMA_DEPTH: Final = 64
# The schema and its input are searched for anchors; the whole description is not, or
# a form of many inputs would search it as often.
_SEARCHED_ROOTS: Final = 2
_HINT: Final = re.compile(r"^(x-)?ui([-:]|$)|^x-ogc|^widget$", re.IGNORECASE)


class Normaliser:
    """Brings the schemas of one input to one dialect.

    Args:
        roots: Documents in which references are looked up, nearest first.

    Attributes:
        defs: What the normalised schemas refer to, filled while they are made.
        count: Schemas read so far.
    """

    def __init__(self, roots: Sequence[Any]) -> None:
        self._roots = roots
        self._names: dict[int, str] = {}
        self._here: Resolver[Any] | None = None  # inside of what a reference means
        self.count = 0
        self.defs: dict[str, Any] = {}

    def normalise(self, schema: JsonValue, depth: int = 0) -> dict[str, Any]:
        """The schema in JSON Schema 2020-12.

        Raises:
            TooLargeError: It is over the limits on depth or size.
        """
        if schema is False:
            return {"not": {}}
        if isinstance(schema, str):
            # "oneOf": ["number", "integer"] names types where schemas belong.
            schema = {"type": schema}
        if not isinstance(schema, Mapping):
            return {}
        self.count += 1
        if self.count > MAX_NODES or depth > _MAX_SCHEMA_DEPTH:
            raise TooLargeError
        around = self._here
        if depth and "$id" in schema and (around or self._resolvers):
            self._here = references.within(around or self._resolvers[0], schema)
        schema = with_options_on_items(with_constants_as_options(schema))
        result: dict[str, Any] = {}
        for keyword, value in schema.items():
            usable = self._usable(keyword, value, depth)
            if usable is not None or keyword in ("const", "default"):
                result[keyword] = usable
        self._old_keywords(schema, result, depth)
        settle_type(schema, result)
        settle_bounds(schema, result)
        settle_enum(schema, result)
        settle_choices(result)
        self._settle_reference(schema, result, depth)
        self._here = around
        return with_null(result) if schema.get("nullable") is True else result

    def _usable(self, keyword: str, value: JsonValue, depth: int) -> JsonValue:
        """The value of a keyword in JSON Schema 2020-12, or None to leave it out."""
        if keyword in VALUES:
            return VALUES[keyword](value)
        if keyword in ONE_SCHEMA:
            if keyword == "additionalProperties" and value is False:
                return False  # the validator then names the culprit
            is_schema = isinstance(value, (bool, Mapping))
            return self.normalise(value, depth + 1) if is_schema else None
        if keyword in SCHEMAS:
            if not isinstance(value, (list, tuple)) or not value:
                return None
            return [self.normalise(member, depth + 1) for member in value]
        if keyword in SCHEMAS_BY_NAME and isinstance(value, Mapping):
            is_pattern = keyword == "patternProperties"
            members = {
                str(name): self.normalise(member, depth + 1)
                for name, member in value.items()
                if not is_pattern or usable_pattern(str(name))
            }
            return None if is_pattern and not members else members
        if keyword == "discriminator" and isinstance(value, Mapping):
            return self._discriminator(value, depth)
        is_hint = isinstance(keyword, str) and _HINT.match(keyword)
        return value if is_hint else None

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
                names = names_in(value)
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
            return
        format_name = result.get("format", "")
        meant = known_schemas.by_format(format_name)
        if meant and not {"type", "properties", "oneOf", "anyOf", "allOf"} & set(
            result
        ):
            self.defs.update(known_schemas.definitions(meant))
            result["$ref"] = f"#/$defs/{known_schemas.PREFIX}{meant}"

    def _definition(self, reference: str, depth: int) -> str:
        """Name in ``defs`` of what a reference means; "" if it leads outside."""
        called = reference.rstrip("/").rsplit("/", 1)[-1].lstrip("#")
        is_known = not reference.startswith("#") and known_schemas.by_address(reference)
        here = (self._here,) if self._here is not None else ()
        searched = () if is_known else (*here, *self._resolvers)
        found = references.look_up(searched, reference)
        if found is not None:
            return self._define(*found, depth, called)
        name = known_schemas.by_address(reference)
        if not name:
            return ""
        self.defs.update(known_schemas.definitions(name))
        return known_schemas.PREFIX + name

    def _discriminator(
        self, value: Mapping[str, Any], depth: int
    ) -> dict[str, Any] | None:
        """The member that tells branches apart, and each definition's value of it."""
        name = value.get("propertyName")
        if not isinstance(name, str):
            return None
        mapping = value.get("mapping")
        values: dict[str, str] = {}
        for option, target in mapping.items() if isinstance(mapping, Mapping) else ():
            if not isinstance(target, str):
                continue
            short = f"#/components/schemas/{target}"
            definition = self._definition(target if "#" in target else short, depth)
            if definition:
                values.setdefault(definition, str(option))
        return {"propertyName": name, **({"values": values} if values else {})}

    def _free_name(self, called: str) -> str:
        """A name for a definition that says something and is not taken."""
        plain = re.sub(r"\W+", "_", called[:60], flags=re.ASCII).strip("_")
        if plain and plain not in self.defs and not plain.isdigit():
            return plain
        return f"d{len(self._names)}"

    def _define(
        self, target: JsonValue, inside: Resolver[Any], depth: int, called: str
    ) -> str:
        if id(target) in self._names:
            return self._names[id(target)]
        name = self._names[id(target)] = self._free_name(called)
        self.defs[name] = {}
        around, self._here = self._here, inside
        self.defs[name] = self.normalise(target, depth + 1)
        self._here = around
        return name

    @cached_property
    def _resolvers(self) -> list[Resolver[Any]]:
        return [
            references.resolver_of(root)
            if number < _SEARCHED_ROOTS
            else references.by_pointer_only(root)
            for number, root in enumerate(self._roots)
            if isinstance(root, Mapping)
        ]
