"""What schemathesis has to know beside the lab's document (SCHEMATHESIS_HOOKS).

The document says of some things only in words what they may be: the inputs of a
process (its description says it), a package (CWL does) and an interval (RFC 3339). Here
they get schemas, so that what is sent with them is right or wrong on purpose.
"""

from __future__ import annotations

import itertools
import json
import os
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import schemathesis
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

# Its inputs are those of echo, so that what fits one fits the other.
DEPLOYED = "echo-again"
_NAMES = {
    "outputId": ["message", "words", "file", "nothing"],
    "path": ["text.txt", "nothing"],
    "logName": ["step.log", "nothing.log"],
}

_MOST_JOBS = int(os.environ.get("LAB_MOST_JOBS", "12"))
_jobs = itertools.count(1)
_moments = st.datetimes().map(lambda moment: f"{moment.isoformat()[:19]}Z")
_dates = st.dates().map(str)


def _intervals(ends: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    both = st.tuples(_dates, _dates).map(lambda two: "/".join(sorted(two)))
    return st.one_of(
        ends,
        ends.map(lambda end: f"../{end}"),
        ends.map(lambda start: f"{start}/.."),
        *([both] if ends is not _moments else []),
    )


schemathesis.openapi.format("interval", _intervals(st.one_of(_moments, _dates)))
schemathesis.openapi.format("moments", _intervals(_moments))


@schemathesis.hook
def before_load_schema(_context: object, raw_schema: dict[str, Any]) -> None:
    """Complete the document of the lab."""
    api = raw_schema["servers"][0]["url"]
    if "/processes/{processId}/execution" not in raw_schema["paths"]:
        _say_places(raw_schema["components"]["schemas"])
        return
    parts = raw_schema["components"]
    for name, words in _NAMES.items():
        parts["parameters"][name]["schema"]["enum"] = words
    parts["parameters"]["w"]["schema"]["enum"] = [""]  # the first workflow
    _say_inputs(raw_schema, f"{api}/processes/echo")
    text = _get(f"{api}/processes/echo/package")
    text = text.replace("id: echo", f"id: {DEPLOYED}", 1)
    _say_packages(raw_schema, text, f"{api}/processes/echo/package")


@schemathesis.hook
def filter_case(_context: object, case: schemathesis.Case) -> bool:
    """Leave out what is wrong, or right, for a reason that the document says in words.

    These are packages of another name, whose processes are not in the document, and
    searches in two places. Of the many bodies that start a job a few are enough.
    """
    if _starts_a_job(case) and next(_jobs) > _MOST_JOBS:
        return False
    for given in (case.query, case.body):
        if isinstance(given, dict) and {"bbox", "intersects"} <= given.keys():
            return False
    if isinstance(case.body, dict) and "executionUnit" in case.body:
        # Whether a package has an id of its own, its schema does not say.
        given = case.body.get("processDescription", {"id": None})
        name = given.get("id") if isinstance(given, dict) else DEPLOYED
        return name == DEPLOYED or not (name is None or isinstance(name, str))
    return True


def _starts_a_job(case: schemathesis.Case) -> bool:
    is_execute = case.operation.definition.raw.get("operationId") == "execute"
    meta = case.meta
    return (
        is_execute
        and meta is not None
        and meta.phase.name.name == "COVERAGE"
        and meta.generation.mode.is_positive
    )


@schemathesis.hook
def map_case(_context: object, case: schemathesis.Case) -> schemathesis.Case:
    """Start every other job without waiting for it."""
    if case.operation.definition.raw.get("operationId") == "execute":
        is_async = len(repr(case.body)) % 2 == 0
        case.headers["Prefer"] = "respond-async" if is_async else "respond-sync"
    return case


def _say_places(schemas: dict[str, Any]) -> None:
    """A box has its south below its north, and GeoJSON has rules of its own."""
    boxes = [[-121, 39, -120, 40], [170, -10, -170, 10, 20, 100]]
    schemas["bbox"] = {"type": "array", "items": {"type": "number"}, "enum": boxes}
    point = {"type": "Point", "coordinates": [-121, 40]}
    schemas["geometry"] = {"type": "object", "enum": [point]}


def _get(url: str) -> str:
    token = os.environ.get("LAB_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urlopen(Request(url, headers=headers)) as answer:
        text: str = answer.read().decode()
        return text


def _say_inputs(document: dict[str, Any], process: str) -> None:
    described: Mapping[str, Any] = json.loads(_get(process))
    _only(document, "/processes/{processId}/execution", "post", "echo")
    body = document["components"]["schemas"]["execute"]
    body["properties"]["inputs"] = {
        "type": "object",
        "properties": {
            name: _with_short_forms(each) for name, each in described["inputs"].items()
        },
        "required": [
            name for name, each in described["inputs"].items() if each["minOccurs"]
        ],
        "additionalProperties": False,
    }
    body["required"] = ["inputs"]
    outputs = body["properties"]["outputs"]["anyOf"][0]
    outputs["properties"] = dict.fromkeys(
        described["outputs"], outputs["additionalProperties"]
    )
    outputs["additionalProperties"] = False


def _with_short_forms(described: Mapping[str, Any]) -> dict[str, Any]:
    """One value stands for a list of one; null for none where none is needed."""
    schema = described["schema"]
    some = [schema, schema["items"]] if schema.get("type") == "array" else [schema]
    return {"anyOf": some, "nullable": not described["minOccurs"]}


def _say_packages(document: dict[str, Any], text: str, link: str) -> None:
    schemas = document["components"]["schemas"]
    document_of_it = {"enum": [_yaml(text)]}
    plain = {"type": "string", "enum": [text]}
    by_value = {"anyOf": [document_of_it, plain]}
    unit = schemas["executionUnit"]["anyOf"]
    wrapped = [each for each in unit if each.get("required")]
    if os.environ.get("LAB_TOKEN"):  # a protected server cannot fetch from itself
        wrapped = [each for each in wrapped if each["required"] != ["href"]]
    for each in wrapped:
        (word,) = each["required"]
        is_link = word == "href"
        each["properties"][word] = {"enum": [link]} if is_link else by_value
    unit[:] = [by_value, *wrapped]
    words = schemas["givenDescription"]["properties"]
    words["id"] = {"type": "string", "enum": [DEPLOYED]}
    schemas["givenDescription"]["required"] = ["id"]
    schemas["ogcapppkg"]["required"].append("processDescription")
    for path, method in (("/processes", "post"), ("/processes/{processId}", "put")):
        content = document["paths"][path][method]["requestBody"]["content"]
        content["application/cwl"] = {"schema": plain}
        for kind in ("yaml", "json"):
            content[f"application/cwl+{kind}"] = {"schema": document_of_it}
    for method in ("put", "delete"):
        _only(document, "/processes/{processId}", method, DEPLOYED)


def _only(document: dict[str, Any], path: str, method: str, process_id: str) -> None:
    parameters = document["paths"][path][method]["parameters"]
    parameters[0] = {
        "name": "processId",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": [process_id]},
    }


def _yaml(text: str) -> object:
    import yaml  # schemathesis needs it, too

    return yaml.safe_load(text)
