"""The code of the tabs signs in as its reader did, and holds no secret."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest
from raw_server import answer, processes_server

import ogc_widgets as ogc
from ogc_widgets.protocol.requests.package_code import as_package
from ogc_widgets.protocol.requests.requests import execute_request
from ogc_widgets.protocol.requests.snippets import as_curl, as_httpx

SECRET = "s3cret-of-a-test"
BASIC = base64.b64encode(f"me:{SECRET}".encode()).decode()
WAYS = {
    "token": ({"auth": SECRET}, {"authorization": f"Bearer {SECRET}"}),
    "password": ({"auth": ("me", SECRET)}, {"authorization": f"Basic {BASIC}"}),
    "key": ({"auth": ogc.auth.api_key("X-Key", SECRET)}, {"x-key": SECRET}),
    "query": ({"params": {"api-key": SECRET}}, {}),
    "key and token": (
        {"auth": SECRET, "headers": {"X-Key": SECRET}},
        {"authorization": f"Bearer {SECRET}", "x-key": SECRET},
    ),
}


@pytest.mark.parametrize(
    ("options", "placeholders"),
    [
        ({"auth": lambda: SECRET}, {"Authorization": "Bearer $TOKEN"}),
        ({"auth": ogc.auth.env("OTHER")}, {"Authorization": "Bearer $TOKEN"}),
        (
            {"auth": ogc.auth.device("https://login.test", "me")},
            {"Authorization": "Bearer $TOKEN"},
        ),
        (
            {"auth": ogc.auth.client_credentials("https://login.test", "me", SECRET)},
            {"Authorization": "Bearer $TOKEN"},
        ),
        ({"headers": {"X-Key": SECRET}}, {"X-Key": "$TOKEN"}),
    ],
    ids=["function", "env", "code", "program", "header"],
)
def test_code_is_the_same_wherever_the_secret_comes_from(options, placeholders):
    """The code is made of these and of nothing else of the credentials."""
    with ogc.Client("https://zoo.test/api", **options) as client:
        assert client.credential_placeholders == placeholders
        assert client.aio.param_names == ()


@pytest.mark.parametrize("kind", ["package", "httpx", "curl"])
@pytest.mark.parametrize(("options", "sent"), WAYS.values(), ids=WAYS)
def test_code_sends_the_secret_from_the_environment(options, sent, kind, tmp_path):
    done = {"jobID": "1", "status": "successful"}
    # Where the job is said to be is not where the secret goes to.
    made = answer(done, 201, {"Location": "http://inside.test/jobs/1"})
    behaviours = {
        ("POST", "/api/processes/p/execution"): lambda *_: made,
        ("GET", "/api/jobs/1"): lambda *_: answer(done),
        ("GET", "/api/jobs/1/results"): lambda *_: answer({}),
    }
    with processes_server(behaviours) as server:
        url = f"{server.origin}/api"
        with ogc.Client(url, **options) as client:
            placeholders = client.credential_placeholders
            params = client.aio.param_names
        request = execute_request(f"{url}/processes/p", {"a": 1})
        text = {
            "package": lambda: as_package(
                url, "p", {"a": 1}, placeholders=placeholders, params=params
            ),
            "httpx": lambda: as_httpx(request, placeholders, params),
            "curl": lambda: as_curl(request, placeholders, params),
        }[kind]()
        assert SECRET not in text
        assert BASIC not in text
        assert "TOKEN" in text or "PARAM_API_KEY" in text
        command = ["sh", "-c", text] if kind == "curl" else [sys.executable, "-c", text]
        ran = subprocess.run(
            command,
            env={
                "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "NO_PROXY": "*",
                "TOKEN": SECRET, "PARAM_API_KEY": SECRET, "USERNAME": "me",
            },
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        asked = server.requests("POST") + server.requests("GET", "/api/jobs/1")
    assert "Traceback" not in ran.stderr, ran.stderr
    paths = {one.path.partition("?")[0] for one in asked}
    assert {"/api/processes/p/execution", "/api/jobs/1/results"} <= paths
    for one in asked:
        assert {name: one.headers.get(name) for name in sent} == sent
        assert ("api-key=" + SECRET in one.path) == bool(params)
