"""The options of a lab server: each is said here once, and checked before it starts.

The arguments of ``lab()``, the options of the command and what goes to the server's own
process are all made of :class:`Settings`.
"""

from __future__ import annotations

import json
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
    get_origin,
    get_type_hints,
)
from urllib.parse import urlsplit

from ogc_widgets.errors import InputError, MissingExtraError
from ogc_widgets.lab.option_checks import at_least_0, check_people, outside_address

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
TOKEN_VARIABLE = "OGC_LAB_TOKEN"  # noqa: S105 - a name, not a secret
NEEDED = (
    *("cwl2ogc", "cwltool", "numpy", "psutil", "rasterio", "starlette", "uvicorn"),
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


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0)) or 1
    except AttributeError:  # not every system can tell
        return os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The options of one server, each with what the command's help says of it.

    Attributes:
        temporary: The data folder is removed when the server ends.
        ends_with: Id of the process that the server ends with; None for none.
    """

    port: Annotated[int, "TCP port; 0 for a free one"] = 0
    host: Annotated[str, "address to listen on"] = "127.0.0.1"
    data: Annotated[
        Path, "folder for processes and jobs; they are there again next time"
    ]
    workers: Annotated[
        int, "jobs that run side by side (default: the number of cores)"
    ] = field(default_factory=lambda: _cores())
    runner: Annotated[
        tuple[str, ...],
        "command that runs a package, in front of --outdir DIR PACKAGE INPUTS; {logs} "
        "in it is a folder for logs (default: the embedded cwltool)",
    ] = ()
    engine: Annotated[
        str,
        "what runs the packages: cwltool and toil on this machine; slurm, kubernetes "
        "and calrissian on a cluster",
    ] = "cwltool"
    engine_options: Annotated[
        tuple[str, ...], "more options for the command of the engine, in one text"
    ] = ()
    tenant: Annotated[str, "first part of every address"] = "acme"
    token: Annotated[
        str,
        "secret that clients send as bearer token; others on this machine may see a "
        "command line, and shells keep it, so rather set OGC_LAB_TOKEN, or give '-' "
        "and send it to standard input",
    ] = field(default="", repr=False)
    oidc: Annotated[str, "OpenID Connect issuer whose access tokens clients send"] = ""
    audience: Annotated[
        str, "what these tokens must be meant for (default: anything)"
    ] = ""
    tokens: Annotated[
        str, "file with a token for each person, made by 'ogc-widgets lab-token'"
    ] = ""
    admins: Annotated[
        str,
        "people who see and may end everything, between commas: names in the file of "
        "tokens, or the sub of an issuer's",
    ] = ""
    url: Annotated[str, "https address at which a web server hands on to this one"] = ""
    jobs_each: Annotated[
        int, "jobs of one person that run side by side; the rest wait (0: any number)"
    ] = 0
    waiting_each: Annotated[
        int, "jobs of one person that may wait; more are refused (0: any number)"
    ] = 0
    gb_each: Annotated[
        float, "gigabytes that the jobs of one person may take (0: any number)"
    ] = 0
    keep_days: Annotated[
        float, "days after their end after which jobs are removed (0: never)"
    ] = 0
    keep_gb: Annotated[
        float,
        "gigabytes that all jobs may take: the oldest that have ended are removed, and "
        "where that does not help, new ones refused (0: any number)",
    ] = 0
    temporary: bool = False
    ends_with: int | None = None

    @classmethod
    def checked(
        cls,
        *,
        port: int,
        host: str,
        data: str | Path | None,
        tenant: str,
        workers: int | None = None,
        runner: str | Sequence[str] | None = None,
        engine: str | None = None,
        engine_options: str | Sequence[str] | None = None,
        token: str | None = None,
        oidc: str | None = None,
        audience: str | None = None,
        tokens: str | Path | None = None,
        admins: str | None = None,
        url: str | None = None,
        jobs_each: int | None = None,
        waiting_each: int | None = None,
        gb_each: float | None = None,
        keep_days: float | None = None,
        keep_gb: float | None = None,
        **unknown: object,
    ) -> Settings:
        """Return the settings of options as somebody wrote them; None is not given.

        Raises:
            InputError: One of them is not usable, or there is no such option.
            MissingExtraError: A package for one of them is not installed.
        """
        if unknown:
            raise InputError(
                f"lab() has no option {', '.join(sorted(unknown))}.",
                advice=f"Its options: {', '.join(options())}.",
            )
        if not 0 <= port <= 65535:
            raise InputError(f"port is {port}; it must be between 0 and 65535.")
        if workers is not None and workers < 1:
            raise InputError(f"workers is {workers}; at least one is needed.")
        if not tenant or not tenant.replace("-", "").replace("_", "").isalnum():
            raise InputError(f"tenant is {tenant!r}; use letters, digits, '-' and '_'.")
        _check_protection(token, oidc, audience)
        if runner and (engine or engine_options):
            raise InputError(
                "runner and engine exclude each other: each says what runs the "
                "packages.",
                advice="Leave one of them out.",
            )
        check_people(tokens, oidc, admins)
        return cls(
            port=port,
            host=host,
            data=Path(data or "").expanduser().absolute(),
            workers=workers or _cores(),
            runner=_command(runner),
            **_engine(engine, engine_options),
            tenant=tenant,
            token=token or "",
            oidc=oidc or "",
            audience=audience or "",
            tokens=str(Path(tokens).expanduser().absolute()) if tokens else "",
            admins=admins or "",
            url=outside_address(url),
            jobs_each=at_least_0("jobs_each", jobs_each),
            waiting_each=at_least_0("waiting_each", waiting_each),
            gb_each=at_least_0("gb_each", gb_each),
            keep_days=at_least_0("keep_days", keep_days),
            keep_gb=at_least_0("keep_gb", keep_gb),
            temporary=data is None,
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
    hints = get_type_hints(Settings, include_extras=True)
    return {
        name: (
            hint.__origin__ if hint.__origin__ in {int, float} else str,
            hint.__metadata__[0],
        )
        for name, hint in hints.items()
        if get_origin(hint) is Annotated
    }


def _words(option: str | Sequence[str] | None) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(option) if isinstance(option, str) else option or ())
    except ValueError as error:
        raise InputError(f"{option!r} is no command line: {error}.") from None


def _engine(engine: str | None, options: str | Sequence[str] | None) -> dict[str, Any]:
    name, words = engine or "cwltool", _words(options)
    # Looked at here, so that what is missing is said before anything is started; that
    # cwltool is there has been checked with the rest.
    if name != "cwltool":
        from ogc_widgets.lab.engines.adapters.by_name import engine_by_name

        engine_by_name(name, words).check()
    return {"engine": name, "engine_options": words}


def _command(runner: str | Sequence[str] | None) -> tuple[str, ...]:
    command = _words(runner)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    if command and shutil.which(command[0], path=path) is None:
        raise InputError(
            f"The runner {command[0]!r} is not installed.",
            advice="Give a command that a shell would find, or leave the option out.",
        )
    return command


def _check_protection(
    token: str | None, oidc: str | None, audience: str | None
) -> None:
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
