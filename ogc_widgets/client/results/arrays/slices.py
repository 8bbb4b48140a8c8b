"""Slices of a dataset that lie on the Earth, as GeoTIFF in memory for a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError, need_extra
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

MOST_PX: Final = 4_000
"""Of the longer side; of a larger grid every second pixel is taken, or fewer."""
_X: Final = frozenset({"x", "lon", "longitude", "long", "easting", "xc"})
_Y: Final = frozenset({"y", "lat", "latitude", "northing", "yc"})
_STANDARD: Final = {
    "longitude": "x",
    "projection_x_coordinate": "x",
    "grid_longitude": "",
    "latitude": "y",
    "projection_y_coordinate": "y",
    "grid_latitude": "",
}
_DEGREES: Final = ("lon", "lat", "longitude", "latitude", "long")
_UNEVEN: Final = 0.01  # of a step


@dataclass(frozen=True)
class Plane:
    """The two dimensions of a variable that lie on the Earth.

    Attributes:
        x: Name of the one to the east.
        y: Name of the one to the north.
        system: Its reference system, as rasterio takes it.
        others: The other dimensions.
    """

    x: str
    y: str
    system: str
    others: tuple[str, ...]


def plane_of(dataset: xr.Dataset, name: str) -> Plane:
    """Find out where a variable lies, by its coordinates (CF conventions).

    Raises:
        InputError: It cannot be laid on a map; the sentence says why.
    """
    variable = dataset[name]
    shown = clean(name, limit=60)
    if variable.dtype.kind not in "iufb":
        raise InputError(f"{shown} holds no numbers.")
    sides: dict[str, str] = {}
    for one in map(str, variable.dims):
        if side := _side(dataset, one):
            sides.setdefault(side, one)
    if set(sides) != {"x", "y"}:
        if any(dataset[one].ndim == 2 for one in map(str, variable.coords)):
            raise InputError(f"{shown} lies on a curvilinear grid, place by place.")
        raise InputError(f"{shown} has no coordinates to the east and to the north.")
    for one in sides.values():
        if dataset.sizes[one] < 2:
            raise InputError(f"{shown} has only one place along {clean(one)}.")
    system = _system(dataset, variable, sides)
    others = tuple(one for one in map(str, variable.dims) if one not in sides.values())
    return Plane(sides["x"], sides["y"], system, others)


def geotiff_of(
    dataset: xr.Dataset, name: str, plane: Plane, at: Mapping[str, int]
) -> bytes:
    """One slice of a variable, which is all that is read of it."""
    need_extra("Showing a slice on the map", "raster", "rasterio")
    import numpy as np
    import rasterio
    from rasterio.io import MemoryFile
    from rasterio.transform import from_origin

    try:
        chosen = dataset[name].isel({one: int(at.get(one, 0)) for one in plane.others})
    except IndexError as error:
        raise InputError(f"{clean(name)} has no such slice.") from error
    steps = {
        one: slice(None, None, -(-dataset.sizes[one] // MOST_PX))
        for one in (plane.y, plane.x)
    }
    chosen = chosen.isel(steps).transpose(plane.y, plane.x)
    x, step_x = _even(chosen[plane.x].values)
    y, step_y = _even(chosen[plane.y].values)
    if x is not None or y is not None:
        even = {plane.x: x, plane.y: y}
        wanted = {key: value for key, value in even.items() if value is not None}
        chosen = chosen.sortby([*wanted]).sel(wanted, method="nearest")
    pixels = np.asarray(chosen.values, dtype="float32")
    xs, ys = chosen[plane.x].values, chosen[plane.y].values
    left, top = float(xs[0]), float(ys[0])
    if step_x < 0:
        pixels, left = pixels[:, ::-1], float(xs[-1])
    if step_y > 0:
        pixels, top = pixels[::-1], float(ys[-1])
    step_x, step_y = abs(step_x), abs(step_y)
    height, width = pixels.shape
    with MemoryFile() as file:
        with file.open(
            driver="COG",
            width=width,
            height=height,
            count=1,
            dtype="float32",
            crs=rasterio.crs.CRS.from_user_input(plane.system),
            transform=from_origin(left - step_x / 2, top + step_y / 2, step_x, step_y),
            nodata=float("nan"),
        ) as image:
            image.write(pixels, 1)
        return bytes(file.read())


def _side(dataset: xr.Dataset, dimension: str) -> str:
    """Whether a dimension runs to the east ("x"), to the north ("y"), or neither."""
    if dimension not in dataset.coords or dataset[dimension].ndim != 1:
        return ""
    values = dataset[dimension]
    if values.dtype.kind not in "iuf":
        return ""
    said = values.attrs
    standard = str(said.get("standard_name", "")).lower()
    if standard in _STANDARD:
        return _STANDARD[standard]
    units = str(said.get("units", "")).lower().replace(" ", "_")
    if units.startswith(("degrees_e", "degree_e")):
        return "x"
    if units.startswith(("degrees_n", "degree_n")):
        return "y"
    axis = str(said.get("axis", "")).lower()
    if axis in ("x", "y"):
        return axis
    lowered = dimension.lower()
    return "x" if lowered in _X else "y" if lowered in _Y else ""


def _system(
    dataset: xr.Dataset, variable: xr.DataArray, sides: Mapping[str, str]
) -> str:
    """Reference system of a variable."""
    names = [variable.attrs.get("grid_mapping"), variable.encoding.get("grid_mapping")]
    said = [
        dataset[name].attrs
        for name in (*names, "spatial_ref", "crs")
        if isinstance(name, str) and name in dataset.variables
    ]
    for attributes in (*said, dataset.attrs):
        if system := _said_system(attributes):
            return system
    standard = str(dataset[sides["x"]].attrs.get("standard_name", ""))
    units = str(dataset[sides["x"]].attrs.get("units", "")).lower()
    is_degrees = sides["x"].lower() in _DEGREES or standard == "longitude"
    if is_degrees or units.startswith("degree"):
        return "EPSG:4326"
    raise InputError(
        f"{clean(variable.name, limit=60)} does not say its reference system."
    )


def _said_system(attributes: Mapping[Any, Any]) -> str:
    for name in ("crs_wkt", "spatial_ref", "proj:code", "crs"):
        said = attributes.get(name)
        if isinstance(said, str) and said:
            return _known(said)
    if "grid_mapping_name" not in attributes:
        return ""
    import pyproj

    try:
        return str(pyproj.CRS.from_cf(dict(attributes)).to_wkt())
    # What it raises depends on what is missing.
    except Exception:  # noqa: BLE001 # then the file does not say it
        return ""


def _known(definition: str) -> str:
    import pyproj

    try:
        return str(pyproj.CRS.from_user_input(definition).to_wkt())
    except pyproj.exceptions.CRSError:
        return ""


def _even(values: Any) -> tuple[Any, float]:  # noqa: ANN401 # an array of numpy
    """The even coordinates nearest to uneven ones, or None; and the step."""
    import numpy as np

    steps = np.diff(values.astype(float))
    step = float(values[-1] - values[0]) / (len(values) - 1)
    if not np.isfinite(steps).all() or (np.sign(steps) != np.sign(step)).any():
        raise InputError("Its coordinates do not run in one direction.")
    if (np.abs(steps - step) <= abs(step) * _UNEVEN).all():
        return None, step
    low, high = sorted((float(values[0]), float(values[-1])))
    return np.linspace(low, high, len(values)), abs(step)
