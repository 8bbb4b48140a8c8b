"""The only module that sends requests: deadlines, redirects, reach, credentials.

Connections carry one request and its answer each time. What concerns more is done here:
one deadline for the whole exchange, signing, cookies, and redirects that carry no
credentials away.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from ogc_widgets.client.auth.credentials import Credentials
from ogc_widgets.client.http import JSON_CAP
from ogc_widgets.client.http.blanking import keep_logs_quiet
from ogc_widgets.client.http.body import Attempt, Stream
from ogc_widgets.client.http.exchange import Outgoing, WireError
from ogc_widgets.client.http.loop import off_loop
from ogc_widgets.client.http.pools import Pools, gate_of, user_agent
from ogc_widgets.client.http.reach import Reach
from ogc_widgets.errors import (
    BodyTooLargeError,
    ConnectionFailedError,
    DeadlineError,
    InsecureRedirectError,
    RedirectError,
    TransportError,
)
from ogc_widgets.protocol.answers.replies import Reply
from ogc_widgets.protocol.links import (
    WEB_SCHEMES,
    Rebase,
    absolute,
    is_private_host,
    origin,
    same_origin,
    without_query,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ogc_widgets.client.http.environment import Verify
    from ogc_widgets.protocol.requests.requests import Request

_log = logging.getLogger("ogc_widgets")

# A download may take hours; it is over when nothing comes for so long, at least.
SILENCE_S = 30.0
MAX_REDIRECTS = 5

_HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "keep-alive",
}

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Only these two keep the method, so only these may be followed by anything but GET.
_SAME_METHOD = frozenset({307, 308})
# Another attempt would end in the same way.
_FOR_GOOD = (ConnectionFailedError, DeadlineError, BodyTooLargeError, RedirectError)


@functools.lru_cache
def _usual_headers(said: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """What every request says, and what one says; not to be changed."""
    usual = {**_HEADERS, "User-Agent": user_agent()}
    for name, value in said:
        for known in [known for known in usual if known.lower() == name.lower()]:
            del usual[known]
        usual[name] = value
    return usual


class Transport:
    """Sends requests for one server."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        timeout_s: float,
        verify: Verify,
        reach: Reach | None = None,
    ) -> None:
        self.url = url
        self.credentials = credentials
        self.timeout_s = timeout_s
        self.verify = verify
        self.reach = reach or Reach(url)
        self._pools = Pools(url, verify)
        self._gate: asyncio.Semaphore | None = None

    def identify(self, credentials: Credentials) -> None:
        """Go on as somebody else; cookies may say who it was before."""
        self.credentials = credentials
        self._pools.cookies = None

    def aside(self, credentials: Credentials, timeout_s: float) -> Transport:
        """Return another way to the same server, as somebody else."""
        return Transport(self.url, credentials, timeout_s=timeout_s, verify=self.verify)

    def stranger(self, url: str, timeout_s: float) -> Transport:
        """Return a way to another server, which is told nothing of the user.

        It reaches as far as this one. An exception to the rule that certificates are
        checked was made for this server, and is not for others.
        """
        return Transport(
            url,
            Credentials(url),
            timeout_s=timeout_s,
            verify=self._pools.verify_others,
            reach=self.reach,
        )

    def rebase(self, href: str) -> str:
        """Bring a link of the server back to the address in use."""
        return Rebase(self.url)(href)

    def redact(self, text: str) -> str:
        """Blank out our secrets in a text of a server."""
        return self.credentials.redact(text)

    async def send(
        self,
        request: Request,
        *,
        timeout_s: float | None = None,
        max_bytes: int = JSON_CAP,
        is_counted: bool = True,
    ) -> Reply:
        """Send a request and read the whole answer, of at most ``max_bytes``.

        A request that waits for minutes is not counted: it takes none of the four
        places for this server.

        Raises:
            TransportError: No complete answer; ``ConnectionFailedError`` if the
                request never left.
        """
        deadline_s = self.timeout_s if timeout_s is None else timeout_s
        way = self.credentials.way_for(request.url)
        if way is not None:
            # A token may take minutes, when somebody has to agree on another page
            # first: that is neither the server's time nor one of its places.
            await way.get_ready()
        # Kept, so that it need not be made anew for each request.
        self._gate = gate_of(self.url)
        async with self._gate if is_counted else contextlib.nullcontext():
            try:
                return await self._read(request, deadline_s, max_bytes)
            except TransportError as error:
                if not request.is_safe or isinstance(error, _FOR_GOOD):
                    raise
                # A kept connection may have been closed while it was idle.
                return await self._read(request, deadline_s, max_bytes)

    async def _read(self, request: Request, deadline_s: float, cap: int) -> Reply:
        attempt = self._attempt(request, deadline_s)
        try:
            async with asyncio.timeout(deadline_s) as attempt.deadline:
                async with contextlib.aclosing(
                    await self._open(request, attempt)
                ) as stream:
                    body = await stream.read(cap)
                return await off_loop(
                    len(body), self._reply, stream, body, request.method
                )
        except TimeoutError:
            if not attempt.maybe_sent and not request.is_safe:
                raise ConnectionFailedError(
                    f"No connection within {deadline_s:g} s for {attempt.where}.",
                    safe="Nothing was sent.",
                    advice="Check the address and your network, then try again.",
                ) from None
            raise DeadlineError(
                f"No complete answer within {deadline_s:g} s to {attempt.where}.",
                advice="Try again, or give more time: Client(url, timeout_s=...).",
            ) from None

    def _attempt(self, request: Request, silence_s: float) -> Attempt:
        return Attempt(request.method, request.url, self.redact, silence_s)

    async def reply_of(self, stream: Stream, method: str) -> Reply:
        """Read the rest of a streamed answer that is not one of success."""
        return self._reply(stream, await stream.read(JSON_CAP), method)

    def _reply(self, stream: Stream, body: bytes, method: str) -> Reply:
        """Return a whole answer, in which nothing of our secrets is left."""
        reply = Reply(
            stream.status_code,
            stream.headers,
            body,
            stream.url,
            method,
            has_credentials=self.credentials.way is not None,
        )
        return self.credentials.redact_reply(reply)

    @contextlib.asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Stream]:
        """Send a request and read the answer piece by piece.

        Redirects are followed as far as that is safe. There is no deadline for the
        whole, only for silence (that of the client, if it has more patience than 30 s).

        Raises:
            TransportError: No usable answer.
        """
        attempt = self._attempt(request, max(SILENCE_S, self.timeout_s))
        async with contextlib.aclosing(await self._open(request, attempt)) as stream:
            yield stream

    async def _open(self, request: Request, attempt: Attempt) -> Stream:
        named_by = self.reach.url if request.named_by is None else request.named_by
        for _ in range(MAX_REDIRECTS + 1):
            got = await self._exchange(request, named_by, attempt)
            target = ""
            try:
                target = await self._redirect(request, got)
                if not target:
                    return got
            except BaseException:
                await got.aclose()
                raise
            await got.aclose()
            attempt.url, named_by = target, got.url
        raise RedirectError(
            f"More than {MAX_REDIRECTS} redirects from {without_query(request.url)}.",
            advice="Use the address that the server redirects to.",
        )

    async def _exchange(
        self, request: Request, named_by: str, attempt: Attempt
    ) -> Stream:
        credentials, url = self.credentials, attempt.url
        keep_logs_quiet(self.redact)
        judge = self.reach.judge(url, named_by)
        pool = self._pools.get(url, keep=request.is_safe, bound=judge.bound)
        outgoing = Outgoing(
            request.method,
            credentials.with_params(url),
            self._headers(request, url),
            request.body,
            # A clock for the whole is one for silence, too.
            attempt.silence_s if attempt.deadline is None else None,
            judge,
            attempt.leaves,
        )

        async def send(one: Outgoing) -> Stream:
            answer = await pool.send(self._pools.with_cookies(one))
            self._pools.keep_cookies(one.url, answer)
            return Stream(answer, attempt)

        way = credentials.way_for(url)
        try:
            if way is None:
                got = await send(outgoing)
            else:
                from ogc_widgets.client.auth.signed import signed

                got = await signed(way, outgoing, send, attempt.deadline)
        except WireError as error:
            raise attempt.in_words(error) from error
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s: %s", attempt.where, got.status_code)
        got.headers = credentials.redact_headers(got.headers)
        return got

    def _headers(self, request: Request, url: str) -> dict[str, str]:
        """Return what is sent: one header of each name, in whatever case it is."""
        ours = self.credentials.headers_for(url)
        if "@" in url and self.credentials.way_for(url) is None:
            named = unquote_to_bytes(urlsplit(url).netloc.rpartition("@")[0])
            named += b"" if b":" in named else b":"
            if named != b":":
                basic = f"Basic {b64encode(named).decode('ascii')}"
                ours = {"Authorization": basic, **ours}
        said = _usual_headers(tuple(request.headers.items()))
        if not ours:
            return said
        lower = {name.lower() for name in ours}
        kept = {n: value for n, value in said.items() if n.lower() not in lower}
        return {**kept, **ours}

    async def _redirect(self, request: Request, got: Stream) -> str:
        """Return where a redirect may be followed to, or ``""``."""
        location = got.headers.get("location", "")
        if got.status_code not in _REDIRECTS or not location:
            return ""
        if not request.is_safe and got.status_code not in _SAME_METHOD:
            return ""
        target = absolute(location, got.url)
        if request.is_safe and await self._is_out_of_reach(got.url, target):
            target = self.rebase(target)
        here, there = origin(got.url), origin(target)
        names = self.redact(
            f"{without_query(got.url)} redirects to {without_query(target)}"
        )
        if here is None or there is None or there[0] not in WEB_SCHEMES:
            raise RedirectError(
                f"{without_query(got.url)} redirects to a place that is no web address."
            )
        if here[0] == "https" and there[0] == "http":
            raise InsecureRedirectError(
                f"{names}, which is not encrypted.",
                safe="Nothing was sent there.",
                advice="Ask the server's operators to redirect to https.",
            )
        if here != there and not request.is_safe:
            raise RedirectError(
                f"{names}, which is another server.",
                safe="Nothing was sent there.",
                advice="If you trust it, make a client for that address.",
            )
        return target

    async def _is_out_of_reach(self, url: str, target: str) -> bool:
        """Whether the server redirects to a name of its own that is not known here."""
        known = origin(target)
        if known is None or same_origin(url, target) or not same_origin(url, self.url):
            return False
        if not is_private_host(target):
            return True  # left as it is, unless the server calls itself so
        if self.reach.is_public(self.url):
            return True
        # Both are near: a second server on this machine, or a name inside of a cluster.
        host, port = known[1].strip("[]"), known[2]
        try:
            await asyncio.get_running_loop().getaddrinfo(host, port)
        except OSError:
            return True
        return False

    async def close(self) -> None:
        """Close the connections; later requests open new ones. Jobs go on."""
        await self._pools.close()
