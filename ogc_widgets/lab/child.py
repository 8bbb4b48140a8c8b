"""The lab server as a child of a notebook kernel or script.

``python -m ogc_widgets.lab.child OPTIONS`` with the options as JSON. Tells its parent
on stdout, one JSON line each, that it is ready and which scenes there are. The first
line of standard input is the token, or empty; the server ends when standard input
does: that is, when the parent is gone, however it ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from ogc_widgets.errors import OgcError
from ogc_widgets.lab.server.serve import serve
from ogc_widgets.lab.server.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import uvicorn

    from ogc_widgets.lab.server.context import Lab


def _say(**message: object) -> None:
    # Where the parent is gone, standard input will say so too.
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def _on_ready(settings: Settings, lab: Lab, server: uvicorn.Server) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    def leash() -> None:
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop)

    def tell_scenes(future: asyncio.Future[list[Path]]) -> None:
        if future.cancelled():
            return
        if error := future.exception():
            _say(scenes_error=str(error))
            return
        base = settings.url.removesuffix(settings.api_path) + settings.scenes_path
        paths = future.result()
        _say(scenes=[f"{base}/{path.parent.name}/{path.name}" for path in paths])

    threading.Thread(target=leash, daemon=True).start()
    lab.scenes.add_done_callback(tell_scenes)
    _say(url=settings.url)


def main(argument: str) -> int:
    """Serve until the parent is gone."""
    token = sys.stdin.readline().strip()
    settings = Settings.of(json.loads(argument), token=token, ends_with=os.getppid())
    # The stop button of a notebook interrupts the kernel's whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serve(settings, _on_ready)
    except OgcError as error:
        _say(error=[error.what, error.safe, error.advice])
        return 1
    finally:
        if settings.temporary:
            shutil.rmtree(settings.data, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
