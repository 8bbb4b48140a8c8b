"""Told when it is done: by the title of the tab, a notification and a sound."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_window import LabPage

    from ogc_widgets.lab import Lab

SHOW = """
import ogc_widgets as ogc
client = ogc.Client({url!r})
panel = ogc.JobPanel()
panel
"""
AGAIN = "panel"
RUN = (
    'job = client.execute("echo", {"message": "x", "pauses": %s}, mode="async")\n'
    "panel.job = job"
)
# They are stopped, however long a test takes.
LONG = [0.6] * 100
# Nobody looks at a tab behind another one. Chromium without a screen has none.
AWAY = """(away) => {
  if (away) {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.hasFocus = () => false;
  } else {
    delete document.hidden;
    delete document.hasFocus;
  }
  document.dispatchEvent(new Event("visibilitychange"));
}"""
# The browser's own notifications are shown, and noted with what asked for them. The
# Chromium that has no window shows none, whatever it is allowed.
NOTE = """() => {
  const Nothing = class {
    static permission = "granted";
    constructor() {
      setTimeout(() => this.onshow());
    }
  };
  const Real = Notification.permission === "granted" ? window.Notification : Nothing;
  window.noted = { asked: 0, told: [], tones: 0 };
  window.Notification = class extends Real {
    constructor(title, options) {
      super(title, options);
      this.onshow = () => noted.told.push(title);
    }
    static requestPermission() {
      noted.asked += 1;
      return Real.requestPermission();
    }
  };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    noted.tones += 1;
    start.call(this, at);
  };
  dispatchEvent(new Event("storage")); // bells that are drawn already look again
}"""


@pytest.fixture
def window(lab_page: LabPage, lab_server) -> Iterator[LabPage]:
    """A notebook that shows a panel twice."""
    lab_page.show(SHOW.format(url=lab_server.url), AGAIN, width=900)
    page = lab_page.page
    page.locator(".ogcw-job").nth(1).wait_for()
    yield lab_page
    page.evaluate("localStorage.removeItem('ogcw-told')")
    page.evaluate(AWAY, False)


def test_tab_says_how_far_and_how_it_ended_until_it_is_seen(window: LabPage) -> None:
    page = window.page
    title = page.title()
    window.execute(RUN % LONG)
    expect(page.locator(".ogcw-job-percent").first).to_have_text(re.compile("%"))
    assert page.title() == title  # somebody looks
    page.evaluate(AWAY, True)
    expect(page).to_have_title(re.compile(rf"^\(\d+ %\) {re.escape(title)}$"))
    # JupyterLab names its tab after what is open.
    (window.lab.root / "notes.txt").write_text("")
    window.command("docmanager:open", path="notes.txt")
    expect(page).to_have_title(re.compile(r"^\(\d+ %\) notes\.txt"))
    window.execute("job.dismiss()")
    expect(page).to_have_title(re.compile(r"^notes\.txt"))
    window.execute(RUN % ([0.6] * 4))
    expect(page).to_have_title(re.compile(r"^\(done\) notes\.txt"))
    page.evaluate(AWAY, False)
    expect(page).to_have_title(re.compile(r"^notes\.txt"))


def test_notification_and_sound_are_asked_for_at_the_bell_and_come_once(
    window: LabPage,
) -> None:
    page = window.page
    allowed = ["clipboard-read", "clipboard-write", "notifications"]
    page.context.grant_permissions(allowed)
    page.evaluate(NOTE)
    window.execute(RUN % LONG)
    bell = page.get_by_role("button", name="Tell me when it is done").first
    bell.click()
    choice = page.get_by_role("dialog", name="Tell me when it is done")
    notification, sound = (
        choice.get_by_label(way) for way in ("notification", "sound")
    )
    expect(sound).not_to_be_checked()
    notification.check()
    window.screenshot("bell")
    sound.check()
    page.keyboard.press("Escape")
    expect(choice).to_be_hidden()
    expect(bell).to_be_focused()
    page.wait_for_function("noted.tones === 2")
    assert page.evaluate("noted") == {"asked": 0, "told": [], "tones": 2}
    page.evaluate(AWAY, True)
    window.execute("job.dismiss()\n" + RUN % ([0.6] * 4))
    expect(page).to_have_title(re.compile(r"^\(done\)"))
    page.wait_for_function("noted.told.length > 0 && noted.tones > 2")
    found = page.evaluate("noted")
    assert found == {"asked": 0, "told": ["Echo: done"], "tones": 4}
    expect(bell).to_be_focused()
    # Remembered by the browser; a job that had ended before is nothing new.
    window.reload()
    page.evaluate(NOTE)
    page.evaluate(AWAY, True)
    expect(page.locator(".ogcw-job-word").nth(1)).to_have_text("Successful")
    window.execute("ended, panel.job = job, None\npanel.job = ended")
    expect(page.locator(".ogcw-job-word").nth(1)).to_have_text("Successful")
    assert not page.title().startswith("(")
    assert page.evaluate("noted.told") == []
    name = "Tell me when it is done, by a notification and a sound"
    expect(page.get_by_role("button", name=name).first).to_be_visible()


def test_batch_is_one_thing_and_its_code_comes_below(
    lab_page: LabPage, lab_server: Lab
) -> None:
    jobs = [{"message": "x", "pauses": [0.5] * n} for n in (1, 8, 8)]
    url = lab_server.url
    lab_page.show(
        f"import ogc_widgets as ogc\nclient = ogc.Client({url!r})", width=1080
    )
    page = lab_page.page
    # From the begin on: nobody knows how soon the jobs are over.
    page.evaluate(AWAY, True)
    lab_page.start_cell(
        f"batch = client.execute_many('echo', {jobs!r}, title='Lakes')\n"
        "ogc.BatchPanel(batch)"
    )
    expect(page).to_have_title(re.compile(r"^\((33|66) %\) test"))
    expect(page).to_have_title(re.compile(r"^\(done\) test"))
    page.evaluate(AWAY, False)
    lab_page.screenshot("batch-told")
    page.locator(".ogcw-batch-foot").get_by_text("insert as a cell").click()
    expect(page.get_by_text("inserted below")).to_be_visible()
    sources = "[...jupyterapp.shell.currentWidget.content.model.cells]"
    below = page.evaluate(f"{sources}[2].sharedModel.source")
    assert "client.execute_many(" in below
