from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from ogc_widgets.app import App

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.lab import Lab

AOI = "-121.2,39.9,-121.1,40"


@pytest.fixture(autouse=True)
def _nothing_is_left_open() -> Iterator[None]:
    """A socket that a test leaves open fails this test, not one that runs later."""
    yield
    gc.collect()


@pytest.fixture
def app(lab_server: Lab) -> Iterator[App]:
    """An app on water-bodies of the real lab server, as it comes up."""
    app = App(lab_server.url, "water-bodies")
    yield app
    app.close()


@pytest.fixture
def filled(app: App, lab_server: Lab) -> App:
    """The same with everything filled in that a run needs."""
    app.form.inputs = {"aoi": AOI, "stac_items": lab_server.scenes[:1]}
    return app
