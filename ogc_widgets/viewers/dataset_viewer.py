"""netCDF, Zarr and the like: what is in them, and a slice of it on the map."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.client.results.arrays.described import described
from ogc_widgets.client.results.arrays.from_datasets import open_dataset
from ogc_widgets.client.results.arrays.slices import Plane, geotiff_of, plane_of
from ogc_widgets.client.results.files.remote_file import BytesSource, RemoteFile
from ogc_widgets.errors import InputError
from ogc_widgets.map.raster_layers import ShownRaster
from ogc_widgets.protocol.text import clean
from ogc_widgets.raster import open_raster
from ogc_widgets.viewers.tree_viewer import TreeViewer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from ogc_widgets.client.results.content import Content
    from ogc_widgets.map.raster_layers import RasterLayers

_MOST_LABELS: Final = 400
_MOST_BYTES: Final = 256 * 2**20
_NAMES: Final = {"nc": "netCDF", "zarr": "Zarr", "grib": "GRIB", "hdf": "HDF5"}


class DatasetViewer(TreeViewer):
    """Shows a dataset as xarray describes it; of its values only what is asked for."""

    _script = "dataset_viewer"

    variables: Any = traitlets.List().tag(sync=True)
    """``{"name", "dims"}`` of those that can be laid on a map; of each other dimension
    ``{"name", "size", "labels"}``."""
    why_not = traitlets.Unicode().tag(sync=True)
    """Why nothing of it can be laid on a map."""
    can_show = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    """Whether there is a map."""
    is_working = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    shown = traitlets.Unicode().tag(sync=True)
    """What of it lies on the map."""

    def __init__(self, content: Content) -> None:
        self.rasters: RasterLayers | None = None
        self._dataset: xr.Dataset | None = None
        self._planes: dict[str, Plane] = {}
        self._layer = ""
        super().__init__(content)
        self._showing = self._latest()

    def on_map(self, rasters: RasterLayers) -> None:
        """Let slices be laid on a map."""
        self.rasters, self.can_show = rasters, True

    def _word(self) -> str:
        name = self.content.file.name.lower() if self.content.file else ""
        said = f"{self.content.media_type.lower()} {name}"
        return next((word for part, word in _NAMES.items() if part in said), "dataset")

    def _begin(self) -> None:
        self.is_loading = True

        async def work() -> tuple[xr.Dataset, Any]:
            return await asyncio.to_thread(self._open)

        self._start(work, self._opened)

    def _open(self) -> tuple[xr.Dataset, Any]:
        dataset = open_dataset(self.content, most_bytes=_MOST_BYTES)
        return dataset, described(dataset)

    def _opened(self, found: tuple[xr.Dataset, Any]) -> None:
        self._dataset, tree = found
        self.is_loading = False
        reasons = []
        variables = []
        for name in map(str, self._dataset.data_vars):
            try:
                plane = self._planes[name] = plane_of(self._dataset, name)
            except InputError as error:
                reasons.append(error.what)
            else:
                dims = [_dimension(self._dataset, one) for one in plane.others]
                variables.append({"name": name, "dims": dims})
        self.variables = variables
        if reasons and not variables:
            self.why_not = f"Nothing of it is shown on the map: {reasons[0]}"
        self._show(tree)

    def _on_branches(self, path: list[int], first: int = 0) -> None:
        """Send what is in a branch; values are read aside."""

        async def work() -> list[dict[str, Any]]:
            return await asyncio.to_thread(self._branches, path, first)

        self._start(work, lambda rows: self._send_branches(path, first, rows))

    def _on_lay(self, variable: str, at: Mapping[str, int]) -> None:
        """Lay a slice on the map, in place of the one before."""
        dataset, plane = self._dataset, self._planes.get(variable)
        if dataset is None or plane is None or self.rasters is None:
            raise InputError("This variable cannot be laid on the map.")
        self.is_working, self.problem = True, ""

        async def work() -> ShownRaster:
            return await asyncio.to_thread(_drawn, dataset, variable, plane, at)

        self._showing.start(work, self._lay)

    def _lay(self, found: ShownRaster) -> None:
        self._on_take_off()
        self.is_working = False
        if self.rasters is not None:
            self._layer = self.rasters.add(found)
            self.shown = found.title

    def _on_take_off(self) -> None:
        """Take the slice off the map."""
        if self.rasters is not None and self._layer:
            self.rasters.remove(self._layer)
        self._layer = self.shown = ""

    def report(self, error: BaseException) -> None:
        """Show an error."""
        self.is_working = False
        super().report(error)

    def _let_go(self) -> None:
        self._on_take_off()
        self._dataset = None
        super()._let_go()


def _dimension(dataset: xr.Dataset, name: str) -> dict[str, Any]:
    size, labels = dataset.sizes[name], list[str]()
    if name in dataset.coords and size <= _MOST_LABELS:
        labels = [_label(one) for one in dataset[name].values]
    return {"name": name, "size": size, "labels": labels}


def _label(value: Any) -> str:  # noqa: ANN401 # of numpy
    if value.dtype.kind == "M":
        return str(value)[:16].replace("T", " ").removesuffix(" 00:00")
    return f"{value:.6g}" if value.dtype.kind == "f" else clean(value, limit=40)


def _drawn(
    dataset: xr.Dataset, name: str, plane: Plane, at: Mapping[str, int]
) -> ShownRaster:
    """Read a slice, and open it as a raster."""
    data = geotiff_of(dataset, name, plane, at)
    variable = dataset[name]
    band = {"name": name, "unit": str(variable.attrs.get("units", ""))}
    about = {"raster:bands": [band]}
    raster = open_raster(RemoteFile(BytesSource(data), "slice.tif"), about=about)
    try:
        style = raster.default_style()
        labels = [_dimension(dataset, one)["labels"] for one in plane.others]
        places = [
            labels[number][int(at.get(one, 0))]
            if labels[number]
            else f"{one} {int(at.get(one, 0)) + 1}"
            for number, one in enumerate(plane.others)
        ]
        title = clean(", ".join([name, *places]), limit=60)
        return ShownRaster(raster, style, raster.legend(style), title)
    except BaseException:
        raster.close()
        raise
