"""A file that a stranger made does no harm, and says what is wrong with it."""

from __future__ import annotations

import json
import stat
import zipfile

import pytest

import ogc_widgets as ogc
from ogc_widgets.errors import InputError
from ogc_widgets.runs import zip_file
from ogc_widgets.runs.run_view import RunView

ABOUT = {"format": 1, "process": "p", "phase": "successful", "times": {}}
SERVER = {"url": "https://example.org/api"}
HOSTILE = "<img src=x onerror=alert(1)>"


def write(path, parts, infos=()):
    every = {"run.json": ABOUT, "server.json": SERVER, **parts}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, one in every.items():
            file.writestr(name, one if isinstance(one, bytes) else json.dumps(one))
        for info, data in infos:
            file.writestr(info, data)
    return path


def link(name, to):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, to


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a/../../x", "..\\x", "C:/x", "c:x", "results/../../../x"],
)
def test_path_that_leads_outside_is_refused(tmp_path, name):
    inside = tmp_path / "inside"
    inside.mkdir()
    path = write(inside / "run.zip", {name: b"x"})
    with pytest.raises(InputError, match="leads outside"):
        ogc.open_run(path)
    assert {one.name for one in tmp_path.rglob("*")} == {"inside", "run.zip"}


def test_link_is_refused(tmp_path):
    path = write(tmp_path / "run.zip", {}, [link("results/a.tif", "/etc/passwd")])
    with pytest.raises(InputError, match="link to another place"):
        ogc.open_run(path)


def test_part_that_stands_twice_is_refused(tmp_path):
    path = write(tmp_path / "run.zip", {})
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(path, "a") as file,
    ):
        file.writestr("run.json", "{}")
    with pytest.raises(InputError, match="twice"):
        ogc.open_run(path)


def test_bomb_is_refused_before_it_goes_off(tmp_path):
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("run.json", json.dumps(ABOUT))
        file.writestr("server.json", json.dumps(SERVER))
        file.writestr("process.json", b" " * 70_000_000)
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match=r"70\.0 MB"):
        ogc.open_run(path)
    with pytest.raises(InputError, match="most_bytes"):
        ogc.open_run(path, most_bytes=1_000_000)


def test_many_logs_do_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_file, "_MOST_READ", 2_000_000)
    path = tmp_path / "run.zip"
    logs = [{"path": f"logs/{n}", "step": "s", "number": n} for n in range(10)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("run.json", json.dumps({**ABOUT, "logs": logs}))
        file.writestr("server.json", json.dumps(SERVER))
        for n in range(10):
            file.writestr(f"logs/{n}", b" " * 400_000)
    with pytest.raises(InputError, match=r"400 kB"):
        ogc.open_run(path)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"run.json": b"{"}, "cannot be read"),
        ({"run.json": []}, "no saved run"),
        ({"run.json": {**ABOUT, "format": 99}}, "newer version"),
        ({"server.json": {}}, "on which server"),
        ({"server.json": {"url": "file:///etc/passwd"}}, "on which server"),
        ({"process.json": b"[" * 100_000}, "cannot be read"),
    ],
)
def test_document_that_is_no_use_is_named(tmp_path, parts, words):
    with pytest.raises(InputError, match=words):
        ogc.open_run(write(tmp_path / "run.zip", parts))


def test_damaged_or_missing_file_is_named(tmp_path, kept):
    with pytest.raises(InputError, match="cannot be read"):
        ogc.open_run(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(InputError, match="cannot be read"):
        ogc.open_run(tmp_path / "text.zip")
    data = bytearray(kept.read_bytes())
    with zipfile.ZipFile(kept) as file:
        at = file.getinfo("run.json").header_offset
    data[at + 60 : at + 90] = bytes(30)
    (tmp_path / "damaged.zip").write_bytes(data)
    with pytest.raises(InputError, match="cannot be read"):
        ogc.open_run(tmp_path / "damaged.zip")


def test_size_that_is_a_lie_unpacks_no_more_than_it_says(tmp_path):
    item = {
        "type": "Feature", "stac_version": "1.0.0", "id": "a", "geometry": None,
        "properties": {}, "links": [],
        "assets": {"data": {"href": "https://example.org/a.tif"}},
    }  # fmt: skip
    files = [{"path": "results/a.tif", "url": "https://example.org/a.tif"}]
    parts = {
        "run.json": {**ABOUT, "files": files, "results": {}},
        "results.json": {"o": 1},
        "items.json": {"type": "FeatureCollection", "features": [item]},
        "results/a.tif": b"a" * 5_000_000,
    }
    path = write(tmp_path / "run.zip", parts)
    data = path.read_bytes()
    lie = data.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != data
    path.write_bytes(lie)
    run = ogc.open_run(path)
    with pytest.raises(InputError, match="cannot be read"):
        run.results().open(run.items[0], "data").read(1)


def test_words_of_a_stranger_are_shown_as_text(tmp_path):
    process = {"id": HOSTILE, "title": HOSTILE, "inputs": {"a": {"title": HOSTILE}}}
    parts = {
        "run.json": {
            **ABOUT,
            "process": HOSTILE,
            "title": HOSTILE,
            "notes": [HOSTILE],
            "notebook": HOSTILE,
            "software": {HOSTILE: HOSTILE},
        },
        "process.json": process,
        "request.json": {"body": {"inputs": {"a": HOSTILE}}},
        "status.json": {"status": "successful", "jobID": HOSTILE, "message": HOSTILE},
        "results.json": {HOSTILE: HOSTILE},
    }
    view = RunView(ogc.open_run(write(tmp_path / "run.zip", parts)))
    try:
        _text, html = view._card_()
        assert "<img src=x" not in html
        assert "&lt;img" in html
    finally:
        view.close()
