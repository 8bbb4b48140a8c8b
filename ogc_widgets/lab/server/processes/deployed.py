"""The deployed processes: a package and its description, one folder each."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from ogc_widgets.lab.engines.process_tree import identity, kill_tree
from ogc_widgets.lab.server.problems import Problem, no_such_process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.lab.engines.launcher import Launcher

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_DESCRIBE_TIMEOUT_S = 60
_AS_GIVEN = ("title", "description", "version", "keywords", "metadata")

_ENGINES = Path(__file__).parents[2] / "engines"


@dataclass(frozen=True)
class ProcessRecord:
    """One deployed process.

    Attributes:
        id: Its id in addresses.
        described: What ``describe`` found in the package.
        mutable: Whether it may be replaced and undeployed.
        builtin: Whether it came with the server.
        media_type: Media type of the package as it was sent.
        package: The package's file.
    """

    id: str
    described: dict[str, Any]
    mutable: bool
    builtin: bool
    media_type: str
    package: Path


class ProcessStore:
    """The processes of one server.

    Args:
        folder: Where they are kept; created when absent.
        launcher: Starts the program that describes packages.
    """

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
        described = await _described(self._launcher, text, "", validate=False)
        record = self._records.get(described["id"])
        if record is None or record.builtin:
            self._write(
                described, text, "application/cwl+yaml", mutable=mutable, builtin=True
            )

    async def deploy(
        self,
        text: bytes,
        media_type: str,
        *,
        workflow: str = "",
        given: Mapping[str, Any] | None = None,
    ) -> ProcessRecord:
        """Add a process.

        Args:
            text: The package.
            media_type: What it was sent as.
            workflow: Its process to deploy; empty takes the first workflow.
            given: Members of a process description that go before the package's.

        Raises:
            Problem: The package is not valid, or the id is taken (409).
        """
        described = _merged(
            await _described(self._launcher, text, workflow), given or {}
        )
        process_id = _checked_id(described)
        async with self._one_at_a_time:
            if process_id in self._records:
                raise Problem(
                    409,
                    "duplicated-process",
                    "Duplicated process",
                    f"There is already a process {process_id!r}. Replace it with PUT, "
                    "or undeploy it first.",
                )
            return self._write(described, text, media_type, mutable=True)

    async def replace(
        self,
        process_id: str,
        text: bytes,
        media_type: str,
        *,
        workflow: str = "",
        given: Mapping[str, Any] | None = None,
    ) -> ProcessRecord:
        """Put another package in the place of one; see :meth:`deploy`.

        Raises:
            Problem: There is no such process, it is immutable, the package is not
                valid, or it describes another process.
        """
        self.changeable(process_id)
        described = _merged(
            await _described(self._launcher, text, workflow), given or {}
        )
        if described["id"] and described["id"] != process_id:
            raise Problem(
                400,
                "invalid-parameter-value",
                "Other process",
                f"The package describes {described['id']!r}, not {process_id!r}.",
            )
        described["id"] = process_id
        async with self._one_at_a_time:
            self.changeable(process_id)
            return self._write(described, text, media_type, mutable=True)

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
                "immutable-process",
                "Immutable process",
                f"{process_id!r} belongs to the server and cannot be changed.",
            )
        return record

    def _write(
        self,
        described: dict[str, Any],
        text: bytes,
        media_type: str,
        *,
        mutable: bool,
        builtin: bool = False,
    ) -> ProcessRecord:
        folder = self._folder / described["id"]
        record = ProcessRecord(
            described["id"],
            described,
            mutable,
            builtin,
            media_type,
            folder / "package.cwl",
        )
        # Written beside and moved into place: a crash leaves the old or the new.
        fresh = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
        (fresh / "package.cwl").write_bytes(text)
        (fresh / "process.json").write_text(_record_json(record), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
        self._records[record.id] = record
        return record


def _record_json(record: ProcessRecord) -> str:
    return json.dumps(
        {
            "described": record.described,
            "mutable": record.mutable,
            "builtin": record.builtin,
            "mediaType": record.media_type,
        }
    )


def _read_record(path: Path) -> ProcessRecord:
    document = json.loads(path.read_text(encoding="utf-8"))
    return ProcessRecord(
        document["described"]["id"],
        document["described"],
        document["mutable"],
        document["builtin"],
        document["mediaType"],
        path.parent / "package.cwl",
    )


def _merged(described: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Let a given process description speak before the package's own words."""
    merged = dict(described)
    for key in ("id", *_AS_GIVEN):
        if given.get(key):
            merged[key] = given[key]
    for group in ("inputs", "outputs"):
        words = given.get(group)
        if isinstance(words, dict):
            # Only inputs that the package has: others could never reach it.
            merged[group] = {
                key: {**value, **words[key]}
                if isinstance(words.get(key), dict)
                else value
                for key, value in described[group].items()
            }
    return merged


def _checked_id(described: Mapping[str, Any]) -> str:
    process_id = described["id"]
    if not isinstance(process_id, str) or not _ID.fullmatch(process_id):
        raise Problem(
            400,
            "invalid-parameter-value",
            "No usable id",
            "The process needs an id of letters, digits, '.', '_' and '-': give the "
            "workflow an id, or send a process description with one.",
        )
    return process_id


async def _described(
    launcher: Launcher, text: bytes, workflow: str, *, validate: bool = True
) -> dict[str, Any]:
    """Describe a package, from the cache where it was described before."""
    cached = await asyncio.to_thread(_cache_file, text, workflow)
    document = await asyncio.to_thread(_read_cache, cached)
    if document is not None:
        return document
    document = await _run_describe(launcher, text, workflow, validate=validate)
    if "error" in document:
        kind, detail = document["error"]["kind"], document["error"]["detail"]
        if kind == "workflow-not-found":
            raise Problem(400, kind, "No such workflow", detail)
        raise Problem(400, "invalid-parameter-value", "Invalid package", detail)
    await asyncio.to_thread(_write_cache, cached, document)
    return document


def _cache_file(text: bytes, workflow: str) -> Path:
    key = hashlib.sha256(
        b"\0".join([text, workflow.encode(), _describer().encode()])
    ).hexdigest()
    return user_cache_path("ogc_widgets") / "descriptions" / f"{key}.json"


def _read_cache(path: Path) -> dict[str, Any] | None:
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document


def _write_cache(path: Path, document: dict[str, Any]) -> None:
    # A cache that cannot be written costs time, nothing else.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, delete=False, encoding="utf-8"
        ) as stream:
            json.dump(document, stream)
        Path(stream.name).replace(path)


def _describer() -> str:
    """Return what the description depends on besides the package."""
    source = (_ENGINES / "describe.py").read_bytes()
    return f"{version('cwl2ogc')} {hashlib.sha256(source).hexdigest()}"


async def _run_describe(
    launcher: Launcher, text: bytes, workflow: str, *, validate: bool
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ogc-lab-") as name:
        folder = Path(name)
        arguments = [str(folder / "package.cwl"), f"--workflow={workflow}"]
        if not validate:
            arguments.append("--no-validation")
        await asyncio.to_thread((folder / "package.cwl").write_bytes, text)
        with tempfile.TemporaryFile() as stdout:
            process = await launcher.launch(
                "describe", arguments, cwd=folder, stdout=stdout
            )
            try:
                async with asyncio.timeout(_DESCRIBE_TIMEOUT_S):
                    stderr = await process.stderr.read() if process.stderr else b""
                    await process.wait()
            except TimeoutError:
                await asyncio.to_thread(kill_tree, identity(process.pid))
                await process.wait()
                raise Problem(
                    400,
                    "invalid-parameter-value",
                    "Invalid package",
                    f"The package could not be read within {_DESCRIBE_TIMEOUT_S} s; it "
                    "may import files from an address that does not answer.",
                ) from None
            stdout.seek(0)
            printed = stdout.read()
    try:
        document: dict[str, Any] = json.loads(printed)
    except ValueError:
        last = stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise Problem(
            400,
            "invalid-parameter-value",
            "Invalid package",
            f"The package could not be described: {''.join(last) or 'no reason given'}",
        ) from None
    return document
