"""Run for each: which jobs lists of values and tables make, and what is wrong there."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pystac
import pytest
import shapely

from ogc_widgets.errors import InputError, InvalidInputsError
from ogc_widgets.form import ProcessForm
from ogc_widgets.form.for_each.cells import CellReader
from ogc_widgets.form.for_each.choosing import days_between
from ogc_widgets.form.for_each.planning import (
    column_of,
    plan_with,
    text_cells,
)

if TYPE_CHECKING:
    from pathlib import Path

PROCESS = {
    "id": "lakes",
    "inputs": {
        "aoi": {
            "title": "Area of interest",
            "description": "west,south,east,north",
            "schema": {"type": "string"},
            "metadata": [{"title": "cwl:type", "value": "string"}],
        },
        "date": {"title": "Date", "schema": {"type": "string", "format": "date"}},
        "epsg": {"title": "EPSG code", "schema": {"enum": ["EPSG:4326", "EPSG:3857"]}},
        "size": {"schema": {"type": "integer", "minimum": 1}, "minOccurs": 0},
        "bands": {"schema": {"type": "string"}, "maxOccurs": 4, "minOccurs": 0},
        "zone": {"schema": {"enum": [32, 33]}, "minOccurs": 0},
        "either": {
            "schema": {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
            "minOccurs": 0,
        },
        "sides": {
            "schema": {"enum": ["north", "west"], "x-enumNames": ["N", "W"]},
            "maxOccurs": 2,
            "minOccurs": 0,
        },
        "levels": {"schema": {"type": "integer"}, "maxOccurs": 4, "minOccurs": 0},
        "scene": {
            "title": "STAC item",
            "schema": {"type": "string", "format": "uri"},
            "minOccurs": 0,
        },
        "token": {"schema": {"type": "string", "format": "password"}, "minOccurs": 0},
    },
}
ITEM = {
    "type": "Feature",
    "id": "S2B",
    "links": [{"rel": "self", "href": "https://a.org/items/S2B.json"}],
}
LAKES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"depth": 27, "name": name},
            "geometry": shapely.geometry.mapping(shapely.box(west, 40, west + 1, 41)),
        }
        for west, name in [(-122, "Almanor"), (-121, "Davis"), (-120, "Davis")]
    ],
}
DAYS = ["2021-06-03", "2021-07-18"]


@pytest.fixture
def form() -> ProcessForm:
    return ProcessForm(PROCESS, {"epsg": "EPSG:4326"})


def test_each_area_meets_each_date_and_the_form_gives_the_rest(
    form: ProcessForm,
) -> None:
    before = form.drafts
    plan = form.plan({"aoi": LAKES, "date": DAYS})
    assert (plan.sentence, plan.problems) == ("3 areas × 2 dates = 6 jobs", ())
    assert plan.labels == [
        "Almanor, 2021-06-03",
        "Almanor, 2021-07-18",
        "Davis, 2021-06-03",
        "Davis, 2021-07-18",
        "Davis (2), 2021-06-03",
        "Davis (2), 2021-07-18",
    ]
    assert plan.inputs_list[3] == {
        "aoi": "-121,40,-120,41",
        "date": "2021-07-18",
        "epsg": "EPSG:4326",
    }
    assert form.drafts == before


def test_options_are_named_as_they_are_shown_or_as_they_are_sent(
    form: ProcessForm,
) -> None:
    plan = form.plan({"aoi": LAKES, "date": DAYS[:1], "zone": ["32", 33]})
    assert [one["zone"] for one in plan.inputs_list] == [32, 33] * 3
    assert form.plan({"zone": ["34"]}).problems


def test_areas_are_written_as_the_field_is_set_to(form: ProcessForm) -> None:
    form.areas.act("aoi", "encoding", "wkt")
    aoi = form.plan({"aoi": LAKES, "date": DAYS}).inputs(0)["aoi"]
    assert shapely.from_wkt(aoi).equals(shapely.box(-122, 40, -121, 41))


def frame() -> gpd.GeoDataFrame:
    made = gpd.GeoDataFrame.from_features(LAKES["features"], crs="OGC:CRS84")
    return made.to_crs(32610)


@pytest.mark.parametrize("kind", ["frame", "geojson", "gpkg", "shapes", "features"])
def test_areas_come_from_whatever_holds_them(
    form: ProcessForm, tmp_path: Path, kind: str
) -> None:
    given: Any = {"frame": frame(), "features": LAKES["features"]}.get(kind)
    if kind == "geojson":
        given = tmp_path / "lakes.geojson"
        given.write_text(json.dumps(LAKES))
    elif kind == "gpkg":
        given = str(tmp_path / "lakes.gpkg")
        frame().to_file(given)
    elif kind == "shapes":
        given = [shapely.box(-122, 40, -121, 41), [-121, 40, -120, 41]]
    plan = form.plan({"aoi": given, "date": DAYS[:1]})
    box = [float(side) for side in plan.inputs(1)["aoi"].split(",")]
    assert box == pytest.approx([-121, 40, -120, 41], abs=1e-6)
    named = kind != "shapes"
    assert plan.label(1) == ("Davis, 2021-06-03" if named else "area 2, 2021-06-03")


def test_names_come_from_the_property_that_is_wanted(form: ProcessForm) -> None:
    plan = form.plan({"aoi": LAKES, "date": DAYS[:1]}, names="depth")
    assert plan.label(0) == "27, 2021-06-03"
    with pytest.raises(InputError, match=r"no property 'lake'"):
        form.plan({"aoi": LAKES}, names="lake")


def test_dates_numbers_lists_and_items_are_read_as_their_fields_read_them(
    form: ProcessForm,
) -> None:
    form.inputs = {"aoi": "1,2,3,4", "epsg": "EPSG:4326"}
    days = [dt.date(2021, 6, 3), pd.Timestamp("2021-07-18"), "2021-08-27"]
    plan = form.plan(
        {
            "date": days,
            "size": ["5", 7],
            "bands": ["green, nir", ["red"]],
            "levels": [3, {"href": "https://a.org/levels.json"}],
            "scene": [ITEM, "https://a.org/items/S2A.json"],
        }
    )
    assert not plan.problems
    assert len(plan) == 48
    assert plan.inputs(0) == {
        "aoi": "1,2,3,4",
        "epsg": "EPSG:4326",
        "date": "2021-06-03",
        "size": 5,
        "bands": ["green", "nir"],
        "levels": [3],
        "scene": "https://a.org/items/S2B.json",
    }
    assert plan.inputs(47) == {
        "aoi": "1,2,3,4",
        "epsg": "EPSG:4326",
        "date": "2021-08-27",
        "size": 7,
        "bands": ["red"],
        "levels": {"href": "https://a.org/levels.json"},
        "scene": "https://a.org/items/S2A.json",
    }
    assert plan.label(0) == "2021-06-03, 5, green, nir, 3, S2B"


def test_a_table_is_a_job_a_row_and_its_problems_name_row_and_column(
    form: ProcessForm, tmp_path: Path
) -> None:
    path = tmp_path / "sites.csv"
    path.write_text(
        "name;Area of interest;date;EPSG-code;size\n"
        "Davis;-121,40,-120,41;2021-06-03;EPSG:3857;\n"
        "Bütt;-121,41,-120,40;2021-06-33;EPSG:1;2,5\n",
        encoding="latin-1",
    )
    plan = form.plan(path)
    assert plan.sentence == "2 rows = 2 jobs"
    assert plan.inputs(0) == {
        "aoi": "-121,40,-120,41",
        "date": "2021-06-03",
        "epsg": "EPSG:3857",
    }
    assert plan.label(0) == "Davis, 2021-06-03, EPSG:3857"
    assert {(one.row, one.where) for one in plan.problems} == {
        (1, "Area of interest, row 2"),
        (1, "Date, row 2"),
        (1, "EPSG code, row 2"),
        (1, "size, row 2"),
    }
    with pytest.raises(
        InvalidInputsError, match="Date, row 2: Must be a day that exists"
    ) as info:
        form.for_each(path)
    assert "Nothing was sent" in str(info.value)


def test_tables_come_from_frames_features_and_lists_of_dicts(form: ProcessForm) -> None:
    lakes = frame()[["name", "geometry"]].assign(date=DAYS[0], size=[1, None, 3])
    rows = [{"aoi": "1,2,3,4", "date": DAYS[0]}, {"aoi": [5, 6, 7, 8], "date": DAYS[1]}]
    for given, labels in [
        (lakes, ["Almanor, 2021-06-03, 1", "Davis, 2021-06-03"]),
        (rows, ["area 1, 2021-06-03", "area 2, 2021-07-18"]),
        (pd.DataFrame(rows), ["area 1, 2021-06-03", "area 2, 2021-07-18"]),
    ]:
        plan = form.plan(given)
        assert not plan.problems
        assert plan.labels[:2] == labels
    assert "size" not in form.plan(lakes).inputs(1)


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NaT, pd.NA, "", " "])
def test_a_cell_with_nothing_in_it_is_not_sent(
    form: ProcessForm, nothing: object
) -> None:
    row = {"aoi": "1,2,3,4", "date": DAYS[0]}
    plan = form.plan([{**row, "size": nothing, "scene": nothing}])
    assert not plan.problems
    assert plan.inputs_list == [{**row, "epsg": "EPSG:4326"}]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([{"aio": "1,2,3,4", "date": "2021-06-03"}], "no inputs: aio"),
        ([{"name": "x"}], "No column of the table is an input"),
        ({"aio": ["1,2,3,4"]}, "no input 'aio'"),
        ({"token": ["a", "b"]}, "fixed or secret"),
        ({"date": "2021-06-03"}, "give a list"),
        (7, "a dict of input id to values"),
        ("no-such-file.csv", "cannot be read"),
    ],
)
def test_what_makes_no_jobs_is_said(
    form: ProcessForm, given: object, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        form.plan(given)


def test_what_is_wrong_with_the_other_inputs_and_with_the_number_is_said() -> None:
    form = ProcessForm(PROCESS)
    plan = form.plan({"date": [f"2021-01-{day:02}" for day in range(1, 32)] * 4,
                      "size": [*range(1, 100), 1]})  # fmt: skip
    told = {one.where: one.message for one in plan.problems}
    assert told["Area of interest"] == told["EPSG code"] == "Needs a value."
    assert told["All jobs"] == "These are 12,400 jobs; a batch has at most 10,000."
    assert "size: 1 value is there twice." in plan.notes
    with pytest.raises(InputError, match="nothing to run"):
        ProcessForm({"id": "x", "inputs": {}}).for_each({})


def test_what_is_pasted_is_a_value_a_line_or_a_collection(form: ProcessForm) -> None:
    def pasted(key: str, text: str) -> list[tuple[str, Any, str]]:
        cells = text_cells(CellReader(form._values, key), text)
        return [(one.label, one.value, one.fault) for one in cells]

    days = pasted("date", "Date\n2021-06-03\n\n 2021-07-18 \nsoon\n")
    assert [value for _, value, _ in days][:2] == DAYS
    assert days[2][2] == "must be a date like 2021-07-13"
    assert [one[0] for one in pasted("aoi", json.dumps(LAKES))][:2] == [
        "Almanor",
        "Davis",
    ]
    items = json.dumps({"type": "FeatureCollection", "features": [ITEM]})
    assert pasted("scene", items) == [("S2B", ITEM["links"][0]["href"], "")]
    assert pasted("aoi", "1,2,3,4\n5,6,7,8")[1] == ("5,6,7,8", "5,6,7,8", "")
    assert pasted("epsg", "EPSG:3857\nEPSG:1")[0][1] == "EPSG:3857"
    assert pasted("epsg", "EPSG:3857\nEPSG:1")[1][2]
    reader = CellReader(form._values, "date")
    assert len(plan_with(form._values, [column_of(reader, [])])) == 0


@pytest.mark.parametrize(
    ("key", "given", "sent"),
    [
        ("bands", '["green, red", "nir"]', ["green, red", "nir"]),
        ("bands", "green, nir;red", ["green, nir", "red"]),
        ("sides", "N, W", ["north", "west"]),
        ("zone", "33", 33),
        ("either", "7", 7),
        ("either", "yes", True),
        (
            "scene",
            pystac.Catalog("s2", "S2", href="https://a.org/s2"),
            "https://a.org/s2",
        ),
    ],
)
def test_a_cell_is_read_as_people_write_it(
    form: ProcessForm, key: str, given: object, sent: object
) -> None:
    cell = CellReader(form._values, key).cell(given)
    assert (cell.value, cell.fault) == (sent, "")


def test_it_is_said_which_cells_are_none_of_the_options(form: ProcessForm) -> None:
    for key in ("zone", "sides"):
        cell = CellReader(form._values, key).cell("34")
        assert (cell.label, bool(cell.fault)) == ("34", True)


def test_too_many_lines_are_said_and_not_left_out(form: ProcessForm) -> None:
    form.choosing.add("size").paste("\n".join(map(str, range(1, 10_003))), "integer")
    assert "a batch has at most 10,000" in str(form.choosing.plan().problems)


@pytest.mark.parametrize(
    ("span", "days"),
    [
        (("2021-01-31", "2021-04-30", 1, "months"),
         ["2021-01-31", "2021-02-28", "2021-03-31", "2021-04-30"]),
        (("2020-02-29", "2022-12-31", 1, "years"),
         ["2020-02-29", "2021-02-28", "2022-02-28"]),
        (("2021-06-01", "2021-06-20", 1, "weeks"),
         ["2021-06-01", "2021-06-08", "2021-06-15"]),
        (("2021-06-01", "2021-06-01", 5, "days"), ["2021-06-01"]),
    ],
)  # fmt: skip
def test_days_follow_each_other_by_the_calendar(
    span: tuple[Any, ...], days: list[str]
) -> None:
    assert days_between(*span) == days


@pytest.mark.parametrize(
    ("span", "says"),
    [
        (("2021-06-02", "2021-06-01"), "before the first"),
        (("", "2021-06-01"), "first and a last"),
        (("0001-01-01", "9999-12-31"), "more than 10,000 days"),
    ],
)
def test_days_that_cannot_be_counted_are_said(span: tuple[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        days_between(*span)
