"""The sign-in box that stands in for an app until the server lets the user in."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

# The box is loaded when somebody has to sign in, not with the app.
from ogc_widgets import panel
from ogc_widgets.app.discovery import discover
from ogc_widgets.client.http.loop import follow, submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.discovery import Server
    from ogc_widgets.client import Client


class Gate:
    """Lets the user in, and then the app find out what the server offers.

    Args:
        client: The client to sign in.
        process_id: The process to open; the first one if ``None``.
        enter: Called in the loop thread with what was found.
    """

    def __init__(
        self, client: Client, process_id: str | None, enter: Callable[[Server], None]
    ) -> None:
        self._client = client
        self._process_id = process_id
        self._enter = enter
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

    def close(self) -> None:
        """Close the box."""
        self.box.close()
