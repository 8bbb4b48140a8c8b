"""The deployed processes: a package and its description, one folder each."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogc_widgets.lab.server.problems import Problem, bad_request, no_such_process
from ogc_widgets.lab.server.processes.describing import describe_package

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.lab.engines.launcher import Launcher

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_AS_GIVEN = ("title", "description", "version", "keywords", "metadata")


@dataclass(frozen=True)
class ProcessRecord:
    """One deployed process.

    Attributes:
        described: What ``describe`` found in the package.
        mutable: Whether it may be replaced and undeployed.
        builtin: Whether it came with the server.
        media_type: Media type of the package as it was sent.
        package: The package's file.
    """

    described: dict[str, Any]
    mutable: bool
    builtin: bool
    media_type: str
    package: Path

    @property
    def id(self) -> str:
        """Its id in addresses."""
        process_id: str = self.described["id"]
        return process_id


@dataclass(frozen=True)
class SentPackage:
    """A package as a request brings it.

    Attributes:
        text: The package.
        media_type: What it was sent as.
        workflow: Its process to deploy; empty takes the first workflow.
        given: Members of a process description that go before the package's.
    """

    text: bytes
    media_type: str
    workflow: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)


class ProcessStore:
    """The processes of one server, kept in a folder."""

    def __init__(self, folder: Path, launcher: Launcher) -> None:
        self._folder = folder
        self._launcher = launcher
        self._records: dict[str, ProcessRecord] = {}
        self._one_at_a_time = asyncio.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("*/process.json")):
            record = _read_record(path)
            self._records[record.id] = record

    def all(self) -> list[ProcessRecord]:
        """Return the processes: those to work with by id, then the server's own.

        An app opens the first one, which should be the lesson's, not the echo.
        """
        return sorted(self._records.values(), key=lambda one: (not one.mutable, one.id))

    def get(self, process_id: str) -> ProcessRecord:
        """Return one process.

        Raises:
            Problem: 404 no-such-process.
        """
        try:
            return self._records[process_id]
        except KeyError:
            raise no_such_process(process_id) from None

    async def install_builtin(self, package: Path, *, mutable: bool) -> None:
        """Deploy a package that comes with the server, unless it is there already.

        A process that a user has put in its place is left alone; an older copy of
        the same built-in gives way.
        """
        text = await asyncio.to_thread(package.read_bytes)
        described = await describe_package(self._launcher, text, validate=False)
        record = self._records.get(described["id"])
        if record is None or record.builtin:
            kind = "application/cwl+yaml"
            self._write(described, text, kind, mutable=mutable, builtin=True)

    async def deploy(self, sent: SentPackage) -> ProcessRecord:
        """Add a process.

        Raises:
            Problem: The package is not valid, or the id is taken (409).
        """
        described = await self._describe(sent)
        process_id = _checked_id(described)
        async with self._one_at_a_time:
            if process_id in self._records:
                raise Problem(
                    409,
                    "Duplicated process",
                    f"There is already a process {process_id!r}. Replace it with PUT, "
                    "or undeploy it first.",
                    "duplicated-process",
                )
            return self._write(described, sent.text, sent.media_type)

    async def replace(self, process_id: str, sent: SentPackage) -> None:
        """Put another package in the place of one.

        Raises:
            Problem: There is no such process, it is immutable, the package is not
                valid, or it describes another process.
        """
        self.changeable(process_id)
        described = await self._describe(sent)
        if described["id"] and described["id"] != process_id:
            raise bad_request(
                "Other process",
                f"The package describes {described['id']!r}, not {process_id!r}.",
            )
        described["id"] = process_id
        async with self._one_at_a_time:
            self.changeable(process_id)
            self._write(described, sent.text, sent.media_type)

    async def _describe(self, sent: SentPackage) -> dict[str, Any]:
        described = await describe_package(self._launcher, sent.text, sent.workflow)
        return _merged(described, sent.given)

    async def undeploy(self, process_id: str) -> None:
        """Remove a process. Jobs that run go on with the package they began with.

        Raises:
            Problem: There is no such process, or it is immutable.
        """
        async with self._one_at_a_time:
            record = self.changeable(process_id)
            del self._records[process_id]
            await asyncio.to_thread(shutil.rmtree, record.package.parent)

    def changeable(self, process_id: str) -> ProcessRecord:
        """Return a process that may be replaced or undeployed.

        Raises:
            Problem: There is no such process (404), or it is immutable (403).
        """
        record = self.get(process_id)
        if not record.mutable:
            raise Problem(
                403,
                "Immutable process",
                f"{process_id!r} belongs to the server and cannot be changed.",
                "immutable-process",
            )
        return record

    def _write(
        self,
        described: dict[str, Any],
        text: bytes,
        media_type: str,
        *,
        mutable: bool = True,
        builtin: bool = False,
    ) -> ProcessRecord:
        folder = self._folder / described["id"]
        package = folder / "package.cwl"
        record = ProcessRecord(described, mutable, builtin, media_type, package)
        # Written beside and moved into place: a crash leaves the old or the new.
        fresh = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
        (fresh / "package.cwl").write_bytes(text)
        members = {
            "described": described,
            "mutable": mutable,
            "builtin": builtin,
            "mediaType": media_type,
        }
        (fresh / "process.json").write_text(json.dumps(members), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
        self._records[record.id] = record
        return record


def _read_record(path: Path) -> ProcessRecord:
    document = json.loads(path.read_text(encoding="utf-8"))
    return ProcessRecord(
        document["described"],
        document["mutable"],
        document["builtin"],
        document["mediaType"],
        path.parent / "package.cwl",
    )


def _merged(described: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Let a given process description speak before the package's own words."""
    words = {key: given[key] for key in ("id", *_AS_GIVEN) if given.get(key)}
    merged = {**described, **words}
    for group in ("inputs", "outputs"):
        if not isinstance(given.get(group), dict):
            continue
        # Only inputs that the package has: others could never reach it.
        merged[group] = {
            key: value | (more if isinstance(more, dict) else {})
            for key, value in described[group].items()
            for more in [given[group].get(key)]
        }
    return merged


def _checked_id(described: Mapping[str, Any]) -> str:
    process_id = described["id"]
    if not isinstance(process_id, str) or not _ID.fullmatch(process_id):
        raise bad_request(
            "No usable id",
            "The process needs an id of letters, digits, '.', '_' and '-': give the "
            "workflow an id, or send a process description with one.",
        )
    return process_id
