"""The command ``ogc-widgets``: ``ogc-widgets lab --port 8080``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import OgcError
from ogc_widgets.lab.options import TOKEN_VARIABLE, check_extra, checked

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    import uvicorn

    from ogc_widgets.lab.server.context import Lab
    from ogc_widgets.lab.server.settings import Settings


_TOKEN_PIPE = "OGC_LAB_TOKEN_PIPE"  # noqa: S105 - a name, not a secret


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    chosen = vars(_parser().parse_args(arguments))
    chosen.pop("command")
    try:
        check_extra()
        if token := _token_from_pipe():
            chosen["token"] = token
        elif token := chosen.pop("token", os.environ.get(TOKEN_VARIABLE, "")):
            checked(**chosen, token=token)
            _start_again(chosen, token)
        _serve(checked(**chosen))
    except OgcError as error:
        print(f"ogc-widgets: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _start_again(chosen: dict[str, Any], token: str) -> None:
    """Become the same command without the token in its environment or arguments.

    Jobs can read both of any process of this user (proc(5)), whatever the process has
    done to its own copy since.
    """
    reading, writing = os.pipe()
    os.write(writing, token.encode())
    os.close(writing)
    os.set_inheritable(reading, True)  # noqa: FBT003 - takes it by position only
    environment = {**os.environ, _TOKEN_PIPE: str(reading)}
    environment.pop(TOKEN_VARIABLE, None)
    line = [sys.executable, "-m", f"{__package__}.cli", "lab"]
    for name, value in chosen.items():
        line += [f"--{name}={value}"]
    os.execve(sys.executable, line, environment)  # noqa: S606 - this very command


def _token_from_pipe() -> str:
    descriptor = os.environ.pop(_TOKEN_PIPE, "")
    if not descriptor:
        return ""
    with os.fdopen(int(descriptor), encoding="utf-8") as pipe:
        return pipe.read()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ogc-widgets", description="ogc_widgets tools"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    lab = commands.add_parser(
        "lab",
        help="start the lab server",
        description="Start an OGC API - Processes server on this machine.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    number: dict[str, Any] = {"type": int}
    folder: dict[str, Any] = {"type": Path, "default": _data_folder()}
    for name, words, more in (
        ("port", "TCP port; 0 for a free one", {**number, "default": 8080}),
        ("host", "address to listen on", {"default": "127.0.0.1"}),
        (
            "data",
            "folder for processes and jobs; they are there again next time",
            folder,
        ),
        (
            "workers",
            "jobs that run side by side (default: the number of cores)",
            number,
        ),
        (
            "runner",
            "command that runs a package, in front of --outdir DIR PACKAGE INPUTS; "
            "{logs} in it is a folder for logs (default: the embedded cwltool)",
            {},
        ),
        ("tenant", "first part of every address", {"default": "acme"}),
        (
            "token",
            "secret that clients send as bearer token; others on this machine may see "
            f"a command line, and shells keep it, so rather set {TOKEN_VARIABLE}",
            {},
        ),
        (
            "oidc",
            "OpenID Connect issuer whose access tokens clients send",
            {"metavar": "ISSUER"},
        ),
        ("audience", "what these tokens must be meant for (default: anything)", {}),
    ):
        lab.add_argument(f"--{name}", help=words, **more)
    return parser


def _data_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("ogc_widgets") / "lab"


def _serve(chosen: dict[str, Any]) -> None:
    from ogc_widgets.lab.server.serve import serve
    from ogc_widgets.lab.server.settings import Settings

    serve(Settings.of(chosen), _say_ready)


def _say_ready(settings: Settings, lab: Lab, _server: uvicorn.Server) -> None:
    processes = ", ".join(record.id for record in lab.processes.all())
    waiting = len(lab.jobs.unfinished())
    lines = [
        f"Lab server:  {settings.url}",
        f"STAC API:    {settings.url}/stac",
        f"Processes:   {processes}",
        f"Jobs:        {settings.workers} side by side; {waiting} waiting",
        f"Data folder: {settings.data}",
        "Stop it with Ctrl+C.",
    ]
    if settings.is_protected:
        ways = ["the token"] * bool(settings.token)
        ways += [f"a token of {settings.oidc}"] * bool(settings.oidc)
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
