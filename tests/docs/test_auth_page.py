"""Every example of the page about signing in, on a server that wants just that way."""

from __future__ import annotations

import base64
import re
import threading
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from raw_server import answer, processes_server

import ogc_widgets as ogc
from ogc_widgets.client import Client

PAGE = Path(__file__).resolve().parents[2] / "docs" / "auth.md"
SECRET = "a-secret-of-this-test"
BASIC = base64.b64encode(f"student:{SECRET}".encode()).decode()
BEARER = ("authorization", f"Bearer {SECRET}")


def examples():
    """Heading to its blocks of Python."""
    sections = re.split(r"^## (.+)\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    titles = ["The app", *sections[1::2]]
    return {
        title: re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        for title, text in zip(titles, sections[::2], strict=True)
    }


EXAMPLES = examples()
WANTED = {
    "The app": BEARER,
    "The sign-in box": BEARER,
    "A token": BEARER,
    "A token from an environment variable": BEARER,
    "A token from a function": BEARER,
    "User and password": ("authorization", f"Basic {BASIC}"),
    "An API key": ("x-api-key", SECRET),
    "A member of the query": ("apikey", SECRET),
    "The keyring of the system": BEARER,
    "When a token runs out": BEARER,
}
# These two want a sign-in server.
WITH_ISSUER = {"A code on another page", "A program with a secret"}


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    for name in ("TOKEN", "PASSWORD", "API_KEY"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setattr("getpass.getpass", lambda *_: SECRET)
    monkeypatch.chdir(tmp_path)
    Path("token.txt").write_text(SECRET + "\n")


def identified(received, name):
    """What a request says of the user, in a header or in its query."""
    query = dict(parse_qsl(urlsplit(received.path).query))
    return received.headers.get(name, query.get(name))


def run(title, **names):
    """Run the blocks of a heading one after the other, as cells."""
    names |= {"ogc": ogc, "Path": Path, "__name__": "__main__"}
    try:
        for block in EXAMPLES[title]:
            exec(compile(block, f"auth.md, {title}", "exec"), names)
    finally:
        for value in names.values():
            if isinstance(value, ogc.App | Client):
                value.close()
    return names


def test_every_example_of_the_page_is_run_here():
    assert {title for title, blocks in EXAMPLES.items() if blocks} == {
        *WANTED,
        *WITH_ISSUER,
    }


@pytest.mark.parametrize("title", WANTED)
def test_example_signs_in_when_the_server_wants_just_that(title, system_keyring):
    name, value = WANTED[title]
    server = processes_server({})
    behave = server.behave

    def guard(connection, received):
        if identified(received, name) != value:
            return answer({"title": "Who are you?"}, 401)
        return behave(connection, received)

    server.behave = guard
    with server:
        url = f"{server.origin}/api"
        extra = {"client": Client(url)} if title == "When a token runs out" else {}
        names = run(title, url=url, **extra)
        # The first example only shows the box, and waits for somebody to fill it in.
        accepted = [one for one in server.received if identified(one, name) == value]
        if title == "The app":
            assert not names["app"].has_form
            assert server.received
        elif title == "When a token runs out":
            assert names["client"].credential_placeholders
        else:
            assert accepted
    assert system_keyring.kept == {}


def test_examples_with_a_sign_in_server_work(provider, guarded, monkeypatch, capsys):
    monkeypatch.setenv("ROBOT_SECRET", "robot-secret")
    server = guarded()
    url = f"{server.origin}/api"
    run("A program with a secret", url=url, issuer=provider.issuer)

    # The reader of the page: types what the example prints.
    printed = []

    def read(code):
        printed.append(str(code))
        typing = threading.Thread(
            target=provider.type_code, args=(code.address, code.user_code)
        )
        typing.start()
        printed.append(typing)

    monkeypatch.setitem(ogc.auth.device.__kwdefaults__, "show", read)
    run("A code on another page", url=url, issuer=provider.issuer)
    printed[1].join()
    assert "enter the code" in printed[0]
