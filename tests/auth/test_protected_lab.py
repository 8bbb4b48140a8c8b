"""The lab server behind the sign-in server: what it says is enough to get in."""

from __future__ import annotations

import pytest
from oidc_provider import NOTEBOOK, ROBOT
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.errors import SignInError
from ogc_widgets.lab import lab


@pytest.fixture(scope="module")
def protected(provider):
    with lab(oidc=provider.issuer, audience="lab", workers=1) as server:
        yield server


def test_app_offers_the_sign_in_server_that_the_lab_names(protected, provider):
    app = ogc.App(protected.url, "echo")
    (box,) = app.children
    wait_for(lambda: box.sign_in["busy"] == "")
    assert [way["kind"] for way in box.sign_in["ways"]] == ["device", "token"]
    message = {"type": "sign_in", "way": 0, "client_id": NOTEBOOK}
    box._receive(None, message, None)
    wait_for(lambda: box.sign_in["code"])
    code = box.sign_in["code"]
    provider.type_code(code["href"], code["user_code"])
    wait_for(lambda: len(app.children) > 1)
    assert app.process.id == "echo"
    app.close()


def test_program_runs_a_job_with_its_secret(protected, provider):
    way = ogc.auth.client_credentials(provider.issuer, *ROBOT)
    with ogc.Client(protected.url, auth=way) as client:
        names = {process.id for process in client.processes()}
        assert {"echo", "water-bodies"} <= names
        job = client.execute("echo", {"message": "hello"}, mode="async")
        job.wait(90)
        assert job.results().outputs


def test_token_of_nobody_is_refused(protected):
    with (
        ogc.Client(protected.url, auth="made-up") as client,
        pytest.raises(SignInError, match="401"),
    ):
        client.processes()
