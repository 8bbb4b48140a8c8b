"""The still picture of a map holds what is on it, at its place."""

from __future__ import annotations

import base64
import io
import math
import re

import numpy as np
import pytest
import shapely
from PIL import Image

from ogc_widgets.map import AreaMap, ResultsMap
from ogc_widgets.map.colours import colour_scale
from ogc_widgets.map.still.paper import MOST_BYTES
from ogc_widgets.map.still.picture import MOST_SHAPES, StillMap, StillRaster
from ogc_widgets.map.still.picture import still_picture as draw
from ogc_widgets.view import saved_card
from ogc_widgets.view.saved_card import display_with_card

ORANGE, BLUE, RED = (217, 80, 11), (21, 101, 192), (255, 0, 0)
LAND = (227, 226, 218)


class Seen:
    """A picture whose pixels are asked for by longitude and latitude."""

    def __init__(self, content: bytes, extent: list[float]) -> None:
        self.image = Image.open(io.BytesIO(content)).convert("RGB")
        west, south, east, north = extent
        self.middle = ((west + east) / 2, (mercator(south) + mercator(north)) / 2)
        # A tenth is free at each side of what is on the map.
        self.span = 1.2 * max(
            (east - west) / 640, (mercator(north) - mercator(south)) / 400
        )

    def has(
        self, colour: tuple[int, int, int], lon: float, lat: float, near: int = 30
    ) -> bool:
        """Whether there is a colour within a few pixels of a place."""
        width, height = self.image.size
        x = width / 2 + (lon - self.middle[0]) / self.span * width / 640
        y = height / 2 - (mercator(lat) - self.middle[1]) / self.span * width / 640
        box = (round(x) - 5, round(y) - 5, round(x) + 6, round(y) + 6)
        pixels = np.asarray(self.image.crop(box)).reshape(-1, 3).astype(int)
        return bool((np.abs(pixels - colour).max(axis=1) < near).any())


def mercator(lat: float) -> float:
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


def test_area_footprints_and_raster_are_at_their_places() -> None:
    red = io.BytesIO()
    Image.new("RGBA", (30, 30), (*RED, 255)).save(red, "PNG")
    shown = StillMap(
        shapes=[shapely.box(10, 40, 12, 42), shapely.box(13, 40, 14, 41)],
        total=2,
        areas=[(shapely.box(9, 39, 15, 43), "#d9500b")],
        rasters=[StillRaster("mask", red.getvalue(), (10.5, 40.5, 11.5, 41.5))],
    )
    seen = Seen(draw(shown), [9, 39, 15, 43])
    # Dashes: some of several places on the line are orange.
    assert any(seen.has(ORANGE, lon, 43) for lon in np.linspace(10, 11, 9))
    assert seen.has(BLUE, 12, 41.7)
    assert seen.has(BLUE, 13.5, 41)
    assert seen.has(RED, 11, 41)
    assert not seen.has(RED, 10.2, 41)
    assert not seen.has(BLUE, 12.5, 42.5)


def test_land_is_told_from_the_sea() -> None:
    # Sicily lies between seas.
    shown = StillMap(areas=[(shapely.box(11, 36, 17, 39.5), "#d9500b")])
    seen = Seen(draw(shown), [11, 36, 17, 39.5])
    assert seen.has(LAND, 14, 37.5, near=4)
    assert not seen.has(LAND, 12, 39, near=4)


def test_what_crosses_180_degrees_is_in_one_piece() -> None:
    shape = shapely.box(175, -20, 187, -10)
    seen = Seen(draw(StillMap(shapes=[shape], total=1)), [175, -20, 187, -10])
    assert seen.has(BLUE, 175, -15)
    assert seen.has(BLUE, 187, -15)
    assert not seen.has(BLUE, 180, -15)


def test_very_many_footprints_are_counted_and_the_picture_stays_small() -> None:
    rng = np.random.default_rng(7)
    west, south = rng.uniform(-170, 170, 20_000), rng.uniform(-60, 70, 20_000)
    boxes = shapely.box(west, south, west + 1, south + 1)
    shown = StillMap(shapes=[*boxes], total=20_000, selected=3)
    assert len(shown.drawn) == MOST_SHAPES
    assert shown.drawn[-1] == 3
    assert len(draw(shown)) <= MOST_BYTES


def test_picture_of_a_noisy_raster_stays_small() -> None:
    noise = np.random.default_rng(7).integers(0, 255, (600, 600, 3), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(noise).save(content, "PNG")
    raster = StillRaster("noise", content.getvalue(), (0, 0, 5, 3))
    assert len(draw(StillMap(rasters=[raster]))) <= MOST_BYTES


def picture_in(html: str) -> Image.Image:
    found = re.search(r'src="data:image/\w+;base64,([^"]+)"', html)
    assert found
    return Image.open(io.BytesIO(base64.b64decode(found[1])))


@pytest.fixture
def area_map():
    widget = AreaMap()
    yield widget
    widget.close()


class Shell:
    """What displays, as IPython has it; it notes what is displayed."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.display_pub = self.events = self

    def register(self, *_event: object) -> None:
        pass

    def publish(self, data, *_metadata, transient=None, update=False) -> None:
        kind = (
            "view"
            if transient is None
            else "card"
            if "<img" in data["text/html"]
            else "place"
        )
        self.said.append(f"{kind} again" if update else kind)


def test_view_is_displayed_before_its_card_is_drawn(area_map, monkeypatch) -> None:
    shell = Shell()
    monkeypatch.setattr(saved_card, "shell", lambda: shell)
    area_map.bbox = [0, 0, 1, 1]
    live, metadata = area_map._live_view()
    display_with_card(area_map, live, metadata)
    saved_card._said.pop(area_map)
    assert shell.said == ["place", "view", "card again"]


def test_card_of_a_map_shows_its_area(area_map) -> None:
    assert "<img" not in area_map._card_()[1]
    area_map.bbox = [10, 40, 12, 42]
    _, html = area_map._card_()
    assert picture_in(html).size == (1280, 800)
    assert "area of interest" in html
    area_map.bbox = [10, 40, 12, 43]
    assert area_map._card_()[1] != html


def test_card_of_results_says_what_is_selected_without_html_of_a_server() -> None:
    hostile = '"><script>alert(1)</script>'
    item = {
        "type": "Feature",
        "id": hostile,
        "geometry": {"type": "Point", "coordinates": [10, 50]},
        "assets": {},
    }
    widget = ResultsMap([item])
    widget.selected = hostile
    _, html = widget._card_()
    assert picture_in(html)
    assert "selected &quot;&gt;&lt;script&gt;" in html
    assert "<script" not in html
    widget.close()


def test_picture_that_cannot_be_read_is_left_out(area_map) -> None:
    area_map.bbox = [10, 40, 12, 42]
    url = "data:image/png;base64," + base64.b64encode(b"\x89PNG broken").decode()
    area_map.show_preview(url, [10, 40, 12, 42])
    assert picture_in(area_map._card_()[1])


def test_filter_and_colours_of_results_are_on_the_picture() -> None:
    items = [
        {
            "type": "Feature",
            "id": f"s{number}",
            "geometry": {"type": "Point", "coordinates": [10 + number, 50]},
            "properties": {"cloud": number * 10},
            "assets": {},
        }
        for number in range(5)
    ]
    widget = ResultsMap(items)
    widget.kept = np.array([True, True, True, False, False])
    _, html = widget._card_()
    assert "3 of 5 footprints, coloured by cloud" in html
    scale = colour_scale(widget.columns, "cloud")
    # The legend in the lower part holds all colours; the dots lie in the middle.
    pixels = np.asarray(picture_in(html).convert("RGB")).astype(int)
    height = len(pixels)
    pixels = pixels[height * 4 // 10 : height * 6 // 10].reshape(-1, 3)
    for number, is_drawn in enumerate((True, True, True, False, False)):
        colour = [*bytes.fromhex(scale.colour(number)[1:])]
        assert (np.abs(pixels - colour).max(axis=1) < 16).any() == is_drawn
    widget.close()
