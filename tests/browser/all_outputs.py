"""A server whose one job has outputs of every kind: a season of items, and much beside.

Everything is made here, so that pictures of it can be kept.
"""

from __future__ import annotations

import io
import math
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from pyproj import Transformer
from raster_files import write
from rasterio.transform import from_origin
from raw_server import RawServer, answer, processes_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Locator

UTM = "EPSG:32610"
ROWS, COLUMNS, PIXEL_M = 360, 300, 200
WEST, NORTH = 636_000, 4_480_000
FIRST_DAY = datetime(2021, 1, 12, 19, 3, tzinfo=UTC)
DESCRIBED = {
    "masks": {"title": "Water bodies"},
    "share": {"title": "Share of water"},
    "statistics": {"title": "Statistics"},
    "histogram": {"title": "Histogram"},
    "lakes": {"title": "Lakes"},
    "index": {"title": "Index"},
    "run": {"title": "Model run"},
    "report": {"title": "Threshold report"},
    "log": {"title": "Log"},
    "package": {"title": "Package of results"},
    "clouds": {"title": "Cloud cover"},
}
TYPES = {
    ".tif": "image/tiff; application=geotiff",
    ".csv": "text/csv",
    ".png": "image/png",
    ".nc": "application/x-netcdf",
    ".zip": "application/zip",
}
NAMES = (
    "Almanor",
    "Eagle",
    "Butt",
    "Mountain Meadows",
    "Antelope",
    "Silver",
    "Juniper",
)
CLASSES = [
    {"value": 0, "name": "land", "title": "land", "color_hint": "CCC3AC"},
    {"value": 1, "name": "water", "title": "water", "color_hint": "1F5FBF"},
]


def heights() -> np.ndarray:
    """A smooth landscape from 0 to 1 that is the same every time."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[0:ROWS, 0:COLUMNS] / 100
    land = np.zeros((ROWS, COLUMNS))
    for scale in (1.1, 2.3, 4.7, 9.1):
        for _ in range(4):
            a, b = random.normal(size=2) * scale
            land += np.sin(a * x + b * y + random.uniform(0, 7)) / scale
    return (land - land.min()) / (land.max() - land.min())


def item_of(number: int, land: np.ndarray, folder: Path, base: str) -> dict[str, Any]:
    """The mask of one day, and the item that describes it."""
    day = FIRST_DAY + timedelta(days=22 * number + number % 3)
    turn = 2 * math.pi * (day.timetuple().tm_yday - 20) / 365
    mask = (land < 0.22 + 0.035 * math.sin(turn)).astype("uint8")
    mask[: number % 7 * 3] = 255
    name = f"S2{'AB'[number % 2]}_10TFK_{day:%Y%m%d}"
    west, north = WEST + 1_200 * (number % 5), NORTH - 900 * (number % 4)
    where = from_origin(west, north, PIXEL_M, PIXEL_M)
    write(folder / f"{name}.tif", mask, UTM, where, nodata=255, compress="deflate")
    to_degrees = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    ring = [
        [
            round(degrees, 6)
            for degrees in to_degrees.transform(
                west + x * COLUMNS * PIXEL_M, north - y * ROWS * PIXEL_M
            )
        ]
        for x, y in ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
    ]
    water = int((mask == 1).sum())
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": name,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "datetime": f"{day:%Y-%m-%dT%H:%M:%SZ}",
            "water:percent": round(100 * water / int((mask != 255).sum()), 2),
            "water:area_km2": round(water * PIXEL_M**2 / 1e6, 1),
        },
        "links": [],
        "assets": {
            "data": {
                "href": f"{base}/files/{name}.tif",
                "type": TYPES[".tif"],
                "title": "Water mask",
                "roles": ["data"],
                "classification:classes": CLASSES,
            }
        },
    }


def histogram_png() -> bytes:
    """A chart as a program draws it: two hills and a line between them."""
    image = Image.new("RGB", (640, 400), "white")
    draw = ImageDraw.Draw(image)
    for x in range(-60, 61, 2):
        high = 300 * math.exp(-(((x + 25) / 14) ** 2))
        high += 120 * math.exp(-(((x - 30) / 12) ** 2))
        left = 320 + x * 5
        draw.rectangle((left, 370 - high, left + 8, 370), fill="#4f7fe0")
    draw.line((350, 30, 350, 370), fill="#d9480f", width=2)
    draw.line((15, 370, 625, 370), fill="#333333")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def lakes() -> dict[str, Any]:
    """Features that are not STAC: a lake each, round but not quite."""
    random = np.random.default_rng(3)
    features = []
    for number, name in enumerate(NAMES * 3):
        lon, lat = random.uniform(-121.35, -120.8), random.uniform(39.9, 40.4)
        size = random.uniform(0.006, 0.03)
        turns = np.linspace(0, 2 * np.pi, 25)[:-1]
        radius = size * (1 + 0.25 * np.sin(3 * turns + number))
        x, y = lon + radius * np.cos(turns) * 1.3, lat + radius * np.sin(turns)
        ring = np.round(np.column_stack([x, y]), 5).tolist()
        properties = {
            "name": name if number < len(NAMES) else f"{name} {number // 7 + 1}",
            "kind": "reservoir" if number % 3 else "lake",
            "area_km2": round(float(size**2 * 38_000), 1),
        }
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append(
            {"type": "Feature", "properties": properties, "geometry": geometry}
        )
    return {"type": "FeatureCollection", "features": features}


def write_files(folder: Path, land: np.ndarray) -> None:
    """Files that are outputs themselves."""
    random = np.random.default_rng(5)
    rows = ["lake;date;area_km2;mean"]
    for n in range(1_204):
        numbers = f"{random.uniform(5, 110):.1f};{random.uniform(0.2, 0.5):.3f}"
        day = f"{FIRST_DAY + timedelta(days=n):%Y-%m-%d}"
        rows.append(f"{NAMES[n % 7]};{day};{numbers.replace('.', ',')}")
    (folder / "statistics.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "histogram.png").write_bytes(histogram_png())
    index = (0.58 - 1.6 * land).astype("float32")
    index[:40, :30] = np.nan
    where = from_origin(WEST, NORTH, PIXEL_M, PIXEL_M)
    write(folder / "index.tif", index, UTM, where, compress="deflate")
    model_run().to_netcdf(folder / "run.nc", engine="h5netcdf")
    (folder / "results.zip").write_bytes(b"PK\x05\x06" + bytes(18))


def model_run() -> xr.Dataset:
    """Two variables over three days and a small part of the world."""
    random = np.random.default_rng(11)
    times = np.array(["2022-05-01", "2022-05-02", "2022-05-03"], dtype="datetime64[ns]")
    lat, lon = np.linspace(42, 38, 41), np.linspace(-123, -118, 51)
    kelvin = 285 + 6 * np.cos(np.deg2rad(lat * 9))[None, :, None]
    kelvin = kelvin + random.normal(size=(3, 41, 51))
    dimensions = ("time", "lat", "lon")
    warm = {"long_name": "2 m temperature", "units": "K"}
    rain = {"long_name": "precipitation", "units": "m"}
    return xr.Dataset(
        {
            "t2m": (dimensions, kelvin.astype("float32"), warm),
            "tp": (dimensions, abs(kelvin - 285).astype("float32"), rain),
        },
        {
            "time": times,
            "lat": ("lat", lat, {"units": "degrees_north"}),
            "lon": ("lon", lon, {"units": "degrees_east"}),
        },
        {"title": "Model run", "Conventions": "CF-1.8"},
    )


def outputs_of(folder: Path, base: str) -> dict[str, Any]:
    """The results document; its files are written to the folder."""
    land = heights()
    write_files(folder, land)
    items = [item_of(number, land, folder, base) for number in range(24)]

    def file(name: str) -> dict[str, Any]:
        return {"href": f"{base}/files/{name}", "type": TYPES[name[name.rindex(".") :]]}

    lines = [
        f"09:{n // 60 % 60:02}:{n % 60:02} INFO  block {n} of 3000 of step {n // 600}"
        for n in range(3_000)
    ]
    return {
        "masks": {"type": "FeatureCollection", "features": items},
        "share": {"measurement": 9.4, "uom": "%"},
        "statistics": file("statistics.csv"),
        "histogram": file("histogram.png"),
        "lakes": lakes(),
        "index": file("index.tif"),
        "run": file("run.nc"),
        "report": {
            "method": "otsu",
            "bands": ["green", "nir"],
            "histogram": [*range(0, 4_096, 16)],
            "thresholds": {"2021-07-18": 0.1042, "2022-05-12": 0.0963},
        },
        "log": {"value": "\n".join(lines), "mediaType": "text/plain"},
        "package": file("results.zip"),
        "clouds": file("expired.tif"),
    }


def part_of(data: bytes, name: str, wanted: str) -> bytes:
    """A file, or the part that is asked for."""
    kind = TYPES[name[name.rindex(".") :]]
    headers = {"Content-Type": kind, "Accept-Ranges": "bytes", "ETag": f'"{name}"'}
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
    if not found:
        return answer(body=data, headers=headers)
    start, end = int(found[1]), min(int(found[2] or len(data)), len(data) - 1)
    headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
    return answer(status=206, body=data[start : end + 1], headers=headers)


@contextmanager
def serve_all_outputs(folder: Path) -> Iterator[RawServer]:
    """Serve a process ``p`` whose job ``1`` is done, and the files of its results."""
    documents: dict[str, Any] = {}
    done = {"jobID": "1", "status": "successful", "processID": "p"}
    area = {"title": "Area of interest", "schema": {"format": "ogc-bbox"}}
    process = {
        "id": "p",
        "title": "Water bodies",
        "version": "1.0.0",
        "jobControlOptions": ["async-execute"],
        "inputs": {"bbox": area},
        "outputs": {name: {**said, "schema": {}} for name, said in DESCRIBED.items()},
    }
    page = b"<!doctype html><title>Expired</title><p>This link has expired."

    def file(_connection: object, received: Any) -> bytes:
        name = received.path.rpartition("/")[2].partition("?")[0]
        data = (folder / name).read_bytes()
        if received.method == "HEAD":
            return answer(headers={"Content-Length": str(len(data))}, body=b"")
        return part_of(data, name, received.headers.get("range", ""))

    behaviours: dict[tuple[str, str], Any] = {
        ("GET", "/api/processes/p"): lambda *_: answer(process),
        ("GET", "/api/jobs/1"): lambda *_: answer(done),
        ("GET", "/api/jobs/1/results"): lambda *_: answer(documents),
        ("GET", "/files/expired.tif"): lambda *_: answer(
            body=page, headers={"Content-Type": "text/html"}
        ),
    }
    with processes_server(behaviours) as server:
        documents |= outputs_of(folder, server.origin)
        for path in folder.iterdir():
            for method in ("GET", "HEAD"):
                behaviours[method, f"/files/{path.name}"] = file
        yield server


CELL = """import ogc_widgets as ogc

app = ogc.App({url!r}, "p")
app.job = app.client.job("1")
app"""


def choose(cell: Locator, name: str) -> None:
    """Choose an output: its chip, or its name in the list of those without room."""
    chip = cell.get_by_role("tab", name=re.compile(rf"^{name}( \d+)?$"))
    if chip.is_visible():
        chip.click()
    else:
        cell.get_by_label("More outputs").select_option(name)


def look_at_each(cell: Locator, keep: Callable[[str, Locator], object]) -> None:
    """Choose one output after the other, and see what is in it.

    Args:
        cell: The output of the cell with the App.
        keep: Called with a word for what is seen then, and the part that shows it.
    """
    chip = cell.get_by_role("tab", name="Water bodies 24")
    expect(chip).to_be_visible(timeout=60_000)
    expect(cell.locator(".ogcw-map-rasters image").first).to_be_visible()
    see = {
        "Water bodies": ("items", cell.get_by_text("S2A_10TFK_20210112")),
        "Share of water": ("value", cell.get_by_text("9.4", exact=True)),
        "Statistics": ("table", cell.get_by_text("1,204 rows")),
        "Histogram": ("picture", cell.get_by_role("img", name="Histogram")),
        "Lakes": ("features", cell.get_by_text("Almanor 2")),
        "Index": ("raster", cell.get_by_text("float32").first),
        "Model run": ("dataset", cell.get_by_text("2 m temperature").first),
        "Threshold report": ("tree", cell.get_by_text('"otsu"')),
        "Log": ("text", cell.get_by_text("block 3 of 3000", exact=False).first),
        "Package of results": ("file", cell.get_by_text("application/zip").first),
        "Cloud cover": ("unreadable", cell.get_by_text("web page").first),
    }
    app, column = cell.locator(".ogcw-app"), cell.locator(".ogcw-app-left")
    for name, (kind, seen) in see.items():
        choose(cell, name)
        expect(seen).to_be_visible()
        expect(cell.locator(".ogcw-viewer:visible")).to_have_count(int(kind != "items"))
        if kind == "raster":
            expect(cell.get_by_text("Stretch", exact=True)).to_be_visible()
        keep(kind, app if kind in ("items", "features", "raster") else column)
