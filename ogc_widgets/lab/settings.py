"""The options of a lab server: each is said here once, and checked before it starts.

Arguments of ``lab()`` and options of the command are made of :class:`LabOptions`;
what goes to the server's own process is :class:`Settings`.
"""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import shutil
import sys
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    TypedDict,
    Unpack,
    get_args,
    get_type_hints,
)
from urllib.parse import urlsplit

from ogc_widgets.errors import InputError, MissingExtraError, need_count, need_number
from ogc_widgets.lab.token_file import read_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
TOKEN_VARIABLE = "OGC_LAB_TOKEN"  # noqa: S105 - a name, not a secret
NEEDED = (
    *("cwl2ogc", "cwltool", "numpy", "psutil", "rasterio", "starlette", "uvicorn"),
)
# What can stand in a header as a bearer token (RFC 6750), and nothing that a shell
# or a browser would change on the way.
_LIMITS = ("jobs_each", "waiting_each", "gb_each", "keep_days", "keep_gb")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")


def check_extra(names: Sequence[str] | None = None) -> None:
    """Make sure that the server's packages are there.

    Raises:
        MissingExtraError: Some are not.
    """
    if any(find_spec(name) is None for name in names or NEEDED):
        raise MissingExtraError("The lab server", "lab")


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0)) or 1
    except AttributeError:  # not every system can tell
        return os.cpu_count() or 1


class LabOptions(TypedDict, total=False):
    """The options as people write them, with their help; None is as if left out."""

    port: Annotated[int | None, "TCP port; 0 takes a free one"]
    host: Annotated[str | None, "address to listen on; only this machine by default"]
    data: Annotated[
        str | Path | None,
        "folder for processes and jobs; they are there again next time",
    ]
    workers: Annotated[
        int | None, "jobs that run side by side; by default the number of cores"
    ]
    runner: Annotated[
        str | list[str] | tuple[str, ...] | None,
        "command that runs a package in place of the embedded cwltool, such as "
        "'toil-cwl-runner --no-container'; it gets --outdir DIR PACKAGE INPUTS and "
        "prints the CWL output object; {logs} in it is a folder where it may keep one "
        "log for each step (--log-dir {logs})",
    ]
    engine: Annotated[
        str | None,
        "what runs the packages: cwltool and toil on this machine; slurm, kubernetes "
        "and calrissian on a cluster",
    ]
    engine_options: Annotated[
        str | list[str] | tuple[str, ...] | None,
        "more options for the command of the engine, in one text",
    ]
    tenant: Annotated[str | None, "first part of every address"]
    token: Annotated[
        str | None,
        "secret that clients send as bearer token; the landing page and the example "
        "scenes stay open. Others on this machine may see a command line, and shells "
        "keep it, so rather set OGC_LAB_TOKEN, or give '-' and send it to standard "
        "input",
    ]
    oidc: Annotated[
        str | None,
        "address of an OpenID Connect issuer, one of whose access tokens (a JWT) "
        "clients send; together with a token either will do",
    ]
    audience: Annotated[
        str | None, "what aud in these tokens must hold; anything by default"
    ]
    tokens: Annotated[
        str | Path | None,
        "file with a token for each person, made by 'ogc-widgets lab-token'; people "
        "see their own jobs only, and change what they have deployed",
    ]
    admins: Annotated[
        str | None,
        "people who see and may end everything, between commas: names in the file of "
        "tokens, or the sub of an issuer's",
    ]
    url: Annotated[
        str | None,
        "https address at which a web server in front hands on to this one; all links "
        "begin with it",
    ]
    jobs_each: Annotated[
        int | None,
        "jobs of one person that run side by side; the rest wait (0: any number)",
    ]
    waiting_each: Annotated[
        int | None, "jobs of one person that may wait; more are refused (0: any number)"
    ]
    gb_each: Annotated[
        float | None,
        "gigabytes that the jobs of one person may take; then more are refused (0: any "
        "number)",
    ]
    keep_days: Annotated[
        float | None, "days after their end after which jobs are removed (0: never)"
    ]
    keep_gb: Annotated[
        float | None,
        "gigabytes that all jobs may take: the oldest that have ended are removed, and "
        "where that does not help, new ones refused (0: any number)",
    ]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The options of one server, checked; :class:`LabOptions` says what each means.

    Attributes:
        temporary: The data folder is removed when the server ends.
        ends_with: Id of the process that the server ends with; None for none.
    """

    port: int = 0
    host: str = "127.0.0.1"
    data: Path = Path()
    workers: int = field(default_factory=lambda: _cores())
    runner: tuple[str, ...] = ()
    engine: str = "cwltool"
    engine_options: tuple[str, ...] = ()
    tenant: str = "acme"
    token: str = field(default="", repr=False)
    oidc: str = ""
    audience: str = ""
    tokens: str = ""
    admins: str = ""
    url: str = ""
    jobs_each: int = 0
    waiting_each: int = 0
    gb_each: float = 0
    keep_days: float = 0
    keep_gb: float = 0
    temporary: bool = False
    ends_with: int | None = None

    @classmethod
    def checked(cls, **options: Unpack[LabOptions]) -> Settings:
        """Return the settings of options as somebody wrote them; None is not given.

        Raises:
            InputError: One of them is not usable, or there is no such option.
            MissingExtraError: A package for one of them is not installed.
        """
        given: dict[str, Any] = {
            name: value for name, value in options.items() if value is not None
        }
        _check(given)
        for name in ("runner", "engine_options"):
            given[name] = _words(given.get(name))
        # Looked at here, so that what is missing is said before anything is started;
        # that cwltool is there has been checked with the rest.
        if (engine := given.get("engine") or cls.engine) != cls.engine:
            from ogc_widgets.lab.engines.by_name import engine_by_name

            engine_by_name(engine, given["engine_options"]).check()
        _check_command(given["runner"])
        if tokens := given.get("tokens"):
            given["tokens"] = str(Path(tokens).expanduser().absolute())
        return cls(
            **given
            | {
                "engine": engine,
                "data": Path(given.get("data", "")).expanduser().absolute(),
                "url": given.get("url", "").rstrip("/"),
                "temporary": "data" not in given,
            }
        )

    def to_json(self) -> str:
        """Return the settings as one line for another process."""
        return json.dumps({**asdict(self), "data": str(self.data)})

    @classmethod
    def from_json(cls, line: str) -> Settings:
        """Return the settings that another process has written."""
        members = json.loads(line)
        members["data"] = Path(members["data"])
        for name in ("runner", "engine_options"):
            members[name] = tuple(members[name])
        return cls(**members)

    @property
    def origin(self) -> str:
        """Scheme, name and port of the server, as this machine knows them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def local_url(self) -> str:
        """Address of the landing page, as this machine knows it."""
        return self.origin + self.api_path

    @property
    def api_path(self) -> str:
        """Path of the landing page."""
        return f"/{self.tenant}/ogc-api"

    @property
    def scenes_path(self) -> str:
        """Path of the example scenes."""
        return f"/{self.tenant}/scenes"

    @property
    def stac_path(self) -> str:
        """Path of the STAC API over the example scenes."""
        return f"{self.api_path}/stac"

    @property
    def metadata_path(self) -> str:
        """Path of the document that says where to sign in."""
        return f"/.well-known/oauth-protected-resource{self.api_path}"

    @property
    def is_protected(self) -> bool:
        """Whether a token is asked for."""
        return bool(self.token or self.has_people)

    @property
    def has_people(self) -> bool:
        """Whether a token says who somebody is, so that jobs belong to people."""
        return bool(self.tokens or self.oidc)

    def is_admin(self, person: str) -> bool:
        """Whether a person sees and may end everything."""
        return person in {name.strip() for name in self.admins.split(",")}

    @property
    def kept(self) -> str:
        """How long jobs are kept, in words; empty where they stay."""
        said = []
        if self.keep_days:
            said.append(f"Jobs are removed {self.keep_days:g} days after their end.")
        if self.keep_gb:
            size = f"{self.keep_gb:g} GB"
            said.append(f"The oldest are removed when all take more than {size}.")
        return " ".join(said)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK_HOSTS

    def is_open(self, path: str) -> bool:
        """Whether a path is for everybody: all are, unless the server is protected."""
        landing = {"/", self.api_path, f"{self.api_path}/", self.metadata_path}
        return not self.is_protected or path in landing or self.is_example(path)

    def is_example(self, path: str) -> bool:
        """Whether a path is one of the example scenes, or of the search in them."""
        if ".." in path.split("/"):  # leads who knows where
            return False
        folders = (self.scenes_path, self.stac_path)
        return any(f"{path}/".startswith(f"{folder}/") for folder in folders)


def options() -> dict[str, tuple[type, str]]:
    """Return the options by name: the type that they are written as, and the words."""
    hints = get_type_hints(LabOptions, include_extras=True)
    return {
        name: (
            next((kind for kind in (int, float) if kind in get_args(hint)), str),
            words,
        )
        for name, (hint, words) in zip(
            hints, map(get_args, hints.values()), strict=True
        )
    }


def _check(given: Mapping[str, Any]) -> None:
    """Refuse options that there are not, are not usable, or do not fit together."""
    if unknown := sorted(given.keys() - options()):
        raise InputError(
            f"lab() has no option {', '.join(unknown)}.",
            advice=f"Its options: {', '.join(options())}.",
        )
    port = given.get("port", 0)
    need_count("port", port)
    if port > 65535:
        raise InputError(f"port is {port}; it must be between 0 and 65535.")
    need_count("workers", given.get("workers", 1), least=1)
    for name in _LIMITS:
        need_number(name, value := given.get(name, 0))
        if value == math.inf:
            raise InputError(f"{name} is {value}; 0 stands for any number.")
    tenant = given.get("tenant", Settings.tenant)
    if not tenant.replace("-", "").replace("_", "").isalnum():
        raise InputError(f"tenant is {tenant!r}; use letters, digits, '-' and '_'.")
    if not _TOKEN.fullmatch(given.get("token", "t")):
        # Not shown: it may be a good secret with one wrong character in it.
        raise InputError(
            "The token is empty or cannot be sent in a header.",
            safe="No server was started, so nothing is open.",
            advice="Use letters, digits and - . _ ~ + / = only.",
        )
    if given.get("runner") and (given.get("engine") or given.get("engine_options")):
        raise InputError(
            "runner and engine exclude each other: each says what runs the packages.",
            advice="Leave one of them out.",
        )
    _check_address(given.get("url", ""))
    _check_people(given)


def _check_people(given: Mapping[str, Any]) -> None:
    """Make sure that tokens, issuer and admins fit together."""
    oidc, tokens = given.get("oidc"), given.get("tokens")
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
    elif "audience" in given:
        raise InputError("audience has a meaning only together with oidc.")
    if tokens and oidc:
        raise InputError(
            "tokens and oidc were given; a name could then be two people.",
            advice="Use one of them. A token of one's own for all goes with both.",
        )
    if given.get("admins") and not (tokens or oidc):
        raise InputError("admins has a meaning only together with tokens or oidc.")
    if tokens:
        read_tokens(Path(tokens).expanduser())


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if url and (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username
        or parts.query
        or parts.fragment
    ):
        raise InputError(
            f"url is {url!r}; it must be an https address.",
            advice="Give what stands before /acme/ogc-api, such as "
            "https://lab.example.org",
        )


def _words(option: str | Sequence[str] | None) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(option) if isinstance(option, str) else option or ())
    except ValueError as error:
        raise InputError(f"{option!r} is no command line: {error}.") from None


def _check_command(command: tuple[str, ...]) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    if command and shutil.which(command[0], path=path) is None:
        raise InputError(
            f"The runner {command[0]!r} is not installed.",
            advice="Give a command that a shell would find, or leave the option out.",
        )
