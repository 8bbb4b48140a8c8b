"""One number or word, large, with its unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json
from ogc_widgets.viewers.viewer import Viewer

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content

_LONGEST = 2_000


class ValueViewer(Viewer):
    """Shows a number, a word or a truth value."""

    _script = "value_viewer"

    text = traitlets.Unicode().tag(sync=True)
    """The value as people write it."""
    copied = traitlets.Unicode().tag(sync=True)
    """The value as it came, to be copied."""
    unit = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    """The id, where the title says something else."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        value = content.value
        is_text = isinstance(value, str)
        as_it_came = value if is_text else dump_json(value, is_lenient=True)
        self.copied = clean(as_it_came, limit=_LONGEST)
        self.text = written(value) or self.copied
        self.unit = clean(content.unit, limit=40)
        self.note = "" if content.title == content.id else clean(content.id, limit=100)

    def _word(self) -> str:
        value = self.content.value
        if isinstance(value, bool):
            return "yes or no"
        if value is None:
            return "no value"
        return "text" if isinstance(value, str) else "number"


def written(value: object) -> str:
    """A number with groups of digits; ``""`` for what is written as it came."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and abs(value) < 10**15:
        return f"{value:,}".replace(",", "\u202f")
    if isinstance(value, float) and 1e-4 <= abs(value) < 1e15:
        whole, dot, rest = f"{value:,.10g}".partition(".")
        return whole.replace(",", "\u202f") + dot + rest
    return ""
