"""The command ``ogc-widgets``: ``lab --port 8080``, and ``lab-token FILE NAME``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ogc_widgets import __version__
from ogc_widgets.errors import OgcError
from ogc_widgets.lab.settings import TOKEN_VARIABLE, Settings, check_extra, options
from ogc_widgets.lab.token_file import give_tokens

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    import uvicorn

    from ogc_widgets.lab.server.requests import LabServer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    chosen = vars(_parser().parse_args(arguments))
    try:
        if chosen.pop("command") == "lab-token":
            for name, token in give_tokens(**chosen).items():
                _print(f"{name}: {token}")
            return 0
        check_extra()
        if chosen.get("token") == "-":
            chosen["token"] = sys.stdin.readline().strip()
        elif token := chosen.pop("token", os.environ.get(TOKEN_VARIABLE, "")):
            Settings.checked(**chosen, token=token)
            _start_again(
                [f"{_option(name)}={value}" for name, value in chosen.items()], token
            )
        _serve(Settings.checked(**chosen))
    except OgcError as error:
        print(f"ogc-widgets: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _start_again(chosen: list[str], token: str) -> None:
    """Become the same command without the token in its environment or arguments.

    Jobs can read both of any process of this user (proc(5)), whatever the process has
    done to its own copy since.
    """
    reading, writing = os.pipe()
    os.write(writing, token.encode())
    os.close(writing)
    os.dup2(reading, 0)
    environment = {k: v for k, v in os.environ.items() if k != TOKEN_VARIABLE}
    line = [sys.executable, "-m", f"{__package__}.cli", "lab", *chosen, "--token=-"]
    os.execve(sys.executable, line, environment)  # noqa: S606 - this very command


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _parser() -> argparse.ArgumentParser:
    from platformdirs import user_data_path

    parser = argparse.ArgumentParser(
        prog="ogc-widgets", description="ogc_widgets tools"
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    lab = commands.add_parser(
        "lab",
        help="start the lab server",
        description="Start an OGC API - Processes server on this machine.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    for name, (kind, words) in options().items():
        lab.add_argument(_option(name), type=kind, help=words)
    # For the others there is none, or the help says it in words.
    folder = user_data_path("ogc_widgets") / "lab"
    lab.set_defaults(port=8080, host="127.0.0.1", data=folder, tenant="acme")
    token = commands.add_parser(
        "lab-token",
        help="give people tokens for a lab server (lab --tokens FILE)",
        description="Print a new token for each name, once; FILE keeps their hashes.",
    )
    token.add_argument(
        "path", type=Path, metavar="FILE", help="made if it is not there"
    )
    token.add_argument("names", nargs="+", metavar="NAME", help="whose token")
    return parser


def _serve(settings: Settings) -> None:
    from ogc_widgets.lab.server.app import serve

    serve(settings, _say_ready)


def _say_ready(lab: LabServer, _server: uvicorn.Server) -> None:
    settings = lab.settings
    processes = ", ".join(record.id for record in lab.processes.all())
    waiting = len(lab.jobs.unfinished())
    lines = [
        f"Lab server:  {settings.local_url}",
        f"STAC API:    {settings.local_url}/stac",
        f"Processes:   {processes}",
        f"Jobs:        {settings.workers} side by side; {waiting} waiting",
        f"Engine:      {settings.runner[0] if settings.runner else settings.engine}",
        f"Data folder: {settings.data}",
        "Stop it with Ctrl+C.",
    ]
    if settings.url:
        lines.insert(1, f"Outside:     {settings.url}{settings.api_path}")
    if settings.is_protected:
        ways = ["the token"] * bool(settings.token)
        ways += [f"a token of {settings.oidc}"] * bool(settings.oidc)
        ways += [f"a token in {settings.tokens}"] * bool(settings.tokens)
        lines.insert(-1, f"Protected:   needs {' or '.join(ways)}")
    if not settings.is_loopback:
        who = "who has a token for it" if settings.is_protected else "who can reach it"
        lines.append(
            f"Warning: everybody {who} can run programs on this machine. Use it in a "
            "closed network only, behind a web server that speaks https."
        )
    _print(*lines)

    def scenes(future: asyncio.Future[list[Path]]) -> None:
        if not future.cancelled() and (error := future.exception()):
            _print(f"The example scenes could not be made: {error}")

    lab.scenes.add_done_callback(scenes)


def _print(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    sys.exit(main())
