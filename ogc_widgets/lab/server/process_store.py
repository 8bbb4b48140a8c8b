"""The deployed processes: a package and its description, one folder each."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from platformdirs import user_cache_path

from ogc_widgets.lab.engines.programs import start_module
from ogc_widgets.lab.server.documents import link
from ogc_widgets.lab.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.lab.server.people import Person

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_AS_GIVEN = ("title", "description", "version", "keywords", "metadata")
_WHERE_KNOWN = ("keywords", "metadata")
_TIMEOUT_S = 60
_PROGRAM = Path(__file__).parents[1] / "engines" / "describe.py"
_EXECUTE = "http://www.opengis.net/def/rel/ogc/1.0/execute"


@dataclass(frozen=True)
class ProcessRecord:
    """One deployed process.

    Attributes:
        described: What ``describe`` found in the package.
        media_type: Media type of the package as it was sent.
        mutable: Whether it may be replaced and undeployed.
        builtin: Whether it came with the server.
        owner: Who deployed it; empty where it came with the server, or where there
            were no people.
    """

    described: dict[str, Any]
    media_type: str
    mutable: bool = True
    builtin: bool = False
    owner: str = ""

    @property
    def id(self) -> str:
        """Its id in addresses."""
        process_id: str = self.described["id"]
        return process_id

    def summary(self, api: str) -> dict[str, Any]:
        """Return the summary of the process, for a client that knows the API so."""
        described = self.described
        address = f"{api}/processes/{quote(self.id, safe='')}"
        return {
            "id": self.id,
            "title": described["title"] or self.id,
            "description": described["description"],
            "version": described["version"],
            "mutable": self.mutable,
            "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
            "outputTransmission": ["value", "reference"],
            "links": [
                link(address, "self", "Process description"),
                link(f"{address}/execution", _EXECUTE, "Address for execution"),
                link(f"{address}/package", "describedby", "Package", self.media_type),
            ],
            **{
                key: described[key]
                for key in ("keywords", "metadata")
                if described[key]
            },
        }

    def description(self, api: str) -> dict[str, Any]:
        """Return the description of the process."""
        parts = {key: self.described[key] for key in ("inputs", "outputs")}
        return self.summary(api) | parts


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

    async def described(self) -> dict[str, Any]:
        """Return what ``describe`` says of it, below what was given with it."""
        return _merged(await _describe(self.text, self.workflow), self.given)


class ProcessStore:
    """The processes of one server, kept in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._records: dict[str, ProcessRecord] = {}
        self._one_at_a_time = asyncio.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("*/process.json")):
            known = json.loads(path.read_text(encoding="utf-8"))
            record = ProcessRecord(media_type=known.pop("mediaType"), **known)
            self._records[record.id] = record

    def all(self) -> list[ProcessRecord]:
        """Return the processes: those to work with by id, then the server's own.

        An app opens the first one, which should be the lesson's, not the echo.
        """
        return sorted(self._records.values(), key=lambda one: (not one.mutable, one.id))

    def get(self, process_id: str) -> ProcessRecord:
        """Return one process."""
        try:
            return self._records[process_id]
        except KeyError:
            raise Problem("no-such-process", id=process_id) from None

    def package(self, process_id: str) -> Path:
        """Return the file of a process's package."""
        return self._folder / process_id / "package.cwl"

    async def install_builtin(self, package: Path, *, mutable: bool) -> None:
        """Deploy a package that comes with the server, unless it is there already.

        A process that a user has put in its place is left alone; an older copy of
        the same built-in gives way.
        """
        text = await asyncio.to_thread(package.read_bytes)
        described = await _describe(text, validate=False)
        record = self._records.get(described["id"])
        if record is None or record.builtin:
            kind = "application/cwl+yaml"
            self._write(ProcessRecord(described, kind, mutable, builtin=True), text)

    async def deploy(self, sent: SentPackage, person: Person) -> ProcessRecord:
        """Add a process, which is then the person's."""
        described = await sent.described()
        record = ProcessRecord(described, sent.media_type, owner=person.id)
        if not isinstance(record.id, str) or not _ID.fullmatch(record.id):
            raise Problem("no-usable-id")
        async with self._one_at_a_time:
            if record.id in self._records:
                raise Problem("duplicated-process", id=record.id)
            self._write(record, sent.text)
        return record

    async def replace(self, process_id: str, sent: SentPackage, person: Person) -> None:
        """Put another package in the place of one."""
        described = await sent.described()
        if described["id"] and described["id"] != process_id:
            raise Problem("other-process", found=described["id"], id=process_id)
        described["id"] = process_id
        async with self._one_at_a_time:
            owner = self.check_mutable(process_id, person).owner
            record = ProcessRecord(described, sent.media_type, owner=owner)
            self._write(record, sent.text)

    async def undeploy(self, process_id: str, person: Person) -> None:
        """Remove a process. Jobs that run go on with the package they began with."""
        async with self._one_at_a_time:
            self.check_mutable(process_id, person)
            del self._records[process_id]
            await asyncio.to_thread(shutil.rmtree, self._folder / process_id)

    def check_mutable(self, process_id: str, person: Person) -> ProcessRecord:
        """Return a process that a person may replace and undeploy (403)."""
        record = self.get(process_id)
        if not record.mutable:
            raise Problem("immutable-process", id=process_id)
        if not person.may_change(record.owner):
            raise Problem("not-yours", id=process_id)
        return record

    def _write(self, record: ProcessRecord, text: bytes) -> None:
        # Written beside and moved into place: a crash leaves the old or the new.
        fresh = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
        (fresh / "package.cwl").write_bytes(text)
        known = asdict(record)
        known["mediaType"] = known.pop("media_type")
        (fresh / "process.json").write_text(json.dumps(known), encoding="utf-8")
        folder = self._folder / record.id
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
        self._records[record.id] = record


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


async def _describe(
    text: bytes, workflow: str = "", *, validate: bool = True
) -> dict[str, Any]:
    """Return what ``describe`` says of a package, from the cache where it has."""
    cached = await asyncio.to_thread(_cache_file, text, workflow)
    document: dict[str, Any]
    try:
        document = json.loads(await asyncio.to_thread(cached.read_bytes))
    except (OSError, ValueError):
        document = await _describe_anew(text, workflow, validate=validate)
        # A cache that cannot be written costs time, nothing else.
        with contextlib.suppress(OSError):
            await asyncio.to_thread(_write_cache, cached, document)
    return document


def _cache_file(text: bytes, workflow: str) -> Path:
    # The description depends on the programs that make it, too.
    program = hashlib.sha256(_PROGRAM.read_bytes()).hexdigest()
    parts = [text, workflow.encode(), f"{version('cwl2ogc')} {program}".encode()]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return user_cache_path("ogc_widgets") / "descriptions" / f"{key}.json"


def _write_cache(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as stream:
        json.dump(document, stream)
    Path(stream.name).replace(path)


async def _describe_anew(
    text: bytes, workflow: str, *, validate: bool
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ogc-lab-") as name:
        package = Path(name, "package.cwl")
        arguments = [str(package), f"--workflow={workflow}"]
        if not validate:
            arguments.append("--no-validation")
        await asyncio.to_thread(package.write_bytes, text)
        with tempfile.TemporaryFile() as stdout:
            program = await start_module(
                "describe", arguments, cwd=package.parent, stdout=stdout
            )
            try:
                async with asyncio.timeout(_TIMEOUT_S):
                    stderr = await program.stderr.read()
                    await program.wait()
            except TimeoutError:
                reason = (
                    f"The package could not be read within {_TIMEOUT_S} s; it may "
                    "import files from an address that does not answer."
                )
                raise Problem("invalid-package", reason=reason) from None
            finally:
                program.leash.close()
            stdout.seek(0)
            printed = stdout.read()
    try:
        document: dict[str, Any] = json.loads(printed)
    except ValueError:
        said = stderr.decode(errors="replace").strip() or "no reason given"
        reason = f"The package could not be described: {said.splitlines()[-1]}"
        raise Problem("invalid-package", reason=reason) from None
    if error := document.get("error"):
        is_workflow = error["kind"] == "workflow-not-found"
        name = "no-such-workflow" if is_workflow else "invalid-package"
        raise Problem(name, reason=error["detail"])
    return document
