"""What a server is, can do and does differently, to read and to pass on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.errors import OgcError
from ogc_widgets.panel.background import BackgroundView
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ogc_widgets.client import Client
    from ogc_widgets.protocol.server_report import ServerReport

_LIMIT = 400

Json = dict[str, Any]


class ServerCard(BackgroundView):
    """Shows what is known about a server, with the evidence, and lets it be copied.

    Args:
        client: The client whose server is described.

    It is written on the package's own thread; what was read before is not read again.
    """

    _script = "server_card"

    state = traitlets.Dict().tag(sync=True)
    """What the page draws."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._reading: Future[None] | None = None
        self.card: ServerReport | None = None
        """The card as Python has it; None until it was read."""
        super().__init__()
        self.refresh()

    def refresh(self) -> None:
        """Write the card again, with all that was seen meanwhile; returns at once."""
        with publishing(self):
            if self._reading is not None:
                self._reading.cancel()
            self._reading = self._start(self._read)
            self._publish(is_reading=True)

    def close(self) -> None:
        """Close the card."""
        if not self._closed:
            self._closed = True
            if self._reading is not None:
                self._reading.cancel()
        super().close()

    async def _read(self) -> None:
        error = ""
        report = None
        try:
            report = await self._client.aio.server_card()
        except OgcError as problem:
            error = str(problem)
        with publishing(self):
            if not self._closed:
                self.card = report or self.card
                self._publish(error=error)

    def _on_refresh(self) -> None:
        self.refresh()

    def _publish(self, *, is_reading: bool = False, error: str = "") -> None:
        report = self.card
        self.state = {
            "title": "" if report is None else report.title,
            "url": clean(self._client.url, limit=_LIMIT),
            "is_reading": is_reading,
            "error": clean(error, limit=1000, lines=True),
            "markdown": "" if report is None else report.markdown(),
            "sections": [
                {
                    "heading": heading,
                    "facts": [
                        {"label": one.label, "text": one.text, "seen": one.evidence}
                        for one in facts
                    ],
                }
                for heading, facts in (() if report is None else report.sections)
            ],
        }

    def _repr_mimebundle_(self, **kwargs: dict[Any, Any]) -> tuple[Json, Json]:
        """The live view, and what a saved notebook says without it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        shown, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        card = self.card
        text = "Server card" if card is None else str(card)
        page = "<p>Server card</p>" if card is None else card.html()
        return {**(shown or {}), "text/plain": text, "text/html": page}, metadata
