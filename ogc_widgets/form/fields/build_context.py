"""What a field is built from beside its schema: its place, and the words there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogc_widgets.form.schema.hints import Hints


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
    hints: Hints = field(default_factory=dict)
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
