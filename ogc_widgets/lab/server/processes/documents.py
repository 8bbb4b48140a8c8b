"""The documents of Part 1 and 2, built from what the stores know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ogc_widgets.lab.server.jobs.job_store import JobRecord, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.lab.engines.runner import JobFolder
    from ogc_widgets.lab.server.processes.deployed import ProcessRecord
    from ogc_widgets.lab.server.values import Json

_OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
RESULTS_REL = _OGC_REL + "results"
_CONF1 = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
_CONF2 = "http://www.opengis.net/spec/ogcapi-processes-2/1.0/conf/"
OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"

CONFORMANCE = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    *(
        _CONF1 + name
        for name in (
            "core",
            "ogc-process-description",
            "json",
            "oas30",
            "job-list",
            "dismiss",
        )
    ),
    *(_CONF2 + name for name in ("deploy-replace-undeploy", "ogcapppkg", "cwl")),
]


def link(href: str, rel: str, title: str, kind: str = "application/json") -> Json:
    """Return a link object."""
    return {"href": href, "rel": rel, "type": kind, "title": title}


def landing_page(api: str, stac: str, ends_with: int | None = None) -> dict[str, Any]:
    """Return the landing page.

    Args:
        api: Address of the API.
        stac: Address of the STAC API over the example scenes.
        ends_with: Id of the process that the server ends with.
    """
    return {
        "title": "ogc_widgets lab",
        "description": (
            "OGC API - Processes for learning: runs CWL application packages on this "
            "machine."
        ),
        "links": [
            link(f"{api}/", "self", "This document"),
            link(f"{api}/api", "service-desc", "API definition", OPENAPI_TYPE),
            link(f"{api}/conformance", _OGC_REL + "conformance", "Conformance classes"),
            link(f"{api}/processes", _OGC_REL + "processes", "Processes"),
            link(f"{api}/jobs", _OGC_REL + "job-list", "Jobs"),
            link(stac, "related", "STAC API of the example scenes"),
        ],
        **({} if ends_with is None else {"endsWithProcess": ends_with}),
    }


def process_summary(record: ProcessRecord, api: str) -> dict[str, Any]:
    """Return the summary of a process."""
    described = record.described
    address = f"{api}/processes/{quote(record.id, safe='')}"
    summary: dict[str, Any] = {
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
    }
    for key in ("keywords", "metadata"):
        if described[key]:
            summary[key] = described[key]
    return summary


def process_description(record: ProcessRecord, api: str) -> dict[str, Any]:
    """Return the description of a process."""
    return {
        **process_summary(record, api),
        "inputs": record.described["inputs"],
        "outputs": record.described["outputs"],
    }


def status_info(job: JobRecord, folder: JobFolder, api: str) -> dict[str, Any]:
    """Return the statusInfo of a job, with a link per step log."""
    address = f"{api}/jobs/{job.job_id}"
    logs = folder.step_logs()
    info: dict[str, Any] = {
        "jobID": job.job_id,
        "id": job.job_id,
        "processID": job.process_id,
        "type": "process",
        "status": job.status,
        "message": job.message,
        "progress": job.progress,
        "created": timestamp(job.created),
    }
    if job.started is not None:
        info["started"] = timestamp(job.started)
    if job.finished is not None:
        info["finished"] = timestamp(job.finished)
    info["updated"] = timestamp(max(job.updated, _last_word(job, folder)))
    info["links"] = [link(address, "monitor", "Status of this job")]
    # Where the results will be is known before they are there.
    if job.status in {"accepted", "running", "successful"}:
        info["links"].append(link(f"{address}/results", RESULTS_REL, "Results"))
    info["links"] += [
        link(
            f"{address}/logs/{quote(name)}.log",
            "related",
            f"Tool log {name}.log",
            "text/plain",
        )
        for name, _ in logs
    ]
    if folder.log.exists():
        info["links"].append(link(f"{address}/log", "related", "Job log", "text/plain"))
    return info


def _last_word(job: JobRecord, folder: JobFolder) -> float:
    """Return when a running job last wrote to a log: a sign of life."""
    if job.status != "running":
        return 0.0
    times = [0.0]
    for path in (folder.log, *(path for _, path in folder.step_logs())):
        try:
            times.append(path.stat().st_mtime)
        except OSError:
            continue
    return max(times)


def execute_answer(job: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of the answer to an asynchronous execute request."""
    monitor = next(each for each in job["links"] if each["rel"] == "monitor")
    return {"Location": monitor["href"], "Preference-Applied": "respond-async"}
