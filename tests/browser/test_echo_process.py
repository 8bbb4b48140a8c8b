"""The standard's EchoProcess, every input of it, filled by keyboard and executed."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe import grave_violations
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_window import LabPage
    from playwright.sync_api import Page

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
DESCRIPTION = CORPUS / "process-descriptions" / "ogc__spec-EchoProcess.json"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not CORPUS.is_dir(),
        reason="the folder of recorded documents beside the repository is not there",
    ),
]

POINT = {"type": "Point", "coordinates": [7.5, 51.5]}
GML = "<gml:Point/>"
WANTED: dict[str, Any] = {
    "stringInput": "Value2",
    "measureInput": {"measurement": 10.3, "uom": "m"},
    "dateInput": "2021-03-06T07:21:00Z",
    "doubleInput": 3.14159,
    "arrayInput": [1, 2, 3],
    "complexObjectInput": {"property1": "value1", "property5": True},
    "geometryInput": [GML, POINT],
    "boundingBoxInput": {
        "bbox": [7, 51, 8, 52],
        "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    },
    "imagesInput": [
        {"href": "https://example.org/a.tif", "type": "image/tiff; application=geotiff"}
    ],
    "featureCollectionInput": {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": POINT, "properties": {}}],
    },
}


class Echo(BaseHTTPRequestHandler):
    """A server with the EchoProcess alone, which gives back what it gets."""

    def do_GET(self) -> None:
        description = json.loads(DESCRIPTION.read_text("utf-8"))
        path = self.path.rstrip("/").split("?")[0]
        answers: dict[str, Any] = {
            "": {"title": "Echo", "links": []},
            "/conformance": {"conformsTo": []},
            "/processes": {"processes": [{"id": "EchoProcess", "version": "1"}]},
            "/processes/EchoProcess": {**description, "links": []},
        }
        self._answer(200 if path in answers else 404, answers.get(path, {}))

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self._answer(200, json.loads(self.rfile.read(length))["inputs"])

    def _answer(self, status: int, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the output of a test is for what failed."""


@pytest.fixture
def echo_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


# The name of the control that has the focus, as a screen reader finds it.
FOCUSED = """() => {
  const e = document.activeElement;
  return e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent;
}"""


class Keyboard:
    """Somebody who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, name: str, key: str = "Tab") -> Keyboard:
        """Press Tab until the control of that name has the focus."""
        for _ in range(60):
            self.page.keyboard.press(key)
            focused = self.page.evaluate(FOCUSED).replace("\N{NO-BREAK SPACE}*", "")
            if re.fullmatch(name, focused.strip()):
                return self
        raise AssertionError(f"Tab never came to {name}, last to {focused!r}")

    def type(self, text: str) -> Keyboard:
        self.page.keyboard.type(text)
        return self

    def press(self, *keys: str) -> Keyboard:
        for key in keys:
            self.page.keyboard.press(key)
        return self


@pytest.mark.timeout(300)
def test_every_input_is_filled_by_keyboard_and_comes_back_from_the_server(
    lab_page: LabPage, echo_url: str
) -> None:
    lab_page.show(f"import ogc_widgets as ogc\napp = ogc.App({echo_url!r})\napp")
    form = lab_page.output().locator(".ogcw-f")
    form.get_by_role("radio", name="Value1").focus()
    keys = Keyboard(lab_page.page)
    keys.press("Space", "ArrowRight")
    keys.go("value").type("10.3").go("unit").type("m")
    keys.go("Date Literal Input Example").type("2021-03-06T07:21:00Z")
    keys.go("Bounded Double Literal Input Example").press("ControlOrMeta+a")
    keys.type("3.14159")
    keys.go("add .*: Array Input Example").type("1 2 3")
    keys.go("property1").type("value1")
    keys.go("Yes").press("Space")
    lab_page.wait_python("'complexObjectInput' in app.form.inputs")
    for number, part in enumerate((GML, json.dumps(POINT)), start=1):
        row = f"Geometry input, item {number}"
        if number == 2:
            keys.go(r"GML|GeoJSON geometry").press("ArrowRight")
        keys.go(rf"{row}.*").type(part)
    keys.go("Bounding Box Input Example").type("7, 51, 8, 52")
    keys.go("Upload|By reference").press("ArrowLeft")
    keys.go(".*address").type("https://example.org/a.tif")
    keys.go("GML|KML|GeoJSON feature collection").press("ArrowLeft")
    collection = json.dumps(WANTED["featureCollectionInput"])
    keys.go("Feature Collection Input Example.*").type(collection)
    for key, value in WANTED.items():
        lab_page.wait_python(f"app.form.inputs.get({key!r}) == {value!r}")
    assert lab_page.wait_python("app.form.errors == {}") is True
    assert grave_violations(lab_page.page, ".ogcw-f") == []
    keys.go("Run.*").press("Enter")
    lab_page.wait_python("app.results is not None")
    assert lab_page.wait_python(f"app.results.outputs == {WANTED!r}") is True
    expect(lab_page.output()).to_contain_text("stringInput")
