"""What a field is built from beside its schema: the input, and the place in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ogc_widgets.form.schema.limits import MAX_NODES, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ogc_widgets.form.fields.fields import Field
    from ogc_widgets.protocol import InputDescription


@dataclass(frozen=True, slots=True)
class Naming:
    """The words around a schema that may tell what it is."""

    key: str = ""
    title: str = ""
    description: str = ""
    cwl_type: str = ""
    widget: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input a schema stands.

    Attributes:
        key: Member name, or "".
        naming: Words around it.
        outermost: The input itself or one of its occurrences: may be a reference.
        hints: ``x-ui`` hints.
        required: Whether the object around it asks for it.
        data: Whether it is one way to give data to read, never an area to draw.
        depth: How deep it is.
        trail: Definitions that it is inside of.
    """

    key: str = ""
    naming: Naming = field(default_factory=Naming)
    outermost: bool = False
    hints: Mapping[str, Any] = field(default_factory=dict)
    required: bool = False
    data: bool = False
    depth: int = 0
    trail: tuple[str, ...] = ()

    def part(
        self, key: str = "", naming: Naming | None = None, *, required: bool
    ) -> Place:
        """The place of a member, with nothing of what was said about the whole."""
        return Place(
            key=key,
            naming=naming or Naming(),
            required=required,
            depth=self.depth + 1,
            trail=self.trail,
        )


@dataclass(slots=True)
class Scope:
    """What all parts of one input share.

    Attributes:
        build: Builds the field of a schema in a place, for fields that hold others.
        defs: Definitions that the schemas refer to.
        allowed: Most parts that may still be built.
        described: The input's description.
        is_list: Whether the outermost schema is the list of all values of the input.
        nodes: Parts built so far.
    """

    build: Callable[[Mapping[str, Any], Place, Scope], Field]
    defs: Mapping[str, Any]
    allowed: int
    described: InputDescription
    is_list: bool = False
    nodes: int = 0

    def field(self, schema: Mapping[str, Any], place: Place) -> Field:
        """The field of a normalised schema.

        Raises:
            TooLargeError: There are more parts than allowed.
        """
        self.nodes += 1
        if self.nodes > min(MAX_NODES, self.allowed):
            raise TooLargeError
        return self.build(schema, place, self)

    def holds_occurrences(self, place: Place) -> bool:
        """Whether the schema there is the list of all values of an input."""
        return place.depth == 0 and self.is_list
