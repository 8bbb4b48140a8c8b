"""Servers whose links name a host of their own, and awaiting what they do."""

from __future__ import annotations

import asyncio
import json
import warnings

import pytest
from dialects import Dialect
from recorded import TUTORIAL_INPUTS
from replay import replay
from scripted_server import ScriptedServer

from ogc_widgets.client import AsyncClient, Client
from ogc_widgets.errors import LeftOutWarning, LinkWarning
from ogc_widgets.protocol import watching

pytestmark = pytest.mark.filterwarnings("ignore::ogc_widgets.errors.LinkWarning")

INNER = "http://localhost:8080"
INPUTS = {"seconds": 6}
OUTPUTS = {"Result": "slept 6 seconds"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.02)


@pytest.fixture
def zoo():
    """A ZOO-Kernel that calls itself by a name of its own."""
    with replay("zoo-kernel-2026-07", "zoo-landing-400-without-slash") as server:
        server.own_origin = INNER
        yield server


@pytest.fixture
def tutorial(corpus):
    """The ZOO-Project-DRU of the tutorial on water bodies."""

    def load(path):
        return json.loads((corpus / path).read_text("utf-8"))

    status = "status/eoap-zoo__execute-monitor-process-"
    description = "process-descriptions/eoap-zoo__water-bodies--describe-process.json"
    dialect = Dialect(
        name="ZOO-Project-DRU",
        base="/acme/ogc-api",
        own_host=INNER,
        process="water-bodies",
        modes="async",
        errors="zoo",
        recorded={
            "description": load(description),
            "status/accepted": load(f"{status}L95.json"),
            "status/running": load(f"{status}L179.json"),
            "status/successful": load(f"{status}L203.json"),
            "results": load("results/eoap-zoo__results-L315.json"),
        },
    )
    with ScriptedServer(dialect) as server:
        yield server


@pytest.mark.corpus
def test_tutorial_is_gone_through_when_the_server_names_a_host_of_its_own(
    tutorial, tmp_path
):
    with Client(tutorial.url) as client:
        assert client.landing_page().title == "ZOO-Project-DRU"
        assert [p.id for p in client.processes()] == ["water-bodies"]
        process = client.process("water-bodies")
        assert list(process.inputs) == ["aoi", "bands", "epsg", "stac_items"]

        job = client.execute("water-bodies", TUTORIAL_INPUTS)
        assert job.url == f"{tutorial.url}/jobs/{job.id}"
        seen = []
        stop = job.watch(lambda view: seen.append(view.status))
        job.wait(60)
        stop()
        assert 23 in [status.progress for status in seen]
        assert "execution submitted" in [status.message for status in seen]

        logs = job.logs()
        assert [(log.step, log.number) for log in logs][:4] == [
            ("crop", 1), ("crop", 2), ("crop", 3), ("crop", 4),
        ]  # fmt: skip
        assert logs[1].text() == "starting\nERROR no such word\n"
        assert logs[1].fetch() == logs[1].text().encode()
        asked = {one.path for one in tutorial.requests("GET", "/acme/temp/")}
        assert asked == {f"/acme/temp/water-bodies-{job.id}/node_crop_2.log"}

        results = job.results()
        assert list(results.outputs) == ["stac_catalog"]
        assert len(results.items) == 2
        collection = results.item_collection()
        assert [item.id for item in collection] == [i["id"] for i in results.items]
        for item in results.items:
            assets = results.assets(item)
            assert assets
            for asset in assets:
                assert asset.href.startswith("s3://")
                assert not asset.reachable
                assert "object store" in asset.why_not
        with pytest.warns(LeftOutWarning, match="object store"):
            paths = results.download(tmp_path)
        assert [path.name for path in paths] == ["stac_catalog.geojson"]
        assert len(paths.left_out) == sum(len(i["assets"]) for i in results.items)
    assert all(one.headers["accept"].startswith("application/json")
               for one in tutorial.received)  # fmt: skip


def test_user_is_told_once_when_links_are_brought_back(zoo):
    with warnings.catch_warnings(record=True) as told, Client(zoo.url) as client:
        warnings.simplefilter("always")
        job = client.execute("slowjob", INPUTS)
        assert job.wait(60).results().outputs == OUTPUTS
        assert job.logs()[0].text().startswith("INFO step 1 of 6\n")
        client.jobs()
        client.job(job.id)
    mine = [str(w.message) for w in told if issubclass(w.category, LinkWarning)]
    assert len(mine) == 1
    assert "localhost:8080" in mine[0]
    assert zoo.unmatched == []


@pytest.mark.parametrize(
    "tail",
    ["", "/", "/processes", "/processes/slowjob", "/conformance?f=json", "/jobs"],
)
def test_server_is_found_when_its_address_is_written_in_any_way(zoo, tail):
    with Client(f"  {zoo.url}{tail} ") as client:
        assert "slowjob" in [process.id for process in client.processes()]
        assert client.url == zoo.url


def test_job_is_attached_to_when_named_by_the_address_that_the_server_gives_it(zoo):
    with Client(zoo.url) as client, Client(zoo.url) as other:
        job_id = other.execute("slowjob", INPUTS).id
        job = client.job(f"{INNER}{zoo.base}/jobs/{job_id}")
        assert (job.id, job.process_id, job.inputs) == (job_id, "slowjob", None)
        assert job.url == f"{zoo.url}/jobs/{job_id}"
        assert job.wait(60).results().outputs == OUTPUTS


def test_same_verbs_can_be_awaited_in_any_loop(zoo):
    async def lesson():
        async with AsyncClient(zoo.url) as client:
            assert "slowjob" in [process.id for process in await client.processes()]
            job = await client.execute("slowjob", INPUTS)
            assert await job is job
            assert len(await job.logs()) == 1
            return await job.results()

    assert asyncio.run(lesson()).outputs == OUTPUTS


def test_job_of_a_cell_can_be_awaited(zoo):
    with Client(zoo.url) as client:
        job = client.execute("slowjob", INPUTS)

        async def cell():
            return await job

        assert asyncio.run(cell()) is job
        assert job.status.status == "successful"
