"""What a field is built from beside its schema: its place, words and wishes there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.schema.keywords import plain_text
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonObject

_HINTS: Final = frozenset(
    {
        *("widget", "order", "advanced", "hidden", "placeholder", "password"),
        *("minimum", "maximum", "step", "title", "rows"),
    }
)
_HINT: Final = pattern(r"^(?:x-)?ui[-:](\w+)$", re.IGNORECASE)


class Hints(dict[str, Any]):
    """Wishes about presentation (``x-ui-*``), under Cuiman's names.

    Read are ``x-ui: {"widget": ...}``, ``x-ui-widget``, ``x-ui:widget``, ``ui-widget``
    and ``ui:widget``.
    """

    @classmethod
    def read(cls, *sources: object) -> Hints:
        """The hints of all sources; those of earlier sources win."""
        found = cls()
        for source in reversed(sources):
            for keyword, value in source.items() if isinstance(source, Mapping) else ():
                if keyword in ("x-ui", "ui") and isinstance(value, Mapping):
                    found.update(value)
                elif name := _HINT.match(str(keyword)):
                    found[name[1].lower()] = value
        return cls({name: one for name, one in found.items() if name in _HINTS})

    @classmethod
    def of_input(cls, raw: JsonObject) -> Hints:
        """Those beside the schema of an input go first, its ``placeholder`` last."""
        placeholder = plain_text(raw.get("placeholder"), limit=200, lines=False)
        said = {"placeholder": placeholder} if placeholder else {}
        return cls({**said, **cls.read(raw, raw.get("schema"))})

    def text(self, name: str) -> str:
        """A hint that must be text, else ""."""
        value = self.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        """A hint that must be a number, else None."""
        value = self.get(name)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if is_number else None


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
    hints: Hints = field(default_factory=Hints)
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
