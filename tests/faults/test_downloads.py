from __future__ import annotations

import asyncio
import hashlib
import io
import os
import stat
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_server import RawServer, answer, drop

from ogc_widgets.client import AsyncClient, Client, Results
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.results.downloads import download, save
from ogc_widgets.client.results.files.names import safe_filename
from ogc_widgets.client.results.files.remote_file import WebSource
from ogc_widgets.client.results.files.result_files import ResultFile
from ogc_widgets.errors import (
    InputError,
    LeftOutWarning,
    ProblemError,
    ProtocolError,
    TransportError,
    UnverifiedWarning,
)
from ogc_widgets.protocol.answers.results import ResultsDocument

TIFF = b"II*\x00" + bytes(range(256)) * 400
OTHER = b"II*\x00" + bytes(reversed(range(256))) * 400


def fetch(server, path, *, address="/f.tif", **members):
    async def work():
        async with AsyncClient(server.origin) as client:
            wanted = ResultFile(path.name, server.origin + address, **members)
            return await download(client.connection, wanted, path)

    return run(work)


def serving(body=TIFF, **options):
    return lambda *_: answer(body=body, **options)


def left_over(folder):
    return sorted(path.name for path in folder.iterdir())


def test_file_appears_whole_when_all_went_well(tmp_path):
    checksum = "1220" + hashlib.sha256(TIFF).hexdigest()
    with RawServer(serving()) as server:
        path = fetch(server, tmp_path / "a.tif", size=len(TIFF), checksum=checksum)
    assert path.read_bytes() == TIFF
    assert left_over(tmp_path) == ["a.tif"]
    assert server.received[0].headers["accept"] == "*/*"


@pytest.mark.parametrize(
    ("behave", "error", "members"),
    [
        (drop, TransportError, {}),
        (serving(status=404), ProblemError, {}),
        (serving(status=500), ProblemError, {}),
        (serving(body=b"<!DOCTYPE html>"), ProtocolError, {"media_type": "image/tiff"}),
        (serving(), ProtocolError, {"size": 5}),
        (serving(), ProtocolError, {"checksum": "1220" + "0" * 64}),
    ],
)
def test_earlier_file_stays_when_the_download_fails(tmp_path, behave, error, members):
    path = tmp_path / "a.tif"
    path.write_bytes(b"earlier")
    with RawServer(behave) as server, pytest.raises(error):
        fetch(server, path, **members)
    assert path.read_bytes() == b"earlier"
    assert [name for name in left_over(tmp_path) if not name.startswith(".")] == [
        "a.tif"
    ]


def ranged(bodies, etag='"v1"'):
    """Cuts the first answer short; says the rest when asked for it."""

    def behave(connection, received):
        body, tag = bodies[min(received.number, len(bodies) - 1)]
        headers = {"ETag": tag or etag, "Accept-Ranges": "bytes"}
        whole = answer(body=body, headers=headers)
        if received.number == 0:
            connection.sendall(whole[: len(whole) - len(body) // 2])
            return drop(connection, received)
        start = received.headers.get("range", "").removeprefix("bytes=").rstrip("-")
        if start and received.headers.get("if-range") == headers["ETag"]:
            rest = body[int(start) :]
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return answer(body=rest, status=206, headers=headers)
        return whole

    return behave


def test_download_goes_on_where_it_broke_when_the_file_is_the_same(tmp_path):
    with RawServer(ranged([(TIFF, '"v1"')])) as server:
        path = fetch(server, tmp_path / "a.tif")
    assert path.read_bytes() == TIFF
    assert server.received[1].headers["if-range"] == '"v1"'


def test_download_starts_over_when_the_file_has_changed(tmp_path):
    with RawServer(ranged([(TIFF, '"v1"'), (OTHER, '"v2"')])) as server:
        path = fetch(server, tmp_path / "a.tif")
    assert path.read_bytes() == OTHER


def test_download_starts_over_when_the_server_has_no_such_part(tmp_path):
    cut = ranged([(TIFF, '"v1"')])

    def behave(connection, received):
        if "range" in received.headers:
            return answer(status=416)
        return cut(connection, received)

    with RawServer(behave) as server:
        path = fetch(server, tmp_path / "a.tif")
    assert path.read_bytes() == TIFF
    assert len(server.received) == 3


@pytest.mark.parametrize("etag", ['W/"weak"', "", '"v\xe9"'])
def test_download_starts_over_when_the_server_cannot_prove_the_file(tmp_path, etag):
    with RawServer(ranged([(TIFF, etag)], etag=etag)) as server:
        path = fetch(server, tmp_path / "a.tif")
    assert path.read_bytes() == TIFF
    assert "range" not in server.received[1].headers


def test_user_is_told_when_a_file_cannot_be_checked(tmp_path):
    def behave(connection, _received):
        headers = {"Content-Length": None, "Connection": "close"}
        connection.sendall(answer(body=TIFF, headers=headers))

    with (
        RawServer(behave) as server,
        pytest.warns(UnverifiedWarning, match="may be incomplete"),
    ):
        path = fetch(server, tmp_path / "a.tif")
    assert path.read_bytes() == TIFF


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_error_is_clear_when_the_folder_is_read_only(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with RawServer(serving()) as server, pytest.raises(InputError):
        fetch(server, tmp_path / "a.tif")


def test_error_is_clear_when_the_folder_is_a_file(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with (
        RawServer(serving()) as server,
        pytest.raises(InputError, match="No file was changed"),
    ):
        fetch(server, blocked / "a.tif")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../.ssh/authorized_keys", "authorized_keys"),
        ("/etc/passwd", "passwd"),
        ("C:\\x\\y.tif", "y.tif"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("", "file"),
        ("..", "file"),
        ("a\x00b.tif", "a_b.tif"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        (" .hidden. ", "hidden"),
        ("a:b|c?.tif", "a_b_c_.tif"),
        ("x" * 300 + ".tif", "x" * 116 + ".tif"),
        (None, "file"),
    ],
)
def test_name_is_safe_when_the_server_gives_any(name, safe):
    assert safe_filename(name) == safe


@settings(deadline=None)
@given(st.text())
def test_name_stays_in_its_folder_when_it_is_anything(name):
    safe = safe_filename(name)
    assert safe not in ("", ".", "..")
    assert not set('/\\\x00<>:"|?*') & set(safe)
    assert len(safe.encode()) <= 121
    assert Path(safe).name == safe


def item(item_id, server, **assets):
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": item_id, "assets": assets,
        "properties": {}, "geometry": None, "links": [],
    }  # fmt: skip


def test_assets_of_all_items_are_saved_side_by_side(tmp_path):
    with RawServer(serving()) as server, Client(server.origin, auth="t") as client:
        href = server.origin + "/x/mask.tif?sig=s3cret"
        items = [
            item("a", server, data={"href": href, "type": "image/tiff"}),
            item("../b", server, data={"href": href}, far={"href": "s3://b/k.tif"}),
            item("a", server, data={"href": href}),
        ]
        results = Results(client.aio.connection, ResultsDocument({}, items))
        with pytest.warns(LeftOutWarning, match="b/far: The file is in an object"):
            paths = results.download(tmp_path)
        assert [path.name for path in paths] == [
            "a_mask.tif",
            "b_mask.tif",
            "a_mask (2).tif",
        ]
        assert results.download(tmp_path, items=[items[1]], assets=["data"]) == [
            tmp_path / "b_mask.tif"
        ]
        with pytest.raises(InputError, match="object store"):
            results.download(tmp_path, assets=["far"])
    assert all(path.parent == tmp_path for path in paths)
    assert left_over(tmp_path) == ["a_mask (2).tif", "a_mask.tif", "b_mask.tif"]


def test_token_is_not_sent_when_an_asset_is_elsewhere(tmp_path):
    with (
        RawServer(serving()) as server,
        RawServer(serving()) as elsewhere,
        Client(server.origin, auth="canary") as client,
    ):
        near, far = server.origin + "/n.tif", elsewhere.origin + "/f.tif"
        assets = {"near": {"href": near}, "far": {"href": far}}
        results = Results(
            client.aio.connection, ResultsDocument({}, [item("a", server, **assets)])
        )
        results.download(tmp_path)
    assert server.received[0].headers["authorization"] == "Bearer canary"
    assert "authorization" not in elsewhere.received[0].headers


def test_asset_is_what_its_item_says_of_it():
    client = AsyncClient("https://zoo.example.org")
    data = {
        "href": "k.tif", "title": "Band 1", "type": "image/tiff", "roles": ["data"],
        "file:size": 12,
    }  # fmt: skip
    item = {
        "links": [{"rel": "self", "href": "https://data.example.org/items/i.json"}],
        "assets": {"data": data, "odd": None},
    }
    results = Results(client.connection, ResultsDocument({}, [item]))
    (asset,) = results.assets(item)
    href = "https://data.example.org/items/k.tif"
    assert (asset.key, asset.title, asset.href) == ("data", "Band 1", href)
    assert (asset.type, asset.roles, asset.size) == ("image/tiff", ("data",), 12)


def test_why_not_is_said_when_an_asset_cannot_be_reached():
    client = AsyncClient("https://zoo.example.org")
    assets = {
        "s3": {"href": "s3://bucket/k.tif"},
        "cluster": {
            "href": "s3://bucket/k.tif",
            "storage:endpoint": "http://localstack.svc.cluster.local:4566",
        },
        "inner": {"href": "http://minio:9000/k.tif"},
        "path": {"href": "/tmp/out/k.tif"},
        "relative": {"href": "./k.tif"},
        "open": {"href": "https://data.example.org/k.tif"},
    }
    listed = Results(client.connection, ResultsDocument({}, [])).assets(
        {"assets": assets}
    )
    why = {asset.key: asset.why_not for asset in listed}
    assert "object store" in why["s3"]
    assert "localstack.svc.cluster.local" in why["cluster"]
    assert "Only machines near the server can reach minio" in why["inner"]
    assert "only a path" in why["path"]
    assert "only a path" in why["relative"]
    assert why["open"] == ""
    assert [asset.key for asset in listed if asset.reachable] == ["open"]


def in_new_python(code, *arguments):
    program = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, text=True)


_DOWNLOADING = """
import resource, signal, sys, warnings
from pathlib import Path
from ogc_widgets.client import AsyncClient
from ogc_widgets.client.results.downloads import download
from ogc_widgets.client.results.files.result_files import ResultFile
from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import OgcError

origin, path, most = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
if most:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

async def work():
    async with AsyncClient(origin) as client:
        wanted = ResultFile(path.name, origin + "/f.tif")
        await download(client.connection, wanted, path)

try:
    run(work)
except OgcError as error:
    print(type(error).__name__, error)
"""


def test_earlier_file_stays_when_the_kernel_is_killed(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(b"earlier")
    arrived, hold = threading.Event(), threading.Event()

    def half(connection, _received):
        connection.sendall(answer(body=TIFF)[: len(TIFF) // 2])
        arrived.set()
        hold.wait(60)

    with RawServer(half) as server:
        child = in_new_python(_DOWNLOADING, server.origin, path, 0)
        assert arrived.wait(60)
        deadline = time.monotonic() + 60
        while not left_over(tmp_path)[0].endswith(".part"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        child.kill()
        child.communicate()
        hold.set()
    assert path.read_bytes() == b"earlier"


def test_earlier_file_stays_when_there_is_no_room(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(b"earlier")
    with RawServer(serving()) as server:
        child = in_new_python(_DOWNLOADING, server.origin, path, 10_000)
        said, _ = child.communicate(timeout=60)
    assert said.startswith("InputError a.tif cannot be saved")
    assert "No file was changed" in said
    assert path.read_bytes() == b"earlier"
    assert left_over(tmp_path) == ["a.tif"]


def test_archive_is_saved_and_never_unpacked(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.txt", "x")
    with RawServer(serving(body=packed.getvalue())) as server:
        path = fetch(server, tmp_path / "a.zip", media_type="application/zip")
    assert path.read_bytes() == packed.getvalue()
    assert left_over(tmp_path) == ["a.zip"]


@pytest.mark.parametrize("is_download", [True, False])
def test_file_is_on_the_disk_before_it_takes_its_place(
    tmp_path, monkeypatch, is_download
):
    path, synced = tmp_path / "a.tif", []

    def sync(descriptor):
        about = os.fstat(descriptor)
        synced.append((about.st_ino, about.st_size, path.exists()))

    monkeypatch.setattr(os, "fsync", sync)
    with RawServer(serving()) as server:
        fetch(server, path) if is_download else save(TIFF, path)
    assert (path.stat().st_ino, len(TIFF), False) in synced


# -- parts of files


def in_parts(body, etag='"v1"', *, lie=None):
    """Sends what is asked for of a file; ``lie`` changes the answer to a range."""

    def behave(connection, received):
        asked = received.headers.get("range", "")
        headers = {"Content-Type": "image/tiff", "ETag": etag}
        if not asked:
            whole = answer(body=body, headers=headers)
            connection.sendall(whole[: len(whole) - len(body) // 2])
            connection.shutdown(2)
            return None
        start = int(asked.removeprefix("bytes=").split("-")[0])
        end = len(body)
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{end}"
        part = body[start:end]
        if lie:
            part, headers = lie(part, headers)
        return answer(body=part, status=206, headers=headers)

    return behave


LIES = {
    "another place": lambda part, headers: (
        part[7:],
        {**headers, "Content-Range": "bytes 7-99/100"},
    ),
    "no place": lambda part, headers: (
        part,
        {k: v for k, v in headers.items() if k != "Content-Range"},
    ),
    "another file": lambda part, headers: (part, {**headers, "ETag": '"v2"'}),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_part_is_not_used_when_it_is_not_the_one_that_was_asked_for(tmp_path, lie):
    with RawServer(in_parts(TIFF, lie=lie)) as server:
        with pytest.raises(TransportError):
            fetch(server, tmp_path / "a.tif")
        assert not (tmp_path / "a.tif").exists()


def test_end_of_a_resumed_file_is_checked_against_the_whole_length(tmp_path):
    def short(part, headers):
        # The server says how long the whole is, and stops before; of the part itself
        # it declares no other length than what it sends.
        return part[:-10], headers

    with (
        RawServer(in_parts(TIFF, lie=short)) as server,
        pytest.raises(ProtocolError, match="instead of"),
    ):
        fetch(server, tmp_path / "a.tif")
    assert not (tmp_path / "a.tif").exists()


def test_part_is_not_continued_when_the_address_is_another(tmp_path):
    path = tmp_path / "a.tif"

    def behave(connection, received):
        if received.path == "/other.tif":  # the same name and validator
            return in_parts(OTHER)(connection, received)
        half = drop if "range" in received.headers else in_parts(TIFF)
        return half(connection, received)

    with RawServer(behave) as server:
        with pytest.raises(TransportError):
            fetch(server, path)
        assert (tmp_path / ".a.tif.part").stat().st_size > 1_000
        fetch(server, path, address="/other.tif")
        asked = server.requests(path="/other.tif")
    assert path.read_bytes() == OTHER
    assert "range" not in asked[0].headers


def test_part_is_never_taken_for_the_whole_when_nobody_asked_for_one(tmp_path):
    headers = {"Content-Range": f"bytes 10-{len(TIFF) - 1}/{len(TIFF)}"}
    behave = serving(body=TIFF[10:], status=206, headers=headers)
    with RawServer(behave) as server, pytest.raises(TransportError):
        fetch(server, tmp_path / "a.tif")
    assert not (tmp_path / "a.tif").exists()


def test_file_is_whole_when_a_part_that_nobody_asked_for_is_all_of_it(tmp_path):
    headers = {"Content-Range": f"bytes 0-{len(TIFF) - 1}/{len(TIFF)}"}
    with RawServer(serving(status=206, headers=headers)) as server:
        assert fetch(server, tmp_path / "a.tif").read_bytes() == TIFF


@pytest.mark.parametrize("said", [None, "bytes 7-106/1000", "bytes 0-99/*", "odd"])
def test_part_of_a_remote_file_is_not_used_when_it_is_another(said):
    def behave(_connection, _received):
        return answer(body=TIFF[:100], status=206, headers={"Content-Range": said})

    async def work(url):
        async with AsyncClient(url) as client:
            await WebSource(client.connection, f"{url}/f.tif").read(0, 100)

    with RawServer(behave) as server, pytest.raises(ProtocolError, match="another"):
        run(work, server.origin)


def slowly(body, pieces=20, pause_s=0.02):
    def behave(connection, _received):
        head, _, content = answer(body=body, headers={"ETag": '"v1"'}).partition(
            b"\r\n\r\n"
        )
        connection.sendall(head + b"\r\n\r\n")
        size = len(content) // pieces + 1
        for start in range(0, len(content), size):
            connection.sendall(content[start : start + size])
            time.sleep(pause_s)

    return behave


def test_file_is_whole_when_it_is_downloaded_twice_at_once(tmp_path):
    body = bytes(range(256)) * 4000

    async def both(url):
        async with AsyncClient(url) as client:
            wanted = ResultFile("f.bin", f"{url}/f.bin")
            one = download(client.connection, wanted, tmp_path / "f.bin")
            other = download(client.connection, wanted, tmp_path / "f.bin")
            await asyncio.gather(one, other)

    with RawServer(slowly(body)) as server:
        run(both, server.origin)
    assert (tmp_path / "f.bin").read_bytes() == body
    assert left_over(tmp_path) == ["f.bin"]


def test_file_is_whole_when_two_programs_download_it_at_once(tmp_path):
    body = bytes(range(256)) * 4000
    script = """
import sys
from pathlib import Path
from ogc_widgets.client import AsyncClient
from ogc_widgets.client.results.downloads import download
from ogc_widgets.client.results.files.result_files import ResultFile
from ogc_widgets.client.http.loop import run

async def work(url, path):
    async with AsyncClient(url) as client:
        await download(client.connection, ResultFile("f.bin", f"{url}/f.bin"), path)

run(work, sys.argv[1], Path(sys.argv[2]))
"""
    with RawServer(slowly(body, pause_s=0.05)) as server:
        line = [sys.executable, "-c", script, server.origin, str(tmp_path / "f.bin")]
        programs = [subprocess.Popen(line) for _ in range(3)]
        assert [program.wait(60) for program in programs] == [0, 0, 0]
    assert (tmp_path / "f.bin").read_bytes() == body
    assert left_over(tmp_path) == ["f.bin"]
