"""What every step of the package shares as a program: options, log lines, exit code."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError
from ogc_widgets.lab.link_local import refuse_link_local

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = logging.getLogger("water-bodies")


def parser(name: str, summary: str, example: str) -> argparse.ArgumentParser:
    """Return an argument parser with the layout that all steps share.

    Args:
        name: Module name of the step, such as ``crop``.
        summary: What the step does, one or two sentences.
        example: Arguments of one call that works.
    """
    module = f"python -m ogc_widgets.lab.water_bodies.{name}"
    options = argparse.ArgumentParser(
        prog=module,
        description=summary,
        epilog=f"example: {module} {example}",
        allow_abbrev=False,
    )
    options.add_argument(
        "--folder",
        type=Path,
        default=Path(),
        help="where to write (default: %(default)s)",
    )
    return options


def run(
    options: argparse.ArgumentParser,
    step: Callable[..., object],
    arguments: Sequence[str] | None,
) -> int:
    """Run one step and return its exit code.

    What happens is logged to stderr line by line, so that it can be read while the
    step runs. When the step cannot go on, the last line is ``error:`` and a sentence.

    Args:
        options: Parser of the step's options, which have the names of its parameters.
        step: The work.
        arguments: Command line without the program name; None for ``sys.argv``.
    """
    values = options.parse_args(
        _joined(sys.argv[1:] if arguments is None else arguments)
    )
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)-5s %(message)s", "%H:%M:%S")
    )
    log.handlers[:] = [lines]
    log.setLevel(logging.INFO)
    log.propagate = False
    # GDAL's own messages repeat, in its words, what we say in ours.
    logging.getLogger("rasterio").setLevel(logging.CRITICAL)
    _reach_loopback_without_proxy()
    refuse_link_local()
    try:
        step(**vars(values))
    except InputError as problem:
        sentence = " ".join(str(problem).split())
    except OSError as problem:
        where = f" ({problem.filename})" if problem.filename else ""
        sentence = f"A file could not be read or written: {problem.strerror}{where}."
    else:
        return 0
    # Straight to stderr: the last line is for machines too, whatever the log format.
    sys.stderr.write(f"error: {sentence}\n")
    return 1


def _joined(arguments: Sequence[str]) -> list[str]:
    """Write ``--aoi -121,39,-120,40`` as one word: the value only looks like a flag."""
    joined: list[str] = []
    for word in arguments:
        if joined and joined[-1] == "--aoi":
            joined[-1] = f"--aoi={word}"
        else:
            joined.append(word)
    return joined


def _reach_loopback_without_proxy() -> None:
    """Keep a site's web proxy out of the way to a server on this machine."""
    for name in ("no_proxy", "NO_PROXY"):
        known = [host for host in os.environ.get(name, "").split(",") if host]
        here = [h for h in ("localhost", "127.0.0.1", "::1") if h not in known]
        os.environ[name] = ",".join(known + here)
