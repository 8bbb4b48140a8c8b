"""Bodies of several parts (RFC 2046), taken apart without touching a byte of them.

The parser of the standard library is made for mail: it changes line ends in bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogc_widgets.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOUNDARY = re.compile(r"boundary=(?:\"([^\"]+)\"|([^;\s]+))", re.IGNORECASE)
_FIRST_LINE = re.compile(rb"\s*--([^\r\n]+?)[ \t]*(?:\r?\n|$)")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|^\r?\n")


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes:
        headers: Header names in lower case to values.
        body: Its bytes as they came.
    """

    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type with its parameters, or ``""``."""
        return self.headers.get("content-type", "")

    def disposition(self, name: str) -> str:
        """A parameter of ``Content-Disposition``, or ``""``."""
        said = self.headers.get("content-disposition", "")
        found = re.search(
            rf";\s*{name}=(?:\"([^\"]*)\"|([^;\s]+))", said, re.IGNORECASE
        )
        return (found[1] or found[2] or "") if found else ""


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """Take a body apart.

    Args:
        body: The whole of it.
        content_type: Its media type; a boundary that is missing there is read from
            the first line.

    Raises:
        ProtocolError: No part begins in it.
    """
    found = _BOUNDARY.search(content_type)
    first = _FIRST_LINE.match(body)
    if found is not None:
        boundary = (found[1] or found[2]).encode("latin-1", "replace")
    elif first is not None:
        boundary = first[1]
    else:
        raise _no_parts()
    line = re.compile(
        rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|$)"
    )
    marks = list(line.finditer(body))
    if not marks:
        raise _no_parts()
    parts = []
    ends = [*(mark.start() for mark in marks[1:]), len(body)]
    for mark, end in zip(marks, ends, strict=True):
        if mark[1]:
            break
        parts.append(_part(body[mark.end() : max(end, mark.end())]))
    return parts


def _no_parts() -> ProtocolError:
    return ProtocolError(
        "The answer should have several parts, but none begins in it.",
        safe="The job has ended well; its results were not read.",
        advice="Keep the answer with job.save_results(path) to look at it, or ask the "
        "server's operators.",
    )


def _part(whole: bytes) -> Part:
    whole = re.sub(rb"^\r?\n", b"", whole, count=1)
    blank = _BLANK_LINE.search(whole)
    head = whole[: blank.start()] if blank else b""
    headers = {}
    # A line that begins with a blank goes on from the one before.
    for line in re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines():
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().lower()] = value.strip()
    return Part(headers, whole[blank.end() :] if blank else whole)
