"""An App in JupyterLab is whole at every width, whatever it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from app_screen import AppScreen
from playwright.sync_api import expect
from test_widths import WIDTHS

if TYPE_CHECKING:
    from lab_window import LabPage

    from ogc_widgets.lab import Lab

APP = "import ogc_widgets as ogc\napp = ogc.App({url!r}, 'water-bodies')\napp"
FILL = """app.form.inputs = {{
    "aoi": "-121.399,39.834,-120.74,40.472", "stac_items": {scenes!r}
}}"""

# Elements with words of their own that do not fit in, except what scrolls and what is
# cut on purpose and tells the whole when it is pointed at.
CUT = """() => {
  const scrolls = "pre, code, textarea, input, select, option, .leaflet-container, "
    + ".ogcw-visually-hidden, .ogcw-spoken";
  const tells = (e) => e.closest("[title]")?.title.includes(e.textContent.trim());
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  return [...document.querySelectorAll(".ogcw-app *")]
    .filter((e) => own(e) && !e.closest(scrolls) && !tells(e) && e.checkVisibility())
    .filter((e) => {
      if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline")
        return true;
      // What hangs out of a box that hides what hangs out.
      const box = e.getBoundingClientRect();
      if (box.width <= 1) return false;
      for (let p = e.parentElement; !p.matches(".ogcw-app"); p = p.parentElement) {
        const style = getComputedStyle(p);
        if (style.display === "contents") continue; // it is no box
        if (/auto|scroll/.test(style.overflowX)) return false;
        if (style.overflowX === "visible") continue;
        if (box.right > p.getBoundingClientRect().right + 1) return true;
      }
      return false;
    })
    .map((e) => `${e.className || e.tagName}: ${e.textContent.slice(0, 60)}`);
}"""


def cut(screen: AppScreen, state: str) -> list[str]:
    """What is cut at each of the widths."""
    found = screen.app.evaluate(
        f"""async (app, widths) => {{
          const cut = {CUT};
          const found = [];
          for (const width of widths) {{
            app.style.width = `${{width}}px`;
            // What observes sizes has had its turns.
            for (const _ of "123") await new Promise(requestAnimationFrame);
            found.push(...cut().map((words) => `${{width}} px: ${{words}}`));
          }}
          app.style.width = "";
          return found;
        }}""",
        WIDTHS,
    )
    return [f"{state}, {one}" for one in found]


@pytest.mark.timeout(300)
def test_no_words_are_cut_when_the_notebook_has_any_width(
    lab_page: LabPage, lab_server: Lab
) -> None:
    lab_page.show(APP.format(url=lab_server.url), width=1420)
    screen = AppScreen(lab_page)
    app = screen.app
    expect(screen.area).to_be_visible()
    found = cut(screen, "idle")

    screen.button("Run").click()
    expect(app.locator(".ogcw-runbar [role=status]")).to_contain_text("problem")
    found += cut(screen, "invalid")

    lab_page.execute("app.form.inputs = {'aoi': '-121.399,39.834,-120.74,40.472'}")
    app.get_by_role("button", name="Search a STAC catalogue").click()
    expect(app.locator(".ogcw-search li").first).to_be_visible(timeout=60_000)
    found += cut(screen, "search")
    app.get_by_role("button", name="Back to the form").click()

    lab_page.execute(FILL.format(scenes=lab_server.scenes[:1]))
    screen.press_run()
    screen.wait_for_job("running")
    found += cut(screen, "running")
    screen.wait_for_job("successful")
    expect(screen.rows).to_have_count(1)
    found += cut(screen, "results")

    app.locator(".ogcw-header-server").click()
    expect(app.locator(".ogcw-server")).to_be_visible()
    for tab in ("JSON", "Code", "Jobs"):
        screen.button(tab).click()
        found += cut(screen, tab)
        if tab == "JSON":
            app.locator(".ogcw-header-server").click()  # it was open until now
    screen.button("Form").click()

    lab_page.execute(f"app.form.inputs |= {{'stac_items': ['{lab_server.url}/no']}}")
    screen.press_run()
    screen.wait_for_job("failed")
    found += cut(screen, "failed")
    assert found == []
