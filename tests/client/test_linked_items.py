"""Results that only link to STAC: followed to the end, whatever is on the way."""

from __future__ import annotations

import pytest
from raw_server import RawServer, answer

from ogc_widgets.client import Client
from ogc_widgets.client.results import linked_items
from ogc_widgets.map import ResultsMap

SECRET = "canary-71c0-secret"


def item(name, **members):
    return {"type": "Feature", "stac_version": "1.0.0", "id": name, "geometry": None,
            "properties": {}, "links": [], "assets": {"data": {"href": "./x.tif"}},
            **members}  # fmt: skip


def catalog(*links, **members):
    """A catalogue; a link is a relation and a reference, without a media type."""
    listed = [{"rel": relation, "href": href} for relation, href in links]
    return {"type": "Catalog", "stac_version": "1.0.0", "id": "c", "description": "d",
            "links": listed, **members}  # fmt: skip


def untyped(document):
    return {name: one for name, one in document.items() if name != "type"}


def page(*items, **members):
    return {"type": "FeatureCollection", "features": list(items), **members}


def results_of(files, outputs, **options):
    """What a job gives that names files of a server; and which of them were asked for.

    Args:
        files: Path to document, or to a whole answer.
        outputs: Makes the outputs of the address of the server.
        options: For the client.
    """

    def behave(_connection, received):
        if received.method == "POST":
            return answer(outputs(server.origin))
        found = files.get(received.path.partition("?")[0], {})
        return found if isinstance(found, bytes) else answer(found)

    with RawServer(behave) as server, Client(server.origin, **options) as client:
        results = client.execute("p", {}, mode="sync").results()
    return results, [one.path for one in server.received if one.path in files]


def names(results):
    return sorted(str(one["id"]) for one in results.items)


@pytest.mark.parametrize("kind", ["application/json", "application/geo+json", None])
@pytest.mark.parametrize("change", [dict, untyped], ids=["typed", "untyped"])
def test_catalogue_is_followed_to_its_items_whatever_it_calls_itself(kind, change):
    files = {
        "/stac/root.json": change(catalog(("child", "./a/c.json"), ("self", "."))),
        "/stac/a/c.json": change(catalog(("child", "deep/c.json"))),
        "/stac/a/deep/c.json": change(
            catalog(("item", "i.json"), ("items", "list"), ("root", "../../root.json"),
                    ("child", "../../root.json"), extent={})
        ),
        "/stac/a/deep/i.json": item("alone"),
        "/stac/a/deep/list": page(
            item("first"), links=[{"rel": "next", "href": "list2"}]),
        "/stac/a/deep/list2": page(
            item("second"), links=[{"rel": "next", "href": "list"}]),
    }  # fmt: skip

    def outputs(origin):
        link = {"href": f"{origin}/stac/root.json"}
        return {"out": {**link, "type": kind} if kind else link}

    results, asked = results_of(files, outputs)
    assert names(results) == ["alone", "first", "second"]
    assert sorted(asked) == sorted(files)  # each once, also in a circle
    assert results.note == ""
    for one in results.items:
        (asset,) = results.assets(one)
        assert asset.href.endswith("/stac/a/deep/x.tif")


def test_catalogue_among_the_results_is_read_from_the_address_of_these():
    def outputs(_origin):
        return {"catalogue": untyped(catalog(("item", "/files/i.json")))}

    results, _ = results_of({"/files/i.json": item("a")}, outputs)
    assert names(results) == ["a"]
    assert len(results.catalogs) == 1


def test_document_that_is_bad_costs_only_itself_and_that_is_said():
    files = {
        "/c": catalog(("item", "good"), ("item", "gone"), ("child", "page"),
                      ("item", "cut"), ("child", "javascript:alert(1)"),
                      ("item", "other"), ("item", "odd")),
        "/good": item("good"),
        "/page": answer(body=b"<!doctype html>", headers={"Content-Type": "text/html"}),
        "/gone": answer({"title": "Not here"}, 404),
        "/cut": answer(body=b'{"type": "Feature", "st'),
        "/other": {"type": "Feature", "geometry": None},
        "/odd": item(7, links="none", assets=[]),
    }  # fmt: skip
    results, _ = results_of(
        files, lambda origin: {"out": {"href": f"{origin}/c", "type": "x/stac+json"}}
    )
    assert names(results) == ["7", "good"]
    assert results.note.startswith("4 linked STAC documents could not be read: ")


def test_output_that_is_no_stac_document_is_not_a_failure():
    files = {
        "/report": answer({"area": 7}),
        "/picture.tif": answer(body=b"II*\x00"),
        "/doc.json": answer(body=b"cut"),
    }

    def outputs(origin):
        typed = {"href": f"{origin}/report", "type": "application/json"}
        return {"a": typed, "b": {"href": f"{origin}/picture.tif"},
                "c": {"href": f"{origin}/doc.json"}}  # fmt: skip

    results, asked = results_of(files, outputs)
    assert (results.items, results.note) == ([], "")
    assert "/picture.tif" not in asked


@pytest.mark.parametrize("kind", ["application/geo+json", "application/stac+json"])
def test_output_that_says_it_is_stac_and_is_none_is_a_failure(kind):
    files = {"/report": answer({"area": 7})}
    results, _ = results_of(
        files, lambda origin: {"a": {"href": f"{origin}/report", "type": kind}}
    )
    assert results.note.startswith("1 linked STAC document could not be read: ")


def test_what_was_left_at_the_limit_stands_on_the_map():
    files = {f"/i/{n}": item(f"i{n}", bbox=[0, 0, 1, 1]) for n in range(230)}
    files["/c"] = catalog(*(("item", path) for path in files))
    results, asked = results_of(files, lambda origin: {"out": {"href": f"{origin}/c"}})
    assert len(results.items) == 200
    assert len(asked) == 201
    said = "201 linked STAC documents were read, and 30 more were left"
    assert said in results.note
    shown = ResultsMap(results)
    assert said in shown.map._overlay.footprint_note
    shown.close()


def test_files_of_an_item_are_where_it_says_it_is_itself():
    itself = {"rel": "self", "href": "http://far.test/items/i.json"}
    files = {"/list": page(item("i", links=[itself]))}
    results, _ = results_of(files, lambda origin: {"out": {"href": f"{origin}/list"}})
    (asset,) = results.assets(results.items[0])
    assert asset.href == "http://far.test/items/x.tif"


def test_no_more_items_are_kept_than_may_be(monkeypatch):
    monkeypatch.setattr(linked_items, "MOST_ITEMS", 3)
    files = {f"/{name}": page(item(f"{name}1"), item(f"{name}2")) for name in "ab"}
    files["/c"] = catalog(("items", "/a"), ("items", "/b"))
    results, _ = results_of(files, lambda origin: {"out": {"href": f"{origin}/c"}})
    assert len(results.items) == 3
    assert "and 1 more were left" in results.note


def test_catalogues_without_an_end_are_left_in_time():
    def behave(_connection, received):
        if received.method == "POST":
            return answer({"out": {"href": f"{server.origin}/0"}})
        if not received.path[1:].isdecimal():
            return answer({})
        number = int(received.path[1:])
        return answer(catalog(("child", f"/{number + 1}"), ("child", f"/{number + 2}")))

    with RawServer(behave) as server, Client(server.origin) as client:
        results = client.execute("p", {}, mode="sync").results()
        assert "400 linked STAC documents were read, and " in results.note
    assert len(server.requests("GET", "/")) < 410


def test_secret_stays_at_home_when_a_catalogue_leads_to_another_server():
    with RawServer(lambda *_: answer(item("far"))) as other:
        files = {"/c": catalog(("item", f"{other.origin}/far"))}
        results, asked = results_of(
            files, lambda origin: {"out": {"href": f"{origin}/c"}}, auth=SECRET
        )
    assert (names(results), asked) == (["far"], ["/c"])
    assert len(other.received) == 1
    assert SECRET not in repr(other.received)
