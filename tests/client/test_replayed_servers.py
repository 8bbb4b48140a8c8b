"""The whole loop with servers that say what recorded ones said."""

from __future__ import annotations

import asyncio
import warnings

import pytest
from replay_server import Pygeoapi, Zoo, serve

from ogc_widgets.api import watching
from ogc_widgets.client import AsyncClient, Client
from ogc_widgets.errors import JobGoneError, LeftOutWarning, LinkWarning, NoSuchJobError

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.filterwarnings("ignore::ogc_widgets.errors.LinkWarning"),
]

INPUTS = {
    "stac_items": ["https://a.test/S2B_10TFK_20210713_0_L2A"],
    "aoi": "-121.399,39.834,-120.74,40.472",
    "epsg": "EPSG:4326",
    "bands": ["green", "nir"],
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.02)


@pytest.fixture
def zoo(corpus):
    with serve(Zoo(corpus)) as server:
        yield server


@pytest.fixture
def pygeoapi(corpus):
    with serve(Pygeoapi(corpus)) as server:
        yield server


def test_tutorial_is_gone_through_when_the_server_names_a_host_of_its_own(
    zoo, tmp_path
):
    with Client(zoo.url) as client:
        assert client.landing_page().title == "ZOO holdout"
        assert client.conformance().has("dismiss")
        assert [p.id for p in client.processes()] == ["water-bodies"]
        process = client.process("water-bodies")
        assert list(process.inputs) == ["aoi", "bands", "epsg", "stac_items"]

        job = client.execute("water-bodies", INPUTS)
        assert job.id == Zoo.job_id
        assert job.url == f"{zoo.url}/jobs/{Zoo.job_id}"
        views = []
        stop = job.watch(views.append)
        job.wait(20)
        stop()
        assert [view.status.progress for view in views] == [None, None, 23, None]
        assert views[2].status.message == "execution submitted"

        logs = job.logs()
        assert [(log.step, log.number) for log in logs][:4] == [
            ("crop", 1), ("crop", 2), ("crop", 3), ("crop", 4),
        ]  # fmt: skip
        assert logs[1].text() == "log of node_crop_2.log\nERROR nothing\n"
        assert logs[1].fetch() == b"log of node_crop_2.log\nERROR nothing\n"

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
               for one in zoo.received)  # fmt: skip


def test_user_is_told_once_when_links_are_brought_back(zoo):
    with warnings.catch_warnings(record=True) as told, Client(zoo.url) as client:
        warnings.simplefilter("always")
        client.execute("water-bodies", INPUTS).wait(20)
        client.jobs()
        client.job(Zoo.job_id)
    mine = [str(w.message) for w in told if issubclass(w.category, LinkWarning)]
    assert len(mine) == 1
    assert "localhost:8080" in mine[0]


@pytest.mark.parametrize(
    "tail",
    ["", "/", "/processes", "/processes/water-bodies", "/conformance?f=json", "/jobs"],
)
def test_server_is_found_when_its_address_is_written_in_any_way(zoo, tail):
    with Client(f"  {zoo.url}{tail} ") as client:
        assert [p.id for p in client.processes()] == ["water-bodies"]
        assert client.url == zoo.url


@pytest.mark.parametrize("by", ["id", "own address", "our address"])
def test_job_is_attached_to_when_named_in_any_way(zoo, by):
    name = {
        "id": Zoo.job_id,
        "own address": f"http://localhost:8080/acme/ogc-api/jobs/{Zoo.job_id}",
        "our address": f"{zoo.url}/jobs/{Zoo.job_id}",
    }[by]
    with Client(zoo.url) as client:
        job = client.job(name)
        assert (job.id, job.process_id, job.inputs) == (
            Zoo.job_id,
            "water-bodies",
            None,
        )
        assert job.wait(20).status.status == "successful"


def test_job_is_unknown_when_the_id_is_wrong(zoo):
    with Client(zoo.url) as client, pytest.raises(NoSuchJobError):
        client.job("nothing")


def test_dismissed_job_is_dismissed_and_then_unknown(zoo):
    with Client(zoo.url) as client:
        job = client.execute("water-bodies", INPUTS)
        assert job.dismiss().status == "dismissed"
        assert job.view.phase == "dismissed"
        with pytest.raises(NoSuchJobError):
            client.job(job.id)


def test_loop_is_gone_through_when_the_submission_is_answered_with_null(pygeoapi):
    with Client(pygeoapi.url) as client:
        assert "hello-world" in [p.id for p in client.processes()]
        job = client.execute("echo", {"echoInput": "hi"})
        assert job.id == pygeoapi.behave.job_id
        views = []
        stop = job.watch(views.append)
        job.wait(20)
        stop()
        # It counts while it says "accepted".
        assert [(v.phase, v.status.progress) for v in views][1:] == [
            ("accepted", 20), ("accepted", 40), ("accepted", 60), ("accepted", 80),
            ("successful", 100),
        ]  # fmt: skip
        assert job.results().outputs == pygeoapi.behave.results
        assert job.logs() == []


def test_answer_is_a_finished_job_when_it_comes_at_once(pygeoapi):
    with Client(pygeoapi.url) as client:
        job = client.execute("echo", {"echoInput": "hi"}, mode="sync")
        assert job.wait().status.status == "successful"
        assert job.view.is_final
        assert job.results().outputs == {"echo": "Hello World! hi"}
        assert job.logs() == []


def test_jobs_of_all_pages_are_listed_until_there_are_enough(pygeoapi):
    with Client(pygeoapi.url) as client:
        first = pygeoapi.behave.job_page["jobs"]
        assert [job.id for job in client.jobs(limit=1)] == [first[0]["jobID"]]
        assert len(client.jobs()) == len(first)
    # The second page repeats a job of the first; it is not listed twice.
    assert len(pygeoapi.requests("GET", "/jobs?")) >= 3


def test_job_is_lost_when_it_was_dismissed_by_somebody_else(pygeoapi):
    with Client(pygeoapi.url) as client:
        job = client.execute("echo", {})
        job.refresh()
        pygeoapi.behave.was_dismissed = True
        with pytest.raises(JobGoneError):
            job.wait(20)


def test_same_verbs_can_be_awaited_in_any_loop(zoo):
    async def lesson():
        async with AsyncClient(zoo.url) as client:
            assert [p.id for p in await client.processes()] == ["water-bodies"]
            job = await client.execute("water-bodies", INPUTS)
            assert await job is job
            (await job.logs())[0]
            return await job.results()

    assert len(asyncio.run(lesson()).items) == 2


def test_job_of_a_cell_can_be_awaited(zoo):
    with Client(zoo.url) as client:
        job = client.execute("water-bodies", INPUTS)

        async def cell():
            return await job

        assert asyncio.run(cell()) is job
        assert job.status.status == "successful"
