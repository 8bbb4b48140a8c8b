"""Outputs by reference: shown as what they turn out to be, and opened by code."""

from __future__ import annotations

import concurrent.futures
import contextlib
import io
import json
import time
import types
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import xarray as xr
from file_server import TOKEN, part, results_of
from PIL import Image
from raw_server import answer, processes_server
from test_into_python import FILES, LAKES, geotiff, netcdf, saved, scenes, zipped
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client.results import content as content_module
from ogc_widgets.map import ResultsMap
from ogc_widgets.viewers import ResultsStage, results_stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ogc_widgets.client import Results

RECORDS = [{"lake": "Eagle", "km2": 50.6}, {"lake": "Butt", "km2": 6.4}]
POINTS = json.loads(LAKES.to_json())


@contextlib.contextmanager
def stage_of(results: Results) -> Iterator[ResultsStage]:
    stage = ResultsStage(ResultsMap(previews_first=False))
    try:
        stage.show(results)
        yield stage
    finally:
        stage.close()
        stage.results_map.map.close()


def is_read(stage: ResultsStage) -> bool:
    return not stage.viewer.is_loading


@pytest.mark.parametrize(
    ("name", "data", "kind", "expected"),
    [
        ("a.json", json.dumps(RECORDS).encode(), "TableViewer", 2),
        ("a.json", json.dumps(POINTS).encode(), "FeaturesViewer", 3),
        ("a.json", b'{"measurement": 9.4, "uom": "%"}', "ValueViewer", "9.4"),
        ("a.json", b"12345", "ValueViewer", "12\u202f345"),
        ("a.json", b'{"method": "otsu"}', "TreeViewer", 1),
        ("a.txt", b" 9.4\n", "ValueViewer", "9.4"),
        ("a.txt", b"line 1\nline 2", "TextViewer", 2),
    ],
    ids=["records", "features", "measure", "number", "tree", "word", "text"],
)
def test_reference_is_shown_as_what_it_turns_out_to_be(
    name: str, data: bytes, kind: str, expected: Any
) -> None:
    media_type = {"json": "application/json", "txt": "text/plain"}[name[2:]]
    with (
        results_of(
            lambda root: {"a": {"href": f"{root}/{name}", "type": media_type}},
            **{name: data},
        ) as (results, _),
        stage_of(results) as stage,
    ):
        wait_for(lambda: type(stage.viewer).__name__ == kind, lambda: stage.viewer)
        viewer = stage.viewer
        found = {
            "ValueViewer": lambda: viewer.text,
            "TreeViewer": lambda: viewer.root.get("count"),
        }.get(kind, lambda: viewer.total)
        wait_for(lambda: found() == expected, lambda: (found(), viewer.problem))
        assert stage.head.chips[0]["kind"] == viewer.content.kind
        if kind == "ValueViewer" and b"uom" in data:
            assert viewer.unit == "%"


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")
def test_features_of_any_format_are_drawn_and_in_the_table(tmp_path: Path) -> None:
    files = {}
    for name in ("a.gpkg", "a.parquet"):  # test_into_python.py has all formats
        files[name] = saved(tmp_path, name, LAKES.to_crs("EPSG:32633"))
    with (
        results_of(
            lambda root: {name: {"href": f"{root}/{name}"} for name in files}, **files
        ) as (results, _),
        stage_of(results) as stage,
    ):
        shown = stage.results_map
        for name in files:
            stage.head.chosen = name
            wait_for(
                lambda: getattr(stage.viewer, "total", 0) == 3,
                lambda: stage.viewer.problem,
            )
            wait_for(lambda: shown.results is stage.viewer.features)
            wait_for(lambda: shown.drawn == 3)
            west, south, east, north = shown.footprints.extent
            assert (west, east) == pytest.approx((15, 17)), name
            assert (south, north) == pytest.approx((50, 52)), name


def test_layer_is_chosen_and_its_code_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path, "a.gpkg", LAKES, layer="lakes")
    data = saved(tmp_path, "a.gpkg", LAKES[:1], layer="one")
    with (
        results_of(
            lambda root: {"a": {"href": f"{root}/a.gpkg"}}, **{"a.gpkg": data}
        ) as (results, _),
        named(monkeypatch, results=results),
        stage_of(results) as stage,
    ):
        viewer = stage.viewer
        wait_for(lambda: viewer.total == 3, lambda: viewer.problem)
        assert viewer.layers == ["lakes", "one"]
        viewer.layer = 1
        wait_for(lambda: viewer.total == 1, lambda: viewer.problem)
        wait_for(lambda: stage.results_map.drawn == 1)
        wait_for(lambda: "layer='one'" in viewer.code)
        assert len(run_in_next_cell(viewer.code, results)) == 1


def run_in_next_cell(code: str, results: Results, **names: Any) -> Any:
    """Run copied lines in a notebook that has these names; the last one is shown."""
    *first, last = code.splitlines()
    space = {"results": results} if not first and not names else dict(names)
    for line in first:
        exec(line, space)
    return eval(last, space)


@contextlib.contextmanager
def named(monkeypatch: pytest.MonkeyPatch, **names: Any) -> Iterator[None]:
    """Let a notebook have these names."""
    shell = types.SimpleNamespace(user_ns=names)
    with monkeypatch.context() as patch:
        patch.setattr("IPython.get_ipython", lambda: shell)
        yield


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), "green").save(file, "PNG")
    return file.getvalue()


KINDS = {
    "scenes": (None, gpd.GeoDataFrame),
    "lakes": ("lakes.geojson", gpd.GeoDataFrame),
    "stats": ("stats.csv", pd.DataFrame),
    "records": ("records.json", pd.DataFrame),
    "run": ("run.nc", xr.Dataset),
    "mask": ("mask.tif", xr.Dataset),
    "chart": ("chart.png", Image.Image),
    "drawing": ("drawing.svg", str),
    "log": ("log.txt", str),
    "report": ("report.json", dict),
    "share": ("share.json", float),
    "count": (None, int),
    "all": ("all.zip", list),
}
DATA = {
    "lakes.geojson": json.dumps(POINTS).encode(),
    "stats.csv": b"lake;km2\nEagle;50,6\n",
    "records.json": json.dumps(RECORDS).encode(),
    "run.nc": netcdf("h5netcdf"),
    "mask.tif": geotiff([[1, 2], [3, 4]]),
    "chart.png": picture(),
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "log.txt": b"one\ntwo\n",
    "report.json": b'{"method": {"name": "otsu"}}',
    "share.json": b"9.4",
    "all.zip": zipped({"a": b"1"}),
    **FILES,
}


def outputs_of_every_kind(root: str) -> dict[str, Any]:
    return {
        **scenes(root, placed=True),
        "count": 7,
        **{key: {"href": f"{root}/{name}"} for key, (name, _) in KINDS.items() if name},
    }


def test_copied_code_opens_exactly_this_in_the_next_cell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with (
        results_of(outputs_of_every_kind, **DATA) as (results, _),
        named(monkeypatch, found=results),
        stage_of(results) as stage,
    ):
        for output_id, (_, wanted) in KINDS.items():
            if output_id == "scenes":
                continue
            stage.head.chosen = output_id
            wait_for(lambda: is_read(stage), lambda: stage.viewer.title)
            assert stage.viewer.problem == "", output_id
            code = stage.viewer.code
            assert code.startswith("results = found\n"), output_id
            found = run_in_next_cell(code, results, found=results)
            assert isinstance(found, wanted), output_id


def test_first_line_finds_the_results_or_asks_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ogc_widgets.view.next_cell import line_for

    with results_of({"n": 7}) as (results, server):
        for names, line in (
            ({"results": results}, ""),
            ({"found": results, "view": 1}, "results = found"),
        ):
            with named(monkeypatch, **names):
                assert line_for(results) == line
        line = line_for(results)
        space: dict[str, Any] = {}
        exec(line, space)
        assert space["results"].outputs == {"n": 7}
        assert f"{server.origin}/api" in line


@pytest.mark.parametrize(
    "name", ["a.csv", "a.geojson", "a.json", "a.png", "a.nc", "a.tif"]
)
def test_page_in_place_of_a_file_says_so_and_can_be_looked_at(name: str) -> None:
    page = b"<!DOCTYPE html><html><title>Sign in</title></html>"
    with (
        results_of(lambda root: {"a": {"href": f"{root}/{name}"}}, **{name: page}) as (
            results,
            _,
        ),
        stage_of(results) as stage,
    ):
        viewer = stage.viewer
        wait_for(lambda: viewer.problem)
        assert "begins like a web page" in viewer.problem
        assert "The job and its other outputs are not touched." in viewer.problem
        assert "Ask for the results again" in viewer.problem
        assert viewer.can_ask
        assert "Sign in" in viewer.came


def signed(root: str, *, begun: float) -> str:
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(begun))
    return f"{root}/a.csv?X-Amz-Date={date}&X-Amz-Expires=3600&X-Amz-Signature=no"


def test_link_that_ran_out_says_so_and_fresh_ones_are_asked_for() -> None:
    begun = time.time() - 7_200
    asked: list[str] = []
    fresh: list[bool] = []

    def results_document(*_: Any) -> bytes:
        return answer({"a": {"href": signed(root, begun=begun + 7_000 * len(fresh))}})

    def give(_connection: Any, received: Any) -> bytes:
        asked.append(received.path)
        if not fresh:
            return answer(body=b"<Error>Request has expired</Error>", status=403)
        received.headers["authorization"] = f"Bearer {TOKEN}"
        return part(b"lake,km2\nEagle,50.6\n", received)

    routes = {
        ("GET", "/api/jobs/1"): lambda *_: answer(
            {"jobID": "1", "status": "successful", "processID": "p"}
        ),
        ("GET", "/api/jobs/1/results"): results_document,
        ("GET", "/api/a.csv"): give,
    }
    with processes_server(routes) as server:
        root = f"{server.origin}/api"
        with (
            ogc.Client(root) as client,
            stage_of(client.job("1").results()) as stage,
        ):
            wait_for(lambda: stage.viewer.problem)
            until = time.strftime("%H:%M", time.gmtime(begun + 3_600))
            assert f"signed for one hour, until {until} UTC" in stage.viewer.problem
            assert "Signature" not in stage.viewer.problem
            fresh.append(True)
            stage.viewer._on_ask()
            wait_for(
                lambda: getattr(stage.viewer, "total", 0) == 1,
                lambda: stage.viewer.problem,
            )
            assert stage.viewer.problem == ""


def test_file_that_is_gone_or_too_large_or_cut_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    big = b"a,b\n" + b"1,2\n" * 1_000
    monkeypatch.setattr(content_module, "BUDGET_BYTES", 1_000)

    def outputs(root: str) -> dict[str, Any]:
        names = {"gone": "no.csv", "big": "big.csv", "cut": "cut.parquet"}
        return {key: {"href": f"{root}/{name}"} for key, name in names.items()}

    files = {"big.csv": big, "cut.parquet": b"PAR1 and no more"}
    with results_of(outputs, **files) as (results, _), stage_of(results) as stage:
        for name, said in (
            ("gone", "The file is not there, or not any more"),
            ("big", "too much to be read at once"),
            ("cut", "cannot be read as Parquet"),
        ):
            stage.head.chosen = name
            wait_for(lambda: stage.viewer.problem)
            assert said in stage.viewer.problem, name
            assert not stage.viewer.is_loading


@pytest.mark.parametrize("at_once", [False, True])
def test_viewer_of_a_user_that_fails_makes_room_for_our_own(
    at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    @ogc.register_viewer(output_id="n")
    def broken(_content: Any) -> Any:
        raise ValueError("odd")

    if at_once:  # it has failed before anybody waits for it
        failed = concurrent.futures.Future[Any]()
        failed.set_exception(ValueError("odd"))
        monkeypatch.setattr(results_stage, "submit", lambda _work: failed)
    try:
        with results_of({"n": 7}) as (results, _), stage_of(results) as stage:
            wait_for(
                lambda: type(stage.viewer).__name__ == "ValueViewer",
                lambda: stage.head.problem,
            )
            assert stage.viewer.text == "7"
            assert "odd" in stage.head.problem
            # As any other of ours it stands on the stage.
            assert stage.viewer.stage is stage
            assert "ogc.Client" in stage.viewer.code
    finally:
        broken.unregister()


def test_many_features_are_drawn(tmp_path: Path) -> None:
    count = 20_000
    points = gpd.points_from_xy([n % 300 - 150 for n in range(count)],
                                [n % 160 - 80 for n in range(count)])  # fmt: skip
    frame = gpd.GeoDataFrame({"n": range(count)}, geometry=points, crs="EPSG:4326")
    data = saved(tmp_path, "a.fgb", frame, SPATIAL_INDEX="NO")
    with (
        results_of(
            lambda root: {"a": {"href": f"{root}/a.fgb"}}, **{"a.fgb": data}
        ) as (
            results,
            _,
        ),
        stage_of(results) as stage,
    ):
        wait_for(
            lambda: getattr(stage.viewer, "total", 0) == count,
            lambda: stage.viewer.problem,
        )
        wait_for(lambda: stage.results_map.drawn == count)
