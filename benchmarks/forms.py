"""Forms of whole descriptions: how many can be built, how fast, of how many models."""

from __future__ import annotations

import gc
import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from form_peers import OURS, Generator, peers, quiet
from measure import Row, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECORDED = Path(__file__).resolve().parents[2] / "shared" / "corpus"
# Kinds that all generators can draw, so that the same form is compared.
_KINDS: tuple[dict[str, Any], ...] = (
    {"type": "string"},
    {"type": "number", "minimum": 1, "maximum": 9, "default": 2},
    {"type": "integer", "minimum": 1, "maximum": 9, "default": 2},
    {"type": "boolean", "default": False},
    {"type": "string", "enum": ["a", "b", "c"], "default": "a"},
)


def schemas(count: int) -> dict[str, Any]:
    """Inputs of mixed kinds."""
    return {
        f"input{n}": {"title": f"Input {n}", **_KINDS[n % len(_KINDS)]}
        for n in range(count)
    }


def build(generator: Generator, count: int) -> float:
    """Seconds until a form of so many inputs is there and was read once."""
    described = schemas(count)
    gc.collect()
    with quiet():
        start = time.perf_counter()
        form = generator.make(described, [])
        generator.read(form)
        return time.perf_counter() - start


def models(generator: Generator, count: int) -> int:
    """Widget models that a form of so many inputs consists of."""
    from ipywidgets.widgets import widget

    before = len(widget._instances)  # noqa: SLF001 # nothing else counts them
    with quiet():
        form = generator.make(schemas(count), [])
    made = len(widget._instances) - before  # noqa: SLF001
    del form
    return made


def rows() -> Iterator[Row]:
    """Measure beside each peer that is installed."""
    others = peers()
    for peer in others:
        for generator in (OURS, peer):
            build(generator, 5)  # imports are not what is measured
        for count, goal in ((25, 1 / 3), (500, None)):
            mine, theirs = seconds(
                partial(build, OURS, count), partial(build, peer, count)
            )
            name = f"build a form of {count} inputs / {peer.name}"
            yield Row(name, 1000 * mine, 1000 * theirs, goal, "ms")
        name = f"widget models for 25 inputs / {peer.name}"
        yield Row(name, models(OURS, 25), models(peer, 25), 1 / 3, "")
    if not _RECORDED.is_dir():
        print("  (no recorded descriptions beside the repository: not compared)")
        return
    mine_failed = failures(OURS)
    for peer in others:
        name = f"recorded descriptions that fail / {peer.name}"
        yield Row(name, mine_failed, failures(peer) or 1, 0, "")


def failures(generator: Generator) -> int:
    """How many recorded descriptions end in an error, or lose an input."""
    failed = 0
    for path in sorted((_RECORDED / "process-descriptions").glob("*.json")):
        described = _inputs(json.loads(path.read_text("utf-8")))
        with quiet():
            try:
                form = generator.make(described, [])
                generator.read(form)
                sent = getattr(form, "fields", None) or generator.read(form)
                failed += not described.keys() <= sent.keys()
            except Exception:  # noqa: BLE001 # whatever a peer raises
                failed += 1
    return failed


def _inputs(description: dict[str, Any]) -> dict[str, Any]:
    """Input id to schema, for all shapes of a description."""
    from ogc_widgets.protocol.documents.descriptions import inputs_of

    return {key: described.schema for key, described in inputs_of(description).items()}
