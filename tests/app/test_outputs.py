"""Outputs that are no STAC items, in the app: seen, and saved from the page."""

from __future__ import annotations

import base64
import contextlib
import json
import tempfile
from typing import TYPE_CHECKING, Any

import pytest
from raw_server import RawServer, answer, processes_server
from replay import replay
from waiting import wait_for

from ogc_widgets.app import App
from ogc_widgets.errors import InputError
from ogc_widgets.viewers import plain_viewers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.viewers import ResultsStage

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def server_of(outputs: dict[str, Any]) -> RawServer:
    """A server with one job that gives these outputs."""
    done = {"jobID": "1", "status": "successful", "processID": "p"}
    process = {"id": "p", "inputs": {}, "outputs": {key: {} for key in outputs}}
    return processes_server(
        {
            ("GET", "/api/processes/p"): lambda *_: answer(process),
            ("GET", "/api/jobs/1"): lambda *_: answer(done),
            ("GET", "/api/jobs/1/results"): lambda *_: answer(outputs),
        }
    )


@contextlib.contextmanager
def looking_at(outputs: dict[str, Any]) -> Iterator[ResultsStage]:
    """What an app shows of a job with these outputs."""
    with (
        server_of(outputs) as server,
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
    ):
        app = App(f"{server.origin}/api")
        try:
            app.job = app.client.job("1")
            wait_for(lambda: app._stage.is_filled and app._stage.head.chips)
            yield app._stage
        finally:
            app.close()


def saved_from(stage: ResultsStage, output_id: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that is saved when it is pressed."""
    stage.head.chosen = output_id
    bar = stage.downloads
    bar._on_dismiss()
    stage.viewer._on_download()
    wait_for(lambda: [one.state for one in bar.files] == ["saved"], lambda: bar.state)
    (one,) = bar.files
    return one.path.name, one.path.read_bytes()


def test_picture_of_a_recorded_server_is_a_chip_with_its_kind_and_size() -> None:
    names = "pygeoapi-binary-document-400", "pygeoapi-0.24-tinydb"
    with replay(*names) as server:
        app = App(server.url, "image")
        try:
            app.form.inputs = {"bbox": [8, 46, 9, 47]}
            app.run(mode="sync")
            wait_for(lambda: isinstance(app._stage.viewer, plain_viewers.PictureViewer))
            (chip,) = app._stage.head.chips
            viewer, size = app._stage.viewer, len(app.results.outputs["image"])
            assert (chip["id"], chip["kind"]) == ("image", "picture")
            assert viewer.size == size
        finally:
            app.close()
    assert server.bodies("/execution") == [{"inputs": {"bbox": [8, 46, 9, 47]}}]


def test_bytes_are_saved_as_a_file_and_never_shown_as_text() -> None:
    dress = {"format": {"mediaType": "image/png", "encoding": "base64"}}
    text = base64.b64encode(PNG).decode()
    one = {"value": text, **dress}
    with looking_at({"a": one, "list": [one, one], "n": 7}) as stage:
        assert [chip["id"] for chip in stage.head.chips] == [
            "a", "list 1", "list 2", "n",
        ]  # fmt: skip
        for name in ("a", "list 1", "list 2"):
            assert saved_from(stage, name) == (f"{name}.png", PNG)
        stage.head.chosen = "n"
        assert stage.viewer.text == "7"


def test_text_is_shown_part_by_part_and_saved_whole() -> None:
    text = "".join(f"line {n}\n" for n in range(10_000))
    log = {"value": text, "mediaType": "text/plain"}
    with looking_at({"log": log}) as stage:
        viewer = stage.viewer
        wait_for(lambda: viewer.total == 10_000)
        sent: list[Any] = []
        viewer.send = lambda content, buffers=None: sent.append(content)
        viewer._on_rows(9_900, 100)
        assert sent[-1]["rows"][-1] == "line 9999"
        viewer._on_find("LINE 77", 779)
        assert sent[-1] == {"type": "found", "line": 7700}
        assert saved_from(stage, "log") == ("log.txt", text.encode())


@pytest.mark.filterwarnings("ignore::ogc_widgets.errors.DialectWarning")
def test_value_that_json_does_not_have_is_shown() -> None:
    feature = {"type": "Feature", "stac_version": "1.0.0", "id": "i", "links": [],
               "assets": {}, "properties": {"cover": 5},
               "geometry": {"type": "Point", "coordinates": [1, 2]}}  # fmt: skip
    body = json.dumps({"n": {"mean": 1}, "stac": feature})
    odd = body.replace('"mean": 1', '"mean": NaN').replace('"cover": 5', '"cover": NaN')
    with server_of({"n": {}, "stac": {}}) as server:
        inner = server.behave
        server.behave = lambda connection, received: (
            answer(body=odd.encode()) if received.path.endswith("/results")
            else inner(connection, received)
        )  # fmt: skip
        app = App(f"{server.origin}/api")
        try:
            app.job = app.client.job("1")
            stage = app._stage
            wait_for(lambda: app.results is not None and stage.head.chips)
            stage.head.chosen = "n"
            sent: list[Any] = []
            stage.viewer.send = sent.append
            stage.viewer._on_branches([])
            assert sent[0]["rows"][0]["text"] == "NaN"
            assert stage.head.problem == ""
            # What goes to the page must be JSON there.
            table = stage.results_map.table
            shown = [table.rows(), table.filter, table.details, sent]
            json.dumps(shown, allow_nan=False)
        finally:
            app.close()


def test_the_way_that_outputs_come_is_chosen_and_sent() -> None:
    with server_of({"table": {}}) as server:
        app = App(f"{server.origin}/api")
        try:
            form = app.form
            assert [one["id"] for one in form.response_options] == [
                "auto", "document", "raw",
            ]  # fmt: skip
            app.header.tab = "json"
            for response in ("raw", "document"):
                form._receive(None, {"type": "response", "response": response}, None)
                assert f'"response": "{response}"' in app.code.blocks[0]["text"]
            with pytest.raises(InputError, match="response"):
                form.response = "other"
            form.response = "raw"
            app.header.tab = "code"
            assert 'response="raw"' in app.code.blocks[0]["text"]
            with pytest.raises(Exception, match="404"):
                app.run()
            assert json.loads(server.requests("POST")[0].body)["response"] == "raw"
            form.reset()
            assert form.response == "auto"
        finally:
            app.close()


def test_table_is_sorted_and_sent_part_by_part() -> None:
    lines = "".join(f"{n};{n % 7},5\n" for n in range(5_000))
    table = {"value": f"n;km2\n{lines}", "mediaType": "text/csv"}
    with looking_at({"table": table}) as stage:
        viewer = stage.viewer
        wait_for(lambda: viewer.total == 5_000)
        assert viewer.facts == ["5,000 rows", "2 columns"]
        assert viewer.code.splitlines()[-1] == "results.table('table')"
        sent: list[Any] = []
        viewer.send = lambda content, buffers=None: sent.append(content)
        viewer._on_sort(1, descending=True)
        wait_for(lambda: viewer.order)
        viewer._on_rows(0, 2)
        assert sent[-1]["rows"] == [
            {"n": 6, "cells": ["6", "6,5"]}, {"n": 13, "cells": ["13", "6,5"]},
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!DOCTYPE html><html>", "says it is a picture and begins like a web page"),
        (b"%PDF-1.7", "says it is a PNG and begins like application/pdf"),
        (PNG + bytes(3_000_000), "The picture has 3 MB, and up to 2 MB are shown"),
    ],
)
def test_picture_that_cannot_be_shown_says_why(
    data: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_viewers, "_MOST_PICTURE_BYTES", 2_000_000)
    text = base64.b64encode(data).decode()
    dress = {"format": {"mediaType": "image/png", "encoding": "base64"}}
    with looking_at({"a": {"value": text, **dress}}) as stage:
        wait_for(lambda: stage.viewer.problem)
        assert said in stage.viewer.problem
        assert not stage.viewer.is_loading


def test_features_are_drawn_while_they_are_looked_at_and_select_each_other() -> None:
    def lake(number: int) -> dict[str, Any]:
        return {"type": "Feature", "id": f"lake {number}",
                "geometry": {"type": "Point", "coordinates": [number, 2]},
                "properties": {"km2": number * 1.5}}  # fmt: skip

    item = {**lake(9), "id": "item", "stac_version": "1.0.0", "links": [], "assets": {}}
    lakes = {"type": "FeatureCollection", "features": [lake(1), lake(2)]}
    with looking_at({"items": item, "lakes": lakes}) as stage:

        def drawn() -> list[str]:
            return [one["id"] for one in stage.results_map.footprints.features]

        wait_for(lambda: drawn() == ["item"])
        stage.head.chosen = "lakes"
        wait_for(lambda: drawn() == ["lake 1", "lake 2"])
        viewer = stage.viewer
        assert viewer.facts == ["2 features", "2 columns"]
        stage.results_map.selected = "lake 2"
        assert viewer.selected == 1
        viewer.selected = 0
        assert stage.results_map.selected == "lake 1"
        stage.head.chosen = "items"
        assert drawn() == ["item"]
