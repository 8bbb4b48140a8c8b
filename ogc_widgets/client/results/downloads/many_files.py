"""Several files at once: how far each is, and what stops one or all of them.

Everything here happens in the loop of the package; what it says of a file can be read
from any thread.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ogc_widgets.client.http.loop import start_task
from ogc_widgets.client.results.downloads.one_file import download
from ogc_widgets.client.results.downloads.part_files import save
from ogc_widgets.client.results.output_files import Places, with_ending
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
    from ogc_widgets.client.results.output_files import ResultFile
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
    """

    name: str
    file: ResultFile
    path: Path
    state: State = "waiting"
    done: int = 0
    total: int | None = None
    error: Exception | None = None
    rests_s: float = 0.0
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
        self.files: list[Download] = []
        self._client = client
        self._at_once = max(1, at_once)
        self._told = told
        self._places = Places(folder)
        self._running = 0
        self._rest_until: dict[Origin | None, float] = {}
        self._refused: Counter[Origin | None] = Counter()
        self._all_ended = asyncio.Event()
        self._all_ended.set()

    @property
    def done(self) -> int:
        """Bytes that are there, of all files."""
        return sum(one.done for one in self.files)

    @property
    def total(self) -> int | None:
        """Bytes that there will be; None if that is not known of every file."""
        sizes = [one.total for one in self.files if one.state != "stopped"]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    def add(self, key: object, name: str, file: ResultFile) -> Download:
        """Fetch a file, now or when there is room for one more.

        Args:
            key: What tells it from other files of the same name; one that is asked for
                again takes the place of what was saved under the same key.
            name: What it is called in words.
            file: The file.

        Raises:
            InputError: It would lie outside of the folder.
        """
        one = Download(name, file, self._places.of(key, file.name))
        one.total = file.size if file.data is None else len(file.data)
        before = next((old for old in self.files if old.path == one.path), None)
        if before is not None and not before.has_ended:
            return before
        if before is None:
            self.files.append(one)
        else:
            self.files[self.files.index(before)] = one
        self._wait(one)
        return one

    def again(self, one: Download) -> None:
        """Fetch a file once more that failed or was stopped."""
        if one.has_ended and one.state != "saved":
            one.state, one.error, one.done = "waiting", None, 0
            self._refused.clear()
            self._wait(one)

    def stop(self, files: Iterable[Download] | None = None) -> None:
        """Stop files; what is whole stays, and so does what can be continued.

        Args:
            files: Which; all if left out.
        """
        for one in list(self.files) if files is None else files:
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
            saved = sum(one.state == "saved" for one in self.files)
            failed[0].error.add_note(f"{saved} of {count} files are in {self.folder}.")
        raise failed[0].error

    def _wait(self, one: Download) -> None:
        self._all_ended.clear()
        self._become(one, "waiting")
        self._go_on()

    def _go_on(self) -> None:
        """Start as many files as may be fetched at once."""
        waiting = [one for one in self.files if one.state == "waiting"]
        for one in waiting[: self._at_once - self._running]:
            self._running += 1
            one.state = "running"
            one.task = start_task(self._run(one))
        if not waiting and not self._running:
            self._all_ended.set()

    async def _run(self, one: Download) -> None:
        at = origin(one.file.url)
        try:
            self._become(one, "running")
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
            one.done = len(one.file.data)
            return
        loop = asyncio.get_running_loop()

        def progress(done: int, total: int | None) -> None:
            one.done, one.total = done, total
            if loop.time() - one.told_at >= _TOLD_EACH_S:
                self._tell(one)

        async def rest(seconds: float) -> None:
            until = loop.time() + seconds
            self._rest_until[at] = max(until, self._rest_until.get(at, 0.0))
            await self._rest(one, at)

        await self._rest(one, at)
        await download(self._client, one.file, one.path, progress, rest)
        one.total = one.done
        if not one.path.suffix:
            one.path = await asyncio.to_thread(with_ending, one.path, self._places)

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
        for other in self.files:
            if other.state == "waiting" and origin(other.file.url) == at:
                other.error = error
                self._become(other, "failed")

    def _become(self, one: Download, state: State) -> None:
        one.state = state
        if state == "stopped":
            one.rests_s = 0.0
        self._tell(one)

    def _tell(self, one: Download) -> None:
        one.told_at = asyncio.get_running_loop().time()
        self._told(one)
