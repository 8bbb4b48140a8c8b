"""The order of four numbers: read from descriptions, written and read again."""

from __future__ import annotations

from itertools import permutations

import pytest
from area_values import decode, encode, from_text, in_words, recognise, to_text
from hypothesis import given, settings
from hypothesis import strategies as st

from ogc_widgets.area.boxes import UNDECIDED
from ogc_widgets.area.hint import AreaHint, order_of, with_order
from ogc_widgets.area.sides import order_of_members, orders_in, sides_of
from ogc_widgets.errors import InputError

ORDERS = ["".join(order) for order in permutations("wsen")]
FORMS = ("bbox-array", "bbox-text", "bbox-object")
NUMBERS = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 4,
    "maxItems": 4,
}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Bounding box as [North, West, South, East] in degrees", "nwse"),
        ("min_lat,min_lon,max_lat,max_lon", "swne"),
        ("N/W/S/E", "nwse"),
        ("(lat_min, lat_max, lon_min, lon_max)", "snwe"),
        ("ymin xmin ymax xmax", "swne"),
        ("minLon; minLat; maxLon; maxLat", "wsen"),
        ("south west north east", "swne"),
        ("north-west-south-east", "nwse"),
        ("N-W-S-E", "nwse"),
        ("- North\n- West\n- South\n- East", "nwse"),
        ("<b>South</b>, <i>West</i>, <b>North</b>, <i>East</i>", "swne"),
        ("N (90 to -90), W (-180 to 180), S, E", "nwse"),
        ("west, east, south and north", "wesn"),
        ("SNWE box of the scene", "snwe"),
        ("area_n_w_s_e", "nwse"),
        ("lower left longitude, lower left latitude, upper right longitude, upper "
         "right latitude", "wsen"),
        ("lower left lon, lat, upper right lon, lat", "wsen"),
        ("Latitude and longitude of the SW and NE corners", "swne"),
        ("upper-left lat, upper-left lon, lower-right lat, lower-right lon", "nwse"),
        ("latitude of the lower left corner, longitude of the lower left corner, "
         "latitude of the upper right corner, longitude of the upper right corner",
         "swne"),
        ("ulx uly lrx lry", "wnes"),
        ("upper, left, lower, right", "nwse"),
        ("upper latitude, left longitude, lower latitude, right longitude", "nwse"),
        ("lat. max, lon. min, lat. min, lon. max", "nwse"),
        ("lat_south, lat_north, lon_west, lon_east", "snwe"),
        ("Nordgrenze, Westgrenze, Südgrenze, Ostgrenze", "nwse"),
        ("lat (min, max), lon (min, max)", "snwe"),
        ("min/max longitude, min/max latitude", "wesn"),
        ("min (lat, lon), max (lat, lon)", "swne"),
        ("west (min lon), south (min lat), east (max lon), north (max lat)", "wsen"),
        ("north=90, west=-180, south=-90, east=180", "nwse"),
        ("westBoundLongitude, southBoundLatitude, eastBoundLongitude, "
         "northBoundLatitude", "wsen"),
        ("lat1, lon1, lat2, lon2", "swne"),
        ("[[lat_min, lon_min], [lat_max, lon_max]]", "swne"),
        ("minx, miny, minz, maxx, maxy, maxz", "wsen"),
        ("Nord, Ouest, Sud, Est", "nwse"),
        ("N, O, S, E", "nwse"),
        ("Norden, Westen, Süden, Osten", "nwse"),
        ("norte, oeste, sur y este", "nwse"),
    ],
)  # fmt: skip
def test_order_is_read_when_words_list_the_sides(text, order):
    assert orders_in(text) == (order,)
    assert orders_in(f"Something about it. {text}. And more!") == (order,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the latest news",
        "in degrees north of the equator and east of Greenwich",
        "south west, north east",
        "top-left and bottom-right corners",
        "lat/lon",
        "x, y, width and height",
        "west, south and east",
        "(" * 2_000,
        "min " * 500,
        "n" * 2_000,
    ],
)
def test_no_order_is_read_when_words_do_not_say_one(text):
    assert orders_in(text) == ()


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (["North", "West", "South", "East"], "nwse"),
        (["Northern limit", "The western limit", "Southern limit", "East"], "nwse"),
        (["y_min", "x_min", "y_max", "x_max"], "swne"),
        (["lat1", "lon1", "lat2", "lon2"], "swne"),
        (["a", "b", "c", "d"], ""),
        (["north", "north", "south", "south"], ""),
        ([], ""),
    ],
)
def test_order_is_read_from_the_names_of_the_numbers(names, order):
    assert order_of_members(names) == order


def test_sides_of_an_object_are_found_under_any_usual_names():
    names = ["upper_left_lat", "lowerRightLon", "crs", "lower_right_lat", "ul_lon"]
    assert sides_of(names) == (
        "ul_lon",
        "lower_right_lat",
        "lowerRightLon",
        "upper_left_lat",
    )
    assert sides_of(["north_wind", "west", "south", "east"]) == ()
    assert sides_of(["west", "xmin", "south", "east", "north"]) == ()


def input_of(schema=NUMBERS, **said):
    return {"schema": schema, **said}


def titled(*titles):
    members = [{"type": "number", "title": title} for title in titles]
    return {"type": "array", "prefixItems": members, "minItems": 4, "maxItems": 4}


@pytest.mark.parametrize(
    ("name", "description", "encoding"),
    [
        ("area", input_of({**NUMBERS, "default": [90, -180, -90, 180]}),
         "bbox-array-nwse"),
        ("area", input_of({**NUMBERS, "default": [72, -25, 33, 45]}),
         "bbox-array-nwse"),
        ("region", input_of({**NUMBERS, "example": [-180, 180, -90, 90]}),
         "bbox-array-wesn"),
        ("area", input_of({**NUMBERS, "examples": [[-20, 30, 170, 60]]}),
         "bbox-array"),
        ("area", input_of({**NUMBERS, "default": [170, -20, -170, 20]}), "bbox-array"),
        ("area", input_of(description="Like 72/-25/33/45"), "bbox-array-nwse"),
        ("bbox", input_of({**NUMBERS, "default": [90, -180, -90, 180]}),
         "bbox-array-nwse"),
        ("bbox", input_of(description="[ymin, xmin, ymax, xmax]"), "bbox-array-swne"),
        ("bbox", input_of(description="The area, latitude first"), "bbox-array-swne"),
        ("area", input_of({**NUMBERS, "items": {
            "type": "number", "description": "North, West, South, East"}}),
         "bbox-array-nwse"),
        ("x", input_of(titled("North", "West", "South", "East")), "bbox-array-nwse"),
        ("te", input_of(description="south lat, west lon, north lat, east lon"),
         "bbox-array-swne"),
        ("bbox", input_of(description="[lat, lon, lat, lon]"), "bbox-array-swne"),
        ("bbox", input_of(description="in lat/lon order"), "bbox-array-swne"),
        ("area", input_of({"type": "array", "items": {"type": "number"},
                           "default": [90, -180, -90, 180]}), "bbox-array-nwse"),
        ("area", input_of({"type": "array", "items": {"type": "number"}},
                          description="North, west, south, east"), "bbox-array-nwse"),
        ("area", input_of({"type": "array", "prefixItems": [
            {"type": "number", "minimum": -end, "maximum": end}
            for end in (180, 180, 90, 90)]}), "bbox-array-wesn"),
        ("bbox", input_of({**NUMBERS, "default": [5e5, 4e6, 6e5, 4.1e6]},
                          title="xmin, ymin, xmax, ymax"), "bbox-array"),
        ("bbox", input_of(description="NW corner and SE corner, latitude first"),
         "bbox-array-nwse"),
        ("bbox", input_of(description="Its maximum and minimum extent"), "bbox-array"),
        ("bbox", input_of(description="Lower left and upper right corner"),
         "bbox-array"),
        # The box of the standard asks nothing.
        ("bbox", input_of(), "bbox-array"),
        ("x", input_of(title="Bounding box"), "bbox-array"),
        ("bounds", input_of(), "bbox-array"),
        ("extent", input_of(), "bbox-array"),
        ("area", input_of(title="Bounding box of the area"), "bbox-array"),
        ("bbox", input_of(description="In degrees of latitude and longitude"),
         "bbox-array"),
        ("bbox", input_of({**NUMBERS, "default": [5, 40, 6, 41]}), "bbox-array"),
        ("bbox", input_of({"format": "ogc-bbox"}), "bbox-object"),
        ("x", input_of({"format": "ogc-bbox"}, title="lat_min,lon_min,lat_max,lon_max"),
         "bbox-object-swne"),
        ("x", input_of({"format": "ogc-bbox", "properties": {"bbox": {
            **NUMBERS, "description": "[north, west, south, east]"}, "crs": {}}}),
         "bbox-object-nwse"),
        ("bbox", input_of({**NUMBERS, "minItems": 6, "maxItems": 6}, description=
                          "min_lat,min_lon,min_alt,max_lat,max_lon,max_alt"),
         "bbox-array-swne"),
        ("x", input_of({"format": "ogc-bbox"}, title="xmin,ymin,xmax,ymax"),
         "bbox-object"),
        # Nothing decides, or what is said contradicts itself.
        ("area", input_of(), "bbox-array-undecided"),
        ("region", input_of(title="Region"), "bbox-array-undecided"),
        ("area", input_of({**NUMBERS, "default": [5, 40, 6, 41]}),
         "bbox-array-undecided"),
        ("area", input_of(description="A bounding box."), "bbox-array-undecided"),
        ("bbox", input_of(description="bbox in lat/lon"), "bbox-array-undecided"),
        ("bbox", input_of(description="Upper left and lower right corner"),
         "bbox-array-undecided"),
        ("area", input_of(title="N,W,S,E", description="south, west, north, east"),
         "bbox-array-undecided"),
        ("area", input_of({**NUMBERS, "default": [90, -180, -90, 180]},
                          title="west, south, east, north"), "bbox-array-undecided"),
        # Text, with its own separators.
        ("area", input_of({"type": "string"}, title="North/West/South/East"),
         "bbox-text-nwse"),
        ("aoi", input_of({"type": "string"}), "bbox-text"),
        ("clip", input_of({"type": "string"},
                          description="min_lat,min_lon,max_lat,max_lon"),
         "bbox-text-swne"),
        ("bbox", input_of({"type": "string", "default": "90/-180/-90/180"}),
         "bbox-text-nwse"),
        ("area", input_of({"type": "string", "default": "60/-10/35/40"}),
         "bbox-text-nwse"),
        ("area", input_of({"type": "string", "default": "5,40,6,41"}),
         "bbox-text-undecided"),
        ("bbox", input_of({}, description="N, W, S, E"), "bbox-text-nwse"),
    ],
)  # fmt: skip
def test_order_is_decided_by_words_then_values_then_the_standard(
    name, description, encoding
):
    hint = recognise(description, name=name)
    assert hint is not None
    assert hint.default == encoding


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("wind", input_of({"type": "string"}, description="One of N, E, S, W")),
        ("padding", input_of(description="left, top, right, bottom")),
        ("side", input_of({"type": "string"}, title="One of W, E, S, N")),
        ("area_weights", input_of({"type": "array", "items": {"type": "number"},
                                   "default": [100, 200, 300, 400]})),
        ("weights", input_of(titled("red", "green", "blue", "nir"))),
        ("aspect", input_of({"type": "string"}, title="north, south, east or west")),
    ],
)  # fmt: skip
def test_list_of_directions_is_no_area(name, description):
    assert recognise(description, name=name) is None


@st.composite
def any_box(draw):
    west, east = sorted(draw(st.lists(st.floats(-179, 179), min_size=2, max_size=2)))
    south, north = sorted(draw(st.lists(st.floats(-89, 89), min_size=2, max_size=2)))
    return [west, south, max(east, west + 1), max(north, south + 1)]


@settings(deadline=None)
@given(any_box(), st.sampled_from(ORDERS), st.sampled_from(FORMS), st.booleans())
def test_box_comes_back_whatever_the_order(box, order, form, has_heights):
    encoding = with_order(form, order)
    hint = AreaHint((encoding,), "name", heights=has_heights, separator="/")
    shape = decode(box)
    sent = encode(shape, encoding, hint=hint)
    numbers = sent["bbox"] if form == "bbox-object" else sent
    if form == "bbox-text":
        numbers = [float(number) for number in sent.split("/")]
    if not has_heights:
        assert dict(zip(order, numbers, strict=True)) == dict(
            zip("wsen", box, strict=True)
        )
    assert decode(sent, encoding).shape == shape.shape
    text = to_text(sent, encoding, hint=hint)
    assert from_text(text, encoding, hint=hint) == sent


def test_numbers_are_typed_in_the_order_in_which_they_are_sent():
    assert from_text("41, 5, 40, 6", "bbox-array-nwse") == [41, 5, 40, 6]
    assert from_text("41.50, 5, 40, 6", "bbox-text-nwse") == "41.50,5,40,6"
    with pytest.raises(InputError, match="north, west, south, east"):
        from_text("5, 40, 6, 41", "bbox-array-nwse")
    named = "west 5, south 40, east 6, north 41"
    for order in ORDERS:
        sent = from_text(named, with_order("bbox-array", order))
        assert sent == [{"w": 5, "s": 40, "e": 6, "n": 41}[side] for side in order]


def test_nothing_is_sent_in_an_order_that_is_not_decided():
    encoding = with_order("bbox-array", UNDECIDED)
    for text in ("5, 40, 6, 41", "west 5, south 40, east 6, north 41"):
        with pytest.raises(InputError, match="order"):
            from_text(text, encoding)
    with pytest.raises(InputError, match="order"):
        decode([41, 5, 40, 6], encoding)


def test_text_has_the_separators_of_the_example():
    text = {"type": "string", "example": "75 -20 10 60"}
    hint = recognise(input_of(text, title="Area (N, W, S, E)"), name="area")
    assert hint is not None
    assert order_of(hint.default) == "nwse"
    assert encode(decode([5, 40, 6, 41]), hint.default, hint=hint) == "41 5 40 6"


def test_words_say_the_order_in_which_numbers_are_sent():
    assert in_words("bbox-array-nwse") == (
        "Sent as numbers: north, west, south, east in degrees."
    )
    assert "north/west/south/east" in in_words("bbox-text-nwse", None, "/")
    assert "Several orders" in in_words(with_order("bbox-array", UNDECIDED))
