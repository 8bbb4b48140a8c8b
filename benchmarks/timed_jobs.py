"""A server whose jobs take as long as their input says, and that counts what it gets.

Run as a program it prints its address and serves until its input is closed. It answers
at once and runs whatever it is sent, so that its own limit is known: the time of the
jobs. ``GET /seen`` says what it has seen.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from own_process import served_by

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_PROCESS = {
    "id": "wait",
    "version": "1.0.0",
    "jobControlOptions": ["async-execute", "dismiss"],
    "inputs": {"seconds": {"schema": {"type": "number"}}},
    "outputs": {"done": {"schema": {"type": "string"}}},
}


class _Jobs:
    """The jobs by their numbers: when each ends."""

    def __init__(self) -> None:
        self._ends: list[float] = []
        self._sent: Counter[str] = Counter()
        self._most = 0
        self._asked = 0

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status code and document."""
        now = time.monotonic()
        if method == "POST":
            inputs = json.loads(body)["inputs"]
            self._sent[json.dumps(inputs, sort_keys=True)] += 1
            self._ends.append(now + inputs["seconds"])
            going = sum(end > now for end in self._ends[-500:])
            self._most = max(self._most, going)
            return 201, self._status(len(self._ends) - 1, now)
        if path.startswith("/jobs/"):
            self._asked += 1
            return 200, self._status(int(path.split("/")[2]), now)
        if path == "/seen":
            return 200, {
                "sent": sum(self._sent.values()),
                "different": len(self._sent),
                "most_at_once": self._most,
                "asked": self._asked,
            }
        documents = {"/": {"title": "Timed", "links": []}, "/processes/wait": _PROCESS}
        found = documents.get(path)
        return (404, {"title": "NoSuch"}) if found is None else (200, found)

    def _status(self, number: int, now: float) -> dict[str, Any]:
        word = "running" if self._ends[number] > now else "successful"
        return {
            "jobID": f"{number}",
            "processID": "wait",
            "type": "process",
            "status": word,
            "message": "Step 3 of 7",
            "links": [{"rel": "self", "href": f"/jobs/{number}"}],
        }


async def _talk(
    jobs: _Jobs, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            first, *lines = head.decode("latin-1").split("\r\n")
            method, target, _ = first.split(" ", 2)
            named = dict(line.lower().split(": ", 1) for line in lines if line)
            body = await reader.readexactly(int(named.get("content-length", 0)))
            code, document = jobs.answer(method, target.partition("?")[0], body)
            content = json.dumps(document).encode()
            moved = f"Location: /jobs/{document['jobID']}\r\n" if code == 201 else ""
            writer.write(
                f"HTTP/1.1 {code} OK\r\nContent-Type: application/json\r\n{moved}"
                f"Content-Length: {len(content)}\r\n\r\n".encode()
                + content
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _serve() -> None:
    jobs = _Jobs()
    server = await asyncio.start_server(
        lambda reader, writer: _talk(jobs, reader, writer), "127.0.0.1", 0
    )
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # whoever is still connected is not waited for


def timed_jobs() -> AbstractContextManager[str]:
    """Serve in a process of its own; the address is given."""
    return served_by(__file__)


if __name__ == "__main__":
    asyncio.run(_serve())
