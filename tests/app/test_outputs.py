"""Outputs that are no STAC items, in the app: seen, and saved from the page."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from raw_server import RawServer, answer, processes_server
from replay import replay
from waiting import wait_for

from ogc_widgets.app import App
from ogc_widgets.app.views.outputs_view import OutputsView
from ogc_widgets.client.results.output_files import ResultFile
from ogc_widgets.errors import InputError

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


def shown(outputs: dict[str, Any]) -> tuple[list[dict[str, Any]], list[Any], str]:
    """The rows of a job with these outputs, and the files that the page can save."""
    sent: list[Any] = []
    with server_of(outputs) as server:
        app = App(f"{server.origin}/api")
        try:
            app.job = app.client.job("1")
            wait_for(lambda: app.results is not None and app._outputs.rows)
            view = app._outputs
            view.send = lambda content, buffers=None: sent.append((content, buffers))
            for number, row in enumerate(view.rows):
                if row["size"] is not None:
                    view._receive(None, {"type": "save", "row": number}, None)
            return view.rows, sent, view.problem
        finally:
            app.close()


def test_picture_of_a_recorded_server_is_a_line_with_its_kind_and_size() -> None:
    names = "pygeoapi-binary-document-400", "pygeoapi-0.24-tinydb"
    with replay(*names) as server:
        app = App(server.url, "image")
        try:
            app.form.inputs = {"bbox": [8, 46, 9, 47]}
            app.run(mode="sync")
            wait_for(lambda: app.results is not None and app._outputs.rows)
            (row,) = app._outputs.rows
            size = len(app.results.outputs["image"])
        finally:
            app.close()
    assert row == {"id": "image", "text": "", "href": "", "size": size,
                   "type": "PNG (image/png)"}  # fmt: skip
    assert server.bodies("/execution") == [{"inputs": {"bbox": [8, 46, 9, 47]}}]


def test_bytes_are_saved_from_the_page_and_never_shown_as_text() -> None:
    dress = {"format": {"mediaType": "image/png", "encoding": "base64"}}
    text = base64.b64encode(PNG).decode()
    rows, sent, problem = shown(
        {"a": {"value": text, **dress}, "list": [{"value": text, **dress}] * 2, "n": 7}
    )
    assert [row["id"] for row in rows] == ["a", "list 1", "list 2", "n"]
    assert [row["text"] for row in rows] == ["", "", "", "7"]
    assert [content["name"] for content, _ in sent] == [
        "a.png", "list 1.png", "list 2.png",
    ]  # fmt: skip
    assert all(buffers == [PNG] for _, buffers in sent)
    assert problem == ""


def test_output_that_is_too_large_for_the_page_is_saved_by_python() -> None:
    large = ResultFile("scene.tif", "", "image/tiff", bytes(2**26 + 1))
    view = OutputsView()
    sent: list[Any] = []
    view.send = lambda content, buffers=None: sent.append(content)
    view._files = [large]
    view._receive(None, {"type": "save", "row": 0}, None)
    assert sent == []
    assert "67 MB, too much to send" in view.problem
    assert "app.results.download" in view.problem
    view.close()


def test_text_that_is_too_long_to_show_can_be_saved_whole() -> None:
    text = "line\n" * 10_000
    (row,), sent, _ = shown({"log": {"value": text, "mediaType": "text/plain"}})
    assert "more)" in row["text"]
    ((content, buffers),) = sent
    assert content["name"] == "log.txt"
    assert buffers == [text.encode()]


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
            wait_for(lambda: app.results is not None and app._outputs.rows)
            (row,) = app._outputs.rows
            assert "NaN" in row["text"]
            assert app._outputs.problem == ""
            # What goes to the page must be JSON there.
            state = app._results_map.table.get_state()
            json.dumps(state["rows"], allow_nan=False)
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
            app._header.tab = "json"
            for response in ("raw", "document"):
                form._receive(None, {"type": "response", "response": response}, None)
                assert f'"response": "{response}"' in app._code.blocks[0]["text"]
            with pytest.raises(InputError, match="response"):
                form.response = "other"
            form.response = "raw"
            app._header.tab = "code"
            assert 'response="raw"' in app._code.blocks[0]["text"]
            with pytest.raises(Exception, match="404"):
                app.run()
            assert json.loads(server.requests("POST")[0].body)["response"] == "raw"
            form.reset()
            assert form.response == "auto"
        finally:
            app.close()
