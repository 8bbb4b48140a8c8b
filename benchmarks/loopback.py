"""A server of a few lines that answers at once, so that only the client's time counts.

Run as a program it prints its address and serves until its input is closed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from own_process import served_by

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_CREATED = "2026-03-01T12:00:00Z"


def _link(rel: str, path: str) -> dict[str, str]:
    return {"rel": rel, "href": path, "type": "application/json", "title": rel}


def _summary(number: int) -> dict[str, Any]:
    return {
        "id": f"process-{number}",
        "title": f"Process number {number}",
        "description": "Finds water bodies with the normalised difference water index.",
        "version": "1.4.1",
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": [_link("self", f"/processes/process-{number}")],
    }


def _input(number: int) -> dict[str, Any]:
    return {
        "title": f"Input {number}",
        "description": "A value that the process needs to do its work.",
        "schema": {"type": "string", "maxLength": 100, "default": "a"},
        "minOccurs": 1,
        "maxOccurs": 1,
    }


def _status(number: int = 0, word: str = "running") -> dict[str, Any]:
    return {
        "jobID": f"job-{number}",
        "processID": "process-0",
        "type": "process",
        "status": word,
        "message": "Step 3 of 7",
        "progress": 42,
        "created": _CREATED,
        "started": _CREATED,
        "updated": _CREATED,
        "links": [_link("self", f"/jobs/job-{number}")],
    }


def documents(inputs: dict[str, Any] | None = None) -> dict[str, tuple[int, Any]]:
    """Method and path to status code and document.

    Args:
        inputs: Those of the process; a few texts if left out.
    """
    relations = ("conformance", "processes", "job-list")
    paths = ("/conformance", "/processes", "/jobs")
    landing = {
        "title": "Loopback",
        "links": [_link(rel, path) for rel, path in zip(relations, paths, strict=True)],
    }
    process = {
        **_summary(0),
        "inputs": inputs or {f"input{n}": _input(n) for n in range(8)},
        "outputs": {"stac": {"title": "Catalogue", "schema": {"type": "object"}}},
    }
    processes = {"processes": [_summary(n) for n in range(50)], "links": []}
    jobs = {"jobs": [_status(n) for n in range(20)], "links": []}
    core = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core"
    results = {"stac": {"value": {"type": "FeatureCollection", "features": []}}}
    return {
        "GET /": (200, landing),
        "GET /conformance": (200, {"conformsTo": [core]}),
        "GET /processes": (200, processes),
        "GET /processes/process-0": (200, process),
        "POST /processes/process-0/execution": (201, _status()),
        "GET /jobs": (200, jobs),
        "GET /jobs/job-0": (200, _status()),
        "GET /jobs/job-1": (200, _status(1, "successful")),
        "GET /jobs/job-1/results": (200, results),
    }


class _Loopback(asyncio.Protocol):
    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            method, target, _ = head.split(b" ", 2)
            key = method + b" " + target.partition(b"?")[0]
            self._transport.write(self._answers.get(key, self._answers[b""]))


def _answer(code: int, document: object, location: str = "") -> bytes:
    body = json.dumps(document).encode()
    moved = f"Location: {location}\r\n" if location else ""
    head = (
        f"HTTP/1.1 {code} OK\r\nContent-Type: application/json\r\n{moved}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _serve(inputs: dict[str, Any] | None) -> None:
    answers = {
        key.encode(): _answer(code, document, "/jobs/job-0" if code == 201 else "")
        for key, (code, document) in documents(inputs).items()
    }
    answers[b""] = _answer(404, {"title": "NoSuch", "status": 404})
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Loopback(answers), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)


def loopback(inputs: dict[str, Any] | None = None) -> AbstractContextManager[str]:
    """Serve in a process of its own; the address is given.

    Args:
        inputs: As for :func:`documents`.
    """
    return served_by(__file__, *([json.dumps(inputs)] if inputs else []))


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(sys.argv[1]) if sys.argv[1:] else None))
