"""A web server of a few lines that gives parts of the files in a folder.

Run as a program with the folder, it prints its address and serves until its input is
closed.
"""

from __future__ import annotations

import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from own_process import served_by

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class _Parts(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(has_body=False)

    def do_GET(self) -> None:
        self._answer(has_body=True)

    def _answer(self, *, has_body: bool) -> None:
        path = Path(sys.argv[1]) / Path(self.path.partition("?")[0]).name
        if not path.is_file():
            self.send_error(404)
            return
        size = path.stat().st_size
        first, last = 0, size - 1
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes="):
            start, _, end = asked.removeprefix("bytes=").partition("-")
            first, last = int(start), min(int(end or last), last)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        else:
            self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        if has_body:
            with path.open("rb") as file:
                file.seek(first)
                self.wfile.write(file.read(last - first + 1))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def ranges(folder: Path) -> AbstractContextManager[str]:
    """Serve a folder in a process of its own; the address is given."""
    return served_by(__file__, str(folder))


if __name__ == "__main__":
    web = ThreadingHTTPServer(("127.0.0.1", 0), _Parts)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{web.server_port}", flush=True)
    sys.stdin.read()
