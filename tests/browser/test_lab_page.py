"""The tools of the browser tests themselves, on a real JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab_window import LabPage

SLIDER = "import ipywidgets as w\nslider = w.IntSlider(3)\nslider"


@pytest.mark.parametrize("base_url", ["/", "/user/someone/"])
def test_page_and_kernel_agree_when_a_widget_changes(lab_page: LabPage) -> None:
    lab_page.show(SLIDER, theme="dark", width=700)
    assert lab_page.output().bounding_box()["width"] == pytest.approx(700, abs=2)
    assert lab_page.python("slider.value") == 3
    lab_page.execute("slider.value = 44")
    lab_page.page.locator(".widget-readout", has_text="44").wait_for()
    lab_page.start_cell("x = 1 + 1\nx")
    assert lab_page.wait_python("globals().get('x')") == 2
    lab_page.reload()
    lab_page.page.locator(".widget-readout", has_text="44").wait_for()
    assert lab_page.page.locator(".Toastify__toast").count() == 0
    assert not lab_page.hosts
    lab_page.screenshot(f"lab-page-{len(lab_page.lab.base_url)}")
    assert lab_page.save().cells[1].source == "x = 1 + 1\nx"


def test_network_is_refused_in_the_kernel_when_a_cell_tries(lab_page: LabPage) -> None:
    lab_page.show("import sys\nguarded = 'network_guard' in sys.modules")
    assert lab_page.python("guarded") is True
