"""A lab of several people: each has jobs and processes of their own."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from token_issuer import TokenIssuer, issuing

import ogc_widgets as ogc
from ogc_widgets.errors import InputError, ProblemError, SignInError
from ogc_widgets.lab import Lab, lab
from ogc_widgets.lab.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab_api import Api

NAMES = ("teacher", "anna", "ben")
CWL = {"Content-Type": "application/cwl+yaml"}
# As older servers made it.
OLD_TABLE = """
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL UNIQUE,
  process_id TEXT NOT NULL, status TEXT NOT NULL, progress INTEGER NOT NULL,
  message TEXT NOT NULL, created REAL NOT NULL, started REAL, finished REAL,
  updated REAL NOT NULL, request TEXT NOT NULL,
  failure_code INTEGER NOT NULL DEFAULT 500
);
CREATE INDEX jobs_by_status ON jobs (status);
INSERT INTO jobs VALUES (
  7, 'old', 'echo', 'failed', 0, 'no reason', 1e9, 1e9, 1e9, 1e9, '{}', 400
);
"""


def given(path: Path, capsys: pytest.CaptureFixture[str], *names: str) -> list[str]:
    """Give people tokens as an admin does, and return them."""
    assert main(["lab-token", str(path), *names]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines] == list(names)
    return [line.split(": ")[1] for line in lines]


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    return tmp_path / "class" / "tokens"


@pytest.fixture
def enter(connect: Callable[[str], Api]) -> Callable[[Lab, str], Api]:
    """Make a client of somebody with a token."""

    def make(server: Lab, token: str) -> Api:
        api = connect(server.url)
        api.http.headers["Authorization"] = f"Bearer {token}"
        return api

    return make


@pytest.fixture
def people(
    tokens: Path,
    capsys: pytest.CaptureFixture[str],
    enter: Callable[[Lab, str], Api],
) -> Iterator[tuple[Api, ...]]:
    """A lab for three people; the first of them sees everything."""
    secrets = given(tokens, capsys, *NAMES)
    with lab(tokens=tokens, admins="teacher") as server:
        yield tuple(enter(server, secret) for secret in secrets)


def listed(api: Api) -> list[str]:
    jobs = api.get("/jobs").json()
    assert jobs["numberMatched"] == len(jobs["jobs"])
    return [f"/jobs/{job['jobID']}" for job in jobs["jobs"]]


def test_people_see_and_end_their_own_jobs_only(people: tuple[Api, ...]) -> None:
    teacher, anna, ben = people
    hers = anna.run("echo", {"message": "hers"})
    his = ben.start("echo", {"message": "his", "pauses": [400]})
    assert listed(anna) == [hers]
    assert listed(ben) == [his]
    assert listed(teacher) == [his, hers]
    parts = ["", "/results", "/results/message", "/files/", "/log", "/definition"]
    logs = [link["href"] for link in anna.get(hers).json()["links"]]
    parts += [href.removeprefix(anna.url + hers) for href in logs]
    assert any(part.startswith("/logs/") for part in parts)
    for part in parts:
        assert anna.get(hers + part).status_code == 200
        refused = ben.get(hers + part)
        # As if it were not there at all.
        assert refused.status_code == 404
        nothing = ben.get(hers.replace(hers[-8:], "00000000")).json()
        assert refused.json()["type"] == nothing["type"]
    assert anna.delete(his).status_code == 404
    assert ben.get(his).json()["status"] in {"accepted", "running"}
    assert teacher.get(his).json()["owner"] == "ben"
    assert teacher.delete(his).json()["status"] == "dismissed"
    assert ben.get(his).json()["status"] == "dismissed"


def test_who_deployed_a_process_changes_it_and_everybody_runs_it(
    people: tuple[Api, ...],
) -> None:
    teacher, anna, ben = people
    text = """cwlVersion: v1.2
class: CommandLineTool
id: {}
baseCommand: [echo, hello]
inputs: {{}}
outputs: {{out: stdout}}
"""
    mine = text.format("mine")
    assert anna.post("/processes", content=mine, headers=CWL).status_code == 201
    job = ben.run("mine", {})
    assert ben.get(f"{job}/results/out").text == "hello\n"
    for process in ("mine", "water-bodies"):
        other = text.format(process)
        for refused in (
            ben.put(f"/processes/{process}", content=other, headers=CWL),
            ben.delete(f"/processes/{process}"),
        ):
            assert refused.status_code == 403
            assert "somebody else" in refused.json()["detail"]
    token = ben.http.headers["Authorization"].split()[1]
    with (
        ogc.Client(ben.url, auth=token) as client,
        pytest.raises(ProblemError, match="another id") as caught,
    ):
        client.undeploy("mine")
    # Signing in would not help.
    assert not isinstance(caught.value, SignInError)
    assert teacher.put("/processes/mine", content=mine, headers=CWL).status_code == 204
    assert anna.put("/processes/mine", content=mine, headers=CWL).status_code == 204
    assert anna.delete("/processes/mine").status_code == 204
    assert teacher.delete("/processes/water-bodies").status_code == 204


def test_file_of_tokens_is_read_again_and_holds_none(
    people: tuple[Api, ...], tokens: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    anna, ben = people[1:]
    assert stat.S_IMODE(tokens.stat().st_mode) == 0o600
    text = tokens.read_text()
    for api in people:
        assert api.http.headers["Authorization"].split()[1] not in text

    def answers(token: str) -> int:
        header = {"Authorization": f"Bearer {token}"}
        return anna.http.get(f"{anna.url}/jobs", headers=header).status_code

    carl, fresh = given(tokens, capsys, "carl", "ben")
    assert answers(carl) == answers(fresh) == 200
    # Somebody's new token is their only one.
    assert ben.get("/jobs").status_code == 401
    kept = [line for line in tokens.read_text().splitlines() if "anna" not in line]
    tokens.write_text("# who is here\n" + "\n".join(kept))
    assert anna.get("/jobs").status_code == 401
    assert answers(carl) == 200
    # Nobody gets in by a file that others could have changed, or that is gone.
    tokens.chmod(0o606)
    assert answers(carl) == 503
    tokens.chmod(0o600)
    assert answers(carl) == 200
    tokens.unlink()
    assert answers(carl) == 503


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        (None, 0, "cannot be read"),
        ("anna: a-token-in-plain-words\n", 0o600, "Line 1 .* is not understood"),
        ("", 0o620, "by others"),
        ("", 0o604, "by others"),
    ],
)
def test_server_does_not_start_with_a_faulty_file_of_tokens(
    tmp_path: Path, text: str | None, mode: int, words: str
) -> None:
    path = tmp_path / "tokens"
    if text is not None:
        path.write_text(text)
        path.chmod(mode)
    with pytest.raises(InputError, match=words) as caught:
        lab(tokens=path)
    assert "plain-words" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"admins": "teacher"}, "only together"),
        ({"tokens": "any", "oidc": "https://issuer.example"}, "two people"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        lab(**options)


def test_name_for_a_token_is_refused_before_anything_is_written(
    tokens: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lab-token", str(tokens), "anna", "two words"]) == 1
    assert "'two words' is no name" in capsys.readouterr().err
    assert not tokens.exists()


@pytest.fixture(scope="module")
def issuer() -> Iterator[TokenIssuer]:
    with issuing() as issuer:
        yield issuer


def test_subject_of_an_issuer_is_a_person_by_whatever_name(
    issuer: TokenIssuer, enter: Callable[[Lab, str], Api], canary: str
) -> None:
    with lab(oidc=issuer.url, admins="s-1", token=canary) as server:

        def person(**claims: Any) -> Api:
            return enter(server, issuer.token(**claims))

        anna = person(sub="s-2", preferred_username="anna")
        job = anna.run("echo", {"message": "a"})
        # Names can be chosen; the subject cannot.
        for other in ("anna", "s-1", "s-2"):
            assert not listed(person(sub="s-3", preferred_username=other, email=other))
        assert listed(person(sub="s-2", preferred_username="renamed")) == [job]
        teacher = person(sub="s-1", email="teacher@school.example")
        assert teacher.get(job).json()["owner"] == "anna"
        # The token that the server was started with is for who started it.
        assert listed(enter(server, canary)) == [job]
        assert person(sub=None).get("/jobs").status_code == 401


def test_old_jobs_without_an_owner_belong_to_the_admin(
    tmp_path: Path,
    tokens: Path,
    capsys: pytest.CaptureFixture[str],
    enter: Callable[[Lab, str], Api],
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with closing(sqlite3.connect(data / "jobs.sqlite")) as db:
        db.executescript(OLD_TABLE)
    secrets = given(tokens, capsys, *NAMES)
    with lab(data=data, tokens=tokens, admins="ben, teacher") as server:
        teacher, anna, ben = (enter(server, secret) for secret in secrets)
        assert listed(teacher) == listed(ben) == ["/jobs/old"]
        assert "owner" not in teacher.get("/jobs/old").json()
        hers = anna.run("echo", {"message": "a"})
        assert listed(anna) == [hers]
    # Without people everything is everybody's.
    with lab(data=data) as server:
        assert listed(enter(server, "any")) == [hers, "/jobs/old"]
