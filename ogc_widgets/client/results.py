"""The results of a job: outputs, STAC items, and the files that they point to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ogc_widgets.api import reading
from ogc_widgets.api.links import (
    WEB_SCHEMES,
    absolute,
    is_private_host,
    same_origin,
    without_query,
)
from ogc_widgets.api.text import clean
from ogc_widgets.client.downloads import (
    asset_file,
    download,
    free_path,
    name_in_url,
    safe_filename,
)
from ogc_widgets.client.loop import on_loop, run
from ogc_widgets.client.objectstore import S3_ADVICE, is_object
from ogc_widgets.client.remote_file import ObjectSource, RemoteFile, Source, WebSource
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    import pystac

    from ogc_widgets.api.results import ResultsDocument
    from ogc_widgets.client.connection import Connection


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


class Results:
    """What a job gave.

    Attributes:
        outputs: Output id to value; ``{"href": ...}`` for a reference.
        items: The STAC items found in them, as dicts.
        raw: The document as it came.
        media_types: Output id to media type, of the outputs that have one.
    """

    def __init__(self, client: Connection, document: ResultsDocument) -> None:
        self._client = client
        self._document = document
        self.outputs: dict[str, Any] = document.outputs
        self.items: list[dict[str, Any]] = document.items
        self.raw: Any = document.raw
        self.media_types: dict[str, str] = document.media_types

    @property
    def catalogs(self) -> list[dict[str, Any]]:
        """STAC catalogues and collections among the outputs, as dicts."""
        return self._document.catalogs

    def item_collection(self) -> pystac.ItemCollection:
        """Return the STAC items as a pystac object."""
        # Imported here: pystac is slow to load and most never need it.
        import pystac

        return pystac.ItemCollection([_complete(item) for item in self.items])

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
            return "The item gives no address that can be opened, only a path."
        if same_origin(href, self._client.url):
            return ""
        if is_private_host(href) and not is_private_host(self._client.url):
            host = clean(urlsplit(href).hostname, limit=80)
            return f"Only machines near the server can reach {host}."
        return ""

    def download(
        self,
        folder: str | Path,
        *,
        items: Iterable[Mapping[str, Any]] | None = None,
        assets: Iterable[str] | None = None,
    ) -> list[Path]:
        """Download files of the items into a folder.

        Each file appears under its name only when it is complete; an earlier file of
        that name stays until then.

        Args:
            folder: Where to; made if it does not exist.
            items: Which items; all of them if left out.
            assets: Which assets, by key; every one that can be reached if left out.

        Returns:
            The paths, in the order of items and assets.

        Raises:
            InputError: An asset was asked for that cannot be reached, or the folder
                cannot be written.
            ServerError: A file could not be downloaded.
        """
        return run(self.aio_download, folder, items=items, assets=assets)

    @on_loop
    async def aio_download(
        self,
        folder: str | Path,
        *,
        items: Iterable[Mapping[str, Any]] | None = None,
        assets: Iterable[str] | None = None,
    ) -> list[Path]:
        """Download files of the items into a folder, awaitable."""
        wanted_keys = None if assets is None else set(assets)
        base = Path(folder)
        taken: set[Path] = set()
        paths = []
        for item in self.items if items is None else items:
            for asset in self.assets(item):
                if wanted_keys is not None and asset.key not in wanted_keys:
                    continue
                if not asset.reachable:
                    if wanted_keys is None:
                        continue
                    raise InputError(
                        f"The asset {clean(asset.key)!r} cannot be downloaded. "
                        f"{asset.why_not}"
                    )
                source = asset_file(item, asset.key, item["assets"][asset.key])
                path = free_path(base, source.name, taken)
                wanted = replace(source, url=asset.href)
                paths.append(await download(self._client, wanted, path))
        return paths

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
