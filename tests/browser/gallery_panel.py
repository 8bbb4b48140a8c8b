"""Draw every state of the job panel and the job table to pictures, to look at them.

Run ``python tests/browser/gallery_panel.py FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import job_table_states
import panel_states
import sign_in_states
from playwright.sync_api import sync_playwright
from view_page import CHROMIUM, CHROMIUM_ARGS, show_view

from ogc_widgets.panel import JobPanel, JobTable, SignIn

if TYPE_CHECKING:
    from ogc_widgets.view.base import View

_ADD = """({all, width}) => {
  document.getElementById("view").remove();
  for (const [name, traits] of Object.entries(all)) {
    const title = Object.assign(document.createElement("h2"), { textContent: name });
    const place = document.createElement("div");
    place.style.width = `${width}px`;
    document.body.append(title, place);
    const { model } = window.show({ problem: "", ...traits }, place);
    model.put({ state: { ...traits.state, sequence: 2 } });
  }
}"""


def draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGS
        )
        page = browser.new_page()
        for theme in ("light", "dark"):
            for width in (1100, 700):
                name = f"{theme}-{width}"
                panels = {n: panel_states.traits(n) for n in panel_states.STATES}
                _draw(page, JobPanel, panels, 6, folder / f"panel-{name}")
                tables = {
                    n: job_table_states.traits(n) for n in job_table_states.STATES
                }
                _draw(page, JobTable, tables, 4, folder / f"table-{name}")
                boxes = {n: sign_in_states.traits(n) for n in sign_in_states.STATES}
                _draw(page, SignIn, boxes, 12, folder / f"signin-{name}")
                asking = {
                    f"{kind}, {n}": {**panel_states.traits(kind), **_box(n)}
                    for kind, n in (
                        ("sign-in", "token and password"),
                        ("sign-in", "not accepted"),
                        ("not-started", "code"),
                        ("sign-in", "code to type"),
                    )
                }
                _draw(page, JobPanel, asking, 4, folder / f"asking-{name}")
        browser.close()


def _box(name: str) -> dict[str, Any]:
    return {"sign_in": sign_in_states.traits(name)["sign_in"]}


def _draw(
    page: Any, view: type[View], every: dict[str, Any], count: int, stem: Path
) -> None:
    names = list(every)
    theme, width = stem.name.split("-")[1:]
    for number, start in enumerate(range(0, len(names), count)):
        chosen = {name: every[name] for name in names[start : start + count]}
        show_view(page, view, every[names[0]], width=int(width), theme=theme)
        page.evaluate(_ADD, {"all": chosen, "width": int(width)})
        page.wait_for_timeout(450)
        page.screenshot(
            path=stem.with_name(f"{stem.name}-{number}.png"), full_page=True
        )


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
