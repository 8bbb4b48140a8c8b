"""A file or link that nothing else shows: what it is, and how to get it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import traitlets

from ogc_widgets.client.results.files.opening import can_open
from ogc_widgets.protocol.media_types import bare
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.sending import Sending
from ogc_widgets.viewers.viewer import Viewer

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content


class FileViewer(Viewer):
    """Names a file, with a way to save it or to open its address."""

    _script = "file_viewer"

    name = traitlets.Unicode().tag(sync=True)
    media_type = traitlets.Unicode().tag(sync=True)
    opens = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    """Whether a browser shows such files."""
    why_not = traitlets.Unicode().tag(sync=True)
    """Why the file cannot be read from here."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        file = content.file
        self.name = clean(file.name if file else content.id, limit=200)
        self.media_type = clean(bare(content.media_type), limit=100)
        self._sending = Sending(self)
        is_shown = file is not None and can_open(content.media_type, file.name)
        self.opens = is_shown and not content.why_not
        self.why_not = clean(content.why_not, limit=400)

    def _word(self) -> str:
        return "web page" if self.content.kind == "link" else "file"

    def _on_open(self, ticket: str) -> None:
        """Send the file to the page, which shows it in a tab of its own."""
        work = partial(self._sending.open, ticket, self.name, self.content.aio_opened)
        self._start(work)
