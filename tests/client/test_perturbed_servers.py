"""The whole loop with servers whose every document may be wrong."""

from __future__ import annotations

import contextlib
import json
import random
import time
import warnings

import pytest
from perturb import perturbed
from replay import replay

from ogc_widgets.client import Client
from ogc_widgets.errors import OgcError, OgcWarning
from ogc_widgets.protocol import watching

# What runs, and whether it can answer at once.
SERVERS = {
    "zoo-kernel-2026-07": ("slowjob", {"seconds": 6}, False),
    "weaver-2026-08": ("remote-slow", {"seconds": [5]}, False),
    "pygeoapi-0.24-tinydb": ("slow", {"seconds": 4}, True),
}
SEEDS = range(8)
LONGEST_S = 200.0


class Perturbed:
    """Says what another server says, with things changed in it."""

    def __init__(self, behave, seed, share):
        self.behave = behave
        self.random = random.Random(seed)
        self.share = share

    def __call__(self, connection, received):
        said = self.behave(connection, received)
        if said is None:
            return None
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


def steps(client, process_id, inputs, *, is_at_once):
    """Everything that a user can do, one after the other."""
    jobs = []
    yield client.landing_page
    yield client.capabilities
    yield client.processes
    yield lambda: client.process(process_id)
    yield lambda: jobs.extend(client.jobs(5))
    yield lambda: jobs.extend(client.jobs(5, status="failed", text="x"))
    yield lambda: jobs.append(client.execute(process_id, inputs))
    if is_at_once:
        yield lambda: jobs.append(client.execute(process_id, inputs, mode="sync"))
    for job in jobs[-3:]:
        yield lambda job=job: job.wait(0.5)
        yield lambda job=job: [log.text() for log in job.logs()]
        yield job.results
        yield lambda job=job: job.output("result")
        yield job.request
        yield job.dismiss
    yield lambda: str(client.server_card())


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_errors_are_ours_and_nothing_hangs_when_documents_are_wrong(
    monkeypatch, name, share, seed
):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.01)
    delays = "ogc_widgets.client.results.results_reader.RESULT_DELAYS_S"
    monkeypatch.setattr(delays, (0.01,))
    process_id, inputs, is_at_once = SERVERS[name]
    started = time.monotonic()
    with (
        replay(name) as server,
        Client(server.url, timeout_s=10) as client,
        warnings.catch_warnings(),
    ):
        server.behave = Perturbed(server.behave, seed, share)
        warnings.simplefilter("ignore", OgcWarning)
        for step in steps(client, process_id, inputs, is_at_once=is_at_once):
            with contextlib.suppress(OgcError):
                step()
    assert time.monotonic() - started < LONGEST_S
    assert len(server.received) < 500
