"""Descriptions of real servers that went wrong once: what each input has to be."""

from __future__ import annotations

import base64
import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from recorded_inputs import inputs_of

from ogc_widgets.form import UNSET, Field, ProcessForm
from ogc_widgets.form.page.spec import spec

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "cases" / "forms"
CASES = sorted(FOLDER.glob("*.json"))

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not FOLDER.is_dir(),
        reason="the folder of cases beside the repository is not there",
    ),
]

# Values that must not be sent as they are: file, number of the value, faulty inputs.
FAULTY = {
    ("f06-array-that-repeats", 2): {"ranges"},
    ("f16-literal-range", 1): {"KeelDepth"},
    ("f24-schema-on-the-input", 1): {"dataset_id"},
    ("f25-literal-data-domain", 1): {"lat"},
    ("f27-huge-enum", 1): {"crs"},
    ("f27-huge-enum", 2): {"variables"},
}


def read(name: str) -> Any:
    (path,) = FOLDER.glob(f"{name}*.json")
    return json.loads(path.read_text(encoding="utf-8"))


def fields_of(name: str) -> dict[str, Field]:
    with closing(ProcessForm(read(name))) as form:
        return {key: handle.field for key, handle in form.fields.items()}


def started(name: str) -> dict[str, Any]:
    """What is sent when nothing was touched."""
    with closing(ProcessForm(read(name))) as form:
        return dict(form.inputs)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_values_come_back_and_faults_are_told_when_a_case_is_filled(path: Path) -> None:
    description = json.loads(path.read_text(encoding="utf-8"))
    begun = time.thread_time()
    with closing(ProcessForm(description)) as form:
        assert time.thread_time() - begun < 1
        assert set(form.fields) == set(inputs_of(description))
        json.dumps(form.spec, allow_nan=False)
        for number, value in enumerate(description.get("_set", ())):
            form.inputs = value
            assert form.inputs == value
            wrong = FAULTY.get((path.stem, number), set())
            assert set(form.errors) & value.keys() == wrong


def test_the_type_wins_when_options_are_words_for_something_else() -> None:
    fields = fields_of("f01")
    assert fields["CLOSE"].kind == fields["FAST"].kind == "boolean"
    assert fields["COUNT"].options == (1, 2, 4)
    assert started("f01") == {"CLOSE": False, "COUNT": 2}


def test_the_example_of_a_process_is_offered_when_there_is_a_whole_one() -> None:
    with closing(ProcessForm(read("f02"))) as form:
        assert form.example == {"number-or-integer": 3}


def test_one_number_box_is_shown_when_number_or_integer_may_be_given() -> None:
    assert fields_of("f02")["number-or-integer"].kind == "number"


def test_anything_can_be_entered_or_left_out_when_nothing_is_said() -> None:
    with closing(ProcessForm(read("f03"))) as form:
        assert form.inputs == {}
        form.inputs = {"token": "abc"}
        assert form.errors == {}
        form.fill_example()
        assert form.inputs == read("f03")["example"]["inputs"]
    labels = [branch.label for branch in fields_of("f03")["lat_range"].branches]
    assert labels == ["text", "JSON"]


def test_a_list_of_schemas_is_a_choice_when_it_stands_as_the_schema() -> None:
    fields = fields_of("f04")
    extent, period = fields["spatial_extent"], fields["temporal_extent"]
    assert extent.area is not None
    assert extent.area.encodings[:2] == ("bbox-members", "geojson-geometry")
    assert extent.nullable
    assert period.kind == "list"
    assert period.nullable
    assert period.item is not None
    assert period.item.nullable


def test_an_end_of_an_interval_may_be_open_when_its_date_may_be_null() -> None:
    for field in fields_of("f05").values():
        assert field.kind == "tuple"
        assert [spec(member)["nullable"] for member in field.fields] == [True, True]
    with closing(ProcessForm(read("f05"))) as form:
        form._receive(
            None,
            {"type": "edit", "id": "period", "draft": ["2021-01-01", {"json": "null"}]},
            None,
        )
        assert form.inputs == {"period": ["2021-01-01", None]}
        assert form.errors == {}
        form.inputs = {"period": ["2021-01-01", "2021-13-01"]}
        assert "2021-13-01 does not" in form.errors["period"]


def test_pairs_are_listed_when_each_value_is_a_pair() -> None:
    field = fields_of("f06")["ranges"]
    assert (field.kind, field.min_items, field.max_items) == ("list", 1, 3)
    assert field.item is not None
    assert field.item.kind == "tuple"


def test_a_list_has_no_limit_when_the_limit_means_none() -> None:
    fields = fields_of("f07")
    assert {key: field.max_items for key, field in fields.items()} == {
        "input_files": None,
        "other": 5,
        "third": None,
    }
    assert "9223372036854775807" not in json.dumps(spec(fields["input_files"]))


def test_a_reference_into_a_branch_is_followed() -> None:
    start, end = fields_of("f08")["posting"].fields
    assert (start.kind, start.minimum, end.kind) == ("integer", 0, "date")


def test_a_list_may_be_null_and_starts_with_nothing() -> None:
    fields = fields_of("f10")
    assert started("f10") == {}
    assert [fields[key].nullable for key in "abc"] == [True, False, True]


def test_options_have_their_names_when_a_definition_names_them() -> None:
    field = fields_of("f11")["my"]
    assert field.option_labels == ("DefaultValue", "FirstValue", "SecondValue")
    assert started("f11") == {"my": 2}


def test_one_or_many_are_offered_when_references_say_so() -> None:
    fields = fields_of("f12")
    assert [one.kind for one in fields["things"].branches] == ["text", "list"]
    kinds = [one.kind for one in fields["scenario"].branches]
    assert (kinds, fields["scenario"].nullable) == (["choice", "multichoice"], True)


def test_units_are_short_when_they_are_addresses() -> None:
    fields = fields_of("f13")
    assert (fields["DISTANCE"].unit, fields["ANGLE"].unit) == ("m", "deg")
    assert all(branch.area is None for branch in fields["CRS"].branches)


def test_texts_name_their_media_type_when_only_that_tells_them_apart() -> None:
    point = {"type": "Point", "coordinates": [1, 2]}
    with closing(ProcessForm(read("f14"))) as form:
        form.areas.set_shape("GEOM", point)
        sent = {"value": "POINT(1 2)", "mediaType": "application/wkt"}
        assert form.inputs == {"GEOM": sent}
        assert form.areas.get_shape("GEOM") == point
        gml = {"mode": "text", "text": "<gml:Point/>", "type": None}
        draft = {"branch": 1, "draft": gml}
        form._receive(None, {"type": "edit", "id": "GEOM", "draft": draft}, None)
        sent = {"value": "<gml:Point/>", "mediaType": "application/gml+xml"}
        assert form.inputs == {"GEOM": sent}
        form.inputs = {"GEOM": point}
        assert form.areas.get_shape("GEOM") == point


def test_ranges_and_options_are_read_when_data_is_literal() -> None:
    fields = fields_of("f16")
    depth, level = fields["KeelDepth"], fields["Level"]
    assert (depth.minimum, depth.maximum, depth.unit) == (1, 2, "metre")
    assert (level.kind, level.minimum, level.maximum) == ("integer", 0, 10)
    assert (level.exclusive, level.step) == ((False, True), 2)
    assert fields["Method"].options == ("a", "b", "c")
    assert started("f16") == {"KeelDepth": 2.0, "Method": "b", "Depth": 3.5}


def test_defaults_are_what_they_plainly_mean_when_their_type_is_wrong() -> None:
    sent = started("f17")
    assert sent == {
        "n": 10,
        "b": True,
        "mode": "value",
        "lang": "en-CA",
        "nul": "null",
        "none": "None",
        "arr": ["B02"],
        "arrs": ["B02", "B03"],
        "obj": {},
        "outer": 5,
    }
    left_out = {key for key, one in fields_of("f17").items() if "left out" in one.note}
    assert left_out == {"f", "d"}


def test_several_are_chosen_when_the_options_stand_on_the_list() -> None:
    for field in fields_of("f18").values():
        assert field.kind == "multichoice"
    assert fields_of("f18")["bands2"].options == ("B02", "B03", "B04")


def test_text_is_asked_for_when_a_crs_is_well_known_text() -> None:
    fields = fields_of("f21")
    assert [one.kind for one in fields["CRS"].branches] == ["text", "file"]
    assert (fields["CRS2"].kind, fields["CRS2"].modes[0]) == ("file", "text")


def test_numbers_are_listed_when_one_or_the_list_of_them_may_be_given() -> None:
    field = fields_of("f22")["lat"]
    assert (field.kind, field.min_items, field.max_items) == ("list", 1, 100)
    assert field.item is not None
    assert field.item.kind == "number"
    assert started("f22") == {"per": [90], "thresh": "25.0 degC"}


def test_times_are_kept_when_they_have_no_zone() -> None:
    kinds = [field.kind for field in fields_of("f23").values()]
    assert kinds == ["datetime", "text", "text", "text"]


def test_keywords_are_read_when_they_stand_on_the_input_itself() -> None:
    fields = fields_of("f24")
    kinds = {key: field.kind for key, field in fields.items()}
    assert kinds == {
        "dataset_id": "choice",
        "params": "list",
        "scale": "number",
        "flag": "boolean",
        "when": "date",
        "bbox": "area",
    }
    assert fields["scale"].minimum == 0
    assert started("f24") == {"scale": 1.5, "flag": False}


def test_the_domain_is_read_when_there_is_one_only() -> None:
    fields = fields_of("f25")
    assert fields["wkt"].item is not None
    assert fields["wkt"].item.kind == "area"
    assert fields["domain"].options == ("dataset", "contributor")
    assert (fields["hour"].kind, fields["lat"].kind) == ("text", "number")
    assert started("f25") == {"wkt": ["MULTIPOINT ((10 40), (40 30))"], "thr": 2}


def test_thousands_of_options_are_searched_and_checked() -> None:
    fields = fields_of("f27")
    described = spec(fields["crs"])
    assert (described["kind"], described["searchable"]) == ("choice", True)
    assert len(described["options"]) == 6_000
    assert "option_values" not in described
    assert fields["variables"].kind == "multichoice"


def test_ranges_of_dates_are_text_when_a_climate_store_asks_for_them() -> None:
    assert fields_of("f28")["date"].kind == "text"
    assert started("f28") == {
        "date": "2024-01-01/2024-01-31",
        "leadtime_hour": ["0"],
        "location": {"latitude": 0, "longitude": 0},
    }


def test_maap_inputs_have_their_types_defaults_and_placeholders() -> None:
    fields = fields_of("f30")
    assert {key: field.kind for key, field in fields.items()} == {
        "granule": "text",
        "threshold": "number",
        "use_mask": "boolean",
        "dem": "text",
        "queue_name": "text",
    }
    assert fields["granule"].placeholder == "GEDI02_A"
    assert fields["granule"].default is UNSET
    assert started("f30") == {
        "threshold": 0.5,
        "use_mask": True,
        "dem": "https://example.org/dem.tif",
        "queue_name": "maap-dps-worker-8gb",
    }


def test_base64_is_named_when_a_picture_is_uploaded() -> None:
    content = b"II*\x00picture"
    with closing(ProcessForm(read("f31"))) as form:
        coded = base64.b64encode(content).decode()
        form._receive(
            None,
            {
                "type": "upload",
                "id": "img",
                "name": "a.tif",
                "mime": "image/tiff",
                "base64": coded,
            },
            None,
        )
        assert form.inputs == {
            "img": {"value": coded, "mediaType": "image/tiff", "encoding": "base64"}
        }
