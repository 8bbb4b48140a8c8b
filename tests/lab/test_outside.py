"""A lab behind a web server that speaks for it, below a path of its own."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import ogc_widgets as ogc
from ogc_widgets.errors import InputError
from ogc_widgets.lab import lab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AREA = "-121.1,40.0,-121.0,40.1"


class Front(ThreadingHTTPServer):
    """Hands on what comes below ``/x``, as nginx's ``proxy_pass`` does.

    Attributes:
        url: Its address, with that path.
        behind: Address of the server behind; set before the first request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/x"
        self.behind = ""

    def handle_error(self, *_: Any) -> None:
        """A client has gone away."""


class _Handler(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"

    def _hand_on(self) -> None:
        if not self.path.startswith("/x/"):
            self.send_error(404)
            return
        length = int(self.headers.get("Content-Length", "0"))
        answer = httpx.request(
            self.command,
            self.server.behind + self.path.removeprefix("/x"),
            headers={**self.headers, "Accept-Encoding": "identity"},
            content=self.rfile.read(length),
            timeout=120,
        )
        self.send_response_only(answer.status_code)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._hand_on
        raise AttributeError(name)

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@contextmanager
def fronting() -> Iterator[Front]:
    with Front() as front:
        thread = threading.Thread(target=front.serve_forever)
        thread.start()
        try:
            yield front
        finally:
            front.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    """A lab behind a web server."""
    with fronting() as front, lab(url=front.url) as server:
        front.behind = server.url.removesuffix("/acme/ogc-api")
        yield front


def test_whole_loop_goes_through_the_web_server_in_front(
    front: Front, tmp_path: Path
) -> None:
    with ogc.Client(f"{front.url}/acme/ogc-api") as client:
        inputs = client.process("water-bodies").inputs
        items = inputs["stac_items"].schema["examples"][0]
        assert all(item.startswith(f"{front.url}/acme/scenes/") for item in items)
        job = client.execute(
            "water-bodies", {"stac_items": items[:1], "aoi": AREA}, mode="async"
        )
        assert job.url.startswith(f"{front.url}/acme/ogc-api/jobs/")
        # The steps have read the scene through it as well.
        assert job.wait(120).status.status == "successful"
        assert any(path.suffix == ".tif" for path in job.results().download(tmp_path))
        documents = [
            *("", "/api", "/processes?limit=1", "/jobs?limit=1", "/stac"),
            *("/stac/search?limit=1", f"/jobs/{job.id}", f"/jobs/{job.id}/results"),
            f"/jobs/{job.id}/files/",
        ]
        for path in documents:
            text = httpx.get(client.url + path, timeout=60, follow_redirects=True).text
            assert front.url in text, path
            assert front.behind not in text, path


def test_redirects_lead_to_the_address_outside(front: Front) -> None:
    for path, end in (("/", "/acme/ogc-api/"), ("/acme/ogc-api/jobs/", "/jobs")):
        answer = httpx.get(front.url + path, timeout=60)
        assert answer.is_redirect
        location = answer.headers["Location"]
        assert location.startswith(front.url)
        assert location.endswith(end)


def test_name_outside_is_known_and_no_other() -> None:
    with lab(url="https://lab.example.org/") as server:

        def ask(host: str, **headers: str) -> httpx.Response:
            return httpx.post(
                f"{server.url}/processes/echo/execution",
                json={"inputs": {"message": "a"}},
                headers={"Host": host, "Prefer": "respond-async", **headers},
                timeout=60,
            )

        answer = ask("lab.example.org", Origin="https://lab.example.org")
        assert answer.status_code == 201, answer.text
        begin = "https://lab.example.org/acme/ogc-api/jobs/"
        assert answer.headers["Location"].startswith(begin)
        # Whatever is said of the way here.
        answer = ask("127.0.0.1", **{"X-Forwarded-Host": "evil", "Forwarded": "host=e"})
        assert answer.headers["Location"].startswith(begin)
        assert ask("other.example.org").status_code == 421
        foreign = ask("lab.example.org", Origin="https://other.example.org")
        assert foreign.status_code == 403


@pytest.mark.parametrize(
    "url", ["lab.example.org", "ftp://lab.example.org", "https://lab.example.org/?a=b"]
)
def test_address_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="https address"):
        lab(url=url)
