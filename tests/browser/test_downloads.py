"""Files are saved, found again, brought to this computer, and opened without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe import grave_violations
from playwright.sync_api import expect
from raw_server import answer, processes_server
from view_page import show_view
from waiting import wait_for

from ogc_widgets.downloads import DownloadBar
from ogc_widgets.viewers.plain_viewers import FileViewer

if TYPE_CHECKING:
    from pathlib import Path

    from lab_window import LabPage
    from playwright.sync_api import Page

FOLDER = {
    "shown": "results/a9de09a6", "path": "/home/u/work/results/a9de09a6",
    "session": "/home/u/work/n.ipynb", "home": "/home/u",
}  # fmt: skip
LEFT = {"name": "scene/raw", "why": "Only machines near the server can reach minio."}


def row(number: int, state: str, done: int, total: int | None, **more: Any) -> Any:
    name = f"S2A_10TFK_2022051{number}_water.tif"
    return {"id": f"1/{number}", "name": name, "state": state, "done": done,
            "total": total, "rests": 0, "why": "", **more}  # fmt: skip


def state_of(*rows: Any, chosen: int = 4, left: tuple[Any, ...] = ()) -> dict[str, Any]:
    def count(state: str) -> int:
        return sum(one["state"] == state for one in rows)

    totals = [one["total"] for one in rows]
    run = {
        "running": count("running") + count("waiting") > 0, "count": len(rows),
        "saved": count("saved"), "failed": count("failed"),
        "stopped": count("stopped"), "done": sum(one["done"] for one in rows),
        "total": None if None in totals else sum(totals), "rows": rows,
        "left_out": left, "left_out_count": len(left), "folder": FOLDER,
    }  # fmt: skip
    some = {"bytes": 3_100_000, "files": 8, "left_out": 0, "exact": True}
    return {
        "offers": True, "code": "results.download('results/a9de09a6')", "sequence": 1,
        "chosen": {"count": chosen, **some}, "run": run if rows or left else None,
        "all": {"bytes": 18_400_000, "files": 24, "left_out": 0, "exact": False},
    }  # fmt: skip


BUSY = state_of(
    row(1, "saved", 2_600_000, 2_600_000),
    row(2, "running", 1_586_000, 2_600_000),
    row(3, "running", 400_000, None),
    row(4, "running", 0, 2_600_000, rests=8),
    row(5, "waiting", 0, 2_600_000),
    left=(LEFT,),
)
DONE = state_of(
    row(1, "saved", 2_600_000, 2_600_000),
    row(2, "failed", 9, 2_600_000, why="The server answered 404.\nNothing changed."),
    row(3, "stopped", 10, 2_600_000),
    left=(LEFT,),
)


def show(page: Page, state: dict[str, Any], **look: Any) -> None:
    show_view(page, DownloadBar, {"state": state}, **look)


def sent(page: Page, kind: str) -> list[dict[str, Any]]:
    return page.evaluate("kind => model.sent.filter(m => m.type === kind)", kind)


def test_chosen_files_or_all_are_offered_with_what_is_known_of_their_size(
    page: Page,
) -> None:
    show(page, state_of())
    expect(page.get_by_text("4 selected · 3.1 MB")).to_be_visible()
    page.get_by_role("button", name="Download 4", exact=True).click()
    page.get_by_role("button", name="All, at least 18.4 MB").click()
    assert [message["what"] for message in sent(page, "save")] == ["chosen", "all"]
    page.evaluate("state => model.put({ state })", state_of(chosen=0))
    whole = page.get_by_role("button", name="Download all, at least 18.4 MB")
    expect(whole).to_be_visible()
    expect(page.get_by_role("button", name="Download 4", exact=True)).to_be_hidden()


def test_one_bar_for_all_unfolds_to_one_for_each_file(page: Page) -> None:
    show(page, state_of(row(1, "running", 61, 100), row(2, "waiting", 0, 100)))
    whole = page.get_by_role("progressbar", name="Download", exact=True)
    expect(whole).to_have_attribute("aria-valuenow", "30")
    page.get_by_role("button", name="2 files").press("Enter")
    files = page.get_by_role("list", name="Files").get_by_role("listitem")
    expect(files.first).to_contain_text("61 %")
    # What a person is about to press stays where it is while bytes come.
    stop = page.get_by_role("button", name="stop S2A_10TFK_20220511_water.tif")
    stop.evaluate("one => { window.before = one }")
    later = state_of(row(1, "running", 99, 100), row(2, "running", 5, None))
    page.evaluate("state => model.put({ state })", later)
    expect(files.first).to_contain_text("99 %")
    assert stop.evaluate("one => one === window.before")
    # Nobody knows how long it takes.
    expect(whole).not_to_have_attribute("aria-valuenow", "52")
    stop.click()
    page.get_by_role("button", name="stop all").click()
    assert sent(page, "stop") == [{"type": "stop", "id": "1/1"}, {"type": "stop"}]


def test_end_says_where_files_are_and_what_is_missing(page: Page) -> None:
    show(page, DONE)
    status = page.get_by_role("status")
    expect(status).to_contain_text("Saved 1 file in results/a9de09a6")
    expect(status).to_contain_text("1 failed")
    page.get_by_role("button", name="3 files, 1 left out").click()
    files = page.get_by_role("list", name="Files")
    expect(files).to_contain_text("Only machines near the server can reach minio.")
    expect(files).to_contain_text("The server answered 404.")
    page.get_by_role("button", name="retry S2A_10TFK_20220512_water.tif").click()
    page.get_by_role("button", name="retry", exact=True).click()
    assert sent(page, "again") == [{"type": "again", "id": "1/2"}, {"type": "again"}]
    # No server that shows the folder: its path can be copied.
    expect(page.get_by_role("button", name="copy path of the folder")).to_be_visible()


CONFIG = """config => {
  const said = document.createElement("script");
  said.type = "application/json";
  said.id = "jupyter-config-data";
  said.textContent = JSON.stringify(config);
  document.head.append(said);
}"""


def test_folder_is_a_link_below_the_address_of_a_hub(page: Page) -> None:
    show(page, state_of())
    hub = {"baseUrl": "/user/ada/", "appUrl": "/lab", "serverRoot": "~/work"}
    page.evaluate(CONFIG, hub)
    page.evaluate("state => model.put({ state })", DONE)
    link = page.get_by_role("link", name="results/a9de09a6")
    expect(link).to_have_attribute("href", "/user/ada/lab/tree/results/a9de09a6")
    command = link.get_attribute("data-commandlinker-command")
    assert command == "filebrowser:go-to-path"


def test_file_comes_to_this_computer_in_parts(page: Page, tmp_path: Path) -> None:
    show(page, state_of(row(1, "saved", 6, 6)))
    name = "save to this computer: S2A_10TFK_20220511_water.tif"
    page.get_by_role("button", name=name).click()
    (asked,) = sent(page, "fetch")
    ticket = asked["ticket"]
    tell = """([ticket, size, parts]) => {
      const facts = { name: "water.tif", media_type: "image/tiff", way: "save" };
      model.tell("msg:custom", { type: "file", ticket, size, ...facts });
      model.tell("msg:custom", { type: "part", ticket: "another" }, []);
      for (const part of parts) {
        const bytes = new DataView(new TextEncoder().encode(part).buffer);
        model.tell("msg:custom", { type: "part", ticket }, [bytes]);
      }
    }"""
    with page.expect_download() as download:
        page.evaluate(tell, [ticket, 6, ["abc", "def"]])
    download.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == b"abcdef"
    assert download.value.suggested_filename == "water.tif"
    assert len(sent(page, "taken")) == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [450, 700])
def test_bar_fits_and_can_be_read_and_reached_by_everybody(
    page: Page, theme: str, width: int
) -> None:
    page.emulate_media(reduced_motion="reduce")  # or the bar moves for ever
    for state in (BUSY, DONE):
        show(page, state, theme=theme, width=width)
        page.locator("[aria-controls]").click()
        view = page.locator("#view")
        assert view.evaluate("one => one.scrollWidth <= one.clientWidth")
        assert grave_violations(page, "#view") == []


FILE = {
    "title": "Report", "kind": "web page", "facts": [], "size": 10, "is_loading": False,
    "href": "http://127.0.0.1:1/report.html", "code": "", "has_file": True,
    "name": "report.html", "media_type": "text/html", "opens": True, "why_not": "",
}  # fmt: skip
HARMFUL = """<!doctype html><title>Report</title><h1>Water</h1>
<script>document.querySelector("h1").textContent = "harm";
try { parent.opener.model.harm = true } catch {}
try { parent.harm = true } catch {}</script>
<img src="x" onerror="document.querySelector('h1').textContent = 'harm'">"""


def open_in_tab(page: Page, way: str, media_type: str, text: str) -> Page:
    show_view(page, FileViewer, FILE)
    with page.expect_popup() as popup:
        page.get_by_role("button", name="open Report").click()
    (asked,) = sent(page, "open")
    page.evaluate(
        """([ticket, way, media_type, text]) => {
          const bytes = new DataView(new TextEncoder().encode(text).buffer);
          const facts = { name: "report", size: bytes.byteLength, media_type, way };
          model.tell("msg:custom", { type: "file", ticket, ...facts });
          model.tell("msg:custom", { type: "part", ticket }, [bytes]);
        }""",
        [asked["ticket"], way, media_type, text],
    )
    return popup.value


def test_web_page_of_a_server_is_shut_in(page: Page) -> None:
    tab = open_in_tab(page, "page", "text/html", HARMFUL)
    inside = tab.frame_locator("iframe")
    expect(inside.get_by_role("heading")).to_have_text("Water")
    frame = tab.frames[1]
    assert frame.evaluate("self.origin") == "null"
    assert page.evaluate("model.harm") is None
    assert tab.evaluate("window.harm") is None
    link = tab.get_by_role("link", name="Open its address")
    expect(link).to_have_attribute("href", FILE["href"])
    tab.close()


def test_drawing_of_a_server_is_an_image(page: Page) -> None:
    harm = "<script>opener.model.harm = true</script>"
    text = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{harm}</svg>'
    tab = open_in_tab(page, "drawing", "image/svg+xml", text)
    image = tab.get_by_role("img", name="report")
    wait_for(lambda: image.evaluate("one => one.naturalWidth") == 9)
    assert page.evaluate("model.harm") is None
    tab.close()


def test_text_of_a_server_is_text(page: Page) -> None:
    tab = open_in_tab(page, "text", "text/plain;charset=utf-8", "<b>wåter</b>")
    expect(tab.locator("pre")).to_have_text("<b>wåter</b>")
    tab.close()


OUTPUTS = {
    "chart": {"value": "data:image/png;base64,iVBORw0KGgo=", "mediaType": "image/png"},
    "report": {"href": "/files/report.html", "type": "text/html"},
}
DESCRIBED = {"chart": {"title": "Chart"}, "report": {"title": "Report"}}


@pytest.mark.timeout(300)
def test_folder_opens_in_the_file_browser_and_pages_through_the_kernel(
    lab_page: LabPage,
) -> None:
    done = {"jobID": "job 1", "status": "successful", "processID": "p"}
    process = {"id": "p", "inputs": {}, "outputs": DESCRIBED}
    html = {"Content-Type": "text/html"}
    behaviours = {
        ("GET", "/api/processes/p"): lambda *_: answer(process),
        ("GET", "/api/jobs/job%201"): lambda *_: answer(done),
        ("GET", "/api/jobs/job%201/results"): lambda *_: answer(OUTPUTS),
        ("GET", "/files/report.html"): lambda *_: answer(
            body=HARMFUL.encode(), headers=html
        ),
    }
    with processes_server(behaviours) as server:
        url = f"{server.origin}/api"
        lab_page.show(
            f"import ogc_widgets as ogc\napp = ogc.App({url!r}, 'p')\n"
            "app.job = app.client.job('job 1')\napp",
            width=1080,
        )
        cell, page = lab_page.output(), lab_page.page
        cell.get_by_role("tab", name="Report").click()
        with page.expect_popup() as popup:
            cell.get_by_role("button", name="open Report").click()
        tab = popup.value
        expect(tab.frame_locator("iframe").get_by_role("heading")).to_have_text("Water")
        tab.set_viewport_size({"width": 700, "height": 300})
        tab.screenshot(path=lab_page.screenshot("downloads-opened").as_posix())
        tab.close()
        cell.get_by_role("button", name="Download all").click()
        link = cell.get_by_role("link", name="results/job 1")
        expect(link).to_be_visible()
        lab_page.screenshot("downloads-saved", of=cell)
        link.click()
        browser = page.locator(".jp-FileBrowser")
        expect(browser.get_by_text("report.html")).to_be_visible()
        expect(browser.get_by_text("chart.png")).to_be_visible()
        lab_page.screenshot("downloads-file-browser")
        lab_page.command("application:toggle-left-area")
    assert not lab_page.script_errors
