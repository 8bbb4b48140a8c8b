"""One schema dialect out of many: JSON Schema 2020-12 without outside references.

Servers send OpenAPI 3.0 (``nullable``, boolean ``exclusiveMinimum``), drafts 3 to 7
(``definitions``, item lists, ``dependencies``), type names of other languages
(``dateTime``, ``xs:int``), numbers as text, and faults. Keywords with an unusable value
are left out, references are pointed into one ``$defs``, and nothing raises but
:class:`~ogc_widgets.form.schema.keywords.TooLargeError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks.validate import usable_pattern
from ogc_widgets.form.schema import dialects, known_schemas
from ogc_widgets.form.schema.keywords import (
    MAX_NODES,
    ONE_SCHEMA,
    SCHEMAS,
    SCHEMAS_BY_NAME,
    VALUES,
    TooLargeError,
)
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from referencing._core import Resolver

    from ogc_widgets.form.schema.keywords import Schema
    from ogc_widgets.protocol.json_type import JsonObject

# Deeper than any field is built, so that a deep schema still validates.
_MAX_SCHEMA_DEPTH: Final = 64
# The schema and its input are searched for anchors; the whole description is not, or
# a form of many inputs would search it as often.
_SEARCHED_ROOTS: Final = 2
_HINT: Final = pattern(r"^(x-)?ui([-:]|$)|^x-ogc|^widget$", re.IGNORECASE)


class Normaliser:
    """Brings the schemas of one input to one dialect.

    Args:
        roots: Documents in which references are looked up, nearest first.

    Attributes:
        defs: What the normalised schemas refer to, filled while they are made.
        count: Schemas read so far.
    """

    def __init__(self, roots: Sequence[object]) -> None:
        self._roots = roots
        self._names: dict[int, str] = {}
        self._here: Resolver[Any] | None = None  # inside of what a reference means
        self._depth = 0
        self.count = 0
        self.defs: dict[str, Schema] = {}

    def normalise(self, schema: object) -> Schema:
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
        if self.count > MAX_NODES or self._depth > _MAX_SCHEMA_DEPTH:
            raise TooLargeError
        around = self._here
        if self._depth and "$id" in schema and (around or self._resolvers):
            from ogc_widgets.form.schema import references

            self._here = references.within(around or self._resolvers[0], schema)
        self._depth += 1
        said = dialects.modern(schema)
        result: Schema = {}
        for keyword, value in said.items():
            usable = self._usable(keyword, value)
            if usable is not None or keyword in ("const", "default"):
                result[keyword] = usable
        dialects.settle(said, result)
        self._settle_reference(said, result)
        self._depth -= 1
        self._here = around
        return dialects.with_null(result) if said.get("nullable") is True else result

    def _usable(self, keyword: str, value: object) -> object:
        """The value of a keyword in JSON Schema 2020-12, or None to leave it out."""
        if keyword in VALUES:
            return VALUES[keyword](value)
        if keyword in ONE_SCHEMA:
            if keyword == "additionalProperties" and value is False:
                return False  # the validator then names the culprit
            return self.normalise(value) if isinstance(value, (bool, Mapping)) else None
        if keyword in SCHEMAS:
            members = value if isinstance(value, (list, tuple)) else ()
            return [self.normalise(member) for member in members] or None
        if keyword in SCHEMAS_BY_NAME and isinstance(value, Mapping):
            is_pattern = keyword == "patternProperties"
            named = {
                str(name): self.normalise(member)
                for name, member in value.items()
                if not is_pattern or usable_pattern(str(name))
            }
            return None if is_pattern and not named else named
        if keyword == "discriminator" and isinstance(value, Mapping):
            return self._discriminator(value)
        return value if _HINT.match(str(keyword)) else None

    def _discriminator(self, value: JsonObject) -> Schema | None:
        """The member that tells branches apart, and each definition's value of it."""
        name, mapping = value.get("propertyName"), value.get("mapping")
        if not isinstance(name, str):
            return None
        values: dict[str, str] = {}
        for option, target in mapping.items() if isinstance(mapping, Mapping) else ():
            if isinstance(target, str):
                short = f"#/components/schemas/{target}"
                definition = self._definition(target if "#" in target else short)
                if definition:
                    values.setdefault(definition, str(option))
        return {"propertyName": name, **({"values": values} if values else {})}

    def _settle_reference(self, said: JsonObject, result: Schema) -> None:
        reference = said.get("$ref", said.get("$dynamicRef"))
        if isinstance(reference, str):
            name = self._definition(reference)
            if name:
                result["$ref"] = f"#/$defs/{name}"
            else:
                result[dialects.UNRESOLVED] = reference
            return
        meant = known_schemas.by_format(result.get("format", ""))
        if meant and not {"type", "properties", "oneOf", "anyOf", "allOf"} & set(
            result
        ):
            result["$ref"] = f"#/$defs/{self._known(meant)}"

    def _definition(self, reference: str) -> str:
        """Name in ``defs`` of what a reference means; "" if it leads outside."""
        known = known_schemas.by_address(reference)
        if not known or reference.startswith("#"):
            from ogc_widgets.form.schema import references

            here = () if self._here is None else (self._here,)
            found = references.look_up((*here, *self._resolvers), reference)
            if found is not None:
                called = reference.rstrip("/").rsplit("/", 1)[-1].lstrip("#")
                return self._define(*found, called)
        return self._known(known) if known else ""

    def _known(self, name: str) -> str:
        self.defs.update(known_schemas.definitions(name))
        return known_schemas.PREFIX + name

    def _define(self, target: object, inside: Resolver[Any], called: str) -> str:
        if id(target) in self._names:
            return self._names[id(target)]
        # A name that says something and is not taken.
        name = re.sub(r"\W+", "_", called[:60], flags=re.ASCII).strip("_")
        if not name or name in self.defs or name.isdigit():
            name = f"d{len(self._names)}"
        self._names[id(target)] = name
        self.defs[name] = {}
        around, self._here = self._here, inside
        self.defs[name] = self.normalise(target)
        self._here = around
        return name

    @cached_property
    def _resolvers(self) -> list[Resolver[Any]]:
        # Loads a library; most schemas refer to nothing.
        from ogc_widgets.form.schema import references

        return [
            references.resolver_of(root)
            if number < _SEARCHED_ROOTS
            else references.by_pointer_only(root)
            for number, root in enumerate(self._roots)
            if isinstance(root, Mapping)
        ]
