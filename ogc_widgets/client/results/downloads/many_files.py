"""Several files at once: how far each is, and what stops one or all of them.

Everything here happens in the loop of the package; what it says of a file can be read
from any thread.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ogc_widgets.client.http.loop import start_task
from ogc_widgets.client.results.downloads.one_file import download
from ogc_widgets.client.results.downloads.part_files import save
from ogc_widgets.client.results.files.names import (
    Places,
    safe_filename,
    with_ending,
)
from ogc_widgets.errors import (
    ConnectionFailedError,
    DeadlineError,
    SignInError,
)
from ogc_widgets.protocol.links import origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.results.files.result_files import ResultFile
    from ogc_widgets.protocol.links import Origin

AT_ONCE: Final = 4
# So often is told how far a file is; what it has become is told at once.
_TOLD_EACH_S: Final = 0.2
# After so many files in a row that a server did not give for the same reason, it is not
# asked for the others.
_PATIENCE: Final = 3
_SAME_FOR_ALL: Final = (ConnectionFailedError, DeadlineError, SignInError)

State: TypeAlias = Literal["waiting", "running", "saved", "failed", "stopped"]


@dataclass(eq=False)
class Download:
    """One file on its way.

    Attributes:
        name: Output id, or item id and asset key.
        file: What it is and where it comes from.
        path: Where it is, or will be.
        state: What has become of it.
        done: How many bytes are there.
        total: How many there will be, if that is known.
        error: Why it failed.
        rests_s: How long the server asked to be left alone, while that lasts.
        number: Its number among the files of the same folder.
    """

    name: str
    file: ResultFile
    path: Path
    state: State = "waiting"
    done: int = 0
    total: int | None = None
    error: Exception | None = None
    rests_s: float = 0.0
    number: int = 0
    task: asyncio.Task[None] | None = field(default=None, repr=False)
    told_at: float = field(default=0.0, repr=False)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ("saved", "failed", "stopped")


class Downloads:
    """Files that are fetched into one folder, some of them at once.

    Args:
        client: What asks for them.
        folder: Where they go.
        at_once: How many at once.
        told: Called in the loop when something has changed, with the file.
    """

    def __init__(
        self,
        client: Connection,
        folder: Path,
        *,
        at_once: int = AT_ONCE,
        told: Callable[[Download], object] = lambda _file: None,
    ) -> None:
        self.folder = folder
        self.counts: Counter[State] = Counter()
        """How many files there are of each state."""
        self.done = 0
        """Bytes that are there, of all files but those that were stopped."""
        self._known_total = self._unknown = self._numbers = 0
        self._client = client
        self._at_once = max(1, at_once)
        self._told = told
        self._places: dict[str, Places] = {}
        self._by_path: dict[Path, Download] = {}
        self._waiting: deque[Download] = deque()
        self._running = 0
        self._rest_until: dict[Origin | None, float] = {}
        self._refused: Counter[Origin | None] = Counter()
        self._all_ended = asyncio.Event()
        self._all_ended.set()

    @property
    def files(self) -> list[Download]:
        """The files, in the order in which they were asked for."""
        return list(self._by_path.values())

    @property
    def total(self) -> int | None:
        """Bytes that there will be; None if that is not known of every file."""
        return None if self._unknown else self._known_total

    @property
    def is_running(self) -> bool:
        """Whether something is fetched, or waits for that."""
        return not self._all_ended.is_set()

    def add(self, key: object, name: str, file: ResultFile) -> Download:
        """Fetch a file, now or when there is room for one more.

        The key tells it from other files of the same name; one that is asked for again
        takes the place of what was saved under the same key.

        Raises:
            InputError: It would lie outside of the folder.
        """
        path = self._places_in(file.folder).of(key, file.name)
        before = self._by_path.get(path)
        if before is not None:
            if not before.has_ended:
                return before
            self._count(before, -1)
        self._numbers += 1
        one = Download(name, file, path, number=self._numbers)
        one.total = file.known_size
        self._by_path[path] = one
        self._count(one, 1)
        self._wait(one)
        return one

    def _places_in(self, name: str) -> Places:
        """Where files lie in a folder of the folder, or in itself."""
        folder = self.folder / safe_filename(name, "") if name else self.folder
        return self._places.setdefault(name, Places(folder))

    def forget_ended(self) -> None:
        """Let go of what has ended, so that what comes next is counted alone."""
        for path, one in list(self._by_path.items()):
            if one.has_ended:
                self._count(one, -1)
                del self._by_path[path]

    def again(self, one: Download) -> None:
        """Fetch a file once more that failed or was stopped."""
        if one.has_ended and one.state != "saved":
            one.error = None
            self._refused.clear()
            self._wait(one)

    def stop(self, files: Iterable[Download] | None = None) -> None:
        """Stop files, or all; what is whole or can be continued stays."""
        for one in self.files if files is None else files:
            if one.has_ended:
                continue
            if one.task is None:
                self._become(one, "stopped")
            else:
                one.task.cancel()
        self._go_on()

    async def ended(self) -> None:
        """Wait until nothing is fetched any more."""
        await self._all_ended.wait()

    def raise_first(self) -> None:
        """Raise why the first file failed that did, and say what became of the rest."""
        failed = [one for one in self.files if one.state == "failed"]
        if not failed or failed[0].error is None:
            return
        if (count := len(self.files)) > 1:
            words = f"{self.counts['saved']} of {count} files are in {self.folder}."
            failed[0].error.add_note(words)
        raise failed[0].error

    def _wait(self, one: Download) -> None:
        self._all_ended.clear()
        self._become(one, "waiting")
        self._waiting.append(one)
        self._go_on()

    def _go_on(self) -> None:
        """Start as many files as may be fetched at once."""
        while self._waiting and self._running < self._at_once:
            one = self._waiting.popleft()
            if one.state == "waiting":
                self._running += 1
                self._become(one, "running")
                one.task = start_task(self._run(one))
        if not self._waiting and not self._running:
            self._all_ended.set()

    async def _run(self, one: Download) -> None:
        at = origin(one.file.url)
        try:
            await self._fetch(one, at)
            self._refused.pop(at, None)
            self._become(one, "saved")
        except asyncio.CancelledError:
            self._become(one, "stopped")
            raise
        except Exception as error:  # noqa: BLE001 # shown or raised by whoever waits
            one.error = error
            self._become(one, "failed")
            if isinstance(error, _SAME_FOR_ALL):
                self._refuse(at, error)
        finally:
            one.task = None
            self._running -= 1
            self._go_on()

    async def _fetch(self, one: Download, at: Origin | None) -> None:
        if one.file.data is not None:
            await asyncio.to_thread(save, one.file.data, one.path)
            self._measure(one, len(one.file.data), one.total)
            return
        loop = asyncio.get_running_loop()

        def progress(done: int, total: int | None) -> None:
            self._measure(one, done, total)
            if loop.time() - one.told_at >= _TOLD_EACH_S:
                self._tell(one)

        async def rest(seconds: float) -> None:
            until = loop.time() + seconds
            self._rest_until[at] = max(until, self._rest_until.get(at, 0.0))
            await self._rest(one, at)

        await self._rest(one, at)
        await download(self._client, one.file, one.path, progress, rest)
        self._measure(one, one.done, one.done)
        if not one.path.suffix:
            places = self._places_in(one.file.folder)
            one.path = await asyncio.to_thread(with_ending, one.path, places)

    async def _rest(self, one: Download, at: Origin | None) -> None:
        """Leave a server alone for as long as it asked one of the files to."""
        loop = asyncio.get_running_loop()
        while (left_s := self._rest_until.get(at, 0.0) - loop.time()) > 0:
            one.rests_s = left_s
            self._tell(one)
            await asyncio.sleep(left_s)
        if one.rests_s:
            one.rests_s = 0.0
            self._tell(one)

    def _refuse(self, at: Origin | None, error: Exception) -> None:
        """Ask a server no more that gives none of the files."""
        self._refused[at] += 1
        if self._refused[at] < _PATIENCE:
            return
        for other in self._waiting:
            if other.state == "waiting" and origin(other.file.url) == at:
                other.error = error
                self._become(other, "failed")

    def _become(self, one: Download, state: State) -> None:
        self._count(one, -1)
        one.state, one.rests_s = state, 0.0
        self._count(one, 1)
        self._tell(one)

    def _measure(self, one: Download, done: int, total: int | None) -> None:
        self._count(one, -1)
        one.done, one.total = done, total
        self._count(one, 1)

    def _count(self, one: Download, sign: int) -> None:
        """Count a file in, or out; there may be a hundred thousand of them."""
        self.counts[one.state] += sign
        if one.state == "stopped":
            return
        self.done += sign * one.done
        if one.total is None:
            self._unknown += sign
        else:
            self._known_total += sign * one.total

    def _tell(self, one: Download) -> None:
        one.told_at = asyncio.get_running_loop().time()
        self._told(one)
