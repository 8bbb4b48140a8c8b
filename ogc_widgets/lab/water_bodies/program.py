"""What makes a step a program: options from its signature, log lines, exit code."""

from __future__ import annotations

import argparse
import inspect
import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.lab.network import refuse_link_local

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = logging.getLogger("water-bodies")


def program(step: Callable[..., object]) -> Callable[..., int]:
    """Return a step as a program, which takes a command line and returns an exit code.

    Its options have the names of the step's parameters and say what its docstring
    says. ``file`` and ``files`` stand without a name; other lists repeat an option.

    What happens is logged to stderr line by line, so that it can be read while the
    step runs. When the step cannot go on, the last line is ``error:`` and a sentence.
    """

    def main(arguments: Sequence[str] | None = None) -> int:
        words = sys.argv[1:] if arguments is None else arguments
        values = vars(_parser(step).parse_args(_joined(words)))
        _prepare()
        try:
            step(**values)
        except InputError as problem:
            sentence = " ".join(str(problem).split())
        except OSError as problem:
            where = f" ({problem.filename})" if problem.filename else ""
            reason = f"{problem.strerror}{where}"
            sentence = f"A file could not be read or written: {reason}."
        else:
            return 0
        # Straight to stderr: the last line is for machines too, whatever the format.
        sys.stderr.write(f"error: {sentence}\n")
        return 1

    return main


def _parser(step: Callable[..., object]) -> argparse.ArgumentParser:
    module = f"python -m ogc_widgets.lab.water_bodies.{step.__name__}"
    summary, _, rest = (inspect.getdoc(step) or "").partition("\n\nArgs:\n")
    example = re.search(r"Example: (.*)", summary)
    parser = argparse.ArgumentParser(
        prog=module,
        description=summary[: example.start()] if example else summary,
        epilog=f"example: {module} {example[1]}" if example else None,
        allow_abbrev=False,
    )
    told = dict(re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", rest, re.MULTILINE))
    for name, parameter in inspect.signature(step).parameters.items():
        kind, _, item = str(parameter.annotation).rstrip("]").rpartition("[")
        option: dict[str, Any] = {"type": Path if item == "Path" else str}
        option["help"] = " ".join(told[name].split())
        if name in ("file", "files"):
            option |= {"metavar": "RASTER", "nargs": "*" if kind else None}
            parser.add_argument(name, **option)
        elif kind:
            option |= {"action": "append", "default": [], "dest": name}
            parser.add_argument(f"--{name.removesuffix('s')}", **option)
        elif parameter.default is parameter.empty:
            parser.add_argument(f"--{name}", required=True, **option)
        else:
            option["help"] += " (default: %(default)s)"
            parser.add_argument(f"--{name}", default=parameter.default, **option)
    return parser


def _joined(arguments: Sequence[str]) -> list[str]:
    """Write ``--aoi -121,39,-120,40`` as one word: the value only looks like a flag."""
    joined: list[str] = []
    for word in arguments:
        if joined and joined[-1] == "--aoi":
            joined[-1] = f"--aoi={word}"
        else:
            joined.append(word)
    return joined


def _prepare() -> None:
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)-5s %(message)s", "%H:%M:%S")
    )
    log.handlers[:] = [lines]
    log.setLevel(logging.INFO)
    log.propagate = False
    # GDAL's own messages repeat, in its words, what we say in ours.
    logging.getLogger("rasterio").setLevel(logging.CRITICAL)
    # A site's web proxy is in the way to a server on this machine.
    for name in ("no_proxy", "NO_PROXY"):
        known = [host for host in os.environ.get(name, "").split(",") if host]
        here = [h for h in ("localhost", "127.0.0.1", "::1") if h not in known]
        os.environ[name] = ",".join(known + here)
    refuse_link_local()
