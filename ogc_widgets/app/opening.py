"""Opens the processes of a server: chosen, deployed here, or after a sign-in."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from ogc_widgets import deploy, panel
from ogc_widgets.app.discovery import discover
from ogc_widgets.client.http.loop import follow, in_loop_thread, run, submit
from ogc_widgets.errors import SignInError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.discovery import Server
    from ogc_widgets.app.screen import Screen
    from ogc_widgets.client import Client
    from ogc_widgets.view.base import View


class Opener:
    """Knows which process is open, and shows it and the others in the head."""

    server: Server
    """What is known of the server and of the open process."""

    def __init__(self, screen: Screen, on_open: Callable[[Server], object]) -> None:
        self._screen, self._header = screen, screen.header
        self._client, self._on_open = screen.client, on_open
        self._header.handle(process=self.press)

    def open(self, server: Server) -> None:
        """Show the process that was found."""
        self.server = server
        self._header.describe(server)
        can = server.capabilities.for_process(server.process)
        self._screen.panel.can_stop = can.dismiss.available
        self._on_open(server)

    def choose(self, process_id: str) -> None:
        """Open another process, and wait for it.

        Raises:
            ServerError: The server does not know it, or cannot be reached.
        """
        self.open(run(self.server.opening, self._client.aio, process_id))

    def press(self, id: str, then: Callable[[], None] = lambda: None) -> None:  # noqa: A002 # the name in the message
        """Open another process aside, as the page asks for, and go on then."""
        self._header.loading = True

        def done(future: Future[Server]) -> None:
            self._header.loading = False
            self._header.problem = ""
            self.open(future.result())
            then()

        def failed(error: BaseException) -> None:
            self._header.report(error)
            if isinstance(error, SignInError):
                self._screen.panel.ask_to_sign_in(self._client.aio.signing_in)

        follow(submit(self.server.opening, self._client.aio, id), done, failed)

    def go_on_with(self, process_id: str, then: Callable[[], None]) -> None:
        """Go on with a process, which is opened if it is not; any thread."""
        if process_id in ("", self.server.process.id):
            then()
        elif in_loop_thread():
            self.press(process_id, then)
        else:
            self.choose(process_id)
            then()

    def refresh(self) -> None:
        """Read the list and the open process again, and wait for it.

        Raises:
            ServerError: The server cannot be reached, or has no process any more.
        """
        self._refreshed(run(self.server.again, self._client.aio))

    def list_again(self) -> None:
        """The same aside: something was deployed, replaced or removed; any thread."""

        def done(future: Future[Server]) -> None:
            if self._header.comm is not None:  # the app is open
                self._refreshed(future.result())

        follow(submit(self.server.again, self._client.aio), done, self._header.report)

    def _refreshed(self, server: Server) -> None:
        """Show the processes of now; the form stays where its process is the same."""
        before, now = self.server.process, server.process
        if (now.id, now.raw) != (before.id, before.raw):
            self.open(server)
            return
        self.server = server
        self._header.list_processes(server)


class Cards:
    """The card under the head of the app: of the server, or to deploy; or none."""

    def __init__(self, screen: Screen, opener: Opener) -> None:
        self._screen, self._opener = screen, opener
        self.card: View | None = None
        screen.header.observe(self._follow, "card")

    def _follow(self, change: dict[str, Any]) -> None:
        old, self.card = self.card, None
        if change["new"] == "server":
            self.card = panel.ServerCard(self._screen.client)
        elif change["new"] == "deploy":
            self.card = made = deploy.DeployPanel(self._screen.client)
            made.on_change(lambda _process_id: self._opener.list_again())
            made.on_open(self._open)
        self._screen.boxes["cards"].children = (self.card,) if self.card else ()
        self._screen.mark(app_has_card=self.card is not None)
        if old is not None:
            old.close()

    def _open(self, process_id: str) -> None:
        self._screen.header.card = ""
        self._opener.press(process_id)

    def close(self) -> None:
        """Close the card that is open."""
        if self.card is not None:
            self.card.close()


class Gate:
    """The sign-in box that stands in for an app until the server lets the user in.

    Args:
        client: The client to sign in.
        process_id: The process to open; the first one if ``None``.
        enter: Called in the loop thread with what was found.
    """

    def __init__(
        self, client: Client, process_id: str | None, enter: Callable[[Server], None]
    ) -> None:
        self._client, self._process_id, self._enter = client, process_id, enter
        self._opening: Future[None] | None = None
        self.box = panel.SignIn(
            client, note="Then the form opens here.", on_done=self._signed_in
        )

    def _signed_in(self) -> None:
        self._opening = follow(submit(self._open), Future.result, self.box.report)

    async def _open(self) -> None:
        self._enter(await discover(self._client.aio, self._process_id))

    def wait(self) -> None:
        """Wait until the app is open after a sign-in.

        Raises:
            ServerError: What the server offers could not be read.
        """
        if self._opening is not None:
            self._opening.result()
