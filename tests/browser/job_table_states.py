"""What the job table publishes in the situations that a user meets."""

from __future__ import annotations

from typing import Any

CANARY = "<img src=x onerror='window.__xss=1'>"


def row(number: int, kind: str = "successful", **members: Any) -> dict[str, Any]:
    tones = {"successful": "good", "failed": "bad", "dismissed": "idle", "lost": "warn"}
    final = kind in tones
    name = f"{number * 7919:08x}"
    return {
        "id": f"{name}-902c-11ef-a29c-8e55bd0a3308",
        "short": name,
        "process": "water-bodies",
        "kind": kind,
        "tone": tones.get(kind, "work"),
        "word": kind.capitalize(),
        "percent": 62 if kind == "running" else None,
        "created": f"2024-10-22 04:{59 - number:02d}Z",
        "duration": 211.0 if final else None,
        "message": "Otsu threshold, item 2 of 2",
        "final": final,
        "results": kind == "successful",
        "again": final and kind != "lost",
        "cannot": "",
        "busy": "",
        **members,
    }


ROWS = [
    row(1, "running"),
    row(2, "accepted", message="waiting for a free worker"),
    row(3),
    row(
        4,
        "failed",
        message="crop failed: The area of interest lies outside the item "
        "S2B_10TFK_20210713_0_L2A. Draw the area inside the image.",
    ),
    row(5, "dismissed", message="dismissed on request", busy="deleting"),
    row(6, process="a-process-with-a-very-long-name-indeed-and-more"),
    row(7, "running", word="Paused", percent=None, duration=None),
    row(8, "lost", created=""),
    row(9, duration=37_123.0),
    row(10, process="echo", duration=0.4),
]


NO_FILTER = {"text": "", "status": "", "process_id": "", "hours": 0}


def state(rows: list[dict[str, Any]] | None = None, **members: Any) -> dict[str, Any]:
    rows = ROWS if rows is None else rows
    return {
        "sequence": 1,
        "rows": rows,
        "page_size": 10,
        "page": 1,
        "pages": 3,
        "more": True,
        "found": 21,
        "total": 57,
        "is_loaded": True,
        "filter": NO_FILTER,
        "filtered": False,
        "processes": ["echo", "water-bodies"],
        "loading_for": None,
        "note": None,
        "with_results": False,
        **members,
    }


NOTHING = {"found": 0, "total": None, "pages": 1, "more": False}

STATES: dict[str, dict[str, Any]] = {
    "jobs": state(),
    "first-load": state([], is_loaded=False, loading_for=12.0, **NOTHING),
    "reload": state(page=2, loading_for=4.0),
    "empty": state([], **NOTHING),
    "filtered": state(
        ROWS[3:4],
        found=1,
        pages=1,
        more=False,
        filtered=True,
        filter={**NO_FILTER, "text": "outside", "status": "failed"},
    ),
    "no-match": state(
        [],
        found=0,
        pages=1,
        more=False,
        filtered=True,
        filter={**NO_FILTER, "text": "x"},
    ),
    "error": state(
        [],
        is_loaded=False,
        note={
            "tone": "bad",
            "text": "The list could not be loaded. GET /jobs: no answer in 30 s.",
        },
        **NOTHING,
    ),
    "refused": state(
        note={
            "tone": "warn",
            "text": "This server cannot cancel jobs (it answered 405). "
            "The job keeps running on the server.",
        }
    ),
}


def traits(name: str) -> dict[str, Any]:
    selected = ROWS[2]["id"] if name == "jobs" else ""
    return {"state": STATES[name], "selected_job_id": selected}
