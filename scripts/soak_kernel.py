"""What people do in a kernel, for scripts/soak.py, which starts and kills it.

python soak_kernel.py kill URL FOLDER            runs jobs until it is killed
python soak_kernel.py soak LAB FAULTY MINUTES FOLDER    prints what was seen, as JSON
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import threading
import time
import uuid
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

import ogc_widgets as ogc
from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import OgcError, SubmissionUnknownError

_WARM_UP_S = 20.0
_PATIENCE_S = 120.0
# What may be raised where an answer was spoilt; anything else breaks a promise.
_SAID = (OgcError, TimeoutError)


def run_one(client: ogc.Client, process: str, folder: Path, seen: Counter[str]) -> None:
    """Run one job as a person does: start, watch, wait, read, download."""
    word = {"say": "word"}.get(process, "message")
    seen["asked for"] += 1
    try:
        job = client.execute(process, {word: uuid.uuid4().hex})
    except SubmissionUnknownError:
        seen["fate unknown, said so"] += 1
        return
    except _SAID:
        seen["not started, said so"] += 1
        return
    seen["started"] += 1
    panel = ogc.JobPanel(job)
    end = time.monotonic() + _PATIENCE_S
    while not job.view.is_final and time.monotonic() < end:
        try:
            job.wait(end - time.monotonic())
        except _SAID:
            seen["waits broken, said so"] += 1
            job.resume()
            time.sleep(0.2)
    if not job.view.is_final:
        seen["lost"] += 1
        print(job.view, file=sys.stderr)
    seen["ended"] += job.view.is_final
    while time.monotonic() < end:
        try:
            job.results().download(folder)
            seen["downloaded"] += 1
            break
        except _SAID:
            seen["downloads broken, said so"] += 1
            time.sleep(0.2)
    panel.close()


def kill(url: str, folder: Path) -> None:
    """Run jobs in four threads, until somebody kills this process."""

    def work(number: int) -> None:
        with ogc.Client(url) as client:
            while True:
                run_one(client, "say", folder / str(number), Counter())

    for number in range(4):
        threading.Thread(target=work, args=[number], daemon=True).start()
    print("ready", flush=True)
    time.sleep(600)


class Soak:
    """Two servers in use: jobs, apps and tables, for some time."""

    def __init__(self, servers: dict[str, str], folder: Path) -> None:
        self.clients = {name: ogc.Client(url) for name, url in servers.items()}
        self.folder = folder
        self.seen = {name: Counter[str]() for name in servers}
        self.wrong: list[str] = []
        self.end = 0.0

    def use(self, seconds: float) -> None:
        """Use everything for so long, then close all but the clients."""
        self.end = time.monotonic() + seconds
        work = [(self._jobs, name) for name in ("lab", *["faulty"] * 6)]
        work += [(self._pages, server) for server in self.clients]
        threads = [
            threading.Thread(target=self._guarded, args=one, daemon=True)
            for one in work
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 2 * _PATIENCE_S)
            if thread.is_alive():
                self.wrong.append("something hangs")

    def _guarded(self, work: Any, server: str) -> None:
        try:
            work(server)
        except BaseException as error:  # noqa: BLE001 # each is a broken promise
            self.wrong.append(repr(error))

    def _jobs(self, server: str) -> None:
        process = {"lab": "echo"}.get(server, "say")
        while time.monotonic() < self.end:
            folder = self.folder / f"{server}-{threading.get_ident()}"
            run_one(self.clients[server], process, folder, self.seen[server])

    def _pages(self, server: str) -> None:
        """Open an app and a table, look at them for a while, and close them."""
        client = self.clients[server]
        while time.monotonic() < self.end:
            table = ogc.JobTable(client)
            tell(table, "visible", on=True)
            app = None
            try:
                app = ogc.App(client, {"lab": "echo"}.get(server, "say"))
                self.seen[server]["apps opened"] += 1
            except _SAID:
                self.seen[server]["apps not opened, said so"] += 1
            for _ in range(5):
                time.sleep(1)
                table.refresh()
            if app is not None:
                app.close()
            table.close()


def tell(widget: Any, kind: str, **members: object) -> None:
    """Do what a message from the page does."""
    widget._handle_custom_msg({"type": kind, **members}, [])  # noqa: SLF001 # the page


def counts() -> dict[str, int]:
    """What must not grow."""

    async def tasks() -> int:
        return len(asyncio.all_tasks())

    gc.collect()
    process = psutil.Process()
    # asyncio keeps a few threads for files, makes them one by one, and has a limit.
    pool = [one for one in threading.enumerate() if one.name.startswith("asyncio_")]
    return {
        "threads": process.num_threads() - len(pool),
        "file descriptors": process.num_fds(),
        "asyncio tasks": run(tasks),
    }


def settled(limits: dict[str, int] | None = None) -> dict[str, int]:
    """The counts after some seconds, or as soon as they are back."""
    end = time.monotonic() + 20
    while True:
        now = counts()
        if time.monotonic() > end or (limits and all(now[n] <= limits[n] for n in now)):
            return now
        time.sleep(0.5)


def memory_mib() -> float:
    """What this process holds of the memory."""
    gc.collect()
    return float(psutil.Process().memory_info().rss / 2**20)


def soak(servers: dict[str, str], minutes: float, folder: Path) -> dict[str, Any]:
    """Warm up, then use everything for so many minutes."""
    work = Soak(servers, folder)
    work.use(_WARM_UP_S)
    before, memory = settled(), [memory_mib()]
    for _ in range(2):
        work.use(30 * minutes)
        memory.append(memory_mib())
    # An open client keeps some connections for its next requests.
    for client in work.clients.values():
        client.close()
    after = settled(before)
    return {
        "memory": memory,
        "before": before,
        "after": after,
        "seen": work.seen,
        "wrong": work.wrong,
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    random.seed()
    if sys.argv[1] == "kill":
        kill(sys.argv[2], Path(sys.argv[3]))
    else:
        urls = {"lab": sys.argv[2], "faulty": sys.argv[3]}
        print(json.dumps(soak(urls, float(sys.argv[4]), Path(sys.argv[5]))))
