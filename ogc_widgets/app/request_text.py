"""The texts of the JSON and Code tabs: exactly what Run would send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.protocol.requests.requests import execute_request
from ogc_widgets.protocol.requests.snippets import (
    as_curl,
    as_httpx,
    as_package,
    pretty_body,
    query_text,
)

if TYPE_CHECKING:
    from ogc_widgets.client import Client
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.protocol import Process
    from ogc_widgets.protocol.requests.requests import Request

Block = dict[str, str]


def json_blocks(client: Client, form: ProcessForm, process_url: str) -> list[Block]:
    """The request as it goes on the wire, with the secrets left out."""
    request = _request(client, form, process_url)
    headers = {**request.headers, **client.credential_placeholders}
    head = "".join(f"{name}: {value}\n" for name, value in headers.items())
    query = query_text(client.aio.param_names)
    url = f"{request.url}?{query}" if query else request.url
    return [
        {
            "label": "Request",
            "note": _note(form),
            "text": f"POST {url}\n{head}\n{pretty_body(request)}",
        }
    ]


def code_blocks(client: Client, form: ProcessForm, process_url: str) -> list[Block]:
    """The same call as cURL, as plain httpx, and with this package."""
    process: Process = form.process
    request = _request(client, form, process_url)
    secrets, params = client.credential_placeholders, client.aio.param_names
    texts = {
        "ogc_widgets": as_package(
            client.url,
            process.id,
            form.public_inputs,
            outputs=dict(form.outputs),
            response=form.response,
            extra=dict(form.extra),
            placeholders=secrets,
            params=params,
        ),
        "httpx": as_httpx(request, secrets, params),
        "cURL": as_curl(request, secrets, params),
    }
    note = _note(form)
    return [
        {"label": label, "note": note, "text": text} for label, text in texts.items()
    ]


def _request(client: Client, form: ProcessForm, process_url: str) -> Request:
    declared = client.aio.discovery.known_conformance
    return execute_request(
        process_url,
        form.public_inputs,
        form.outputs or None,
        process=form.process,
        extra=form.extra,
        response=form.response,
        has_response=declared is None or declared.has_response,
    )


def _note(form: ProcessForm) -> str:
    count = len(form.errors)
    if not count:
        return ""
    return (
        f"Not complete: {count} {'problem' if count == 1 else 'problems'} in the form"
    )
