"""The names that people type, and what importing them costs."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import pytest

import ogc_widgets as ogc

# What the documentation and other people's notebooks rely on. Names may be added.
PUBLIC = {
    "App",
    "AreaMap",
    "AsyncClient",
    "Client",
    "JobPanel",
    "JobTable",
    "ProcessForm",
    "ResultsMap",
    "lab",
}
VERBS = {
    "landing_page",
    "conformance",
    "processes",
    "process",
    "execute",
    "jobs",
    "job",
    "deploy",
    "replace",
    "undeploy",
    "close",
}


def in_new_python(code: str) -> object:
    """What a new Python prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_all_public_names_are_there() -> None:
    assert set(ogc.__all__) >= PUBLIC
    for name in ogc.__all__:
        assert getattr(ogc, name).__doc__, f"{name} has no docstring"


def test_all_names_what_the_editor_completes() -> None:
    for module in (ogc, ogc.auth):
        assert dir(module) == sorted(module.__all__)
    assert set(ogc.__all__) == set(ogc._HOME_OF)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Cleint"):
        ogc.Cleint  # noqa: B018 # the access is the test


def test_importing_the_package_loads_no_library() -> None:
    heavy = [
        "anywidget",
        "httpx",
        "ipyleaflet",
        "ipywidgets",
        "jsonschema_rs",
        "pystac",
    ]
    code = f"""
import json, sys
before = set(sys.modules)
import ogc_widgets
print(json.dumps(sorted(set({heavy}) & set(sys.modules) - before)))
"""
    assert in_new_python(code) == []


@pytest.mark.parametrize(
    ("name", "unwanted"),
    [
        ("Client", ["ipywidgets", "ipyleaflet", "anywidget", "rasterio", "cwltool"]),
        ("App", ["rasterio", "cwltool", "uvicorn", "starlette", "pystac"]),
        ("lab", ["rasterio", "cwltool", "ipywidgets", "ipyleaflet"]),
        ("ProcessForm", ["ipyleaflet", "rasterio", "jsonschema"]),
    ],
)
def test_name_loads_only_what_it_needs(name: str, unwanted: list[str]) -> None:
    code = f"""
import json, sys
import ogc_widgets
ogc_widgets.{name}
print(json.dumps(sorted(set({unwanted}) & set(sys.modules))))
"""
    assert in_new_python(code) == []


@pytest.mark.parametrize("client", ["Client", "AsyncClient"])
def test_client_has_the_verbs(client: str) -> None:
    missing = [
        verb for verb in VERBS if not callable(getattr(getattr(ogc, client), verb, 0))
    ]
    assert not missing or missing == ["close"]


def test_client_arguments_are_by_keyword_after_the_address() -> None:
    parameters = inspect.signature(ogc.Client).parameters
    kinds = {name: p.kind for name, p in parameters.items()}
    first, *rest = kinds
    assert first == "url"
    assert {"auth", "headers", "timeout_s", "verify"} <= set(rest)
    assert {kinds[name] for name in rest} == {inspect.Parameter.KEYWORD_ONLY}


def test_async_client_has_the_same_arguments() -> None:
    for verb in VERBS - {"close"}:
        plain = inspect.signature(getattr(ogc.Client, verb)).parameters
        awaitable = inspect.signature(getattr(ogc.AsyncClient, verb)).parameters
        assert list(plain) == list(awaitable), verb


def test_lab_can_be_called_when_its_module_was_imported_first() -> None:
    code = (
        "import json, ogc_widgets.lab, ogc_widgets as ogc; "
        "print(json.dumps(callable(ogc.lab)))"
    )
    assert in_new_python(code) is True
