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
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.fields.fields import MAX_NODES
from ogc_widgets.form.schema import known_schemas
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
from ogc_widgets.form.schema.keywords import HANDLERS, TooLargeError, names_in
from ogc_widgets.form.schema.pointers import claimed, identified, look_up

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

# Deeper than any field is built, so that a deep schema still validates.
_MAX_SCHEMA_DEPTH: Final = 64
# The schema and its input; the whole description is only searched by pointer.
_ROOTS_WITH_IDS: Final = 2


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
        self._ids: list[dict[str, Any]] | None = None
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
        if isinstance(schema, str):
            # "oneOf": ["number", "integer"] names types where schemas belong.
            schema = {"type": schema}
        if not isinstance(schema, Mapping):
            return {}
        schema = with_options_on_items(with_constants_as_options(schema))
        self.count += 1
        if self.count > MAX_NODES or depth > _MAX_SCHEMA_DEPTH:
            raise TooLargeError
        result: dict[str, Any] = {}
        for keyword, value in schema.items():
            handler = HANDLERS.get(keyword)
            if handler is not None:
                usable = handler(self, value, depth)
                if usable is not None or keyword in ("const", "default"):
                    result[keyword] = usable
            elif isinstance(keyword, str) and _HINT.match(keyword):
                result[keyword] = value
        self._old_keywords(schema, result, depth)
        settle_type(schema, result)
        settle_bounds(schema, result)
        settle_enum(schema, result)
        settle_choices(result)
        self._settle_reference(schema, result, depth)
        return with_null(result) if schema.get("nullable") is True else result

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
                self.unresolved.append(reference)
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
        if reference.startswith("#"):
            for root in self._roots:
                target = look_up(root, reference[1:])
                if isinstance(target, (Mapping, bool)):
                    return self._define(target, depth, called)
        name = known_schemas.by_address(reference)
        if name:
            self.defs.update(known_schemas.definitions(name))
            return known_schemas.PREFIX + name
        if self._ids is None:
            self._ids = [claimed(root) for root in self._roots[:_ROOTS_WITH_IDS]]
        for root, ids in zip(self._roots, self._ids, strict=False):
            target = identified(root, ids, reference)
            if isinstance(target, (Mapping, bool)):
                return self._define(target, depth, called)
        return ""

    def discriminated(self, mapping: JsonValue, depth: int) -> dict[str, str]:
        """Definition to the value that a discriminator gives it."""
        result: dict[str, str] = {}
        for value, target in mapping.items() if isinstance(mapping, Mapping) else ():
            if not isinstance(target, str):
                continue
            short = f"#/components/schemas/{target}"
            name = self._definition(target if "#" in target else short, depth)
            if name:
                result.setdefault(name, str(value))
        return result

    def _free_name(self, called: str) -> str:
        """A name for a definition that says something and is not taken."""
        plain = re.sub(r"\W+", "_", called[:60], flags=re.ASCII).strip("_")
        if plain and plain not in self.defs and not plain.isdigit():
            return plain
        return f"d{len(self._names)}"

    def _define(self, target: JsonValue, depth: int, called: str) -> str:
        if id(target) in self._names:
            return self._names[id(target)]
        name = self._names[id(target)] = self._free_name(called)
        self.defs[name] = {}
        self.defs[name] = self.normalise(target, depth + 1)
        return name


_HINT: Final = re.compile(r"^(x-)?ui([-:]|$)|^x-ogc|^widget$", re.IGNORECASE)
