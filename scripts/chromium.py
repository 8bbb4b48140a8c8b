"""Find a Chromium for the browser tests, or install one.

    python scripts/chromium.py            print the path, or fail
    python scripts/chromium.py --install  the same, but try to install one first

Looks at $CHROMIUM, then at the usual names on the path, then at Playwright's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The first has no window, and takes a fifth less of the processor.
PACKAGES = ("chromium-headless-shell", "chromium")
NAMES = (*PACKAGES, "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a Chromium that starts, or None."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    for name in NAMES:
        path = shutil.which(name)
        if path and _runs(path):
            return path
    return _of_playwright()


def _runs(path: str) -> bool:
    # Ubuntu's chromium-browser may be a script that only says how to install a snap.
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _of_playwright() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Install a Chromium: Debian's package as root, else Playwright's download."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _say("Installing Debian's Chromium (once)")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "update", "-qq"], environment)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        for package in PACKAGES:
            if find() is None:
                _run([*install, package], environment)
    if find() is None:
        _say("Installing Playwright's Chromium (once)")
        _run([sys.executable, "-m", "playwright", "install", "chromium"], None)


def _run(command: list[str], environment: dict[str, str] | None) -> None:
    try:
        subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            timeout=900,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _say(f"{command[0]} did not work: {error}")


def _say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Print the path of a Chromium; 1 if there is none."""
    path = find()
    if path is None and "--install" in sys.argv[1:]:
        install()
        path = find()
    if path is None:
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
