"""Signing in: other credentials, whether they are accepted, and which are wanted."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from ogc_widgets.client.auth.credentials import Credentials
from ogc_widgets.client.http.address import Resources, find_resources
from ogc_widgets.errors import (
    InputError,
    OgcError,
    ProtocolError,
    ServerError,
    SignInError,
)
from ogc_widgets.protocol import security
from ogc_widgets.protocol.answers.replies import (
    Reply,
    problem_error,
    refuse_login_page,
)
from ogc_widgets.protocol.documents.server import LandingPage
from ogc_widgets.protocol.links import find_link, join_path, same_origin
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.client.auth.secret import Auth, SecretSource
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.http.transport import Transport
    from ogc_widgets.protocol.security import Way

_LOOK_S = 10.0
_OPENAPI = "application/vnd.oai.openapi+json;version=3.0, application/json;q=0.9"
# Where servers keep their OpenAPI document when they show no landing page.
_OPENAPI_PATHS = ("api", "openapi")


class SigningIn:
    """The part of a client that knows who the user is.

    Its coroutines run in the loop thread only.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._watchers: list[Callable[[], object]] = []

    @property
    def url(self) -> str:
        """Address of the server."""
        return self._connection.url

    @property
    def source(self) -> SecretSource | None:
        """Where the present secret comes from; ``None`` if nobody has signed in."""
        return self._connection.credentials.source

    async def sign_in(self, auth: Auth = None) -> None:
        """Use other credentials from now on; watched jobs look again at once.

        Args:
            auth: As for the class. Left out, the present way is gone once more: a
                function is asked again, a sign-in with a code begins anew.

        Raises:
            InputError: They cannot be used.
            SignInError: The user did not agree, or took too long.
            ServerError: The sign-in server cannot be reached.
        """
        before = self._connection.credentials
        after = before if auth is None else before.with_auth(auth)
        source = after.source
        if after.way is None:
            raise InputError(
                "There is nothing to sign in with.",
                advice="Pass a token, (user, password), or a way in ogc.auth.",
            )
        if source is not None and (auth is None or await source.needs_user()):
            await source.begin_again()
        self._connection.identify(after)
        self._signed_in()

    def _signed_in(self) -> None:
        """Tell everybody who waits for it. Only in the loop thread."""
        for callback in tuple(self._watchers):
            callback()

    def when_signed_in(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Be told, in the loop thread, when other credentials are in use.

        Returns:
            A function that ends this; safe from any thread, also twice.
        """
        self._watchers.append(callback)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._watchers.remove(callback)

        return stop

    async def try_sign_in(self, auth: Auth) -> None:
        """Use other credentials, if the server accepts them.

        Raises:
            InputError: They cannot be used.
            SignInError: The server refuses them; the ones before are kept.
            ServerError: The server cannot be reached; the ones before are kept.
        """
        after = self._connection.credentials.with_auth(auth)
        # Tried aside: what goes on meanwhile, such as watching jobs, must not notice
        # credentials that may be wrong.
        trial = self._connection.aside(after, self._connection.timeout_s)
        try:
            await self._check(trial)
        finally:
            await trial.close()
        self._connection.identify(after)
        self._signed_in()

    async def _check(self, trial: Transport) -> None:
        """Ask for what a user needs; some servers protect only a part of it."""
        request = requests.get(self.url)
        landing = await trial.send(request)
        refuse_login_page(request.url, landing)
        if landing.status_code in (401, 403):
            raise _refusal(landing)
        found = self._connection.known_resources or _resources_of(self.url, landing)
        answers = await asyncio.gather(
            trial.send(requests.get(found.processes_url)),
            trial.send(requests.jobs_request(found.jobs_url, limit=1)),
        )
        for answer, refusals in zip(answers, ((401, 403), (401,)), strict=True):
            # Many may run processes, and may not see the list of everybody's jobs.
            if answer.status_code in refusals:
                raise _refusal(answer)

    async def ways_to_sign_in(self) -> tuple[Way, ...]:
        """Find out how this server wants people to sign in.

        Asked without any credentials, and never fails: a server that says nothing is
        taken for one that accepts tokens and passwords.
        """
        stranger = self._connection.aside(
            Credentials(self.url), min(_LOOK_S, self._connection.timeout_s)
        )
        found: list[Way] = []
        try:
            async with asyncio.timeout(_LOOK_S):
                await self._look(stranger, found)
        except TimeoutError:
            pass
        finally:
            await stranger.close()
        return security.offered(found)

    async def _look(self, stranger: Transport, found: list[Way]) -> None:
        landing = await _ask(stranger, self.url)
        pages = [landing]
        if landing.is_ok:
            # The page is open to all, so what is below it is not.
            pages += [
                await _ask(stranger, join_path(self.url, name))
                for name in ("processes", "jobs")
            ]
        challenges = [
            challenge
            for page in pages
            for challenge in security.read_challenges(
                page.headers.get("www-authenticate", "")
            )
        ]
        found += security.ways_of_challenges(challenges)
        metadata_url = security.resource_metadata_url(challenges)
        if metadata_url and same_origin(metadata_url, self.url):
            metadata = await _ask(stranger, metadata_url)
            if metadata.is_ok:
                found += security.ways_of_resource_metadata(metadata.json_or_none())
        for url in self._openapi_urls(landing):
            page = await _ask(stranger, url, accept=_OPENAPI)
            if page.is_ok:
                found += security.ways_of_openapi(page.json_or_none())
                return

    def _openapi_urls(self, landing: Reply) -> list[str]:
        with contextlib.suppress(OgcError), silent():
            page = LandingPage.from_json(landing.json_or_none(), landing.url)
            link = find_link(page.links, "service-desc") if landing.is_ok else None
            url = self._connection.rebase(link.href) if link else ""
            if same_origin(url, self.url):
                return [url]
        return [join_path(self.url, name) for name in _OPENAPI_PATHS]


async def _ask(stranger: Transport, url: str, accept: str = requests.JSON) -> Reply:
    """What a server answers, an empty reply where it does not."""
    with contextlib.suppress(ServerError):
        return await stranger.send(requests.get(url, accept=accept))
    return Reply(0)


def _refusal(reply: Reply) -> SignInError:
    said = problem_error(reply).what.partition(": ")[2].rstrip(".")
    answer = f"{reply.status_code}: {said}" if said else str(reply.status_code)
    what = f"The server did not accept that ({answer})."
    advice = "Check what you entered."
    if reply.status_code == 403:
        what = f"The server does not let you in ({answer})."
        advice = "Ask the people who run it, or sign in as somebody else."
    return SignInError(what, status_code=reply.status_code, advice=advice)


def _resources_of(url: str, landing: Reply) -> Resources:
    document = landing.json_or_none() if landing.is_ok else None
    with contextlib.suppress(ProtocolError), silent():
        return find_resources(url, LandingPage.from_json(document, landing.url))
    return find_resources(url, None)
