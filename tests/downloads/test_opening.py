"""Files that are opened in a tab: the bytes decide in what way that is safe."""

from __future__ import annotations

from typing import Any

import pytest
from raw_server import RawServer, answer
from waiting import wait_for

from ogc_widgets import ResultsMap
from ogc_widgets.client import Client, Results
from ogc_widgets.client.results.files.opening import can_open, opened
from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol.answers.results import ResultsDocument

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PAGE = b"<!DOCTYPE html><script>harm()</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("data", "said", "way", "kind"),
    [
        (PNG, "text/html", "picture", "image/png"),
        (PAGE, "image/png", "page", "text/html"),
        (SVG, "image/png", "drawing", "image/svg+xml"),
        (b"%PDF-1.7", "", "pdf", "application/pdf"),
        (b"a,b\n1,2", "text/html", "text", "text/plain;charset=utf-8"),
    ],
)
def test_bytes_decide_and_not_what_is_said_of_them(
    data: bytes, said: str, way: str, kind: str
) -> None:
    found = opened(data, said)
    assert (found.way, found.media_type, found.data) == (way, kind, data)


def test_text_is_sent_in_the_one_encoding_that_the_page_is_told() -> None:
    found = opened("wåter".encode("cp1252"), "text/plain; charset=cp1252")
    assert found.data == "wåter".encode()


def test_what_no_browser_shows_is_not_opened() -> None:
    with pytest.raises(ProtocolError, match="image/tiff"):
        opened(b"II*\x00" + bytes(9), "image/png", "a.png")
    assert not can_open("image/tiff; application=geotiff", "a.tif")
    assert not can_open("application/octet-stream", "a.nc")
    assert can_open("", "notes.txt")
    assert can_open("application/pdf", "x")


def test_file_of_an_item_comes_through_the_kernel_to_the_page() -> None:
    asked = []

    def behave(_connection: Any, received: Any) -> bytes:
        asked.append(received.headers.get("authorization"))
        return answer(body=PAGE, headers={"Content-Type": "text/html"})

    with RawServer(behave) as server, Client(server.origin, auth="t") as client:
        href = f"{server.origin}/report.html"
        item = {
            "type": "Feature", "stac_version": "1.0.0", "id": "i", "properties": {},
            "geometry": None, "links": [], "assets": {"report": {"href": href}},
        }  # fmt: skip
        results = Results(client.aio.connection, ResultsDocument({}, [item]))
        widget = ResultsMap(results, previews_first=False)
        sent: list[tuple[Any, Any]] = []
        table: Any = widget.table
        table.send = lambda content, buffers=None: sent.append((content, buffers))
        for key, ticket in (("report", "t"), ("none", "u")):
            message = {"type": "open", "id": "i", "key": key, "ticket": ticket}
            table._receive(None, message, [])
        wait_for(lambda: len(sent) >= 3, lambda: sent)
        of = {one: [c for c, _ in sent if c["ticket"] == one] for one in ("t", "u")}
        table._receive(None, {"type": "taken", "ticket": "t"}, [])
        widget.close()
    assert [content["type"] for content in of["u"]] == ["no file"]
    assert (of["t"][0]["way"], of["t"][0]["media_type"]) == ("page", "text/html")
    assert next(b for c, b in sent if c["type"] == "part") == [PAGE]
    assert asked == ["Bearer t"] * len(asked)
