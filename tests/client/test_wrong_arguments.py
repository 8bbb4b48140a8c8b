"""What is passed by mistake costs a sentence that says what to pass."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from raw_server import answer, processes_server

import ogc_widgets as ogc
from ogc_widgets.errors import InputError
from ogc_widgets.protocol import Process, ProcessSummary

ITEM = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "id": "one",
    "geometry": None,
    "properties": {},
    "links": [],
    "assets": {
        name: {"href": f"data:text/plain,{name}", "type": "text/plain"}
        for name in ("data", "look")
    },
}
FORM = ogc.ProcessForm({"id": "p", "inputs": {"items": {"schema": {"type": "string"}}}})
DONE = {"jobID": "j", "status": "successful", "processID": "p"}
RESULTS = {"items": {"type": "FeatureCollection", "features": [ITEM]}}


@pytest.fixture(scope="module")
def server():
    answers = {
        ("GET", "/api/jobs"): lambda *_: answer({"jobs": [DONE], "links": []}),
        ("GET", "/api/jobs/j"): lambda *_: answer(DONE),
        ("GET", "/api/jobs/j/results"): lambda *_: answer(RESULTS),
    }
    with processes_server(answers) as server:
        yield server


@pytest.fixture
def client(server):
    with ogc.Client(f"{server.origin}/api") as client:
        yield client


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda c: c.execute("p", [1]), "Inputs are a dict .*, not list"),
        (lambda c: c.execute("p", None), "Inputs are a dict .*, not NoneType"),
        (lambda c: c.execute("p", {}, outputs=5), "Outputs are ids"),
        (lambda c: c.execute_many("p", [{}], at_once=0), "at_once .* from 1 on"),
        (lambda c: c.jobs(limit="5"), "limit is a whole number"),
        (lambda c: c.jobs(limit=-1), "limit is a whole number"),
        (lambda c: c.jobs(status=5), "no status '?5"),
        (lambda c: c.job("j").wait("5"), "timeout_s is a number of seconds"),
        (lambda c: c.job("j").results().download("d", items="two"), "no item 'two'"),
        (lambda c: c.job("j").results().download("d", items=5), "int is no item"),
        (lambda c: c.job("j").results().download("d", assets=5), "assets are a list"),
        (lambda c: c.job("j").results().download("d", outputs=[5]), "outputs are"),
        (lambda c: ogc.Client(c.aio.url, timeout_s="5"), "timeout_s .* not '5'"),
        (lambda c: ogc.Client(c.aio.url, timeout_s=-1), "timeout_s .* not -1"),
        (lambda c: ogc.Client(c.aio.url, headers=["a"]), "headers are a dict"),
        (lambda c: ogc.Client(c.aio.url, params="a=b"), "params are a dict"),
        (lambda _: ogc.Client("https://a.test", verify=5).processes(), "verify is"),
        (lambda c: ogc.JobTable(c.aio.url), "JobTable takes a client, not str"),
        (lambda c: ogc.ServerCard(c.aio.url), "ServerCard takes a client"),
        (lambda c: ogc.DeployPanel(c.aio.url), "DeployPanel takes a client"),
        (lambda c: ogc.SignIn(c.aio.url), "SignIn takes a client"),
        (lambda _: ogc.JobPanel("j"), "JobPanel takes a job, not str"),
        (lambda c: setattr(ogc.App(c, "p"), "job", "j"), "app.job takes a job"),
        (lambda c: setattr(ogc.App(c, "p"), "results", "j"), "app.results takes"),
        (lambda c: setattr(ogc.App(c, "p"), "batch", "j"), "app.batch takes a batch"),
        (lambda c: ogc.ResultsMap(c.job("j")), "not Job.\n.*ResultsMap.job.results"),
        (lambda _: ogc.AreaMap(center=(200, 10)), "center is a latitude and"),
        (lambda _: ogc.AreaMap(zoom="x"), "zoom is a number"),
        (lambda _: ogc.recent_jobs("p"), "limit is a whole number .*not 'p'"),
        (lambda c: ogc.search_items(c.url, limit="9"), "limit is a whole number"),
        (lambda c: ogc.search_items(c.url, bbox=5), "A box has four numbers"),
        (
            lambda c: ogc.search_items(c.url, bbox="1,2,3,4", intersects="POINT(1 2)"),
            "a box or a geometry, not both",
        ),
        (lambda c: ogc.search_items(c.url, bbox="1,2,3"), "A box has four numbers"),
        (lambda c: ogc.search_items(c.url, start=2021), "first day must be a date"),
        (lambda c: ogc.search_items(c.url, intersects=5), "This is not an area"),
        (lambda c: c.execute(Process("p"), {}), "id of a process is .*\n.*\n.*'p'"),
        (lambda c: c.process(Process("p")), "id of a process is a text"),
        (lambda _: ogc.ProcessForm(ProcessSummary("p")), r"client.process\('p'\)"),
        (lambda c: c.job("j").results()["nope"], "no output 'nope'.\nIt has: items"),
        (lambda c: ogc.search_items(c.url, intersects={"a": 1}), "not GeoJSON"),
        (lambda c: ogc.search_items(c.url, collections=5), "id of a collection"),
        (lambda c: ogc.search_items(c.url, max_cloud_percent="9"), "from 0 to 100"),
        (lambda c: c.job("j").results().to_xarray(bbox="x"), "A box has four"),
        (lambda _: ogc.S3(5), "endpoint of an object store is a web address"),
        (lambda _: FORM.change_inputs(5), "Inputs are a dict"),
        (lambda _: FORM.save_inputs("no/where.json"), "where.json cannot be saved"),
        (lambda _: FORM.fields["items"].add(5), "Items are dicts, addresses"),
        (lambda _: ogc.lab(port="8080"), "port is a whole number"),
        (lambda _: ogc.lab(keep_gb="many"), "keep_gb is a number"),
        (lambda c: c.execute_many("p", {"x": 1}), "not one dict"),
        (
            lambda c: c.job("j").results().download("x", assets="thumb"),
            "No item has an asset 'thumb'.\nTheir assets: data, look",
        ),
        (lambda c: c.job("j").results().download(5), "folder to save in is a path"),
        (lambda c: c.job("j").results().image({}), "id of an output is a text"),
        (lambda c: c.execute_many(Process, [{}]), "id of a process is a text"),
        (lambda c: c.execute_many("p", 5), "inputs_list is a list .*, not int"),
    ],
)
def test_mistake_is_named(client, tmp_path, monkeypatch, call, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=said):
        call(client)
    assert [*tmp_path.iterdir()] == []


def in_a_cell(code):
    exec(
        code, {"__name__": "__main__", "ogc": ogc, "form": FORM, "area": ogc.AreaMap()}
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("form.inptus = {'items': 'x'}", "no 'inptus' to set.\nDid you mean 'inputs'"),
        ("form.for_each = {'items': ['x']}", "for_each of ProcessForm is called"),
        ("area.boox = [1, 2, 3, 4]", "Did you mean 'bbox'"),
        ("area.basemap = 'x'", "AreaMap has no 'basemap' to set.$"),
    ],
)
def test_what_a_cell_sets_in_vain_is_refused(code, said):
    with pytest.raises(InputError, match=said):
        in_a_cell(code)


def test_what_a_cell_may_set_is_set():
    in_a_cell("form.inputs = {'items': 'x'}; form.layout = {'width': '9em'}")
    assert FORM.inputs == {"items": "x"}
    in_a_cell("form._mine = 1; form.__class__._theirs = 2")
    in_a_cell(
        "class Mine(ogc.AreaMap):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.own = 1\n"
        "assert Mine().own == 1"
    )


@pytest.mark.parametrize("items", ["one", ["one"], ITEM, [ITEM]], ids=json.dumps)
@pytest.mark.parametrize("assets", ["data", ["data"]])
def test_one_item_or_asset_need_not_be_in_a_list(client, items, assets):
    results = client.job("j").results()
    found = results.files(items=items, assets=assets)
    assert [one.name for one in found] == ["one/data"]


def test_file_of_an_item_is_opened_by_ids(client):
    results = client.job("j").results()
    for item in ("one", ITEM):
        assert results.open(item, "data").read() == b"data"
    with pytest.raises(InputError, match="no asset 'mask'") as caught:
        results.open("one", "mask")
    assert caught.value.advice == "Its assets: data, look."


def test_numbers_are_taken_whoever_has_made_them(server, client):
    with ogc.Client(f"{server.origin}/api", timeout_s=np.int64(5)) as other:
        assert [job.id for job in other.jobs(limit=np.int64(5))] == ["j"]
    job = client.job("j")
    for timeout_s in (math.inf, -1, np.float32(5)):  # -1: the time was up before
        assert job.wait(timeout_s) is job


def test_what_has_an_address_or_an_id_stands_for_it(client):
    job = client.job("j")
    assert client.job(job).url == job.url
    for same in (ogc.Client(client), ogc.App(client, "p").client):
        assert same.url == client.url
    assert job.results()["items"] == RESULTS["items"]


def test_status_is_its_word(client):
    status = client.job("j").status
    assert status == "successful"
    assert status != "failed"
    assert status in ("failed", "successful")
    assert status == client.job("j").status
    assert len({status, client.job("j").status}) == 1
    assert status != 5


@pytest.mark.parametrize("below", ["", "/results", "/results/items", "/logs"])
def test_job_is_found_by_the_address_of_what_is_its_own(client, below):
    assert client.job(f"{client.url}/jobs/j{below}").url == f"{client.url}/jobs/j"
