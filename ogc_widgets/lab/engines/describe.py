"""Turn a CWL package into an OGC process description (cwl2ogc) and a run plan.

Runs in a process of its own, because the CWL libraries are slow to import and read
what strangers wrote. ``python -m ogc_widgets.lab.engines.describe PACKAGE`` prints
one JSON document: the description, or ``{"error": {...}}``.

What cwl2ogc 0.22 says differently from what a package means, and is put right here:

* an input with a default is optional, so its ``minOccurs`` is 0 (cwl2ogc: 1);
* defaults that are false in Python (``0``, ``false``, ``""``) are kept;
* the default of a File or Directory is an address, not a Python object;
* ``valuePassing`` is a list, and files may be passed by reference;
* labels and docs that are lists of lines become text.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from cwl2ogc import BaseCWLtypes2OGCConverter
from cwl_utils.parser import load_document_by_yaml
from loguru import logger
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ogc_widgets.lab.network import refuse_link_local

if TYPE_CHECKING:
    from collections.abc import Mapping

    Cwl: TypeAlias = Any  # an object of cwltool or cwl_utils, which differ by version

_SCHEMA_ORG = ("https://schema.org/", "http://schema.org/")
_SIMPLE = frozenset(
    (
        *("null", "boolean", "int", "long", "float", "double", "string", "Any"),
        *("File", "Directory", "stdin", "stdout", "stderr"),
    )
)


class PackageError(Exception):
    """The package cannot be deployed."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


def describe(
    path: Path, workflow: str = "", *, validate: bool = True
) -> dict[str, Any]:
    """Describe one process of a package.

    Args:
        path: The package, YAML or JSON.
        workflow: Its process to deploy; empty takes the first workflow.
        validate: Have the runner look at it too, which finds more but takes longer.

    Returns:
        ``id``, ``title``, ``description``, ``version``, ``keywords``, ``metadata``,
        ``inputs``, ``outputs`` for the description; ``processes``, all that could be
        chosen; ``workflow``, ``types`` and ``plan`` for running it.

    Raises:
        PackageError: The package is not valid, or has no such process.
    """
    document = _read(path)
    uri = path.absolute().as_uri()
    try:
        loaded = load_document_by_yaml(document, uri, load_all=True)
    except Exception as error:  # noqa: BLE001 - cwl_utils raises many kinds
        if not str(error):  # what is wrong with a class, for one, it does not say
            _validate(path, "")
        raise PackageError("invalid", _reason(str(error), path)) from None
    processes = loaded if isinstance(loaded, list) else [loaded]
    chosen = _choose(processes, workflow)
    by_id = {process.id: process for process in processes}
    is_graph = "$graph" in document
    # The id as it is in the package: a tail would hide one that cannot be used.
    name = chosen.id.partition("#")[2] if is_graph or document.get("id") else ""
    if validate:
        _validate(path, name if is_graph else "")
    facts = _facts(document)
    return {
        "id": name,
        "title": _text(getattr(chosen, "label", None)) or name,
        "description": _text(getattr(chosen, "doc", None)),
        "version": str(facts.get("softwareVersion", "1.0.0")),
        "keywords": _keywords(facts.get("keywords")),
        "metadata": [
            {"role": _SCHEMA_ORG[0] + key, "value": str(value)}
            for key, value in facts.items()
            if isinstance(value, (str, int, float))
        ],
        "inputs": _inputs(chosen),
        "outputs": _described(
            chosen.outputs, BaseCWLtypes2OGCConverter(chosen).get_outputs()
        ),
        "processes": {  # for whoever looks at a package before it is sent
            _tail(each.id): _text(getattr(each, "label", None))
            for each in (processes if is_graph else ())
        },
        "workflow": name if is_graph else "",
        "types": {_tail(each.id): _type(each.type_, chosen) for each in chosen.inputs},
        "plan": _plan(chosen, by_id, name or path.name),
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        document = YAML(typ="safe", pure=True).load(path.read_bytes())
    except (YAMLError, UnicodeDecodeError) as error:
        raise PackageError("invalid", f"This is not YAML or JSON: {error}") from None
    if not isinstance(document, dict) or "cwlVersion" not in document:
        raise PackageError("invalid", "This is not a CWL package: no cwlVersion in it.")
    # RDF schemas only describe the metadata; reading them would take the internet.
    document.pop("$schemas", None)
    return document


def _validate(path: Path, name: str) -> None:
    """Let the runner look at the package, as it would before it runs it."""
    from cwltool.main import main as cwltool_main  # slow; built-ins do without

    from ogc_widgets.lab.engines.cwlrun import keep_schemas

    said = io.StringIO()
    target = f"{path}#{name}" if name else str(path)
    options = ["--validate", "--skip-schemas", "--disable-color", "--no-warnings"]
    # It says what is wrong on stdout, since this is what it was asked for.
    status = cwltool_main(
        [*options, target],
        stdout=said,
        stderr=said,
        custom_schema_callback=keep_schemas,
    )
    if status != 0:
        raise PackageError("invalid", _reason(said.getvalue(), path))


def _reason(text: str, path: Path) -> str:
    """Return what a library said, without our folders and its indentation."""
    text = re.sub(rf"[^\s'\"`]*/{re.escape(path.name)}", path.name, text)
    text = text.replace(f"{path.absolute().parent.as_uri()}/", "")
    text = text.removeprefix("ERROR ")
    text = text.removeprefix("Tool definition failed validation:")
    return f"This is not a valid package: {' '.join(text.split())}"


def _choose(processes: list[Any], workflow: str) -> Cwl:
    if not workflow:
        workflows = [each for each in processes if each.class_ == "Workflow"]
        return (workflows or processes)[0]
    for process in processes:
        if _tail(process.id) == workflow:
            return process
    names = ", ".join(_tail(process.id) for process in processes)
    raise PackageError(
        "workflow-not-found",
        f"The package has no process {workflow!r}; it has: {names}.",
    )


def _tail(uri: str) -> str:
    return re.split(r"[#/]", uri)[-1]


def _text(value: Cwl) -> str:
    if isinstance(value, list):
        return "\n".join(str(line) for line in value)
    return str(value or "")


def _facts(document: dict[str, Any]) -> dict[str, Any]:
    """Return the schema.org metadata of a package, by its prefix-free name."""
    namespaces = document.get("$namespaces") or {}
    prefixes = [
        f"{prefix}:" for prefix, uri in namespaces.items() if uri in _SCHEMA_ORG
    ]
    facts: dict[str, Any] = {}
    for part in [document, *(document.get("$graph") or [])]:
        for key, value in part.items() if isinstance(part, dict) else ():
            for prefix in prefixes:
                if str(key).startswith(prefix):
                    facts.setdefault(str(key).removeprefix(prefix), value)
    return facts


def _keywords(value: Cwl) -> list[str]:
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return [str(word) for word in value] if isinstance(value, list) else []


def _inputs(process: Cwl) -> dict[str, Any]:
    converted = BaseCWLtypes2OGCConverter(process).get_inputs()
    inputs = _described(process.inputs, converted)
    for parameter, described in zip(process.inputs, inputs.values(), strict=True):
        schema = {k: v for k, v in described["schema"].items() if k != "default"}
        described["schema"] = schema
        default = _plain(parameter.default)
        if default is not None:
            schema["default"] = default
            described["minOccurs"] = 0
        named = json.dumps(_type(parameter.type_, process))
        is_file = '"File"' in named or '"Directory"' in named
        described["valuePassing"] = ["byValue", *["byReference"] * is_file]
    return inputs


def _described(parameters: list[Any], converted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what cwl2ogc says of parameters, with the package's own words."""
    found: dict[str, Any] = {}
    for parameter, words in zip(parameters, converted.values(), strict=True):
        name = _tail(parameter.id)
        found[name] = {**words, "title": _text(parameter.label) or name}
        found[name].pop("description", None)
        if description := _text(parameter.doc):
            found[name]["description"] = description
    return found


def _plain(value: Cwl) -> Cwl:
    """Return a default as JSON, or None when it cannot be said in JSON."""
    location = getattr(value, "location", None) or getattr(value, "path", None)
    if location:
        return str(location)
    with contextlib.suppress(TypeError, ValueError):
        return json.loads(json.dumps(value, allow_nan=False))
    return None


def _type(cwl_type: Cwl, process: Cwl) -> Cwl:
    """Return a CWL type as plain JSON with all names resolved."""
    if isinstance(cwl_type, str):
        return cwl_type if cwl_type in _SIMPLE else _named_type(cwl_type, process)
    if isinstance(cwl_type, list):
        return {"union": [_type(each, process) for each in cwl_type]}
    if hasattr(cwl_type, "symbols"):
        # The engine wants what the package says; the parser has put the file's own
        # address and the parameter's path in front of it.
        symbols = cwl_type.symbols
        return {"enum": [_tail(s) if s.startswith("file:") else s for s in symbols]}
    if hasattr(cwl_type, "items"):
        return {"array": _type(cwl_type.items, process)}
    if hasattr(cwl_type, "fields"):
        fields = cwl_type.fields or []
        return {
            "record": str(getattr(cwl_type, "name", "") or ""),
            "fields": {_tail(each.name): _type(each.type_, process) for each in fields},
        }
    return "Any"


def _named_type(name: str, process: Cwl) -> Cwl:
    for requirement in process.requirements or []:
        if requirement.class_ == "SchemaDefRequirement":
            for each in requirement.types:
                if each.name == name:
                    return _type(each, process)
    return "Any"


def _plan(process: Cwl, by_id: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the steps with their scatter, for counting executions."""
    plan: dict[str, Any] = {"class": process.class_, "name": name}
    if process.class_ == "Workflow":
        defaults = {_tail(each.id): _plain(each.default) for each in process.inputs}
        plan["defaults"] = {k: v for k, v in defaults.items() if v is not None}
        plan["steps"] = [_step(step, by_id) for step in process.steps]
    return plan


def _step(step: Cwl, by_id: dict[str, Any]) -> dict[str, Any]:
    name = _tail(step.id)
    run = by_id.get(step.run) if isinstance(step.run, str) else step.run
    outputs = [each if isinstance(each, str) else each.id for each in step.out]
    return {
        "name": name,
        "scatter": [_tail(each) for each in _listed(step.scatter)],
        "method": step.scatterMethod or "",
        "inputs": {
            _tail(each.id): [_source(source) for source in _listed(each.source)]
            for each in step.in_
        },
        "outputs": [f"{name}/{_tail(each)}" for each in outputs],
        "run": {"class": "CommandLineTool", "name": name}
        if run is None
        else _plan(run, by_id, name),
    }


def _listed(value: Cwl) -> list[Any]:
    return value if isinstance(value, list) else [value] * (value is not None)


def _source(uri: str) -> str:
    """Return ``input`` or ``step/output``: a source within its workflow."""
    return "/".join(uri.split("#", 1)[-1].split("/")[1:]) or _tail(uri)


def main(arguments: list[str]) -> int:
    """Print the description of a package as JSON."""
    refuse_link_local()
    parser = argparse.ArgumentParser()
    parser.add_argument("package", type=Path)
    parser.add_argument("--workflow", default="")
    parser.add_argument("--no-validation", action="store_true")
    chosen = parser.parse_args(arguments)
    logger.remove()
    # Whatever the libraries print must not get into the document.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            document = describe(
                chosen.package, chosen.workflow, validate=not chosen.no_validation
            )
        except PackageError as error:
            document = {"error": {"kind": error.kind, "detail": str(error)}}
    json.dump(document, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
