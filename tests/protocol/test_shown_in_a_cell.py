"""What a cell shows of a document: a line that can be read, of any server."""

from __future__ import annotations

import pytest

from ogc_widgets.area.area import Area
from ogc_widgets.client.batches.entries import BatchEntry
from ogc_widgets.protocol import (
    Capabilities,
    Conformance,
    LandingPage,
    Process,
    ProcessSummary,
    StatusInfo,
)
from ogc_widgets.protocol.links import Link

WATER = {
    "id": "water",
    "version": "1.2",
    "title": "Water bodies",
    "inputs": {
        "aoi": {"title": "Area", "schema": {"type": "string"}},
        "items": {"schema": {"type": "array"}},
    },
    "outputs": {"masks": {"schema": {}}},
    "links": [{"href": "https://a.test/x", "rel": "self"}] * 9,
}
HOSTILE = "one\ntwo\u202e\x1b[31m " + "long " * 100


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        (
            Process.from_json(WATER),
            '<Process water 1.2 "Water bodies" (aoi, items) -> (masks)>',
        ),
        (
            [ProcessSummary.from_json({"id": "a"}), ProcessSummary.from_json(WATER)],
            '[<ProcessSummary a>, <ProcessSummary water 1.2 "Water bodies">]',
        ),
        (
            Process.from_json(WATER).inputs,
            "{'aoi': <InputDescription aoi \"Area\" string>,"
            " 'items': <InputDescription items array>}",
        ),
        (
            StatusInfo.from_json(
                {"jobID": "j", "status": "running", "progress": 23, "message": "crop"}
            ),
            '<StatusInfo j running 23 % "crop">',
        ),
        (
            StatusInfo.from_json({"jobID": "j", "status": "failed"}),
            "<StatusInfo j fail",
        ),
        (Link("https://a.test/x", "self"), "<Link self https://a.test/x>"),
        (Conformance(("a", "b")), "<Conformance with 2 classes>"),
        (LandingPage.from_json({"title": "Lab"}), '<LandingPage "Lab" with 0 links>'),
        (Capabilities(), "This server does not say whether it can run processes as"),
        (Area.box(1, 2, 3, 4), "<Area Polygon 1, 2, 3, 4>"),
        (BatchEntry(3, {"a": "b" * 900}, "Davis"), "<BatchEntry 3 Davis waiting>"),
    ],
)
def test_cell_shows_what_people_want_to_know(document: object, shown: str) -> None:
    assert repr(document).startswith(shown)
    assert len(repr(document).partition("\n")[0]) < 200


def test_words_of_a_server_are_cut_and_without_controls() -> None:
    said = {"id": "p", "title": HOSTILE, "status": "failed", "message": HOSTILE}
    for document in (Process.from_json(said), StatusInfo.from_json(said)):
        shown = repr(document)
        assert len(shown) < 250
        assert shown.isprintable()
