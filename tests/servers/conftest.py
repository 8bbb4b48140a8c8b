"""Each server of the tests is started when its first test comes, and kept."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest
from real_servers import MissingServerError
from subjects import INVENTED, REAL, RECORDED, REPLAYED
from subjects import subject as start

from ogc_widgets.client import Client
from ogc_widgets.protocol import watching


@pytest.fixture(scope="session")
def started(tmp_path_factory, request):
    """A function: key -> the running server."""
    running = {}
    with ExitStack() as stack:

        def get(key):
            if key not in running:
                corpus = None
                if key in RECORDED:
                    corpus = request.getfixturevalue("corpus")
                folder = tmp_path_factory.mktemp(key)
                running[key] = stack.enter_context(start(key, folder, corpus))
            return running[key]

        yield get


@pytest.fixture(scope="session")
def outcomes():
    """What came of each verb in this run: key of the server -> verb -> words."""
    return {}


@pytest.fixture(scope="session")
def subjects_seen():
    """The servers that were up in this run, by their keys."""
    return {}


@pytest.fixture(params=[*REAL, *REPLAYED, *RECORDED, *INVENTED])
def subject(request, started, subjects_seen, monkeypatch):
    """One server after the other."""
    if request.param not in REAL:
        monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.02)
    try:
        subjects_seen[request.param] = started(request.param)
        return subjects_seen[request.param]
    except MissingServerError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture
def client(subject):
    with Client(subject.url) as client:
        yield client
