"""What a description says of an input, collected: name, texts, options, CWL type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ogc_widgets.area.geometry import Json

_MOST_TEXT = 2_000  # characters of a server's text that are looked at


class Facts:
    """What a description says, whether it is an object or a dict."""

    def __init__(
        self, get: Callable[[str], Json], schema: Mapping[str, Any] | None, name: str
    ) -> None:
        whole = get("schema")
        self.schema: dict[str, Any] = dict(
            schema if schema is not None else whole if isinstance(whole, dict) else {}
        )
        self.id = str(get("id") or name)[:_MOST_TEXT]
        self.title = _text(get("title")) or _text(self.schema.get("title"))
        self.description = _text(get("description")) or _text(
            self.schema.get("description")
        )
        self.keywords = " ".join(map(str, list_of(get("keywords"))[:20]))
        self.options = bool(get("enum"))
        self.cwl_type = ""
        for entry in list_of(get("metadata")):
            if isinstance(entry, Mapping) and "cwl:type" in (
                entry.get("title"),
                entry.get("role"),
            ):
                self.cwl_type = str(entry.get("value", ""))[:300]

    @property
    def member_words(self) -> list[str]:
        """What each of a fixed number of members is called, if they have names."""
        members = self.schema.get("prefixItems")
        if not isinstance(members, list):
            members = self.schema.get("items")
        if not isinstance(members, list) or len(members) != 4:  # sides of a box
            return []
        return [_called(member) for member in members]

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts as they are written, capital letters and all."""
        members = self.schema.get("properties")
        box = members.get("bbox") if isinstance(members, Mapping) else None
        parts = (self.schema, self.schema.get("items"), box)
        inner = [_text(one.get(k)) for one in parts if isinstance(one, Mapping)
                 for k in ("title", "description")]  # fmt: skip
        own = (self.id, self.title, self.description, self.keywords)
        return tuple(dict.fromkeys((*own, *inner)))

    @property
    def is_plain_cwl(self) -> bool:
        """Whether the CWL type, if there is one, is text or nothing."""
        words = set(re.findall(r"\w+", self.cwl_type))
        return bool(words) and words <= {"null", "string"}

    @property
    def names(self) -> str:
        """Words of the id and the title."""
        return f"{words_of(self.id)} | {self.title.lower()}"

    @property
    def all_words(self) -> str:
        """Words of everything that people read."""
        return f"{self.names} | {self.description.lower()} | {self.keywords.lower()}"


def facts_of(description: Json, schema: Mapping[str, Any] | None, name: str) -> Facts:
    """Collect what an ``InputDescription`` or a plain dict says."""
    if isinstance(description, Mapping):
        return Facts(description.get, schema, name)
    raw = getattr(description, "raw", None)
    raw = raw if isinstance(raw, Mapping) else {}
    return Facts(
        lambda key: getattr(description, key, None) or raw.get(key), schema, name
    )


def words_of(identifier: str) -> str:
    """``InputBBox_crs`` -> ``input bbox crs``: words of an identifier."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", identifier)
    lowered = re.sub(r"[^A-Za-z0-9]+", " ", spaced).lower()
    return re.sub(r"\bb box\b", "bbox", lowered)


def list_of(value: Json) -> Sequence[Any]:
    """Return the value when it is a list, else nothing."""
    return value if isinstance(value, list | tuple) else ()


def _called(schema: Json) -> str:
    """Title of a part of a schema, else its description."""
    if not isinstance(schema, Mapping):
        return ""
    return _text(schema.get("title")) or _text(schema.get("description"))


def _text(value: Json) -> str:
    if isinstance(value, Mapping):  # titles by language
        value = " ".join(str(text) for text in list(value.values())[:20])
    return value[:_MOST_TEXT] if isinstance(value, str) else ""
