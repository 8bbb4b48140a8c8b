"""Application packages: what is sent to deploy one, and what can be said of it before.

A package is CWL (YAML or JSON), or an ``ogcapppkg`` document that holds CWL or its
address. Reading YAML takes a library, so what is said here of YAML is read from its
lines; :mod:`ogc_widgets.client.package_check` finds out more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.links import WEB_SCHEMES, absolute, with_query
from ogc_widgets.protocol.requests.requests import JSON, Request, json_body
from ogc_widgets.protocol.text import brief, clean, quoted

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.processes import Process

CWL_YAML = "application/cwl+yaml"
CWL_JSON = "application/cwl+json"
CWL = "application/cwl"
PACKAGE_JSON = "application/ogcapppkg+json"

_VERSION_LINE = pattern(
    r"""^\s*["']?cwlVersion["']?\s*:\s*["']?([\w.-]+)""", re.MULTILINE
)
_VERSION_IN_JSON = pattern(r'"cwlVersion"\s*:\s*"([\w.-]+)"')
_VERSION_1 = pattern(r"v1\.\d+")


@dataclass(frozen=True)
class Package:
    """An application package as it is sent.

    Attributes:
        body: The bytes.
        media_type: Their media type.
    """

    body: bytes
    media_type: str

    @property
    def other_forms(self) -> tuple[Package, ...]:
        """The same package for servers that refuse this media type (415)."""
        if self.media_type == PACKAGE_JSON:
            return (Package(self.body, JSON),)
        unit: Any = self.body.decode()
        if self.media_type == CWL_JSON:
            unit = json.loads(unit)
        inside = {"executionUnit": {"value": unit, "mediaType": self.media_type}}
        return (Package(self.body, CWL), Package(json_body(inside), PACKAGE_JSON))

    @property
    def cwl(self) -> tuple[str, str]:
        """The CWL inside, as text, and its address; one of them may be empty."""
        text = self.body.decode()
        if self.media_type != PACKAGE_JSON:
            return text, ""
        return _cwl_in(json.loads(text).get("executionUnit"))


@dataclass(frozen=True, repr=False)
class PackageCheck:
    """What can be said of a package before it is sent.

    Attributes:
        package: What would be sent; ``None`` where nothing can be.
        problem: Why the package cannot work, or ``""``. It was not sent.
        note: What could not be found out, and why, or ``""``.
        cwl: The CWL itself, also where the package is given by its address; or ``""``.
        cwl_version: Such as ``v1.2``; ``""`` where it could not be read.
        address: Where the server would fetch the package from, or ``""``.
        workflows: The processes that can be chosen with ``workflow``: id to title.
        workflow: Which one would become the process; ``""`` if not known.
        process: The process as the CWL describes it, converted on this machine; the
            server's own conversion may differ a little. ``None`` where it cannot be.
    """

    package: Package | None = None
    problem: str = ""
    note: str = ""
    cwl: str = ""
    cwl_version: str = ""
    address: str = ""
    workflows: Mapping[str, str] | None = None
    workflow: str = ""
    process: Process | None = None

    def __repr__(self) -> str:
        version = self.cwl_version and f"CWL {self.cwl_version}"
        return brief(self, self.workflow, version, quoted(self.problem or self.note))


def read_package(package: object) -> Package:
    """Say how an application package is sent.

    Args:
        package: A dict (CWL, or ``executionUnit`` of an ``ogcapppkg``), the address
            of a CWL file, or CWL as text. Paths are the caller's to read.

    Raises:
        InputError: It is none of these.
    """
    if isinstance(package, Mapping):
        if "cwlVersion" in package or "$graph" in package:
            return Package(json_body(package), CWL_JSON)
        if "executionUnit" in package:
            return Package(json_body(package), PACKAGE_JSON)
    if isinstance(package, bytes):
        package = package.decode("utf-8-sig", errors="replace")
    if not isinstance(package, str):
        raise _no_package("This is not an application package.")
    text = package.strip()
    if is_address(text):
        unit = {"href": text, "type": CWL}
        return Package(json_body({"executionUnit": unit}), PACKAGE_JSON)
    if text.startswith("{"):
        try:
            document = json.loads(text)
        except ValueError as error:
            what = f"The text looks like JSON, but it is not: {error}."
            raise _no_package(what) from None
        return read_package(document)
    if cwl_version(text):
        return Package(package.encode("utf-8"), CWL_YAML)
    raise _no_package("The text is not CWL: it names no cwlVersion.")


def _no_package(what: str) -> InputError:
    advice = "Pass the path, address, text or dict of a CWL file."
    return InputError(what, safe="Nothing was sent.", advice=advice)


def is_address(text: str) -> bool:
    """Whether a text is the address of a package and not the package."""
    stripped = text.strip()
    return "\n" not in stripped and absolute(stripped).startswith("http")


def cwl_version(text: str) -> str:
    """Return the version that CWL names, or ``""``."""
    found = _VERSION_LINE.search(text)
    if found is None and text.lstrip().startswith("{"):
        found = _VERSION_IN_JSON.search(text)  # on one line
    return found[1] if found else ""


def version_problem(version: str) -> str:
    """Say why a version of CWL cannot be deployed; ``""`` where it can."""
    if not version:
        return "This is not CWL: it names no cwlVersion."
    if _VERSION_1.fullmatch(version):
        return ""
    return (
        f"The package is CWL {clean(version, limit=20)}; application packages are CWL "
        "v1.0 to v1.2."
    )


def _cwl_in(unit: object) -> tuple[str, str]:
    """Find the CWL, or its address, in an execution unit of any dialect."""
    if isinstance(unit, list):
        unit = unit[0] if unit else None
    while isinstance(unit, Mapping):
        if isinstance(unit.get("href"), str):
            address = absolute(unit["href"])
            return "", address if address.partition(":")[0] in WEB_SCHEMES else ""
        if "cwlVersion" in unit:
            return json.dumps(unit), ""
        unit = unit.get("value", unit.get("unit"))
    return (unit, "") if isinstance(unit, str) else ("", "")


def deploy_request(
    url: str, package: Package, *, workflow: str | None = None, method: str = "POST"
) -> Request:
    """Add a process to the list at an address, or replace (``PUT``) the one there.

    Without the id of a workflow of the package the server chooses.
    """
    if workflow:
        url = with_query(url, {"w": workflow})
    headers = {"Accept": JSON, "Content-Type": package.media_type}
    return Request(method, url, headers, package.body)
