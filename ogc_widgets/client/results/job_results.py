"""The results of a job: outputs, STAC items, and the files that they point to."""

from __future__ import annotations

import warnings
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.facade import blocking, takes
from ogc_widgets.client.http.loop import on_loop, run
from ogc_widgets.client.progress import showing
from ogc_widgets.client.progress.steps import step_of_downloads
from ogc_widgets.client.results.chosen import chosen_items, chosen_names
from ogc_widgets.client.results.content import Content, contents_of, no_such_output
from ogc_widgets.client.results.downloads import (
    AT_ONCE,
    Download,
    Downloads,
)
from ogc_widgets.client.results.files.result_files import (
    Asset,
    Downloaded,
    LeftOut,
    Wanted,
    assets_of,
    file_of_asset,
    files_of,
    why_not,
)
from ogc_widgets.client.results.into_python import IntoPython
from ogc_widgets.errors import InputError, LeftOutWarning
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.text import clean, counted

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Coroutine,
        Iterable,
        Iterator,
        KeysView,
        Mapping,
    )

    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.progress import Progress
    from ogc_widgets.client.results.chosen import Items
    from ogc_widgets.client.results.files.opening import Opened
    from ogc_widgets.client.results.files.remote_file import RemoteFile
    from ogc_widgets.client.results.files.result_files import ResultFile
    from ogc_widgets.protocol.answers.results import ResultsDocument
    from ogc_widgets.protocol.documents.descriptions import OutputDescription
    from ogc_widgets.protocol.json_type import JsonObject

_DOWNLOAD = "Download"  # the title of its progress


def _warned(found: Downloaded) -> Downloaded:
    if files := [one for one in found.left_out if one.is_file]:
        was = "was" if len(files) == 1 else "were"
        more = " The rest is in its left_out." if len(files) > 1 else ""
        warnings.warn(
            f"{counted(len(files), 'file')} {was} left out: {files[0]}{more}",
            LeftOutWarning,
            stacklevel=3,
        )
    return found


class Results(IntoPython):
    """What a job gave.

    Attributes:
        document: What the server gave, read.
        outputs: Output id to value; ``{"href": ...}`` for a reference.
        items: The STAC items found in them, as dicts.
        raw: The document as it came.
        media_types: Output id to media type, of the outputs that have one.
        left_out_items: What :meth:`item_collection` could not read, and why.
        job_id: Id of the job, where it has one.
        note: What is missing among the items and why, in words for people; ``""`` if
            nothing is.
    """

    line = ""
    """Python that makes ``results`` of them, where that is not to ask the server."""

    def __init__(
        self,
        client: Connection,
        document: ResultsDocument,
        described: Mapping[str, OutputDescription] | None = None,
        again: Callable[[], Coroutine[Any, Any, Results]] | None = None,
        job_id: str = "",
    ) -> None:
        self._again = again
        self.job_id = job_id
        self._client = client
        self.document = document
        self._described = described or {}
        self.outputs: dict[str, Any] = document.outputs
        self.items: list[dict[str, Any]] = document.items
        self.raw: Any = document.raw
        self.media_types: dict[str, str] = document.media_types
        self.left_out_items: list[LeftOut] = []
        self.note: str = document.note

    @on_loop
    async def aio_again(self) -> Results:
        """Ask the server for the results once more, as when signed links ran out.

        Returns:
            New results; these stay as they are.

        Raises:
            ServerError: They could not be read.
        """
        return self if self._again is None else await self._again()

    again = blocking(aio_again)

    @property
    def url(self) -> str:
        """Address of the server."""
        return self._client.url

    @property
    def output_ids(self) -> tuple[str, ...]:
        """Ids of the outputs that :meth:`files` asks for."""
        return tuple(self.outputs)

    @property
    def source(self) -> object:
        """Of which job they are: the same for results that were read again."""
        return (self.url, self.job_id) if self.job_id else None

    @property
    def catalogs(self) -> list[dict[str, Any]]:
        """STAC catalogues and collections among the outputs, as dicts."""
        return self.document.catalogs

    @cached_property
    def contents(self) -> dict[str, Content]:
        """What there is to look at, by output id: one for each value, in order."""
        return contents_of(self._client, self.document, self._described)

    def assets(self, item: JsonObject) -> list[Asset]:
        """List the files of an item, and say of each whether it can be read from here.

        Args:
            item: One of ``items``.
        """
        return assets_of(item, partial(why_not, self._client))

    def files(
        self,
        *,
        items: Items | None = None,
        assets: str | Iterable[str] | None = None,
        outputs: str | Iterable[str] | None = None,
    ) -> list[Wanted]:
        """List what :meth:`download` saves and leaves out; nothing is fetched.

        Those are the assets of STAC items, and every output that is a file: references,
        binary values, GeoJSON and other JSON, texts. A file that is both comes once.

        Args:
            items: Of which items, or ids of items; all of them if left out.
            assets: Which assets, by key; every one if left out.
            outputs: Which outputs, by id; all of them if nothing is chosen.

        Raises:
            InputError: There is no such output, or no item has such an asset.
        """
        urls, found = set[str](), list[Wanted]()
        keys, ids = chosen_names(assets, "assets"), chosen_names(outputs, "outputs")
        if outputs is None or items is not None or assets is not None:
            chosen = chosen_items(items, self.items)
            self._need_assets(keys or (), chosen)
            for item in chosen:
                for asset in self._files_of_item(item, keys):
                    urls.add(asset.file.url if asset.file else "")
                    found.append(asset)
        if outputs is not None or (items is None and assets is None):
            for name in self.output_ids if ids is None else ids:
                for one in self._files_of_output(name):
                    if one.file is None or one.file.url not in urls - {""}:
                        found.append(one)
        return found

    def downloads(
        self,
        folder: str | Path,
        *,
        at_once: int = AT_ONCE,
        told: Callable[[Download], object] = lambda _file: None,
    ) -> Downloads:
        """Make what fetches files into a folder; its methods are for the loop.

        Args:
            folder: Where to; made if it does not exist.
            at_once: How many files are fetched at once.
            told: Called in the loop when something has changed, with the file.
        """
        if not isinstance(folder, str | PathLike):
            raise InputError(
                f"The folder to save in is a path, not {type(folder).__name__}.",
                advice='For example: results.download("masks")',
            )
        into = Path(folder).expanduser()
        return Downloads(self._client, into, at_once=at_once, told=told)

    @on_loop
    async def aio_download(
        self,
        folder: str | Path,
        *,
        items: Items | None = None,
        assets: str | Iterable[str] | None = None,
        outputs: str | Iterable[str] | None = None,
        at_once: int = AT_ONCE,
        progress: Progress[Downloads] = None,
    ) -> Downloaded:
        """Download the files of the results into a folder.

        Those are the assets of STAC items, and every output that is a file: references,
        binary values, GeoJSON and other JSON, texts. Each file appears under its name
        only when it is complete; an earlier file of that name stays until then. What is
        whole stays when the download is interrupted, and what a server can prove to be
        the same is continued the next time.

        Args:
            folder: Where to; made if it does not exist.
            items: Of which items, or ids of items; all of them if left out.
            assets: Which assets, by key; every one that can be reached if left out.
            outputs: Which outputs, by id; all of them if nothing is chosen.
            at_once: How many files are fetched at once.
            progress: Whether to show how far it is: a bar in a notebook, a line in a
                terminal, a line per change in a log. Left out, a verb that blocks does
                so, and one that is awaited does not. A function is called with all that
                is known of each file, in the loop of the package.

        Returns:
            The paths, in the order of items and assets, then of outputs; its
            ``left_out`` says what was left out and why, and a warning says so of
            files.

        Raises:
            InputError: Something was asked for that cannot be had, or the folder
                cannot be written.
            ServerError: A file could not be downloaded; the others were.
        """
        wanted = self.files(items=items, assets=assets, outputs=outputs)
        for one in wanted:
            if one.why_not and (assets if one.is_asset else outputs) is not None:
                what = f"{clean(one.name)!r} cannot be downloaded."
                raise InputError(f"{what} {one.why_not}")
        found = Downloaded()
        with showing(progress or False, _DOWNLOAD, step_of_downloads) as say:
            is_counted = False

            def told(_file: Download) -> None:
                if is_counted:
                    say(downloads)

            downloads = self.downloads(folder, at_once=at_once, told=told)
            for number, one in enumerate(wanted):
                if one.why_not or one.file is None:
                    found.left_out.append(one.left_out)
                else:
                    downloads.add(number, one.name, one.file)
            is_counted = True
            try:
                say(downloads)
                await downloads.ended()
            finally:
                downloads.stop()
        found.extend(one.path for one in downloads.files if one.state == "saved")
        downloads.raise_first()
        return found

    @takes(aio_download)
    def download(self, *args: Any, **kwargs: Any) -> Downloaded:  # noqa: ANN401, D102 # those of aio_download
        # Here and not in the loop, so that Ctrl-C leaves a line that has ended.
        progress = kwargs.pop("progress", None)
        with showing(progress, _DOWNLOAD, step_of_downloads) as say:
            found = run(self.aio_download, *args, **kwargs, progress=say)
        return _warned(found)

    def _files_of_item(
        self, item: JsonObject, keys: Collection[str] | None
    ) -> Iterator[Wanted]:
        for asset in self.assets(item):
            if keys is None or asset.key in keys:
                name = f"{reading.text(item.get('id'))}/{asset.key}"
                file = file_of_asset(item, asset, self._client)
                yield Wanted(name, file, is_asset=True)

    def _need_assets(self, keys: Iterable[str], items: list[JsonObject]) -> None:
        """Raise an InputError for the key of an asset that none of the items has."""
        for key in keys:
            found = (one.key for item in items for one in self.assets(item))
            if items and key not in found:
                known = {one.key: None for item in items for one in self.assets(item)}
                names = clean(", ".join(known), limit=300)
                raise InputError(
                    f"No item has an asset {clean(key)!r}.",
                    advice=f"Their assets: {names or 'none'}.",
                )

    def _files_of_output(self, name: str) -> Iterator[Wanted]:
        if name not in self.outputs:
            raise no_such_output(name, self.outputs)
        kind = self.media_types.get(name, "")
        files = files_of(name, self.outputs[name], kind, self._client)
        yield from [Wanted(name, file) for file in files] or [Wanted(name)]

    def _file_of(self, item: JsonObject, key: str) -> ResultFile:
        """The file that an asset of an item is."""
        for one in self._files_of_item(item, [key]):
            if one.file is not None:
                return one.file
        known = ", ".join(asset.key for asset in self.assets(item))
        raise InputError(
            f"The item has no asset {clean(key)!r}."
            if key
            else "Which file of the item?",
            advice=f"Its assets: {clean(known, limit=300) or 'none'}.",
        )

    def open(self, item: Mapping[str, Any] | str, key: str = "") -> RemoteFile:
        """Open a file where it lies, to be read in parts.

        ::

            file = results.open(item, "data")  # or results.open("id of an output")
            with rasterio.open(file.name, opener=file.opener) as image: ...

        Args:
            item: One of ``items`` or its id; or the id of an output that is a file.
            key: Key of the asset of the item.

        Returns:
            A binary file; nothing is fetched before it is read. At most 64 MiB are.

        Raises:
            InputError: There is no such file, or it cannot be read from here.
        """
        if isinstance(item, str) and not key:
            ids = [reading.text(one.get("id")) for one in self.items]
            if item in self.outputs or item not in ids:
                return self._content(item).open()
        [one] = chosen_items(item, self.items)
        return self._file_of(one, key).open()

    async def aio_opened(self, item: Mapping[str, Any], key: str) -> Opened:
        """Read a file of an item to be shown in a browser, in the package's loop.

        Args:
            item: One of ``items``.
            key: Key of the asset.

        Raises:
            InputError: There is no such asset, it is too large, or cannot be read.
            ServerError: It could not be read, or is nothing that a browser shows.
        """
        return await self._file_of(item, key).aio_opened()

    def __getitem__(self, output_id: str) -> Any:  # noqa: ANN401 # JSON
        """The value of an output, as :attr:`outputs` has it.

        Raises:
            InputError: The job has no such output.
        """
        if output_id not in self.outputs:
            raise no_such_output(str(output_id), self.outputs)
        return self.outputs[output_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.outputs)

    def __contains__(self, output_id: object) -> bool:
        return output_id in self.outputs

    def keys(self) -> KeysView[str]:
        """Ids of the outputs, so that ``dict(results)`` has their values."""
        return self.outputs.keys()

    def __repr__(self) -> str:
        names = ", ".join(clean(name, limit=40) for name in self.outputs)
        items = f": {counted(len(self.items), 'item')}" if self.items else ""
        return f"<Results {names}{items}>"
