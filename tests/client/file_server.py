"""A server with the results of one job, and files that are given part by part."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from raw_server import Received, answer, processes_server

import ogc_widgets as ogc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.client import Results

TOKEN = "only-for-this-server"


def part(data: bytes, received: Received) -> bytes:
    """A file, or the part of it that was asked for."""
    if received.headers.get("authorization") != f"Bearer {TOKEN}":
        return answer({"title": "Not for you"}, 401)
    asked = received.headers.get("range", "").removeprefix("bytes=")
    if not asked:
        return answer(body=data, headers={"Content-Type": "x/y"})
    start, _, end = asked.partition("-")
    first, last = int(start), min(int(end), len(data) - 1)
    place = {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
    return answer(status=206, body=data[first : last + 1], headers=place)


@contextmanager
def results_of(outputs: Any, **files: bytes) -> Iterator[tuple[Results, Any]]:
    """Results whose references are read with a token; and the server.

    Args:
        outputs: The outputs, or what makes them of the server's address.
        files: Path of a file below ``/api/`` to its bytes.
    """
    done = {"jobID": "1", "status": "successful", "processID": "p"}
    routes = {
        ("GET", f"/api/{name}"): lambda _, received, data=data: part(data, received)
        for name, data in files.items()
    }
    given: dict[str, Any] = {}
    routes |= {
        ("GET", "/api/processes/p"): lambda *_: answer(
            {"id": "p", "inputs": {}, "outputs": {key: {} for key in given}}
        ),
        ("GET", "/api/jobs/1"): lambda *_: answer(done),
        ("GET", "/api/jobs/1/results"): lambda *_: answer(given),
    }
    with processes_server(routes) as server:
        given.update(outputs(f"{server.origin}/api") if callable(outputs) else outputs)
        with ogc.Client(f"{server.origin}/api", auth=TOKEN) as client:
            yield client.job("1").results(), server
