"""Imports go one way, and nothing of a server is parsed as HTML: read from the code."""

from __future__ import annotations

import ast
import graphlib
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "ogc_widgets"
JS = ROOT / "js"
# Sources of the scripts of the page, without their tests; bundle.js makes the bundles.
SCRIPTS = sorted(
    path for path in JS.glob("*/**/*.js") if not path.name.endswith("_test.js")
)

# What each part may import of the others. `lab` stands alone: it is a server, and could
# be another project.
MAY_IMPORT = {
    "errors": set(),
    "lazy": set(),
    "patterns": set(),
    "protocol": {"errors", "patterns"},
    "area": {"errors", "patterns", "protocol"},
    "client": {"errors", "lazy", "patterns", "protocol", "area"},
    "view": {"errors", "patterns", "protocol", "client"},
    "raster": {"errors", "lazy", "patterns", "protocol", "client", "area"},
    "charts": {"errors", "lazy", "patterns", "protocol", "client", "view"},
    "downloads": {"errors", "patterns", "protocol", "client", "view"},
    "map": {
        *("errors", "lazy", "patterns", "protocol", "client", "area", "raster"),
        *("view", "charts", "downloads"),
    },
    "form": {"errors", "lazy", "patterns", "protocol", "client", "area", "view"},
    "panel": {"errors", "lazy", "patterns", "protocol", "client", "view"},
    "deploy": {
        "errors",
        "lazy",
        "patterns",
        "protocol",
        "client",
        "view",
        "form",
        "panel",
    },
    "viewers": {
        *("errors", "lazy", "patterns", "protocol", "client", "area", "raster"),
        *("view", "charts", "downloads", "map"),
    },
    "batches": {
        *("errors", "lazy", "patterns", "protocol", "client", "area", "raster"),
        *("view", "charts", "map", "panel", "viewers"),
    },
    "reports": {
        *("errors", "lazy", "patterns", "protocol", "client", "area", "raster"),
        *("view", "charts", "map", "panel", "viewers"),
    },
    "runs": {
        *("errors", "lazy", "patterns", "protocol", "client", "area", "raster", "view"),
        *("charts", "map", "form", "panel", "viewers", "reports"),
    },
    "app": {
        *("errors", "lazy", "patterns", "protocol", "client", "area", "raster"),
        *("view", "charts", "map", "form", "panel", "deploy", "viewers"),
        *("batches", "reports", "runs"),
    },
    "lab": {"errors"},
}

# A program of another part that a module starts by its name; it runs by itself, in the
# extra that brings what it needs. The client lets the lab's reader of CWL say what a
# package would become, before it is sent. What verbs of the client do by parts above it
# is named in one place.
MAY_START: dict[str, set[str]] = {
    "client": {"ogc_widgets.lab.engines.describe"},
    "lazy": {
        "ogc_widgets.panel.history_table",
        "ogc_widgets.reports.batch_report",
        "ogc_widgets.reports.job_report",
        "ogc_widgets.runs.run_view",
        "ogc_widgets.runs.saving",
        "ogc_widgets.batches.batch_panel",
        "ogc_widgets.view.progress_bar",
        "ogc_widgets.viewers.results_stage",
    },
}

WIDGET_LIBRARIES = {"anywidget", "ipyleaflet", "ipywidgets", "traitlets", "IPython"}
# Modules of the standard library that open a socket or start a program.
IO_LIBRARIES = {"asyncio", "http", "socket", "ssl", "subprocess", "urllib.request"}

# Widgets that parse their text as HTML or LaTeX. A server's words never go there.
SINKS = {"HTML", "HTMLMath", "Label", "Popup", "Tooltip", "DivIcon", "LegendControl"}
# The same in a script of the page.
SCRIPT_SINKS = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "createContextualFragment",
    "srcdoc",
    "eval(",
    "new Function",
)


class Import(NamedTuple):
    module: str
    line: int


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules(*parts: str) -> list[Path]:
    found = [
        p for p in sorted(PACKAGE.rglob("*.py")) if not parts or part_of(p) in parts
    ]
    assert found, f"no module in {parts}"
    return found


@cache
def read_module(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> tuple[Import, ...]:
    """What a module imports, and what it starts or loads by its name."""
    return (*statements_of(path), *names_in(path))


def names_in(path: Path) -> Iterator[Import]:
    """Modules of the package that stand in a module as text."""
    package = ".".join(("ogc_widgets", *path.relative_to(PACKAGE).parent.parts))
    for node in ast.walk(read_module(path)):
        named = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = node.value
        elif isinstance(node, ast.JoinedStr):
            # f"{__package__}.crop", as programs are started with -m
            named = "".join(
                str(part.value)
                if isinstance(part, ast.Constant)
                else package
                if isinstance(part, ast.FormattedValue)
                and ast.unparse(part.value) == "__package__"
                else "?"
                for part in node.values
            )
        if re.fullmatch(r"ogc_widgets(\.\w+)+(\.\?)?", named):
            yield Import(named.removesuffix(".?"), node.lineno)


def statements_of(path: Path) -> Iterator[Import]:
    """Every import of a module, with relative ones made absolute."""
    tree = read_module(path)
    package = ["ogc_widgets", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(f"{stem}.{alias.name}", node.lineno)


def problem(path: Path, found: Import) -> str:
    return f"{path.relative_to(PACKAGE)}:{found.line} imports {found.module}"


def test_every_part_has_a_rule() -> None:
    parts = {part_of(path) for path in modules()} - {"__init__"}
    assert parts == set(MAY_IMPORT)


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_part_imports_only_the_parts_below_it(part: str) -> None:
    wrong = []
    for path in modules(part):
        for found in imports_of(path):
            top, _, rest = found.module.partition(".")
            other = rest.partition(".")[0]
            # The version number is the one thing that anybody may read.
            allowed = {part, "", "__version__", *MAY_IMPORT[part]}
            if found.module in MAY_START.get(part, set()):
                continue
            if top == "ogc_widgets" and other not in allowed:
                wrong.append(problem(path, found))
    assert not wrong


def test_programs_that_are_started_by_name_count_as_imports() -> None:
    seen = {found.module for found in imports_of(PACKAGE / "lab" / "__init__.py")}
    assert "ogc_widgets.lab" in seen
    programs = PACKAGE / "lab" / "engines" / "programs.py"
    assert {
        "ogc_widgets.lab.engines.supervise",
        "ogc_widgets.lab.engines.warm",
        "ogc_widgets.lab.engines",  # with a name that is put in later
    } <= {found.module for found in imports_of(programs)}


def circles() -> list[list[str]]:
    """Modules that import each other, if only under ``TYPE_CHECKING``."""
    names = {name_of(path): path for path in modules()}
    # Importing any module runs the package's own first: it is no part of a circle.
    names.pop("ogc_widgets")
    imports = {
        name: {
            other
            for found in statements_of(path)
            for stem in [found.module.rpartition(".")[0]]
            for other in [found.module if found.module in names else stem]
            if other in names and other != name
        }
        for name, path in names.items()
    }
    reached = {name: set(others) for name, others in imports.items()}
    for middle in names:
        for others in reached.values():
            if middle in others:
                others |= reached[middle]
    return sorted(
        [name, *sorted(one for one in imports[name] if name in reached[one])]
        for name in names
        if name in reached[name]
    )


def name_of(path: Path) -> str:
    stem = path.relative_to(PACKAGE.parent).with_suffix("")
    return ".".join(stem.parts).removesuffix(".__init__")


def test_no_modules_import_each_other() -> None:
    assert not [" -> ".join(one) for one in circles()]


def test_protocol_uses_the_standard_library_only_and_no_io() -> None:
    # idna writes host names as the HTTP library does, orjson reads bytes; neither opens
    # anything.
    allowed = {"ogc_widgets", "idna", "orjson"}
    wrong = []
    for path in modules("protocol", "errors"):
        for found in imports_of(path):
            top = found.module.partition(".")[0]
            io = any(f"{found.module}.".startswith(f"{name}.") for name in IO_LIBRARIES)
            if io or (top not in allowed and top not in sys.stdlib_module_names):
                wrong.append(problem(path, found))
    assert not wrong


def test_what_needs_no_screen_imports_no_widget_library() -> None:
    wrong = [
        problem(path, found)
        for path in modules("client", "protocol", "area", "raster", "errors")
        for found in imports_of(path)
        if found.module.partition(".")[0] in WIDGET_LIBRARIES
    ]
    assert not wrong


def test_only_the_client_imports_an_http_library() -> None:
    libraries = {"httpx", "httpcore", "httptools", "requests", "urllib3", "aiohttp"}
    wrong = [
        problem(path, found)
        for path in modules()
        for found in imports_of(path)
        if part_of(path) != "client"
        and (
            found.module.partition(".")[0] in libraries
            or (part_of(path) != "lab" and found.module.startswith("urllib.request"))
        )
    ]
    assert not wrong


def test_lab_and_widgets_do_not_know_each_other() -> None:
    wrong = [
        problem(path, found)
        for path in modules()
        for found in imports_of(path)
        if part_of(path) not in {"lab", "__init__"}
        and found.module.startswith("ogc_widgets.lab")
        and found.module not in MAY_START.get(part_of(path), set())
    ]
    assert not wrong


def test_folder_can_be_taken_in_at_a_glance() -> None:
    """Fifteen modules, and the words that stand for the folder."""
    folders = Counter(path.parent for path in modules() if path.name != "__init__.py")
    assert not [folder for folder, count in folders.items() if count > 15]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_can_be_read_in_one_sitting(path: Path) -> None:
    """Explanations do not count; 400 lines of code are the aim, 520 the end."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    code = [
        line
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if number not in texts and line.strip() and not line.strip().startswith("#")
    ]
    assert len(code) <= 520, "split it by ideas: 400 lines are enough for one"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_uses_no_widget_that_parses_its_text(path: Path) -> None:
    used = {
        f"{name} in line {node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in [
            node.id
            if isinstance(node, ast.Name)
            else node.attr
            if isinstance(node, ast.Attribute)
            else ""
        ]
        if name in SINKS
    }
    assert not used, "text from a server would be parsed: use a View"


def imported_by(script: Path) -> list[Path]:
    # Types, which JSDoc imports, are not there when a script runs.
    code = r'^(?! *(?:/\*|\*)).*from "(\.[^"]+)"'
    found = re.findall(code, script.read_text(encoding="utf-8"), re.MULTILINE)
    return [(script.parent / name).resolve() for name in found]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: str(p.relative_to(JS)))
def test_script_imports_only_its_own_part_and_what_all_views_share(path: Path) -> None:
    def part(script: Path) -> str:
        return script.relative_to(JS).parts[0]

    assert {part(one) for one in imported_by(path)} <= {part(path), "view"}


def test_no_two_scripts_import_each_other_in_a_circle() -> None:
    graph = {path: [p for p in imported_by(path) if p in SCRIPTS] for path in SCRIPTS}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(SCRIPTS)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: str(p.relative_to(JS)))
def test_script_makes_the_page_of_text_nodes_only(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not [sink for sink in SCRIPT_SINKS if sink in source]


def test_nothing_is_fetched_by_a_script_or_a_style_sheet() -> None:
    """No script from a CDN, no font, no beacon: the kernel does all requests."""
    wrong = [
        (path.name, word)
        for path in [*SCRIPTS, *(ROOT / "js").rglob("*.css")]
        for word in ("fetch(", "XMLHttpRequest", "sendBeacon", "WebSocket", "@import")
        # In a script it names a type.
        if not (word == "@import" and path.suffix == ".js")
        if word in path.read_text(encoding="utf-8")
    ]
    assert not wrong
