"""What opens under the head of the app: the card of the server, the deploy panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

# Loaded when a card is opened, not with the app.
from ogc_widgets import deploy, panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.views.header import HeaderView
    from ogc_widgets.client import Client
    from ogc_widgets.deploy import DeployPanel
    from ogc_widgets.panel import ServerCard


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
        self._opened_by = ""
        header.observe(self._follow, ("shows_server", "shows_deploy"))

    @property
    def widgets(self) -> list[Any]:
        """The card that is open, if any."""
        return [] if self._open is None else [self._open]

    @property
    def deploy_panel(self) -> DeployPanel | None:
        """The deploy panel, while it is open."""
        shows = self._open is not None and self._opened_by == "shows_deploy"
        return cast("DeployPanel", self._open) if shows else None

    def _follow(self, change: dict[str, Any]) -> None:
        name, is_open = change["name"], change["new"]
        if not is_open and name != self._opened_by:
            return  # the other one has taken its place
        old, self._open = self._open, None
        if is_open:
            self._open, self._opened_by = self._made(name), name
            other = "shows_deploy" if name == "shows_server" else "shows_server"
            setattr(self._header, other, False)
        self._on_layout()
        if old is not None:
            old.close()

    def _made(self, name: str) -> ServerCard | DeployPanel:
        if name == "shows_server":
            return panel.ServerCard(self._client)
        made = deploy.DeployPanel(self._client)
        made.on_change(lambda _process_id: self._on_processes())
        made.on_open(self._opened)
        return made

    def _opened(self, process_id: str) -> None:
        self._header.shows_deploy = False
        self._on_open(process_id)

    def close(self) -> None:
        """Close what is open."""
        self._header.unobserve(self._follow, ("shows_server", "shows_deploy"))
        old, self._open = self._open, None
        if old is not None:
            old.close()
