"""Results in an object store: opened with what was passed for it, and only that."""

from __future__ import annotations

import pickle
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
import xarray as xr
from imageio.v3 import imread
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from raw_server import RawServer, answer
from s3_store import KEY_ID, SECRET, store_with

import ogc_widgets as ogc
from ogc_widgets.client import Results
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.results.downloads.part_files import remember
from ogc_widgets.client.results.files.object_store import bucket_and_key
from ogc_widgets.errors import (
    BodyTooLargeError,
    InputError,
    ProtocolError,
    TransportError,
)
from ogc_widgets.protocol.answers.results import ResultsDocument
from ogc_widgets.raster import open_raster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIDE = 3000
BOX = [20.0, 49.0, 20.3, 49.3]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A cloud-optimised GeoTIFF of some megabytes: a bright square on dark noise."""
    path = tmp_path_factory.mktemp("image") / "image.tif"
    noise = np.random.default_rng(1).integers(0, 60, (SIDE, SIDE), dtype="uint8")
    noise[SIDE // 2 :, SIDE // 2 :] += 180
    pixel = (BOX[2] - BOX[0]) / SIDE
    with rasterio.open(
        path,
        "w",
        driver="COG",
        dtype="uint8",
        count=1,
        width=SIDE,
        height=SIDE,
        crs="EPSG:4326",
        transform=from_origin(BOX[0], BOX[3], pixel, pixel),
    ) as dataset:
        dataset.write(noise, 1)
    return path.read_bytes()


@pytest.fixture(scope="module")
def endpoint(image: bytes) -> Iterator[str]:
    with store_with("results", {"job/image.tif": image}) as address:
        yield address


@pytest.fixture
def results() -> Iterator[Results]:
    """Results whose only file is in the store."""
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "scene",
        "geometry": None,
        "bbox": BOX,
        "properties": {
            "datetime": "2024-01-01T00:00:00Z",
            "storage:endpoint": "http://localstack.svc.cluster.local:4566",
        },
        "assets": {
            "data": {
                "href": "s3://results/job/image.tif",
                "type": "image/tiff; application=geotiff",
            }
        },
    }
    document = ResultsDocument({"out": item}, [item], {"out": item})
    with ogc.Client("https://example.org/ogc-api") as client:
        yield Results(client.aio.connection, document)


def saved_images(folder: Path) -> list[str]:
    """Files of the image, also hidden ones; what needs no store is saved beside it."""
    return [path.name for path in folder.iterdir() if "image" in path.name]


def test_table_says_what_to_set_when_nothing_opens_the_store(results: Results) -> None:
    (asset,) = results.assets(results.items[0])
    assert not asset.reachable
    assert "localstack.svc.cluster.local" in asset.why_not
    assert "client.s3 = ogc.S3(" in asset.why_not
    with pytest.raises(InputError, match=r"client\.s3"):
        results.open(results.items[0], "data")


def test_nobody_pays_for_a_request_because_of_the_environment(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REQUEST_PAYER", "aws_request_payer"):
        monkeypatch.setenv(name, "true")
    with RawServer(lambda *_: answer({}, status=403)) as store:
        results._client.s3 = ogc.S3(
            store.origin, access_key_id=KEY_ID, secret_access_key=SECRET
        )
        with pytest.raises(TransportError):
            results.download(tmp_path, assets=["data"])
    assert store.received
    asked = repr([(one.headers, one.path) for one in store.received])
    assert "request-payer" not in asked.lower()


def test_file_is_downloaded_whole_with_the_key_that_was_passed(
    results: Results, endpoint: str, image: bytes, tmp_path: Path
) -> None:
    results._client.s3 = ogc.S3(
        endpoint, access_key_id=KEY_ID, secret_access_key=SECRET
    )
    assert results.assets(results.items[0])[0].reachable
    (path,) = results.download(tmp_path, assets=["data"])
    assert path.name == "scene_image.tif"
    assert path.read_bytes() == image
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("is_same", [True, False])
def test_download_goes_on_where_it_broke_when_the_object_is_the_same(
    results: Results, endpoint: str, image: bytes, tmp_path: Path, is_same: bool
) -> None:
    store = ogc.S3(endpoint, access_key_id=KEY_ID, secret_access_key=SECRET)
    results._client.s3 = store
    url, half = results.assets(results.items[0])[0].href, len(image) // 2
    _, etag = run(store.open(url).facts)
    # Not what is in the store, so that it is seen which bytes were fetched.
    part = tmp_path / ".scene_image.tif.part"
    part.write_bytes(bytes(half))
    remember(part, url, etag if is_same else '"another"')
    (path,) = results.download(tmp_path, assets=["data"])
    assert path.read_bytes() == (bytes(half) + image[half:] if is_same else image)
    assert saved_images(tmp_path) == [path.name]


def test_picture_of_a_large_image_costs_a_small_part_of_it(
    results: Results, endpoint: str, image: bytes
) -> None:
    results._client.s3 = ogc.S3(
        endpoint, access_key_id=KEY_ID, secret_access_key=SECRET
    )
    file = results.open(results.items[0], "data")
    with open_raster(file) as raster:
        png, where = raster.picture(raster.default_style())
    assert where == pytest.approx(BOX, abs=0.001)
    assert file.fetched_bytes < len(image) / 4
    grey = imread(png, extension=".png")[..., 1]
    middle = grey.shape[0] // 2
    # Row 0 is in the north, so the bright quarter is below on the right.
    assert grey[middle + 9 :, middle + 9 :].mean() > 2 * grey[: middle - 9].mean()


def test_preview_is_drawn_when_an_item_has_only_a_large_image(
    results: Results, endpoint: str
) -> None:
    results._client.s3 = ogc.S3(
        endpoint, access_key_id=KEY_ID, secret_access_key=SECRET
    )
    shown = ogc.ResultsMap(results)
    try:
        assert shown.table.rows()[0]["preview"]
        done = Event()
        shown.table.observe(lambda _: done.set(), ["previewed", "notes"])
        shown.table._receive(shown.table, {"type": "preview", "id": "scene"}, [])
        assert done.wait(60)
        assert shown.table.previewed == ["scene"], shown.table.notes
    finally:
        shown.close()


def test_file_can_be_read_like_any_other(
    results: Results, endpoint: str, image: bytes
) -> None:
    results._client.s3 = ogc.S3(
        endpoint, access_key_id=KEY_ID, secret_access_key=SECRET
    )
    file = results.open(results.items[0], "data")
    file.seek(-10, 2)
    assert file.read() == image[-10:]
    file.seek(200_000)
    assert file.read(300_000) == image[200_000:500_000]
    assert file.read(0) == b""
    file.limit(0)
    file.seek(len(image) // 2)
    with pytest.raises(BodyTooLargeError, match="Download the file"):
        file.read(1)


def test_key_in_the_environment_is_never_used(
    results: Results, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "false")
    results._client.s3 = ogc.S3(endpoint)
    with pytest.raises(TransportError, match="does not let you read"):
        results.download(tmp_path)
    assert saved_images(tmp_path) == []


@pytest.mark.parametrize(
    ("href", "says"),
    [
        ("s3://results/job/none.tif", "There is no results/job/none.tif"),
        ("s3://elsewhere/job/image.tif", "There is no elsewhere/job/image.tif"),
    ],
)
def test_error_names_the_object_and_the_store(
    results: Results, endpoint: str, tmp_path: Path, href: str, says: str
) -> None:
    results.items[0]["assets"]["data"]["href"] = href
    results._client.s3 = ogc.S3(
        endpoint, access_key_id=KEY_ID, secret_access_key=SECRET
    )
    with pytest.raises(TransportError, match=says) as caught:
        results.download(tmp_path)
    assert endpoint in str(caught.value)
    assert KEY_ID not in str(caught.value)
    assert saved_images(tmp_path) == []


def test_declared_size_is_checked(
    results: Results, endpoint: str, tmp_path: Path
) -> None:
    results.items[0]["assets"]["data"]["file:size"] = 7
    results._client.s3 = ogc.S3(
        endpoint, access_key_id=KEY_ID, secret_access_key=SECRET
    )
    with pytest.raises(ProtocolError, match="instead of 7"):
        results.download(tmp_path)
    assert saved_images(tmp_path) == []


def test_secret_is_nowhere_to_be_read(endpoint: str) -> None:
    s3 = ogc.S3(endpoint, access_key_id=KEY_ID, secret_access_key=SECRET)
    assert SECRET not in repr(s3)
    assert KEY_ID not in repr(s3)
    with pytest.raises(TypeError):
        pickle.dumps(s3)


@pytest.mark.parametrize(
    "arguments",
    [
        {"endpoint": "s3.example.org"},
        {"endpoint": "file:///etc"},
        {"access_key_id": "only"},
        {"secret_access_key": "only"},
    ],
)
def test_half_of_what_is_needed_is_refused(arguments: dict[str, str]) -> None:
    with pytest.raises(InputError):
        ogc.S3(**arguments)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://bucket/a/b.tif", ("bucket", "a/b.tif")),
        ("S3://bucket/a%20b.tif", ("bucket", "a b.tif")),
        ("s3://s3-us-west-2.amazonaws.com:80/maap-bucket/x/y", ("maap-bucket", "x/y")),
    ],
)
def test_address_names_bucket_and_key(url: str, expected: tuple[str, str]) -> None:
    assert bucket_and_key(url) == expected


@pytest.mark.parametrize("url", ["s3://bucket", "s3:///key", "https://a/b", "bucket/k"])
def test_address_without_an_object_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        bucket_and_key(url)


def test_pixels_of_the_store_are_read_into_an_array(
    results: Results, endpoint: str, image: bytes
) -> None:
    results._client.s3 = ogc.S3(
        endpoint, access_key_id=KEY_ID, secret_access_key=SECRET
    )
    box = [BOX[0] + 0.2, BOX[1] + 0.02, BOX[0] + 0.21, BOX[1] + 0.03]
    found = results.to_xarray(bbox=box)
    assert dict(found.sizes) == {
        "time": 1, "latitude": pytest.approx(100, abs=2),
        "longitude": pytest.approx(100, abs=2),
    }  # fmt: skip
    with MemoryFile(image) as file, file.open() as whole:
        lon, lat = float(found.longitude[40]), float(found.latitude[40])
        wanted = next(iter(whole.sample([(lon, lat)])))[0]
    assert found.data[0, 40, 40].values == wanted


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_zarr_in_the_store_is_read(results: Results, tmp_path: Path) -> None:
    dataset = xr.Dataset({"a": (("y", "x"), np.arange(12).reshape(3, 4))})
    dataset.to_zarr(tmp_path / "run.zarr", zarr_format=2, consolidated=True)
    files = {
        str(path.relative_to(tmp_path)): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    with store_with("runs", files) as address:
        results._client.s3 = ogc.S3(
            address, access_key_id=KEY_ID, secret_access_key=SECRET
        )
        outputs = {"run": {"href": "s3://runs/run.zarr"}}
        found = Results(results._client, ResultsDocument(outputs, [], outputs))
        xr.testing.assert_equal(found.to_xarray(output="run").load(), dataset)
        outputs = {"run": {"href": "s3://runs/no.zarr"}}
        missing = Results(results._client, ResultsDocument(outputs, [], outputs))
        with pytest.raises(ProtocolError, match=r"Zarr"):
            missing.to_xarray(output="run")


def test_output_that_was_listed_before_is_opened_once_the_store_is_named(
    endpoint: str, image: bytes
) -> None:
    document = ResultsDocument({"run": {"href": "s3://results/job/image.tif"}}, [])
    with ogc.Client("https://example.org/ogc-api") as client:
        results = Results(client.aio.connection, document)
        content = results.contents["run"]
        assert "client.s3 = ogc.S3(" in content.why_not
        client.s3 = ogc.S3(endpoint, access_key_id=KEY_ID, secret_access_key=SECRET)
        assert content.why_not == ""
        assert content.read() == image
