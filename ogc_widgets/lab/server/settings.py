"""What a lab server is started with, and where it keeps its files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def default_workers() -> int:
    """Return the number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0)) or 1
    except AttributeError:  # not every system can tell
        return os.cpu_count() or 1


@dataclass(frozen=True)
class Settings:
    """The options of one server.

    Attributes:
        data: Folder of processes and jobs; locked by one server at a time.
        host: Address to listen on.
        port: TCP port; 0 takes a free one.
        tenant: First part of every path, as in ``/acme/ogc-api``.
        workers: How many jobs run side by side.
        runner: Command in front of ``--outdir DIR PACKAGE INPUTS``; empty for
            the embedded cwltool.
        temporary: The folder is removed when the server ends.
        ends_with: Id of the process that the server ends with; None for none.
        token: A bearer token that opens a protected server.
        oidc: An OpenID Connect issuer whose access tokens open it, too.
        audience: What these tokens have to be meant for; empty for anything.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    tenant: str = "acme"
    workers: int = field(default_factory=lambda: default_workers())
    runner: tuple[str, ...] = ()
    temporary: bool = False
    ends_with: int | None = None
    token: str = field(default="", repr=False)
    oidc: str = ""
    audience: str = ""

    @classmethod
    def of(cls, chosen: Mapping[str, Any], **more: Any) -> Settings:  # noqa: ANN401 - as the attributes
        """Return the settings of checked options, which are JSON."""
        values = {**chosen, **more}
        values["data"] = Path(values["data"])
        return cls(**{**values, "runner": tuple(values["runner"])})

    @property
    def url(self) -> str:
        """Address of the landing page, as this machine knows it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{self.api_path}"

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
        return bool(self.token or self.oidc)

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

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK_HOSTS
