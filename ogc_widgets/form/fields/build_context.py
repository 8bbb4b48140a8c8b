"""What a field is built from beside its schema: the input, and the place in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ogc_widgets.form.fields.area_fields import Naming
from ogc_widgets.form.schema.limits import MAX_NODES, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.form.schema.descriptions import InputReading


@dataclass(slots=True)
class Scope:
    """What all parts of one input share.

    Attributes:
        defs: Definitions that the schemas refer to.
        allowed: Most parts that may still be built.
        reading: The input's description.
        is_list: Whether the outermost schema is the list of all values of the input.
        nodes: Parts built so far.
    """

    defs: Mapping[str, Any]
    allowed: int
    reading: InputReading
    is_list: bool = False
    nodes: int = 0

    def count(self) -> None:
        """One more part.

        Raises:
            TooLargeError: There are more parts than allowed.
        """
        self.nodes += 1
        if self.nodes > min(MAX_NODES, self.allowed):
            raise TooLargeError


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
