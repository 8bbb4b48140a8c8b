"""Specs and drafts of forms in many states, for tests and for looking at."""

from __future__ import annotations

from typing import Any

ENCODINGS = [
    {
        "id": "bbox-text",
        "label": "text: west,south,east,north",
        "hint": "sent as text: west, south, east, north in degrees (CRS84)",
    },
    {
        "id": "wkt",
        "label": "well-known text",
        "hint": "sent as well-known text (CRS84)",
    },
]

WATER_BODIES: list[dict[str, Any]] = [
    {
        "kind": "area",
        "key": "aoi",
        "label": "Area of interest",
        "required": True,
        "encodings": ENCODINGS,
        "crs": [],
        "default_crs": "OGC:CRS84",
    },
    {
        "kind": "list",
        "key": "stac_items",
        "label": "Sentinel-2 STAC items",
        "required": True,
        "hint": "1 to 999 values",
        "min_items": 1,
        "max_items": 999,
        "item": {"kind": "text", "key": "", "label": "", "required": False},
    },
    {
        "kind": "text",
        "key": "epsg",
        "label": "EPSG code",
        "required": False,
        "has_default": True,
    },
    {
        "kind": "list",
        "key": "bands",
        "label": "Bands",
        "description": "The two bands of the normalised difference, in this order.",
        "required": False,
        "has_default": True,
        "item": {"kind": "text", "key": "", "label": "", "required": False},
    },
]

WATER_DRAFTS: dict[str, Any] = {
    "aoi": {
        "encoding": "bbox-text",
        "crs": "OGC:CRS84",
        "text": "-121.399, 39.834, -120.740, 40.472",
    },
    "stac_items": [
        "https://earth-search.aws.element84.com/v0/collections/sentinel-s2-l2a-cogs/"
        "items/S2B_10TFK_20210713_0_L2A",
        "https://earth-search.aws.element84.com/v0/collections/sentinel-s2-l2a-cogs/"
        "items/S2A_10TFK_20220524_0_L2A",
    ],
    "epsg": "EPSG:432x6",
    "bands": ["green", "nir"],
}


def field(kind: str, key: str, **members: Any) -> dict[str, Any]:
    return {"kind": kind, "key": key, "label": key, "required": False, **members}


TEXT = field("text", "")

ALL_KINDS: list[dict[str, Any]] = [
    field("text", "title", label="Title", required=True, placeholder="my run"),
    field("text", "link", label="Web address", input_mode="url", hint="web address"),
    field("text", "mail", label="E-mail", input_mode="email", required=True),
    field("date", "day", label="Day", required=True, hint="date, such as 2021-07-13"),
    field("time", "at", label="Time of day", required=True),
    field("datetime", "when", label="Date and time", required=True),
    field("duration", "span", label="Duration", required=True),
    field("multiline", "prose", label="Notes", rows=3, required=True),
    field(
        "multiline",
        "code",
        label="Filter in JSON",
        language="json",
        mono=True,
        rows=4,
        required=True,
    ),
    field(
        "number",
        "buffer",
        label="Buffer",
        unit="m",
        hint="0 to 10",
        min="0",
        max="10",
        step="0.1",
        required=True,
    ),
    field("integer", "big", label="Big number", hint="whole number", required=True),
    field("boolean", "cloud", label="Mask clouds", required=True, has_default=True),
    field("boolean", "ask", label="Keep temporary files", advanced=False),
    field(
        "choice",
        "few",
        label="Resampling",
        options=["nearest", "bilinear", "cubic"],
        option_values=['"nearest"', '"bilinear"', '"cubic"'],
        required=True,
    ),
    field(
        "choice",
        "some",
        label="Output format",
        options=[f"Format number {n} of the list" for n in range(9)],
        required=True,
    ),
    field(
        "choice",
        "many",
        label="Coordinate system",
        searchable=True,
        options=[f"EPSG:{32600 + n}" for n in range(60)],
        required=True,
    ),
    field(
        "multichoice",
        "several",
        label="Indices",
        options=["NDVI", "NDWI", "NBR", "EVI"],
        required=True,
    ),
    field(
        "multichoice",
        "lots",
        label="Countries",
        options=[f"Country {n}" for n in range(40)],
        searchable=True,
        required=True,
    ),
    field("list", "bands", label="Bands", item=TEXT, required=True),
    field(
        "list",
        "years",
        label="Years",
        item=field("integer", ""),
        min_items=2,
        max_items=10,
        hint="2 to 10 values",
        required=True,
    ),
    field(
        "tuple",
        "point",
        label="Point",
        fields=[field("number", "0", label="x"), field("number", "1", label="y")],
        required=True,
    ),
    field(
        "object",
        "options",
        label="Options",
        required=True,
        fields=[
            field("text", "name", label="name", required=True),
            field("integer", "size", label="size", hint="whole number, 1 or more"),
            field(
                "object",
                "inner",
                label="inner",
                fields=[field("boolean", "flag", label="flag")],
            ),
        ],
    ),
    field("map", "tags", label="Tags", item=field("text", ""), required=True),
    field(
        "union",
        "either",
        label="Threshold",
        required=True,
        branches=[
            field("number", "", label="number"),
            field("const", "", label="automatic", value_text="automatic"),
        ],
    ),
    field(
        "union",
        "features",
        label="Features",
        required=True,
        branches=[
            field("multiline", "", label="GML 3.2 as text", mono=True),
            field("multiline", "", label="KML 2.3 as text", mono=True),
            field("area", "", label="GeoJSON FeatureCollection", encodings=[]),
            field("object", "", label="Link", fields=[field("text", "href")]),
        ],
    ),
    field(
        "file",
        "image",
        label="Image",
        required=True,
        modes=["upload", "reference", "text"],
        media_types=[
            {"id": "image/tiff; application=geotiff", "label": "GeoTIFF"},
            {"id": "image/jp2", "label": "JPEG 2000"},
        ],
    ),
    field("secret", "token", label="Token", required=True),
    field("area", "aoi", label="Area", required=True, encodings=ENCODINGS),
    field("const", "fixed", label="Mode", required=True, value_text="async"),
    field("null", "none", label="Nothing", advanced=False),
    field(
        "json",
        "free",
        label="Free JSON",
        required=True,
        rows=5,
        schema_text='{\n  "type": "object"\n}',
    ),
    field("text", "o1", label="Scale factor"),
    field("number", "o2", label="Offset"),
    field("boolean", "o3", label="Verbose"),
    field("text", "o4", label="Author"),
    field("date", "o5", label="Valid until"),
]

FILLED: dict[str, Any] = {
    "title": "Lakes in spring",
    "link": "https://example.org/a",
    "mail": "a@example.org",
    "day": "2024-05-31",
    "at": "10:30:00Z",
    "when": "2024-05-31T10:30:00+02:00",
    "span": "P1DT12H",
    "prose": "First line\nsecond line",
    "code": '{"op": "<=",\n "args": [{"property": "cloud"}, 20]}',
    "buffer": "2.5",
    "big": "123456789012345678901234567890",
    "cloud": "true",
    "ask": "false",
    "few": 1,
    "some": 3,
    "many": 10,
    "several": [0, 2],
    "lots": [3, 17],
    "bands": ["green", "nir"],
    "years": ["2019", "2020", "2021"],
    "point": ["-121.4", "39.8"],
    "options": {"name": "a", "size": "3", "inner": {"flag": "true"}},
    "tags": [["course", "remote sensing"], ["year", "2024"]],
    "either": {"branch": 0, "draft": "0.4"},
    "features": {"branch": 3, "draft": {"href": "https://example.org/f"}},
    "image": {
        "mode": "reference",
        "href": "https://example.org/scene.tif",
        "type": "image/jp2",
    },
    "token": {"set": True},
    "aoi": {"encoding": "wkt", "crs": None, "text": "POINT(1 2)"},
    "fixed": "async",
    "none": "null",
    "free": '{\n  "a": 1,\n  "b": [1, 2\n}',
    "o2": "4",
    "o4": "someone",
}


# What :func:`inputs` takes.
OF_INPUTS = {"drafts", "shown_errors", "notes", "member_states", "turn"}


def traits(spec: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """The synced traits of a form, as Python would start it.

    Args:
        spec: Specs of the inputs.
        **changes: Other traits, and of the inputs what :func:`inputs` takes.
    """
    of_inputs = {name: changes.pop(name) for name in OF_INPUTS & changes.keys()}
    return {
        "spec": spec,
        **inputs(spec, **of_inputs),
        "drafts_revision": 0,
        "slots": [],
        "has_map": True,
        "extra_rows": [],
        "focus_request": {},
        "active_area": "",
        "busy": False,
        **changes,
    }


def inputs(
    spec: list[dict[str, Any]],
    drafts: dict[str, Any] | None = None,
    shown_errors: dict[str, str] | None = None,
    notes: dict[str, str] | None = None,
    member_states: dict[str, Any] | None = None,
    turn: int = 0,
) -> dict[str, Any]:
    """The traits of the inputs, see ``FormPage``."""

    def below(key: str, by_path: dict[str, Any] | None) -> dict[str, Any]:
        found = (by_path or {}).items()
        return {path: one for path, one in found if path.partition("/")[0] == key}

    return {
        f"input_{number}": {
            "draft": (drafts or {}).get(one["key"]),
            "turn": turn,
            "errors": below(one["key"], shown_errors),
            "note": (notes or {}).get(one["key"], ""),
            "members": below(one["key"], member_states),
        }
        for number, one in enumerate(spec)
    }


def state_of(form: Any) -> dict[str, Any]:
    """The synced traits of a form of Python's, for a page without a kernel."""
    state = form.get_state()
    names = traits([]).keys() & state.keys() - {"slots", "has_map"}
    more = {"extra_errors", "outputs", "output_options", "set_words", "comparison"}
    return {
        name: value
        for name, value in state.items()
        if name in names | more or name.startswith("input_")
    }


def text_of_code(language: str) -> dict[str, Any]:
    """A required box for code in a language."""
    return field("multiline", "x", language=language, mono=True, required=True)
