"""A server that spoils some of its answers after the work was done, for soak.py."""

from __future__ import annotations

import random
import re
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / n) for n in ("client", "servers"))]

from dialects import Dialect  # noqa: E402 # found by the line above, as all of these
from raw_server import answer, drop, reset, shorten  # noqa: E402
from scripted_server import ScriptedServer  # noqa: E402

import ogc_widgets as ogc  # noqa: E402
from ogc_widgets.client import recent_jobs  # noqa: E402

_FILE_BYTES = 1_000_000
# Servers forget old jobs. With lists that only grow, memory would grow with the work.
_KEPT = 60


def _slow(whole: bytes) -> Any:
    def fault(*_: object) -> bytes:
        time.sleep(2)
        return whole

    return fault


def _say(**members: Any) -> Any:
    return lambda _whole: lambda *_: answer(**members)


def _instead(body: bytes, kind: str = "application/json") -> Any:
    """Another body under the same status and Location."""

    def fault(whole: bytes) -> Any:
        head = whole.partition(b"\r\n\r\n")[0]
        head = re.sub(rb"(?m)^Content-(Type|Length):[^\r]*\r?\n?", b"", head).strip()
        said = f"\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        return lambda *_: head + said.encode() + body

    return fault


FAULTS: dict[str, Any] = {
    "reset": lambda _: reset,
    "drop": lambda _: drop,
    "cut": lambda whole: shorten(whole, min(len(whole) - 1, 5)),
    "slow": _slow,
    "500": _say(status=500, document={"title": "Broken"}),
    "502": _say(status=502, body=b"upstream"),
    "page": _instead(b"<!doctype html><p>Hello", "text/html"),
    "list": _instead(b'[1, "two", null]'),
    "number": _instead(b'{"progress": ' + b"9" * 401 + b"}"),
}
BUSY = answer(status=503, headers={"Retry-After": "1"})


class Faulty:
    """A scripted server; some of its answers are spoilt after the work was done."""

    def __init__(self, share: float, paging: str, looks: int = 5) -> None:
        self.server: Any = ScriptedServer(Dialect(name="soak", paging=paging))
        self.share = share
        self.looks = looks
        self.spoilt: Counter[str] = Counter()
        self.forgotten: set[str] = set()
        self._answer = self.server.behave
        self.server.behave = self._behave

    def _behave(self, connection: Any, received: Any) -> Any:
        if len(received.body) < int(received.headers.get("content-length", 0)):
            received.method = ""
            return None  # whoever sent it was killed on the way
        self._forget()
        fault = random.choice([*FAULTS, "busy"]) if random.random() < self.share else ""
        self.spoilt[fault] += 1
        if fault == "busy":
            return BUSY  # and nothing was done
        parts = received.path.partition("?")[0].strip("/").split("/")
        if parts[0] == "files":
            said = answer(body=content_of(parts[1]), headers={"ETag": f'"{parts[1]}"'})
        else:
            said = self._answer(connection, received)
        if parts[-1] == "execution" and self.server.jobs:
            next(reversed(self.server.jobs.values())).looks = self.looks
        if parts[-1] == "results" and b" 200 " in said[:16]:
            href = f"{self.server.origin}/files/{parts[1]}/said.bin"
            said = answer({"said": {"href": href, "type": "application/octet-stream"}})
        if fault and not (parts[0] == "files" and fault in {"list", "number"}):
            # These would be files as good as any.
            return FAULTS[fault](said)(connection, received)
        return self._in_pieces(connection, said) if parts[0] == "files" else said

    def _forget(self) -> None:
        for old in list(self.server.jobs)[:-_KEPT]:
            self.forgotten.add(old)
            self.server.jobs.pop(old, None)

    @property
    def accepted(self) -> set[str]:
        """The ids of all jobs that were ever accepted."""
        return self.forgotten | set(self.server.jobs)

    def _in_pieces(self, connection: Any, said: bytes) -> None:
        """Send a file in half a second, so that a kill hits it on the way."""
        step = len(said) // 10 + 1
        for start in range(0, len(said), step):
            connection.sendall(said[start : start + step])
            time.sleep(0.05)

    def sent_twice(self) -> int:
        """How many executions came more than once: each has a word of its own."""
        words = Counter(
            received.body
            for received in self.server.requests("POST")
            if received.path.endswith("/execution")
        )
        return sum(count - 1 for count in words.values())

    def lost(self) -> tuple[int, int]:
        """Jobs unknown to history and list, and those that only the list knows."""
        self.share = 0.0
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            noted = recent_jobs(10**6)
        known = {one.job_id for one in noted if one.job_id}
        open_ = sum(one.state in {"sending", "unknown"} for one in noted)
        with ogc.Client(self.server.url) as client:
            listed = {job.id for job in client.iter_jobs()}
        only_listed = self.accepted - known
        # The history has to say of each that something was sent.
        hidden = max(0, len(only_listed) - open_)
        missing = (only_listed & set(self.server.jobs)) - listed
        return len(missing) + hidden, len(only_listed)


def content_of(job_id: str) -> bytes:
    """The file of a job, in which every part says whose it is."""
    return (job_id.encode() * (_FILE_BYTES // len(job_id) + 1))[:_FILE_BYTES]


def is_whole(path: Path) -> bool:
    """Whether a file is one that the server has, from its first byte to its last."""
    found = path.read_bytes()
    return found == content_of(found[:36].decode("latin-1"))
