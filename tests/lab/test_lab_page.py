"""The page about the lab server: its code runs, and its commands are understood."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path

import ogc_widgets as ogc
from ogc_widgets.client import Results
from ogc_widgets.lab.cli import _parser
from ogc_widgets.lab.settings import options

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab.md"


def blocks(language: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found
    return found


def test_code_works_as_it_stands() -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    try:
        exec(compile("\n".join(blocks("python")), str(PAGE), "exec"), names)
        results = names["results"]
        assert isinstance(results, Results)
        assert len(results.items) == 1
    finally:
        names["lab"].close()


def test_commands_are_understood() -> None:
    commands = [
        shlex.split(line, comments=True)[1:]
        for block in [*blocks("sh"), *blocks("console")]
        for line in block.removeprefix("$ ").splitlines()
        if line.startswith("ogc-widgets ")
    ]
    assert len(commands) >= 4
    for command in commands:
        _parser().parse_args(command)


def test_every_option_is_told() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in options():
        assert f"`{name}`" in text
        assert f"`--{name.replace(chr(95), chr(45))}`" in text


def test_help_of_the_call_tells_every_option() -> None:
    """What editors complete, what the server takes, and what the page says are one."""
    parameters = inspect.signature(ogc.lab).parameters
    assert list(parameters) == list(options())
    assert parameters["tenant"].default == "acme"
    assert parameters["token"].default is None
    for name in options():
        assert f"{name}: " in (ogc.lab.__call__.__doc__ or "")
