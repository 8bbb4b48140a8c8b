"""What opens under the head of the app: the card of the server, the deploy panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.deploy import DeployPanel
from ogc_widgets.panel import ServerCard

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.header import HeaderView
    from ogc_widgets.client import Client


class Cards:
    """Makes the cards when the head asks for them; one is open at a time.

    Args:
        client: The client of the server.
        header: The head, whose buttons open them.
        on_layout: Called when a card has come or gone.
        on_processes: Called when a process was deployed, replaced or removed.
        on_open: Called with the process that was chosen in the deploy panel.
    """

    def __init__(
        self,
        client: Client,
        header: HeaderView,
        *,
        on_layout: Callable[[], None],
        on_processes: Callable[[], None],
        on_open: Callable[[str], None],
    ) -> None:
        self._client = client
        self._header = header
        self._on_layout = on_layout
        self._on_processes = on_processes
        self._on_open = on_open
        self._open: ServerCard | DeployPanel | None = None
        header.observe(self._follow, ("shows_server", "shows_deploy"))

    @property
    def widgets(self) -> list[Any]:
        """The card that is open, if any."""
        return [] if self._open is None else [self._open]

    @property
    def deploy_panel(self) -> DeployPanel | None:
        """The deploy panel, while it is open."""
        return self._open if isinstance(self._open, DeployPanel) else None

    def _follow(self, change: dict[str, Any]) -> None:
        name, is_open = change["name"], change["new"]
        wanted = ServerCard if name == "shows_server" else DeployPanel
        if not is_open and not isinstance(self._open, wanted):
            return  # the other one has taken its place
        old, self._open = self._open, None
        if is_open:
            self._open = self._made(name)
            other = "shows_deploy" if name == "shows_server" else "shows_server"
            setattr(self._header, other, False)
        self._on_layout()
        if old is not None:
            old.close()

    def _made(self, name: str) -> ServerCard | DeployPanel:
        if name == "shows_server":
            return ServerCard(self._client)
        panel = DeployPanel(self._client)
        panel.on_change(lambda _process_id: self._on_processes())
        panel.on_open(self._opened)
        return panel

    def _opened(self, process_id: str) -> None:
        self._header.shows_deploy = False
        self._on_open(process_id)

    def close(self) -> None:
        """Close what is open."""
        self._header.unobserve(self._follow, ("shows_server", "shows_deploy"))
        old, self._open = self._open, None
        if old is not None:
            old.close()
