"""Saves a run as an RO-Crate of the profile Process Run Crate 0.5.

A process of OGC API - Processes is a tool that somebody else runs: its description is
at hand, its source is not. So the profile is that of processes; the one of workflows
wants the file of the workflow. See https://w3id.org/ro/wfrun/process/0.5.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ogc_widgets.client.progress import showing
from ogc_widgets.client.progress.steps import step_of_downloads
from ogc_widgets.client.results.downloads.part_files import in_place_of, sync
from ogc_widgets.errors import MissingExtraError
from ogc_widgets.protocol.media_types import bare
from ogc_widgets.protocol.secrets import text_to_keep
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json
from ogc_widgets.runs import record as names
from ogc_widgets.runs.gathering import free_path, gather_run
from ogc_widgets.runs.record import KeptFile

if TYPE_CHECKING:
    from rocrate.model import Entity
    from rocrate.rocrate import ROCrate

    from ogc_widgets.client import AsyncJob, Results
    from ogc_widgets.client.progress import Progress
    from ogc_widgets.client.results.downloads import Downloads
    from ogc_widgets.runs.record import KeptLog, Record

PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.5"
_VERSION: Final = "1.1"  # that the profile builds on
_STATUS: Final = "http://schema.org/{}ActionStatus"
_JSON: Final = "application/json"
_READ_BY_PEOPLE: Final = 100_000  # characters; longer ones are written densely
# What each document is, for people and programs that know nothing of us.
_DOCUMENTS: Final = {
    names.ABOUT: ("Times, versions and notes of the run", _JSON),
    names.REQUEST: ("The request as it was sent, without credentials", _JSON),
    names.PROCESS: ("The description of the process", _JSON),
    names.SERVER: ("Landing page and conformance of the server", _JSON),
    names.STATUS: ("The last status of the job", _JSON),
    names.RESULTS: ("The results of the job", _JSON),
    names.ITEMS: ("The STAC items among the results", "application/geo+json"),
    names.PROV: ("Provenance as the server tells it (PROV-JSON)", _JSON),
}


async def save_run(
    job: AsyncJob,
    path: str | Path,
    *,
    files: bool = False,
    progress: Progress[Downloads] = None,
) -> Path:
    """Save a run, in the loop thread; as ``job.save_run`` says it."""
    await asyncio.to_thread(_need_crates)
    record, results = await gather_run(job)
    with tempfile.TemporaryDirectory(prefix="ogc-widgets-run-") as folder:
        if files and results is not None:
            await _fetch(record, results, Path(folder), progress)
        return await asyncio.to_thread(_write_crate, record, Path(path))


async def _fetch(
    record: Record,
    results: Results,
    folder: Path,
    progress: Progress[Downloads],
) -> None:
    """Fetch what is behind addresses; what cannot be had is noted in the record."""
    notes: list[str] = record.about["notes"]
    with showing(progress or False, "Files", step_of_downloads) as say:
        downloads = results.downloads(folder, told=lambda _file: say(downloads))
        for number, one in enumerate(results.files()):
            if one.file is None or not one.file.url:
                continue
            if one.why_not:
                notes.append(f"{clean(one.name)} is not in the file. {one.why_not}")
            else:
                downloads.add(number, one.name, one.file)
        try:
            await downloads.ended()
        finally:
            downloads.stop()
    meant: dict[str, set[str]] = {}
    for file in downloads.files:
        meant.setdefault(text_to_keep(file.file.url), set()).add(file.file.url)
    for file in downloads.files:
        if file.state != "saved":
            why = clean(file.error, limit=300) if file.error else "It was stopped."
            notes.append(f"{clean(file.name)} is not in the file. {why}")
            continue
        path = free_path(record, file.path.name)
        kind, url = file.file.media_type, text_to_keep(file.file.url)
        if len(meant[url]) > 1:
            # Whoever opens the run would be given one file in place of another.
            notes.append(
                f"{clean(file.name)} is in the file as {path}, and cannot be opened by "
                "its address: without its key that is the one of others, too."
            )
            url = ""
        record.files.append(KeptFile(path, file.name, url, kind, file.path))


def _need_crates() -> None:
    """Look for the library that writes crates before anything is asked for.

    Raises:
        MissingExtraError: The extra ``crate`` is not installed.
    """
    try:
        import rocrate.rocrate  # noqa: F401 # seen to be there
    except ImportError:
        raise MissingExtraError("Saving a run", "crate") from None


def _write_crate(record: Record, path: Path) -> Path:
    """Write a run, and return where; the file appears when it is whole.

    Raises:
        InputError: The file cannot be written.
    """
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=_VERSION)
    _Writer(crate, record).add_all()
    path = path.expanduser()
    with in_place_of(path) as part:
        crate.write_zip(part)
        sync(part)
    return path


class _Writer:
    """Puts a record into an empty crate."""

    def __init__(self, crate: ROCrate, record: Record) -> None:
        self._crate = crate
        self._record = record
        self._about = record.about

    def add_all(self) -> None:
        """Add the documents, the logs and files, and what they have to do with it."""
        documents = {
            name: self._add_document(name, one)
            for name, one in self._record.documents().items()
            if name != names.ABOUT
        }
        logs = [self._add_log(n, log) for n, log in enumerate(self._record.logs, 1)]
        self._about["files"] = [
            {"path": one.path, "url": one.url} for one in self._record.files
        ]
        results = [documents[n] for n in (names.RESULTS, names.ITEMS) if n in documents]
        results += self._add_files() + self._add_references()
        # Written last, as it names logs and files.
        documents[names.ABOUT] = self._add_document(names.ABOUT, self._about)
        action = self._add_action(
            instrument=self._add_process(),
            object=[documents.get(names.REQUEST), *self._add_inputs()],
            result=results,
        )
        for one in (*logs, documents.get(names.STATUS), documents.get(names.PROV)):
            if one is not None:
                one["about"] = action
        self._describe(action)

    # -- data ------------------------------------------------------------------------

    def _add_document(self, name: str, document: object) -> Entity:
        title, kind = _DOCUMENTS[name]
        text = dump_json(document, is_lenient=True)
        if len(text) < _READ_BY_PEOPLE:
            text = dump_json(document, indent=1, is_lenient=True)
        return self._add_text(name, text, title, kind)

    def _add_text(self, path: str, text: str, title: str, kind: str) -> Entity:
        told = {"name": title, "encodingFormat": kind}
        data = io.BytesIO(text.encode("utf-8", "replace"))
        return self._crate.add_file(data, path, properties=told, record_size=True)

    def _add_log(self, number: int, log: KeptLog) -> Entity:
        path = f"logs/{number:03d}.txt"
        told = {"step": log.step, "number": log.number, "title": log.title}
        self._about.setdefault("logs", []).append({"path": path, **told})
        title = f"Log of {log.step}, {log.number}"
        return self._add_text(path, log.text, title, "text/plain")

    def _add_files(self) -> list[Entity]:
        found = []
        for one in self._record.files:
            told = {"name": one.title, "encodingFormat": bare(one.media_type)}
            if _is_web(one.url):
                told["contentUrl"] = one.url
            here = io.BytesIO(one.here) if isinstance(one.here, bytes) else one.here
            properties = {name: text for name, text in told.items() if text}
            found.append(
                self._crate.add_file(
                    here, one.path, properties=properties, record_size=True
                )
            )
        return found

    def _add_references(self) -> list[Entity]:
        """Outputs that stay where they are."""
        kept = {one.url for one in self._record.files}
        found = []
        for name, value in (self._record.results or {}).items():
            href = value.get("href") if isinstance(value, dict) else None
            if isinstance(href, str) and _is_web(href) and href not in kept:
                told = {"name": name, "encodingFormat": value.get("type")}
                properties = {n: t for n, t in told.items() if isinstance(t, str)}
                found.append(self._crate.add_file(_uri(href), properties=properties))
        return found

    # -- what they have to do with each other ----------------------------------------

    def _add(self, place: str, kind: str, /, **members: object) -> Entity:
        from rocrate.model import ContextEntity

        known = {
            one: value for one, value in members.items() if value not in ("", None)
        }
        entity = ContextEntity(self._crate, place, properties={"@type": kind, **known})
        return self._crate.add(entity)

    def _add_process(self) -> Entity:
        about, server = self._about, self._record.server.get("url", "")
        url = f"{server}/processes/{quote(about['process'], safe='')}"
        described = self._record.process or {}
        return self._add(
            _uri(url),
            "SoftwareApplication",
            name=about["title"] or about["process"] or "A process",
            description=described.get("description"),
            url=_uri(url),
            softwareVersion=about["version"] or "not stated",
            identifier=about["process"],
        )

    def _add_inputs(self) -> list[Entity]:
        found = []
        for name, value in (self._record.inputs or {}).items():
            is_plain = isinstance(value, str | int | float | bool)
            text = value if is_plain else dump_json(value, is_lenient=True)
            place = f"#input-{quote(name, safe='')}"
            found.append(self._add(place, "PropertyValue", name=name, value=text))
        return found

    def _add_action(self, **related: Any) -> Entity:  # noqa: ANN401 # entities
        about, times = self._about, self._about["times"]
        is_good = about["phase"] == "successful"
        action = self._add(
            "#run",
            "CreateAction",
            name=f"Run of {about['title'] or about['process'] or 'a process'}",
            description=(
                f"Job {about['job'] or 'without an id'} on "
                f"{self._record.server.get('url', 'a server')}: {about['phase']}"
            ),
            startTime=_moment(times.get("started") or times.get("created")),
            endTime=_moment(times.get("finished")),
            actionStatus=_STATUS.format("Completed" if is_good else "Failed"),
            error=None if is_good else about["reason"] or about["phase"],
        )
        for name, value in related.items():
            entities = [one for one in _each(value) if one is not None]
            if entities:
                # A list of one is written without brackets, as the standard prefers.
                action[name] = entities if len(entities) > 1 else entities[0]
        return action

    def _describe(self, action: Entity) -> None:
        about, root = self._about, self._crate.root_dataset
        base, _, version = PROFILE.rpartition("/")
        title = about["title"] or about["process"] or "a process"
        self._crate.name = f"A run of {title}"
        self._crate.description = (
            f"What was asked of {title}, and what came of it, as ogc_widgets "
            f"{about['software']['ogc_widgets']} saved it."
        )
        root["datePublished"] = about["times"]["saved"]
        root["license"] = "Not stated: ask the server that computed the results."
        root["conformsTo"] = self._add(
            PROFILE, "CreativeWork", name="Process Run Crate", version=version, url=base
        )
        root["mentions"] = action
        software = {
            name: self._add(
                f"#{name}", "SoftwareApplication", name=name, softwareVersion=version
            )
            for name, version in about["software"].items()
        }
        ours = software.pop("ogc_widgets")
        if software:
            needed = [*software.values()]
            ours["softwareRequirements"] = needed if len(needed) > 1 else needed[0]
        self._crate.metadata["creator"] = ours


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _uri(url: str) -> str:
    """An address as names of entities are written."""
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~")


def _moment(iso: str | None) -> str | None:
    """A time to the second, as the profile writes times."""
    return datetime.fromisoformat(iso).isoformat(timespec="seconds") if iso else None


def _each(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
