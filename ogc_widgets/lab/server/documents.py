"""The documents that lie beside the code as YAML, with addresses put in, and links."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from ogc_widgets.lab.settings import Settings

_HERE = Path(__file__).parent
OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"
_UNKNOWN_USER = ("401", "503")


def read_yaml(name: str) -> dict[str, Any]:
    """Return the content of a file in this folder, to be changed freely."""
    return deepcopy(_read(name))


@lru_cache(maxsize=8)
def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(_HERE / name)
    return document


def read_document(file: str, name: str, address: str) -> dict[str, Any]:
    """Return one of the documents in a file, with its links below an address."""
    document: dict[str, Any] = read_yaml(file)[name]
    for each in document.get("links", ()):
        each["href"] = address + each["href"]
        each.setdefault("type", "application/json")
    return document


def link(
    href: str, rel: str, title: str, kind: str = "application/json"
) -> dict[str, Any]:
    """Return a link object."""
    return {"href": href, "rel": rel, "type": kind, "title": title}


def api_definition(
    api: str, process_ids: list[str], settings: Settings
) -> dict[str, Any]:
    """Return the OpenAPI definition of the API at an address."""
    definition = read_definition("openapi.yaml", api, settings)
    if process_ids:
        parameter = definition["components"]["parameters"]["processId"]
        parameter["schema"]["enum"] = process_ids
    if settings.is_protected:
        schemes = {"bearer": {"type": "http", "scheme": "bearer"}}
        if settings.oidc:
            discovery = f"{settings.oidc.rstrip('/')}/.well-known/openid-configuration"
            schemes["oidc"] = {"type": "openIdConnect", "openIdConnectUrl": discovery}
        definition["components"]["securitySchemes"] = schemes
        definition["security"] = [{name: []} for name in schemes]
        landing = definition["paths"]["/"]["get"]
        landing["security"] = []  # open to everybody
        for code in _UNKNOWN_USER:
            del landing["responses"][code]
    return definition


def read_definition(name: str, address: str, settings: Settings) -> dict[str, Any]:
    """Return an OpenAPI definition with its address and every problem that may come."""
    definition = read_yaml(name) | {"servers": [{"url": address}]}
    always = {"421", "500", *(_UNKNOWN_USER if settings.is_protected else ())}
    for path in definition["paths"].values():
        for method, operation in path.items():
            codes = always | set(map(str, operation.pop("x-refusals", ())))
            if method != "get":
                codes |= {"403", "507"}  # a foreign page, a full disk
            refusal = {"$ref": "#/components/responses/Problem"}
            operation["responses"] |= dict.fromkeys(sorted(codes), refusal)
    return definition
