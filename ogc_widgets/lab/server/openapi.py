"""The OpenAPI 3.0 definition of this server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.lab.server.openapi_schemas import SCHEMAS

if TYPE_CHECKING:
    from ogc_widgets.lab.server.values import Json


def api_definition(
    api: str, process_ids: list[str], *, protected: bool = False, oidc: str = ""
) -> dict[str, Any]:
    """Return the definition.

    Args:
        api: Address of the API.
        process_ids: The processes there are now; offered as values.
        protected: Whether a bearer token is asked for.
        oidc: The issuer of tokens, if there is one.
    """
    definition: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {
            "title": "ogc_widgets lab",
            "version": "1.0.0",
            "description": "OGC API - Processes, Part 1 and Part 2, for learning.",
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "servers": [{"url": api}],
        "paths": _paths(),
        "components": {
            "parameters": _parameters(process_ids),
            "schemas": SCHEMAS,
            "responses": {
                "Problem": {
                    "description": "A refusal that says why (RFC 9457).",
                    "content": {"application/problem+json": _schema("problem")},
                }
            },
        },
    }
    if protected:
        schemes: dict[str, Any] = {"bearer": {"type": "http", "scheme": "bearer"}}
        if oidc:
            schemes["oidc"] = {
                "type": "openIdConnect",
                "openIdConnectUrl": f"{oidc}/.well-known/openid-configuration",
            }
        definition["components"]["securitySchemes"] = schemes
        definition["security"] = [{name: []} for name in schemes]
        definition["paths"]["/"]["get"]["security"] = []  # open to everybody
    return definition


def _schema(name: str) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{name}"}}


def _answer(description: str, schema: str = "", kind: str = "application/json") -> Json:
    answer: dict[str, Any] = {"description": description}
    if schema:
        answer["content"] = {kind: _schema(schema)}
    return answer


def _operation(
    name: str,
    summary: str,
    answers: dict[str, Any],
    *,
    parameters: tuple[str, ...] = (),
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "parameters": [
            {"$ref": f"#/components/parameters/{each}"} for each in parameters
        ],
        "responses": {**answers, "default": {"$ref": "#/components/responses/Problem"}},
    }
    if body:
        operation["requestBody"] = {"required": True, "content": body}
    return operation


_CWL: dict[str, Any] = {
    **{
        kind: {"schema": {"type": "string"}}
        for kind in ("application/cwl", "application/cwl+yaml")
    },
    "application/cwl+json": {"schema": {"type": "object"}},
}
_PACKAGE = {**_CWL, "application/ogcapppkg+json": _schema("ogcapppkg")}

_LOG = {
    "description": "Text",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}


def _paths() -> dict[str, Any]:
    process, job = ("processId",), ("jobId",)
    return {
        "/": {
            "get": _operation(
                "landingPage", "Landing page", {"200": _answer("Links", "landingPage")}
            )
        },
        "/conformance": {
            "get": _operation(
                "conformance",
                "Conformance classes",
                {"200": _answer("Class URIs", "conformance")},
            )
        },
        "/processes": {
            "get": _operation(
                "processes",
                "List the processes",
                {"200": _answer("One page of processes", "processList")},
                parameters=("limit", "offset"),
            ),
            "post": _operation(
                "deploy",
                "Deploy an application package",
                {"201": _answer("Deployed", "processSummary")},
                parameters=("w",),
                body=_PACKAGE,
            ),
        },
        "/processes/{processId}": {
            "get": _operation(
                "process",
                "Describe a process",
                {"200": _answer("Description", "process")},
                parameters=process,
            ),
            "put": _operation(
                "replace",
                "Replace a process",
                {"204": _answer("Replaced")},
                parameters=(*process, "w"),
                body=_PACKAGE,
            ),
            "delete": _operation(
                "undeploy",
                "Undeploy a process",
                {"204": _answer("Undeployed")},
                parameters=process,
            ),
        },
        "/processes/{processId}/package": {
            "get": _operation(
                "package",
                "The package as it was deployed",
                {"200": {"description": "Package", "content": _CWL}},
                parameters=process,
            )
        },
        "/processes/{processId}/execution": {
            "post": _operation(
                "execute",
                "Execute a process",
                {
                    "200": _answer("Results of a synchronous execution", "results"),
                    "201": _answer("Accepted", "statusInfo"),
                },
                parameters=(*process, "prefer"),
                body={"application/json": _schema("execute")},
            )
        },
        "/jobs": {
            "get": _operation(
                "jobs",
                "List the jobs, newest first",
                {"200": _answer("One page of jobs", "jobList")},
                parameters=(
                    "limit",
                    "offset",
                    "type",
                    "processID",
                    "status",
                    "datetime",
                    "minDuration",
                    "maxDuration",
                ),
            )
        },
        "/jobs/{jobId}": {
            "get": _operation(
                "status",
                "Status of a job",
                {"200": _answer("Status", "statusInfo")},
                parameters=job,
            ),
            "delete": _operation(
                "dismiss",
                "Stop a job; remove one that has ended",
                {"200": _answer("Dismissed", "statusInfo")},
                parameters=job,
            ),
        },
        "/jobs/{jobId}/results": {
            "get": _operation(
                "results",
                "Results of a job",
                {"200": _answer("Results", "results")},
                parameters=job,
            )
        },
        "/jobs/{jobId}/results/{outputId}": {
            "get": _operation(
                "result",
                "One output of a job",
                {"200": {"description": "The output", "content": {"*/*": {}}}},
                parameters=("jobId", "outputId"),
            )
        },
        "/jobs/{jobId}/files/{path}": {
            "get": _operation(
                "file",
                "A result file, in whole or in part",
                {
                    "200": {"description": "The file", "content": {"*/*": {}}},
                    "206": {"description": "A part of it", "content": {"*/*": {}}},
                },
                parameters=("jobId", "path"),
            )
        },
        "/jobs/{jobId}/log": {
            "get": _operation(
                "jobLog",
                "What the runner has said so far",
                {"200": _LOG},
                parameters=job,
            )
        },
        "/jobs/{jobId}/logs/{logName}": {
            "get": _operation(
                "stepLog",
                "What a step has said so far; the status links to all of them",
                {"200": _LOG},
                parameters=("jobId", "logName"),
            )
        },
    }


def _parameters(process_ids: list[str]) -> dict[str, Any]:
    def path(name: str, **schema: Json) -> dict[str, Any]:
        return {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", **schema},
        }

    def query(name: str, description: str, **schema: Json) -> dict[str, Any]:
        listed = schema.get("type") == "array"
        return {
            "name": name,
            "in": "query",
            "description": description,
            "schema": schema,
            **({"explode": False} if listed else {}),
        }

    words = {"type": "array", "items": {"type": "string"}}
    statuses = {"$ref": "#/components/schemas/statusCode"}
    return {
        "processId": path(
            "processId", **({"enum": process_ids} if process_ids else {})
        ),
        "jobId": path("jobId"),
        "outputId": path("outputId"),
        "path": path("path"),
        "logName": path("logName"),
        "limit": query("limit", "At most this many", type="integer", minimum=1),
        "offset": query("offset", "Leave out this many", type="integer", minimum=0),
        "w": query("w", "Which workflow of the package", type="string"),
        "type": query("type", "Type of job", **words),
        "processID": query("processID", "Jobs of these processes", **words),
        "status": query("status", "Jobs in these states", type="array", items=statuses),
        "datetime": query("datetime", "Created at or within", type="string"),
        "minDuration": query("minDuration", "Seconds, at least", type="integer"),
        "maxDuration": query("maxDuration", "Seconds, at most", type="integer"),
        "prefer": {
            "name": "Prefer",
            "in": "header",
            "description": "respond-async starts the job and returns at once",
            "schema": {"type": "string"},
        },
    }
