"""Reads STAC documents for a client: one look at an address, and what came of it.

Credentials go to the client's own server and nowhere else; every other server gets
connections of its own. At most four documents are read at a time, each within a
deadline and a size.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ogc_widgets.client.stac.stac_documents import StacFacts, facts_of
from ogc_widgets.errors import (
    BodyTooLargeError,
    ConnectionFailedError,
    DeadlineError,
    OgcError,
    PrivateAddressError,
    RedirectError,
)
from ogc_widgets.protocol.links import WEB_SCHEMES, absolute, origin, same_origin
from ogc_widgets.protocol.media_types import bare
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.http.transport import Transport
    from ogc_widgets.protocol.answers.replies import Reply
    from ogc_widgets.protocol.links import Origin

LOOK_S = 15.0
DOCUMENT_BYTES = 4 * 2**20
AT_A_TIME = 4
_ACCEPT = "application/geo+json, application/json;q=0.9, */*;q=0.1"
# A file with one of these types is no STAC document, whatever is in it.
_NO_DOCUMENT = ("image/", "video/", "audio/", "application/zip", "application/x-")
_NOTHING = "The server has nothing at this address"
_REFUSALS = {
    401: "The server wants you to sign in",
    403: "The server does not let you read this",
    404: _NOTHING,
    410: _NOTHING,
    429: "The server is busy",
}
_NOT_READ: dict[type[OgcError], str] = {
    DeadlineError: "{host} did not answer in time.",
    BodyTooLargeError: f"The document is larger than {DOCUMENT_BYTES >> 20} MB.",
    RedirectError: "The address redirects to a place that is not safe to follow.",
    ConnectionFailedError: "{host} does not answer.",
    OgcError: "{host} does not give a complete answer.",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at an address.

    Attributes:
        facts: What the document is; ``facts.kind`` is "" where there is none.
        why_not: Why there is no STAC document, one sentence; else "".
        answered: Whether something is there, STAC or not.
        private: Whether it was not looked at, because only machines near the client's
            server can reach it.
    """

    facts: StacFacts = field(default_factory=StacFacts)
    why_not: str = ""
    answered: bool = False
    private: bool = False


class StacReader:
    """Reads STAC documents, wherever they are.

    Args:
        client: The client of the process server, for its credentials and its rules.
    """

    def __init__(self, client: Connection) -> None:
        self._client = client
        self._others: dict[Origin | None, Transport] = {}
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def look(self, url: str, *, insist: bool = False) -> Look:
        """Look at an address. Only in the loop thread; raises nothing of a server's.

        Args:
            url: Address of a document.
            insist: Whether the user asked for it, so that a private address is read.
        """
        address = absolute(url)
        if urlsplit(address).scheme not in WEB_SCHEMES:
            return Look(why_not="This is not a web address.")
        named_by = "" if insist else None
        try:
            reply = await self.send(
                requests.get(address, accept=_ACCEPT, named_by=named_by),
                max_bytes=DOCUMENT_BYTES,
            )
        except PrivateAddressError:
            return Look(
                why_not="Not looked at: only machines near yours can reach it.",
                private=True,
            )
        except OgcError as error:
            return Look(
                why_not=_in_words(error, address),
                answered=isinstance(error, BodyTooLargeError),
            )
        return _seen(reply)

    async def send(
        self,
        request: requests.Request,
        *,
        timeout_s: float | None = None,
        max_bytes: int = DOCUMENT_BYTES,
    ) -> Reply:
        """Send a request to whichever server it is for. Only in the loop thread.

        Raises:
            TransportError: No complete answer within the limits.
        """
        is_own = same_origin(request.url, self._client.url)
        async with self._places:
            sender = self._client if is_own else self._stranger(request.url)
            return await sender.send(
                request, timeout_s=timeout_s or LOOK_S, max_bytes=max_bytes
            )

    def _stranger(self, url: str) -> Transport:
        key = origin(url)
        if key not in self._others:
            self._others[key] = self._client.transport.stranger(url, LOOK_S)
        return self._others[key]

    async def close(self) -> None:
        """Close the connections to other servers. Only in the loop thread."""
        others, self._others = self._others, {}
        for transport in others.values():
            await transport.close()


def _seen(reply: Reply) -> Look:
    if not reply.is_ok:
        words = _REFUSALS.get(reply.status_code, "The server answers with an error")
        return Look(why_not=f"{words} ({reply.status_code}).")
    media_type = bare(reply.content_type)
    if media_type.startswith(_NO_DOCUMENT):
        return Look(why_not=f"A file is there ({clean(media_type)}).", answered=True)
    document = reply.json_or_none()
    if document is None:
        what = "a web page" if "html" in media_type else "no JSON document"
        return Look(why_not=f"There is {what}, not a STAC document.", answered=True)
    facts = facts_of(document)
    if not facts.kind:
        return Look(why_not="The JSON there is not a STAC document.", answered=True)
    return Look(facts, answered=True)


def _in_words(error: OgcError, address: str) -> str:
    host = clean(urlsplit(address).hostname, limit=80)
    words = next(words for kind, words in _NOT_READ.items() if isinstance(error, kind))
    return words.format(host=host)
