"""Installing other people's servers: once, by themselves, and loudly if it fails."""

from __future__ import annotations

import environment
import pytest
import servers


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty place for environments; pip is only noted, and does what is said."""
    monkeypatch.setattr(servers, "ROOT", tmp_path)
    monkeypatch.setattr(servers, "FOLDER", tmp_path / "servers")
    monkeypatch.setattr(servers, "install_packages", lambda _packages: False)
    monkeypatch.setattr(servers, "find", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(servers.venv, "create", lambda path, **_: path.mkdir())
    monkeypatch.setattr(servers, "version_of", lambda _python, _name: "1.2.3")
    monkeypatch.setattr(servers, "runs", lambda _python: True)
    monkeypatch.setenv("CI", "")
    return tmp_path / "servers"


@pytest.fixture
def pip(monkeypatch):
    """What pip was asked for; ``pip.works`` says how it ends."""

    class Pip:
        def __init__(self):
            self.works = True
            self.asked = []

        def __call__(self, _python, wanted, _log):
            self.asked.append(wanted)
            return self.works

    pip = Pip()
    monkeypatch.setattr(servers, "install", pip)
    return pip


def test_second_run_does_nothing(folder, pip):
    assert servers.main([]) == 0
    assert len(pip.asked) == len(servers.SERVERS)
    assert '"version": "1.2.3"' in (folder / "wraptile" / "installed.json").read_text()
    pip.works = False
    assert servers.main([]) == 0
    assert len(pip.asked) == len(servers.SERVERS)


def test_environment_is_made_anew_when_other_packages_are_wanted(
    folder, pip, monkeypatch
):
    servers.main(["wraptile"])
    monkeypatch.setitem(servers.SERVERS, "wraptile", ["wraptile", "another"])
    servers.main(["wraptile"])
    assert pip.asked[-1] == ["--upgrade", "wraptile", "another"]


def test_what_cannot_be_installed_is_said_loudly_and_left_out(folder, pip, capsys):
    pip.works = False
    assert servers.main(["wraptile"]) == 0
    assert "NOT INSTALLED: wraptile" in capsys.readouterr().err
    assert not (folder / "wraptile").exists()


def test_missing_server_fails_where_the_whole_is_wanted(
    folder, pip, capsys, monkeypatch
):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(servers, "find", lambda _name: None)
    assert servers.main([]) == 1
    assert capsys.readouterr().err.rstrip().endswith("redis, slurm")


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A Python with pip and a uv, which note how they are called; ``uv`` may fail."""
    made = tmp_path / "bin"
    made.mkdir()
    for name, then in {
        "python": f'case "$*" in *config*) cat {tmp_path}/config;; esac',
        "uv": f"exit $(cat {tmp_path}/uv_ends)",
    }.items():
        line = f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/calls\n{then}\n'
        (made / name).write_text(line)
        (made / name).chmod(0o755)
    (tmp_path / "config").write_text("global.extra-index-url='file:///x'\n")
    (tmp_path / "uv_ends").write_text("0")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment.shutil, "which", lambda _name: None)
    return made / "python"


def calls(python):
    return [
        line.split(" --")[0]
        for line in (python.parents[1] / "calls").read_text().splitlines()
        if "config" not in line
    ]


def test_uv_installs_where_it_can(programs, tmp_path):
    assert environment.install(programs, ["x"], tmp_path / "log")
    assert calls(programs) == ["uv pip install"]


@pytest.mark.parametrize(
    ("config", "uv_ends", "called"),
    [
        ("", "2", ["uv pip install", "python -m pip install"]),
        ("global.index-url='https://other.test'", "0", ["python -m pip install"]),
    ],
)
def test_pip_installs_where_uv_cannot_or_should_not(
    programs, tmp_path, config, uv_ends, called
):
    (tmp_path / "config").write_text(config)
    (tmp_path / "uv_ends").write_text(uv_ends)
    assert environment.install(programs, ["x"], tmp_path / "log")
    assert calls(programs) == called
