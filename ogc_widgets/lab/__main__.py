"""``python -m ogc_widgets.lab``: the server as a child of a notebook kernel or script.

The first line of standard input holds the settings. It tells its parent on standard
output, as one line of JSON, where it is or why it cannot start. It ends when standard
input does: that is, when the parent is gone, however it ended.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from ogc_widgets.errors import OgcError
from ogc_widgets.lab.settings import Settings

if TYPE_CHECKING:
    import uvicorn

    from ogc_widgets.lab.server.requests import LabServer


def _say(**message: object) -> None:
    # Where the parent is gone, standard input will say so too.
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def _on_ready(lab: LabServer, server: uvicorn.Server) -> None:
    def leash() -> None:
        while os.read(0, 4096):
            pass
        server.should_exit = True  # it looks several times a second

    threading.Thread(target=leash, daemon=True).start()
    _say(url=lab.settings.local_url)


def main() -> int:
    """Serve until the parent is gone."""
    settings = Settings.from_json(sys.stdin.readline())
    # The stop button of a notebook interrupts the kernel's whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from ogc_widgets.lab.server.app import serve

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
    sys.exit(main())
