"""STAC items as inputs: recognised, round trips, and what is said about them."""

from __future__ import annotations

import json

import pytest

from ogc_widgets.client.stac.stac_documents import facts_of
from ogc_widgets.client.stac.stac_reader import Inspection
from ogc_widgets.errors import InputError
from ogc_widgets.form.fields.build_fields import reduce_process
from ogc_widgets.form.form import ProcessForm
from ogc_widgets.form.stac_items import check_key

ITEM_SCHEMA = "https://schemas.stacspec.org/v1.0.0/item-spec/json-schema/item.json"
COLLECTION_SCHEMA = (
    "https://schemas.stacspec.org/v1.0.0/collection-spec/json-schema/collection.json"
)
FEATURES = (
    "https://schemas.opengis.net/ogcapi/features/part1/1.0/openapi/schemas/"
    "featureCollectionGeoJSON.yaml"
)
URI = {"type": "string", "format": "uri"}
A = "https://example.org/collections/s2/items/A"
B = "https://example.org/collections/s2/items/B"
ITEM = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "id": "A",
    "geometry": {"type": "Point", "coordinates": [1, 2]},
    "properties": {"datetime": "2021-07-13T19:03:00Z"},
    "assets": {},
    "links": [],
}
STAC_YAML = "https://raw.githubusercontent.com/eoap/schemas/main/stac.yaml#"


def described(schema, key="input", **members):
    return reduce_process({"inputs": {key: {"schema": schema, **members}}})[key]


def cwl(name):
    return {"metadata": [{"title": "cwl:type", "value": name}]}


@pytest.mark.parametrize(
    ("field", "wants", "writes", "documents"),
    [
        (described({"$ref": ITEM_SCHEMA}), ("item",), "link", True),
        (
            described({"type": "object", "format": "stac-collection"}),
            ("collection",),
            "link",
            True,
        ),
        (
            described({"type": "object", "format": "stac-items"}),
            ("items",),
            "link",
            True,
        ),
        (described({}, **cwl(f"{STAC_YAML}Item")), ("item",), "link", True),
        (described({}, **cwl(f"{STAC_YAML}Asset")), None, None, None),
        (described({}, **cwl("https://a.org/types.yaml#Item")), None, None, None),
        (
            described({"oneOf": [URI, {"$ref": ITEM_SCHEMA}]}, **cwl("File")),
            ("file", "item"),
            "text",
            True,
        ),
        (
            described(
                {
                    "oneOf": [
                        URI,
                        {"$ref": ITEM_SCHEMA},
                        {"$ref": COLLECTION_SCHEMA},
                        {"$ref": FEATURES},
                    ]
                },
                **cwl("Directory"),
            ),
            ("item", "collection", "catalog", "items"),
            "text",
            True,
        ),
        (described({"type": "string"}, "item"), ("item",), "text", False),
        (described(URI, "stac_collection"), ("collection",), "text", False),
        (
            described({"type": "string"}, "pre", description="of the STAC item"),
            None,
            None,
            None,
        ),
        (
            described({"type": "string"}, "input", title="STAC item reference"),
            ("item",),
            "text",
            False,
        ),
        (described({"type": "string"}, "stac_item_id"), None, None, None),
        (described(URI, "stac_api"), None, None, None),
        (described({"type": "string"}, "stac_endpoint_url"), None, None, None),
        (
            described({"type": "string"}, "epsg", title="Code of the STAC items"),
            None,
            None,
            None,
        ),
        (described({"type": "string", "enum": ["a"]}, "item"), None, None, None),
        (described({"type": "integer"}, "items"), None, None, None),
        *(
            (described({"type": "string", name: value}, "item"), None, None, None)
            for name, value in {
                "contentEncoding": "base64",
                "pattern": "^S2",
                "const": "a",
                "format": "date",
            }.items()
        ),
        (
            described({"type": "string", "contentMediaType": "image/tiff"}, "scene"),
            None,
            None,
            None,
        ),
        (
            described({"type": "string", "contentMediaType": "text/x-stac-collection"}),
            ("collection",),
            "text",
            False,
        ),
        (described({"oneOf": [URI, {"$ref": FEATURES}]}), None, None, None),
        (
            described({"oneOf": [{"enum": ["all"]}, URI, {"$ref": ITEM_SCHEMA}]}),
            None,
            None,
            None,
        ),
        (
            described(
                {
                    "oneOf": [
                        {"type": "string", "contentEncoding": "base64"},
                        {"$ref": ITEM_SCHEMA},
                    ]
                }
            ),
            None,
            None,
            None,
        ),
        (
            described({"type": "string", "contentMediaType": "application/x-stac"}),
            ("item",),
            "text",
            False,
        ),
    ],
)
def test_stac_inputs_are_recognised_and_others_are_not(field, wants, writes, documents):
    if wants is None:
        assert field.kind != "stac"
        return
    assert field.kind == "stac"
    assert field.stac.wants == wants
    assert (field.stac.writes, field.stac.documents) == (writes, documents)


@pytest.mark.parametrize(
    ("formats", "words"),
    [
        (["stac-item"], "STAC item"),
        (["stac-item", "stac-collection"], "STAC item or collection"),
        (
            ["stac-item", "stac-collection", "stac-catalog"],
            "STAC item, collection or catalogue",
        ),
    ],
)
def test_kinds_of_documents_that_are_wanted_are_said(formats, words):
    choices = [{"type": "object", "format": one} for one in formats]
    assert described({"oneOf": [URI, *choices]}).stac.words == words


def test_list_has_stac_rows_when_an_input_takes_several():
    field = described({"type": "array", "items": {"type": "string"}}, "stac_items")
    assert (field.kind, field.item.kind) == ("list", "stac")
    field = described({"type": "string"}, "stac_items", maxOccurs="unbounded")
    assert (field.kind, field.item.kind) == ("list", "stac")


def form_of(schema, key="stac_items", **members):
    return ProcessForm({"id": "p", "inputs": {key: {"schema": schema, **members}}})


@pytest.mark.parametrize(
    ("schema", "value", "draft"),
    [
        ({"type": "string"}, A, A),
        ({"type": "string"}, "{not json", "{not json"),
        ({"type": "string"}, " spaced ", " spaced "),
        ({"$ref": ITEM_SCHEMA}, ITEM, json.dumps(ITEM, indent=2)),
        ({"$ref": ITEM_SCHEMA}, {"href": A}, A),
        (
            {"$ref": ITEM_SCHEMA},
            {"href": A, "type": "application/geo+json"},
            json.dumps({"href": A, "type": "application/geo+json"}, indent=2),
        ),
        ({"oneOf": [URI, {"$ref": ITEM_SCHEMA}]}, A, A),
        ({"oneOf": [URI, {"$ref": ITEM_SCHEMA}]}, ITEM, json.dumps(ITEM, indent=2)),
    ],
)
def test_value_comes_back_when_it_was_set(schema, value, draft):
    form = form_of(schema, "item")
    form.inputs = {"item": value}
    assert form.inputs == {"item": value}
    shown = form.drafts["item"]
    assert shown == draft or json.loads(shown) == json.loads(draft)
    form.close()


def test_typed_address_becomes_a_link_when_the_input_is_an_object():
    form = form_of({"$ref": ITEM_SCHEMA}, "item")
    form._on_edit("item", f" {A} ")
    assert form.inputs == {"item": {"href": A}}
    assert form.errors == {}
    form._on_edit("item", '{"type": "Feature",')
    assert "item" not in form.inputs
    assert form.errors["item"]
    form.close()


@pytest.mark.parametrize("draft", ["", "  ", 5, ["a"], {"branch": 0}])
@pytest.mark.parametrize("schema", [{"type": "string"}, {"$ref": ITEM_SCHEMA}])
def test_nothing_is_sent_when_no_document_stands_there(schema, draft):
    form = form_of(schema, "item")
    form._on_edit("item", draft)
    assert form.inputs == {}
    assert form.errors == {"item": "needs a value"}
    form.close()


@pytest.mark.parametrize(
    ("schema", "value", "name"),
    [
        (
            {"$ref": ITEM_SCHEMA},
            {"type": "Feature", "stac_version": "1.0.0"},
            "STAC document",
        ),
        (
            {"format": "geojson-geometry", "required": ["crs"]},
            {"type": "Point", "coordinates": [1, 2]},
            "geometry",
        ),
    ],
)
def test_odd_document_is_advice_when_the_schema_refuses_it(schema, value, name):
    form = form_of(schema, "item")
    form.inputs = {"item": value}
    assert form.errors == {}
    assert f"may refuse this {name};" in form.notes["item"]
    form.close()


class Inspector:
    """Stands in for an app: remembers who was looked at, answers when told to."""

    def __init__(self):
        self.asked = []
        self.given_up = []
        self._done = {}

    def inspect(self, address, done, *, after_s=0, insist=False):
        self.asked.append((address, after_s > 0, insist))
        self._done[address] = done
        return lambda: self.given_up.append(address)

    def answer(self, address, document=None, **members):
        facts = facts_of(document)
        self._done[address](Inspection(facts=facts, answered=bool(document), **members))


@pytest.fixture
def form():
    made = form_of({"type": "array", "items": {"type": "string"}})
    yield made
    made.close()


@pytest.fixture
def inspector(form):
    form.stac.inspector = Inspector()
    return form.stac.inspector


def check_of(form, text, wants="item"):
    return form.item_checks.get(f"{wants}|{text}")


def test_nobody_is_asked_when_the_form_stands_alone(form):
    form.inputs = {"stac_items": [A, B]}
    assert form.item_checks == {}
    assert form.errors == {}


def test_row_shows_id_and_date_when_the_item_was_looked_at(form, inspector):
    form.inputs = {"stac_items": [A, B]}
    assert inspector.asked == [(A, False, False), (B, False, False)]
    assert check_of(form, A) == {"state": "busy"}
    inspector.answer(A, ITEM)
    assert check_of(form, A) == {"state": "good", "id": "A", "date": "13 Jul 2021"}
    inspector.answer(B, why_not="The server has nothing at this address (404).")
    assert check_of(form, B)["state"] == "bad"
    # An advice, not a barrier: the server may see what is not seen from here.
    assert form.errors == {}
    assert form.require_valid() == {"stac_items": [A, B]}


def test_collection_is_named_when_an_item_is_wanted(form, inspector):
    form.inputs = {"stac_items": [A]}
    inspector.answer(A, {"type": "Collection", "stac_version": "1.0.0", "id": "s2"})
    assert check_of(form, A) == {
        "state": "odd",
        "id": "s2",
        "date": "STAC collection",
        "words": "This is a STAC collection, not a STAC item.",
    }


def test_half_typed_address_waits_when_it_is_typed(form, inspector):
    form._on_edit("stac_items", ["https://example.or"])
    form._on_edit("stac_items", [A])
    assert inspector.asked == [("https://example.or", True, False), (A, True, False)]
    assert inspector.given_up == ["https://example.or"]
    assert check_of(form, A) is None
    # The row was left: no more waiting.
    form.stac.on_look()
    assert inspector.asked[-1] == (A, False, False)


def test_look_is_given_up_when_the_row_is_removed(form, inspector):
    form.inputs = {"stac_items": [A, B]}
    form.inputs = {"stac_items": [B]}
    assert inspector.given_up == [A]
    inspector.answer(A, ITEM)  # was under way already
    assert set(form.item_checks) == {f"item|{B}"}


def test_same_address_is_asked_for_once_when_it_stands_twice(form, inspector):
    form.inputs = {"stac_items": [A, A]}
    inspector.answer(A, ITEM)
    form.inputs = {"stac_items": [A]}
    assert len(inspector.asked) == 1


def test_looks_are_given_up_and_begun_anew_when_another_inspector_is_bound(
    form, inspector
):
    form.inputs = {"stac_items": [A, B]}
    inspector.answer(B, ITEM)
    form.stac.inspector = other = Inspector()
    assert inspector.given_up == [A]
    assert other.asked == [(A, False, False), (B, False, False)]
    form.stac.inspector = None
    assert other.given_up == [A, B]
    assert form.item_checks == {}


def test_text_that_is_no_address_is_left_alone(form, inspector):
    form.inputs = {"stac_items": ["S2B_10TFK", "s3://bucket/item.json", "/data/a"]}
    assert inspector.asked == []
    assert form.item_checks == {}


def test_private_address_is_read_when_the_user_asks_for_it(form, inspector):
    form.inputs = {"stac_items": [A]}
    inspector.answer(A, private=True, why_not="Not looked at.")
    assert check_of(form, A) == {"state": "unread", "words": "Not looked at."}
    form.stac.on_look(f"item|{A}")
    assert inspector.asked[-1] == (A, False, True)
    inspector.answer(A, ITEM)
    assert check_of(form, A)["state"] == "good"


def test_hundred_addresses_are_looked_at_when_there_are_more(form, inspector):
    form.inputs = {"stac_items": [f"https://example.org/{n}" for n in range(300)]}
    assert len(inspector.asked) == 100


def test_outlines_come_with_the_items_that_were_seen(form, inspector):
    form.inputs = {"stac_items": [A]}
    assert form.stac.features() == {}
    inspector.answer(A, ITEM)
    outline = {"type": "Feature", "id": "A", "geometry": ITEM["geometry"], "bbox": None}
    assert form.stac.features() == {f"item|{A}": [outline]}


def test_document_in_the_form_is_judged_without_asking_anybody():
    form = form_of({"$ref": ITEM_SCHEMA}, "item")
    big = {**ITEM, "properties": {**ITEM["properties"], "title": "ü" * 500}}
    form.inputs = {"item": big}
    (check,) = form.item_checks.values()
    assert check == {"state": "good", "id": "A", "date": "13 Jul 2021"}
    field = form.fields["item"].field
    assert set(form.item_checks) == {check_key(field.stac, form.drafts["item"])}
    assert form.stac.features()
    form.close()


def test_any_file_is_fine_when_the_input_takes_files():
    form = form_of({"oneOf": [URI, {"$ref": ITEM_SCHEMA}]}, "raster", **cwl("File"))
    form.stac.inspector = inspector = Inspector()
    form.inputs = {"raster": "https://example.org/a.tif"}
    inspector._done["https://example.org/a.tif"](
        Inspection(why_not="A file is there (image/tiff).", answered=True)
    )
    assert form.item_checks == {}
    form.close()


def found_item(name, href=None):
    links = [{"rel": "self", "href": href}] if href else []
    return {**ITEM, "id": name, "links": links}


def test_found_items_go_in_as_addresses_and_remove_nothing(form):
    form.inputs = {"stac_items": [A]}
    form.fields["stac_items"].add([found_item("B", B), found_item("A", A), B])
    assert form.inputs == {"stac_items": [A, B]}
    form.fields["stac_items"].add("https://example.org/c")
    assert form.inputs["stac_items"] == [A, B, "https://example.org/c"]


def test_item_without_address_is_refused_when_only_addresses_are_taken(form):
    with pytest.raises(InputError, match="C has no address of its own"):
        form.fields["stac_items"].add([found_item("C")])
    assert form.inputs == {}
    with pytest.raises(InputError, match="does not take STAC items"):
        form_of({"type": "integer"}, "n").fields["n"].add([A])


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"$ref": ITEM_SCHEMA}, {"href": B}),
        ({"oneOf": [URI, {"$ref": ITEM_SCHEMA}]}, B),
        ({"type": "string"}, B),
        (
            {
                "anyOf": [
                    {"oneOf": [URI, {"$ref": ITEM_SCHEMA}]},
                    {
                        "type": "array",
                        "items": {"oneOf": [URI, {"$ref": ITEM_SCHEMA}]},
                    },
                ]
            },
            [A, B],
        ),
    ],
    ids=["a link", "text", "plain text", "a list is better"],
)
def test_found_item_is_written_as_the_input_wants_it(schema, expected):
    form = form_of(schema, "stac_item")
    form.fields["stac_item"].add([found_item("A", A), found_item("B", B)])
    assert form.inputs["stac_item"] == expected
    form.close()


@pytest.mark.parametrize(
    ("schema", "is_one"),
    [
        ({"$ref": ITEM_SCHEMA}, True),
        ({"type": "string"}, True),
        ({"type": "array", "items": {"type": "string"}}, False),
        ({"type": "integer"}, False),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, True),
        ({"type": ["string", "array"], "items": {"type": "string"}}, False),
    ],
)
def test_a_search_may_choose_one_item_where_no_more_is_taken(schema, is_one):
    form = form_of(schema, "stac_item")
    assert form.stac.takes_one("stac_item") is is_one
    assert form.stac.takes_one("nothing") is False
    form.close()


def test_item_without_address_goes_in_itself_where_that_is_taken():
    form = form_of({"$ref": ITEM_SCHEMA}, "item")
    form.fields["item"].add(found_item("C"))
    assert form.inputs["item"] == found_item("C")
    form.close()


def test_found_items_become_one_document_when_a_list_is_wanted():
    form = form_of({"type": "object", "format": "stac-items"}, "items")
    form.fields["items"].add([found_item("A", A)])
    form.fields["items"].add([found_item("B", B), found_item("A", A)])
    document = form.inputs["items"]
    assert document["type"] == "FeatureCollection"
    assert [one["id"] for one in document["features"]] == ["A", "B"]
    (check,) = form.item_checks.values()
    assert check == {"state": "good", "id": "list of items", "date": "2 items"}
    form.close()
