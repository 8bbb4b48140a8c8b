"""What a description says of an input, collected: name, texts, samples, CWL type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from ogc_widgets.area.reading import read_numbers
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.reading import mapping

_MOST_TEXT = 2_000  # characters of a server's text that are looked at
_MOST_VALUES = 20
_EXAMPLE = pattern(
    r"(?:\b(?:e\.? ?g\b|examples?|instance|such as|like|z\. ?b\b|par ex\w*|default)"
    r"[^\d\n-]{0,30})((?:-?\d+(?:\.\d+)?[\s,;/]{1,3}){3}-?\d+(?:\.\d+)?)"
)


class Facts:
    """What a description says.

    Args:
        description: The input.
        schema: Its schema, or the part of it that is looked at.
        name: Its id, where the description does not hold it.

    Attributes:
        schema: As above.
        id: The id of the input.
        title: The title of the input, or of its schema.
        about: The description of either.
        keywords: The first keywords.
        kind: The one JSON type of the schema besides null, "" for none, "several".
        cwl_type: The type in the CWL package that the process was made of, or "".
    """

    def __init__(
        self, description: Mapping[str, Any], schema: Mapping[str, Any], name: str
    ) -> None:
        self.schema, self.kind = schema, kind_of(schema)
        self.id = str(description.get("id") or name)[:_MOST_TEXT]
        self.title, self.about = (
            _text(description.get(key)) or _text(schema.get(key))
            for key in ("title", "description")
        )
        self.keywords = " ".join(map(str, list_of(description.get("keywords"))[:20]))
        said = [
            str(one.get("value", ""))[:300]
            for one in map(mapping, list_of(description.get("metadata")))
            if "cwl:type" in (one.get("title"), one.get("role"))
        ]
        self.cwl_type = said[-1] if said else ""

    @property
    def member_words(self) -> list[str]:
        """What each of four members is called, if they have names."""
        members = self.schema.get("prefixItems")
        if not isinstance(members, list):
            members = self.schema.get("items")
        if not isinstance(members, list) or len(members) != 4:  # sides of a box
            return []
        parts = map(mapping, members)
        return [
            _text(one.get("title")) or _text(one.get("description")) for one in parts
        ]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The texts as they are written, capital letters and all."""
        box = mapping(self.schema.get("properties")).get("bbox")
        parts = (self.schema, mapping(self.schema.get("items")), mapping(box))
        inner = [_text(one.get(k)) for one in parts for k in ("title", "description")]
        own = (self.id, self.title, self.about, self.keywords)
        return tuple(dict.fromkeys((*own, *inner)))

    @cached_property
    def names(self) -> str:
        """Words of the id and the title."""
        return f"{words_of(self.id)} | {self.title.lower()}"

    @cached_property
    def all_words(self) -> str:
        """Words of everything that people read."""
        return f"{self.names} | {self.about.lower()} | {self.keywords.lower()}"

    @cached_property
    def values(self) -> list[Any]:
        """The default and the examples."""
        examples = self.schema.get("examples")
        if isinstance(examples, Mapping):
            examples = [*examples.values()]
        own = [self.schema.get("default"), self.schema.get("example")]
        return [*own, *list_of(examples)][:_MOST_VALUES]

    @cached_property
    def boxes(self) -> list[list[float]]:
        """Four numbers each, as default or example, also in the words."""
        return [*_fours(self.values)] or [*_fours(_EXAMPLE.findall(self.all_words))]


def words_of(identifier: str) -> str:
    """``InputBBox_crs`` -> ``input bbox crs``: words of an identifier."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", identifier)
    lowered = re.sub(r"[^A-Za-z0-9]+", " ", spaced).lower()
    return re.sub(r"\bb box\b", "bbox", lowered)


def list_of(value: object) -> Sequence[Any]:
    """Return the value when it is a list, else nothing."""
    return value if isinstance(value, list | tuple) else ()


def kind_of(schema: object) -> str:
    """The one JSON type of a schema besides null, "" for none, "several"."""
    kind = mapping(schema).get("type")
    kinds = [one for one in list_of(kind) if one != "null"] if list_of(kind) else [kind]
    if len(kinds) > 1:
        return "several"
    return kinds[0] if kinds and isinstance(kinds[0], str) else ""


def _fours(values: Sequence[Any]) -> Iterator[list[float]]:
    for value in values:
        if isinstance(value, Mapping):
            value = value.get("value", value.get("bbox"))
        if isinstance(value, str) and len(value) < 200:
            value = read_numbers(value)
        if isinstance(value, list) and len(value) == 4:
            try:
                yield [float(number) for number in value]
            except (TypeError, ValueError, OverflowError):
                continue


def _text(value: object) -> str:
    if isinstance(value, Mapping):  # titles by language
        value = " ".join(str(text) for text in list(value.values())[:20])
    return value[:_MOST_TEXT] if isinstance(value, str) else ""
