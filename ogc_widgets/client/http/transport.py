"""The only module that sends requests: deadlines, redirects, credentials.

httpx is used for connections, TLS and proxies. What it leaves open is done here: one
deadline for the whole exchange, and redirects that carry no credentials away.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.cookies import Cookies
from ogc_widgets.client.http.failures import in_plain_words
from ogc_widgets.client.http.loop import off_loop
from ogc_widgets.client.http.pools import Pools, gate_of
from ogc_widgets.client.http.quiet import keep_logs_quiet
from ogc_widgets.client.http.reach import Reach
from ogc_widgets.client.http.stream import Stream, read_whole
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
    Rebase,
    absolute,
    is_private_host,
    origin,
    same_origin,
    without_query,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    import httpx

    from ogc_widgets.client.auth.credentials import Credentials
    from ogc_widgets.client.http.environment import (
        Verify,
    )
    from ogc_widgets.protocol.requests.requests import Request

JSON_CAP = 16 * 2**20
CONNECT_S = 10.0
# A download may take hours; it is over when nothing comes for so long, at least.
SILENCE_S = 30.0
MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Only these two keep the method, so only these may be followed by anything but GET.
_SAME_METHOD = frozenset({307, 308})


@dataclass
class _Sent:
    """Whether the request may have reached the server."""

    maybe: bool = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.maybe = True


class Transport:
    """Sends requests for one server.

    Args:
        url: Address of the server.
        credentials: What to send to its origin, and nowhere else.
        timeout_s: Seconds for a whole exchange, unless a request says otherwise.
        verify: ``True``, ``False``, the path of a CA file, or an SSL context.
        reach: What may be connected to; by default what the user's own server allows.
    """

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
        self.cookies = Cookies(url)
        self.rebase: Callable[[str], str] = Rebase(url)
        self._pools = Pools(url, verify)

    def identify(self, credentials: Credentials) -> None:
        """Go on as somebody else; cookies may say who it was before."""
        self.credentials = credentials
        self.cookies.clear()

    @property
    def verify_others(self) -> Verify:
        """The same for other servers: an exception made for this one is not theirs."""
        return self._pools.verify_others

    @property
    def is_open(self) -> bool:
        """Whether there may be open connections."""
        return self._pools.is_open

    async def send(
        self,
        request: Request,
        *,
        timeout_s: float | None = None,
        max_bytes: int = JSON_CAP,
        is_counted: bool = True,
    ) -> Reply:
        """Send a request and read the whole answer.

        Args:
            request: What to send.
            timeout_s: Seconds for the whole exchange.
            max_bytes: Most bytes of the body, raw and decoded.
            is_counted: Whether it takes one of the four places for this server;
                requests that wait for minutes do not.

        Raises:
            TransportError: No complete answer; ``ConnectionFailedError`` if the
                request never left.
        """
        deadline_s = self.timeout_s if timeout_s is None else timeout_s
        # A token may take minutes, when somebody has to agree on another page first:
        # that is neither the server's time nor one of its places.
        await self._identity(request.url)
        gate = gate_of(self.url) if is_counted else contextlib.nullcontext()
        async with gate:
            try:
                return await self._read(request, deadline_s, max_bytes)
            except (ConnectionFailedError, DeadlineError, BodyTooLargeError):
                raise
            except RedirectError:
                raise
            except TransportError:
                if not request.is_safe:
                    raise
                # A kept connection may have been closed while it was idle.
                return await self._read(request, deadline_s, max_bytes)

    async def _read(self, request: Request, deadline_s: float, cap: int) -> Reply:
        sent = _Sent()
        try:
            async with asyncio.timeout(deadline_s) as deadline:
                async with self.stream(
                    request, silence_s=deadline_s, sent=sent, deadline=deadline
                ) as stream:
                    body = await stream.read(cap)
                    return await off_loop(
                        len(body), self.reply, stream, body, request.method
                    )
        except TimeoutError:
            where = self._where(request.method, request.url)
            if not sent.maybe and not request.is_safe:
                raise ConnectionFailedError(
                    f"No connection within {deadline_s:g} s for {where}.",
                    safe="Nothing was sent.",
                    advice="Check the address and your network, then try again.",
                ) from None
            raise DeadlineError(
                f"No complete answer within {deadline_s:g} s to {where}.",
                advice="Try again, or give more time: Client(url, timeout_s=...).",
            ) from None

    def reply(self, stream: Stream, body: bytes, method: str) -> Reply:
        """Return a whole answer, in which nothing of our secrets is left."""
        reply = Reply(
            stream.status_code,
            stream.headers,
            body,
            stream.url,
            method,
            has_credentials=self.credentials.identify,
        )
        return self.credentials.redact_reply(reply)

    def _where(self, method: str, url: str) -> str:
        return self.credentials.redact(f"{method} {without_query(url)}")

    @contextlib.asynccontextmanager
    async def stream(
        self,
        request: Request,
        *,
        silence_s: float | None = None,
        sent: _Sent | None = None,
        deadline: asyncio.Timeout | None = None,
    ) -> AsyncIterator[Stream]:
        """Send a request and read the answer piece by piece.

        Redirects are followed as far as that is safe, and a token that is refused is
        renewed once. There is no deadline for the whole, only for silence (that of
        the client, if it has more patience than 30 s), unless ``deadline`` is one.

        Raises:
            TransportError: No usable answer.
        """
        sent = sent or _Sent()
        silence_s = silence_s or max(SILENCE_S, self.timeout_s)
        url = request.url
        named_by = self.reach.url if request.named_by is None else request.named_by
        renewed = False
        for _ in range(MAX_REDIRECTS + 2):
            identity = await self._identity(url)
            headers = {**request.headers, **identity}
            async with self._exchange(
                request, url, named_by, headers, silence_s, sent, deadline
            ) as got:
                if identity and not renewed and _may_be_expired(request, got):
                    renewed = True
                    async with _unhurried(deadline):
                        with _nothing_sent():
                            renew = self.credentials.renew
                            is_new = await renew(identity, got.status_code)
                    if is_new:
                        continue
                target = await self._redirect(request, got)
                if not target:
                    yield got
                    return
                url, named_by = target, got.url
        raise RedirectError(
            f"More than {MAX_REDIRECTS} redirects from {without_query(request.url)}.",
            advice="Use the address that the server redirects to.",
        )

    async def _identity(self, url: str) -> dict[str, str]:
        """Return the headers that identify the user to an address."""
        with _nothing_sent():
            return await self.credentials.headers_for(url)

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
        names = self.credentials.redact(
            f"{without_query(got.url)} redirects to {without_query(target)}"
        )
        if here is None or there is None or there[0] not in ("http", "https"):
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

    @contextlib.asynccontextmanager
    async def _exchange(
        self,
        request: Request,
        url: str,
        named_by: str,
        headers: dict[str, str],
        silence_s: float,
        sent: _Sent,
        deadline: asyncio.Timeout | None,
    ) -> AsyncIterator[Stream]:
        import httpx

        keep_logs_quiet(self)
        bound = self.reach.bound(url, named_by)
        where = self._where(request.method, url)
        async with self._pools.lease(url, keep=request.is_safe, bound=bound) as pool:
            with in_plain_words(where, silence_s, self.credentials.redact):
                try:
                    built = pool.build_request(
                        request.method,
                        self.credentials.with_params(url),
                        headers={**headers, **self.cookies.header_for(url)},
                        content=request.body,
                        timeout=httpx.Timeout(silence_s, connect=CONNECT_S),
                    )
                except UnicodeError as error:  # httpx lets it through
                    raise ConnectionFailedError(
                        f"No connection for {where}: it is no address that can be "
                        "used.",
                        safe="Nothing was sent.",
                    ) from error
                host = built.url.raw_host.decode("ascii")
                judge = self.reach.judge(url, host, named_by, bound)

                async def trace(event: str, info: Mapping[str, Any]) -> None:
                    await judge(event, info)
                    await sent.trace(event, info)

                built.extensions["trace"] = trace
                answer = self._answer(pool, built, where, deadline)
                async with contextlib.aclosing(await answer) as response:
                    got = Stream(response, url, where)
                    got.headers = self.credentials.redact_headers(got.headers)
                    yield got

    async def _answer(
        self,
        pool: httpx.AsyncClient,
        request: httpx.Request,
        where: str,
        deadline: asyncio.Timeout | None,
    ) -> httpx.Response:
        async def send(request: httpx.Request) -> httpx.Response:
            response = await pool.send(request, stream=True)
            set_cookie = response.headers.get_list("set-cookie")
            self.cookies.take(str(request.url), set_cookie)
            return response

        plugin = self.credentials.plugin_for(str(request.url))
        if plugin is None:
            return await send(request)

        async def whole(response: httpx.Response) -> httpx.Response:
            return await read_whole(response, where, JSON_CAP)

        return await plugin.answer(request, send, whole, lambda: _unhurried(deadline))

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        await self._pools.close()


def _may_be_expired(request: Request, got: Stream) -> bool:
    """Whether a newer token may help."""
    # After a 403 only what changes nothing is tried once more.
    return got.status_code == 401 or (got.status_code == 403 and request.is_safe)


@contextlib.contextmanager
def _nothing_sent() -> Iterator[None]:
    """Tell a failure to get a token apart from one of the request itself."""
    try:
        yield
    except TransportError as error:
        raise ConnectionFailedError(
            f"No token could be had: {error.what}",
            safe="Nothing was sent to the server.",
            advice=error.advice,
        ) from error


@contextlib.asynccontextmanager
async def _unhurried(deadline: asyncio.Timeout | None) -> AsyncIterator[None]:
    """Stop the clock of a deadline while somebody else is asked."""
    due = deadline.when() if deadline is not None else None
    if deadline is None or due is None:
        yield
        return
    loop = asyncio.get_running_loop()
    left_s = due - loop.time()
    deadline.reschedule(None)
    try:
        yield
    finally:
        deadline.reschedule(loop.time() + left_s)
