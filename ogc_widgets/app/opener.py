"""Opens the processes of a server, and keeps the list of them up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.client.http.loop import follow, in_loop_thread, run, submit
from ogc_widgets.errors import SignInError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.app.discovery import Server
    from ogc_widgets.app.views.header import HeaderView
    from ogc_widgets.client import Client
    from ogc_widgets.panel import JobPanel


class Opener:
    """Knows which process is open, and shows it and the others in the head.

    Args:
        client: The client of the server.
        header: Where a process is chosen.
        panel: Asks the user to sign in where that is missing, and stops jobs.
        on_open: Called with what was found of another process, or of a changed one.
    """

    server: Server
    """What is known of the server and of the open process."""

    def __init__(
        self,
        client: Client,
        header: HeaderView,
        panel: JobPanel,
        on_open: Callable[[Server], object],
    ) -> None:
        self._client = client
        self._header = header
        self._panel = panel
        self._on_open = on_open
        header.handle(process=self.press)

    @property
    def process_url(self) -> str:
        """Address of the open process."""
        return self.server.process_url

    def open(self, server: Server) -> None:
        """Show the process that was found."""
        self.server = server
        self._header.describe(server)
        can = server.capabilities.for_process(server.process)
        self._panel.can_stop = can.dismiss.available
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
                self._panel.ask_to_sign_in(self._client.aio.signing_in)

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
