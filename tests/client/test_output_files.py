"""Every output that is a file is downloaded, under a name that people can open."""

from __future__ import annotations

import base64
import json
import math

import pytest
from raw_server import answer, processes_server

from ogc_widgets import Client
from ogc_widgets.errors import InputError, LeftOutWarning

TIFF = b"II*\x00" + bytes(range(256))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
JOB = "/api/jobs/1"
DONE = {"jobID": "1", "status": "successful", "processID": "p"}
FEATURES = {"type": "FeatureCollection", "features": []}
ITEM = {
    "type": "Feature", "stac_version": "1.0.0", "id": "i", "geometry": None,
    "properties": {}, "links": [], "assets": {"data": {"href": "/files/data.tif"}},
}  # fmt: skip


def wrapped(data, kind):
    return {"value": base64.b64encode(data).decode(), "mediaType": kind,
            "encoding": "base64"}  # fmt: skip


@pytest.fixture
def results_of():
    """Results of a job with these outputs; closed after the test."""
    opened = []

    def make(outputs):
        files = {
            f"/files/{name}": lambda *_, data=data: answer(
                body=data, headers={"Content-Type": "application/octet-stream"}
            )
            for name, data in {
                "data.tif": TIFF,
                "4f2a": PNG,
                "x": b"?",
            }.items()
        }
        files["/files/item.json"] = lambda *_: answer(ITEM)
        server = processes_server(
            {
                ("GET", JOB): lambda *_: answer(DONE),
                ("GET", f"{JOB}/results"): lambda *_: answer(outputs),
                **{("GET", path): say for path, say in files.items()},
            }
        )
        client = Client(f"{server.origin}/api")
        opened.append((client, server))
        return client.job("1").results()

    yield make
    for client, server in opened:
        client.close()
        server.close()


@pytest.mark.parametrize(
    ("value", "files"),
    [
        (wrapped(TIFF, "image/tiff; application=geotiff"), {"out.tif": TIFF}),
        (wrapped(b"CDF", "application/x-netcdf"), {"out.nc": b"CDF"}),
        ({"value": base64.b64encode(PNG).decode()}, {"out.png": PNG}),
        ([wrapped(PNG, "image/png")] * 2, {"out 1.png": PNG, "out 2.png": PNG}),
        ({"href": "/files/data.tif"}, {"data.tif": TIFF}),
        ({"href": "/files/4f2a", "type": "image/png"}, {"out.png": PNG}),
        ({"href": "/files/4f2a"}, {"out.png": PNG}),
        ({"href": "/files/x"}, {"out": b"?"}),
        ([{"href": "/files/data.tif"}, {"href": "/files/4f2a"}],
         {"data.tif": TIFF, "out 2.png": PNG}),
        (FEATURES, {"out.geojson": json.dumps(FEATURES).encode()}),
        ({"value": {"n": 1}}, {"out.json": b'{"n": 1}'}),
        ({"value": "a,b\n1,2", "mediaType": "text/csv"}, {"out.csv": b"a,b\n1,2"}),
        ({"value": "<gml/>", "mediaType": "application/gml+xml"},
         {"out.gml": b"<gml/>"}),
        ("line 1\nline 2", {"out.txt": b"line 1\nline 2"}),
        ("x" * 1001, {"out.txt": b"x" * 1001}),
    ],
    ids=lambda value: str(value)[:50] if not isinstance(value, dict) else None,
)  # fmt: skip
def test_output_that_is_a_file_is_downloaded_under_a_name_with_its_ending(
    value, files, results_of, tmp_path
):
    results = results_of({"out": value, "n": 7})
    paths = results.download(tmp_path)
    assert {path.name: path.read_bytes() for path in paths} == files
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(files)
    (left,) = paths.left_out
    assert (left.name, left.is_file) == ("n", False)
    assert results.download(tmp_path / "again", outputs=["out"]).left_out == []


def test_name_of_an_output_stays_inside_the_folder(results_of, tmp_path):
    results = results_of({"../../out": wrapped(PNG, "image/png")})
    assert results.download(tmp_path / "a") == [tmp_path / "a" / "out.png"]


def test_items_and_outputs_are_downloaded_together_each_file_once(results_of, tmp_path):
    results = results_of({"stac": ITEM, "data": {"href": "/files/data.tif"}})
    results.items[0]["assets"]["data"]["href"] = results.outputs["data"]["href"]
    names = [path.name for path in results.download(tmp_path)]
    assert names == ["i_data.tif", "stac.json"]
    assert [p.name for p in results.download(tmp_path, assets=["data"])] == names[:1]
    assert [p.name for p in results.download(tmp_path, outputs=["stac"])] == names[1:]


def test_asset_whose_address_holds_it_is_a_file_like_others(results_of, tmp_path):
    whole = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assets = {"look": {"href": whole}, "torn": {"href": "data:image/png;base64,A"}}
    results = results_of({"items": {**ITEM, "assets": assets}})
    [item] = results.items
    look, torn = results.assets(item)
    assert (look.reachable, torn.reachable) == (True, False)
    assert "damaged" in torn.why_not
    assert results.open(item, "look").read() == PNG
    with pytest.warns(LeftOutWarning, match="damaged"):
        paths = results.download(tmp_path, outputs=[], items=[item])
    assert {path.name: path.read_bytes() for path in paths} == {"i_look.png": PNG}


def test_what_is_left_out_is_said_with_its_reason(results_of, tmp_path):
    outputs = {"far": {"href": "s3://bucket/k.tif"}, "path": {"href": "/etc/../x y"},
               "near": wrapped(PNG, "image/png"), "count": 7, "odd": None,
               "said": "x" * 1000}  # fmt: skip
    results = results_of(outputs)
    with pytest.warns(LeftOutWarning, match="far: The file is in an object store"):
        paths = results.download(tmp_path)
    assert [path.name for path in paths] == ["near.png"]
    left = {one.name: one for one in paths.left_out}
    assert "object store" in left["far"].why
    assert not left["count"].is_file
    assert not left["said"].is_file
    assert "results.outputs['count']" in left["count"].why
    assert "left out far: The file is in an object store" in repr(paths)
    for name in ("far", "count", "nothing"):
        with pytest.raises(InputError, match=name):
            results.download(tmp_path, outputs=[name])


def test_json_is_saved_when_it_holds_what_json_has_not(results_of, tmp_path):
    results = results_of({"out": {"a": 1}})
    results.outputs["out"] = {"n": math.nan, "b": b"\x00"}
    (path,) = results.download(tmp_path)
    assert path.read_text() == '{"n": NaN, "b": "AA=="}'


def test_media_types_stay_known_when_items_are_linked_to(results_of):
    item = {"href": "/files/item.json", "type": "application/geo+json"}
    results = results_of({"item": item, "mask": wrapped(TIFF, "image/tiff")})
    assert results.media_types["mask"] == "image/tiff"
    assert [one["id"] for one in results.items] == ["i"]
