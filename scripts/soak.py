"""Use, break and kill everything for some minutes, and say what was lost (make soak).

    MINUTES=6 KILLS=120 CRASHES=6 BODIES=4000 python scripts/soak.py

Exit code 1 says that a promise of docs/promises.md did not hold.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from soak_server import ROOT, Faulty, is_whole

sys.path[:0] = [str(ROOT / "tests" / "browser")]

import chromium  # noqa: E402 # beside this file, and the others where tests are
import hostile_texts  # noqa: E402
from raw_server import answer, processes_server  # noqa: E402

import ogc_widgets as ogc  # noqa: E402
from ogc_widgets.errors import OgcError  # noqa: E402

MINUTES = float(os.environ.get("MINUTES", "6"))
KILLS = int(os.environ.get("KILLS", "120"))
CRASHES = int(os.environ.get("CRASHES", "6"))
BODIES = int(os.environ.get("BODIES", "4000"))

_KERNEL = Path(__file__).with_name("soak_kernel.py")
_JOBS_PER_CRASH = 240
# A job takes most of a second: that of the queue which is left then is left.
_QUEUE_S = 240.0
_HELLO = """cwlVersion: v1.2
class: CommandLineTool
id: hello
baseCommand: echo
inputs: {name: {type: int, inputBinding: {}}}
outputs: {out: stdout}
"""

_table: list[tuple[str, str, bool]] = []


def note(name: str, figure: object, *, holds: bool = True) -> None:
    """Print a line of the table, and keep it for the end."""
    _table.append((name, str(figure), holds))
    print(f"{'  ' if holds else '! '}{name:<44} {figure}", flush=True)


def own_home(folder: Path) -> None:
    """Keep the history of this part, and of what it starts, in a folder."""
    for name in ("DATA", "STATE", "CACHE", "CONFIG"):
        os.environ[f"XDG_{name}_HOME"] = str(folder / name.lower())


def kernel(*arguments: object) -> subprocess.Popen[str]:
    """Start a kernel of our own."""
    return subprocess.Popen(
        [sys.executable, str(_KERNEL), *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


# -- the five parts ------------------------------------------------------------------


def soak(folder: Path) -> None:
    """Use the lab and a server that breaks one answer in eight, for some minutes."""
    faulty = Faulty(0.12, "next")
    with ogc.lab(workers=1) as lab:
        child = kernel("soak", lab.url, faulty.server.url, MINUTES, folder / "files")
        said = json.loads(child.communicate()[0] or '{"wrong": ["it ended early"]}')
    note("soak: minutes", MINUTES)
    for wrong in said["wrong"]:
        note("soak: raised", wrong, holds=False)
    if "memory" not in said:
        return
    start, middle, end = said["memory"]
    flat = end < middle * 1.05 + 5
    figures = f"{start:.0f} / {middle:.0f} / {end:.0f} MiB"
    note("soak: memory at the start / middle / end", figures, holds=flat)
    for name, before in said["before"].items():
        after = said["after"][name]
        note(
            f"soak: {name} before / after", f"{before} / {after}", holds=after <= before
        )
    for server, seen in said["seen"].items():
        for name, count in seen.items():
            note(f"soak: {server}: {name}", count, holds=name != "lost")
        lost = seen.get("started", 0) - seen.get("ended", 0)
        note(f"soak: {server}: jobs lost", lost, holds=lost == 0)
    _account(faulty, "soak")


def _account(faulty: Faulty, part: str) -> None:
    """Say what became of the jobs of a server, and close it."""
    lost, only_listed = faulty.lost()
    twice = faulty.sent_twice()
    del faulty.spoilt[""]
    note(f"{part}: answers spoilt", sum(faulty.spoilt.values()))
    note(f"{part}: jobs accepted", len(faulty.accepted))
    note(f"{part}: of these found by the list alone", only_listed)
    note(f"{part}: lost to history and list", lost, holds=lost == 0)
    note(f"{part}: sent twice", twice, holds=twice == 0)
    faulty.server.close()


def kills(folder: Path) -> None:
    """Kill kernels while they submit, watch and download."""
    faulty = Faulty(0.05, "", looks=1)
    halves: list[bytes] = []
    early: list[int] = []

    def one(number: int) -> None:
        files = folder / f"files-{number % 2}"
        child = kernel("kill", faulty.server.url, files)
        if child.stdout is None or child.stdout.readline() != "ready\n":
            early.append(number)
        time.sleep(random.uniform(0, 6))
        child.kill()
        child.communicate()
        found = files.rglob("said*.bin")
        halves.extend(path.read_bytes()[:50] for path in found if not is_whole(path))

    # Two at a time, so that they share the history; each has a folder of its own.
    with ThreadPoolExecutor(2) as pool:
        for lane in [
            pool.submit(lambda first: [*map(one, range(first, KILLS, 2))], first)
            for first in (0, 1)
        ]:
            lane.result()
    note("kills: kernels killed", KILLS - len(early), holds=not early)
    whole = len(list(folder.rglob("said*.bin")))
    parts = len(list(folder.rglob(".*.part")))
    note("kills: half files under a final name", len(halves), holds=not halves)
    for half in halves:
        print(half)
    note("kills: whole files / parts left beside them", f"{whole} / {parts}")
    _account(faulty, "kills")


def crashes(folder: Path) -> None:
    """Kill the lab server while jobs are sent to it, and start it again."""
    accepted: set[str] = set()
    unknown: Counter[str] = Counter()
    lock = threading.Lock()

    def submit(client: ogc.Client, stop: threading.Event) -> None:
        for number in range(_JOBS_PER_CRASH // 4):
            if stop.is_set():
                return
            try:
                job = client.execute("hello", {"name": number})
            except OgcError as error:
                with lock:
                    unknown[type(error).__name__] += 1
            else:
                with lock:
                    accepted.add(job.id)

    for number in range(CRASHES):
        lab = ogc.lab(data=folder / "lab", workers=2)
        with ogc.Client(lab.url, timeout_s=20) as client, ThreadPoolExecutor(4) as pool:
            if number == 0:
                client.deploy(_HELLO)
            stop = threading.Event()
            work = [pool.submit(submit, client, stop) for _ in range(4)]
            # The second half of them is killed while jobs are still being sent.
            if number % 2:
                while sum(not one.done() for one in work) and random.random() > 0.02:
                    time.sleep(0.1)
            else:
                for one in work:
                    one.result()
            process = lab._server.process  # noqa: SLF001 # to be killed, not closed
            process.kill()
            process.wait()
            stop.set()
        lab.close()
    with ogc.lab(data=folder / "lab") as lab, ogc.Client(lab.url) as client:
        end = time.monotonic() + _QUEUE_S
        while True:
            found = {job.id: job.status for job in client.iter_jobs()}
            states = Counter(found[one].status for one in accepted if one in found)
            if not states["accepted"] + states["running"] or time.monotonic() > end:
                break
            time.sleep(2)
    marked = sum(
        "interrupted" in found[one].message
        for one in accepted
        if one in found and found[one].status == "failed"
    )
    lost = len(accepted - set(found))
    note("crashes: lab servers killed", CRASHES)
    note("crashes: jobs accepted", len(accepted))
    note("crashes: answers that did not come", dict(unknown))
    note("crashes: finished", states["successful"])
    note("crashes: marked as interrupted", marked)
    open_ = len(accepted) - lost - marked - states["successful"]
    waiting = states["accepted"] + states["running"]
    note("crashes: still in the queue after some minutes", waiting)
    note("crashes: in no such state", open_ - waiting, holds=open_ == waiting)
    note("crashes: lost", lost, holds=lost == 0)


def texts() -> None:
    """Show hostile texts in a real browser."""
    name = "texts: hostile ones in every view, none run"
    path = chromium.find()
    if path is None:
        note(name, "no Chromium was found", holds=False)
        return
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_hostile.py"]
    environment = {**os.environ, "CHROMIUM": path, "PYTHONPATH": str(ROOT)}
    environment["OGCW_SOAK"] = "1"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True)
    note(name, len(hostile_texts.TEXTS), holds=done.returncode == 0)
    if done.returncode:
        print(done.stdout.decode()[-3000:])


_PARTS = (
    b"--x\r\nContent-Type: application/json\r\n"
    b"Content-ID: <count@srv.test>\r\n\r\n7\r\n"
    b"--x\r\nContent-Type: image/tiff\r\n"
    b'Content-Disposition: attachment; name="mask"; filename="m.tif"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nSUkqAA==\r\n"
    b"--x\r\nContent-Type: image/png\r\nContent-ID: <preview>\r\n"
    b"Content-Location: http://srv.test/p.png\r\n\r\n\r\n--x--\r\n"
)
_TYPES = (
    'multipart/related; boundary="x"',
    "multipart/mixed",
    'multipart/related; boundary="\xff"',
    'multipart/mixed; boundary=""',
    "multipart/related; boundary=x; start=<preview>; boundary=y",
)
_PIECES = (
    b"--x", b"--x--", b"\r\n", b"\n\n", b"\x00", b"\xff\xfe", b"--", b":", b'"',
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n", b"Content-ID: \r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"9" * 401, b"=" * 9, b"[" * 3000,
)  # fmt: skip


def broken(number: int) -> tuple[bytes, str]:
    """A body of several parts that is cut, doubled or spoilt somewhere."""
    dice = random.Random(number)
    body = bytearray(_PARTS)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(body) + 1)
        to = min(len(body), at + dice.randint(0, 60))
        new = [dice.choice(_PIECES), body[at:to] * 2, dice.randbytes(to - at), b""]
        body[at:to] = dice.choice(new)
    cut = dice.randrange(len(body) + 1) if dice.random() < 0.3 else len(body)
    return bytes(body[:cut]), dice.choice(_TYPES)


def bodies() -> None:
    """Read broken bodies of several parts as the results of a job."""
    numbers = iter(range(BODIES))

    def results(*_: Any) -> bytes:
        body, kind = broken(next(numbers))
        said: bytes = answer(body=body)
        line = f"Content-Type: {kind}".encode("latin-1")
        return said.replace(b"Content-Type: application/json", line, 1)

    done = {"jobID": "j", "processID": "p", "status": "successful"}
    said = {
        ("GET", "/api/jobs/j"): lambda *_: answer(done),
        ("GET", "/api/jobs/j/results"): results,
    }
    came: Counter[str] = Counter()
    slowest = 0.0
    with processes_server(said) as server, ogc.Client(f"{server.origin}/api") as client:
        for _ in range(BODIES):
            job = client.job("j")  # one job reads its results once
            started = time.monotonic()
            try:
                job.results()
                came["read"] += 1
            except OgcError:
                came["refused in words"] += 1
            except Exception as error:  # noqa: BLE001 # counted as a broken promise
                came[repr(error)] += 1
            slowest = max(slowest, time.monotonic() - started)
    note("bodies: broken ones of several parts", BODIES)
    for name, count in came.items():
        is_fine = name in {"read", "refused in words"}
        note(f"bodies: {name}", count, holds=is_fine)
    note("bodies: slowest", f"{slowest:.2f} s", holds=slowest < 5)


def main(names: list[str]) -> int:
    """Do all parts, or those that are named; 1 if a promise did not hold."""
    warnings.simplefilter("ignore")
    started = time.monotonic()
    parts = {"soak": soak, "kills": kills, "crashes": crashes}
    for name in names or [*parts, "texts", "bodies"]:
        print(f"==> {name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="ogcw-soak-") as folder:
            own_home(Path(folder))
            if name in parts:
                parts[name](Path(folder))
            else:
                {"texts": texts, "bodies": bodies}[name]()
    broken_ones = [name for name, _, holds in _table if not holds]
    print(f"==> {time.monotonic() - started:.0f} s; not held: {broken_ones or 'none'}")
    return bool(broken_ones)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
