"""Every state of the job panel, as the panel publishes it."""

from __future__ import annotations

from typing import Any

from ogc_widgets.panel.job.job_state import Surroundings, job_state, resting_state
from ogc_widgets.panel.job.logs import StepBook, links_of
from ogc_widgets.protocol import JobView, StatusInfo
from ogc_widgets.protocol.notices import silent

ID = "bfafdb8e-902c-11ef-a29c-8e55bd0a3308"
URL = f"http://localhost:8080/acme/ogc-api/jobs/{ID}"
AGAIN = f'import ogc_widgets as ogc; ogc.JobPanel(ogc.Client("http://localhost:8080/acme").job("{ID}"))'
NOW = 1_700_000_000.0
CROPS = ("node_crop", "node_crop_2", "node_crop_3", "node_crop_4")
HALF = (*CROPS, "node_normalized_difference", "node_normalized_difference_2")
ALL = (*HALF, "node_otsu", "node_otsu_2", "node_stac")

TRACEBACK = """\
Traceback (most recent call last):
  File "/opt/zooservices/water_bodies/service.py", line 412, in water_bodies
    exit_status = runner.execute()
  File "/opt/runner/__init__.py", line 475, in execute
    raise RuntimeError("crop: area outside the scene")
RuntimeError: The area of interest lies outside the scene S2B_10TFK_20210713_0_L2A.
"""
LOG = "\n".join(
    f"10:21:{second:02d} INFO  reading window {second} of 40 from S2B_10TFK/B03.tif"
    for second in range(40)
)
FAILED_LOG = f"""{LOG}
10:22:00 ERROR  window outside the raster: 0 of 5460 x 7205 pixels
Traceback (most recent call last):
  File "crop.py", line 60, in main
ValueError: area outside the scene
10:22:01 INFO  exit 1"""


def links(names: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {
            "href": f"http://localhost:8080/acme/temp/{ID}/{name}.log",
            "rel": "related",
            "type": "text/plain",
            "title": f"Tool log {name}.log",
        }
        for name in names
    ]


def state(
    phase: str,
    *,
    word: str = "",
    logs: tuple[str, ...] = (),
    around: dict[str, Any] | None = None,
    view: dict[str, Any] | None = None,
    **status: Any,
) -> dict[str, Any]:
    """What the panel would publish for such a job."""
    document = {
        "jobID": ID,
        "status": word or (phase if phase != "lost" else "running"),
        "processID": "water-bodies",
        "links": links(logs),
        **status,
    }
    times = {"checked_at": NOW - 2, "next_check_at": NOW + 3, "changed_at": NOW - 2}
    with silent():
        status_info = StatusInfo.from_json(document)
    shown = JobView(phase=phase, status=status_info, **{**times, **(view or {})})
    book = StepBook()
    book.see(links_of(shown))
    known = {
        "now": NOW,
        "job_id": ID,
        "job_url": URL,
        "again": AGAIN,
        "elapsed_s": 46.0,
        "can_stop": True,
        "steps": book.states(phase),
    }
    return job_state(shown, Surroundings(**{**known, **(around or {})}))


def log(step: str, number: int, text: str, **members: Any) -> dict[str, Any]:
    return {
        "step": step,
        "label": step.replace("_", " "),
        "number": number,
        "title": f"Tool log node_{step}.log",
        "text": text,
        "note": "",
        "bad": False,
        "first_error": None,
        **members,
    }


OTSU = "Otsu threshold, item 2 of 2"
SILENT = {"connection": "reconnecting", "silent_since": NOW - 20}

# Name: what the panel publishes as `state` and as `log_view`.
STATES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "idle": (resting_state(), {}),
    "invalid": (
        resting_state("invalid", "2 problems in the form; nothing was sent."),
        {},
    ),
    "not-started": (
        resting_state(
            "not-started",
            "POST http://localhost:8080/acme/ogc-api/...: connection refused.\n"
            "Nothing was sent and the form is unchanged.\nRun again when it is there.",
        ),
        {},
    ),
    "submitting": (resting_state("submitting", "Sending the request."), {}),
    "accepted": (state("accepted", progress=0, around={"elapsed_s": 3.0}), {}),
    "running": (
        state("running", progress=62, message=OTSU, logs=ALL[:-1]),
        log("otsu", 2, LOG),
    ),
    "running-no-log-open": (
        state("running", progress=23, message="execution submitted", logs=HALF),
        {},
    ),
    "running-unknown": (state("running", message="No message provided"), {}),
    "long-message": (
        state("running", progress=30, message="a very long story " * 40, logs=ALL),
        {},
    ),
    "many-steps": (
        state(
            "running",
            progress=97,
            logs=tuple(f"node_step-{letter}" for letter in "abcdefghijklmnopqrst"),
        ),
        {},
    ),
    "word-of-the-server": (state("running", word="paused", progress=23), {}),
    "cancelling": (
        state("running", progress=62, logs=HALF, around={"stop": "cancelling"}),
        {},
    ),
    "reconnecting": (
        state(
            "running",
            progress=62,
            logs=HALF,
            view={**SILENT, "next_check_at": NOW + 8},
        ),
        log("crop", 4, LOG),
    ),
    "paused": (
        state(
            "running",
            progress=62,
            logs=HALF,
            view={"connection": "paused", "silent_since": NOW - 1800},
        ),
        {},
    ),
    "sign-in": (
        state("running", progress=62, logs=HALF, view={"connection": "sign-in"}),
        {},
    ),
    "quiet": (
        state(
            "running",
            progress=0,
            message="No message provided",
            view={"quiet": True, "changed_at": NOW - 660},
            around={"elapsed_s": 663.0},
        ),
        {},
    ),
    "cannot-cancel": (
        state(
            "running",
            progress=10,
            around={
                "can_stop": False,
                "stop_note": "This server cannot cancel jobs (it answered 405). "
                "The job keeps running on the server.",
            },
        ),
        {},
    ),
    "unwatched": (
        state("running", progress=10, around={"can_stop": False, "stop": "unwatched"}),
        {},
    ),
    "set-back": (
        state(
            "running",
            progress=20,
            around={
                "progress_note": "The server set the progress back from 62 % to 20 %."
            },
        ),
        {},
    ),
    "successful": (
        state("successful", message="The service ran successfully.", logs=ALL),
        {},
    ),
    "failed": (state("failed", progress=80, message=TRACEBACK, logs=HALF), {}),
    "failed-with-log": (
        state("failed", progress=80, message="Step failed: crop", logs=HALF),
        log("normalized_difference", 2, FAILED_LOG, first_error=40),
    ),
    "failed-silently": (state("failed"), {}),
    "log-unreadable": (
        state("running", progress=62, message=OTSU, logs=HALF),
        log("crop", 1, "", note="The server did not answer in time.", bad=True),
    ),
    "dismissed": (state("dismissed", message="Dismissed.", logs=HALF), {}),
    "lost": (state("lost", progress=62, message=OTSU, logs=HALF), {}),
}


def traits(name: str) -> dict[str, Any]:
    shown, opened = STATES[name]
    return {
        "state": {**shown, "sequence": 1},
        "log_view": opened,
        "report_view": {},
    }
