"""The bar below the results: what it offers, what it saves, what it says of that."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from raw_server import RawServer, answer
from waiting import wait_for

from ogc_widgets import ResultsMap
from ogc_widgets.client import Client, Results
from ogc_widgets.client.results.files.names import folder_name
from ogc_widgets.downloads.saving import facts_of
from ogc_widgets.protocol.answers.results import ResultsDocument
from ogc_widgets.view import transfer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.downloads import DownloadBar


PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JOB = "a9de09a6-1c2d-4e5f-8a9b-0c1d2e3f4a5b"


def body_of(path: str) -> bytes:
    return path.encode() * 2_000


class Server:
    """Gives files; those that are held come when they may."""

    def __init__(self) -> None:
        self.hold, self.go = set[str](), threading.Event()
        self.missing = set[str]()
        self.raw = RawServer(self.behave)

    def behave(self, connection: Any, received: Any) -> bytes:
        name = received.path.lstrip("/")
        if name in self.missing:
            return answer({"title": "Not here"}, status=404)
        said = answer(body=body_of(name), headers={"ETag": f'"{name}"'})
        if name in self.hold:
            connection.sendall(said[: len(said) // 2])
            self.go.wait(60)
            return said[len(said) // 2 :]
        return said

    def item(self, name: str, size: int | None = None, **assets: str) -> dict[str, Any]:
        about = {} if size is None else {"file:size": size}
        files = {key: {"href": href, **about} for key, href in assets.items()}
        return {
            "type": "Feature", "stac_version": "1.0.0", "id": name, "properties": {},
            "geometry": None, "links": [], "assets": files,
        }  # fmt: skip

    def of(self, name: str, size: int | None = None) -> dict[str, Any]:
        return self.item(name, size, data=f"{self.raw.origin}/{name}.tif")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.go.set()
    made.raw.close()


@pytest.fixture
def opened(server: Server, tmp_path: Path) -> Iterator[Any]:
    """Opens results: items and outputs become a map with its bar."""
    shown: list[ResultsMap] = []
    with Client(server.raw.origin) as client:

        def make(*items: dict[str, Any], **outputs: Any) -> ResultsMap:
            document = ResultsDocument(outputs, list(items))
            results = Results(client.aio.connection, document, job_id=JOB)
            widget = ResultsMap(results, folder=tmp_path, previews_first=False)
            wait_for(lambda: widget.downloads.state["all"]["files"] is not None)
            shown.append(widget)
            return widget

        yield make
        for widget in shown:
            widget.close()


def press(bar: DownloadBar, kind: str, **members: Any) -> None:
    bar._receive(None, {"type": kind, **members}, [])
    assert not bar.problem


def run_of(bar: DownloadBar) -> Any:
    nothing = {"running": True, "count": 0, "saved": 0, "stopped": 0, "rows": []}
    return SimpleNamespace(**(bar.state["run"] or nothing))


def ended(bar: DownloadBar) -> Any:
    wait_for(lambda: run_of(bar).count and not run_of(bar).running, lambda: bar.state)
    return run_of(bar)


def test_sizes_are_said_as_far_as_they_are_known(server: Server, opened: Any) -> None:
    items = [server.of("a", 1_000), server.of("b", 2_000), server.of("c")]
    widget = opened(*items, chart=PNG, count=7)
    bar = widget.downloads
    known = 3_000 + len(PNG)
    assert bar.state["all"] == {
        "bytes": known, "files": 4, "left_out": 0, "exact": False,
    }  # fmt: skip
    bar.choose(["a", "b"])
    wait_for(lambda: bar.state["chosen"].get("files") == 2)
    assert bar.state["chosen"] == {
        "count": 2, "files": 2, "left_out": 0, "bytes": 3_000, "exact": True,
    }  # fmt: skip


def test_code_does_what_the_button_does(
    server: Server, opened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = opened(server.of("a"), server.of("b"), chart=PNG)
    shell = SimpleNamespace(user_ns={"shown": widget})
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    bar = widget.downloads
    bar.choose(["b"])
    exec(bar.state["code"], {"shown": widget})
    folder = tmp_path / "a9de09a6"
    assert [path.name for path in folder.iterdir()] == ["b.tif"]
    bar.choose([])
    exec(bar.state["code"], {"shown": widget})
    assert len(list(folder.iterdir())) == 3


def test_chosen_items_are_saved_or_else_everything(
    server: Server, opened: Any, tmp_path: Path
) -> None:
    widget = opened(server.of("a"), server.of("b"), server.of("c"), chart=PNG, n=7)
    bar, folder = widget.downloads, tmp_path / "a9de09a6"
    bar.choose(["a", "c"])
    press(bar, "save", what="chosen")
    assert ended(bar).saved == 2
    assert sorted(path.name for path in folder.iterdir()) == ["a.tif", "c.tif"]
    press(bar, "save", what="all")
    wait_for(lambda: run_of(bar).count == 4 and not run_of(bar).running)
    assert (folder / "b.tif").read_bytes() == body_of("b.tif")
    assert (folder / "chart.png").read_bytes() == PNG
    assert run_of(bar).left_out == []


def test_file_that_cannot_be_had_is_left_out_with_its_reason(
    server: Server, opened: Any
) -> None:
    item = server.item("a", near=f"{server.raw.origin}/n", far="s3://bucket/k")
    bar = opened(item).downloads
    press(bar, "save", what="all")
    assert ended(bar).count == 1
    (left,) = run_of(bar).left_out
    assert left["name"] == "a/far"
    assert left["why"].startswith("The file is in an object store")


def test_file_that_failed_is_fetched_again(
    server: Server, opened: Any, tmp_path: Path
) -> None:
    server.missing = {"b.tif"}
    bar = opened(server.of("a"), server.of("b")).downloads
    press(bar, "save", what="all")
    assert (ended(bar).saved, run_of(bar).failed) == (1, 1)
    (row,) = [row for row in run_of(bar).rows if row["state"] == "failed"]
    assert "404" in row["why"]
    server.missing = set()
    press(bar, "again", id=row["id"])
    wait_for(lambda: run_of(bar).saved == 2, lambda: bar.state)
    assert (tmp_path / "a9de09a6" / "b.tif").read_bytes() == body_of("b.tif")


def test_one_file_is_stopped_or_all(server: Server, opened: Any) -> None:
    server.hold = {"a.tif", "b.tif"}
    bar = opened(server.of("a"), server.of("b"), server.of("c")).downloads
    press(bar, "save", what="all")
    wait_for(lambda: run_of(bar).count == 3 and run_of(bar).saved == 1)
    first = run_of(bar).rows[0]["id"]
    press(bar, "stop", id=first)
    wait_for(lambda: run_of(bar).stopped == 1)
    assert run_of(bar).running
    press(bar, "stop")
    assert (ended(bar).saved, run_of(bar).stopped) == (1, 2)


def test_rows_and_viewers_save_in_the_same_way(
    server: Server, opened: Any, tmp_path: Path
) -> None:
    widget = opened(server.of("a"), chart=PNG)
    widget.table._receive(None, {"type": "download", "id": "a", "key": "data"}, [])
    assert ended(widget.downloads).saved == 1
    widget.downloads.save_content(widget.results.contents["chart"])
    wait_for(lambda: (tmp_path / "a9de09a6" / "chart.png").exists())
    assert (tmp_path / "a9de09a6" / "a.tif").read_bytes() == body_of("a.tif")


def test_two_items_of_one_id_are_two_files(
    server: Server, opened: Any, tmp_path: Path
) -> None:
    same = [server.of("a"), {**server.of("a"), "assets": server.of("b")["assets"]}]
    same[1]["assets"]["data"]["href"] = f"{server.raw.origin}/x/a.tif"
    widget = opened(*same)
    bar = widget.downloads
    server.hold = {"a.tif"}  # so that the first is not over before the second begins
    for name in widget.columns.names:
        bar.save_asset(name, "data")
    server.go.set()
    wait_for(lambda: run_of(bar).saved == 2, lambda: bar.state)
    bar.save_asset(widget.columns.names[1], "data")
    wait_for(lambda: run_of(bar).count == 1)
    ended(bar)
    folder = tmp_path / "a9de09a6"
    assert sorted(p.name for p in folder.iterdir()) == ["a (2).tif", "a.tif"]
    assert (folder / "a (2).tif").read_bytes() == body_of("x/a.tif")


def test_what_is_on_its_way_goes_on_when_other_results_come(
    server: Server, opened: Any, tmp_path: Path
) -> None:
    server.hold = {"a.tif"}
    widget = opened(server.of("a"))
    press(widget.downloads, "save", what="all")
    wait_for(lambda: run_of(widget.downloads).count == 1)
    widget.results = None
    assert not widget.downloads.state["offers"]
    server.go.set()
    assert ended(widget.downloads).saved == 1
    assert (tmp_path / "a9de09a6" / "a.tif").exists()


def test_nothing_goes_on_when_the_bar_is_closed(
    server: Server, opened: Any, tmp_path: Path
) -> None:
    server.hold = {"a.tif"}
    widget = opened(server.of("a"))
    press(widget.downloads, "save", what="all")
    wait_for(lambda: run_of(widget.downloads).rows[:1])
    wait_for(lambda: widget.downloads.files[0].done)
    widget.close()
    wait_for(lambda: widget.downloads.files[0].state == "stopped")
    assert not (tmp_path / "a9de09a6" / "a.tif").exists()


# -- to the computer of whoever looks at the page


def sent_by(bar: Any) -> list[tuple[dict[str, Any], Any]]:
    sent: list[tuple[dict[str, Any], Any]] = []
    bar.send = lambda content, buffers=None: sent.append((content, buffers))
    return sent


def test_file_goes_to_the_page_part_by_part_as_it_takes_them(
    server: Server, opened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_PART_BYTES", 3_000)
    bar = opened(server.of("a")).downloads
    press(bar, "save", what="all")
    (row,) = ended(bar).rows
    sent = sent_by(bar)
    press(bar, "fetch", ticket="t", id=row["id"])
    whole = body_of("a.tif")
    for number in range(-(-len(whole) // 3_000)):
        wait_for(lambda count=number + 2: len(sent) == count)
        press(bar, "taken", ticket="t")
    facts = sent[0][0]
    assert (facts["name"], facts["size"], facts["way"]) == ("a.tif", len(whole), "save")
    assert b"".join(buffers[0] for _, buffers in sent[1:]) == whole
    assert {content["ticket"] for content, _ in sent} == {"t"}


def test_no_other_file_of_the_machine_goes_to_the_page(
    server: Server, opened: Any
) -> None:
    bar = opened(server.of("a")).downloads
    press(bar, "save", what="all")
    ended(bar)
    sent = sent_by(bar)
    for name in ("", "../../etc/passwd", "7/1"):
        press(bar, "fetch", ticket=name or "t", id=name)
    wait_for(lambda: len(sent) >= 3)
    assert {content["type"] for content, _ in sent[1:]} == {"no file"}


def test_file_that_is_too_large_for_the_page_stays_where_it_is(
    server: Server, opened: Any, tmp_path: Path
) -> None:
    bar = opened(server.of("a")).downloads
    press(bar, "save", what="all")
    (row,) = ended(bar).rows
    with (tmp_path / "a9de09a6" / "a.tif").open("r+b") as file:
        file.truncate(transfer.MOST_BYTES + 1)  # takes no room on the disk
    sent = sent_by(bar)
    press(bar, "fetch", ticket="t", id=row["id"])
    wait_for(lambda: sent)
    ((content, _),) = sent
    assert content["type"] == "no file"
    assert content["why"].startswith("It has 200 MB, too much")


# -- where it is


@pytest.mark.parametrize(
    ("job", "name"),
    [(JOB, "a9de09a6"), ("", ""), ("17", "17"), ("../../etc", "etc")],
)
def test_each_job_has_a_folder_inside_of_the_one_for_results(
    tmp_path: Path, job: str, name: str
) -> None:
    assert tmp_path / folder_name(job) == tmp_path / name


def test_page_hears_of_the_notebook_only_where_it_lies_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path / "real")
    notebook = tmp_path / "link" / "n.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    facts = facts_of(Path("results"))
    # As the server knows it: by the link.
    assert facts["path"] == f"{tmp_path}/link/results"
    assert (facts["session"], facts["shown"]) == (str(notebook), "results")
    monkeypatch.setenv("JPY_SESSION_NAME", "/nowhere/here/n.ipynb")
    assert facts_of(Path("results"))["session"] == ""
