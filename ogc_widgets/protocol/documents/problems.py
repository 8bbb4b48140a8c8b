"""What a server says when it refuses or fails (RFC 9457 and what comes near)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ogc_widgets.protocol import reading
from ogc_widgets.protocol.reading import mapping, member, members


def _detail(value: object) -> str:
    """A text, an exception, or the list of objects of validation layers (pydantic)."""
    if isinstance(value, Mapping) and "message" in value:
        return reading.text(value["message"])
    if not isinstance(value, list):
        return reading.text(value)
    found = []
    for item in reading.objects(value):
        loc = item.get("loc")
        place = ".".join(map(str, loc)) if isinstance(loc, list) else ""
        said = reading.text(item.get("msg") or item.get("message"))
        found.append(": ".join(filter(None, (place, said))))
    return "; ".join(filter(None, found))


@dataclass(frozen=True)
class Problem:
    """What a server says when it refuses.

    Attributes:
        title: Short name of the problem, not cleaned.
        type: URI or bare code of its kind.
        detail: What happened this time, not cleaned.
        status: HTTP status code inside the document, or ``None``.
        raw: The document.
    """

    title: str = member(reading.text, "title", "code", "Code")
    type: str = member(reading.text, "type", "code", "Code")
    detail: str = member(
        _detail,
        *("detail", "description", "message", "text", "Text", "reason"),
        *("error_description", "error", "exception"),
    )
    status: int | None = member(reading.count)
    raw: Any = field(default=None, repr=False, compare=False)

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read a problem document; anything at all gives some problem."""
        body = _body(document)
        if not isinstance(body, Mapping):
            return cls(detail=reading.text(body), raw=document)
        return cls(**members(cls, body), raw=document)

    @property
    def kind(self) -> str:
        """The kind in one spelling: ``nosuchjob`` for any way to write it."""
        code = reading.text(mapping(self.raw).get("code"))
        for name in (self.type, self.title, code):
            tail = re.sub(r"[^a-z]", "", re.split(r"[/#]", name.lower())[-1])
            if tail and tail not in ("none", "aboutblank", "blank"):
                return tail
        return ""

    @property
    def summary(self) -> str:
        """Title, detail and cause, without saying the same thing twice."""
        parts = dict.fromkeys((self.title, self.detail))
        text = ": ".join(part for part in parts if part not in ("", "None"))
        if self.cause and self.cause not in text:
            text = f"{text.rstrip('.')}: {self.cause}" if text else self.cause
        return text

    @property
    def cause(self) -> str:
        """What lies behind it, where the server has a member for that (Weaver)."""
        return _cause(mapping(_body(self.raw)).get("cause"), self.detail)


def _body(document: object) -> object:
    return document[0] if isinstance(document, list) and document else document


def _cause(value: object, known: str) -> str:
    """Read a text, a problem of its own, or names with what is wrong; but no twice."""
    if not isinstance(value, Mapping):
        # The arrow below a line points nowhere when lines are joined.
        lines = _detail(value).splitlines()
        return "\n".join(line for line in lines if line.strip(" ^~"))
    inner = Problem.from_json(value)
    if inner.detail:
        return inner.summary
    found = []
    for name, text in value.items():
        parts = reading.text(text).split("; ")
        new = [part for part in parts if part and part.strip(" .") not in known]
        known = "; ".join([known, *new])
        if new:
            found.append(f"{name}: {'; '.join(new)}")
    return "; ".join(found)
