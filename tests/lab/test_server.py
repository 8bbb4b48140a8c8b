"""What the lab server says about itself, and how it starts and stops."""

from __future__ import annotations

import gc
import os
import re
import signal
import socket
import subprocess
import sys
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest
from waiting import wait_for

from ogc_widgets.errors import InputError, MissingExtraError
from ogc_widgets.lab import cli, lab, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_api import Api

get = partial(httpx.get, timeout=60)

OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def links(document: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in document["links"]}


def test_landing_page_leads_to_every_resource_when_followed_by_relation(
    api: Api,
) -> None:
    found = links(api.get("").json())
    for relation, member in {
        "self": "links",
        "service-desc": "openapi",
        OGC_REL + "conformance": "conformsTo",
        OGC_REL + "processes": "processes",
        OGC_REL + "job-list": "jobs",
    }.items():
        assert found[relation].startswith(api.url)
        answer = api.http.get(found[relation])
        assert answer.status_code == 200
        assert member in answer.json()


def test_conformance_names_parts_one_and_two_when_asked(api: Api) -> None:
    tails = {
        uri.rpartition("/conf/")[2]
        for uri in api.get("/conformance").json()["conformsTo"]
    }
    assert {
        "core",
        "json",
        "oas30",
        "ogc-process-description",
        "job-list",
        "dismiss",
        "deploy-replace-undeploy",
    } <= tails


def test_definition_is_closed_and_names_every_verb_when_read(api: Api) -> None:
    answer = api.get("/api")
    assert answer.headers["Content-Type"].startswith(
        "application/vnd.oai.openapi+json;version=3.0"
    )
    document = answer.json()
    for reference in re.findall(r'"\$ref":\s*"([^"]+)"', answer.text):
        part: Any = document
        for key in reference.removeprefix("#/").split("/"):
            part = part[key]
    verbs = {(verb, path) for path, item in document["paths"].items() for verb in item}
    assert {
        ("get", "/"),
        ("get", "/conformance"),
        ("post", "/processes"),
        ("put", "/processes/{processId}"),
        ("delete", "/processes/{processId}"),
        ("get", "/processes/{processId}/package"),
        ("post", "/processes/{processId}/execution"),
        ("get", "/jobs"),
        ("delete", "/jobs/{jobId}"),
        ("get", "/jobs/{jobId}/results"),
        ("get", "/jobs/{jobId}/results/{outputId}"),
        ("get", "/jobs/{jobId}/logs/{logName}"),
        ("get", "/jobs/{jobId}/files/{path}"),
    } <= verbs
    for path in document["paths"]:
        names = set(re.findall(r"{(\w+)}", path))
        for operation in document["paths"][path].values():
            used = {
                reference["$ref"].rpartition("/")[2]
                for reference in operation["parameters"]
            }
            assert names <= used


def test_process_list_is_complete_when_paged_one_by_one(api: Api) -> None:
    everything = {each["id"] for each in api.get("/processes").json()["processes"]}
    assert {"echo", "water-bodies"} <= everything
    found: list[str] = []
    address = f"{api.url}/processes?limit=1"
    while address:
        page = api.http.get(address).json()
        assert len(page["processes"]) == 1
        found.append(page["processes"][0]["id"])
        address = links(page).get("next", "")
    assert sorted(found) == sorted(everything)


def test_description_offers_what_the_standard_wants_when_read(api: Api) -> None:
    process = api.get("/processes/echo").json()
    assert {"id", "version", "jobControlOptions", "outputTransmission"} <= set(process)
    assert set(process["jobControlOptions"]) == {
        "sync-execute",
        "async-execute",
        "dismiss",
    }
    assert links(process)[OGC_REL + "execute"] == f"{api.url}/processes/echo/execution"
    for description in process["inputs"].values():
        assert description["title"]
        assert description["description"]
        assert "schema" in description
    assert process["inputs"]["message"]["minOccurs"] == 1
    assert process["inputs"]["colour"]["schema"]["enum"] == ["red", "green", "blue"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/processes/nothing", "no-such-process"),
        ("/processes/nothing/package", "no-such-process"),
        ("/jobs/nothing", "no-such-job"),
        ("/jobs/nothing/results", "no-such-job"),
        ("/jobs/nothing/files/a", "no-such-job"),
    ],
)
def test_problem_has_the_types_of_the_standard_when_there_is_no_such_thing(
    api: Api, path: str, kind: str
) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["type"] == (
        f"http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/{kind}"
    )
    assert document["status"] == 404
    assert "nothing" in document["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/no/such", 404), ("PATCH", "/jobs", 405)]
)
def test_problem_is_sent_when_the_address_or_verb_is_unknown(
    api: Api, method: str, path: str, status: int
) -> None:
    answer = api.http.request(method, api.url + path)
    assert answer.status_code == status
    assert answer.json()["title"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/processes", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/processes/echo", {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}),
        ("/jobs", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_refused_method_lists_all_that_are_possible(
    api: Api, path: str, methods: set[str]
) -> None:
    answer = api.http.request("PATCH", api.url + path)
    assert set(answer.headers["Allow"].split(", ")) == methods


def test_question_for_the_methods_is_answered_with_those_of_the_address(
    api: Api,
) -> None:
    answer = api.http.options(f"{api.url}/processes/echo/execution")
    assert answer.status_code == 204
    assert answer.headers["Allow"] == "OPTIONS, POST"
    assert api.http.options(f"{api.url}/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/jobs?offset=", "/processes?limit="])
def test_number_is_as_good_as_the_most_when_it_is_huge(api: Api, path: str) -> None:
    assert api.get(path + "9" * 5000).status_code == 200


def test_head_gives_the_headers_only_when_asked(api: Api) -> None:
    answer = api.http.head(f"{api.url}/processes")
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8888", 415),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://", 403),
        ("http://[", 403),
    ],
)
def test_foreign_pages_are_refused_when_they_want_to_change_something(
    api: Api, origin: str, status: int
) -> None:
    answer = api.post(
        "/processes",
        content="x",
        headers={"Origin": origin, "Content-Type": "text/plain"},
    )
    assert answer.status_code == status
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    assert (allowed == origin) is (status != 403)


def test_a_foreign_name_is_refused_when_it_leads_to_this_machine(api: Api) -> None:
    answer = api.get("/processes", headers={"Host": "rebound.example:80"})
    assert answer.status_code == 421
    assert "rebound.example" in answer.json()["detail"]


def test_preflight_is_allowed_only_when_the_page_is_of_this_machine(api: Api) -> None:
    def allowed(origin: str) -> str | None:
        answer = api.http.options(
            f"{api.url}/processes/echo/execution",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type, prefer",
            },
        )
        assert answer.status_code == 204
        return answer.headers.get("Access-Control-Allow-Origin")

    assert allowed("http://localhost:8888") == "http://localhost:8888"
    assert allowed("https://evil.example") is None


def gone(pid: int, within_s: float = 60) -> bool:
    try:
        psutil.Process(pid).wait(within_s)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def test_lab_answers_and_leaves_nothing_behind_when_closed() -> None:
    with lab() as server:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/acme/ogc-api", server.url)
        assert get(server.url).status_code == 200
        process = server._server.process
        opened = [Path(f.path) for f in psutil.Process(process.pid).open_files()]
        (folder,) = {path.parent for path in opened if path.name == "lab.lock"}
        assert folder.is_dir()
    assert process.poll() == 0
    assert not folder.exists()
    assert "(closed)" in repr(server)
    server.close()


def test_address_goes_on_working_when_only_it_was_kept() -> None:
    urls = []
    for _ in range(4):
        urls.append(lab().url)
        gc.collect()
    # Cells are run again and again, so not every server of the past can go on.
    wait_for(lambda: not answers(urls[0]))
    assert all(answers(url) for url in urls[1:])


def answers(url: str) -> bool:
    try:
        return get(url).status_code == 200
    except httpx.TransportError:
        return False


def test_server_is_quick_when_started_a_second_time(tmp_path: Path) -> None:
    with lab(data=tmp_path / "lab"):
        pass
    assert (tmp_path / "lab").stat().st_mode & 0o077 == 0  # nobody else's business
    with lab(data=tmp_path / "lab") as server:
        # Its own work, so that a busy machine does not count.
        times = psutil.Process(server._server.process.pid).cpu_times()
        assert times.user + times.system < 4


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_jobs_start_from_a_warm_process_when_nothing_is_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connect: Callable[[str], Api]
) -> None:
    scenes = Path(os.environ["XDG_CACHE_HOME"]) / "ogc_widgets" / "scenes"
    (tmp_path / "ogc_widgets").mkdir()
    (tmp_path / "ogc_widgets" / "scenes").symlink_to(scenes)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with lab() as server:
        api = connect(server.url)
        api.run("echo", {"message": "a"})
        children = psutil.Process(server._server.process.pid).children()
        [program] = [one for one in children if "forkserver" in " ".join(one.cmdline())]
        # What it has loaded before: else each job imports cwltool for itself.
        assert any("schema_salad" in one.path for one in program.memory_maps())


PARENT = """
import sys
from ogc_widgets.lab import lab
server = lab()
print(server._server.process.pid, server.url, flush=True)
{rest}
"""


@pytest.mark.parametrize(
    "rest", ["import os; os.kill(os.getpid(), 9)", "raise SystemExit", "del server"]
)
def test_server_ends_when_its_parent_does(rest: str) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", PARENT.format(rest=rest)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    pid = int(parent.stdout.split()[0])
    assert gone(pid)


def test_server_answers_when_its_parent_is_busy_or_interrupted() -> None:
    rest = "while True: pass"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(rest=rest)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with parent:
        assert parent.stdout is not None
        pid, url = parent.stdout.readline().split()
        assert get(url).status_code == 200
        # What the stop button of a notebook does.
        os.killpg(parent.pid, signal.SIGINT)
        parent.wait(60)
    assert gone(int(pid))


def test_option_is_refused_with_advice_when_unknown() -> None:
    with pytest.raises(InputError, match=r"no option prot\.\s.*port, host, data"):
        lab(prot=8080)


@pytest.mark.parametrize(
    "option",
    [
        {"port": 70000},
        {"workers": 0},
        {"tenant": "a/b"},
        {"runner": "no-such-runner --fast"},
    ],
)
def test_option_is_refused_when_it_cannot_be_used(option: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(option))):
        lab(**option)


def test_error_names_the_port_when_it_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port}.*in use"):
            lab(port=port)


def test_command_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"{metadata.version('ogc-widgets')}\n"


def test_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file/data cannot be used: Not a directory"):
        lab(data=tmp_path / "file" / "data")


def test_error_names_the_folder_when_another_server_has_it(tmp_path: Path) -> None:
    with lab(data=tmp_path), pytest.raises(InputError, match="Another lab server"):
        lab(data=tmp_path)


def test_error_names_the_extra_when_it_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "NEEDED", ("starlette", "no_such_package"))
    with pytest.raises(MissingExtraError, match=r"ogc-widgets\[lab\]"):
        lab()


def test_module_is_light_when_imported() -> None:
    code = (
        "import sys; before = set(sys.modules); import ogc_widgets.lab;"
        "print({name.partition('.')[0] for name in set(sys.modules) - before}"
        " - set(sys.stdlib_module_names) - {'ogc_widgets'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_tenant_and_workers_are_used_when_given(
    connect: Callable[[str], Api],
) -> None:
    with lab(tenant="school", workers=1) as server:
        assert server.url.endswith("/school/ogc-api")
        api = connect(server.url)
        first = api.start("echo", {"message": "a", "pauses": [60]})
        second = api.start("echo", {"message": "b"})
        api.follow(first, lambda status: status["message"] == "pause")
        assert api.get(second).json()["status"] == "accepted"


def test_answers_on_a_kept_connection_come_without_delay(api: Api) -> None:
    """Two small packets per answer must not wait for each other (40 ms each)."""
    with httpx.Client(timeout=60) as http:
        url = str(api.get("/conformance").url)
        http.get(url)
        # One of them: a busy machine may hold up any other.
        asked = (http.get(url).elapsed.total_seconds() for _ in range(300))
        assert any(took_s < 0.03 for took_s in asked)
