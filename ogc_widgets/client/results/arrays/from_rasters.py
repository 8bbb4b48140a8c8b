"""Rasters as arrays of xarray by odc-stac, whose files the package's connection reads.

odc-stac lays the pixels of items on one grid, and reads a part of it when that is
computed. Here it gets a driver of its own: files are not opened by GDAL's HTTP client,
which knows neither the credentials nor the proxies of the connection, but in parts by
:class:`RemoteFile`. That works in the threads of this process, with dask or without,
and not in workers that are other processes.
"""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ogc_widgets.area.footprint import outline
from ogc_widgets.area.reading import numbers_of_box
from ogc_widgets.client.results.arrays.pixels import opened
from ogc_widgets.errors import InputError, need_extra
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import xarray as xr

    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.files.remote_file import RemoteFile
    from ogc_widgets.client.results.files.result_files import ResultFile
    from ogc_widgets.protocol.json_type import JsonObject

NO_LIMIT: Final = 2**62
"""Bytes: what somebody computes is read, however large it is."""
_MOST_HEADS: Final = 32
_KEPT_FILES: Final = 8
_CHUNK_PX: Final = 2048
_NO_CONTEXT: Any = None
_PROJECTION = ("proj:code", "proj:epsg", "proj:shape", "proj:transform", "proj:wkt2")
_PROJ_URI: Final = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"


@dataclass(frozen=True)
class RasterSource:
    """A raster to be read: an asset of an item."""

    item: JsonObject
    key: str
    file: ResultFile | Content


def dataset_of_rasters(
    sources: Sequence[RasterSource],
    *,
    bbox: str | Iterable[float] | None = None,
    resolution: float | None = None,
    chunks: Mapping[str, int] | None = None,
) -> xr.Dataset:
    """Lay rasters on one grid, item by item; see :meth:`Results.to_xarray`."""
    need_extra("Reading rasters into xarray", "xarray", "odc.stac")
    import odc.stac

    box: Any = None if bbox is None else numbers_of_box(bbox)
    if box and len(box) == 6:
        box = (*box[:2], *box[3:5])
    if not sources:
        raise InputError(
            "There are no rasters among these files.",
            advice="Name their assets: results.to_xarray(assets=[...])",
        )
    files = _Files({f"/{at}/{one.key}": one for at, one in enumerate(sources)})
    items, grid = _items_of(files)
    if resolution is not None:
        grid["resolution"] = resolution
    sizes: Any = {"x": _CHUNK_PX, "y": _CHUNK_PX} if chunks is None else dict(chunks)
    try:
        found: xr.Dataset = odc.stac.load(
            items,
            chunks=sizes,
            driver=_Driver(files),
            bbox=box,
            groupby="id" if len(items) == 1 else "time",
            **grid,
        )
    # odc-stac says most of what it cannot do with a ValueError.
    except ValueError as error:
        said = clean(error, limit=200).rstrip(".")
        raise InputError(
            f"These rasters have no common grid: {said}.",
            advice="Choose assets that belong together, and say a resolution.",
        ) from error
    return found


class _Files:
    """The files of a dataset, opened when they are read; a few stay open."""

    def __init__(self, sources: Mapping[str, RasterSource]) -> None:
        self.sources = sources
        self.open = functools.lru_cache(_KEPT_FILES)(self._open)

    def _open(self, name: str) -> RemoteFile:
        file = self.sources[name].file.open()
        file.limit(NO_LIMIT)
        return file

    def head(self, name: str) -> dict[str, Any]:
        """What the file says of its grid and its bands."""
        with opened(self.open(name)) as image:
            if image.crs is None:
                raise InputError(
                    f"{clean(image.name.rpartition('/')[2], limit=80)} does not say "
                    "where on the Earth it lies."
                )
            code = image.crs.to_epsg()
            bands = [
                {"data_type": kind, **({} if nodata is None else {"nodata": nodata})}
                for kind, nodata in zip(image.dtypes, image.nodatavals, strict=True)
            ]
            return {
                **({"proj:code": f"EPSG:{code}"} if code else {}),
                **({} if code else {"proj:wkt2": image.crs.to_wkt()}),
                "proj:shape": [image.height, image.width],
                "proj:transform": [*image.transform][:6],
                "raster:bands": bands,
                "resolution": image.res[0],
                "crs": f"EPSG:{code}" if code else image.crs.to_wkt(),
            }


def _items_of(files: _Files) -> tuple[list[Any], dict[str, Any]]:
    """Items as odc-stac takes them, and a grid where they do not say one.

    Where an item says nothing of its grid the heads of files are read: of the first of
    each asset, and of some more. The others are placed by their footprints.
    """
    import pystac

    made: dict[int, Any] = {}
    grid: dict[str, Any] = {}
    heads: dict[str, dict[str, Any]] = {}
    left = _MOST_HEADS
    for name, source in files.sources.items():
        item = made.get(id(source.item))
        if item is None:
            item = made[id(source.item)] = _plain_item(source.item, len(made))
        asset = reading.mapping(
            reading.mapping(source.item.get("assets")).get(source.key)
        )
        said = {**reading.mapping(source.item.get("properties")), **asset}
        more = {key: said[key] for key in _PROJECTION if said.get(key) is not None}
        if said.get("raster:bands"):
            more["raster:bands"] = said["raster:bands"]
        is_placed = {"proj:shape", "proj:transform"} <= set(more) and (
            {"proj:code", "proj:epsg", "proj:wkt2"} & set(more)
        )
        if source.key not in heads or (not is_placed and left > 0):
            left -= 1
            head = files.head(name)
            heads.setdefault(source.key, head)
            more = {**head, **more} if is_placed else {**more, **head}
            if not is_placed:
                grid = grid or {key: head[key] for key in ("crs", "resolution")}
        more.setdefault("raster:bands", heads[source.key]["raster:bands"])
        for key in ("crs", "resolution"):
            more.pop(key, None)
        item.assets[source.key] = pystac.Asset(
            name, media_type="image/tiff", roles=["data"], extra_fields=more
        )
    return [*made.values()], grid


def _plain_item(item: JsonObject, number: int) -> Any:  # noqa: ANN401 # of pystac
    """An item of pystac with what odc-stac reads, and no assets yet."""
    import pystac

    from ogc_widgets.area.area import geojson_of

    geometry = bbox = None
    with contextlib.suppress(InputError):
        shape = outline(item)[0].shape
        geometry, bbox = geojson_of(shape), [*shape.bounds]
    facts = reading.mapping(item.get("properties"))
    said = reading.first(facts, "datetime", "start_datetime")
    with silent():
        moment = reading.moment(said, "datetime")
    return pystac.Item(
        id=clean(item.get("id"), limit=200) or f"item {number + 1}",
        geometry=geometry,
        bbox=bbox,
        datetime=moment or datetime.fromtimestamp(number, UTC),
        properties={},
        stac_extensions=[_PROJ_URI],
    )


class _Driver:
    """What odc-stac asks of a driver."""

    md_parser = None
    dask_reader = None
    aux_reader = None

    def __init__(self, files: _Files) -> None:
        self._files = files

    def new_load(self, _geobox: object, *, chunks: object = None) -> None:
        """Nothing is kept for a load."""

    def finalise_load(self, load_state: object) -> object:
        """Nothing is kept for a load."""
        return load_state

    def capture_env(self) -> dict[str, Any]:
        """Nothing of the surroundings is used: no credentials that lie around."""
        return {}

    def restore_env(
        self, _env: object, _load_state: object
    ) -> contextlib.AbstractContextManager[None]:
        """As above."""
        return contextlib.nullcontext(None)

    def open(self, source: Any, _context: object) -> _Reader:  # noqa: ANN401 # of odc-loader
        """Open one band of a file."""
        return _Reader(self._files, source)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "The files are read through the connection of this process, which cannot "
            "be sent to another one: use dask's threads, or download the files first."
        )

    def __dask_tokenize__(self) -> object:
        return ("ogc_widgets", id(self._files))


class _Reader:
    """Reads a part of one band."""

    def __init__(self, files: _Files, source: Any) -> None:  # noqa: ANN401 # of odc-loader
        self._files = files
        self._source = source

    def read(
        self,
        cfg: Any,  # noqa: ANN401 # of odc-loader, as all others
        dst_geobox: Any,  # noqa: ANN401
        *,
        dst: Any = None,  # noqa: ANN401
        selection: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Read what belongs in a part of the grid."""
        from odc.loader import RioReader

        with opened(self._files.open(self._source.uri)) as image:
            # While it is open, GDAL finds the file by its name.
            source = self._source.patch(uri=image.name)
            reader = RioReader(source, _NO_CONTEXT)
            return reader.read(cfg, dst_geobox, dst=dst, selection=selection)
