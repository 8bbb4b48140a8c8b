"""A server that repeats the secret wherever it can, and all that a user sees of it."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import traceback
from dataclasses import asdict
from urllib.parse import quote, quote_plus

import ipywidgets
import pytest
from raw_server import answer, processes_server
from secret_senders import ENCODED
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client.history.store import history_path
from ogc_widgets.errors import OgcError

TOKEN = 'tok/7f"3a+9b&c==secret'
PASSWORD = "a pass wörd of some length"
WAYS = {
    "token": ({"auth": TOKEN}, [TOKEN]),
    "password": (
        {"auth": ("me", PASSWORD)},
        [PASSWORD, base64.b64encode(f"me:{PASSWORD}".encode()).decode()],
    ),
    "key": ({"headers": {"X-Api-Key": TOKEN}}, [TOKEN]),
    "header": ({"headers": {"Authorization": f"Bearer {TOKEN}"}}, [TOKEN]),
    "query": ({"params": {"key": TOKEN}}, [TOKEN]),
}
# What has to come back as it was for the server to be of any use.
WORKING = {"id", "jobID", "status", "href", "rel", "schema", "jobControlOptions"}


def lower_escapes(text):
    return re.sub("%..", lambda found: found[0].lower(), text)


def spellings(secrets):
    for one in secrets:
        yield from (
            one,
            quote(one, safe=""),
            lower_escapes(quote(one)),
            quote_plus(one),
        )
        yield from (json.dumps(one)[1:-1], json.dumps(one).replace("/", r"\/")[1:-1])
        yield from (html.escape(one), one.rstrip("="))


def with_echo(document, echo):
    """The document with the echo in every text that is there to be read."""
    if isinstance(document, dict):
        kept = {
            key: value if key in WORKING else with_echo(value, echo)
            for key, value in document.items()
        }
        is_named = document.keys() & {"id", "jobID", "links"}
        words = ("message", "title", "description") if is_named else ()
        return {**kept, **dict.fromkeys(words, echo)}
    if isinstance(document, list):
        return [with_echo(one, echo) for one in document]
    return f"{document} {echo}" if isinstance(document, str) else document


def everything_shown():
    instances = ipywidgets.widgets.widget._instances
    return [
        repr({k: v for k, v in one.get_state().items() if k not in ("_esm", "_css")})
        for one in list(instances.values())
    ]


def all_of(error):
    shown = "".join(traceback.format_exception(error))
    return [shown, repr(error), repr(vars(error))]


def echoing(secrets):
    echo = "you sent " + " | ".join(spellings(secrets))
    fields = {"X-Echo": quote(echo), "Content-Language": quote(echo)}
    log = {"rel": "related", "type": "text/plain", "title": "step.log",
           "href": "/api/step.log"}  # fmt: skip
    landing = {"links": [{"rel": "about", "href": f"/about?k={quote(secrets[0])}"}]}
    job = {"jobID": "1", "status": "failed", "processID": "p", "links": [log]}
    done = {**job, "jobID": "2", "status": "successful"}
    process = {"id": "p", "jobControlOptions": ["async-execute"], "version": "1",
               "inputs": {}}  # fmt: skip

    def says(document, status=200):
        return lambda *_: answer(with_echo(document, echo), status, fields)

    def page(kind, status):
        body = f"<p>{echo}</p>".encode()
        return lambda *_: answer(
            status=status, body=body, headers={**fields, "Content-Type": kind}
        )

    garbled = f"HTTP/1.1 200 OK\r\n{secrets[0]} no colon\r\n\r\n".encode()
    named = f"HTTP/1.1 404 {secrets[0]}\r\nContent-Length: 0\r\n\r\n".encode()
    behaviours = {
        ("GET", "/api"): says(landing),
        ("GET", "/api/processes"): says({"processes": [process]}),
        ("GET", "/api/processes/p"): says(process),
        ("POST", "/api/processes/p/execution"): says(job, 201),
        ("GET", "/api/jobs"): says({"jobs": [job]}),
        ("GET", "/api/jobs/1"): says(job),
        ("GET", "/api/jobs/1/results"): says({"type": "about:blank"}, 400),
        ("GET", "/api/jobs/2"): says(done),
        ("GET", "/api/jobs/2/results"): says({"said": "text", "list": ["one"]}),
        ("GET", "/api/step.log"): page("text/plain", 200),
        ("GET", "/api/jobs/unread"): page("text/html", 200),
        ("GET", "/api/jobs/mislabelled"): page("image/tiff", 200),
        ("GET", "/api/jobs/garbled"): lambda *_: garbled,
        ("GET", "/api/jobs/named"): lambda *_: named,
        ("GET", "/api/jobs/away"): lambda *_: answer(
            status=302, headers={"Location": f"ftp://127.0.0.1/{quote(secrets[0])}"}
        ),
    }
    for status in (400, 401, 403, 404, 409, 410, 429, 500, 503):
        path = f"/api/jobs/e{status}"
        behaviours["GET", path] = says({"detail": "no", "type": "x"}, status)
        behaviours["GET", f"{path}p"] = page("text/html", status)
    return processes_server(behaviours)


@pytest.mark.filterwarnings("always::ogc_widgets.errors.DialectWarning")
@pytest.mark.parametrize("way", WAYS)
def test_secret_is_shown_nowhere_when_every_answer_repeats_it(
    way, caplog, capfd, recwarn
):
    options, secrets = WAYS[way]
    caplog.set_level(logging.DEBUG)
    seen = []
    with (
        echoing(secrets) as server,
        ogc.Client(server.origin + "/api", **options) as client,
    ):
        for path in [path for _, path in server_paths(server) if "/jobs/" in path]:
            try:
                seen.append(whole(client.job(path.rpartition("/")[2]).status))
            except OgcError as error:
                seen += all_of(error)
        app = ogc.App(client, "p")
        job = app.run()
        wait_for(lambda: app.panel.state["kind"] == "failed")
        seen += [whole(job.status), app.panel.report_text()]
        seen += [log.text() for log in job.logs()]
        assert any("you sent ***" in one for one in seen)
        results = client.job("2").results()
        seen += [repr(results), repr(results.outputs)]
        seen += [whole(client.landing_page()), *map(whole, client.processes())]
        seen += [whole(client.process("p")), *(whole(j.status) for j in client.jobs())]
        seen += [repr(client.processes()), repr(client.jobs()), repr(client.oddities)]
        card = ogc.ServerCard(client)
        table = ogc.JobTable(client)
        app.header._on_tab("json")
        wait_for(lambda: table.state.get("rows"))
        seen += [*everything_shown(), repr(app), repr(card)]
        seen += [repr(ogc.recent_jobs()), history_path().read_bytes().decode("latin-1")]
        for view in (card, table, app):
            view.close()
    seen += [one.getMessage() + repr(vars(one)) for one in caplog.records]
    seen += [*capfd.readouterr(), *(str(one.message) for one in recwarn)]
    for text in seen:
        for secret in spellings(secrets):
            assert secret not in text, text[max(0, text.find(secret) - 200) :][:400]


def whole(document):
    """All that is known of a document, which its ``repr`` is not."""
    return repr(document) + repr(asdict(document))


def server_paths(server):
    return list(server.behave.__closure__[0].cell_contents)


def test_words_that_happen_to_be_a_password_still_work():
    """A process, a job and links named like the password; its file is what it was."""
    word = "sentinel"
    links = [{"rel": "self", "href": f"/api/jobs/{word}"}]
    job = {"jobID": word, "status": "successful", "processID": "p",
           "message": f"wrong password {word}?", "links": links}  # fmt: skip
    process = {"id": word, "title": "Any", "jobControlOptions": ["async-execute"]}
    picture = b"II*\0" + word.encode() + b"\xff" + ENCODED.encode()
    with (
        processes_server(
            {
                ("GET", "/api/processes"): lambda *_: answer({"processes": [process]}),
                ("GET", f"/api/jobs/{word}"): lambda *_: answer(job),
                ("GET", f"/api/jobs/{word}/results"): lambda *_: answer(
                    body=picture, headers={"Content-Type": "image/tiff"}
                ),
            }
        ) as server,
        ogc.Client(server.origin + "/api", auth=("me", word)) as client,
    ):
        assert [one.id for one in client.processes()] == [word]
        found = client.job(word)
        assert found.status.message == "wrong password ***?"
        assert found.status.links[0].href.endswith(f"/jobs/{word}")
        assert picture in found.results().outputs.values()
