"""Tokens of an OpenID Connect provider, renewed before they run out.

::

    client credentials   the program itself signs in, with a secret
    device flow          the user opens a page anywhere and types a short code

A device flow begins when a token is first needed, or with ``sign_in()``. It never
begins by itself again: when the provider does not renew the token any more, the next
request says that the user has to sign in.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ogc_widgets.client.auth.provider import Provider, RefusedError, Tokens, seconds
from ogc_widgets.client.auth.secret import (
    Secret,
    SecretSource,
    read_keyring,
    write_keyring,
)
from ogc_widgets.errors import ProtocolError, ServerError, SignInError, TransportError
from ogc_widgets.protocol.links import WEB_SCHEMES, absolute
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# A token is renewed so long before it runs out, or in the last tenth of its life.
_EARLY_S = 30.0
_EARLY_SHARE = 0.1
_SLOWER_S = 5.0
_INTERVAL_S = 5.0
_LONGEST_INTERVAL_S = 60.0
_CODE_LASTS_S = 600.0
_CODE_LIMIT = 60
_AGAIN = "client.sign_in(), or ogc.SignIn(client)."


@dataclass(frozen=True)
class DeviceCode:
    """What the user has to do to sign in.

    Attributes:
        user_code: The code to type.
        address: The page to type it on.
        address_with_code: The same page with the code filled in, or ``""``.
        lasts_s: How long the code is valid, seconds.
        host: Name of the sign-in server.
        interval_s: Seconds between two questions whether it has been typed.
        device_code: What is asked with.
    """

    user_code: str
    address: str
    address_with_code: str
    lasts_s: float
    host: str
    interval_s: float = _INTERVAL_S
    device_code: Secret = field(default_factory=Secret, repr=False)

    def __str__(self) -> str:
        minutes = max(1, round(self.lasts_s / 60))
        unit = "minute" if minutes == 1 else "minutes"
        return (
            f"To sign in, open {self.address}\n"
            f"and enter the code {self.user_code} (valid for {minutes} {unit})."
        )


class OpenIdConnect(SecretSource):
    """Tokens that a provider gives out."""

    __slots__ = ("_audience", "_due_s", "_refresh_token", "_scope", "provider")

    def __init__(self, provider: Provider, scope: str | None, audience: str) -> None:
        super().__init__()
        self.provider = provider
        self._scope = scope
        self._audience = audience
        self._refresh_token = Secret()
        self._due_s = math.inf

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.provider.host} ***>"

    def _is_due(self) -> bool:
        return time.monotonic() >= self._due_s

    async def _keep(self, tokens: Tokens) -> None:
        self._take(tokens.access)
        early_s = min(_EARLY_S, tokens.lasts_s * _EARLY_SHARE)
        self._due_s = time.monotonic() + tokens.lasts_s - early_s
        if tokens.refresh:  # else the one before goes on being valid
            self._refresh_token = tokens.refresh
            self._known.append(tokens.refresh)


class ClientCredentials(OpenIdConnect):
    """Tokens for a program that signs in with a secret of its own."""

    __slots__ = ()

    async def begin_again(self) -> None:
        """Ask for a token at once."""
        async with self._lock:
            await self._get()

    async def _get(self) -> None:
        tokens = await self.provider.tokens(
            "client_credentials", scope=self._scope or "", audience=self._audience
        )
        await self._keep(tokens)


class DeviceFlow(OpenIdConnect):
    """Tokens for a user who types a code on a page of the provider."""

    __slots__ = ("_kept_as", "_show")

    def __init__(
        self,
        provider: Provider,
        scope: str | None,
        audience: str,
        *,
        show: Callable[[DeviceCode], object],
        kept_as: str,
    ) -> None:
        super().__init__(provider, scope, audience)
        self._show = show
        self._kept_as = kept_as

    async def needs_user(self) -> bool:
        """Whether a user has to type a code before there is a token."""
        async with self._lock:
            return not self._last and not await self._use_kept()

    async def begin_again(self) -> None:
        """Show a code and wait until the user has typed it."""
        async with self._lock:
            await self._ask_user()

    async def _ask_user(self) -> None:
        code = await self.begin()
        self._show(code)
        await self.finish(code)

    async def _get(self) -> None:
        if self._last:
            await self._refresh(self._refresh_token.reveal())
        elif not await self._use_kept():
            await self._ask_user()

    async def _use_kept(self) -> bool:
        """Go on with the sign-in of an earlier session, if it is still good."""
        kept = ""
        if self._kept_as:
            kept = await asyncio.to_thread(read_keyring, self._kept_as)
        try:
            await self._refresh(kept)
        except SignInError:
            return False
        return True

    async def _refresh(self, refresh_token: str) -> None:
        reason = "it gave nothing to renew it with"
        if refresh_token:
            try:
                tokens = await self.provider.tokens(
                    "refresh_token",
                    refresh_token=refresh_token,
                    audience=self._audience,
                )
            except RefusedError as error:
                reason = f"it no longer renews it ({error.code or error.status_code})"
            else:
                await self._keep(tokens)
                return
        raise SignInError(
            f"Your sign-in at {self.provider.host} has run out: {reason}.",
            status_code=401,
            safe="Jobs on the server go on.",
            advice=f"Sign in again: {_AGAIN}",
        )

    async def _keep(self, tokens: Tokens) -> None:
        await super()._keep(tokens)
        refresh_token = tokens.refresh.reveal()
        if self._kept_as and refresh_token:
            await asyncio.to_thread(write_keyring, self._kept_as, refresh_token)

    async def begin(self) -> DeviceCode:
        """Ask for a code."""
        scope = self._scope
        if scope is None:
            # Only with this scope do many providers renew the token later.
            offers = "offline_access" in await self.provider.scopes()
            scope = "openid offline_access" if offers else "openid"
        said = await self.provider.begin_device(scope=scope, audience=self._audience)
        address = _page(said.get("verification_uri") or said.get("verification_url"))
        user_code = clean(str(said.get("user_code", "")), limit=_CODE_LIMIT)
        if not address or not user_code:
            raise ProtocolError(
                f"The sign-in server {self.provider.host} gave no page or no code.",
                safe="Nothing secret was sent.",
                advice="Ask the people who run it.",
            )
        interval_s = seconds(said.get("interval"), _INTERVAL_S)
        return DeviceCode(
            user_code=user_code,
            address=address,
            address_with_code=_page(said.get("verification_uri_complete")),
            lasts_s=seconds(said.get("expires_in"), _CODE_LASTS_S),
            host=urlsplit(address).netloc,
            interval_s=min(interval_s, _LONGEST_INTERVAL_S),
            device_code=Secret(str(said["device_code"])),
        )

    async def finish(self, code: DeviceCode) -> None:
        """Wait until the user has typed a code.

        Raises:
            SignInError: The user declined, or took too long.
            ServerError: The provider has a fault.
        """
        interval_s = code.interval_s
        ends_s = time.monotonic() + code.lasts_s
        while time.monotonic() < ends_s:
            await asyncio.sleep(interval_s)
            try:
                tokens = await self.provider.tokens(
                    _DEVICE_GRANT, device_code=code.device_code.reveal()
                )
            except TransportError:
                # The network may be gone for a moment; the code stays valid.
                interval_s = min(interval_s * 2, _LONGEST_INTERVAL_S)
            except RefusedError as error:
                if error.code == "expired_token":
                    break
                if error.code == "slow_down":
                    interval_s += _SLOWER_S
                elif error.code != "authorization_pending":
                    raise _ended(error, code) from error
            else:
                await self._keep(tokens)
                return
        raise SignInError(
            f"The code {code.user_code} was not entered in time.",
            status_code=401,
            advice=f"Sign in again for another code: {_AGAIN}",
        )


def _ended(error: RefusedError, code: DeviceCode) -> ServerError:
    if error.code != "access_denied":
        return error
    return SignInError(
        f"The sign-in was declined on {code.host}.",
        status_code=error.status_code,
        advice=f"Sign in again: {_AGAIN}",
    )


def _page(value: object) -> str:
    """An address that may be opened in a browser, or ``""``."""
    url = absolute(value)
    return url if urlsplit(url).scheme in WEB_SCHEMES else ""
