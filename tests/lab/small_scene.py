"""Rasters small enough to know every pixel, a web server that counts, and cwltool."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from affine import Affine

from ogc_widgets.lab.water_bodies import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP = "ogc_widgets.lab.water_bodies"

# rasterio 1.4 multiplies affine 3 transforms in the old way; users never see this.
OLD_AFFINE = "ignore:Use `@` matmul:PendingDeprecationWarning"

UTM_10N = "EPSG:32610"


def write_band(
    path: Path,
    pixels: Any,
    *,
    west: float = 640_000,
    north: float = 4_450_000,
    pixel: float = 100,
    crs: str | None = UTM_10N,
    nodata: float | None = 0,
    **profile: Any,
) -> None:
    """Write an array of shape (rows, columns) or (bands, rows, columns)."""
    bands = np.atleast_3d(np.asarray(pixels).T).T
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=bands.shape[0],
        height=bands.shape[1],
        width=bands.shape[2],
        dtype=bands.dtype,
        crs=crs,
        transform=Affine(pixel, 0, west, 0, -pixel, north),
        nodata=nodata,
        **profile,
    ) as raster:
        raster.write(bands)


def item(assets: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "pond",
        "geometry": None,
        "properties": {"datetime": "2021-07-13T19:03:24Z"},
        "links": [],
        "assets": assets,
        **changes,
    }


def write_item(folder: Path, assets: dict[str, Any], **changes: Any) -> Path:
    path = folder / "pond.json"
    path.write_text(json.dumps(item(assets, **changes)))
    return path


def pond(folder: Path, **profile: Any) -> Path:
    """Write an item of 40 x 50 pixels of 100 m: land, a pond, and two without data.

    The pond is rows 10 to 19 and columns 20 to 34: 150 pixels.
    """
    rng = np.random.default_rng(7)
    water = np.zeros((40, 50), bool)
    water[10:20, 20:35] = True
    noise = rng.integers(-40, 40, (2, 40, 50))
    green = (np.where(water, 900, 700) + noise[0]).astype("uint16")
    nir = (np.where(water, 200, 2_600) + noise[1]).astype("uint16")
    green[0, 0] = 0
    nir[39, 49] = 0
    write_band(folder / "green.tif", green, **profile)
    write_band(folder / "nir.tif", nir, **profile)
    return write_item(
        folder, {"green": {"href": "green.tif"}, "nir": {"href": "nir.tif"}}
    )


def pixels_of(path: Path, band: int = 1) -> Any:
    with rasterio.open(path) as raster:
        return raster.read(band)


def run_step(name: str, *arguments: Any, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a step as a student would."""
    return subprocess.run(
        [sys.executable, "-m", f"{STEP}.{name}", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run_package(
    inputs: dict[str, Any], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run the package with cwltool; results in ``out``, logs of steps in ``logs``."""
    order = folder / "inputs.json"
    order.write_text(json.dumps(inputs))
    programs = Path(sys.executable).parent
    return subprocess.run(
        [
            programs / "cwltool",
            "--no-container",
            "--preserve-environment=PYTHONPATH",
            "--outdir=out",
            "--log-dir=logs",
            f"{PACKAGE}#water-bodies",
            order,
        ],
        cwd=folder,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def read_catalogue(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Follow the links of a catalogue to its items."""
    catalogue = json.loads((folder / "catalog.json").read_text())
    paths = [
        folder / link["href"] for link in catalogue["links"] if link["rel"] == "item"
    ]
    return [(path, json.loads(path.read_text())) for path in paths]


def mask_of(path: Path, found: dict[str, Any]) -> Any:
    return pixels_of(path.parent / found["assets"]["data"]["href"])


def best_threshold(values: Any) -> float:
    """Otsu's threshold from its definition, without a library.

    For each of 255 ways to cut a histogram of 256 bins in two, the variance between the
    two classes; the threshold is the centre of the last bin of the lower class.
    """
    low, high = values.min(), values.max()
    width = (high - low) / 256
    bins = np.minimum(((values - low) / width).astype(int), 255)
    counts = [int((bins == number).sum()) for number in range(256)]
    centres = [low + (number + 0.5) * width for number in range(256)]
    best, threshold = -1.0, low
    for cut in range(1, 256):
        lower, upper = sum(counts[:cut]), sum(counts[cut:])
        if not lower or not upper:
            continue
        mean_lower = sum(map(float.__mul__, map(float, counts[:cut]), centres)) / lower
        mean_upper = (
            sum(
                count * centre
                for count, centre in zip(counts[cut:], centres[cut:], strict=True)
            )
            / upper
        )
        between = lower * upper * (mean_lower - mean_upper) ** 2
        if between > best:
            best, threshold = between, centres[cut - 1]
    return float(threshold)


class CountingServer(ThreadingHTTPServer):
    """Serves a folder with range requests and counts what it sends."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _RangeHandler)
        self.folder = folder
        self.sent: dict[str, int] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _RangeHandler(SimpleHTTPRequestHandler):
    server: CountingServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.server.folder / self.path.partition("?")[0].lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        size = path.stat().st_size
        asked = self.headers.get("Range", "")
        with path.open("rb") as file:
            if asked.startswith("bytes="):
                first, _, last = asked.removeprefix("bytes=").partition("-")
                file.seek(int(first))
                part = file.read(int(last or size - 1) + 1 - int(first))
                self.send_response(206)
                end = int(first) + len(part) - 1
                self.send_header("Content-Range", f"bytes {first}-{end}/{size}")
            else:
                part = file.read()
                self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)
        sent = self.server.sent
        sent[path.name] = sent.get(path.name, 0) + len(part)

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@contextmanager
def serve(folder: Path) -> Iterator[CountingServer]:
    with CountingServer(folder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
