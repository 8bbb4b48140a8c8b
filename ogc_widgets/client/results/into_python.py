"""Outputs as what the libraries of the field work with."""

from __future__ import annotations

import asyncio
import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.facade import blocking
from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.client.results.arrays.from_datasets import open_dataset
from ogc_widgets.client.results.arrays.from_rasters import (
    RasterSource,
    dataset_of_rasters,
)
from ogc_widgets.client.results.chosen import chosen_items, chosen_names
from ogc_widgets.client.results.content import no_such_output
from ogc_widgets.client.results.features import (
    features_of,
    geodataframe,
    geodataframe_of,
    properties_of,
)
from ogc_widgets.client.results.files.names import name_in_url
from ogc_widgets.client.results.files.result_files import LeftOut
from ogc_widgets.client.results.kinds import kind_of_file
from ogc_widgets.client.results.tables.delimited import read_delimited
from ogc_widgets.client.results.tables.reading import (
    is_parquet,
    read_parquet,
    records_in,
)
from ogc_widgets.errors import (
    InputError,
    LeftOutWarning,
    ProtocolError,
    need_extra,
)
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import pandas as pd
    import PIL.Image
    import pystac
    import xarray as xr
    from PIL import Image

    from ogc_widgets.client.results.chosen import Items
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.files.result_files import Asset, ResultFile
    from ogc_widgets.protocol.json_type import JsonObject

_BESIDE: Final = frozenset({"thumbnail", "overview", "visual", "metadata"})


class IntoPython:
    """What results become in Python: data frames, arrays, pictures, open files.

    Each method has an awaitable twin whose name begins with ``aio_``.
    """

    items: list[dict[str, Any]]
    left_out_items: list[LeftOut]

    @property
    def contents(self) -> dict[str, Content]:
        """What there is to look at, by output id: one for each value, in order."""
        raise NotImplementedError

    def assets(self, item: JsonObject) -> list[Asset]:
        """List the files of an item, and say of each whether it can be read from here.

        Args:
            item: One of ``items``.
        """
        raise NotImplementedError

    @on_loop
    async def aio_table(self, output_id: str) -> pd.DataFrame:
        """Read an output that is a table: CSV, Parquet, JSON records, features.

        Args:
            output_id: Which output; ``"id 2"`` where it has several values.

        Raises:
            MissingExtraError: pandas is not installed (extra ``data``).
            InputError: There is no such output, or it is no table.
            ServerError: It could not be read.
        """
        return await asyncio.to_thread(table, self._content(output_id))

    table = blocking(aio_table)

    @on_loop
    async def aio_image(self, output_id: str) -> PIL.Image.Image:
        """Open an output that is a picture, with Pillow.

        Args:
            output_id: Which output; ``"id 2"`` where it has several values.

        Raises:
            MissingExtraError: Pillow is not installed (extra ``data``).
            InputError: There is no such output, or it is no picture.
            ServerError: It could not be read.
        """
        return await asyncio.to_thread(image, self._content(output_id))

    image = blocking(aio_image)

    @on_loop
    async def aio_to_geodataframe(
        self, output: str | None = None, *, layer: str | None = None
    ) -> gpd.GeoDataFrame:
        """Return the STAC items, or the features of an output, for geopandas.

        Properties are columns, times are ``datetime64`` in UTC, ids are the index, and
        the geometries are in degrees (EPSG:4326). Those that need it are helped as on
        the map (a faulty one with a good ``bbox`` is its box); ``attrs["helped"]`` says
        which.

        Args:
            output: Id of an output with features: GeoJSON, GeoPackage, a zipped
                shapefile, KML, GML, GPX, FlatGeobuf, GeoParquet. All items if left out.
            layer: Name of the layer to read, where a file has several.

        Raises:
            MissingExtraError: geopandas (extra ``data``), or what reads the format
                (extra ``files``), is not installed.
            InputError: There is no such output, or it has no features.
            ServerError: It could not be read.
        """
        content = None if output is None else self._content(output)
        if content is None or content.kind == "items":
            return await asyncio.to_thread(geodataframe_of, self._features())
        return await asyncio.to_thread(geodataframe, content, layer)

    to_geodataframe = blocking(aio_to_geodataframe)

    @on_loop
    async def aio_to_xarray(
        self,
        items: Items | None = None,
        assets: str | Iterable[str] | None = None,
        *,
        output: str | None = None,
        bbox: str | Iterable[float] | None = None,
        resolution: float | None = None,
        chunks: Mapping[str, int] | None = None,
    ) -> xr.Dataset:
        """Return rasters, or an output that is a dataset, for xarray; read when used.

        Rasters of STAC items are laid on one grid by odc-stac: dimensions ``time``,
        ``y`` and ``x``, a variable for each band. Where items say nothing of their grid
        (``proj:``), that of the first file is taken. Everything is read through the
        client: with its credentials, from its object store, by signed links. That works
        in the threads of this process; ``.load()`` before handing it to others.

        Args:
            items: One of ``items`` or its id, or several; all of them if left out.
            assets: Keys of their assets; all rasters if left out.
            output: Id of an output instead: netCDF, HDF5, Zarr, GRIB, or a raster.
            bbox: West, south, east and north in degrees, of rasters.
            resolution: Size of a pixel, in units of the grid's reference system.
            chunks: Sizes of the parts that are read at once, by dimension; of rasters
                2,048 pixels if left out.

        Raises:
            MissingExtraError: xarray, or what reads the format, is not installed
                (extra ``xarray``).
            InputError: There is nothing of the kind, or it cannot be read from here.
            ServerError: It could not be read.
        """
        how: dict[str, Any] = {"bbox": bbox, "resolution": resolution, "chunks": chunks}
        content = None if output is None else self._content(output)
        if content is not None and content.kind != "items":
            return await asyncio.to_thread(_array_of, content, how)
        sources = self._rasters(items, assets)
        return await asyncio.to_thread(dataset_of_rasters, sources, **how)

    to_xarray = blocking(aio_to_xarray)

    def _file_of(self, item: JsonObject, key: str) -> ResultFile:
        """The file that an asset of an item is."""
        raise NotImplementedError

    def item_collection(self) -> pystac.ItemCollection:
        """Return the STAC items as a pystac object.

        Items that pystac cannot read are left out; ``left_out_items`` says which, and
        why.

        Raises:
            MissingExtraError: pystac is not installed (extra ``stac``).

        Warns:
            LeftOutWarning: There are some.
        """
        found, self.left_out_items = item_collection(self.items)
        if self.left_out_items:
            count = len(self.left_out_items)
            warnings.warn(
                f"{count} of {len(self.items)} items left out: "
                f"{self.left_out_items[0]}",
                LeftOutWarning,
                stacklevel=2,
            )
        return found

    def _features(self) -> list[dict[str, Any]]:
        """What is a row each in a data frame without an output."""
        return self.items

    def _content(self, output_id: str) -> Content:
        if not isinstance(output_id, str):
            raise InputError(
                f"The id of an output is a text, not {type(output_id).__name__}.",
                advice='Of an item: results.open(item, "key of the asset")',
            )
        if output_id not in self.contents:
            raise no_such_output(output_id, self.contents)
        return self.contents[output_id]

    def _rasters(
        self,
        items: Items | None,
        assets: str | Iterable[str] | None,
    ) -> list[RasterSource]:
        """The rasters of some items; of those that were not named, what can be read."""
        keys = chosen_names(assets, "assets")
        found, wrong = [], ""
        for item in chosen_items(items, self.items):
            for asset in self.assets(item):
                if keys is None and not _is_raster(asset):
                    continue
                if keys is not None and asset.key not in keys:
                    continue
                if asset.reachable:
                    file = self._file_of(item, asset.key)
                    found.append(RasterSource(item, asset.key, file))
                    continue
                wrong = (
                    wrong or f"{clean(asset.key)!r} cannot be opened. {asset.why_not}"
                )
        if wrong and (keys is not None or not found):
            raise InputError(f"The asset {wrong}")
        return found


def _is_raster(asset: Asset) -> bool:
    """Whether an asset is a raster to compute with, and not one to look at."""
    kind = kind_of_file(asset.type, name_in_url(asset.href))
    return kind == "raster" and not _BESIDE & {role.lower() for role in asset.roles}


def _array_of(content: Content, how: Mapping[str, Any]) -> xr.Dataset:
    """An output that is a dataset, or one raster."""
    if content.kind == "raster":
        content.open()  # or says why it cannot be
        key = Path(content.name).stem
        item: JsonObject = {"id": content.id, "assets": {key: {}}}
        found = dataset_of_rasters([RasterSource(item, key, content)], **how)
        return found.isel(time=0, drop=True)
    content.need_kind("a dataset or a raster", "dataset")
    if how["bbox"] is not None or how["resolution"] is not None:
        raise InputError(
            "bbox and resolution are for rasters.",
            advice="Choose a part of a dataset by its coordinates: "
            "dataset.sel(lat=slice(60, 40))",
        )
    return open_dataset(content, chunks=how["chunks"])


def table(content: Content) -> pd.DataFrame:
    """Read a table as a data frame; see :meth:`Results.table`."""
    need_extra("A data frame", "data", "pandas")
    # Imported here: it takes half a second, and only this needs it.
    import pandas as pd

    content.need_kind("a table", "table", "features", "json")
    data = content.read() if content.file else b""
    if content.kind == "table" and is_parquet(content, data):
        return read_parquet(data).to_pandas()
    if content.kind == "table" and isinstance(content.value, str | bytes | dict):
        found = read_delimited(data, content.media_type)
        return pd.read_csv(
            io.StringIO(found.text),
            sep=found.separator,
            decimal=found.decimal,
            header=0 if found.has_header else None,
            names=found.names,
            index_col=False,
        )
    if content.kind == "features":
        return pd.DataFrame(properties_of(features_of(content, data)))
    return pd.DataFrame(records_in(content.json()))


def item_collection(
    items: Iterable[Mapping[str, Any]],
) -> tuple[pystac.ItemCollection, list[LeftOut]]:
    """STAC items as pystac has them, and what it could not read and why.

    See :meth:`Results.item_collection`.
    """
    need_extra("An item collection", "stac", "pystac")
    # Imported here: pystac is slow to load and most never need it.
    import pystac

    good: list[pystac.Item] = []
    left_out: list[LeftOut] = []
    for item in items:
        try:
            good.append(pystac.Item.from_dict(_complete(item)))
        # pystac takes much for granted, and raises whatever comes of it.
        except Exception as error:  # noqa: BLE001 # told with the item
            name = clean(item.get("id"), limit=100)
            said = clean(error, limit=200).rstrip(".")
            why = f"pystac cannot read it ({type(error).__name__}: {said})"
            left_out.append(LeftOut(name, why))
    return pystac.ItemCollection(good), left_out


def _complete(item: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what pystac insists on and servers forget."""
    defaults = {"stac_version": "1.0.0", "links": [], "assets": {}, "properties": {}}
    known = {name: value for name, value in item.items() if value is not None}
    filled = {**defaults, **known, "geometry": item.get("geometry")}
    filled["properties"] = {"datetime": None, **filled["properties"]}
    return filled


def image(content: Content) -> Image.Image:
    """Open a picture; see :meth:`Results.image`."""
    need_extra("Opening a picture", "data", "PIL.Image")
    import PIL
    from PIL import Image

    content.need_kind("a picture", "picture", "raster")
    name = clean(content.id)
    try:
        found = Image.open(io.BytesIO(content.read()))
        found.load()
    except PIL.UnidentifiedImageError as error:
        raise ProtocolError(
            f"{name!r} is no picture that Pillow can open.",
            advice=f"Its bytes are results.contents[{content.id!r}].read().",
        ) from error
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        said = clean(error, limit=200).rstrip(".")
        raise ProtocolError(f"{name!r} cannot be opened: {said}.") from error
    return found
