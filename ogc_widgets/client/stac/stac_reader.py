"""Sends requests for STAC documents to whichever server has them.

Credentials go to the client's own server and nowhere else; every other server gets
connections of its own. At most four documents are read at a time, each within a
deadline and a size.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ogc_widgets.protocol.links import origin, same_origin

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.http.transport import Transport
    from ogc_widgets.protocol.answers.replies import Reply
    from ogc_widgets.protocol.links import Origin
    from ogc_widgets.protocol.requests.requests import Request

LOOK_S = 15.0
DOCUMENT_BYTES = 4 * 2**20
AT_A_TIME = 4


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
        request: Request,
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
