"""What Kubernetes and Calrissian would be told; no cluster is here to try it on."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from ogc_widgets.errors import InputError
from ogc_widgets.lab import lab
from ogc_widgets.lab.engines.by_name import engine_by_name
from ogc_widgets.lab.engines.engine import EngineJob, JobFolder

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_api import Api

TYPES = Path(__file__).with_name("kubernetes_types.py")
PYTHON = Path(__file__).parents[2] / ".venv-servers" / "kubernetes" / "bin" / "python"
MANIFEST = Path(__file__).parents[2] / "docs" / "lab" / "kubernetes.yaml"
JOB = "5a1f0c9e-ec23-11f1-90af-02fc00000001"
# What Calrissian 0.18 and cwltool say of a step.
SAID = """\
Created k8s pod name echo-pod-abcdefgh with id 1
handling completion with 0
Handling terminated pod name echo-pod-abcdefgh with id 1
"""


class Programs:
    """Programs on the path that note what they are called with."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._notes = folder / "notes"
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def add(self, name: str, then: str) -> None:
        path = self._folder / name
        path.write_text(
            f"#!{sys.executable}\nimport json, sys, time\n"
            f"with open({str(self._notes)!r}, 'a') as notes:\n"
            f"    print(json.dumps([{name!r}, *sys.argv[1:]]), file=notes)\n{then}\n"
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def called(self) -> list[list[str]]:
        return [json.loads(line) for line in self._notes.read_text().splitlines()]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    (tmp_path / "bin").mkdir()
    return Programs(tmp_path / "bin", monkeypatch)


@pytest.fixture
def typed() -> Callable[[str, Any], Any]:
    """What the libraries for a cluster make of something."""
    if not PYTHON.exists():
        missing = "not installed: run python scripts/servers.py kubernetes"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(f"THE CHECKS BY THE TYPES OF KUBERNETES ARE LEFT OUT: {missing}")

    def ask(what: str, value: Any) -> Any:
        done = subprocess.run(
            [PYTHON, TYPES, what],
            input=json.dumps(value),
            capture_output=True,
            text=True,
            env={"PATH": os.environ["PATH"], "TOIL_CHECK_ENV": "False"},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def test_calrissian_gets_the_job_and_its_pods_are_deleted_with_it(
    tmp_path: Path,
    connect: Callable[[str], Api],
    programs: Programs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALRISSIAN_POD_NAME", "ogc-lab-1")
    say = f"sys.stderr.write({SAID!r}); sys.stderr.flush()"
    programs.add("calrissian", f'{say}\nprint(\'{{"message": "a"}}\')')
    programs.add("kubectl", "")
    options = "--max-cores 4 --default-container image:1"
    with lab(data=tmp_path, engine="calrissian", engine_options=options) as server:
        api = connect(server.url)
        job = api.run("echo", {"message": "a"})
        assert api.get(f"{job}/results").json() == {"message": "a"}
    name = job.rpartition("/")[2]
    folder = tmp_path / "jobs" / name
    run, *ends = programs.called()
    assert run == [
        "calrissian", "--verbose", "--max-ram", "16G", "--max-cores", "8",
        "--pod-labels", f"{folder}/labels.yaml",
        "--tmpdir-prefix", f"{folder}/tmp/", "--tmp-outdir-prefix", f"{folder}/tmp/",
        "--max-cores", "4", "--default-container", "image:1",
        "--outdir", f"{folder}/outputs", f"{folder}/package.cwl#echo",
        f"{folder}/inputs.json",
    ]  # fmt: skip
    assert json.loads((folder / "labels.yaml").read_text()) == {"ogc-widgets/job": name}
    assert ends == [["kubectl", "delete", "pods", f"--selector=ogc-widgets/job={name}"]]


def test_pods_are_the_steps_of_the_progress() -> None:
    engine = engine_by_name("calrissian")
    events = [
        engine.read(line) for line in SAID.replace("echo", "node-crop-2").split("\n")
    ]
    assert [(e.kind, e.step) for e in events if e] == [
        ("started", "node_crop_2"),
        ("succeeded", "node_crop_2"),
    ]


@pytest.mark.parametrize("name", ["calrissian", "kubernetes"])
def test_missing_program_is_said_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="cannot be found") as caught:
        lab(data=tmp_path, engine=name)
    assert name in str(caught.value)


def test_toil_gets_the_folder_of_the_job_in_its_pods_and_they_are_deleted_with_it(
    tmp_path: Path, programs: Programs, typed: Callable[[str, Any], Any]
) -> None:
    theirs = "job.batch/other-toil-0-1"
    ours = "job.batch/lab5a1f0c9eec23-toil-0-1"
    programs.add("kubectl", f"if 'get' in sys.argv: print({theirs!r}, {ours!r})")
    folder = JobFolder(tmp_path / JOB)
    engine: Any = engine_by_name("kubernetes")
    line = engine.command(EngineJob(folder, "echo", 1))
    given = dict(pairwise(line))
    assert given["--batchSystem"] == "kubernetes"
    assert given["--kubernetesHostPath"] == given["--workDir"] == str(folder.temporary)
    assert Path(given["--jobStore"]).is_relative_to(folder.temporary)
    assert typed("options", line) == {
        "owner": "lab5a1f0c9eec23",
        "host_path": str(folder.temporary),
        "batch_system": "kubernetes",
    }
    asyncio.run(engine.end(folder))
    assert programs.called() == [
        ["kubectl", "get", "jobs", "--output=name"],
        ["kubectl", "delete", "--ignore-not-found", "--cascade=foreground", ours],
    ]


def test_manifest_is_one_of_kubernetes_and_lets_the_lab_do_what_it_does(
    typed: Callable[[str, Any], Any],
) -> None:
    documents = list(YAML(typ="safe").load_all(MANIFEST))
    assert typed("manifests", documents) == documents
    of_kind = {document["kind"]: document for document in documents}
    pod = of_kind["Deployment"]["spec"]["template"]["spec"]
    claim = of_kind["PersistentVolumeClaim"]
    [volume] = pod["volumes"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    account = of_kind["ServiceAccount"]["metadata"]["name"]
    assert pod["serviceAccountName"] == account
    assert of_kind["RoleBinding"]["subjects"][0]["name"] == account
    allowed = {
        r: set(rule["verbs"])
        for rule in of_kind["Role"]["rules"]
        for r in rule["resources"]
    }
    assert allowed["pods"] >= {"create", "get", "list", "watch", "delete"}
    [container] = pod["containers"]
    assert {each["name"] for each in container["env"]} >= {"CALRISSIAN_POD_NAME"}
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
