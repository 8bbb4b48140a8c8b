"""The documents of Part 1 and 2, built from what the stores know."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ogc_widgets.lab.scenes import SCENES
from ogc_widgets.lab.server.jobs.job_store import JobRecord, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.lab.engines.runner import JobFolder
    from ogc_widgets.lab.server.processes.deployed import ProcessRecord
    from ogc_widgets.lab.server.values import Json

_OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
RESULTS_REL = _OGC_REL + "results"
OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"
# The area of the tutorial, over which the generated scenes lie.
_AREA = "-121.399,39.834,-120.74,40.472"


def link(href: str, rel: str, title: str, kind: str = "application/json") -> Json:
    """Return a link object."""
    return {"href": href, "rel": rel, "type": kind, "title": title}


def process_summary(record: ProcessRecord, api: str) -> dict[str, Any]:
    """Return the summary of a process."""
    described = record.described
    address = f"{api}/processes/{quote(record.id, safe='')}"
    return {
        "id": record.id,
        "title": described["title"] or record.id,
        "description": described["description"],
        "version": described["version"],
        "mutable": record.mutable,
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": [
            link(address, "self", "Process description"),
            link(f"{address}/execution", _OGC_REL + "execute", "Address for execution"),
            link(f"{address}/package", "describedby", "Package", record.media_type),
        ],
        **{key: described[key] for key in ("keywords", "metadata") if described[key]},
    }


def process_description(record: ProcessRecord, api: str) -> dict[str, Any]:
    """Return the description of a process."""
    parts = {key: record.described[key] for key in ("inputs", "outputs")}
    return process_summary(record, api) | parts


def with_examples(
    process_id: str, inputs: Mapping[str, Any], scenes: str
) -> dict[str, Any]:
    """Add ``examples`` (JSON Schema 2020-12): a first run takes two clicks."""
    found = dict(inputs)
    if process_id == "water-bodies":
        items = [f"{scenes}/{name}/{name}.json" for name in SCENES]
        for key, example in (("aoi", _AREA), ("stac_items", items)):
            schema = {**inputs[key]["schema"], "examples": [example]}
            found[key] = {**inputs[key], "schema": schema}
    return found


def status_info(job: JobRecord, folder: JobFolder, api: str) -> dict[str, Any]:
    """Return the statusInfo of a job, with a link per step log."""
    address = f"{api}/jobs/{job.job_id}"
    logs = folder.step_logs()
    updated = job.updated
    if job.status == "running":  # a line in a log is a sign of life
        for path in (folder.log, *(path for _, path in logs)):
            with suppress(OSError):
                updated = max(updated, path.stat().st_mtime)
    moments = {
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
        "updated": updated,
    }
    links = [link(address, "monitor", "Status of this job")]
    # Where the results will be is known before they are there.
    if job.status in {"accepted", "running", "successful"}:
        links.append(link(f"{address}/results", RESULTS_REL, "Results"))
    for name, _ in logs:
        href = f"{address}/logs/{quote(name)}.log"
        links.append(link(href, "related", f"Tool log {name}.log", "text/plain"))
    if folder.log.exists():
        links.append(link(f"{address}/log", "related", "Job log", "text/plain"))
    return {
        "jobID": job.job_id,
        "id": job.job_id,
        "processID": job.process_id,
        "type": "process",
        "status": job.status,
        "message": job.message,
        "progress": job.progress,
        **{
            name: timestamp(moment)
            for name, moment in moments.items()
            if moment is not None
        },
        "links": links,
    }
