"""The whole loop with servers whose every document may be wrong."""

from __future__ import annotations

import contextlib
import json
import random
import time
import warnings

import pytest
from perturb import perturbed
from raw_server import RawServer
from replay_server import Pygeoapi, Zoo

from ogc_widgets.api import watching
from ogc_widgets.client import Client
from ogc_widgets.errors import OgcError, OgcWarning

pytestmark = pytest.mark.corpus

SEEDS = range(12)
LONGEST_S = 60.0


class Perturbed:
    """Says what another server says, with things changed in it."""

    def __init__(self, dialect, seed, share):
        self.dialect = dialect
        self.random = random.Random(seed)
        self.share = share
        self.base = dialect.base

    def __call__(self, connection, received):
        # Pages may be asked for with anything that was in a link.
        received.headers.setdefault("accept", "application/json")
        said = self.dialect(connection, received)
        head, _, body = said.partition(b"\r\n\r\n")
        if self.random.random() > self.share:
            return said
        try:
            document = json.loads(body)
        except ValueError:
            return said
        body = json.dumps(perturbed(document, self.random)).encode()
        lines = [one for one in head.split(b"\r\n")
                 if not one.lower().startswith(b"content-length")]  # fmt: skip
        lines.append(b"Content-Length: %d" % len(body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + body


def steps(client, process_id):
    """Everything that a user can do, one after the other."""
    jobs = []
    yield client.landing_page
    yield client.capabilities
    yield client.processes
    yield lambda: client.process(process_id)
    yield lambda: jobs.extend(client.jobs(5))
    yield lambda: jobs.extend(client.jobs(5, status="failed", text="x"))
    yield lambda: jobs.append(client.execute(process_id, {"a": 1}))
    if process_id == Pygeoapi.process_id:  # the other one has no such mode
        yield lambda: jobs.append(client.execute(process_id, {"a": 1}, mode="sync"))
    for job in jobs[-3:]:
        yield lambda job=job: job.wait(0.5)
        yield lambda job=job: [log.text() for log in job.logs()]
        yield job.results
        yield lambda job=job: job.output("stac_catalog")
        yield job.request
        yield job.dismiss
    yield lambda: str(client.server_card())


@pytest.mark.parametrize("dialect", [Zoo, Pygeoapi])
@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_errors_are_ours_and_nothing_hangs_when_documents_are_wrong(
    corpus, monkeypatch, dialect, share, seed
):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.01)
    delays = "ogc_widgets.client.results_reader.RESULT_DELAYS_S"
    monkeypatch.setattr(delays, (0.01,))
    behave = Perturbed(dialect(corpus), seed, share)
    started = time.monotonic()
    with (
        RawServer(behave) as server,
        Client(server.origin + behave.base, timeout_s=10) as client,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", OgcWarning)
        for step in steps(client, dialect.process_id):
            with contextlib.suppress(OgcError):
                step()
    assert time.monotonic() - started < LONGEST_S
    assert len(server.received) < 500
