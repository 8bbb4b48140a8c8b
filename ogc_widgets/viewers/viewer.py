"""The base of the package's viewers: a name, some facts, code to copy, a download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import traitlets

from ogc_widgets.client.http.loop import off_loop
from ogc_widgets.client.results.content import known
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import read_text
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.map import ResultsMap

_CAME: Final = 2_000


class Stage(Protocol):
    """Where a viewer stands, which does what it cannot."""

    results_map: ResultsMap

    @property
    def line(self) -> str:
        """The line of Python that makes the ``results``; ``""`` where they are."""

    def become(self, content: Content) -> None:
        """Show an output that was read in the viewer of what it turned out to be."""

    def ask_again(self) -> None:
        """Ask for the results again."""


class Viewer(View):
    """Shows one output."""

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
    can_ask = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    """Whether the server can be asked for the results again."""
    came = traitlets.Unicode().tag(sync=True)
    """The beginning of what came and could not be shown, as text."""

    stage: Stage | None = None

    def __init__(self, content: Content) -> None:
        self.content = content
        self._start_of = b""
        self._turned_out: Content | None = None
        super().__init__(
            title=clean(content.title, limit=200),
            kind=self._word(),
            size=content.size,
            href=clean(content.url, limit=2_000),
            code=self._cell(),
            has_file=content.file is not None and not content.why_not,
        )

    def _word(self) -> str:
        return self.content.kind

    def _cell(self) -> str:
        """What is copied: the line that gets the results, and the one that opens it."""
        line = self.stage.line if self.stage is not None else ""
        return "\n".join(filter(None, (line, self._code())))

    def _code(self) -> str:
        """The expression that opens the output, given its ``results``."""
        return self.content.expression

    def read(self) -> None:
        """Fetch what is to be shown, aside; :meth:`_take` gets it."""
        if self.content.file is None:
            return
        self.is_loading = True

        async def work() -> tuple[bytes, Content]:
            data = await self._fetch()
            return data, await off_loop(len(data), known, self.content, data)

        def took(found: tuple[bytes, Content]) -> None:
            data, content = found
            if content.kind != self.content.kind:
                self._turned_out = content
                if self.stage is not None:
                    self.stage.become(content)
                    return
            self.is_loading = False
            self.size = len(data)
            self._start_of = data[:_CAME]
            self._take(data)

        self._start(work, took)

    async def _fetch(self) -> bytes:
        """What is read, in the loop; a viewer may look at the size before."""
        return await self.content.aio_read()

    def report(self, error: BaseException) -> None:
        """Show an error in the place of what would have been shown."""
        start = getattr(error, "start", b"") or self._start_of
        with publishing(self):
            self.is_loading = False
            self.came = clean(read_text(start, "", ""), limit=_CAME, lines=True)
            super().report(error)

    def join(self, stage: Stage) -> None:
        """Stand on a stage, which knows the output as what it has turned out to be."""
        with publishing(self):
            self.stage = stage
            self.code, self.can_ask = self._cell(), bool(self.content.url)
            if self._turned_out is not None:
                stage.become(self._turned_out)

    def _on_ask(self) -> None:
        """Ask for the results again."""
        if self.stage is not None:
            self.stage.ask_again()

    def _take(self, data: bytes) -> None:
        """Show what was fetched; in ``publishing()``."""
        raise NotImplementedError

    def _on_download(self) -> None:
        """Save the file, and show in the bar of downloads how far that is."""
        if self.stage is None:
            raise InputError("Nothing saves files here.")
        self.stage.results_map.downloads.save_content(self.content)
