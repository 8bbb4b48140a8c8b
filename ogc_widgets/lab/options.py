"""The options of a lab server, checked before one is started."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ogc_widgets.errors import InputError, MissingExtraError
from ogc_widgets.lab.server.settings import LOOPBACK_HOSTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TOKEN_VARIABLE = "OGC_LAB_TOKEN"  # noqa: S105 - a name, not a secret
NAMES = (
    *("port", "host", "data", "workers", "runner", "tenant"),
    *("token", "oidc", "audience"),
)
NEEDED = (
    "cwl2ogc",
    "cwltool",
    "numpy",
    "psutil",
    "rasterio",
    "skimage",
    "starlette",
    "uvicorn",
)
# What can stand in a header as a bearer token (RFC 6750), and nothing that a shell
# or a browser would change on the way.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")


def check_extra(names: Sequence[str] | None = None) -> None:
    """Make sure that the server's packages are there.

    Raises:
        MissingExtraError: Some are not.
    """
    if any(find_spec(name) is None for name in names or NEEDED):
        raise MissingExtraError("The lab server", "lab")


def check_names(unknown: Mapping[str, object]) -> None:
    """Refuse options that there are not.

    Raises:
        InputError: Names them, and those that there are.
    """
    if unknown:
        raise InputError(
            f"lab() has no option {', '.join(sorted(unknown))}.",
            advice=f"Its options: {', '.join(NAMES)}.",
        )


def checked(
    *,
    port: int,
    host: str,
    data: str | Path | None,
    tenant: str,
    workers: int | None = None,
    runner: str | Sequence[str] | None = None,
    token: str | None = None,
    oidc: str | None = None,
    audience: str | None = None,
) -> dict[str, Any]:
    """Check the options of a server and return them as JSON members.

    Raises:
        InputError: One of them is not usable.
        MissingExtraError: A package for one of them is not installed.
    """
    if not 0 <= port <= 65535:
        raise InputError(f"port is {port}; it must be between 0 and 65535.")
    if workers is not None and workers < 1:
        raise InputError(f"workers is {workers}; at least one is needed.")
    if not tenant or not tenant.replace("-", "").replace("_", "").isalnum():
        raise InputError(f"tenant is {tenant!r}; use letters, digits, '-' and '_'.")
    chosen: dict[str, Any] = {
        "port": port,
        "host": host,
        "tenant": tenant,
        "runner": _runner(runner),
        "temporary": data is None,
        **_protection(token, oidc, audience),
    }
    if data is not None:
        chosen["data"] = str(Path(data).expanduser().absolute())
    if workers is not None:
        chosen["workers"] = workers
    return chosen


def _runner(runner: str | Sequence[str] | None) -> list[str]:
    command = shlex.split(runner) if isinstance(runner, str) else list(runner or ())
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    if command and shutil.which(command[0], path=path) is None:
        raise InputError(
            f"The runner {command[0]!r} is not installed.",
            advice="Give a command that a shell would find, or leave the option out.",
        )
    return command


def _protection(
    token: str | None, oidc: str | None, audience: str | None
) -> dict[str, str]:
    if token is not None and not _TOKEN.fullmatch(token):
        # Not shown: it may be a good secret with one wrong character in it.
        raise InputError(
            "The token is empty or cannot be sent in a header.",
            safe="No server was started, so nothing is open.",
            advice="Use letters, digits and - . _ ~ + / = only.",
        )
    if oidc is not None:
        parts = urlsplit(oidc)
        local = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
        if not parts.hostname or not (parts.scheme == "https" or local):
            raise InputError(
                f"oidc is {oidc!r}; it must be the https address of an issuer.",
                advice="Only an issuer on this machine may be read over http: whoever "
                "can change its keys on the way can sign in.",
            )
        check_extra(["joserfc"])
    elif audience is not None:
        raise InputError("audience has a meaning only together with oidc.")
    return {"token": token or "", "oidc": oidc or "", "audience": audience or ""}
