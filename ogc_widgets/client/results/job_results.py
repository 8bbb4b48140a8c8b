"""The results of a job: outputs, STAC items, and the files that they point to."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ogc_widgets.client.facade import blocking
from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.client.results.downloads import Wanted, asset_file, download, save
from ogc_widgets.client.results.file_names import free_path, name_in_url, safe_filename
from ogc_widgets.client.results.object_store import S3_ADVICE, is_object
from ogc_widgets.client.results.output_files import Downloaded, LeftOut, files_of
from ogc_widgets.client.results.remote_file import (
    ObjectSource,
    RemoteFile,
    Source,
    WebSource,
)
from ogc_widgets.errors import InputError, LeftOutWarning, MissingExtraError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.links import (
    WEB_SCHEMES,
    absolute,
    is_private_host,
    same_origin,
    without_query,
)
from ogc_widgets.protocol.media_types import extension, sniff
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    import pystac

    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.protocol.answers.results import ResultsDocument


@dataclass(frozen=True)
class Asset:
    """A file of a STAC item.

    Attributes:
        key: Its name within the item.
        title: The server's title, not cleaned.
        type: Its media type, or ``""``.
        href: Its address, absolute where that can be known.
        roles: Its roles.
        size: Its size in bytes where the item gives it.
        reachable: Whether it can be read from here.
        why_not: One sentence for people if it cannot be.
    """

    key: str
    title: str
    type: str
    href: str
    roles: tuple[str, ...]
    size: int | None
    reachable: bool
    why_not: str


def _warned(found: Downloaded) -> Downloaded:
    files = [one for one in found.left_out if one.is_file]
    if files:
        noun = "file was" if len(files) == 1 else "files were"
        more = " The rest is in its left_out." if len(files) > 1 else ""
        warnings.warn(
            f"{len(files)} {noun} left out: {files[0]}{more}",
            LeftOutWarning,
            stacklevel=3,
        )
    return found


class Results:
    """What a job gave.

    Attributes:
        outputs: Output id to value; ``{"href": ...}`` for a reference.
        items: The STAC items found in them, as dicts.
        raw: The document as it came.
        media_types: Output id to media type, of the outputs that have one.
        left_out_items: What :meth:`item_collection` could not read, and why.
    """

    def __init__(self, client: Connection, document: ResultsDocument) -> None:
        self._client = client
        self._document = document
        self.outputs: dict[str, Any] = document.outputs
        self.items: list[dict[str, Any]] = document.items
        self.raw: Any = document.raw
        self.media_types: dict[str, str] = document.media_types
        self.left_out_items: list[LeftOut] = []

    @property
    def catalogs(self) -> list[dict[str, Any]]:
        """STAC catalogues and collections among the outputs, as dicts."""
        return self._document.catalogs

    def item_collection(self) -> pystac.ItemCollection:
        """Return the STAC items as a pystac object.

        Items that pystac cannot read are left out; ``left_out_items`` says which, and
        why.

        Raises:
            MissingExtraError: pystac is not installed (extra ``stac``).

        Warns:
            LeftOutWarning: There are some.
        """
        # Imported here: pystac is slow to load and most never need it.
        try:
            import pystac
        except ImportError as error:
            raise MissingExtraError("An item collection", "stac") from error

        good: list[pystac.Item] = []
        self.left_out_items = []
        for item in self.items:
            try:
                good.append(pystac.Item.from_dict(_complete(item)))
            # pystac takes much for granted, and raises whatever comes of it.
            except Exception as error:  # noqa: BLE001 # told with the item
                name = clean(item.get("id"), limit=100)
                said = clean(error, limit=200).rstrip(".")
                why = f"pystac cannot read it ({type(error).__name__}: {said})"
                self.left_out_items.append(LeftOut(name, why))
        if self.left_out_items:
            count = len(self.left_out_items)
            warnings.warn(
                f"{count} of {len(self.items)} items left out: "
                f"{self.left_out_items[0]}",
                LeftOutWarning,
                stacklevel=2,
            )
        return pystac.ItemCollection(good)

    def assets(self, item: Mapping[str, Any]) -> list[Asset]:
        """List the files of an item, and say of each whether it can be read from here.

        Args:
            item: One of ``items``.
        """
        members = item.get("assets")
        if not isinstance(members, Mapping):
            return []
        return [
            self._asset(item, str(key), asset)
            for key, asset in members.items()
            if isinstance(asset, Mapping)
        ]

    def _asset(
        self, item: Mapping[str, Any], key: str, asset: Mapping[str, Any]
    ) -> Asset:
        given = reading.text(asset.get("href"))
        href = absolute(given, _self_link(item)) or given
        why_not = self._why_not(href, {**item.get("properties", {}), **asset}
                                if isinstance(item.get("properties"), Mapping)
                                else asset)  # fmt: skip
        return Asset(
            key=key,
            title=reading.text(asset.get("title")),
            type=reading.text(asset.get("type")),
            href=href,
            roles=reading.texts(asset.get("roles")),
            size=reading.count(asset.get("file:size")),
            reachable=not why_not,
            why_not=why_not,
        )

    def _why_not(self, href: str, members: Mapping[str, Any]) -> str:
        scheme = urlsplit(href).scheme if absolute(href) else ""
        if scheme == "s3":
            if self._client.s3 is not None:
                return ""
            endpoint = _endpoint(members)
            if endpoint and is_private_host(endpoint):
                place = clean(without_query(endpoint), limit=80)
                return (
                    f"The file is in an object store whose address ({place}) only the "
                    f"server can reach. Ask for its public one. {S3_ADVICE}"
                )
            return f"The file is in an object store (s3). {S3_ADVICE}"
        if scheme not in WEB_SCHEMES:
            if scheme:
                return f"Files at {scheme}:// cannot be opened from here."
            return "There is no address that can be opened, only a path."
        if same_origin(href, self._client.url):
            return ""
        if is_private_host(href) and self._client.transport.reach.is_public(
            self._client.url
        ):
            host = clean(urlsplit(href).hostname, limit=80)
            return f"Only machines near the server can reach {host}."
        return ""

    @on_loop
    async def aio_download(
        self,
        folder: str | Path,
        *,
        items: Iterable[Mapping[str, Any]] | None = None,
        assets: Iterable[str] | None = None,
        outputs: Iterable[str] | None = None,
    ) -> Downloaded:
        """Download the files of the results into a folder.

        Those are the assets of STAC items, and every output that is a file: references,
        binary values, GeoJSON and other JSON, texts. Each file appears under its name
        only when it is complete; an earlier file of that name stays until then.

        Args:
            folder: Where to; made if it does not exist.
            items: Of which items; all of them if left out.
            assets: Which assets, by key; every one that can be reached if left out.
            outputs: Which outputs, by id; all of them if nothing is chosen.

        Returns:
            The paths, in the order of items and assets, then of outputs; its
            ``left_out`` says what was left out and why, and a warning says so of
            files.

        Raises:
            InputError: Something was asked for that cannot be had, or the folder
                cannot be written.
            ServerError: A file could not be downloaded.
        """
        found = Downloaded()
        saved = _Folder(self._client, Path(folder), found)
        if outputs is None or items is not None or assets is not None:
            wanted = None if assets is None else set(assets)
            for item in self.items if items is None else items:
                await self._save_assets(saved, item, wanted)
        if outputs is not None or (items is None and assets is None):
            names = self.outputs if outputs is None else list(outputs)
            for name in names:
                await self._save_output(saved, name, is_wanted=outputs is not None)
        return found

    download = blocking(aio_download, _warned)

    async def _save_assets(
        self, saved: _Folder, item: Mapping[str, Any], wanted: set[str] | None
    ) -> None:
        for asset in self.assets(item):
            if wanted is not None and asset.key not in wanted:
                continue
            if asset.reachable:
                source = asset_file(item, asset.key, item["assets"][asset.key])
                await saved.fetch(replace(source, url=asset.href))
            elif wanted is None:
                name = f"{reading.text(item.get('id'))}/{asset.key}"
                saved.found.left_out.append(LeftOut(name, asset.why_not))
            else:
                raise InputError(
                    f"The asset {clean(asset.key)!r} cannot be downloaded. "
                    f"{asset.why_not}"
                )

    async def _save_output(self, saved: _Folder, name: str, *, is_wanted: bool) -> None:
        if name not in self.outputs:
            raise InputError(
                f"The job has no output {clean(name)!r}.",
                advice=f"It has: {clean(', '.join(self.outputs), limit=300)}.",
            )
        files = files_of(name, self.outputs[name], self.media_types.get(name, ""))
        if not files:
            why = f"It is a value, not a file: results.outputs[{name!r}]."
            if is_wanted:
                raise InputError(f"The output {clean(name)!r} cannot be saved. {why}")
            saved.found.left_out.append(LeftOut(name, why, is_file=False))
        for file in files:
            why = self._why_not(file.href, file.members or {}) if file.href else ""
            if file.data is not None:
                await saved.write(file.name, file.data)
            elif not why and not saved.has(file.href):
                await saved.fetch(Wanted(file.href, file.name, file.media_type))
            elif not why:
                continue
            elif is_wanted:
                raise InputError(f"The output {clean(name)!r} cannot be had. {why}")
            else:
                saved.found.left_out.append(LeftOut(name, why))

    def open(self, item: Mapping[str, Any], key: str) -> RemoteFile:
        """Open a file of an item where it lies, to be read in parts.

        ::

            file = results.open(item, "data")
            with rasterio.open(file.name, opener=file.opener) as image: ...

        Args:
            item: One of ``items``.
            key: Key of the asset.

        Returns:
            A binary file; nothing is fetched before it is read. At most 64 MiB are.

        Raises:
            InputError: There is no such asset, or it cannot be read from here.
        """
        asset = next((a for a in self.assets(item) if a.key == key), None)
        if asset is None:
            raise InputError(f"The item has no asset {key!r}.")
        if not asset.reachable:
            raise InputError(
                f"The asset {clean(key)!r} cannot be opened. {asset.why_not}"
            )
        source: Source
        if is_object(asset.href) and self._client.s3 is not None:
            source = ObjectSource(self._client.s3, asset.href)
        else:
            source = WebSource(self._client, asset.href)
        return RemoteFile(source, safe_filename(name_in_url(asset.href), key))

    def __repr__(self) -> str:
        names = ", ".join(clean(name, limit=40) for name in self.outputs)
        return f"<Results {names}: {len(self.items)} items>"


class _Folder:
    """Where the files of one download go."""

    def __init__(self, client: Connection, base: Path, found: Downloaded) -> None:
        self.found = found
        self._client = client
        self._base = base
        self._taken: set[Path] = set()
        self._fetched: set[str] = set()

    def has(self, url: str) -> bool:
        """Whether it was fetched already, as the asset of an item."""
        return url in self._fetched

    async def fetch(self, wanted: Wanted) -> None:
        self._fetched.add(wanted.url)
        path = free_path(self._base, wanted.name, self._taken)
        path = await download(self._client, wanted, path)
        if not path.suffix:
            path = await asyncio.to_thread(self._with_ending, path)
        self.found.append(path)

    async def write(self, name: str, data: bytes) -> None:
        path = free_path(self._base, name, self._taken)
        self.found.append(await asyncio.to_thread(save, data, path))

    def _with_ending(self, path: Path) -> Path:
        """The name of a file that only its content gives an ending."""
        with path.open("rb") as file:
            ending = extension(sniff(file.read(64)))
        if not ending:
            return path
        return path.replace(free_path(self._base, path.name + ending, self._taken))


def _self_link(item: Mapping[str, Any]) -> str:
    for link in reading.objects(item.get("links")):
        if link.get("rel") == "self":
            return absolute(link.get("href"))
    return ""


def _endpoint(members: Mapping[str, Any]) -> str:
    endpoint = reading.text(
        reading.first(members, "storage:endpoint", "storage:platform")
    )
    return endpoint if "://" in endpoint else ""


def _complete(item: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what pystac insists on and servers forget."""
    defaults = {"stac_version": "1.0.0", "links": [], "assets": {}, "properties": {}}
    known = {name: value for name, value in item.items() if value is not None}
    filled = {**defaults, **known, "geometry": item.get("geometry")}
    filled["properties"] = {"datetime": None, **filled["properties"]}
    return filled
