"""A way to a server that asks nobody: it answers from the file of a run."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from ogc_widgets.client.http.body import Stream
from ogc_widgets.client.http.connection import Connection
from ogc_widgets.client.results.job_results import Results
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.answers.replies import Reply
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.requests.requests import json_body
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from ogc_widgets.protocol.answers.results import ResultsDocument
    from ogc_widgets.protocol.documents.descriptions import OutputDescription
    from ogc_widgets.protocol.json_type import JsonObject
    from ogc_widgets.protocol.requests.requests import Request

NOT_KEPT: Final = (
    "The file was not saved with the run. Save it with job.save_run(path, files=True), "
    "or run it again."
)
_RANGE: Final = pattern(r"bytes=(?:(\d+)-(\d+)?|-(\d+))")
_PIECE_BYTES: Final = 2**20


class KeptStream(Stream):
    """A file of a run, as an answer to read piece by piece."""

    def __init__(self, path: Path, request: Request) -> None:
        self._path = path
        size = path.stat().st_size
        asked = _RANGE.fullmatch(request.headers.get("Range", ""))
        self._start, end = 0, size
        if asked is not None and asked[3]:
            self._start = max(0, size - int(asked[3]))
        elif asked is not None:
            self._start = min(int(asked[1]), size)
            end = min(int(asked[2]) + 1, size) if asked[2] else size
        self.url = request.url
        self.length: int | None = max(0, end - self._start)
        self.status_code = 200 if asked is None else 206
        self.headers = {"content-length": str(self.length)}
        if asked is not None:
            span = f"bytes {self._start}-{max(self._start, end - 1)}/{size}"
            self.headers["content-range"] = span

    async def chunks(self, max_bytes: int | None = None) -> AsyncIterator[bytes]:
        """Yield the file, or the part of it that was asked for."""
        left = self.length or 0
        if max_bytes is not None and left > max_bytes:
            raise InputError(f"{clean(self._path.name)} is too large to be read.")
        with self._path.open("rb") as file:
            file.seek(self._start)
            while left > 0 and (piece := file.read(min(left, _PIECE_BYTES))):
                left -= len(piece)
                yield piece


class KeptConnection(Connection):
    """Answers with what is kept, and sends nothing, whatever it is asked.

    Args:
        url: Address of the server that the run was on.
        kept: Address to what gives the file that it answered with.
        reason: What it answers in place of results: why the job failed.
    """

    def __init__(
        self, url: str, kept: Mapping[str, Callable[[], Path]], reason: str = ""
    ) -> None:
        super().__init__(url)
        self.kept = dict(kept)
        self._reason = reason

    def keeps(self, url: str) -> bool:
        """Whether the file at an address was saved, also one of an object store."""
        return url in self.kept

    async def send(self, request: Request, **_limits: object) -> Reply:
        """Say why the job failed, or that nobody is asked."""
        if self._reason and request.url.rstrip("/").endswith("/results"):
            body = {"title": self._reason}
            return Reply(400, {}, json_body(body), request.url, request.method)
        raise self._asks_nobody(request.url)

    @contextlib.asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Stream]:
        """Give a file that is kept."""
        get = self.kept.get(request.url)
        if get is None:
            raise self._asks_nobody(request.url)
        # It may have to be unpacked first.
        yield KeptStream(await asyncio.to_thread(get), request)

    def _asks_nobody(self, url: str) -> InputError:
        return InputError(
            f"A saved run asks no server; {without_query(url)} is not in it.",
            advice="Ask the server itself: ogc.Client(run.server).job(run.job_id)",
        )


class KeptResults(Results):
    """The results of a saved run: those files can be read that were saved with it."""

    def __init__(
        self,
        connection: KeptConnection,
        document: ResultsDocument,
        described: Mapping[str, OutputDescription],
        job_id: str,
    ) -> None:
        super().__init__(connection, document, described, job_id=job_id)
        self._keeps = connection.keeps

    def _why_not(self, href: str, _members: JsonObject) -> str:
        return "" if self._keeps(href) else NOT_KEPT
