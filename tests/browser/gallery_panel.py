"""Draw every state of the job panel to pictures, to look at them.

Run ``python tests/browser/gallery_panel.py FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from panel_states import STATES, traits
from playwright.sync_api import sync_playwright
from view_page import CHROMIUM, CHROMIUM_ARGS, show_view

from ogc_widgets.panel import JobPanel

_ADD = """({names, all, width}) => {
  document.getElementById("view").remove();
  for (const name of names) {
    const title = Object.assign(document.createElement("h2"), { textContent: name });
    const place = document.createElement("div");
    place.style.width = `${width}px`;
    document.body.append(title, place);
    const { model } = window.show({ problem: "", ...all[name] }, place);
    model.put({ state: { ...all[name].state, sequence: 2 } });
  }
}"""
PER_PICTURE = 6


def draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = list(STATES)
    everything = {name: traits(name) for name in names}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGS
        )
        page = browser.new_page()
        for theme in ("light", "dark"):
            for width in (1100, 700):
                for start in range(0, len(names), PER_PICTURE):
                    show_view(page, JobPanel, traits("idle"), width=width, theme=theme)
                    chosen = names[start : start + PER_PICTURE]
                    page.evaluate(
                        _ADD, {"names": chosen, "all": everything, "width": width}
                    )
                    page.wait_for_timeout(450)
                    picture = f"panel-{theme}-{width}-{start // PER_PICTURE}.png"
                    page.screenshot(path=folder / picture, full_page=True)
        browser.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
