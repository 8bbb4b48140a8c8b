"""Two runs side by side: what was asked, of whom, and what came of it."""

from __future__ import annotations

import json
import zipfile

import pytest
import rasterio

import ogc_widgets as ogc
from ogc_widgets.errors import InputError


def changed(kept, path, change):
    """A copy of a file of a run in which some parts are others."""
    with zipfile.ZipFile(kept) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return path


def test_a_run_is_like_itself_and_its_job(kept, water):
    compared = ogc.compare_runs(kept, water)
    assert not compared
    assert "Nothing differs" in compared.text
    assert "1 raster (1 with the same pixels)" in compared.text


def test_what_differs_is_named(kept, tmp_path):
    def change(name, data):
        if name == "request.json":
            return data.replace(b"39.9", b"39.8")
        if name == "run.json":
            return data.replace(b'"version": "1.0.0"', b'"version": "2.0.0"')
        if name in ("items.json", "results.json"):
            return data.replace(b'"water:percent"', b'"water:share"')
        if name.endswith("_water.tif"):
            path = tmp_path / "changed.tif"
            path.write_bytes(data)
            with rasterio.open(path, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as image:
                band = image.read(1)
                band[: band.shape[0] // 2] = 1 - band[: band.shape[0] // 2]
                image.write(band, 1)
            return path.read_bytes()
        return data

    other = changed(kept, tmp_path / "other.zip", change)
    compared = ogc.compare_runs(ogc.open_run(kept), other)
    found = {(row.part, row.name): row for row in compared}
    assert found["results", "data"].of.startswith("S2B")
    assert found["inputs", "aoi"].texts() == (
        "-121.2,39.9,-121.1,40",
        "-121.2,39.8,-121.1,40",
    )
    assert found["process", "version"].texts() == ("1.0.0", "2.0.0")
    assert found["results", "water:percent"].texts()[1] == "not there"
    assert "% of the pixels differ" in found["results", "data"].change
    assert "EPSG:32610" in found["results", "data"].here
    assert "mean" in found["results", "data"].here
    html = compared._repr_html_()
    assert "<td" in html
    assert "39.8" in html
    assert compared.text.splitlines()[0] == "run.zip and other.zip"


def test_files_that_were_not_saved_are_not_compared_and_it_is_said(
    kept, water, tmp_path
):
    compared = ogc.compare_runs(kept, water.save_run(tmp_path / "reference.zip"))
    assert not compared
    assert "not saved with the run" in " ".join(compared.notes)


def test_table_holds_words_of_servers_as_text(kept, tmp_path):
    hostile = "<img src=x onerror=alert(1)>"

    def change(name, data):
        if name != "request.json":
            return data
        request = json.loads(data)
        request["body"]["inputs"] = {hostile: hostile}
        return json.dumps(request)

    other = changed(kept, tmp_path / "other.zip", change)
    html = ogc.compare_runs(kept, other)._repr_html_()
    assert "<img" not in html
    assert "&lt;img" in html


def test_something_else_is_no_run():
    with pytest.raises(InputError, match="is no run"):
        ogc.compare_runs(3, 4)
