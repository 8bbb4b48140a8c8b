"""Plain HTTP calls on a lab server, by a client that knows nothing of the package."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ASYNC = {"Prefer": "respond-async"}
PACKAGES = Path(__file__).parent / "packages"


class Api:
    """Plain HTTP calls on one lab server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(timeout=60)

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(self.url + path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.http.post(self.url + path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.http.put(self.url + path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.http.delete(self.url + path, **options)

    def deploy(self, name: str) -> httpx.Response:
        """Deploy one of the packages beside the tests, in the place of an older one."""
        text = (PACKAGES / name).read_bytes()
        answer = self.post(
            "/processes", content=text, headers={"Content-Type": "application/cwl+yaml"}
        )
        assert answer.status_code in {201, 409}, answer.text
        return answer

    def start(self, process_id: str, inputs: dict[str, Any], **body: Any) -> str:
        """Start a job and return its path."""
        answer = self.post(
            f"/processes/{process_id}/execution",
            json={"inputs": inputs, **body},
            headers=ASYNC,
        )
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"].removeprefix(self.url)

    def follow(
        self,
        job: str,
        until: Callable[[dict[str, Any]], bool] | None = None,
        timeout_s: float = 180,
    ) -> list[dict[str, Any]]:
        """Ask for the status until it is as wanted (or finished); return all seen."""
        seen: list[dict[str, Any]] = []
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            answer = self.get(job)
            assert answer.status_code == 200, answer.text
            status = answer.json()
            if not seen or status != seen[-1]:
                seen.append(status)
            finished = status["status"] in {"successful", "failed", "dismissed"}
            if until is not None and until(status):
                return seen
            if finished:
                assert until is None, f"ended before it was as wanted: {status}"
                return seen
            time.sleep(0.02)
        pytest.fail(f"not as wanted after {timeout_s} s: {seen[-1]}")

    def run(self, process_id: str, inputs: dict[str, Any], **body: Any) -> str:
        """Run a job that has to succeed and return its path."""
        job = self.start(process_id, inputs, **body)
        last = self.follow(job)[-1]
        assert last["status"] == "successful", last
        return job


def own_seconds(at_least: float) -> float:
    """A length of sleep by which a test knows its own on this machine."""
    return round(at_least + random.SystemRandom().random(), 4)


def sleepers(seconds: object) -> list[int]:
    """The processes ``sleep SECONDS`` that are alive on this machine."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if (process.info["cmdline"] or [])[-2:] == ["sleep", str(seconds)]
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]
