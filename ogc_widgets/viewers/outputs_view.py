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

    summary = traitlets.Unicode().tag(sync=True)
    """One line on what came out; empty while nothing has."""
    chips: Any = traitlets.List().tag(sync=True)
    """``{"id", "title", "kind", "count"}`` of each output; a count may be None."""
    chosen = traitlets.Unicode().tag(sync=True)
    """Id of the output that is looked at, or an empty text."""

    def show(
        self, contents: Sequence[Content], summary: str, counts: dict[str, int]
    ) -> None:
        """Show these outputs, and choose the first.

        Args:
            contents: The outputs.
            summary: One line on them.
            counts: Output id to how many items or features it has.
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
            self.chosen = chips[0]["id"] if chips else ""
