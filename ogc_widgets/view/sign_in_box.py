"""Views that can ask the user to sign in, and one that does nothing else.

What is typed travels once, as a message from the page, and is in no trait: traits are
saved in the notebook. Here it is only passed on, to the credentials of the client.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import traitlets

from ogc_widgets.client import auth
from ogc_widgets.client.auth.secret import without_trace
from ogc_widgets.client.client import AsyncClient, Client
from ogc_widgets.errors import InputError, OgcError, need_like
from ogc_widgets.protocol.links import is_private_host
from ogc_widgets.protocol.security import Way
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ogc_widgets.client.auth.oidc import DeviceFlow
    from ogc_widgets.client.auth.secret import Auth
    from ogc_widgets.client.auth.sign_in import SigningIn

Json = dict[str, Any]

_HOST_LIMIT = 80
_LABELS = {
    "token": "Token",
    "password": "User and password",
    "api-key": "API key",
}
# What the box is busy with while an attempt goes on.
_TRYING = ("checking", "waiting")

_EMPTY: Json = {
    "server": "",
    "is_open_line": False,
    "note": "",
    "ways": [],
    "busy": "",
    "code": None,
    "problem": "",
    "is_signed_in": False,
    "number": 0,
}


class SigningInView(View):
    """Base of the views with a sign-in box."""

    sign_in: Any = traitlets.Dict().tag(sync=True)
    """What the box shows; empty while there is none. It never holds a secret."""

    # Set with each question; a view that never asks needs neither.
    _guest: SigningIn | None = None
    _ways: tuple[Way, ...] = ()

    def __init__(self, **kwargs: object) -> None:
        self._looking = self._latest()
        self._attempt = self._latest()
        super().__init__(**kwargs)

    # -- for subclasses ---------------------------------------------------------------

    def _ask_to_sign_in(self, client: SigningIn, note: str = "") -> None:
        """Show the box, unless it is there already.

        Args:
            client: The client to sign in.
            note: Why, or what comes after; one sentence.
        """
        with publishing(self):
            if self.sign_in and client is self._guest:
                return
            self._guest, self._ways = client, ()
            address = urlsplit(client.url)
            self.sign_in = {
                **_EMPTY,
                "server": _host(client.url),
                # Whether what is typed can be read on the way.
                "is_open_line": address.scheme == "http"
                and not is_private_host(client.url),
                "note": note,
                "busy": "looking",
            }
            self._looking.start(partial(_ways_of, client), partial(self._offer, client))

    def _put_box_away(self) -> None:
        """Show no box; an attempt that is going on ends."""
        with publishing(self):
            self._guest = None
            self._looking.stop()
            self._attempt.stop()
            self.sign_in = {}

    def _has_signed_in(self) -> None:
        """Called in the loop thread after the server has accepted the user."""

    def _tell(self, **changes: object) -> None:
        with publishing(self):
            if self.sign_in:
                number = self.sign_in["number"] + 1
                self.sign_in = {**self.sign_in, **changes, "number": number}

    def _offer(self, client: SigningIn, ways: tuple[Way, ...]) -> None:
        self._ways = ways
        self._tell(ways=[_shown(way, client) for way in ways], busy="")

    # -- from the page ---------------------------------------------------------------

    def _on_sign_in(self, **typed: object) -> None:
        """The user has filled in the box: ``way`` and what belongs to it."""
        client = self._guest
        # As the page sees it: an attempt that was refused may still be about to end.
        if client is None or self.sign_in.get("busy") in _TRYING:
            return
        try:
            attempt = self._attempt_of(client, typed)
        except OgcError as error:
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 # as in _try
            self.report(without_trace(error))
        else:
            self._tell(busy="checking", problem="")
            self._attempt.start(partial(self._try, attempt), self._tried)

    def _on_sign_in_stop(self) -> None:
        """The user does not want to wait for the code to be typed."""
        self._attempt.stop()
        self._tell(busy="", code=None)

    def _attempt_of(
        self, client: SigningIn, typed: Json
    ) -> Callable[[], Awaitable[None]]:
        """Return what to do with what was typed.

        Raises:
            InputError: It is not complete, or cannot be sent.
        """

        def text(name: str, otherwise: str = "") -> str:
            given = typed.get(name)
            written = given if isinstance(given, str) else ""
            if otherwise and not written.strip():
                raise InputError(otherwise)
            return written

        number = typed.get("way")
        if not isinstance(number, int) or not 0 <= number < len(self._ways):
            raise InputError("Choose one of the ways to sign in.")
        way = self._ways[number]
        secret: Auth
        match way.kind:
            case "device":
                flow = _own_flow(way, client)
                if flow is None:
                    client_id = text("client_id", "Enter the client id.")
                    flow = cast("DeviceFlow", auth.device(way.issuer, client_id))
                return lambda: self._sign_in_with_code(client, flow)
            case "password":
                secret = text("user", "Enter the user name."), text("secret")
            case "api-key":
                key = text("secret", "Enter the key.")
                secret = auth.api_key(way.header or text("header"), key)
            case _:
                secret = text("secret", "Enter the token.")
        return lambda: client.try_sign_in(secret)

    # -- in the loop thread ----------------------------------------------------------

    async def _try(self, attempt: Callable[[], Awaitable[None]]) -> bool:
        """Try it; errors end here, since what was typed can be found in them."""
        try:
            await attempt()
        except OgcError as error:
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 # shown by the page
            self._tell(busy="", code=None)
            self.report(without_trace(error))
        else:
            return True
        return False

    def _tried(self, is_signed_in: bool) -> None:  # noqa: FBT001 # a result
        if is_signed_in:
            self._tell(busy="", code=None, problem="", is_signed_in=True)
            self._has_signed_in()

    async def _sign_in_with_code(self, client: SigningIn, flow: DeviceFlow) -> None:
        code = await flow.begin()
        shown = {
            "user_code": code.user_code,
            "address": code.address,
            "href": code.address_with_code or code.address,
            "left_s": code.lasts_s,
        }
        self._tell(busy="waiting", code=shown)
        await flow.finish(code)
        self._tell(busy="checking", code=None)
        await client.try_sign_in(flow)

    def _refuse(self, error: OgcError) -> None:
        told = " ".join(part for part in (error.what, error.advice) if part)
        self._tell(busy="", code=None, problem=clean(told, limit=500))


class SignIn(SigningInView):
    """A box to sign in to a server, in the ways that the server names.

    What is typed goes to the client and nowhere else: it is not kept in the notebook.

    Args:
        client: The client to sign in.
        note: Why, or what comes after; one sentence.
        on_done: Called in the package's own thread after each successful sign-in.
    """

    _script = "sign_in"

    def __init__(
        self,
        client: Client | AsyncClient,
        *,
        note: str = "",
        on_done: Callable[[], None] | None = None,
    ) -> None:
        aio = client.aio if isinstance(client, Client) else client
        example = "ogc.SignIn(ogc.Client(url))"
        need_like("SignIn", aio, "a client", has="signing_in", example=example)
        self._signing_in = aio.signing_in
        self._note = note
        self._on_done = on_done
        super().__init__()
        self.handle(sign_in_again=self.ask_again)
        # Signed in from Python: there is nothing left to ask.
        self._stop_following = self._signing_in.when_signed_in(self._follow)
        self.ask_again()

    def ask_again(self) -> None:
        """Show the box from the start, for somebody else to sign in."""
        self._put_box_away()
        self._ask_to_sign_in(self._signing_in, self._note)

    def _follow(self) -> None:
        with publishing(self):
            if self.sign_in.get("busy") != "checking" and not self._closed:
                self._attempt.stop()
                self._tell(busy="", code=None, problem="", is_signed_in=True)
                self._has_signed_in()

    def _has_signed_in(self) -> None:
        if self._on_done is not None:
            self._on_done()

    def _let_go(self) -> None:
        self._stop_following()


async def _ways_of(client: SigningIn) -> tuple[Way, ...]:
    own = _flow_of(client)
    if own is not None:
        # The notebook says how people sign in here; a token is the other way.
        return Way("device", issuer=own.provider.issuer), Way("token")
    return await client.ways_to_sign_in()


def _own_flow(way: Way, client: SigningIn) -> DeviceFlow | None:
    """The sign-in with a code that the notebook has set up, if it is this one."""
    own = _flow_of(client)
    return own if own is not None and own.provider.issuer == way.issuer else None


def _flow_of(client: SigningIn) -> DeviceFlow | None:
    from ogc_widgets.client.auth.oidc import DeviceFlow  # loads much

    return client.source if isinstance(client.source, DeviceFlow) else None


def _shown(way: Way, client: SigningIn) -> Json:
    host = _host(way.issuer) if way.issuer else ""
    return {
        "kind": way.kind,
        "label": _LABELS.get(way.kind, f"Code from {host}"),
        "header": clean(way.header, limit=_HOST_LIMIT),
        "host": host,
        "client_id": way.kind == "device" and _own_flow(way, client) is None,
    }


def _host(url: str) -> str:
    return clean(urlsplit(url).netloc.rpartition("@")[2], limit=_HOST_LIMIT)
