"""The texts of the JSON and Code tabs: exactly what Run would send, to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.protocol.requests.package_code import (
    as_batch,
    as_each_with_each,
    as_package,
)
from ogc_widgets.protocol.requests.requests import execute_request
from ogc_widgets.protocol.requests.snippets import (
    as_curl,
    as_httpx,
    pretty_body,
    query_text,
)
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.client import Client
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.protocol.requests.requests import Request

_SHELL: Final = "cURL"


_MANY: Final = "For each"
_MOST_WRITTEN: Final = 1_000
_FROM_FILE: Final = (
    "# Give lists, data frames or files themselves, app being this app:\n"
    'batch = app.form.for_each("areas.geojson")\n'
)
_RESPONSES: Final = {"auto": ""}


class CodeView(View):
    """A chooser of text blocks, each with a copy button."""

    _script = "code_view"

    blocks: Any = traitlets.List().tag(sync=True)
    """What can be shown: a list of ``{"label", "note", "text", "is_python"}``."""
    chosen = traitlets.Int(0).tag(sync=True)

    def write(
        self,
        tab: str,
        client: Client,
        form: ProcessForm,
        process_url: str,
        **batch: Any,  # noqa: ANN401 # arguments of execute_many
    ) -> None:
        """Show what belongs to the tab "json" or "code".

        Args:
            tab: Which of them.
            client: Sends the requests.
            form: What would be sent.
            process_url: Address of the process.
            batch: How the jobs of *Run for each* would run, if some were put together.
        """
        request = _request(client, form, process_url)
        if tab == "json":
            texts = {"Request": _exchange(client, request)}
        else:
            texts = {**_calls(client, form, request), **_batch(client, form, batch)}
        count = len(form.errors)
        problems = "1 problem" if count == 1 else f"{count} problems"
        note = f"Not complete: {problems} in the form" if count else ""
        with publishing(self):
            self.blocks = [
                {
                    "label": label,
                    "note": note,
                    "text": text,
                    "is_python": tab == "code" and label != _SHELL,
                }
                for label, text in texts.items()
            ]

    def _on_choose(self, index: int) -> None:
        self.chosen = index


def _exchange(client: Client, request: Request) -> str:
    """The request as it goes on the wire, with the secrets left out."""
    headers = {**request.headers, **client.credential_placeholders}
    head = "".join(f"{name}: {value}\n" for name, value in headers.items())
    query = query_text(client.aio.param_names)
    url = f"{request.url}?{query}" if query else request.url
    return f"POST {url}\n{head}\n{pretty_body(request)}"


def _calls(client: Client, form: ProcessForm, request: Request) -> dict[str, str]:
    """The same call with this package, as plain httpx, and as cURL."""
    secrets, params = client.credential_placeholders, client.aio.param_names
    return {
        "ogc_widgets": as_package(
            client.url,
            form.process.id,
            form.public_inputs,
            outputs=dict(form.outputs),
            response=form.response,
            extra=dict(form.extra),
            placeholders=secrets,
            params=params,
        ),
        "httpx": as_httpx(request, secrets, params),
        _SHELL: as_curl(request, secrets, params),
    }


def _batch(client: Client, form: ProcessForm, chosen: dict[str, Any]) -> dict[str, str]:
    """The jobs that were put together, as Python; nothing while there are none."""
    plan = form.choosing.plan()
    if not len(plan) or plan.problems:
        return {}
    public, own = form.public_inputs, {column.key for column in plan.columns}
    same = {key: value for key, value in public.items() if key not in own}
    if sum(len(column.cells) for column in plan.columns) > _MOST_WRITTEN:
        text = f"# {plan.sentence}: too many to be written out here.\n{_FROM_FILE}"
        return {_MANY: text}
    wishes = {**form.wishes, "response": _RESPONSES.get(form.response, form.response)}
    more = {
        **{name: one for name, one in wishes.items() if one},
        **chosen,
        "placeholders": client.credential_placeholders,
        "params": client.aio.param_names,
    }
    start = client.url, form.process.id, same
    if plan.is_table:
        each = [plan.own_inputs(index) for index in range(len(plan))]
        return {_MANY: as_batch(*start, each, labels=plan.labels, **more)}
    columns = [
        (one.key, [(cell.label, cell.value) for cell in one.cells])
        for one in plan.columns
    ]
    return {_MANY: as_each_with_each(*start, columns, **more)}


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
