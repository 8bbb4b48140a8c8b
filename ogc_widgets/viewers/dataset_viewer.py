"""netCDF, Zarr and the like: what is in them, and a slice of it on the map."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.client.results.arrays.from_datasets import open_dataset
from ogc_widgets.client.results.arrays.slices import Plane, geotiff_of, plane_of
from ogc_widgets.client.results.files.remote_file import BytesSource, RemoteFile
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean, counted, in_bytes
from ogc_widgets.raster import open_raster
from ogc_widgets.viewers.raster_viewer import MapViewer, shown
from ogc_widgets.viewers.tree_viewer import Asked, Branch, TreeViewer, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from ogc_widgets.client.results.content import Content
    from ogc_widgets.map.raster_layers import ShownRaster

_MOST_READ: Final = 8_000_000  # bytes, to say what values are like
_SHOWN: Final = 3
_MOST_LABELS: Final = 400
_MOST_BYTES: Final = 256 * 2**20
_NAMES: Final = {"nc": "netCDF", "zarr": "Zarr", "grib": "GRIB", "hdf": "HDF5"}


class DatasetViewer(MapViewer, TreeViewer):
    """Shows a dataset as xarray describes it; of its values only what is asked for."""

    _script = "dataset_viewer"

    variables: Any = traitlets.List().tag(sync=True)
    """``{"name", "dims"}`` of those that can be laid on a map; of each other dimension
    ``{"name", "size", "labels"}``."""
    why_not = traitlets.Unicode().tag(sync=True)
    """Why nothing of it can be laid on a map."""
    is_working = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    shown = traitlets.Unicode().tag(sync=True)
    """What of it lies on the map."""

    def __init__(self, content: Content) -> None:
        self._dataset: xr.Dataset | None = None
        self._planes: dict[str, Plane] = {}
        super().__init__(content)

    def _word(self) -> str:
        said = f"{self.content.media_type} {self.content.name}".lower()
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
        if dataset is None or plane is None or self._rasters is None:
            raise InputError("This variable cannot be laid on the map.")
        self.is_working, self.problem = True, ""

        async def work() -> ShownRaster:
            return await asyncio.to_thread(_drawn, dataset, variable, plane, at)

        self._opening.start(work, self._lay)

    def _lay(self, found: ShownRaster) -> None:
        self._on_take_off()
        self.is_working = False
        if self._rasters is not None:
            self._layer = self._rasters.add(found)
            self.shown = found.title

    def _on_take_off(self) -> None:
        """Take the slice off the map."""
        super()._on_take_off()
        self.shown = ""

    def report(self, error: BaseException) -> None:
        """Show an error."""
        self.is_working = False
        super().report(error)

    def _let_go(self) -> None:
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
    unit = str(dataset[name].attrs.get("units", ""))
    about = {"raster:bands": [{"name": name, "unit": unit}]}
    places = []
    for one in plane.others:
        number, labels = int(at.get(one, 0)), _dimension(dataset, one)["labels"]
        places.append(labels[number] if labels else f"{one} {number + 1}")
    raster = open_raster(RemoteFile(BytesSource(data), "slice.tif"), about=about)
    return shown(raster, ", ".join([name, *places]))


def described(dataset: xr.Dataset) -> Branch:
    """Describe a dataset; values are only read for what is opened."""
    sizes = " · ".join(f"{name} {size:,}" for name, size in dataset.sizes.items())
    parts = {
        "coordinates": _variables(dataset, dataset.coords, is_open=False),
        "variables": _variables(dataset, dataset.data_vars, is_open=True),
        "attributes": _attributes(dataset.attrs),
    }
    filled = {name: part for name, part in parts.items() if part}
    return Branch(
        filled, f"{counted(len(dataset.sizes), 'dimension')}: {sizes}", is_open=True
    )


def _attributes(attributes: Mapping[Any, Any]) -> Branch:
    found = {str(name): _plain(value) for name, value in attributes.items()}
    return Branch(found, f"({len(found)})")


def _variables(
    dataset: xr.Dataset, names: Mapping[Any, Any], *, is_open: bool
) -> Branch:
    found = {str(name): _variable(dataset, name) for name in names}
    return Branch(found, f"({len(found)})", is_open=is_open)


def _variable(dataset: xr.Dataset, name: Any) -> Branch:  # noqa: ANN401 # hashable
    variable = dataset[name]
    said, packed = variable.attrs, variable.encoding
    title = said.get("long_name") or said.get("standard_name") or ""
    unit = said.get("units") or packed.get("units") or ""
    about = ", ".join(str(one) for one in (title, unit) if one)
    dims = ", ".join(map(str, variable.dims))
    members: dict[str, Any] = {
        "values": Asked(lambda: values_of(variable), "summarise"),
        **_attributes(said),
    }
    members["size"] = Words(in_bytes(variable.nbytes))
    parts = packed.get("chunksizes") or packed.get("chunks")
    if parts:
        members["parts"] = Words(" x ".join(f"{one:,}" for one in parts))
    return Branch(members, f"{variable.dtype} ({dims}) {about}".rstrip())


def values_of(variable: xr.DataArray) -> dict[str, Any]:
    """What the values of a variable are like; of a large one, of some slices."""
    import numpy as np

    read, words = variable, "all of them"
    if variable.nbytes > _MOST_READ and variable.ndim:
        longest = str(variable.dims[0])
        one = max(1, variable.nbytes // variable.sizes[longest])
        count = max(1, min(variable.sizes[longest], _MOST_READ // one))
        at = np.unique(np.linspace(0, variable.sizes[longest] - 1, count).astype(int))
        read = variable.isel({longest: at})
        words = f"{len(at):,} of {variable.sizes[longest]:,} along {longest}"
    values = np.asarray(read.values)
    flat = values.ravel()
    found: dict[str, Any] = {"read": Words(words)}
    if values.dtype.kind in "iuf":
        good = flat[np.isfinite(flat)]
        if len(good):
            found |= {
                "lowest": Words(f"{good.min():,.6g}"),
                "highest": Words(f"{good.max():,.6g}"),
                "mean": Words(f"{good.mean(dtype=float):,.6g}"),
            }
        missing = len(flat) - len(good)
        found["missing"] = Words(f"{missing / max(1, len(flat)):.1%}")
    first = [_text(one) for one in flat[:_SHOWN]]
    more = ["…"] if len(flat) > 2 * _SHOWN else []
    last = [_text(one) for one in flat[_SHOWN:][-_SHOWN:]]
    found["first and last"] = Words(", ".join([*first, *more, *last]))
    return found


def _text(value: Any) -> str:  # noqa: ANN401 # of numpy
    if getattr(value, "dtype", None) is not None and value.dtype.kind == "M":
        return str(value)[:19].removesuffix("T00:00:00")
    return f"{value:.6g}" if isinstance(value, float) else clean(value, limit=40)


def _plain(value: Any) -> Any:  # noqa: ANN401 # an attribute
    """An attribute without the types of numpy."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
