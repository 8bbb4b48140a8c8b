"""Clients of the lab server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lab_api import Api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ogc_widgets.lab import Lab


@pytest.fixture
def connect() -> Iterator[Callable[[str], Api]]:
    """Make clients of servers that a test starts itself."""
    made: list[Api] = []

    def make(url: str) -> Api:
        made.append(Api(url))
        return made[-1]

    yield make
    for api in made:
        api.close()


@pytest.fixture
def api(lab_server: Lab, connect: Callable[[str], Api]) -> Api:
    """A client of the lab server that all tests share."""
    return connect(lab_server.url)
