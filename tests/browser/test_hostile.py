"""Texts that want to be more than text, in every place of the views that shows some."""

from __future__ import annotations

import itertools
import os

import deploy_states
import form_states
import job_table_states
import panel_states
import pytest
import sign_in_states
from hostile_texts import TEXTS
from view_page import show_view

from ogc_widgets.app.head_and_foot import HeaderView
from ogc_widgets.deploy import DeployPanel
from ogc_widgets.form.form import ProcessForm
from ogc_widgets.panel import JobPanel, JobTable, ServerCard, SignIn

# What no server can set to any text: it chooses how a thing is drawn.
CHOICES = {
    "kind", "tone", "tab", "type", "sequence", "source", "busy", "key", "created",
    "input_mode", "number", "left_s", "key_style", "step",
    "href",  # judged by Python, which gives the page none but web addresses
}  # fmt: skip

CARD = {
    "title": "x", "url": "x", "is_reading": False, "error": "x", "markdown": "x",
    "sections": [
        {"heading": "x", "facts": [{"label": "x", "text": "x", "seen": "x"}]}
    ],
}  # fmt: skip
HEADER = {
    "title": "x", "description": "x", "server": "x", "card": "",
    "can_deploy": True, "facts": ["x"], "process_id": "x",
    "processes": [{"id": "x", "title": "x"}], "processes_note": "x", "loading": False,
    "tab": "form", "offer": {"text": "x", "take": "x", "leave": "x"},
    "batch_offer": {"text": "x", "take": "x", "leave": "x"},
}  # fmt: skip
VIEWS = {
    "panel": (JobPanel, panel_states.traits("failed")),
    "table": (JobTable, job_table_states.traits("jobs")),
    "card": (ServerCard, {"state": CARD}),
    "sign-in": (SignIn, sign_in_states.traits("code to type")),
    "deploy": (DeployPanel, deploy_states.traits("looked")),
    "form": (ProcessForm, form_states.traits(form_states.ALL_KINDS)),
    "header": (HeaderView, HEADER),
}

# What none of our scripts makes.
FOREIGN = """() => window.__xss !== undefined || document.querySelectorAll(
  '#view :is(script, iframe, object, img, video, math, mjx-container, link, template,'
  + ' body), #view :is([onerror], [onload], [onfocus], [ontoggle], [onbegin]),'
  + ' #view :is(a[href^="javascript" i], a[href^="data" i])').length > 0"""

# Each place shows another text in each round; `make soak` does all rounds.
ROUNDS = len(TEXTS) if os.environ.get("OGCW_SOAK") else 2


def filled(value, texts, key=""):
    """The same with the next text in every place where a server may have its say."""
    if key in CHOICES:
        return value
    if isinstance(value, str):
        return next(texts)
    if isinstance(value, list):
        return [filled(one, texts) for one in value]
    if isinstance(value, dict):
        return {name: filled(one, texts, name) for name, one in value.items()}
    return value


@pytest.mark.parametrize("name", VIEWS)
def test_no_script_runs_when_texts_are_hostile(page, name):
    view, traits = VIEWS[name]
    dialogs = []

    def note(dialog):
        dialogs.append(dialog)
        dialog.dismiss()

    page.on("dialog", note)
    show_view(page, view, traits)
    for first in range(ROUNDS):
        texts = itertools.cycle(TEXTS[7 * first % len(TEXTS) :] + TEXTS)
        changes = filled(traits, texts)
        if "state" in changes:
            changes["state"]["sequence"] = first + 2
        page.evaluate("changes => model.put(changes)", changes)
        assert not page.evaluate(FOREIGN)
    page.wait_for_timeout(50)  # what a broken picture does, it does a moment later
    page.remove_listener("dialog", note)
    assert not page.evaluate(FOREIGN)
    assert dialogs == []
    assert "window.__xss" in page.locator("#view").inner_text()
