"""The form in real JupyterLab: page and kernel agree, the notebook stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from lab_window import LabPage

CELL = """
import ipywidgets
import ogc_widgets as ogc
from ogc_widgets.form.fields.registry import register_field

@register_field(format="colour")
def colour(field):
    return ipywidgets.Text(description="hue")

form = ogc.ProcessForm({
    "id": "demo", "version": "1", "inputs": {
        "aoi": {"title": "Area", "schema": {"type": "string"}},
        "name": {"title": "Name", "schema": {"type": "string", "maxLength": 20}},
        "fast": {"title": "Fast", "schema": {"type": "boolean"}},
        "count": {"title": "Count", "schema": {"type": "integer", "maximum": 9}},
        "bands": {"title": "Bands", "schema": {
            "type": "array", "items": {"type": "string"}}},
        "tint": {"title": "Tint", "schema": {"type": "string", "format": "colour"}},
        "token": {"title": "Token", "schema": {"type": "string", "format": "password"}},
        "half\\ud800": {"title": "Half", "schema": {"enum": ["a\\ud800", "a\\udfff"]}},
    }})
form
"""


def test_page_and_kernel_agree_when_the_form_is_filled_by_hand(
    lab_page: LabPage, canary: str
) -> None:
    lab_page.show(CELL, width=520)
    page = lab_page.page
    form = lab_page.output().locator(".ogcw-f")
    form.get_by_label("Name").click()
    page.keyboard.type("a name that is typed quickly", delay=0)
    lab_page.wait_python("form.inputs.get('name') == 'a name that is typed quickly'")
    form.get_by_label("Count").fill("12")
    form.get_by_label("Count").press("Tab")
    expect(form.get_by_label("Count")).to_have_attribute("aria-invalid", "true")

    # "b", "x" and "d" are commands of the notebook wherever no text can be typed.
    cells = page.locator(".jp-Cell").count()
    form.get_by_role("radio", name="Yes").focus()
    page.keyboard.press("Space")
    for key in ("b", "a", "x", "d", "d"):
        page.keyboard.press(key)
    assert lab_page.wait_python("form.inputs.get('fast') is True")
    assert page.locator(".jp-Cell").count() == cells

    form.get_by_label("add a band").click()
    page.keyboard.type("green")
    page.keyboard.press("Enter")
    page.keyboard.type("nir")
    lab_page.wait_python("form.inputs.get('bands') == ['green', 'nir']")
    tint = form.locator(".ogcw-f-block", has=page.locator(".widget-text"))
    expect(tint).to_contain_text("not set")
    form.locator(".widget-text input").fill("red")
    form.locator(".widget-text input").press("Tab")
    lab_page.wait_python("form.inputs.get('tint') == 'red'")
    form.get_by_role("textbox", name="Token").fill(canary)
    form.get_by_role("textbox", name="Token").press("Tab")
    assert lab_page.wait_python(f"form.inputs.get('token') == {canary!r}")

    # Half of a character: no kernel can say it, and what is chosen is what is sent.
    form.get_by_role("radio", name="a\ufffd").last.focus()
    page.keyboard.press("Space")
    assert lab_page.wait_python(r"form.inputs.get('half\ud800') == 'a\udfff'")

    lab_page.execute("form.inputs['name'] = 'from Python'")
    expect(form.get_by_label("Name")).to_have_value("from Python")
    lab_page.execute("form.focus('aoi')")
    expect(form.get_by_role("textbox", name="Area")).to_be_focused()
    lab_page.screenshot("form-jupyterlab", of=form)

    lab_page.reload()
    form = lab_page.output().locator(".ogcw-f")
    expect(form.get_by_label("Name")).to_have_value("from Python")
    expect(form.get_by_label("Count")).to_have_value("12")
    expect(form.get_by_label("Count")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("radio", name="Yes")).to_be_checked()
    expect(form.get_by_role("radio", name="a\ufffd").last).to_be_checked()
    expect(form.locator(".ogcw-f-chip")).to_have_text(["green×", "nir×"])
    assert lab_page.wait_python("form.last_error is None")
