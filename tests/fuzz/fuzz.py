"""Makes documents wrong and looks whether anything but our own errors comes of it.

    python tests/fuzz/fuzz.py --steps 15000 --seed 0    (make fuzz)
    python tests/fuzz/fuzz.py --seed 0 --step 1234      one step again

Each step takes a document of some kind, or a server that speaks a dialect, puts one to
five odd things into it, and reads and shows it. A step fails when something is raised
that is neither an ``OgcError`` nor a warning of ours, when a background task logs an
error, or when it takes too long or too much memory. What fails is made as small as it
will go, and printed with the seed and number that bring it back.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import faulthandler
import gc
import json
import logging
import os
import random
import resource
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
for _name in ("fuzz", "protocol", "client", "form", "panel", "servers"):
    if str(TESTS / _name) not in sys.path:
        sys.path.append(str(TESTS / _name))
if str(TESTS.parent) not in sys.path:
    sys.path.insert(0, str(TESTS.parent))

from actions import ACTIONS, drafts  # noqa: E402 # found by the lines above
from odd import as_text, smaller, wrong, wrong_headers  # noqa: E402 # the same
from samples import sample  # noqa: E402 # the same
from wrong_servers import WITH_SERVERS, wrong_server  # noqa: E402 # the same

from ogc_widgets.client.http.loop import get_loop  # noqa: E402 # the same
from ogc_widgets.errors import OgcError, OgcWarning  # noqa: E402 # the same
from ogc_widgets.protocol.wire import parse_json  # noqa: E402 # the same

LONGEST_S = 60.0
LONGEST_CPU_S = 10.0
MOST_GROWTH_MB = 300
# How often each kind comes, in a thousand; servers and the App take longest.
SHARES = {"client": 60, "app": 15, "drafts": 60, "form": 150, "map": 70, "results": 80,
          "panel": 60, "request": 80}  # fmt: skip
_SHRINKING_S = 20.0
_SAID_S = 3.0


class StalledError(Exception):
    """A step that did not end."""


@dataclass
class Failure:
    step: int
    kind: str
    place: str
    words: str
    document: str = ""


@dataclass
class Report:
    steps: int = 0
    failures: list[Failure] = field(default_factory=list)
    counts: collections.Counter = field(default_factory=collections.Counter)
    seconds: float = 0.0


class _Listener(logging.Handler):
    """Hears of what went wrong where nobody waits for it."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.heard: list[tuple[str, str]] = []

    def emit(self, record):
        if record.exc_info and record.exc_info[1] is not None:
            self.hear(record.exc_info[1])
        else:
            self.heard.append((f"log of {record.name}", record.getMessage()))

    def hear(self, error):
        self.heard.append((place_of(error), words_of(error)))

    @contextlib.contextmanager
    def listening(self):
        loggers = [logging.getLogger(name) for name in ("ogc_widgets", "asyncio")]
        before = threading.excepthook, sys.unraisablehook
        threading.excepthook = lambda said: self.hear(said.exc_value)
        sys.unraisablehook = lambda said: self.hear(said.exc_value)
        for one in loggers:
            one.addHandler(self)
        try:
            yield
        finally:
            threading.excepthook, sys.unraisablehook = before
            for one in loggers:
                one.removeHandler(self)


def place_of(error):
    """Kind of error and the innermost line of the package that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "ogc_widgets/" in f.filename] or frames
    where = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "?"
    return f"{type(error).__name__} in {where}"


def words_of(error):
    lines = traceback.format_exception(error)
    return "".join(lines)[-1500:]


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextlib.contextmanager
def _alarm():
    def stop(*_):
        raise StalledError(f"more than {LONGEST_S:g} s")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # pytest may have set one of its own.
    before = signal.signal(signal.SIGALRM, stop)
    left_s, _ = signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left_s)


def attempt(work, listener, *, collect=False):
    """Do something; ``(place, words)`` of what is wrong with how it went, or None."""
    listener.heard.clear()
    peak, wall, cpu = peak_mb(), time.monotonic(), time.process_time()
    try:
        with _alarm(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.suppress(OgcError, OgcWarning):
                work()
    except Exception as error:  # noqa: BLE001 # what is looked for
        return place_of(error), words_of(error)
    seconds, cpu_s = time.monotonic() - wall, time.process_time() - cpu
    if collect:
        gc.collect()
    if listener.heard:
        return listener.heard[0]
    if cpu_s > LONGEST_CPU_S or seconds > LONGEST_S:
        return "slow", f"{seconds:.1f} s, {cpu_s:.1f} s of them computing"
    if peak_mb() - peak > MOST_GROWTH_MB:
        return "large", f"{peak_mb() - peak:.0f} MB"
    return None


def kind_of_step(chosen):
    mark = chosen.random() * 1000
    for kind, share in SHARES.items():
        if mark < share:
            return kind
        mark -= share
    return chosen.choice([one for one in ACTIONS if one not in SHARES])


def run_step(seed, step, listener, kinds=None, known=frozenset()):
    """One step; its kind, and a Failure or None. What is known is not made smaller."""
    chosen = random.Random(f"{seed}/{step}")
    kind = kind_of_step(chosen)
    if kinds is not None and kind not in kinds:
        kind = chosen.choice(kinds)
    if kind in WITH_SERVERS:
        return kind, _with_server(seed, step, kind, chosen, listener, known)
    if kind == "drafts":
        document = sample("request", chosen)
        found = attempt(lambda: drafts(document, chosen), listener)
        return kind, found and Failure(step, kind, *found)
    made = wrong(sample(kind, chosen), chosen)
    if kind == "headers":
        made = {k.decode("latin-1"): v.decode("latin-1")
                for _ in range(3) for k, v in wrong_headers(chosen)}  # fmt: skip
    # A dict may also be given in Python, and hold what no document can.
    by_hand = kind in ("form", "map", "request", "package") and chosen.random() < 0.3

    def work(document):
        if not by_hand:
            document = parse_json(as_text(document), is_lenient=True)
        return ACTIONS[kind](document)

    found = attempt(lambda: work(made), listener)
    if found is None:
        return kind, None
    if found[0] in known:
        return kind, Failure(step, kind, *found)
    made = _smallest(made, found[0], lambda one: attempt(lambda: work(one), listener))
    text = repr(made) if by_hand else as_text(made)
    return kind, Failure(step, kind, *found, document=text[:3000])


def _smallest(document, place, attempted):
    end = time.monotonic() + _SHRINKING_S
    is_smaller = True
    while is_smaller and time.monotonic() < end:
        is_smaller = False
        for one in smaller(document):
            if time.monotonic() > end:
                break
            found = attempted(one)
            if found is not None and found[0] == place:
                document, is_smaller = one, True
                break
    return document


def _with_server(seed, step, kind, chosen, listener, known):
    share = chosen.choice([0.15, 0.3, 1.0])

    def work(only):
        with wrong_server(f"{seed}/{step}", share, only) as server:
            try:
                WITH_SERVERS[kind](server)
            finally:
                changed.update(server.changed)

    changed = {}
    found = attempt(lambda: work(None), listener, collect=True)
    if found is None or found[0] in known:
        return found and Failure(step, kind, *found)
    first = dict(changed)
    for place in first:
        changed.clear()
        again = attempt(lambda place=place: work({place}), listener, collect=True)
        if again is not None and again[0] == found[0]:
            first = {place: first[place]}
            break
    shown = "\n".join(f"{place}\n{said!r}"[:1500] for place, said in first.items())
    return Failure(step, kind, *found, document=shown[:6000])


def fuzz(seed, steps, *, kinds=None, say=lambda _: None):
    """Run steps of a seed."""
    report, listener = Report(), _Listener()
    start = time.monotonic()
    get_loop()
    with listener.listening():
        for step in steps:
            before = time.monotonic()
            known = {one.place for one in report.failures}
            kind, failure = run_step(seed, step, listener, kinds, known)
            report.steps += 1
            report.counts[kind] += 1
            seconds = time.monotonic() - before
            report.counts[f"{kind} s"] += seconds
            if seconds > _SAID_S:
                say(f"step {step} ({kind}) took {seconds:.1f} s")
            if failure is not None:
                report.failures.append(failure)
                if failure.place not in known:
                    say(_told(seed, failure))
            if report.steps % 100 == 0:
                gc.collect()
            if report.steps % 1000 == 0:
                so_far = f"{time.monotonic() - start:.0f} s, {peak_mb():.0f} MB"
                say(f"{report.steps} steps, {len(known)} places, {so_far}")
    report.seconds = time.monotonic() - start
    return report


def _told(seed, failure):
    return (
        f"\n--- {failure.place} (kind {failure.kind})\n{failure.words}\n"
        f"{failure.document}\n"
        f"    again: python tests/fuzz/fuzz.py --seed {seed} --step {failure.step}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=15_000)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--step", type=int, help="only this one")
    parser.add_argument("--kinds", nargs="*", help="only of these kinds")
    parser.add_argument("--from", type=int, default=0, dest="first")
    given = parser.parse_args()
    # Where it stands: kill -USR1.
    faulthandler.register(signal.SIGUSR1)
    steps = range(given.first, given.steps) if given.step is None else [given.step]
    with tempfile.TemporaryDirectory(prefix="ogcw-fuzz-") as folder:
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_DATA_HOME"] = folder
        report = fuzz(given.seed, steps, kinds=given.kinds, say=say)
    places = {one.place for one in report.failures}
    say(json.dumps({k: round(v) for k, v in sorted(report.counts.items())}))
    failed = f"{len(report.failures)} failed in {len(places)} places"
    say(f"{report.steps} steps, {failed}, {report.seconds:.0f} s.")
    return bool(report.failures)


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
