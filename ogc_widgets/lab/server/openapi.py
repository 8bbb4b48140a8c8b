"""The OpenAPI definition of this server: ``openapi.yaml``, and what is filled in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogc_widgets.lab.server.yaml_files import read_yaml

if TYPE_CHECKING:
    from ogc_widgets.lab.server.settings import Settings


def api_definition(
    api: str, process_ids: list[str], settings: Settings
) -> dict[str, Any]:
    """Return the definition of the API at an address."""
    definition: dict[str, Any] = read_yaml(Path(__file__).with_name("openapi.yaml"))
    definition["servers"] = [{"url": api}]
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
        definition["paths"]["/"]["get"]["security"] = []  # open to everybody
    return definition
