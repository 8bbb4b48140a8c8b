"""The schemas of the OpenAPI definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ogc_widgets.lab.server.values import Json


def _object(required: list[str] | None = None, **properties: Json) -> dict[str, Any]:
    document: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        document["required"] = required
    return document


def _list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
_SUMMARY = {
    "id": _TEXT,
    "title": _TEXT,
    "description": _TEXT,
    "version": _TEXT,
    "mutable": {"type": "boolean"},
    "keywords": {"type": "array", "items": _TEXT},
    "jobControlOptions": {
        "type": "array",
        "items": {
            "type": "string",
            "enum": ["sync-execute", "async-execute", "dismiss"],
        },
    },
    "outputTransmission": {
        "type": "array",
        "items": {"type": "string", "enum": ["value", "reference"]},
    },
    "links": _list_of("link"),
}

SCHEMAS: dict[str, Any] = {
    "link": _object(["href"], href=_TEXT, rel=_TEXT, type=_TEXT, title=_TEXT),
    "landingPage": _object(
        ["links"], title=_TEXT, description=_TEXT, links=_list_of("link")
    ),
    "conformance": _object(
        ["conformsTo"], conformsTo={"type": "array", "items": _TEXT}
    ),
    "processSummary": _object(["id", "version"], **_SUMMARY),
    "process": _object(
        ["id", "version"],
        **_SUMMARY,
        inputs={"type": "object", "additionalProperties": {"type": "object"}},
        outputs={"type": "object", "additionalProperties": {"type": "object"}},
    ),
    "processList": _object(
        ["processes", "links"],
        processes=_list_of("processSummary"),
        links=_list_of("link"),
    ),
    "execute": _object(
        inputs={"type": "object", "additionalProperties": {}},
        outputs={
            "type": "object",
            "additionalProperties": _object(
                transmissionMode={"type": "string", "enum": ["value", "reference"]}
            ),
        },
        response={"type": "string", "enum": ["raw", "document"]},
    ),
    "ogcapppkg": _object(
        ["executionUnit"],
        processDescription={"type": "object"},
        executionUnit={"type": "object"},
    ),
    "statusCode": {
        "type": "string",
        "enum": ["accepted", "running", "successful", "failed", "dismissed"],
    },
    "statusInfo": _object(
        ["jobID", "status", "type"],
        jobID=_TEXT,
        id=_TEXT,
        processID=_TEXT,
        type={"type": "string", "enum": ["process"]},
        status={"$ref": "#/components/schemas/statusCode"},
        message=_TEXT,
        progress={"type": "integer", "minimum": 0, "maximum": 100},
        created=_MOMENT,
        started=_MOMENT,
        finished=_MOMENT,
        updated=_MOMENT,
        links=_list_of("link"),
    ),
    "jobList": _object(
        ["jobs", "links"], jobs=_list_of("statusInfo"), links=_list_of("link")
    ),
    "results": {"type": "object", "additionalProperties": {}},
    "problem": _object(
        ["type"],
        type=_TEXT,
        title=_TEXT,
        status={"type": "integer"},
        detail=_TEXT,
        instance=_TEXT,
        errors={
            "type": "array",
            "items": _object(input=_TEXT, path=_TEXT, detail=_TEXT),
        },
    ),
}
