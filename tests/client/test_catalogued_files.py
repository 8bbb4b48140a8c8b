"""Files of items that a result reaches through a STAC catalogue of relative links."""

from __future__ import annotations

import pytest
from raw_server import RawServer, answer

from ogc_widgets.client import Client

ITEM = {"type": "Feature", "stac_version": "1.0.0", "id": "a", "geometry": None,
        "properties": {}, "links": [{"rel": "root", "href": "../catalog.json"}],
        "assets": {"data": {"href": "./water.tif", "type": "image/tiff"}}}  # fmt: skip
CATALOG = {"type": "Catalog", "stac_version": "1.0.0", "id": "c", "description": "d",
           "links": [{"rel": "item", "href": "./i1/i1.json"}]}  # fmt: skip


@pytest.mark.parametrize("own", [None, "./i1.json", "https://elsewhere.example/x.json"])
def test_relative_path_of_a_file_is_meant_from_where_its_item_was_read(own, tmp_path):
    item = {**ITEM, "links": [*ITEM["links"], {"rel": "self", "href": own}]}
    files = {
        "/files/catalog.json": answer(CATALOG),
        "/files/i1/i1.json": answer(item if own else ITEM),
        "/files/i1/water.tif": answer(body=b"II*\x00"),
    }

    def behave(_connection, received):
        if received.method == "POST":
            kind = "application/geo+json"
            link = {"href": f"{server.origin}/files/catalog.json", "type": kind}
            return answer({"out": link})
        return files.get(received.path) or answer({})

    with RawServer(behave) as server, Client(server.origin) as client:
        results = client.execute("p", {}, mode="sync").results()
        (asset,) = results.assets(results.items[0])
        if own and own.startswith("https"):
            assert asset.href == "https://elsewhere.example/water.tif"
            return
        assert asset.href == f"{server.origin}/files/i1/water.tif"
        assert asset.reachable
        assert results.download(tmp_path)[0].read_bytes() == b"II*\x00"
