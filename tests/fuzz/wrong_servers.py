"""The whole loop with a server, on a real socket, whose answers are made wrong."""

from __future__ import annotations

import contextlib
import random
import tempfile
import time
from unittest import mock

from actions import none_broke
from dialects import Dialect, error_forms, result_shapes
from odd import wrong_answer
from raw_server import answer
from samples import CATALOG, COLLECTIONS, DESCRIPTION, ITEMS, OPENAPI, STAC_ITEM
from scripted_server import ScriptedServer

import ogc_widgets as ogc
from ogc_widgets.client import Client
from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import OgcError
from ogc_widgets.protocol import watching

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
TIMEOUT_S = 1.5
QUICK = {
    "ogc_widgets.client.results.results_reader.RESULT_DELAYS_S": (0.01,),
    "ogc_widgets.client.results.results_reader.LONGEST_RESULT_DELAY_S": 0.05,
    "ogc_widgets.client.jobs.poller._BLIP_DELAYS_S": (0.01,),
    "ogc_widgets.client.jobs.step_logs._PATIENCE_S": TIMEOUT_S,
    "ogc_widgets.client.execution.SYNC_S": TIMEOUT_S,
    "ogc_widgets.client.jobs.job_list.LIST_S": TIMEOUT_S,
    "ogc_widgets.client.http.connection.ACCEPT_S": TIMEOUT_S,
    "ogc_widgets.client.http.transport.SILENCE_S": TIMEOUT_S,
    "ogc_widgets.client.stac.stac_reader.LOOK_S": TIMEOUT_S,
    "ogc_widgets.client.stac.catalogue.SEARCH_S": TIMEOUT_S,
}


class WrongServer(ScriptedServer):
    """Speaks some dialect, and has a catalogue and files.

    Args:
        seed: Decides what is wrong. The same request gets the same answer, whichever
            of several is asked first.
        share: How many of the answers are wrong.
        only: The answers that may be wrong, all if None.
    """

    def __init__(self, seed, share, only=None):
        chosen = random.Random(f"{seed}/dialect")
        dialect = Dialect(
            process="all",
            results=chosen.choice(list(result_shapes)),
            errors=chosen.choice(list(error_forms)),
            logs=chosen.choice(["related", "log", "ogc-rel", "logs", ""]),
            paging=chosen.choice(["next", "page", "cursor", ""]),
            location=chosen.choice(["absolute", "relative", ""]),
            accepted_body=chosen.choice(["status", "id", "null", "empty"]),
            dismiss=chosen.choice([200, 204, 405]),
            recorded={"description": DESCRIPTION}
            | ({"results": ITEMS} if chosen.random() < 0.3 else {}),
        )
        super().__init__(dialect)
        self.seed, self.share, self.only = seed, share, only
        self.changed: dict[str, bytes] = {}
        self.looks: dict[str, int] = {}
        self.behave = self._wrongly

    def _other(self, path):
        thing = {
            "/stac": CATALOG | {"links": [
                {"rel": "search", "href": self.address("/search"), "method": "POST"}]},
            "/collections": COLLECTIONS, "/search": ITEMS, "/api": OPENAPI,
            "/items/one": STAC_ITEM, "/oidc": {"issuer": self.origin},
        }.get(path)  # fmt: skip
        if thing is not None:
            return answer(thing)
        if path.startswith("/files/") or path.endswith((".png", ".tif")):
            # Without a part, whatever was asked for.
            headers = {"Content-Type": "image/png", "ETag": '"1"'}
            return answer(body=PNG, headers=headers)
        return None

    def _wrongly(self, connection, received):
        path = received.path.partition("?")[0]
        said = self._other(path) or self._serve_one(connection, received)
        place = f"{received.method} {path}"
        for number, job in enumerate(self.jobs):
            place = place.replace(job, f"job{number}")
        self.looks[place] = look = self.looks.get(place, 0) + 1
        place = f"{place} {look}"
        chosen = random.Random(f"{self.seed}/{place}")
        if chosen.random() > self.share or (
            self.only is not None and place not in self.only
        ):
            return said
        self.changed[place] = wrong_answer(said, chosen)
        return self.changed[place]


@contextlib.contextmanager
def wrong_server(seed, share, only):
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(watching, "FIRST_DELAY_S", 0.01))
        for name, value in QUICK.items():
            stack.enter_context(mock.patch(name, value))
        server = stack.enter_context(WrongServer(seed, share, only))
        yield server


@contextlib.contextmanager
def ours():
    with contextlib.suppress(OgcError):
        yield


def by_client(server):
    """Everything that a user can do in Python, one after the other."""
    with (
        Client(server.url, timeout_s=TIMEOUT_S) as client,
        tempfile.TemporaryDirectory(prefix="ogcw-fuzz-") as folder,
    ):
        jobs, found = [], []
        inputs = {"word": "a"}
        for step in (
            client.landing_page, client.conformance, client.capabilities,
            client.processes, lambda: client.process("all"),
            lambda: jobs.append(client.execute("all", inputs)),
            lambda: jobs.append(client.execute("all", inputs, mode="sync")),
            lambda: jobs.extend(client.jobs(5)),
            lambda: jobs.extend(client.jobs(5, status="failed", text="x")),
            lambda: str(client.server_card()),
            lambda: ogc.search_items(f"{server.url}/stac", max_cloud_percent=9),
        ):  # fmt: skip
            with ours():
                step()
        for job in jobs[:2]:
            if not hasattr(job, "wait"):
                found.append(job)
                continue
            for step in (
                lambda job=job: job.wait(0.2),
                lambda job=job: [log.text() for log in job.logs()],
                lambda job=job: found.append(job.results()),
                lambda job=job: job.output("said"),
                job.request,
                lambda job=job: run(job.aio.why_failed),
                job.dismiss,
            ):
                with ours():
                    step()
        for one in found:
            if not hasattr(one, "item_collection"):
                continue
            with ours():
                one.item_collection()
            with ours():
                one.download(folder)
            for item in one.items[:2]:
                with ours():
                    for asset in one.assets(item):
                        one.open(item, asset.key).read(8)


def by_app(server):
    """The same in the page: the App with its form, panel, table, map and cards."""
    with ours():
        app = ogc.App(Client(server.url, timeout_s=TIMEOUT_S), "all")
        try:
            _use(app, server)
        finally:
            app.close()
            app.client.close()


def _use(app, server):
    views = [app.panel, app.header, app._jobs, app.form, app._stage.head, app.search]
    with ours():
        app.form.inputs = {"word": ["a"], "count": 4, "ratio": 1}
    with ours():
        app.run()
    wait(lambda: app.job is not None and app.job.view.is_final)
    app.header.card = "server"
    wait(lambda: False, 0.05)
    views.append(app._cards.card or app.panel)
    with ours():
        app.header.card = "deploy"
    with ours():
        app.search.show("word", "Word", takes_one=False, offered=f"{server.url}/stac")
        wait(lambda: app.search.phase not in ("start", "opening"))
        app.search.search()
        wait(lambda: app.search.phase != "searching")
    with ours():
        app._repr_mimebundle_()
    table = ogc.JobTable(app.client)
    try:
        wait(lambda: table.state["is_loaded"])
        for job in table.jobs[:1]:
            with ours():
                table.run_again(job.id)
            with ours():
                table.remove(job.id)
        none_broke(table)
    finally:
        table.close()
    if app.results is not None:
        for row in app._stage.results_map.table.rows(0, 1):
            with ours():
                app._stage.results_map.preview(row["id"])
        views.append(app._stage.results_map.table)
    with ours():
        app.panel.stop()
    wait(lambda: False, 0.05)
    none_broke(*views)


def wait(condition, timeout_s=0.4):
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


WITH_SERVERS = {"client": by_client, "app": by_app}
