"""What can be saved of the results, how far that is, and where it went."""

from __future__ import annotations

import asyncio
import mimetypes
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.http.loop import call_soon
from ogc_widgets.client.results.files.names import folder_name
from ogc_widgets.client.results.files.result_files import Wanted
from ogc_widgets.downloads.saving import (
    Key,
    Saving,
    Sizes,
    facts_of,
    shown_path,
    size_of_items,
    size_of_outputs,
)
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.media_types import OCTETS
from ogc_widgets.view.base import StateView
from ogc_widgets.view.next_cell import cell_for
from ogc_widgets.view.transfer import Sending

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.downloads import Download
    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.protocol.json_type import JsonObject

_TOLD_EACH_S: Final = 0.25
_MOST_NAMES_IN_CODE: Final = 50


class DownloadBar(StateView):
    """Saves files of the results, and shows how far that is.

    Args:
        folder: Where to, on the kernel's machine; each job has its own folder in it.
    """

    _script = "download_bar"

    def __init__(self, folder: str | Path = "results") -> None:
        self.base = Path(folder).expanduser()
        self.results: Results | None = None
        self.chosen: tuple[str, ...] = ()
        """Names of the items that are ticked."""
        self._items: Mapping[str, JsonObject] = {}
        self._all, self._some = Sizes(), Sizes()
        self._savings: list[Saving] = []
        super().__init__()
        self._sending = Sending(self)
        self._measuring, self._watching = self._latest(), self._latest()
        self._publish()

    @property
    def folder(self) -> Path:
        """Where files of the results that are shown are saved."""
        job_id = self.results.job_id if self.results is not None else ""
        return self.base / folder_name(job_id)

    @property
    def files(self) -> list[Download]:
        """The files that are on their way or have come, whatever became of them."""
        return [one for saving in self._savings for one in saving.downloads.files]

    # -- what there is ---------------------------------------------------------------

    def show(
        self, results: Results | None, items: Mapping[str, JsonObject] | None = None
    ) -> None:
        """Offer the files of other results; what is on its way goes on.

        Args:
            results: Results of a job, or None.
            items: Their items, by the names that they are chosen by.
        """
        if results is not None and results is self.results:
            return
        if not _is_same(results, self.results):
            self._savings = [one for one in self._savings if one.is_running]
        self.results, self._items = results, items or {}
        self.chosen, self._all, self._some = (), Sizes(), Sizes()
        self._publish()
        self._measure()

    def choose(self, names: Sequence[str]) -> None:
        """Offer the files of these items before all."""
        self.chosen = tuple(name for name in names if name in self._items)
        self._publish()
        self._measure()

    def _measure(self) -> None:
        """Find out how large it is, aside: there may be a hundred thousand items."""
        results, items, chosen = self.results, self._items, self.chosen
        if results is None:
            self._measuring.stop()
            return

        async def work() -> tuple[Sizes, Sizes]:
            some = await size_of_items(results, [items[name] for name in chosen])
            if self._all.is_counted:
                return self._all, some
            everything = await size_of_items(results, [*items.values()])
            outputs = await asyncio.to_thread(size_of_outputs, results)
            return everything.plus(outputs), some

        def done(sizes: tuple[Sizes, Sizes]) -> None:
            self._all, self._some = sizes
            self._publish()

        self._measuring.start(work, done)

    # -- what is saved ---------------------------------------------------------------

    def save(self, what: str = "all") -> None:
        """Save the files of the chosen items, or all.

        Args:
            what: ``"chosen"`` or ``"all"``.
        """
        results = self._need_results()
        chosen = self.chosen if what == "chosen" else ()
        self._add(self._of_items(results, chosen) if chosen else self._of_all(results))

    def save_asset(self, item_name: str, key: str) -> None:
        """Save one file of an item.

        Raises:
            InputError: There is no such item.
        """
        results = self._need_results()
        if item_name not in self._items:
            raise InputError(f"There is no item {item_name!r}.")
        self._add(self._of_items(results, (item_name,), (key,)))

    def save_content(self, content: Content) -> None:
        """Save an output.

        Raises:
            InputError: It is a value, not a file.
        """
        if content.file is None:
            raise InputError("This output is a value, not a file.")
        key = ("", content.output_id, content.file.name)
        self._add(iter([(key, Wanted(content.id, content.file))]))

    def _need_results(self) -> Results:
        if self.results is None:
            raise InputError("There are no results of a job to save.")
        return self.results

    def _of_items(
        self, results: Results, names: Iterable[str], keys: Iterable[str] | None = None
    ) -> Iterator[tuple[Key, Wanted]]:
        for name in names:
            for one in results.files(items=[self._items[name]], assets=keys):
                yield (name, one.name, ""), one

    def _of_all(self, results: Results) -> Iterator[tuple[Key, Wanted]]:
        urls = set[str]()
        for key, one in self._of_items(results, self._items):
            urls.add(one.file.url if one.file else "")
            yield key, one
        for one in results.files(outputs=results.output_ids):
            if one.file is not None and one.file.url not in urls - {""}:
                yield ("", one.name, one.file.name), one

    def _add(self, wanted: Iterator[tuple[Key, Wanted]]) -> None:
        saving = self._saving()

        async def work() -> None:
            await saving.add(wanted)

        self._start(work, self._watch)
        self._watch()

    def _saving(self) -> Saving:
        """What saves into the folder of these results; a new one for other results."""
        results, folder = self._need_results(), Path.cwd() / self.folder
        for one in self._savings:
            if _is_same(one.results, results) and one.downloads.folder == folder:
                return one
        saving = Saving(results, folder)
        self._savings = [
            *(one for one in self._savings if one.is_running),
            saving,
        ]
        return saving

    def _watch(self, _result: None = None) -> None:
        """Show how far it is, a few times a second while something is fetched."""

        async def work() -> None:
            while any(one.is_running for one in self._savings):
                self._publish()
                await asyncio.sleep(_TOLD_EACH_S)

        self._watching.start(work, lambda _result: self._publish())

    def _on_save(self, what: str) -> None:
        self.save(what)

    def _on_stop(self, id: str = "") -> None:  # noqa: A002 # the name in the message
        """Stop a file, or all; what is whole stays."""
        for saving in self._savings:
            if (files := saving.files_of(id)) is not None:
                call_soon(partial(saving.stop, files))

    def _on_again(self, id: str = "") -> None:  # noqa: A002 # as above
        """Fetch a file again that failed or was stopped, or all of them."""
        for saving in self._savings:
            if (files := saving.files_of(id)) is not None:
                call_soon(partial(saving.again, files))
        self._watch()

    def _on_dismiss(self) -> None:
        """Say no more of what has ended."""
        for saving in self._savings:
            if not saving.is_running:
                saving.forget()
        self._publish()

    def _on_fetch(self, ticket: str, id: str) -> None:  # noqa: A002 # as above
        """Send a file that was saved to the page, which saves it on that machine."""

        async def work() -> None:
            found = (s.files_of(id) for s in self._savings if id)
            files = [file for some in found for file in some or ()]
            if not files or files[0].state != "saved":
                raise InputError("This file was not saved.")
            path = files[0].path
            size = (await asyncio.to_thread(path.stat)).st_size
            kind = mimetypes.guess_type(path.name)[0] or OCTETS

            async def read(start: int, length: int) -> bytes:
                return await asyncio.to_thread(_part_of, path, start, length)

            facts = {"name": path.name, "media_type": kind, "way": "save"}
            await self._sending.send(ticket, size, read, **facts)

        self._start(partial(self._sending.fetch, ticket, work))

    # -- what the page shows ---------------------------------------------------------

    def _state(self) -> dict[str, Any]:
        return {
            "offers": self.results is not None,
            "chosen": {"count": len(self.chosen), **self._some.as_json()},
            "all": self._all.as_json(),
            "code": self._code(),
            "run": self._run(),
        }

    def _code(self) -> str:
        folder = shown_path(self.folder)
        if not self.chosen or len(self.chosen) > _MOST_NAMES_IN_CODE:
            return cell_for(self.results, f"results.download({folder!r})")
        ids = [self._items[name].get("id") for name in self.chosen]
        items = f"[one for one in results.items if one['id'] in {ids!r}]"
        lines = f"results.download({folder!r}, items={items})"
        return cell_for(self.results, lines)

    def _run(self) -> dict[str, Any] | None:
        told = [saving.as_json() for saving in self._savings if not saving.is_empty]
        if not told:
            return None
        totals = [one["total"] for one in told]
        counted = ("count", "saved", "failed", "stopped", "done", "left_out_count")
        return {
            **{name: sum(one[name] for one in told) for name in counted},
            "total": None if None in totals else sum(totals),
            "running": any(one["running"] for one in told),
            "rows": [row for one in told for row in one["rows"]],
            "left_out": [row for one in told for row in one["left_out"]],
            "folder": facts_of(self._savings[-1].downloads.folder),
        }

    def _let_go(self) -> None:
        for saving in self._savings:
            call_soon(saving.downloads.stop)


def _is_same(one: Results | None, other: Results | None) -> bool:
    """Whether two are of the same job or batch."""
    if one is None or other is None or one is other:
        return one is other
    return one.source is not None and one.source == other.source


def _part_of(path: Path, start: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)
