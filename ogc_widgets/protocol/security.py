"""How a server wants people to sign in, read from what it says about itself.

Sources: the ``WWW-Authenticate`` header (RFC 9110, 11.6.1), the security schemes of an
OpenAPI document (2.0, 3.0, 3.1), protected resource metadata (RFC 9728).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.links import absolute
from ogc_widgets.protocol.reading import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WayKind = Literal["device", "token", "password", "api-key"]

# A page that offers more than these is not one that a person can choose from.
_MOST_WAYS = 6
_ORDER: tuple[WayKind, ...] = ("device", "token", "password", "api-key")
_DISCOVERY = "/.well-known/openid-configuration"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 # RFC 9110's word for a word
_PARAMETER = pattern(rf'({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|({_TOKEN}))')
_CHALLENGE = pattern(
    rf"(?:^|,)\s*({_TOKEN})(?=\s|,|$)(?!\s*=)"
    rf"((?:\s*,?\s*{_TOKEN}\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|{_TOKEN}))*)"
)
_LONGEST_HEADER = 8_192


@dataclass(frozen=True)
class Challenge:
    """One way that a server asks for in the answer that refuses a request.

    Attributes:
        scheme: ``basic``, ``bearer``, ... in lower case.
        parameters: Names in lower case to values.
    """

    scheme: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Way:
    """One way to sign in.

    Attributes:
        kind: ``device`` (a code typed on another page), ``token``, ``password`` (with
            a user name) or ``api-key``.
        header: Name of the header of an API key; ``""`` if it is not known.
        issuer: Address of the sign-in server of a ``device`` way.
    """

    kind: WayKind
    header: str = ""
    issuer: str = ""


def read_challenges(value: str) -> tuple[Challenge, ...]:
    """Read the value of a ``WWW-Authenticate`` header; several may be in one."""
    found = []
    for scheme, rest in _CHALLENGE.findall(value[:_LONGEST_HEADER]):
        parameters = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain
            for name, quoted, plain in _PARAMETER.findall(rest)
        }
        found.append(Challenge(scheme.lower(), parameters))
    return tuple(found)


def ways_of_challenges(challenges: Iterable[Challenge]) -> Iterator[Way]:
    """Yield the ways that the answer to a refused request names."""
    for challenge in challenges:
        said = challenge.parameters
        match challenge.scheme:
            case "basic":
                yield Way("password")
            case "bearer" | "token":
                yield Way("token")
            case "apikey" | "api-key" if said.get("in", "header") == "header":
                yield Way("api-key", header=said.get("name", ""))


def ways_of_openapi(document: object) -> Iterator[Way]:
    """Yield the ways that an OpenAPI document declares."""
    page = mapping(document)
    schemes = mapping(page.get("components")).get("securitySchemes")
    for scheme in mapping(schemes or page.get("securityDefinitions")).values():
        if way := _way_of_scheme(mapping(scheme)):
            yield way


def _way_of_scheme(scheme: Mapping[str, Any]) -> Way | None:
    word = scheme.get("scheme")
    match scheme.get("type"):
        case "basic":
            return Way("password")
        case "http" if isinstance(word, str):
            return Way("password" if word.lower() == "basic" else "token")
        case "apiKey" if scheme.get("in") == "header":
            name = scheme.get("name")
            if not isinstance(name, str):
                return None
            # Some describe a bearer token in this way.
            is_token = name.lower() == "authorization"
            return Way("token") if is_token else Way("api-key", header=name)
        case "openIdConnect":
            url = absolute(scheme.get("openIdConnectUrl"))
            issuer = url.removesuffix(_DISCOVERY).rstrip("/")
            return Way("device", issuer=issuer) if issuer else Way("token")
        case "oauth2":
            return Way("token")
    return None


def resource_metadata_url(challenges: Iterable[Challenge]) -> str:
    """Return where a server describes how it is protected (RFC 9728), or ``""``."""
    urls = (absolute(one.parameters.get("resource_metadata")) for one in challenges)
    return next(filter(None, urls), "")


def ways_of_resource_metadata(document: object) -> Iterator[Way]:
    """Yield the ways that protected resource metadata name: its sign-in servers."""
    servers = mapping(document).get("authorization_servers")
    for server in servers if isinstance(servers, list) else []:
        issuer = absolute(server).rstrip("/")
        if issuer:
            yield Way("device", issuer=issuer)


def offered(ways: Iterable[Way]) -> tuple[Way, ...]:
    """Put ways into the order in which to offer them, each once.

    A server that says nothing gets the two that are usual. A sign-in server gives out
    tokens, so one that was had elsewhere can be pasted too.
    """
    found = list(dict.fromkeys(ways))
    kinds = {way.kind for way in found}
    if not found:
        found = [Way("token"), Way("password")]
    elif "device" in kinds and "token" not in kinds:
        found.append(Way("token"))
    named = {way.kind for way in found if way.header}
    found = [way for way in found if way.header or way.kind not in named]
    return tuple(sorted(found, key=lambda way: _ORDER.index(way.kind))[:_MOST_WAYS])
