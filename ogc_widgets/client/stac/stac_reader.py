"""STAC documents on any server: read, and looked at to see what is at an address.

Credentials go to the client's own server and nowhere else; every other server gets
connections of its own. At most four documents are read at a time, each within a
deadline and a size.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ogc_widgets import errors
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.client.stac.stac_documents import StacFacts, facts_of
from ogc_widgets.protocol.links import WEB_SCHEMES, absolute, origin, same_origin
from ogc_widgets.protocol.media_types import bare
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.http.transport import Transport
    from ogc_widgets.protocol.answers.replies import Reply
    from ogc_widgets.protocol.links import Origin

LOOK_S = 15.0
DOCUMENT_BYTES = 4 * 2**20
AT_A_TIME = 4
_ACCEPT = "application/geo+json, application/json;q=0.9, */*;q=0.1"
# A file with one of these types is no STAC document, whatever is in it.
_FILES = ("image/", "video/", "audio/", "application/zip", "application/x-")
_NOTHING = "The server has nothing at this address"
_REFUSALS = {
    401: "The server wants you to sign in",
    403: "The server does not let you read this",
    404: _NOTHING,
    410: _NOTHING,
    429: "The server is busy",
}
_NOT_READ: dict[type[errors.OgcError], str] = {
    errors.PrivateAddressError: "Not looked at: only machines near yours can reach it.",
    errors.DeadlineError: "{host} did not answer in time.",
    errors.BodyTooLargeError: f"The document is larger than {DOCUMENT_BYTES >> 20} MB.",
    errors.RedirectError: "The address redirects to where it is not safe to go.",
    errors.ConnectionFailedError: "{host} does not answer.",
    errors.OgcError: "{host} does not give a complete answer.",
}


class StacReader:
    """Reads from any server, by the credentials and rules of a process server's client.

    Its coroutines run in the loop thread only.
    """

    def __init__(self, client: Connection) -> None:
        self._client = client
        self._others: dict[Origin | None, Transport] = {}
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def send(
        self,
        request: requests.Request,
        *,
        timeout_s: float | None = None,
        max_bytes: int = DOCUMENT_BYTES,
    ) -> Reply:
        """Send a request to the server that it is for.

        Raises:
            TransportError: No complete answer within the limits.
        """
        timeout_s, url, key = timeout_s or LOOK_S, request.url, origin(request.url)
        async with self._places:
            sender: Transport = self._client
            if not same_origin(url, self._client.url):
                if key not in self._others:
                    self._others[key] = self._client.stranger(url, LOOK_S)
                sender = self._others[key]
            return await sender.send(request, timeout_s=timeout_s, max_bytes=max_bytes)

    async def close(self) -> None:
        """Close the connections to other servers."""
        others, self._others = self._others, {}
        for transport in others.values():
            await transport.close()


@dataclass(frozen=True, slots=True)
class Inspection:
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


class StacInspector:
    """Looks at each address once, for all forms of an app."""

    def __init__(self, reader: StacReader) -> None:
        self._reader = reader
        self._known: dict[str, Inspection] = {}

    def inspect(
        self,
        address: str,
        done: Callable[[Inspection], None],
        *,
        after_s: float = 0,
        insist: bool = False,
    ) -> Callable[[], object]:
        """Look at an address and return at once; safe from any thread.

        Args:
            address: Address of a document.
            done: Called with what was seen, from any thread; at once where that is
                known from before, never after the returned function was called.
            after_s: Seconds to wait before; giving up within them costs nothing.
            insist: Look again, and at private addresses, too.

        Returns:
            A function that gives up.
        """
        if not insist and address in self._known:
            done(self._known[address])
            return lambda: None

        async def look() -> Inspection:
            await asyncio.sleep(after_s)
            return await self.look(address, insist=insist)

        def arrived(finished: Future[Inspection]) -> None:
            self._known[address] = finished.result()
            done(finished.result())

        def failed(error: BaseException) -> None:
            said = clean(error, limit=200) or type(error).__name__
            done(Inspection(why_not=f"It could not be looked at: {said}."))

        return follow(submit(look), arrived, failed).cancel

    async def look(self, url: str, *, insist: bool = False) -> Inspection:
        """Look at an address. Only in the loop thread; raises nothing of a server's."""
        parts = urlsplit(address := absolute(url))
        if parts.scheme not in WEB_SCHEMES:
            return Inspection(why_not="This is not a web address.")
        named_by = "" if insist else None
        request = requests.get(address, accept=_ACCEPT, named_by=named_by)
        try:
            return _seen(await self._reader.send(request))
        except errors.OgcError as error:
            said = next(
                _NOT_READ[kind] for kind in _NOT_READ if isinstance(error, kind)
            )
            return Inspection(
                why_not=said.format(host=clean(parts.hostname, limit=80)),
                answered=isinstance(error, errors.BodyTooLargeError),
                private=isinstance(error, errors.PrivateAddressError),
            )


def _seen(reply: Reply) -> Inspection:
    if not reply.is_ok:
        words = _REFUSALS.get(reply.status_code, "The server answers with an error")
        return Inspection(why_not=f"{words} ({reply.status_code}).")
    media_type = bare(reply.content_type)
    if media_type.startswith(_FILES):
        why_not = f"A file is there ({clean(media_type)})."
        return Inspection(why_not=why_not, answered=True)
    document, why_not = reply.json_or_none(), ""
    facts = facts_of(document)
    if document is None:
        what = "a web page" if "html" in media_type else "no JSON document"
        why_not = f"There is {what}, not a STAC document."
    elif not facts.kind:
        why_not = "The JSON there is not a STAC document."
    return Inspection(facts, why_not, answered=True)
