"""A whole session on a protected server, and then a search for what was typed."""

from __future__ import annotations

import base64
import json
import logging

import ipywidgets
import pytest
from ipywidgets.embed import embed_data
from raw_server import RawServer, answer, processes_server
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client.history.store import history_path
from ogc_widgets.errors import OgcError

WAYS = {
    "token": ("Bearer", "authorization", {}),
    "password": ("Basic", "authorization", {"user": "me"}),
    "key": ('ApiKey name="X-Key"', "x-key", {}),
}


def everything_shown():
    """The state of all widgets, without scripts and style sheets."""
    instances = ipywidgets.widgets.widget._instances
    return repr(
        [
            {k: v for k, v in widget.get_state().items() if k not in ("_esm", "_css")}
            for widget in list(instances.values())
        ]
    )


@pytest.mark.parametrize("kind", WAYS)
def test_what_was_typed_is_nowhere_after_a_session(kind, canary, caplog, capfd):
    challenge, header, typed = WAYS[kind]
    encoded = base64.b64encode(f"me:{canary}".encode()).decode()
    sent = {"token": f"Bearer {canary}", "password": f"Basic {encoded}", "key": canary}
    caplog.set_level(logging.DEBUG)
    elsewhere = RawServer(lambda *_: answer(body=b"log of a step\n"))
    links = [
        {"rel": "related", "type": "text/plain", "title": "step.log",
         "href": f"{elsewhere.origin}/step.log"},
    ]  # fmt: skip
    job = {"jobID": "1", "status": "successful", "processID": "p", "links": links}
    asset = {"href": f"{elsewhere.origin}/picture.tif"}
    item = {"type": "Feature", "stac_version": "1.0.0", "id": "i", "geometry": None,
            "properties": {}, "links": [], "assets": {"a": asset}}  # fmt: skip
    server = processes_server(
        {
            ("POST", "/api/processes/p/execution"): lambda *_: answer(job, 201),
            ("GET", "/api/jobs/1"): lambda *_: answer(job),
            ("GET", "/api/jobs/1/results"): lambda *_: answer(
                {"type": "FeatureCollection", "features": [item]}
            ),
        }
    )
    behave = server.behave

    def guard(connection, received):
        if received.headers.get(header) != sent[kind]:
            said = {"title": "No", "detail": repr(received.headers)}
            return answer(said, 401, {"WWW-Authenticate": challenge})
        return behave(connection, received)

    server.behave = guard
    seen = []
    with server, elsewhere:
        app = ogc.App(server.origin + "/api")
        (box,) = app.children
        wait_for(lambda: box.sign_in["busy"] == "")
        for secret in (f"wrong-{canary}", canary):
            seen.append(everything_shown())
            content = {"type": "sign_in", "way": 0, **typed}
            data = {"method": "custom", "content": content}
            said = {"comm_id": box.comm.comm_id, "data": data}
            box.comm.handle_msg(
                {"content": said, "buffers": [memoryview(secret.encode())]}
            )
            wait_for(lambda: box.sign_in["busy"] == "")
        wait_for(lambda: len(app.children) > 1)
        running = app.run()
        wait_for(lambda: app.results is not None)
        seen += [log.text() for log in running.logs()]
        with pytest.raises(OgcError) as caught:
            app.client.job("unknown")
        seen += [str(caught.value), repr(vars(caught.value))]
        seen += [everything_shown(), json.dumps(embed_data([app]), default=repr)]
        seen += [repr(app), str(app._repr_mimebundle_()), app.panel.report_text()]
        aio = app.client.aio
        for thing in (
            app.client,
            aio,
            aio.connection,
            running,
            running.aio,
            box,
        ):
            seen += [repr(thing), repr(getattr(thing, "__dict__", ""))]
        for tab in ("json", "code"):
            app.header._receive(None, {"type": "tab", "name": tab}, None)
            seen.append(repr(app.code.blocks))
        assert "$TOKEN" in seen[-2]
        app.close()
    seen += [record.getMessage() + repr(vars(record)) for record in caplog.records]
    assert {"Comm", "ogc_widgets"} <= {record.name for record in caplog.records}
    seen += [
        history_path().read_bytes().decode("latin-1"),
        repr(ogc.recent_jobs()),
        *capfd.readouterr(),
    ]
    seen.append(repr(elsewhere.received))
    for number, text in enumerate(seen):
        text = text.replace(r"\/", "/")
        assert canary not in text, number
        assert encoded not in text, number
    assert elsewhere.received, "the log was fetched from another server"
    assert sent[kind] in {one.headers.get(header) for one in server.received}
