"""What is read of a file on a server: little, and never without an end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from raster_files import (
    UTM,
    pixels_of,
    seen_at,
    seen_in_tile,
    served,
    tile_at,
    write,
    write_large,
)
from rasterio.transform import from_origin
from raw_server import RawServer, answer

import ogc_widgets as ogc
from ogc_widgets.client.results.files.remote_file import RemoteFile, WebSource
from ogc_widgets.errors import (
    BodyTooLargeError,
    DeadlineError,
    InputError,
    MissingExtraError,
    ProblemError,
)
from ogc_widgets.raster import (
    Style,
    datasets,
    open_raster,
    raster_file,
)

if TYPE_CHECKING:
    from pathlib import Path

GRAY = Style(colours="gray", stretch=((0.0, 255.0),))


def noise(side: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 255, (side, side)).astype("uint8")


def test_preview_of_a_gigabyte_reads_less_than_two_megabytes(tmp_path: Path) -> None:
    path = write_large(tmp_path / "large.tif")
    assert path.stat().st_size == 2**30
    with served(tmp_path) as remote:
        file = remote(path)
        with open_raster(file) as raster:
            assert raster.info.bytes == 2**30
            assert raster.info.has_overviews
            raster.legend(GRAY)
            raster.histogram()
            assert max(pixels_of(raster.picture(GRAY).png).shape) >= 512
            assert file.fetched_bytes < 2_000_000
            before = file.fetched_bytes
            # Far away there is nothing more to read, near by there is a tile.
            z = raster.info.max_zoom
            lon, lat = 13.8, 48.65
            assert raster.tile(z - 6, *tile_at(z - 6, lon, lat)[:2], GRAY)
            assert file.fetched_bytes == before
            assert seen_in_tile(raster, GRAY, z, lon, lat)[3] == 255
            assert 0 < file.fetched_bytes - before < 1_500_000


def test_cloud_optimised_file_is_seen_as_from_the_disk(tmp_path: Path) -> None:
    where = from_origin(500_000, 5_000_000, 10, 10)
    path = write(tmp_path / "a.tif", noise(3000), UTM, where, driver="COG")
    place = 15.2, 45.05
    with served(tmp_path) as remote, open_raster(path) as near:
        file = remote(path)
        with open_raster(file) as far:
            assert far.info.bands == near.info.bands
            assert far.values_at(*place) == near.values_at(*place)
            z = near.info.max_zoom
            seen = seen_in_tile(near, GRAY, z, *place)
            assert seen_in_tile(far, GRAY, z, *place) == seen


def test_tile_of_any_zoom_reads_only_the_small_version_that_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster_file, "PREVIEW_BYTES", 30_000)
    where = from_origin(500_000, 5_000_000, 10, 10)
    path = write(
        tmp_path / "a.tif", noise(3000), UTM, where, driver="COG", compress="NONE"
    )
    with served(tmp_path) as remote:
        file = remote(path)
        with open_raster(file) as raster:
            for z in range(raster.info.max_zoom, raster.info.min_zoom - 1, -1):
                before = file.fetched_bytes
                assert seen_in_tile(raster, GRAY, z, 15.2, 45.0)[3] == 255
                assert file.fetched_bytes - before < 1_500_000, z


@pytest.mark.parametrize("driver", ["JP2OpenJPEG", "PNG", "JPEG", "WEBP"])
def test_other_formats_are_read_over_the_web(tmp_path: Path, driver: str) -> None:
    pixels = np.full((3, 64, 64), 200, "uint8")
    crs, where, box = None, None, [15.0, 45.147, 15.008, 45.153]
    if driver == "JP2OpenJPEG":
        crs, where, box = UTM, from_origin(500_000, 5_000_000, 10, 10), None
    name = "a.jp2" if driver == "JP2OpenJPEG" else "a"
    path = write(tmp_path / name, pixels, crs, where, driver=driver)
    with served(tmp_path) as remote, open_raster(remote(path), box=box) as raster:
        seen = seen_at(raster, raster.default_style(), 15.004, 45.15)
        assert seen == pytest.approx((200, 200, 200, 255), abs=3)


def test_large_jpeg_2000_is_seen_whole(tmp_path: Path) -> None:
    where = from_origin(500_000, 5_000_000, 10, 10)
    pixels = np.full((1200, 1200), 200, "uint8")
    path = write(
        tmp_path / "a.jp2", pixels, UTM, where, driver="JP2OpenJPEG", blockxsize=256,
        blockysize=256,
    )  # fmt: skip
    with served(tmp_path) as remote, open_raster(remote(path)) as raster:
        found = raster.histogram(bins=1)
        assert (found.low, found.high) == (200, 200)
        z = raster.info.max_zoom
        for zoom in (z, z - 1, z - 3):
            seen = seen_in_tile(raster, GRAY, zoom, 15.05, 45.1)
            assert seen == (200, 200, 200, 255)


def test_plain_file_costs_no_more_than_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = from_origin(500_000, 5_000_000, 10, 10)
    path = write(tmp_path / "a.tif", noise(2000), UTM, where)
    monkeypatch.setattr(datasets, "BYTES_PER_CALL", 2**20)
    with served(tmp_path) as remote:
        file = remote(path)
        with open_raster(file) as raster:
            with pytest.raises(BodyTooLargeError, match="Download the file"):
                raster.picture(GRAY)
            assert file.fetched_bytes <= 2 * 2**20
            # The next call begins anew.
            assert raster.values_at(15.001, 45.15)[0].value is not None


def test_reading_ends_when_its_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.tif", noise(1000))
    with served(tmp_path) as remote, open_raster(remote(path)) as raster:
        monkeypatch.setattr(datasets, "WAIT_S", -1.0)
        with pytest.raises(DeadlineError):
            raster.picture(GRAY)


def test_what_the_server_says_is_raised_and_not_what_gdal_makes_of_it(
    tmp_path: Path,
) -> None:
    where = from_origin(500_000, 5_000_000, 10, 10)
    path = write(tmp_path / "a.tif", noise(2000), UTM, where, driver="COG")
    content = path.read_bytes()
    is_angry = threading.Event()

    def behave(_connection: object, received: object) -> bytes:
        if is_angry.is_set():
            return answer({"title": "Out of order"}, status=500)
        first, last = received.headers["range"].removeprefix("bytes=").split("-")
        part = content[int(first) : int(last) + 1]
        place = f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}"
        return answer(body=part, status=206, headers={"Content-Range": place})

    with RawServer(behave) as server, ogc.Client(server.origin) as client:
        source = WebSource(client.aio.connection, f"{server.origin}/a.tif")
        file = RemoteFile(source, "a.tif")
        with open_raster(file) as raster:
            is_angry.set()
            with pytest.raises(ProblemError, match="Out of order"):
                raster.picture(GRAY)
            is_angry.clear()
            assert pixels_of(raster.picture(GRAY).png)[..., 3].any()
        is_angry.set()
        with pytest.raises(ProblemError, match="Out of order"):
            open_raster(RemoteFile(source, "a.tif"))


def test_huge_file_without_small_versions_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster_file, "_MOST_PIXELS", 100_000)
    monkeypatch.setattr(raster_file, "_LONGEST_PX", 100)
    monkeypatch.setattr(raster_file, "PREVIEW_BYTES", 100)
    path = write(tmp_path / "a.tif", noise(1000))
    with served(tmp_path) as remote, open_raster(remote(path)) as raster:
        with pytest.raises(InputError, match="cloud-optimised"):
            raster.picture(GRAY)
        assert raster.values_at(15.1, 45.1)[0].value is not None


def test_extra_is_named_when_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rio_tiler.io", None)
    with pytest.raises(MissingExtraError, match=r"ogc-widgets\[raster\]"):
        open_raster(tmp_path / "a.tif")


def test_raster_that_nobody_closed_is_closed_with_the_object(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", noise(500))
    with served(tmp_path) as remote:
        raster = open_raster(remote(path))
        raster.picture(GRAY)
        idle = raster._pixels.files[0].datasets._idle
        (opened,) = idle
        del raster
        __import__("gc").collect()
        assert opened.located.dataset.closed


def test_small_versions_in_memory_are_freed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", noise(500))
    with open_raster(path) as raster:
        raster.picture(GRAY)
        band = raster.info.bands[0]
        memory = raster._pixels.files[0].small(band, None).memory
        name = memory.name
        with rasterio.open(name) as dataset:
            assert dataset.width == 500
        del memory
    __import__("gc").collect()
    with pytest.raises(rasterio.errors.RasterioIOError):
        rasterio.open(name)
