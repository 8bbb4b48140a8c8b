"""What the deploy panel publishes in the situations that a user meets."""

from __future__ import annotations

from typing import Any

CANARY = "<img src=x onerror='window.__xss=1'>"

INPUTS = [
    ("aoi", "Area of interest", "west,south,east,north", "string", "required"),
    ("stac_items", "Sentinel-2 STAC items", "list of texts", "string[]", "required"),
    ("epsg", "EPSG code", "text", "string", "optional"),
    ("bands", "Bands", "list of texts", "string[]", "optional"),
]
CHECK: dict[str, Any] = {
    "problem": "",
    "note": "",
    "can_send": True,
    "facts": ["CWL v1.2", "5 parts"],
    "workflows": [
        {"id": "water-bodies", "title": "Water bodies"},
        {"id": "crop", "title": "crop"},
    ],
    "workflow": "water-bodies",
    "process_id": "water-bodies",
    "title": "Water bodies",
    "description": "Finds open water in satellite images.",
    "inputs": [
        dict(zip(("id", "title", "takes", "cwl_type", "needed"), one, strict=True))
        for one in INPUTS
    ],
    "outputs": ["stac_catalog"],
}
NO_CHECK = {
    **CHECK, "facts": [], "workflows": [], "process_id": "", "inputs": [],
    "outputs": [],
}  # fmt: skip
PROCESSES = [
    {"id": "water-bodies", "title": "Water bodies", "version": "1.0.0"},
    {"id": "a-process-with-a-very-long-name-indeed-and-more", "title": CANARY,
     "version": "0.1.0-alpha.12+build.7"},
    {"id": "ndvi", "title": "", "version": ""},
]  # fmt: skip


def state(**members: Any) -> dict[str, Any]:
    return {
        "source": "file",
        "name": "",
        "text": "",
        "by_value": False,
        "checking": False,
        "check": None,
        "busy": "",
        "question": "",
        "note": None,
        "ability": "",
        "may_deploy": True,
        "processes": PROCESSES,
        "with_open": True,
        "fixed": 1,
        **members,
    }


FILE = {"name": "water-bodies.cwl", "check": CHECK}

STATES: dict[str, dict[str, Any]] = {
    "empty": state(processes=None),
    "looking": state(name="water-bodies.cwl", checking=True),
    "looked": state(**FILE),
    "deploying": state(**FILE, busy="deploy"),
    "conflict": state(**FILE, question="water-bodies"),
    "deployed": state(
        **FILE, note={"tone": "good", "text": "water-bodies is deployed."}
    ),
    "address": state(
        source="address",
        text="https://example.org/app.cwl",
        check={
            **NO_CHECK,
            "note": "The package could not be looked at from here; the server may "
            "reach it all the same. example.org does not answer.",
        },
    ),
    "invalid": state(
        source="text",
        text="cwlVersion: v1.2\nclass: Wrkflow\n",
        check={
            **NO_CHECK,
            "facts": ["CWL v1.2"],
            "problem": "This is not a valid package: package.cwl:2:1: Field `class` "
            "contains undefined reference to `Wrkflow`",
        },
    ),
    "no-libraries": state(
        **{
            **FILE,
            "check": {
                **NO_CHECK,
                "facts": ["CWL v1.2"],
                "note": "Showing the inputs before needs packages that are not "
                'installed.\nInstall them with: pip install "ogc-widgets[lab]"',
            },
        }
    ),
    "refused": state(
        **FILE,
        note={
            "tone": "bad",
            "text": "The server answered 403 to POST http://127.0.0.1:8080/acme/ogc-api"
            "/processes: Immutable process: 'echo' belongs to the server and cannot be "
            "changed.\nNo process was changed.\nThis process must not be changed, or "
            "you have to sign in first.",
        },
    ),
    "unable": state(
        ability="This server cannot deploy processes.",
        may_deploy=False,
        processes=[],
        fixed=4,
    ),
}


def traits(name: str) -> dict[str, Any]:
    return {"state": STATES[name]}
