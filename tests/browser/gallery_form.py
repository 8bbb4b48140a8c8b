"""Draw the form in many states to PNG files, for people to look at.

Run: ``python tests/browser/gallery_form.py FOLDER [DESCRIPTION ...]``; with process
descriptions (JSON files) it draws the forms of these instead.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from form_states import (
    ALL_KINDS,
    FILLED,
    WATER_BODIES,
    WATER_DRAFTS,
    field,
    state_of,
    traits,
)
from playwright.sync_api import sync_playwright
from view_page import CHROMIUM, CHROMIUM_ARGS, show_view

from ogc_widgets.form.form import ProcessForm

LONG = "A very long title that goes on and on about what this input is for " * 6
STATES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "water": (
        traits(
            WATER_BODIES,
            drafts=WATER_DRAFTS,
            shown_errors={"epsg": "Must look like EPSG:4326."},
        ),
        {"width": 489},
    ),
    "water-dark": (
        traits(
            WATER_BODIES,
            drafts=WATER_DRAFTS,
            shown_errors={"epsg": "Must look like EPSG:4326."},
        ),
        {"width": 489, "theme": "dark"},
    ),
    "water-empty": (
        traits(
            WATER_BODIES, shown_errors={"aoi": "Required.", "stac_items": "Required."}
        ),
        {"width": 489},
    ),
    "all-empty": (traits(ALL_KINDS), {"width": 480}),
    "all-filled": (traits(ALL_KINDS, drafts=FILLED), {"width": 480}),
    "all-filled-dark": (
        traits(ALL_KINDS, drafts=FILLED),
        {"width": 480, "theme": "dark"},
    ),
    "all-faulty": (
        traits(
            ALL_KINDS,
            drafts=FILLED,
            shown_errors={
                **{spec["key"]: "This cannot be sent." for spec in ALL_KINDS[:22]},
                "years/1": "Must be a whole number.",
                "options/inner/flag": "Must be yes.",
                "point/1": "Must be a number.",
                "bands/1": "Must be one of green, red.",
                "tags/year": "Too long.",
                "features/href": "Must be a web address.",
            },
        ),
        {"width": 480},
    ),
    "all-narrow": (traits(ALL_KINDS, drafts=FILLED), {"width": 320}),
    "all-wide": (traits(ALL_KINDS, drafts=FILLED), {"width": 900}),
    "long": (
        traits(
            [
                field("text", "a", label=LONG, description=LONG * 3, required=True),
                field("text", "b", label="Right to left: \u05e9\u05dc\u05d5\u05dd"),
                field(
                    "choice",
                    "c",
                    label="Choice",
                    options=[LONG, "short"],
                    hint="pick one",
                    required=True,
                ),
                field("text", "d", label="Large", required=True),
                field(
                    "list",
                    "e",
                    label="Long list of addresses",
                    required=True,
                    item=field("text", "", input_mode="url"),
                ),
                field("text", "f", label="<img src=x onerror=alert(1)>"),
            ],
            drafts={
                "a": LONG,
                "d": "x" * 500_000,
                "e": [f"https://example.org/items/{n}" for n in range(130)],
            },
            shown_errors={"a": LONG, "e/2": "No answer from this address."},
        ),
        {"width": 480},
    ),
}


def of_description(path: Path) -> dict[str, Any]:
    """The traits of the form of a process description."""
    form = ProcessForm(json.loads(path.read_text(encoding="utf-8")))
    return {**traits(form.spec), **state_of(form)}


def main(folder: Path, *paths: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGS
        )
        page = browser.new_page(reduced_motion="reduce")
        page.on("pageerror", lambda error: print("ERROR", error))  # noqa: T201 # a tool
        descriptions = {
            path.stem: (of_description(path), {"width": 489}) for path in paths
        }
        for name, (state, options) in (descriptions or STATES).items():
            show_view(page, ProcessForm, state, **options)
            page.screenshot(path=folder / f"{name}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
