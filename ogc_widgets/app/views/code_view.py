"""Blocks of text to read and copy: the request, and the same call as code."""

from __future__ import annotations

from typing import Any

import traitlets

from ogc_widgets.view.base import View


class CodeView(View):
    """A chooser of text blocks, each with a copy button."""

    _script = "code_view"

    blocks: Any = traitlets.List().tag(sync=True)
    """What can be shown: a list of ``{"label", "note", "text"}``."""
    chosen = traitlets.Int(0).tag(sync=True)

    def _on_choose(self, index: int) -> None:
        self.chosen = index
