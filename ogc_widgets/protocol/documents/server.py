"""What a server says about itself: its landing page, its conformance classes.

Every document of this folder is frozen, keeps what came in ``raw``, and is made by
``from_json``, which raises nothing but :class:`~ogc_widgets.errors.ProtocolError` and
warns with :class:`~ogc_widgets.errors.DialectWarning` where it had to guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.links import Link, read_links
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.reading import member, members

if TYPE_CHECKING:
    from collections.abc import Mapping

_URI = pattern(
    r"ogcapi-processes(?:-(?P<part>\d{1,3}))?/(?:(?P<version>[^/]+)/)?"
    r"(?:conf|req)/(?P<tail>.+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LandingPage:
    """The first document of a server.

    Attributes:
        title: The server's title, not cleaned.
        description: The server's description, not cleaned.
        links: Absolute links.
        raw: The document.
    """

    title: str = member(reading.text)
    description: str = member(reading.text)
    links: tuple[Link, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, document: object, base_url: str = "") -> Self:
        """Read a landing page.

        Raises:
            ProtocolError: It is not an object.
        """
        page = reading.need_object(document, "a landing page")
        return cls(**members(cls, page), links=read_links(page, base_url), raw=page)

    @property
    def ends_with_process(self) -> int | None:
        """Id of the process that the server ends with, where it says so, as our lab."""
        process = self.raw.get("endsWithProcess")
        return process if isinstance(process, int) else None


class ConformanceClass(StrEnum):
    """A conformance class that matters here, by what follows ``/conf/`` in its URI.

    The part and the version of the standard are not told apart: servers mix ``1.0``,
    ``2.0``, ``0.0`` and ``1.0-draft`` freely.
    """

    JOB_LIST = "job-list"
    CALLBACK = "callback"
    DISMISS = "dismiss"
    DEPLOY = "deploy-replace-undeploy"  # Part 2
    WORKFLOWS = "workflows"  # Part 3, with the next three
    NESTED_PROCESSES = "nested-processes"
    COLLECTION_INPUT = "collection-input"
    COLLECTION_OUTPUT = "collection-output"
    JOB_MANAGEMENT = "job-management"  # Part 4


@dataclass(frozen=True)
class Conformance:
    """The conformance classes that a server declares.

    Attributes:
        uris: The URIs as declared.
        raw: The document.
    """

    uris: tuple[str, ...]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read a conformance declaration.

        Raises:
            ProtocolError: It is not an object.
        """
        declaration = reading.need_object(document, "a conformance declaration")
        declared = declaration.get("conformsTo")
        if not isinstance(declared, list):
            notice("The conformance declaration names no classes.")
            declared = []
        uris = tuple(item for item in declared if isinstance(item, str))
        if len(uris) != len(declared):
            notice("A conformance class is not text; it was left out.")
        return cls(uris=uris, raw=declaration)

    def has(self, name: str) -> bool:
        """Whether a class of OGC API - Processes (any part or version) is declared.

        Args:
            name: A :class:`ConformanceClass`, or what stands after ``/conf/``, for
                instance ``dismiss`` or ``deploy-replace-undeploy``.
        """
        return bool(self.uri_of(name))

    def uri_of(self, name: str) -> str:
        """The URI with which a class is declared, or ``""``; as evidence."""
        tails = ((uri, _tail(uri)) for uri in self.uris)
        is_it = (uri for uri, tail in tails if name in (tail, tail.partition("/")[0]))
        return next(is_it, "")

    @property
    def names(self) -> frozenset[str]:
        """The declared classes of OGC API - Processes, by what follows ``/conf/``."""
        tails = {_tail(uri) for uri in self.uris} - {""}
        return frozenset(tails | {tail.partition("/")[0] for tail in tails})

    @property
    def has_response(self) -> bool:
        """Whether an execute request may say ``response``: not in version 2.0 alone."""
        core = self.versions.get(1, ())
        return not core or any(not version.startswith("2") for version in core)

    @property
    def versions(self) -> dict[int, tuple[str, ...]]:
        """The parts of the standard that are declared, and in which versions."""
        found: dict[int, dict[str, None]] = {}
        for match in filter(None, map(_URI.search, self.uris)):
            versions = found.setdefault(int(match["part"] or 1), {})
            versions[match["version"] or ""] = None
        return {part: tuple(versions) for part, versions in sorted(found.items())}


def _tail(uri: str) -> str:
    match = _URI.search(uri.strip())
    return match["tail"].rstrip("/").lower().replace("_", "-") if match else ""
