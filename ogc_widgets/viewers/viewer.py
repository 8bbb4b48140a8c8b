"""The base of the package's viewers: a name, some facts, code to copy, a download."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.media_types import OCTETS
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content


class Viewer(View):
    """Shows one output.

    Args:
        content: The output.
    """

    title = traitlets.Unicode().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    """What it is in a word or two, such as "picture"."""
    facts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """What is known beside the kind: rows, pixels, lines."""
    size = traitlets.Int(None, allow_none=True).tag(sync=True)
    """Its size in bytes."""
    href = traitlets.Unicode().tag(sync=True)
    """Address of a reference, to be copied."""
    code = traitlets.Unicode().tag(sync=True)
    """The lines of Python that open it in the next cell."""
    has_file = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    """Whether it can be downloaded."""
    is_loading = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default

    def __init__(self, content: Content) -> None:
        self.content = content
        super().__init__(
            title=clean(content.title, limit=200),
            kind=self._word(),
            size=content.size,
            href=clean(content.url, limit=2_000),
            code=self._code(),
            has_file=content.file is not None and not content.why_not,
        )

    def _word(self) -> str:
        return self.content.kind

    def _code(self) -> str:
        """The expression that opens the output, given its ``results``."""
        return f"results.outputs[{self.content.id!r}]"

    def read(self) -> None:
        """Fetch what is to be shown, aside; :meth:`_take` gets it."""
        if self.content.file is None:
            return
        self.is_loading = True

        def took(data: bytes) -> None:
            self.is_loading = False
            self.size = len(data)
            self._take(data)

        self._start(self._fetch, took)

    async def _fetch(self) -> bytes:
        """What is read, in the loop; a viewer may look at the size before."""
        return await self.content.aio_read()

    def report(self, error: BaseException) -> None:
        """Show an error in the place of what would have been shown."""
        with publishing(self):
            self.is_loading = False
            super().report(error)

    def _take(self, data: bytes) -> None:
        """Show what was fetched; in ``publishing()``."""
        raise NotImplementedError

    def _on_download(self) -> None:
        """Send the file to the page, which saves it on that machine."""
        file = self.content.file
        if file is None:
            raise InputError("This output is a value, not a file.")
        message = {
            "type": "file",
            "name": file.name,
            "media_type": file.media_type or OCTETS,
        }
        self._start(
            self.content.aio_read, lambda data: self.send(message, buffers=[data])
        )
