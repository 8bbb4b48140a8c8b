"""What a server is, can do and does differently, to read and to pass on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import need_client
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import StateView, publishing

if TYPE_CHECKING:
    from ogc_widgets.client import Client
    from ogc_widgets.errors import OgcError
    from ogc_widgets.protocol.server_report import ServerReport


class ServerCard(StateView):
    """Shows what is known about a server, with the evidence, and lets it be copied.

    Args:
        client: The client whose server is described.

    It is written on the package's own thread; what was read before is not read again.
    """

    _script = "server_card"

    def __init__(self, client: Client) -> None:
        need_client("ServerCard", client)
        self._client = client
        self._error = ""
        self._is_reading = False
        self._reading = self._latest()
        self.card: ServerReport | None = None
        """The card as Python has it; None until it was read."""
        super().__init__()
        self.handle(refresh=self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Write the card again, with all that was seen meanwhile; returns at once."""
        with publishing(self):
            self._is_reading, self._error = True, ""
            self._reading.start(self._client.aio.server_card, self._read, self._fail)
            self._publish()

    def _read(self, card: ServerReport) -> None:
        self.card, self._is_reading = card, False
        self._publish()

    def _fail(self, error: OgcError) -> None:
        self._error, self._is_reading = str(error), False
        self._publish()

    def _state(self) -> dict[str, Any]:
        card = self.card
        return {
            "title": "" if card is None else card.title,
            "url": clean(self._client.url, limit=400),
            "is_reading": self._is_reading,
            "error": clean(self._error, limit=1000, lines=True),
            "markdown": "" if card is None else card.markdown(),
            "sections": [
                {
                    "heading": heading,
                    "facts": [
                        {"label": one.label, "text": one.text, "seen": one.evidence}
                        for one in facts
                    ],
                }
                for heading, facts in (() if card is None else card.sections)
            ],
        }

    def _card_(self) -> tuple[str, str]:
        card = self.card
        if card is None:
            return "Server card", "<p>Server card</p>"
        return str(card), card.html()
