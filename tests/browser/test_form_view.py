"""The form's page: what is typed is sent, what Python says is shown, by any hand."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import pytest
from form_states import (
    ALL_KINDS,
    ENCODINGS,
    FILLED,
    TEXT,
    WATER_BODIES,
    WATER_DRAFTS,
    field,
)
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from form_page import Form

Spec = dict[str, Any]


def type_keys(text: str) -> Callable[[Form], None]:
    def do(form: Form) -> None:
        form.box("x").click()
        form.page.keyboard.type(text)

    return do


def press(selector: str) -> Callable[[Form], None]:
    return lambda form: form.page.locator(selector).first.click()


def say(label: str, within: str = "#view") -> Callable[[Form], None]:
    return lambda form: form.page.locator(within).get_by_text(label, exact=True).click()


def tick_two(form: Form) -> None:
    say("cubic")(form)
    say("nearest")(form)


OPTIONS = ["nearest", "bilinear", "cubic"]
NUMBER = field("number", "")

USES: list[tuple[str, Spec, Callable[[Form], None], Any]] = [
    ("text", field("text", "x"), type_keys("a b"), "a b"),
    ("number", field("number", "x"), type_keys("1.10"), "1.10"),
    ("faulty number", field("number", "x"), type_keys("1,5x"), "1,5x"),
    ("integer", field("integer", "x"), type_keys("9" * 30), "9" * 30),
    ("date", field("date", "x"), type_keys("2024-02-30"), "2024-02-30"),
    ("time", field("time", "x"), type_keys("10:30:00Z"), "10:30:00Z"),
    ("datetime", field("datetime", "x"), type_keys("2024-05-31T10"), "2024-05-31T10"),
    ("duration", field("duration", "x"), type_keys("P1D"), "P1D"),
    ("multiline", field("multiline", "x"), type_keys("a\nb"), "a\nb"),
    ("json", field("json", "x"), type_keys("[1,"), "[1,"),
    ("yes", field("boolean", "x"), say("Yes"), "true"),
    ("no", field("boolean", "x"), say("No"), "false"),
    (
        "tick",
        field("boolean", "x", required=True, has_default=True),
        press("input[type=checkbox]"),
        "true",
    ),
    ("null", field("null", "x"), say("send null"), "null"),
    (
        "const",
        field("const", "x", value_text="fast"),
        press(".ogcw-f-block input"),
        "fast",
    ),
    ("radio", field("choice", "x", options=OPTIONS), say("cubic"), 2),
    (
        "select",
        field("choice", "x", options=[f"option {n}" for n in range(9)]),
        lambda form: form.box("x").select_option(label="option 4") and None,
        4,
    ),
    (
        "ticks",
        field("multichoice", "x", options=OPTIONS),
        tick_two,
        [0, 2],
    ),
    (
        "tuple",
        field(
            "tuple",
            "x",
            fields=[{**NUMBER, "label": "lon"}, {**NUMBER, "label": "lat"}],
        ),
        lambda form: form.box("lat").fill("4"),
        [None, "4"],
    ),
    (
        "object",
        field("object", "x", fields=[field("text", "a"), field("number", "b")]),
        lambda form: form.box("b").fill("4"),
        {"b": "4"},
    ),
    (
        "area",
        field("area", "x", encodings=ENCODINGS, default_crs="OGC:CRS84"),
        type_keys("1,2,3,4"),
        {"encoding": "bbox-text", "crs": "OGC:CRS84", "text": "1,2,3,4"},
    ),
    (
        "file by reference",
        field("file", "x", modes=["reference"], media_types=[]),
        lambda form: form.page.locator("#view input").last.fill("https://a.b/c"),
        {"mode": "reference", "href": "https://a.b/c", "type": None},
    ),
]


@pytest.mark.parametrize(
    ("spec", "use", "draft"), [use[1:] for use in USES], ids=[use[0] for use in USES]
)
def test_draft_is_sent_as_it_stands_when_a_field_is_used(
    open_form: Callable[..., Form], spec: Spec, use: Callable[[Form], None], draft: Any
) -> None:
    form = open_form([spec])
    assert form.sent() == []
    use(form)
    assert form.draft("x") == draft
    seen = form.screen()
    again = open_form([spec], drafts={"x": draft})
    assert again.screen() == seen
    assert again.sent() == []


def test_nothing_is_sent_and_nothing_changes_when_all_kinds_are_only_shown(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(ALL_KINDS, drafts=FILLED)
    before = form.screen()
    form.put(drafts=FILLED, turn=1)
    form.put(drafts={}, turn=2)
    form.put(drafts=FILLED, turn=3)
    assert form.screen() == before
    assert form.sent() == []
    assert [name for name, _ in before if name == ""] == [""] * len(
        [1 for name, _ in before if name == ""]
    )


def test_every_edit_is_sent_in_order_when_somebody_types(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("text", "x")])
    type_keys("abc")(form)
    form.page.keyboard.press("Backspace")
    assert [m["draft"] for m in form.sent()] == ["a", "ab", "abc", "ab"]
    form.box("x").fill("")
    assert form.draft("x") is None


def test_text_is_kept_when_an_older_echo_arrives(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("text", "x"), field("text", "y")])
    type_keys("abc")(form)
    form.box("y").click()
    form.put(drafts={"x": "a"})
    expect(form.box("x")).to_have_value("abc")
    form.put(drafts={"x": "abc"})
    expect(form.box("x")).to_have_value("abc")


def test_text_stays_in_the_focused_box_unless_python_set_it(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("text", "x"), field("text", "y")])
    form.box("x").click()
    form.put(drafts={"x": "from elsewhere", "y": "too"})
    expect(form.box("x")).to_have_value("")
    expect(form.box("y")).to_have_value("too")
    form.put(drafts={"x": "set", "y": "too"}, turn=1)
    expect(form.box("x")).to_have_value("set")
    expect(form.box("x")).to_be_focused()


def test_text_on_its_way_is_kept_when_python_sets_another_field(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("text", "x"), field("text", "y")])
    type_keys("abc")(form)
    form.put(drafts={"x": "ab", "y": "drawn"}, turn=1)
    expect(form.box("x")).to_have_value("abc")
    expect(form.box("y")).to_have_value("drawn")
    form.put(drafts={"x": "abc", "y": "drawn"})
    form.put(drafts={"x": None, "y": None}, turn=2)
    expect(form.box("x")).to_have_value("")


def test_second_view_follows_when_python_echoes_an_edit(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("text", "x")])
    form.put(drafts={"x": "typed in the other view"})
    expect(form.box("x")).to_have_value("typed in the other view")


def test_error_belongs_to_its_control_when_python_reports_one(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(WATER_BODIES, drafts=WATER_DRAFTS)
    expect(form.box("EPSG code")).not_to_have_attribute("aria-invalid", "true")
    form.put(
        shown_errors={"epsg": "must look like EPSG:4326", "stac_items/1": "no answer"}
    )
    box = form.page.get_by_role("textbox", name="EPSG code")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_accessible_description("Must look like EPSG:4326.")
    rows = form.block("STAC items").get_by_role("textbox")
    expect(rows.nth(0)).not_to_have_attribute("aria-invalid", "true")
    expect(rows.nth(1)).to_have_attribute("aria-invalid", "true")
    expect(rows.nth(1)).to_have_accessible_description("No answer.")
    form.put(shown_errors={})
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(form.error("EPSG code")).to_be_hidden()


def test_error_is_said_by_the_field_around_it_when_its_part_has_no_place(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(
        WATER_BODIES,
        drafts={**WATER_DRAFTS, "aoi": {"json": "[1]"}},
        shown_errors={"bands/1": "is unknown", "aoi/bbox/3": "is too large"},
    )
    expect(form.error("Bands")).to_have_text("2: Is unknown.")
    expect(form.block("Bands").locator(".ogcw-f-chip-bad")).to_have_text("nir×")
    expect(form.error("Area of interest")).to_have_text("bbox / 4: Is too large.")


def test_next_field_hardly_moves_when_an_error_appears(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("text", "x"), field("text", "y")])
    before = form.box("y").bounding_box()
    form.put(shown_errors={"x": "must look like EPSG:4326"})
    after = form.box("y").bounding_box()
    assert before is not None
    assert after is not None
    assert 0 <= after["y"] - before["y"] <= 8


def test_focus_goes_to_the_field_when_python_asks_for_it(
    open_form: Callable[..., Form],
) -> None:
    options = field("object", "o", fields=[field("text", "a"), field("text", "b")])
    filler = [field("text", f"f{n}", required=True) for n in range(20)]
    late = [field("text", f"l{n}") for n in range(4)]
    form = open_form(
        [*filler, field("list", "urls", item=TEXT, required=True), options, *late],
        drafts={"urls": ["https://a", "https://b"]},
    )
    for n, (path, name) in enumerate(
        [("urls/1", "urls, item 2"), ("l2", "l2"), ("o/b", "b"), ("f0", "f0")]
    ):
        form.put(focus_request={"path": path, "n": n})
        expect(form.box(name)).to_be_focused()
        expect(form.box(name)).to_be_in_viewport()


def test_optional_inputs_are_folded_away_and_counted_when_there_are_several(
    open_form: Callable[..., Form],
) -> None:
    spec = [field("text", "x", required=True), *[field("text", k) for k in "abcde"]]
    form = open_form(spec)
    summary = form.page.locator("summary")
    expect(summary).to_have_text("Optional inputs (0 set of 5)")
    expect(form.box("a")).to_be_hidden()
    summary.click()
    form.box("b").fill("1")
    expect(summary).to_have_text("Optional inputs (1 set of 5)")
    # A value that is sent is on the screen after a reload.
    form = open_form(spec, drafts={"b": "1"})
    expect(form.box("b")).to_have_value("1")


def test_leaving_is_said_once_when_the_focus_leaves_a_field(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(WATER_BODIES, drafts=WATER_DRAFTS)
    form.block("STAC items").get_by_role("textbox").nth(0).click()
    form.page.keyboard.press("Tab")
    form.page.keyboard.press("Tab")
    assert form.sent("leave") == []
    form.box("EPSG code").click()
    assert form.sent("leave") == [{"type": "leave", "id": "stac_items"}]


def test_list_follows_when_rows_are_added_removed_and_moved(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("list", "urls", item=TEXT, max_items=5)])
    page = form.page
    form.box("urls, item 1").fill("a")
    page.get_by_role("button", name="+ Add").click()
    expect(form.box("urls, item 2")).to_be_focused()
    page.keyboard.type("b")
    assert form.draft("urls") == ["a", "b"]
    page.get_by_role("button", name="Reorder").click()
    page.get_by_role("button", name="Move urls, item 2 up").click()
    assert form.draft("urls") == ["b", "a"]
    page.get_by_role("button", name="Remove urls, item 1").click()
    assert form.draft("urls") == ["a"]
    expect(form.block("urls").locator(".ogcw-f-count")).to_have_text("1 of up to 5")
    page.get_by_role("button", name="Remove urls, item 1").click()
    assert form.draft("urls") is None


@pytest.mark.parametrize(
    ("item", "text", "draft"),
    [
        (TEXT, "https://a\nhttps://b\n", ["https://a", "https://b"]),
        (TEXT, '["a, b", "c"]', ["a, b", "c"]),
        (NUMBER, "[12345678901234567890123, 1e3]", ["12345678901234567890123", "1e3"]),
        (NUMBER, "1 2\n3;4", ["1", "2", "3", "4"]),
        (field("choice", "", options=["u", "v"]), "v\nw", [1, {"json": '"w"'}]),
        (field("object", ""), '[{"a": 1}]', [{"json": '{"a":1}'}]),
    ],
)
def test_list_is_filled_when_a_column_of_values_is_pasted(
    open_form: Callable[..., Form], item: Spec, text: str, draft: Any
) -> None:
    form = open_form([field("list", "links", item=item)])
    if item["kind"] in ("number", "integer"):
        # Short values stand in one box; the menu keeps the rarer ways.
        form.block("links").hover()
        form.page.get_by_role("button", name="Field options").click()
    form.page.get_by_role("button", name="Paste a list").click()
    form.page.get_by_label("Paste values for links").fill(text)
    form.page.get_by_role("button", name="Add", exact=True).click()
    assert form.draft("links") == draft


def test_chips_hold_what_is_on_the_screen_when_the_last_one_is_still_typed(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([WATER_BODIES[3]], drafts={"bands": ["green", "nir"]})
    page = form.page
    page.get_by_label("add a band").click()
    page.keyboard.type("red")
    assert form.draft("bands") == ["green", "nir", "red"]
    page.keyboard.press("Enter")
    expect(page.locator(".ogcw-f-chip")).to_have_text(["green×", "nir×", "red×"])
    page.get_by_label("Change red").focus()
    page.keyboard.press("Alt+ArrowLeft")
    assert form.draft("bands") == ["green", "red", "nir"]
    page.keyboard.press("Enter")
    page.keyboard.type("blue")
    page.keyboard.press("Enter")
    assert form.draft("bands") == ["green", "blue", "nir"]
    page.get_by_label("Remove green").click()
    page.get_by_label("add a band").click()
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    assert form.draft("bands") == ["blue", "ni"]


@pytest.mark.parametrize(
    ("spec", "empty", "words"),
    [
        (field("text", "x"), "", "An empty text is sent."),
        (field("list", "x", item=TEXT), [], "An empty list is sent."),
        (field("list", "urls", item=TEXT), [], "An empty list is sent."),
        (field("multichoice", "x", options=OPTIONS), [], "An empty list is sent."),
        (field("object", "x", fields=[TEXT]), {}, "An empty object is sent."),
        (field("map", "x", item=TEXT), [], "An empty object is sent."),
    ],
)
def test_empty_value_is_told_apart_from_none_when_it_is_sent(
    open_form: Callable[..., Form], spec: Spec, empty: Any, words: str
) -> None:
    key = spec["key"]
    form = open_form([spec], drafts={key: empty})
    block = form.page.locator(".ogcw-f-block").first
    expect(block).to_contain_text(words)
    form.page.get_by_role("button", name="Leave it out").click()
    assert form.draft(key) is None
    expect(form.page.get_by_role("button", name="Leave it out")).to_have_count(0)
    block.hover()
    form.page.get_by_role("button", name="Field options").last.click()
    form.page.get_by_role("button", name="Send an empty").click()
    assert form.draft(key) == empty
    expect(block).to_contain_text(words)


def test_map_keeps_names_and_values_when_rows_are_filled(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("map", "tags", item=TEXT)])
    form.page.get_by_role("button", name="+ Add a name and value").click()
    form.page.keyboard.type("year")
    form.box("tags, value").fill("2024")
    assert form.draft("tags") == [["year", "2024"]]
    form.page.get_by_role("button", name="Remove year").click()
    assert form.draft("tags") is None


def test_union_keeps_each_draft_when_the_kind_is_changed_and_changed_back(
    open_form: Callable[..., Form],
) -> None:
    auto = field("const", "", label="automatic", value_text="auto")
    form = open_form(
        [field("union", "x", branches=[{**NUMBER, "label": "number"}, auto])]
    )
    form.box("x, number").fill("0.4")
    say("automatic", ".ogcw-f-segments")(form)
    assert form.draft("x") == {"branch": 1, "draft": "auto"}
    say("number", ".ogcw-f-segments")(form)
    assert form.draft("x") == {"branch": 0, "draft": "0.4"}
    expect(form.box("x, number")).to_have_value("0.4")


def test_search_finds_an_option_when_it_is_typed_by_keyboard_alone(
    open_form: Callable[..., Form],
) -> None:
    codes = [f"EPSG:{32600 + n}" for n in range(60)]
    form = open_form(
        [field("choice", "x", options=codes, searchable=True), field("text", "y")]
    )
    box = form.page.get_by_role("combobox", name="x")
    box.focus()
    form.page.keyboard.type("3264")
    expect(form.page.get_by_role("option")).to_have_count(10)
    expect(box).to_have_attribute("aria-expanded", "true")
    form.page.keyboard.press("ArrowDown")
    form.page.keyboard.press("Enter")
    assert form.draft("x") == 41
    expect(box).to_have_value("EPSG:32641")
    form.page.keyboard.type("no such thing")
    form.page.keyboard.press("Tab")
    expect(box).to_have_value("EPSG:32641")
    box.fill("")
    form.page.keyboard.press("Tab")
    assert form.draft("x") is None


def test_number_is_stepped_exactly_when_arrow_keys_are_pressed(
    open_form: Callable[..., Form],
) -> None:
    big = "9007199254740993"
    form = open_form(
        [
            field("integer", "n"),
            field("number", "f", step="0.1", min="0", max="0.3"),
        ],
        drafts={"n": big, "f": "0.2"},
    )
    form.box("n").press("ArrowUp")
    assert form.draft("n") == "9007199254740994"
    form.box("f").press("ArrowUp")
    assert form.draft("f") == "0.3"
    form.box("f").press("ArrowUp")
    assert form.draft("f") == "0.3"


def test_slider_and_box_follow_each_other_when_either_is_used(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("integer", "x", widget="slider", min="0", max="100")])
    slider = form.page.get_by_label("Slider of x")
    expect(slider).to_have_class(re.compile("unset"))
    slider.fill("40")
    assert form.draft("x") == "40"
    form.box("x").fill("70")
    expect(slider).to_have_value("70")


def test_zone_of_a_date_is_changed_when_another_is_chosen(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(
        [field("datetime", "x")], drafts={"x": "2024-05-31T10:30:00+05:30"}
    )
    zone = form.page.get_by_label("Time zone of x")
    expect(zone.locator("option:checked")).to_have_text("+05:30")
    zone.select_option(label="UTC")
    assert form.draft("x") == "2024-05-31T10:30:00Z"
    form.page.locator("input[type=datetime-local]").evaluate(
        "(e) => { e.value = '2024-06-01T08:00'; e.dispatchEvent(new Event('change')); }"
    )
    assert form.draft("x") == "2024-06-01T08:00:00Z"


def test_secret_leaves_the_page_when_it_was_typed(
    open_form: Callable[..., Form], canary: str
) -> None:
    form = open_form([field("secret", "x"), field("text", "y")])
    type_keys(canary)(form)
    form.page.keyboard.press("Tab")
    said = [(m["id"], m["secret"]) for m in form.sent("secret")]
    assert said == [("x", canary)]
    assert form.sent() == []
    form.put(drafts={"x": {"set": True, "ref": "k1"}})
    expect(form.box("x")).to_have_value("")
    expect(form.box("x")).to_have_attribute("placeholder", "••••••••")
    assert canary not in form.page.content()
    assert canary not in str(form.screen())
    form.page.get_by_role("button", name="Clear x").click()
    assert form.sent("secret")[-1]["secret"] == ""


def test_file_reaches_python_whole_when_it_is_longer_than_one_message(
    open_form: Callable[..., Form], tmp_path: Path
) -> None:
    form = open_form([field("file", "x", modes=["upload", "reference", "text"])])
    content = bytes(range(256)) * 16_000
    (tmp_path / "scene.tif").write_bytes(content)
    form.page.locator("input[type=file]").set_input_files(tmp_path / "scene.tif")
    expect(form.block("x").locator(".ogcw-f-filename")).to_have_text(
        "scene.tif, 4.1 MB"
    )
    parts = form.sent("upload")
    assert len(parts) == 2
    assert b"".join(base64.b64decode(part["base64"]) for part in parts) == content
    assert {part["name"] for part in parts} == {"scene.tif"}


def test_area_says_how_it_is_sent_and_asks_for_the_map_when_draw_is_pressed(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([WATER_BODIES[0], field("text", "y")])
    page = form.page
    hint = form.block("Area of interest").locator(".ogcw-f-area-hint")
    expect(hint).to_contain_text(
        "Sent as text: west, south, east, north in degrees (CRS84)."
    )
    form.box("Area of interest").focus()
    page.get_by_role("button", name="Draw Area of interest on the map").click()
    assert form.sent("area_action")[-1]["action"] == "draw"
    form.put(active_area="aoi")
    expect(hint).to_contain_text("Draw on the map")
    form.box("y").click()
    assert form.sent("leave") == []
    form.put(active_area="", drafts={"aoi": WATER_DRAFTS["aoi"]}, turn=1)
    expect(form.box("Area of interest")).to_have_value(WATER_DRAFTS["aoi"]["text"])
    page.get_by_role("button", name="Change how Area of interest is sent").click()
    form.box("How Area of interest is sent").select_option("wkt")
    last = form.sent("area_action")[-1]
    assert (last["id"], last["action"], last["value"]) == ("aoi", "encoding", "wkt")
    page.get_by_role("button", name="Clear", exact=True).click()
    assert form.sent("area_action")[-1]["action"] == "clear"


def test_area_offers_no_map_when_there_is_none(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([WATER_BODIES[0]], has_map=False)
    expect(form.page.get_by_role("button", name="Draw")).to_have_count(0)
    expect(form.page.get_by_role("button", name="map view")).to_have_count(0)


def test_faulty_line_is_pointed_out_when_json_is_left_unfinished(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("json", "x", schema_text='{"type": "object"}')])
    form.box("x").fill('{\n  "a": 1\n  "b": 2\n}')
    form.box("x").blur()
    fault = form.page.locator(".ogcw-f-fault")
    expect(fault).to_have_text("Line 3, column 3")
    expect(form.page.locator(".ogcw-f-band-on")).to_be_visible()
    fault.click()
    assert form.box("x").evaluate("(e) => e.selectionStart") == 13
    form.box("x").fill('{"a": 1}')
    expect(fault).to_be_hidden()
    form.page.get_by_text("What the server expects").click()
    expect(form.page.locator("pre")).to_have_text('{"type": "object"}')


def test_any_field_can_be_written_as_json_and_back(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(
        [field("list", "x", label="Years", item=NUMBER)], drafts={"x": ["1", "2"]}
    )
    form.block("Years").hover()
    form.page.get_by_role("button", name="Field options").click()
    form.page.get_by_role("button", name="Edit as JSON").click()
    assert form.draft("x") == {"json": "[\n  1,\n  2\n]"}
    form.box("Years").fill("[1, 3]")
    assert form.draft("x") == {"json": "[1, 3]"}
    form.page.get_by_role("button", name="Back to the field").click()
    assert form.draft("x") == ["1", "3"]


def test_extra_inputs_are_sent_when_the_server_forgot_them(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(WATER_BODIES)
    form.page.get_by_role("button", name="Add what the server forgot").click()
    form.page.keyboard.type("workspace")
    form.page.get_by_label("Value of the extra input").fill("demo")
    assert form.sent("extra")[-1]["rows"] == [["workspace", "demo", "input"]]
    form = open_form(
        WATER_BODIES,
        extra_rows=[["queue", "3", "beside"]],
        extra_errors={"queue": "unknown"},
    )
    expect(form.page.get_by_label("Id of the extra input")).to_have_value("queue")
    expect(form.page.locator(".ogcw-f-extra .ogcw-error")).to_have_text(
        "queue: Unknown."
    )


def test_whole_form_is_filled_when_only_the_keyboard_is_used(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(
        [
            field("text", "a", required=True),
            field("choice", "b", options=OPTIONS, required=True),
            field("boolean", "c", required=True),
            field("list", "d", label="Bands", item=TEXT, required=True),
            field("date", "e", required=True),
        ]
    )
    keys = form.page.keyboard
    form.box("a").focus()
    keys.type("text")
    keys.press("Tab")
    while form.page.evaluate("document.activeElement.type") != "radio":
        keys.press("Tab")
    keys.press("Space")
    keys.press("ArrowRight")
    assert form.draft("b") == 1
    keys.press("Tab")
    while form.page.evaluate("document.activeElement.type") != "radio":
        keys.press("Tab")
    keys.press("Space")
    assert form.draft("c") == "true"
    while form.page.evaluate("document.activeElement.className") != "ogcw-f-chipinput":
        keys.press("Tab")
    keys.type("green")
    keys.press("Enter")
    keys.type("nir")
    for _ in range(8):
        keys.press("Tab")
        if form.page.evaluate("document.activeElement.labels?.[0]?.textContent") == (
            "e\u00a0*"
        ):
            break
    keys.type("2024-05-31")
    assert form.draft("d") == ["green", "nir"]
    assert form.draft("e") == "2024-05-31"
    assert form.draft("a") == "text"


def test_every_control_has_a_name_when_all_kinds_are_shown(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(ALL_KINDS, drafts=FILLED)
    nameless = form.page.evaluate(
        """() => [...document.querySelectorAll(
            '#view :is(input, textarea, select, button)')]
          .filter((e) => e.getAttribute('aria-hidden') !== 'true')
          .filter((e) => !(e.getAttribute('aria-label') || e.labels?.[0]?.textContent
            || e.textContent))
          .map((e) => e.outerHTML)"""
    )
    assert nameless == []
    groups = form.page.evaluate(
        """() => [...document.querySelectorAll('#view fieldset')]
          .filter((e) => !e.querySelector(':scope > legend')?.textContent).length"""
    )
    assert groups == 0


def test_text_of_the_server_stays_text_when_it_looks_like_html(
    open_form: Callable[..., Form],
) -> None:
    bad = '<img src=x onerror="window.__xss=1">$\\href{javascript:1}{x}$'
    spec = []
    for one in ALL_KINDS:
        members = dict.fromkeys(
            ("label", "description", "hint", "note", "placeholder", "unit"), bad
        )
        spec.append({**one, **members, "required": True})
        if "options" in one:
            spec[-1]["options"] = [bad] * len(one["options"])
        for part in ("value_text", "schema_text"):
            if part in one:
                spec[-1][part] = bad
    form = open_form(
        spec,
        drafts=FILLED,
        shown_errors={one["key"]: bad for one in ALL_KINDS},
        notes={one["key"]: bad for one in ALL_KINDS},
        extra_rows=[[bad, bad, "input"]],
        problem=bad,
    )
    assert form.page.locator("#view img").count() == 0
    assert form.page.evaluate("window.__xss") is None
    assert form.page.locator("#view").inner_text().count("<img src=x") > 60
    for one in form.page.locator(".ogcw-f-menu").all()[:3]:
        one.focus()
        one.press("Enter")
        form.page.keyboard.press("Escape")
    assert form.page.locator("#view img").count() == 0


def test_neighbours_are_not_painted_over_when_a_letter_has_thousands_of_marks(
    open_form: Callable[..., Form],
) -> None:
    def around(mark: str) -> list[bytes]:
        text = f"o{3_000 * mark}"
        words = dict.fromkeys(("label", "description", "hint", "note"), text)
        marked = field("choice", "b", options=[text, "plain"], **words)
        form = open_form(
            [field("text", "a", description="above"), marked, field("text", "c")],
            shown_errors={"b": text},
        )
        form.page.locator("select").first.select_option(index=2)
        assert form.draft("b") == 1
        blocks = form.page.locator(".ogcw-f-block")
        return [blocks.first.screenshot(), blocks.last.screenshot()]

    # A mark that is not drawn, one above and one below the letter.
    unmarked = around("\u034f")
    assert around("\u0301") == unmarked
    assert around("\u0316") == unmarked


def test_long_server_text_is_cut_and_shown_on_demand(
    open_form: Callable[..., Form],
) -> None:
    long = "word " * 40_000
    spec = field("text", "x", label=long, description=f"So {long}", hint=long)
    form = open_form([spec, field("text", "y")], drafts={"x": long})
    assert len(form.page.locator("#view").inner_text()) < 30_000
    height = form.page.locator("#view").bounding_box()
    assert height is not None
    assert height["height"] < 700
    form.page.get_by_role("button", name="More", exact=True).click()
    expect(form.page.get_by_role("button", name="Less")).to_be_visible()
    # The value is whole although only its beginning is shown.
    form.page.get_by_role("button", name="Edit all").click()
    form.page.keyboard.press("Control+End")
    form.page.keyboard.type("!")
    form.box("y").click()
    assert len(form.draft("x")) == len(long) + 1


def test_page_stays_quick_when_a_value_has_five_megabytes(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("text", "x"), field("text", "y")])
    took = form.page.evaluate(
        """() => {
          const start = performance.now();
          model.put({ input_0: { draft: "x".repeat(5_000_000), turn: 1 } });
          model.put({ input_1: { draft: "1", turn: 1 } });
          document.getElementById("view").getBoundingClientRect();
          return performance.now() - start;
        }"""
    )
    assert took < 2_000
    expect(form.page.get_by_text("5,000,000 characters are kept")).to_be_visible()
    expect(form.box("y")).to_have_value("1")
    assert form.sent() == []
    form.page.get_by_role("button", name="Clear").click()
    assert form.draft("x") is None


def test_form_stays_usable_when_there_are_five_hundred_inputs(
    open_form: Callable[..., Form],
) -> None:
    spec = [field("text", f"input {n}", required=True) for n in range(500)]
    form = open_form(spec)
    form.box("input 0").fill("now")
    assert form.draft("input 0") == "now"
    form.put(focus_request={"path": "input 480", "n": 1})
    expect(form.box("input 480")).to_be_focused()
    form.page.get_by_label("Find an input").fill("input 33")
    expect(form.page.locator(".ogcw-f-block:visible")).to_have_count(11)


def test_typed_text_survives_when_the_description_changes(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("text", "x"), field("text", "y")])
    type_keys("abc")(form)
    form.put(spec=[field("text", "x"), field("text", "y", required=True)])
    expect(form.box("x")).to_have_value("abc")
    expect(form.box("x")).to_be_focused()


def test_letters_are_not_taken_by_the_notebook_when_a_button_has_the_focus(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([field("boolean", "x"), field("text", "y")])
    form.page.locator("input[type=radio]").first.focus()
    attribute = "data-lm-suppress-shortcuts"
    suppressed = "document.activeElement.closest(`[${a}]`) !== null"
    assert form.page.evaluate(f"(a) => {suppressed}", attribute) is True
    form.box("y").focus()
    assert form.page.evaluate(f"(a) => {suppressed}", attribute) is False


@pytest.mark.parametrize("width", [320, 480, 900])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_sticks_out_when_the_form_is_narrow_or_wide(
    open_form: Callable[..., Form], width: int, theme: str
) -> None:
    form = open_form(ALL_KINDS, drafts=FILLED, width=width, theme=theme)
    outside = form.page.evaluate(
        """(width) => [...document.querySelectorAll('#view *')]
          .filter((e) => e.checkVisibility() && e.getClientRects().length
            && e.getBoundingClientRect().right > 16 + width + 1
            && !e.closest('pre'))
          .map((e) => e.className)""",
        width,
    )
    assert outside == []
