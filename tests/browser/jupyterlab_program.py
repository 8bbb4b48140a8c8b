"""A real JupyterLab in folders of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from ports import free_port
from real_servers import ENDS_WITH_US

ROOT = Path(__file__).resolve().parents[2]
FORKED_KERNELS = [sys.executable, str(Path(__file__).with_name("forked_kernels.py"))]


class JupyterLab:
    """One JupyterLab under one base URL, in folders of its own.

    With ``forks`` its kernels begin with everything loaded; see ``forked_kernels.py``.
    """

    def __init__(self, folder: Path, base_url: str, *, forks: bool = False) -> None:
        self.base_url = base_url
        self.root = folder / "notebooks"
        self.root.mkdir(parents=True)
        self.token = secrets.token_hex(16)
        self._log = (folder / "jupyterlab.log").open("w+b")
        self.runtime = folder / "runtime"
        environment = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            # The same settings as `make demo`: no news, no look for updates.
            "JUPYTER_CONFIG_PATH": str(ROOT / "scripts" / "jupyter"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_PATH": str(folder / "kernels"),  # before all others
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
        }
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": free_port(),
            "ServerApp.base_url": base_url,
            "ServerApp.root_dir": self.root,
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "IdentityProvider.token": self.token,
            # Tests give commands to the application by window.jupyterapp.
            "LabApp.expose_app_in_browser": True,
            "LabApp.workspaces_dir": folder / "workspaces",
            "LabApp.user_settings_dir": folder / "settings",
        }
        kernels = self._forked_kernels(folder, environment) if forks else []
        command = [sys.executable, "-m", "jupyter", "lab"]
        command += [f"--{name}={value}" for name, value in options.items()]
        self._process = self._started(command, environment)
        self._processes = [self._process, *kernels]
        self.url = self._wait_until_up()
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"token {self.token}"},
            timeout=120,
        )

    def _forked_kernels(
        self, folder: Path, environment: dict[str, str]
    ) -> list[subprocess.Popen[bytes]]:
        address = str(folder / "kernels.socket")
        line = [*FORKED_KERNELS, "start", address, "{connection_file}"]
        spec = {"argv": line, "display_name": "Python 3", "language": "python"}
        described = folder / "kernels" / "kernels" / "python3" / "kernel.json"
        described.parent.mkdir(parents=True)
        described.write_text(json.dumps(spec))
        return [self._started([*FORKED_KERNELS, "serve", address], environment)]

    def _started(
        self, command: list[str], environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*ENDS_WITH_US, *command],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=self.root,
        )

    def _wait_until_up(self) -> str:
        """The address that the server gives itself, when it answers there."""
        info = self.runtime / f"jpserver-{self._process.pid}.json"
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError, ValueError, httpx.HTTPError):
                url = json.loads(info.read_text())["url"]
                httpx.get(f"{url}api", timeout=5).raise_for_status()
                return str(url)
            time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log}")

    @property
    def log(self) -> str:
        return Path(self._log.name).read_text(errors="replace")

    def sessions(self) -> list[dict[str, Any]]:
        return self._http.get("api/sessions").raise_for_status().json()

    def shut_down_kernels(self) -> None:
        for session in self.sessions():
            self._http.delete(f"api/sessions/{session['id']}")

    def close(self) -> None:
        with contextlib.suppress(httpx.HTTPError):
            self.shut_down_kernels()
        self._http.close()
        for process in self._processes:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()
