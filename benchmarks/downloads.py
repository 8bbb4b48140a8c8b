"""Twelve files of 20 MB from this machine: how fast, and how much memory that takes.

``python benchmarks/downloads.py`` prints one line.
"""

from __future__ import annotations

import http.server
import resource
import tempfile
import threading
import time
from typing import Final

from ogc_widgets.client import Client, Results
from ogc_widgets.protocol.answers.results import ResultsDocument

FILES: Final = 12
SIZE: Final = 20_000_000
_PIECE: Final = bytes(range(250)) * 400


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file of the size that all have, piece by piece."""
        self.send_response(200)
        self.send_header("Content-Length", str(SIZE))
        self.send_header("ETag", f'"{self.path}"')
        self.end_headers()
        for _ in range(SIZE // len(_PIECE)):
            self.wfile.write(_PIECE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Download the files, and print seconds, speed and what memory it took."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    assets = {f"f{n}": {"href": f"{url}/f{n}.tif"} for n in range(FILES)}
    item = {"type": "Feature", "id": "i", "properties": {}, "assets": assets}
    with tempfile.TemporaryDirectory() as folder, Client(url) as client:
        results = Results(client.aio.connection, ResultsDocument({}, [item]))
        results.download(folder, assets=["f0"])  # loads what is needed
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        paths = results.download(folder)
        seconds = time.perf_counter() - start
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        sizes = {path.stat().st_size for path in paths}
    server.shutdown()
    assert (len(paths), sizes) == (FILES, {SIZE})
    speed = FILES * SIZE / seconds / 1e6
    print(f"{FILES} files of {SIZE / 1e6:.0f} MB: {seconds:.2f} s, {speed:.0f} MB/s, "
          f"{grown / 1024:.1f} MiB more memory")  # fmt: skip


if __name__ == "__main__":
    main()
