"""netCDF, HDF5, Zarr and GRIB as datasets of xarray, of which only parts are read."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from ogc_widgets.client.results.arrays.pixels import FileForC
from ogc_widgets.client.results.files.remote_file import SAFE
from ogc_widgets.errors import InputError, OgcError, ProtocolError, need_extra
from ogc_widgets.protocol.media_types import sniff
from ogc_widgets.protocol.secrets import AGAIN, why_it_ended
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xarray as xr

    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.files.remote_file import RemoteFile

_FIRST_BYTES: Final = 512
_FEATURE: Final = "Reading this format"


def is_zarr(content: Content) -> bool:
    """Whether an output is Zarr, by its media type or name."""
    path = content.url.partition("?")[0].rstrip("/").lower()
    return "zarr" in content.media_type.lower() or any(
        one.endswith((".zarr", ".zarr.zip")) for one in (path, content.name.lower())
    )


def open_dataset(
    content: Content,
    *,
    chunks: Mapping[str, int] | None = None,
    most_bytes: int | None = None,
) -> xr.Dataset:
    """Open an output; see :meth:`Results.to_xarray`.

    Args:
        content: The output.
        chunks: Sizes of the parts that dask reads at once; without dask if left out.
        most_bytes: What reading it may cost; no limit if left out.
    """
    need_extra(_FEATURE, "xarray", "xarray")
    file = content.open()  # or says why it cannot be
    name = clean(content.name, limit=80)
    options: dict[str, Any] = {"chunks": None if chunks is None else dict(chunks)}
    if is_zarr(content) and not _is_archive(content):
        return _zarr(content, name, options)
    file.limit(2**62 if most_bytes is None else most_bytes)
    start = file.read(_FIRST_BYTES) or b""
    file.seek(0)
    kind = sniff(start)
    if kind == "application/zip":
        return _zarr(content, name, options)
    if kind in _READERS:
        return _READERS[kind](file, name, options)
    content.refuse_page(start)
    begins = f"like {kind}" if kind else "like no dataset that is known here"
    raise ProtocolError(
        f"{name} says it is a dataset and begins {begins}.",
        safe=SAFE,
        advice="Download it to look into it.",
    )


def _is_archive(content: Content) -> bool:
    path = content.url.partition("?")[0].lower()
    return not content.url or path.endswith(".zip")


def _hdf5(file: RemoteFile, name: str, options: dict[str, Any]) -> xr.Dataset:
    """NetCDF 4, or other HDF5; the first group with variables, if the file has any."""
    import xarray as xr

    need_extra(_FEATURE, "xarray", "h5netcdf")
    with _in_words(file, name) as part:
        found: dict[str, xr.Dataset] = xr.open_groups(
            cast("Any", part), engine="h5netcdf", phony_dims="access", **options
        )
    return next((one for one in found.values() if one.data_vars), found["/"])


def _classic(
    file: RemoteFile,
    name: str,
    options: dict[str, Any],
) -> xr.Dataset:
    """NetCDF 3, which scipy reads; all of it, as its parts are spread over the file."""
    import xarray as xr

    need_extra(_FEATURE, "xarray", "scipy")
    with _in_words(file, name) as part:
        found: xr.Dataset = xr.open_dataset(
            cast("Any", part), engine="scipy", **options
        )
    return found


def _grib(file: RemoteFile, name: str, options: dict[str, Any]) -> xr.Dataset:
    """GRIB, which eccodes reads from a file of this machine, all of it."""
    import xarray as xr

    try:
        __import__("cfgrib")
    except (ImportError, RuntimeError) as error:
        raise InputError(
            f"{name} is GRIB, and what reads that is not installed.",
            advice='Install it with: pip install "cfgrib>=0.9.14" – or download the '
            "file.",
        ) from error
    with tempfile.TemporaryDirectory(prefix="ogcw-") as folder:
        path = Path(folder) / "dataset.grib"
        path.write_bytes(file.read(file.size) or b"")
        with _quietly():
            options = {**options, "backend_kwargs": {"indexpath": ""}}
            found: xr.Dataset = xr.open_dataset(path, engine="cfgrib", **options)
            return found.load()


_READERS: Final = {
    "application/x-hdf5": _hdf5,
    "application/x-netcdf": _classic,
    "application/x-grib": _grib,
}


def _zarr(content: Content, name: str, options: dict[str, Any]) -> xr.Dataset:
    import xarray as xr

    need_extra(_FEATURE, "xarray", "zarr")
    from ogc_widgets.client.results.arrays.zarr_store import below, in_archive

    is_archive = _is_archive(content)
    if is_archive:
        store = in_archive(content.open(), name)
    elif content.file is not None and content.file.connection is not None:
        store = below(content.file.connection, content.url)
    else:
        raise InputError(f"{name} has no address that can be read.")
    try:
        with _quietly():
            found: xr.Dataset = xr.open_zarr(store, **options)
    except OgcError:
        raise
    except Exception as error:
        said = clean(error, limit=200).rstrip(".")
        raise ProtocolError(
            f"{name} cannot be read as Zarr ({type(error).__name__}: {said}).",
            safe=SAFE,
            advice="A folder that cannot be listed needs consolidated metadata.",
        ) from error
    if not found.variables and not is_archive:
        raise ProtocolError(
            "There is no Zarr at this address, or its metadata are not consolidated.",
            safe=SAFE,
            advice=why_it_ended(content.url),
        )
    return found


@contextlib.contextmanager
def _in_words(file: RemoteFile, name: str) -> Iterator[FileForC]:
    """Raise what went wrong: on the way to the file, or else in the file."""
    part = FileForC(file)
    try:
        with _quietly():
            yield part
    # Libraries raise all sorts of things of a broken file.
    except Exception as error:
        if part.failed is not None:
            raise part.failed from None
        said = clean(error, limit=200).rstrip(".")
        raise ProtocolError(
            f"{name} is broken, or incomplete ({type(error).__name__}: {said}).",
            safe=SAFE,
            advice=f"{AGAIN} Or download it to look into it.",
        ) from error


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without what libraries say to those who call them, of dates and metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
