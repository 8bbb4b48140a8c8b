"""The cell that made an app is run again: what was typed can be taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
import pytest
from ipywidgets.widgets import widget as ipywidgets_widget

import ogc_widgets as ogc

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.lab import Lab

AOI = "-121.2,39.9,-121.1,40"


@pytest.fixture
def run_cell(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Pretend that the code below is in a new run of a cell."""
    count = 0

    class Kernel:
        parent: Any = None

        def get_parent(self) -> Any:
            return self.parent or {}

    class Shell:
        kernel = Kernel()

    import IPython

    monkeypatch.setattr(IPython, "get_ipython", Shell)

    def run(cell: str) -> None:
        nonlocal count
        count += 1
        Kernel.parent = {
            "header": {"msg_id": f"run {count}"}, "metadata": {"cellId": cell}
        }  # fmt: skip

    return run


def press(app: ogc.App, *, take: bool) -> None:
    app.header._receive(None, {"type": "offer", "take": take}, None)


def is_open(app: ogc.App) -> bool:
    return app.comm is not None


def shown(server: Lab, process_id: str | None = "water-bodies") -> ogc.App:
    """What the code of a cell does: make an app and show it."""
    app = ogc.App(server.url, process_id)
    app._repr_mimebundle_()
    return app


def test_inputs_are_taken_over_by_one_press_when_the_cell_is_run_again(
    lab_server: Lab, run_cell: Callable[[str], None]
) -> None:
    run_cell("a")
    earlier = shown(lab_server)
    assert not earlier.header.offer
    earlier.map.bbox = [-121.2, 39.9, -121.1, 40]
    earlier.form._receive(None, {"type": "edit", "id": "epsg", "draft": "EPS"}, None)
    earlier.form.inputs["queue"] = "fast"
    earlier.form.outputs = ["stac_catalog"]
    run_cell("a")
    later = shown(lab_server)
    # Nothing by itself.
    assert later.header.offer
    assert later.map.bbox is None
    assert "queue" not in later.form.inputs
    press(later, take=True)
    assert not later.header.offer
    assert later.map.bbox == pytest.approx([-121.2, 39.9, -121.1, 40])
    assert later.form.drafts["epsg"] == "EPS"
    assert later.form.inputs["queue"] == "fast"
    assert later.form.outputs == {"stac_catalog": {}}
    later.close()


def test_offer_is_still_there_when_the_cell_is_run_twice_again(
    lab_server: Lab, run_cell: Callable[[str], None]
) -> None:
    run_cell("b")
    shown(lab_server).form.inputs["aoi"] = AOI
    for _ in range(2):
        run_cell("b")
        app = shown(lab_server)
    press(app, take=True)
    assert app.form.inputs["aoi"] == AOI
    run_cell("b")
    app = shown(lab_server)
    press(app, take=False)
    assert not app.header.offer
    assert "aoi" not in app.form.inputs
    app.close()


def test_nothing_is_offered_when_the_other_app_is_for_something_else(
    lab_server: Lab, run_cell: Callable[[str], None]
) -> None:
    run_cell("c")
    first = shown(lab_server)
    first.form.inputs["aoi"] = AOI
    run_cell("d")  # another cell
    second = shown(lab_server)
    run_cell("c")  # another process
    third = shown(lab_server, "echo")
    assert not second.header.offer
    assert not third.header.offer
    second.close()
    third.close()


def test_secrets_are_not_taken_over(lab_server: Lab) -> None:
    process = {
        "id": "p",
        "inputs": {
            "token": {"schema": {"type": "string", "format": "password"}},
            "name": {"schema": {"type": "string"}},
        },
    }
    earlier, later = ogc.ProcessForm(process), ogc.ProcessForm(process)
    earlier.inputs = {"token": "s3cret", "name": "x"}
    typed = earlier.sets.typed()
    assert "s3cret" not in repr(typed)
    later.sets.take_over(typed)
    assert later.inputs == {"name": "x"}


def test_earlier_app_is_closed_when_no_cell_shows_it_any_more(
    lab_server: Lab, run_cell: Callable[[str], None]
) -> None:
    run_cell("e")
    first = shown(lab_server)
    run_cell("f")
    first.map._repr_mimebundle_()  # a part of it, in another cell
    run_cell("e")
    second = shown(lab_server)
    assert is_open(first)
    run_cell("f")
    second._repr_mimebundle_()
    assert not is_open(first)
    assert is_open(second)
    second.close()


def test_earlier_app_stays_when_somebody_may_still_see_it(
    lab_server: Lab, run_cell: Callable[[str], None]
) -> None:
    run_cell("g")
    in_a_box, never_shown = shown(lab_server), ogc.App(lab_server.url)
    box = ipywidgets.HBox([in_a_box.form])
    run_cell("g")
    later = shown(lab_server)
    assert is_open(in_a_box)
    assert is_open(never_shown)
    box.close()
    for app in (in_a_box, never_shown, later):
        app.close()


def test_widgets_do_not_grow_when_a_cell_is_run_again_and_again(
    lab_server: Lab, run_cell: Callable[[str], None]
) -> None:
    counts = []
    for _ in range(4):
        run_cell("h")
        app = shown(lab_server)
        counts.append(len(ipywidgets_widget._instances))
    # What other tests left may go meanwhile.
    assert max(counts) == counts[0]
    app.close()
