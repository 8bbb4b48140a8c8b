"""Draw every state of the deploy panel to pictures, to look at them.

Run ``python tests/browser/gallery_deploy.py FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import deploy_states
from gallery_panel import _draw
from playwright.sync_api import sync_playwright
from view_page import CHROMIUM, CHROMIUM_ARGS

from ogc_widgets.deploy import DeployPanel


def draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    states = {name: deploy_states.traits(name) for name in deploy_states.STATES}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGS
        )
        page = browser.new_page()
        for theme in ("light", "dark"):
            for width in (1100, 700):
                name = folder / f"deploy-{theme}-{width}"
                _draw(page, DeployPanel, states, 4, name)
        browser.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
