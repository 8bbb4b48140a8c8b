"""The head of the results: what came out, one of which is chosen to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.client.results.content import Content


class OutputsView(View):
    """One line on the results, and a chip for each output."""

    _script = "outputs_view"
    _last = ""

    summary = traitlets.Unicode().tag(sync=True)
    """One line on what came out; empty while nothing has."""
    chips: Any = traitlets.List().tag(sync=True)
    """``{"id", "title", "kind", "count"}`` of each output; a count may be None."""
    chosen = traitlets.Unicode().tag(sync=True)
    """Id of the output that is looked at, or an empty text."""
    can_keep = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether what lies on the map can be kept there (message ``keep``)."""
    kept: Any = traitlets.List().tag(sync=True)
    """``{"id", "label"}`` of earlier results that were (message ``forget``)."""

    def show(
        self, contents: Sequence[Content], summary: str, counts: dict[str, int]
    ) -> None:
        """Show these outputs, and choose the one that was looked at, else the first.

        ``counts`` says of an output how many items or features it has.
        """
        chips: list[dict[str, Any]] = [
            {
                "id": one.id,
                "title": clean(one.title, limit=60),
                "kind": one.kind,
                "count": counts.get(one.id),
            }
            for one in contents
        ]
        with publishing(self):
            self.problem = ""
            self.summary = summary
            self.chips = chips
            ids = [chip["id"] for chip in chips]
            self.chosen = self._last if self._last in ids else next(iter(ids), "")

    def set_kind(self, output_id: str, kind: str) -> None:
        """Say of an output that it is of another kind than it seemed."""
        chips = [
            {**chip, "kind": kind} if chip["id"] == output_id else chip
            for chip in self.chips
        ]
        with publishing(self):
            self.chips = chips

    @traitlets.observe("chosen")
    def _note_chosen(self, _change: object) -> None:
        self._last = self.chosen or self._last
