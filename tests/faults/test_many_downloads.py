"""Several files at once: none is half, none is lost, and each fault costs one file."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import signal
import subprocess
import sys
import threading
from collections import namedtuple
from pathlib import Path

import pytest
from raw_server import RawServer, answer
from waiting import wait_for, wait_for_silence

from ogc_widgets.client import AsyncClient, Client, Results
from ogc_widgets.client.http.loop import run, submit
from ogc_widgets.client.results.downloads import Downloads, download, many_files
from ogc_widgets.client.results.files.names import Places
from ogc_widgets.client.results.files.result_files import ResultFile
from ogc_widgets.errors import (
    InputError,
    ProblemError,
    ProtocolError,
    TransportError,
)
from ogc_widgets.protocol.answers.results import ResultsDocument


def body_of(path):
    return path.encode() * 5_000


def whole(_connection, received):
    return answer(body=body_of(received.path), headers={"ETag": f'"{received.path}"'})


def item(server, *names):
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": "i", "properties": {},
        "geometry": None, "links": [],
        "assets": {name: {"href": f"{server.origin}/{name}"} for name in names},
    }  # fmt: skip


def names_of(count):
    return [f"f{number}.tif" for number in range(count)]


def results_with(client, *items):
    return Results(client.aio.connection, ResultsDocument({}, list(items)))


def seen(folder):
    """What a person sees of a folder."""
    return sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))


def is_free(part):
    """Whether nobody writes a part any more."""
    with part.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


class Gate:
    """A server whose first bytes of a file come at once, and the rest when it may."""

    def __init__(self, *held):
        self.held = held
        self.asked = threading.Semaphore(0)
        self.open = threading.Event()

    def __call__(self, connection, received):
        name = received.path.lstrip("/")
        if name not in self.held or "range" in received.headers:
            if "range" not in received.headers:
                return whole(connection, received)
            start = int(received.headers["range"].removeprefix("bytes=").rstrip("-"))
            body = body_of(received.path)
            place = f"bytes {start}-{len(body) - 1}/{len(body)}"
            headers = {"ETag": f'"{received.path}"', "Content-Range": place}
            return answer(body=body[start:], status=206, headers=headers)
        said = whole(connection, received)
        connection.sendall(said[: len(said) // 2])
        self.asked.release()
        self.open.wait(60)
        return said[len(said) // 2 :]


def test_four_files_are_fetched_at_once_and_no_more(tmp_path):
    gate = Gate(*names_of(9))
    with RawServer(gate) as server, Client(server.origin) as client:
        results = results_with(client, item(server, *names_of(9)))
        work = submit(results.aio_download, tmp_path)
        for _ in range(4):
            assert gate.asked.acquire(timeout=60)
        assert wait_for_silence(lambda: len(server.received)) == 4
        gate.open.set()
        paths = work.result(60)
    assert [path.name for path in paths] == [f"i_{name}" for name in names_of(9)]
    assert [path.read_bytes() for path in paths] == [
        body_of(f"/{name}") for name in names_of(9)
    ]
    assert seen(tmp_path) == sorted(path.name for path in paths)


def test_one_file_that_fails_costs_no_other(tmp_path, capsys):
    def behave(connection, received):
        if received.path == "/f1.tif":
            return answer({"title": "Gone"}, status=410)
        return whole(connection, received)

    with RawServer(behave) as server, Client(server.origin) as client:
        results = results_with(client, item(server, *names_of(6)))
        with pytest.raises(ProblemError) as caught:
            results.download(tmp_path)
    assert caught.value.__notes__ == [f"5 of 6 files are in {tmp_path}."]
    assert seen(tmp_path) == [f"i_{n}" for n in names_of(6) if n != "f1.tif"]
    end = "Download: saved, 5 of 6 files, 175 kB: 1 failed\n"
    assert capsys.readouterr().err.endswith(end)


def test_progress_is_told_for_each_file_and_in_total(tmp_path):
    told = []

    def progress(downloads):
        states = {one.name: one.state for one in downloads.files}
        told.append((states, downloads.done, downloads.total))

    with RawServer(whole) as server, Client(server.origin) as client:
        results = results_with(client, item(server, *names_of(3)))
        results.download(tmp_path, progress=progress)
    size = sum(len(body_of(f"/{name}")) for name in names_of(3))
    assert told[0][2] is None
    assert told[-1] == ({f"i/{n}": "saved" for n in names_of(3)}, size, size)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_progress_is_told_while_a_file_comes(tmp_path, monkeypatch):
    monkeypatch.setattr(many_files, "_TOLD_EACH_S", 0.0)
    size = len(body_of("/f0.tif"))
    gate = Gate("f0.tif")

    def progress(downloads):
        if 0 < downloads.done < size:
            gate.open.set()

    with RawServer(gate) as server, Client(server.origin) as client:
        results = results_with(client, item(server, "f0.tif"))
        work = submit(results.aio_download, tmp_path, progress=progress)
        assert gate.open.wait(20)
        work.result(60)


def test_log_says_how_far_it_is_unless_nobody_wants_it(tmp_path, capsys):
    with RawServer(whole) as server, Client(server.origin) as client:
        results = results_with(client, item(server, *names_of(2)))
        results.download(tmp_path, progress=False)
        assert capsys.readouterr() == ("", "")
        results.download(tmp_path)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Download: saving, 0 of 2 files, 0 B\n")
    end = "Download: saved, 100 %, 2 of 2 files, 70.0 kB of 70.0 kB\n"
    assert said.err.endswith(end)


def fetch(server, path, **options):
    async def work():
        async with AsyncClient(server.origin) as client:
            wanted = ResultFile(path.name, f"{server.origin}/f.tif", **options)
            return await download(client.connection, wanted, path, rest=rest)

    rests = []

    async def rest(seconds):
        rests.append(seconds)

    run(work)
    return rests


@pytest.mark.parametrize(
    ("status", "headers", "rests"),
    [(429, {"Retry-After": "7"}, [7.0, 7.0]), (503, {}, [1.0, 2.0])],
)
def test_busy_server_gets_the_time_that_it_asks_for(tmp_path, status, headers, rests):
    def behave(connection, received):
        if received.number < 2:
            return answer({}, status=status, headers=headers)
        return whole(connection, received)

    with RawServer(behave) as server:
        assert fetch(server, tmp_path / "f.tif") == rests
    assert (tmp_path / "f.tif").read_bytes() == body_of("/f.tif")


def test_server_that_stays_busy_is_said_to_be(tmp_path):
    with RawServer(lambda *_: answer({}, status=503)) as server:
        with pytest.raises(ProblemError, match="busy"):
            fetch(server, tmp_path / "f.tif")
        assert len(server.received) == 6
    assert list(tmp_path.iterdir()) == []


def test_other_files_of_a_busy_server_wait_too(tmp_path):
    is_over = threading.Event()

    def behave(connection, received):
        if received.number == 0:
            return answer({}, status=429, headers={"Retry-After": "0.4"})
        is_over.set()
        return whole(connection, received)

    resting = []

    def progress(downloads):
        if not is_over.is_set():
            resting.append({one.name for one in downloads.files if one.rests_s})

    with RawServer(behave) as server, Client(server.origin) as client:
        results = results_with(client, item(server, "a.tif", "b.tif"))
        results.download(tmp_path, at_once=1, progress=progress)
        assert len(server.received) == 3
    assert {"i/a.tif"} in resting
    assert seen(tmp_path) == ["i_a.tif", "i_b.tif"]


def test_what_is_whole_stays_and_the_rest_is_continued_after_an_interruption(tmp_path):
    gate = Gate("f1.tif")
    with RawServer(gate) as server, Client(server.origin) as client:
        results = results_with(client, item(server, *names_of(3)))
        work = submit(results.aio_download, tmp_path)
        assert gate.asked.acquire(timeout=60)
        wait_for(lambda: seen(tmp_path) == ["i_f0.tif", "i_f2.tif"])
        part = tmp_path / ".i_f1.tif.part"
        wait_for(lambda: part.stat().st_size > 10_000)
        work.cancel()
        wait_for(lambda: is_free(part))
        gate.open.set()
        results.download(tmp_path)
        (again,) = [
            one for one in server.requests(path="/f1") if "range" in one.headers
        ]
    assert again.headers["if-range"] == '"/f1.tif"'
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"i_{n}" for n in names_of(3)]
    assert (tmp_path / "i_f1.tif").read_bytes() == body_of("/f1.tif")


_IN_A_CELL = """
import sys
from ogc_widgets.client import Client, Results
from ogc_widgets.protocol.answers.results import ResultsDocument

origin, folder, *names = sys.argv[1:]
item = {"type": "Feature", "stac_version": "1.0.0", "id": "i", "properties": {},
        "assets": {name: {"href": f"{origin}/{name}"} for name in names}}
with Client(origin) as client:
    Results(client.aio.connection, ResultsDocument({}, [item])).download(folder)
"""


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGKILL])
def test_no_file_is_half_when_the_program_is_stopped(tmp_path, signal_sent):
    gate = Gate("f1.tif")
    with RawServer(gate) as server:
        child = subprocess.Popen(
            [sys.executable, "-c", _IN_A_CELL, server.origin, tmp_path, *names_of(3)],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert gate.asked.acquire(timeout=60)
        wait_for(lambda: seen(tmp_path) == ["i_f0.tif", "i_f2.tif"])
        child.send_signal(signal_sent)
        _, said = child.communicate(timeout=60)
        gate.open.set()
    assert seen(tmp_path) == ["i_f0.tif", "i_f2.tif"]
    assert (tmp_path / "i_f0.tif").read_bytes() == body_of("/f0.tif")
    if signal_sent == signal.SIGINT:
        assert said.rstrip().endswith("KeyboardInterrupt")
        assert "in the background" not in said


def test_one_file_is_stopped_and_taken_up_again(tmp_path):
    gate = Gate("a.tif")

    async def work(origin):
        async with AsyncClient(origin) as client:
            files = Downloads(client.connection, tmp_path)
            one = files.add("a", "a", ResultFile("a.tif", f"{origin}/a.tif"))
            two = files.add("b", "b", ResultFile("b.tif", f"{origin}/b.tif"))
            while not (gate.asked.acquire(blocking=False) and one.done):
                await asyncio.sleep(0.01)
                if one.done:
                    gate.asked.release()
            files.stop([one])
            await files.ended()
            assert (one.state, two.state) == ("stopped", "saved")
            assert seen(tmp_path) == ["b.tif"]
            files.again(one)
            await files.ended()
            assert (one.state, files.done) == ("saved", files.total)

    with RawServer(gate) as server:
        run(work, server.origin)
    assert (tmp_path / "a.tif").read_bytes() == body_of("/a.tif")


def test_server_that_is_gone_is_not_asked_for_each_of_a_thousand_files(tmp_path):
    with RawServer(whole) as server:
        pass
    with RawServer(whole) as alive, Client(server.origin) as client:
        items = [item(server, *names_of(300)), {**item(alive, "x.tif"), "id": "k"}]
        results, asked = results_with(client, *items), []
        connection = client.aio.connection
        stream = connection.stream

        def count(request, *others):
            asked.append(request.url)
            return stream(request, *others)

        connection.stream = count
        with pytest.raises(TransportError):
            results.download(tmp_path)
    assert seen(tmp_path) == ["k_x.tif"]
    assert len({url for url in asked if url.startswith(server.origin)}) < 10


def test_file_that_never_ends_is_cut_off_where_it_should_have_ended(tmp_path):
    def behave(connection, _received):
        head = answer(body=b"", headers={"Content-Length": None, "ETag": '"v"'})
        connection.sendall(head)
        for _ in range(1_000):
            connection.sendall(bytes(64_000))

    with (
        RawServer(behave) as server,
        pytest.raises(ProtocolError, match="more than the 100,000 bytes"),
    ):
        fetch(server, tmp_path / "f.tif", size=100_000)
    assert list(tmp_path.iterdir()) == []


def test_file_that_has_no_room_is_not_begun(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(9, 0, 20_000))
    with (
        RawServer(whole) as server,
        pytest.raises(
            InputError, match=r"f\.tif needs 30.0 kB, and the disk has room for 20.0 kB"
        ),
    ):
        fetch(server, tmp_path / "f.tif")
    assert list(tmp_path.iterdir()) == []


def test_names_that_differ_in_case_only_are_two_files_on_every_system(tmp_path):
    places = Places(tmp_path)
    assert [
        places.of(key, name).name for key, name in enumerate(["a.tif", "A.tif"])
    ] == [
        "a.tif",
        "A (2).tif",
    ]
    assert places.of(0, "a.tif") == Path(tmp_path / "a.tif")
