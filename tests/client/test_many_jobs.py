"""Two hundred jobs watched at once: four requests at a time, and no update is lost."""

from __future__ import annotations

import threading
import time

import pytest
from raw_server import RawServer, answer

from ogc_widgets.client import Client
from ogc_widgets.protocol import watching

COUNT = 200
# What each job goes through; the next is told with every answer.
STEPS = [
    ("accepted", None), ("running", 10), ("running", 20), ("running", 90),
    ("successful", None),
]  # fmt: skip


class Jobs:
    def __init__(self):
        self.lock = threading.Lock()
        self.told = {}

    def __call__(self, _connection, received):
        path = received.path.partition("?")[0]
        if path == "/api":
            return answer({"title": "Many", "links": []})
        job_id = path.rpartition("/")[2]
        time.sleep(0.005)  # long enough for requests to meet
        with self.lock:
            steps = self.told.setdefault(job_id, [])
            step = STEPS[min(len(steps), len(STEPS) - 1)]
            steps.append(step)
        status = {"jobID": job_id, "status": step[0], "processID": "p"}
        return answer(status | ({"progress": step[1]} if step[1] else {}))


@pytest.fixture
def server():
    jobs = Jobs()
    with RawServer(jobs) as server:
        yield server


def test_every_update_arrives_in_order_with_four_requests_at_a_time(
    server, monkeypatch
):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.2)
    seen = {f"j{number}": [] for number in range(COUNT)}
    ended = threading.Semaphore(0)

    def watcher(job_id):
        def look(view):
            status = view.status
            step = (status.word, status.progress)
            if not seen[job_id] or seen[job_id][-1] != step:
                seen[job_id].append(step)
            if view.is_final:
                ended.release()

        return look

    with Client(f"{server.origin}/api") as client:
        jobs = [client.job(job_id) for job_id in seen]
        for job in jobs:
            job.watch(watcher(job.id))
        for _ in range(COUNT):
            assert ended.acquire(timeout=120), "a job was not followed to its end"
        assert 2 <= server.most_in_flight <= 4
        assert all(steps == STEPS for steps in seen.values())
        # Nothing asks for a job that has ended.
        asked = len(server.received)
        assert not threading.Event().wait(0.5)
        assert len(server.received) == asked


def test_clients_of_one_server_share_the_four_requests(server, monkeypatch):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.05)
    clients = [Client(f"{server.origin}/api") for _ in range(5)]
    jobs = [
        client.job(f"{n}-{c}") for c, client in enumerate(clients) for n in range(8)
    ]
    for job in jobs:
        job.watch(lambda _view: None)
    for job in jobs:
        job.wait(60)
    assert server.most_in_flight <= 4
    for client in clients:
        client.close()
