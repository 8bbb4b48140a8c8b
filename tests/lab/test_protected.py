"""A protected lab server: who gets in, and what stays open."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest
from lab_api import ASYNC, Api
from token_issuer import TokenIssuer, issuing, new_key

import ogc_widgets as ogc
from ogc_widgets.errors import InputError
from ogc_widgets.lab import Lab, lab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

get = partial(httpx.get, timeout=60)

AREA = "-121.1,40.0,-121.0,40.1"
CLOSED = [
    ("GET", "/conformance"),
    ("GET", "/api"),
    ("GET", "/processes"),
    ("POST", "/processes"),
    ("GET", "/processes/water-bodies"),
    ("PUT", "/processes/water-bodies"),
    ("DELETE", "/processes/water-bodies"),
    ("GET", "/processes/water-bodies/package"),
    ("POST", "/processes/water-bodies/execution"),
    ("GET", "/jobs"),
    ("GET", "/jobs/any"),
    ("DELETE", "/jobs/any"),
    ("GET", "/jobs/any/results"),
    ("GET", "/jobs/any/results/out"),
    ("GET", "/jobs/any/files/a"),
    ("GET", "/jobs/any/log"),
    ("GET", "/jobs/any/logs/a.log"),
    ("GET", "/nothing"),
    ("GET", "/stac/../jobs"),
    ("GET", "/staccato"),
]


@pytest.fixture(scope="module")
def protected(canary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(token=canary, data=tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="module")
def issuer() -> Iterator[TokenIssuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def school(issuer: TokenIssuer) -> Iterator[Lab]:
    with lab(oidc=issuer.url, audience="lab") as server:
        yield server


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def send(server: Lab, token: str, path: str = "/processes") -> httpx.Response:
    return get(server.url + path, headers=bearer(token), timeout=60)


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_nothing_is_told_when_there_is_no_token(
    protected: Lab, method: str, path: str
) -> None:
    # httpx would shorten a path with dots in it.
    target = (protected.url + path).partition("/acme")
    request = httpx.Request(
        method,
        target[0],
        extensions={"target": f"/acme{target[2]}".encode()},
    )
    with httpx.Client(timeout=60) as client:
        answer = client.send(request)
    assert answer.status_code == 401
    assert re.match(r'Bearer realm="[^"]+"', answer.headers["WWW-Authenticate"])
    assert "error=" not in answer.headers["WWW-Authenticate"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 401
    assert "bearer token" in problem["detail"]


@pytest.mark.parametrize(
    "header",
    ["Bearer wrong", "bearer x.y.z", "Bearer \xff", "Basic dXNlcjpwYXNz", "Bearer", ""],
)
def test_wrong_credentials_are_refused(protected: Lab, header: str) -> None:
    answer = get(
        f"{protected.url}/processes",
        headers={"Authorization": header.encode("latin-1")},
    )
    assert answer.status_code == 401
    wrong_token = header.lower().startswith("bearer ")
    assert ('error="invalid_token"' in answer.headers["WWW-Authenticate"]) is (
        wrong_token
    )


def test_landing_page_says_what_this_is_to_everybody(protected: Lab) -> None:
    for address in (protected.url, f"{protected.url}/"):
        answer = get(address)
        assert answer.status_code == 200
        assert answer.json()["links"]


def test_scenes_can_be_found_and_read_by_everybody(protected: Lab) -> None:
    # On a new machine the scenes are made first.
    found = httpx.post(
        f"{protected.stac}/search", json={"limit": 1}, timeout=240
    ).json()
    band = found["features"][0]["assets"]["green"]["href"]
    answer = get(band, headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"II*\0")
    assert get(protected.scenes[0]).status_code == 200


def test_a_page_may_ask_first_and_read_the_refusal(protected: Lab) -> None:
    origin = {"Origin": "http://localhost:8888"}
    asked = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = httpx.options(f"{protected.url}/jobs", headers={**origin, **asked})
    assert answer.status_code == 204
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    answer = get(f"{protected.url}/jobs", headers=origin)
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == origin["Origin"]
    assert "WWW-Authenticate" in answer.headers["Access-Control-Expose-Headers"]


def test_definition_says_that_a_token_is_needed(protected: Lab, canary: str) -> None:
    document = send(protected, canary, "/api").json()
    scheme = document["components"]["securitySchemes"]["bearer"]
    assert scheme == {"type": "http", "scheme": "bearer"}
    assert document["security"] == [{"bearer": []}]
    assert document["paths"]["/"]["get"]["security"] == []


def test_whole_loop_works_with_the_token(
    protected: Lab, canary: str, tmp_path: Path
) -> None:
    with ogc.Client(protected.url, auth=canary) as client:
        assert "water-bodies" in {process.id for process in client.processes()}
        # The steps of the job read the scene from this server, without a token.
        inputs = {"stac_items": protected.scenes[:1], "aoi": AREA}
        job = client.execute("water-bodies", inputs, mode="async")
        job.wait(timeout_s=120)
        assert job.status.status == "successful"
        texts = [log.text() for log in job.logs()]
        assert texts
        assert all(texts)
        results = job.results()
        asset = results.items[0]["assets"]["data"]["href"]
        assert get(asset).status_code == 401
        paths = results.download(tmp_path)
        assert any(path.suffix == ".tif" for path in paths)


def test_token_is_in_no_command_line_and_reaches_no_job(
    protected: Lab, canary: str, connect: Callable[[str], Api]
) -> None:
    process = psutil.Process(protected._server.process.pid)
    tree = [process, *process.children(recursive=True)]
    assert not any(canary in " ".join(each.cmdline()) for each in tree)
    assert canary not in repr(protected)
    assert canary not in repr(vars(protected))
    api = connect(protected.url)
    api.http.headers.update(bearer(canary))
    package = """cwlVersion: v1.2
class: CommandLineTool
id: environment
baseCommand: env
inputs: {}
outputs: {out: stdout}
"""
    kind = {"Content-Type": "application/cwl+yaml"}
    assert api.post("/processes", content=package, headers=kind).status_code == 201
    job = api.run("environment", {})
    text = api.get(f"{job}/results/out").text
    assert "PATH=" in text
    assert canary not in text
    # Not even by a detour over the runner's own environment.
    for child in process.children(recursive=True):
        assert canary not in child.environ().values()


def test_command_takes_the_token_from_the_environment(
    canary: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "ogc_widgets.lab.cli", "lab", "--port", "0"]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path)],
        env={**os.environ, "OGC_LAB_TOKEN": canary},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if line.startswith("Stop it"):
                    break
            url = lines[0].split()[-1]
            assert any("Protected:   needs the token" in line for line in lines)
            assert canary not in "".join(lines)
            assert get(f"{url}/jobs").status_code == 401
            assert get(f"{url}/jobs", headers=bearer(canary)).status_code == 200
        finally:
            process.terminate()
            process.wait(60)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"token": ""}, "token is empty"),
        ({"token": "two words"}, "cannot be sent"),
        ({"token": "pässword"}, "cannot be sent"),
        ({"oidc": "http://issuer.example"}, "https"),
        ({"oidc": "issuer.example"}, "https"),
        ({"audience": "lab"}, "together with oidc"),
    ],
)
def test_server_does_not_start_open_when_the_protection_is_faulty(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        lab(**options)
    assert "pässword" not in str(caught.value)


@pytest.mark.parametrize("elliptic", [False, True])
def test_token_of_the_issuer_opens_the_server(
    school: Lab, issuer: TokenIssuer, elliptic: bool
) -> None:
    key = new_key(elliptic=elliptic)
    issuer.keys.append(key)
    # The server may have read the keys a moment ago, and asks again in a moment.
    end = time.monotonic() + 60
    while (answer := send(school, issuer.token(key))).status_code != 200:
        assert answer.status_code == 401
        assert time.monotonic() < end, answer.text
        time.sleep(0.2)
    assert send(school, issuer.token(key, aud="lab")).status_code == 200


def unsigned(issuer: TokenIssuer) -> str:
    header, payload, _ = issuer.token().split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{header}.{payload}."


def confused(issuer: TokenIssuer) -> str:
    """Signed with the public key as if it were a shared secret."""
    import hashlib
    import hmac

    def encode(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    public = issuer.keys[0].as_pem(private=False)
    header = encode(json.dumps({"alg": "HS256", "kid": issuer.keys[0].kid}).encode())
    signed = f"{header}.{issuer.token().split('.')[1]}"
    signature = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{encode(signature)}"


def tampered(issuer: TokenIssuer) -> str:
    header, payload, signature = issuer.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["sub"] = "teacher"
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    return f"{header}.{payload.decode()}.{signature}"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda issuer: issuer.token(exp=int(time.time()) - 60), "has expired"),
        (lambda issuer: issuer.token(exp=None), "no 'exp'"),
        (lambda issuer: issuer.token(nbf=int(time.time()) + 600), "'nbf'"),
        (lambda issuer: issuer.token(iss="https://other.example"), "'iss' is not"),
        (lambda issuer: issuer.token(iss=None), "no 'iss'"),
        (lambda issuer: issuer.token(aud="shop"), "'aud' is not lab"),
        (lambda issuer: issuer.token(aud=None), "no 'aud'"),
        (lambda issuer: issuer.token(new_key()), "not signed with a key of"),
        (unsigned, "not valid"),
        (confused, "not valid"),
        (tampered, "not valid"),
        (lambda _: "a.b.c", "not valid"),
        (lambda _: "opaque", "not valid"),
        (lambda _: "e30.e30.e30", "not valid"),
    ],
)
def test_token_is_refused_with_the_reason(
    school: Lab,
    issuer: TokenIssuer,
    make: Callable[[TokenIssuer], str],
    words: str,
) -> None:
    answer = send(school, make(issuer))
    assert answer.status_code == 401, answer.text
    assert words in answer.json()["detail"]
    challenge = answer.headers["WWW-Authenticate"]
    assert 'error="invalid_token"' in challenge
    assert "error_description=" in challenge


def test_refusal_leads_to_the_issuer(school: Lab, issuer: TokenIssuer) -> None:
    challenge = get(f"{school.url}/jobs").headers["WWW-Authenticate"]
    address = re.findall(r'resource_metadata="([^"]+)"', challenge)[0]
    document = get(address).json()
    assert document["resource"] == school.url
    assert document["authorization_servers"] == [issuer.url]
    definition = send(school, issuer.token(), "/api").json()
    scheme = definition["components"]["securitySchemes"]["oidc"]
    assert get(scheme["openIdConnectUrl"]).json()["issuer"] == issuer.url


def test_unknown_keys_do_not_make_the_server_ask_every_time(
    school: Lab, issuer: TokenIssuer
) -> None:
    send(school, issuer.token())
    before = len(issuer.requests)
    start = time.monotonic()
    strange = issuer.token(new_key())
    for _ in range(20):
        assert send(school, strange).status_code == 401
    # Two documents each time, and one time more at the edge.
    allowed = 2 * ((time.monotonic() - start) / 5 + 1)
    assert len(issuer.requests) - before <= allowed


def test_server_says_so_when_the_issuer_does_not_answer_or_is_another(
    canary: str,
) -> None:
    with issuing() as issuer, lab(token=canary, oidc=issuer.url) as server:
        named, issuer.name = issuer.name, "https://other.example"
        answer = send(server, issuer.token())
        assert answer.status_code == 503
        assert "calls itself" in answer.json()["detail"]
        issuer.name = named
        issuer.broken = True
        answer = send(server, issuer.token())
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "could not be read" in answer.json()["detail"]
        # A token of its own does without an issuer.
        assert send(server, canary).status_code == 200
        # It is asked again with the next request; without audience any will do.
        issuer.broken = False
        assert send(server, issuer.token(aud="anything")).status_code == 200
        # What is known goes on being used.
        issuer.broken = True
        assert send(server, issuer.token()).status_code == 200
        assert send(server, "opaque").status_code == 401


def test_open_server_does_not_mind_a_token(api: Api) -> None:
    assert api.get("/processes", headers=bearer("any")).status_code == 200
    answer = api.post(
        "/processes/echo/execution",
        json={"inputs": {"message": "a"}},
        headers={**ASYNC, **bearer("any")},
    )
    assert answer.status_code == 201
