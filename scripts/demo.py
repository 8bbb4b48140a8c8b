"""Start JupyterLab on a copy of the tour notebook, and say where it is.

    .venv/bin/python scripts/demo.py

Reads PORT (default 8888, or the next free one) and BASE_URL (default /). The notebooks
are copied to the folder demo/notebooks, so that nobody's own version is overwritten by
an update, and nobody's trials end up in the repository.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

if TYPE_CHECKING:
    from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "demo"
TOUR = "notebooks/01-water-bodies.ipynb"


def main() -> int:
    """Run JupyterLab until Ctrl+C."""
    port, wished = os.environ.get("PORT", ""), True
    if not port:
        port, wished = "8888", False
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return fail(f"PORT={port} is not a port: use a number from 1 to 65535.")
    if wished and not is_free(int(port)):
        return fail(f"Port {port} is in use: choose another with make demo PORT=...")
    copy_notebooks()
    with tempfile.TemporaryDirectory(prefix="ogcw-demo-") as runtime:
        log = ROOT / "demo" / "jupyterlab.log"
        with log.open("w", encoding="utf-8") as output:
            process = start(int(port), Path(runtime), output.fileno())
        signal.signal(signal.SIGTERM, interrupt)
        try:
            url = wait_until_up(process, Path(runtime))
            if url is None:
                print(log.read_text(encoding="utf-8")[-3000:], file=sys.stderr)
                return fail(f"JupyterLab did not start; its messages are in {log}")
            tell(url)
            return process.wait()
        except KeyboardInterrupt:
            say("Stopping JupyterLab and its kernels")
            return 0
        finally:
            stop(process)


def copy_notebooks() -> None:
    """Bring the copies up to date, except those that their owner has changed."""
    source, target = ROOT / "notebooks", DEMO / "notebooks"
    target.mkdir(parents=True, exist_ok=True)
    note = DEMO / ".copied.json"
    copied = json.loads(note.read_text()) if note.exists() else {}
    for path in sorted(source.rglob("*")):
        name = str(path.relative_to(source))
        if not path.is_file() or ".ipynb_checkpoints" in name:
            continue
        copy = target / name
        if copy.exists() and digest(copy) != copied.get(name):
            if digest(copy) != digest(path):
                say(f"demo/notebooks/{name} has your changes and stays as it is")
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        copied[name] = digest(path)
    note.write_text(json.dumps(copied, indent=1))


def digest(path: Path) -> str:
    """What tells one version of a file from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_free(port: int) -> bool:
    """Whether a server can listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def start(port: int, runtime: Path, output: int) -> subprocess.Popen[bytes]:
    """Start JupyterLab in a process group of its own, so that we end it, not Ctrl+C."""
    config = ROOT / "scripts" / "jupyter"
    path = [str(config), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    base_url = f"/{os.environ.get('BASE_URL', '').strip('/')}/".replace("//", "/")
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(path),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.base_url": base_url,
        "ServerApp.root_dir": DEMO,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab"]
        + [f"--{name}={value}" for name, value in options.items()],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=DEMO,
        start_new_session=True,
    )


def wait_until_up(process: subprocess.Popen[bytes], runtime: Path) -> str | None:
    """The address of the tour, with the token, as soon as JupyterLab answers."""
    info = runtime / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server = json.loads(info.read_text(encoding="utf-8"))
            with urlopen(f"{server['url']}api", timeout=5):
                return f"{server['url']}lab/tree/{TOUR}?token={server['token']}"
        except (OSError, ValueError, URLError):
            time.sleep(0.2)
    return None


def tell(url: str) -> None:
    """Say where JupyterLab is and how to end it; open it where there is a screen."""
    say("JupyterLab is running. Open this address in your browser:")
    print(f"\n    {url}\n", flush=True)
    say("Then: Run > Run All Cells. Your copy of the notebook is in demo/notebooks.")
    say("To stop: Ctrl+C here.")
    screen = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if screen and sys.stdout.isatty():
        webbrowser.open(url)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End JupyterLab; it ends its kernels, and they the lab server."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """End as after Ctrl+C when asked to by another program."""
    raise KeyboardInterrupt


def fail(text: str) -> int:
    """One sentence, and the exit code for it."""
    print(text, file=sys.stderr)
    return 1


def say(text: str) -> None:
    """One line of what is being done."""
    print(f"==> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
