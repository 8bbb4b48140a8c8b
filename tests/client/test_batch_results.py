"""The results of all jobs of a batch as one: of a real batch on the lab server."""

from __future__ import annotations

import pytest
from test_content import ITEM, server_of
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.batches.batch_on_map import select_together
from ogc_widgets.batches.batch_view import BatchView
from ogc_widgets.client.batches import batch_results
from ogc_widgets.client.batches.batch_results import BatchResults, Merging
from ogc_widgets.client.batches.entries import BatchEntry
from ogc_widgets.client.batches.job_parts import EntryAreas, JobPart
from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import ServerError
from ogc_widgets.view.next_cell import line_for
from ogc_widgets.viewers import ResultsStage

AREAS = {
    "Almanor": "-121.12,40.18,-121.06,40.24",
    "Butt": "-121.18,40.12,-121.12,40.18",
    "Nowhere": "10,10,10.1,10.1",
}


@pytest.fixture(scope="module")
def client(lab_server):
    with ogc.Client(lab_server.url) as client:
        yield client


@pytest.fixture(scope="module")
def lakes(client, lab_server):
    """Two areas in two summers, and one where no scene is."""
    batch = client.execute_many(
        "water-bodies",
        [{"aoi": aoi, "stac_items": lab_server.scenes[:2]} for aoi in AREAS.values()],
        labels=[*AREAS],
    )
    batch.wait(240)
    yield batch
    batch.close()


@pytest.fixture(scope="module")
def results(lakes):
    return lakes.results()


def test_items_of_all_jobs_say_what_was_asked_for(lakes, results):
    assert lakes.counts == {"successful": 2, "failed": 1}
    assert len(results.items) == len({one["id"] for one in results.items}) == 4
    single = lakes.job(1).results().items
    assert [one["id"] for one in results.items[2:]] == [
        f"{one['id']} (Butt)" for one in single
    ]
    said = [one["properties"]["inputs:aoi"] for one in results.items]
    assert said == ["Almanor", "Almanor", "Butt", "Butt"]
    assert single[0]["properties"].items() <= results.items[2]["properties"].items()
    frame = lakes.to_geodataframe()
    assert frame.index.is_unique
    assert frame["inputs:label"].tolist() == said
    assert frame.geometry.is_valid.all()
    assert [row["label"] for row in results.outputs["jobs"]] == ["Almanor", "Butt"]


@pytest.mark.parametrize(
    ("title", "said"),
    [("Area of interest", "area of interest"), ("EPSG code", "EPSG code"), ("A", "A")],
)
def test_title_of_an_input_is_a_word_among_others_unless_it_is_a_name(title, said):
    assert batch_results._in_a_sentence(title) == said


def test_each_job_has_its_own_folder_and_files_are_called_as_there(
    lakes, results, tmp_path
):
    paths = results.download(tmp_path, assets=["data"])
    ids = [entry.job_id[:8] for entry in lakes.entries[:2]]
    assert [path.parent.name for path in paths] == [ids[0], ids[0], ids[1], ids[1]]
    alone = lakes.job(0).results().download(tmp_path / "alone", assets=["data"])
    assert [path.name for path in alone] == [path.name for path in paths[:2]]
    assert [one.read_bytes() for one in alone] == [
        one.read_bytes() for one in paths[:2]
    ]
    with results.open(results.items[3], "data") as file:
        assert file.read() == paths[3].read_bytes()


def test_numbers_small_files_and_files_elsewhere_of_a_job_are_kept():
    outputs = {
        "count": 7,
        "stac": ITEM,
        "scene": {"href": "http://s.test/a.tif"},
        "notes": "line\n" * 5,
        "log": "line\n" * 100_000,
    }
    with server_of(outputs) as server, ogc.Client(f"{server.origin}/api") as client:
        part = JobPart.of("1", client.job("1").results())
    assert part.values == {"count": 7}
    assert [one["id"] for one in part.items] == ["i"]
    assert [*part.outputs] == [one.id for one in part.files] == ["scene", "notes"]


def test_map_table_and_chart_show_all_jobs(results):
    shown = ogc.ResultsMap(results, previews_first=False)
    heads = {one["by"]: one for one in shown.table.columns}
    at = [*heads].index("inputs:aoi")
    assert heads["inputs:aoi"]["text"]
    rows = shown.table.rows()
    assert [row["numbers"][at - 2] for row in rows] == [
        *("Almanor", "Almanor", "Butt", "Butt"),
    ]
    shown.table._receive(
        None, {"type": "sort", "by": "inputs:aoi", "descending": True}, []
    )
    assert shown.table.rows()[0]["id"].endswith("(Butt)")
    assert shown.chart.heading == "water by date one line per area of interest"
    assert shown.chart.data.lines == ("Almanor", "Butt")
    assert shown.chart.data.line_of.tolist() == [0, 0, 1, 1]
    shown.selected = results.items[2]["id"]
    assert "Butt" in shown.chart.svg()
    shown.chart.lines = ""
    assert shown.chart.data.lines == ()
    shown.close()


def test_stage_shows_items_and_the_table_of_jobs(results):
    stage = ResultsStage(ogc.ResultsMap(results, previews_first=False))
    stage.show(results)
    assert [chip["title"] for chip in stage.head.chips] == ["Items", "Jobs"]
    assert stage.head.chips[0]["count"] == 4
    assert results.table("jobs")["inputs:aoi"].tolist() == ["Almanor", "Butt"]
    opened = f"batches[{results.batch_id!r}].open()\nresults = batch.results()"
    assert line_for(results).endswith(opened)
    stage.close()


def test_stage_goes_on_with_what_is_looked_at_while_a_batch_grows(lakes, results):
    parts = lakes.aio._merging._parts
    rest = (lakes.entries, lakes.differing)
    first = BatchResults(
        results._client, {0: parts[0, 1]}, *rest, batch_id=results.batch_id
    )
    stage = ResultsStage(ogc.ResultsMap(previews_first=False))
    stage.show(first)
    stage.results_map.selected = first.items[0]["id"]
    stage.head.chosen = "jobs"
    viewer = stage.viewer
    wait_for(lambda: viewer.total == 1)
    viewer._on_sort(0, descending=True)
    wait_for(lambda: viewer.order)
    stage.show(results)
    wait_for(lambda: viewer.total == 2 and viewer.order)
    assert stage.viewer is viewer
    told = []
    viewer.send = told.append
    viewer._on_rows(0, 2)
    assert [row["cells"][0] for row in told[0]["rows"]] == ["Butt", "Almanor"]
    assert stage.results_map.selected == first.items[0]["id"]
    stage.close()


def test_row_of_a_job_and_its_items_are_selected_together(lakes, results):
    shown, view = ogc.ResultsMap(results, previews_first=False), BatchView(lakes)
    stop = select_together(view, shown)
    shown.selected = results.items[3]["id"]
    assert view.selected == 1
    view.selected = 0
    assert shown.selected == results.items[0]["id"]
    assert shown.chart.selected == 0
    # That job has no items.
    view.selected = 2
    assert (shown.selected, view.selected) == ("", 2)
    stop()
    view.selected = 0
    assert shown.selected == ""
    view.close()
    shown.close()


def test_results_come_one_by_one_and_those_of_each_job_are_read_once(client):
    areas = [f"{n},1,{n + 1},2" for n in range(3)]
    batch = client.execute_many("echo", [{"message": one} for one in areas])
    batch.wait(60)
    states = ["successful", "running", "successful"]
    read = []

    class Growing:
        """The batch as it was while it ran."""

        id, process_id, differing = batch.id, "echo", ("message",)

        @property
        def entries(self):
            return [
                BatchEntry(
                    one.index, one.inputs, f"area {one.index}", state, job_id=one.job_id
                )
                for one, state in zip(batch.entries, states, strict=True)
            ]

        def job(self, index):
            read.append(index)
            return batch.aio.job(index)

    async def go():
        merging = Merging(Growing(), client.aio.discovery)
        first = await merging.results()
        states[1] = "successful"
        second = await merging.results()
        again = await second.aio_again()
        return first, second, again

    first, second, again = run(go)
    assert sorted(read) == [0, 1, 2]
    assert [one["id"] for one in first.items] == ["area 0", "area 2"]
    assert [one["id"] for one in second.items] == ["area 0", "area 1", "area 2"]
    # No job gave items: each is one itself, with its area and its values.
    assert second.items[1]["geometry"]["type"] == "Polygon"
    assert second.items[1]["properties"]["message"] == areas[1]
    assert [row["message"] for row in second.outputs["jobs"]] == areas
    assert second.to_geodataframe().total_bounds.tolist() == [0, 1, 3, 2]
    assert first.source == again.source
    batch.close()


def test_results_that_cannot_be_read_are_said_and_tried_again(client):
    batch = client.execute_many("echo", [{"message": f"m{n}"} for n in range(2)])
    batch.wait(60)
    job, is_away = batch.aio.job, [True]

    def failing(index):
        if index == 1 and is_away.pop():
            raise ServerError("The server is away.")
        return job(index)

    batch.aio.job = failing
    first = batch.results()
    assert [row["message"] for row in first.outputs["jobs"]] == ["m0"]
    assert "1 job could not be read: job 2: The server is away." in first.note
    is_away.append(False)
    second = batch.results()
    assert [row["message"] for row in second.outputs["jobs"]] == ["m0", "m1"]
    assert second.note == ""
    # Nothing has a place: there is a row for each job all the same.
    assert (second.items, len(second.to_geodataframe())) == ([], 2)
    batch.close()


@pytest.mark.parametrize(
    "value",
    [
        [0, 1, 2, 3],
        "0,1,2,3",
        {"bbox": [0, 1, 2, 3]},
        {"type": "Polygon", "coordinates": [[[0, 1], [2, 1], [2, 3], [0, 3], [0, 1]]]},
        "POLYGON ((0 1, 2 1, 2 3, 0 3, 0 1))",
    ],
)
def test_area_of_a_request_is_found_without_a_description(value):
    area = EntryAreas(None).of({"threshold": [1, 2], "where": value})
    assert area.bbox == (0, 1, 2, 3)
    assert EntryAreas(None).of({"threshold": 3, "name": "Davis"}) is None
