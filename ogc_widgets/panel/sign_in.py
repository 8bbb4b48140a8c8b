"""The sign-in box by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.client.client import AsyncClient, Client
from ogc_widgets.view.base import publishing
from ogc_widgets.view.sign_in_box import SigningInView

if TYPE_CHECKING:
    from collections.abc import Callable


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
