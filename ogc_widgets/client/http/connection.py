"""The way to one server: where its resources are, and its requests sent in bounds."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

from ogc_widgets.client.auth.credentials import Credentials
from ogc_widgets.client.http import JSON_CAP
from ogc_widgets.client.http.address import (
    Resources,
    clean_url,
    find_resources,
    is_landing_page,
    outer_urls,
)
from ogc_widgets.client.http.loop import off_loop, tidy_up
from ogc_widgets.client.http.transport import Transport
from ogc_widgets.errors import (
    ConnectionFailedError,
    ProblemError,
    ProtocolError,
    RedirectError,
    ServerError,
    SignInError,
    TransportError,
    need_dict,
    need_number,
)
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.answers.job_replies import job_id_of
from ogc_widgets.protocol.answers.replies import (
    Reply,
    may_have_worked,
    problem_error,
    refuse_login_page,
    unexpected_page,
)
from ogc_widgets.protocol.documents.server import LandingPage
from ogc_widgets.protocol.links import join_path
from ogc_widgets.protocol.notices import Oddity, heard, tell
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.auth.secret import Auth
    from ogc_widgets.client.http.environment import Verify
    from ogc_widgets.client.http.pools import Pools
    from ogc_widgets.client.results.files.object_store import S3

T = TypeVar("T")

# Seconds that a server may take to accept something, at least.
ACCEPT_S = 60.0
_MOST_ODDITIES = 100
# Answers of which is kept what was read. What is larger is mostly read once, and would
# only be kept from being forgotten.
_MOST_READ = 64
_MOST_READ_BYTES = 2**20
_VARYING = pattern(r"[0-9a-f]{4,}|\d+")
# Signing in, waiting and asking less often help with these, and no other spelling.
_SAME_WITH_SLASH = frozenset({401, 403, 407, 429, 503})
_ADDRESS_ADVICE = (
    "Check the address: it should be the landing page of the server, for example "
    "https://example.org/acme/ogc-api"
)


class Connection(Transport):
    """The way to one server of processes, without the verbs of the standard.

    Its coroutines run in the loop thread only. The arguments are those of
    :class:`~ogc_widgets.client.Client`.

    Attributes:
        url: The address in use, without a trailing slash.
        known_resources: Where the resources are, if that was asked before.
        named_process: The id of the process that the address given was of, or "".
        named_job: The same of a job.
        headers: The headers that came with the landing page.
        heard_at: When the server answered last, as its header ``Date`` says.
        experience: What has been seen to work, and what not, by capability.
        is_last_page: Address of a page of a list to the hash of the page, where the
            server does not understand the guess of where the next one is.
        s3: Where objects at ``s3://`` addresses are and what opens them, or None.

    Raises:
        InputError: The address or the credentials cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        auth: Auth = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        timeout_s: float = 30,
        verify: Verify = True,
    ) -> None:
        typed = clean_url(url)
        need_number("timeout_s", timeout_s, "number of seconds")
        example = 'For example: Client(url, params={"map": "/maps/a.qgs"}).'
        need_dict("params", params or {}, "name to value", advice=example)
        credentials = Credentials(
            typed.url,
            auth if auth is not None else typed.user,
            headers,
            {**typed.params, **(params or {})},
        )
        super().__init__(typed.url, credentials, timeout_s=timeout_s, verify=verify)
        self._typed_with_slash = typed.has_slash
        self.s3: S3 | None = None
        self.known_resources: Resources | None = None
        self._oddities: dict[str, Oddity] = {}
        self.named_process = self.named_job = ""
        self.headers: Mapping[str, str] = {}
        self.heard_at = ""
        self.experience: dict[str, tuple[bool, str]] = {}
        self._finding = asyncio.Lock()
        self._readings: dict[Hashable, tuple[bytes, Any]] = {}
        self._reading = threading.Lock()  # large answers are read in threads
        self.is_last_page: dict[str, int] = {}
        self._give_back = weakref.finalize(self, _close_later, self._pools)
        self._give_back.atexit = False

    async def landing_page(self, base: str) -> LandingPage:
        """Read a landing page."""
        # With and without a slash are two addresses, and some servers know only one
        # of them: first the one that was typed.
        spellings = [base, f"{base}/"]
        if self._typed_with_slash and base == self.url:
            spellings.reverse()
        replies: list[Reply] = []
        for url in spellings:
            reply = await self.send(requests.get(url))
            document = reply.json_or_none() if reply.is_ok else None
            if is_landing_page(document) and not job_id_of(url):
                self.headers = reply.headers
                return LandingPage.from_json(document, reply.url)
            replies.append(reply)
            if reply.status_code in _SAME_WITH_SLASH:
                break
        first = replies[0]
        if first.is_ok:
            raise unexpected_page(first, "the landing page")
        is_refused = first.status_code in (401, 403)
        raise problem_error(first, advice="" if is_refused else _ADDRESS_ADVICE)

    async def resources(self) -> Resources:
        """Find where the resources are; asked once.

        Raises:
            ProtocolError: The address does not belong to such a server.
            ServerError: It cannot be reached or refuses.
        """
        async with self._finding:
            if self.known_resources is None:
                self.known_resources = await self._find_resources()
            return self.known_resources

    async def _find_resources(self) -> Resources:
        try:
            return find_resources(self.url, await self.landing_page(self.url))
        except SignInError:
            raise
        except (ProblemError, ProtocolError):
            for outer, process_id in outer_urls(self.url):
                with contextlib.suppress(ProblemError, ProtocolError):
                    found = find_resources(outer, await self.landing_page(outer))
                    self.named_process, self.named_job = process_id, job_id_of(self.url)
                    self.url = outer
                    return found
            # Servers without a landing page of their own still have the paths.
            reply = await self.send(requests.get(join_path(self.url, "processes")))
            if _lists_processes(reply.json_or_none() if reply.is_ok else None):
                return find_resources(self.url, None)
            raise

    def rebase(self, href: str) -> str:
        """Bring a link of the server back to the address in use.

        The query that goes along anyhow is left out: addresses of jobs are shown.
        """
        found = self.known_resources
        url = found.rebase(href) if found else super().rebase(href)
        return self.credentials.without_params(url)

    async def send(
        self,
        request: requests.Request,
        *,
        timeout_s: float | None = None,
        max_bytes: int = JSON_CAP,
        is_counted: bool = True,
        at_least_s: float = 0,
    ) -> Reply:
        """Send a request and read the whole answer, as a transport does.

        What is heard of the server on the way is remembered. ``at_least_s`` are seconds
        that it may take, however impatient the user is.
        """
        path = urlsplit(request.url).path or "/"
        tell(partial(self._hear, f"{request.method} {path}"))
        reply = await super().send(
            request,
            timeout_s=timeout_s or max(at_least_s, self.timeout_s),
            max_bytes=max_bytes,
            is_counted=is_counted,
        )
        # Some answers do not say it, such as those of what stands before a server.
        self.heard_at = reply.headers.get("date") or self.heard_at
        if reply.is_ok:
            refuse_login_page(request.url, reply)
        return reply

    async def ask_once(
        self,
        request: requests.Request,
        unknown: Callable[[ServerError], Awaitable[ServerError]],
        *,
        at_least_s: float = ACCEPT_S,
        is_counted: bool = True,
    ) -> Reply:
        """Ask for a change; the request is never sent again.

        Where the server may have done it, ``unknown`` makes the error to raise, of the
        one that says why there is no answer, or none of success.
        """
        try:
            reply = await self.send(
                request, at_least_s=at_least_s, is_counted=is_counted
            )
        except (ConnectionFailedError, RedirectError):
            raise  # no server has taken it
        except TransportError as error:
            told = await unknown(error)
            if told is error:
                raise
            raise told from error
        if may_have_worked(reply):
            raise await unknown(problem_error(reply))
        return reply

    async def json_of(self, url: str) -> object:
        """Read a document.

        Raises:
            ServerError: It could not be read.
        """
        reply = await self.send(requests.get(url))
        if not reply.is_ok:
            raise problem_error(reply)
        return await off_loop(len(reply.body), reply.json)

    def read(self, reply: Reply, what: str, read: Callable[[], T]) -> T:
        """Return what is read of an answer, or was of the same one before.

        A list that a page shows, a status that is polled and a description that is
        opened again mostly come as they came before, byte for byte. An answer that
        something was said about is read each time, to say it again.
        """
        key = what, reply.url, reply.status_code, reply.content_type
        known = self._readings.get(key)
        if known is not None and known[0] == reply.body:
            return cast("T", known[1])
        with heard() as notices:
            value = read()
        if not notices and len(reply.body) <= _MOST_READ_BYTES:
            with self._reading:
                self._readings.pop(key, None)
                self._readings[key] = reply.body, value
                while len(self._readings) > _MOST_READ:
                    del self._readings[next(iter(self._readings))]
        return value

    asks_nobody = ""
    """Why files that it does not keep cannot be read, where nobody can be asked."""

    def keeps(self, _url: str) -> bool:
        """Whether what is at an address is here; so it is with saved runs."""
        return False

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """What was off the standard so far, each once."""
        return tuple(self._oddities.values())

    def _hear(self, where: str, message: str) -> None:
        # The same oddity of another job, or of the next progress, is no other one.
        kind = _VARYING.sub("#", message)
        if len(self._oddities) < _MOST_ODDITIES:
            self._oddities.setdefault(kind, Oddity(message, where))

    def experienced(self, capability: str, reply: Reply, *, works: bool) -> None:
        """Keep in mind that something works, or does not.

        ``capability`` is the name of an attribute of ``Capabilities``.
        """
        where = clean(f"{reply.method} {urlsplit(reply.url).path}", limit=200)
        said = f"{where} answered {reply.status_code}"
        self.experience[capability] = works, said


def _lists_processes(document: object) -> bool:
    """Whether a document is a list of processes, in an object or bare."""
    if isinstance(document, list):
        return bool(document) and all(
            isinstance(entry, Mapping) and "id" in entry for entry in document
        )
    return isinstance(document, Mapping) and "processes" in document


def _close_later(pools: Pools) -> None:
    """Close the connections of a client that nobody has any more."""
    if pools.is_open:
        tidy_up(pools.close)
