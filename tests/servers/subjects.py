"""The servers of the tests: run, replayed, stood in for, and some nobody built."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.metadata import version
from types import MappingProxyType

from contract import LATE, NO_LOGS, Call, Subject
from dialects import Dialect, result_shapes
from real_servers import running
from recorded import TUTORIAL_INPUTS, dialects
from replayed import REPLAYED, replayed
from scripted_server import ScriptedServer

from ogc_widgets.lab import lab

NO_DEPLOY = {"deploy": "This server does not let you deploy processes."}
NO_DISMISS = dict.fromkeys(
    ("dismiss", "delete a finished job"),
    "This server cannot cancel jobs; you can stop watching it.",
)
NO_PROGRESS = {"watch": "says no progress"}
NOT_AT_ONCE = {"run at once": "starts a job instead"}
NO_JOBS = dict.fromkeys(
    (
        "run as a job", "watch", "read logs", "results too early", "a job that fails",
        "dismiss", "delete a finished job", "attach", "list jobs",
    ),
    "starts no jobs",
)  # fmt: skip
REAL = ("lab", "pygeoapi", "wraptile", "fastprocesses")
RECORDED = ("eodh", "maap", "cads", "geoserver", "draft")

INVENTED = {
    "terse": Dialect(
        name="terse", base="/v1", landing=False, accepted=202, accepted_body="id",
        id_keys=("id",), location="", progress="", links="", results="bare item",
        errors="detail", paging="", dismiss=204, gone=410, bad_inputs=422,
    ),
    "shouting": Dialect(
        name="shouting", base="/a/b/c", own_host="http://processes.svc:9000",
        accepted=200, words=("ACCEPTED", "RUNNING", "SUCCESS", "ERROR", "CANCELED"),
        progress="text", results="list", errors="page", paging="next", logs="log",
        location="", deploy="202",
    ),
    "wandering": Dialect(
        name="wandering", base="/tenant/ogc", accepted_body="null",
        location="relative", words=("queued", "paused", "completed", "exception",
        "revoked"), progress="float", results="multipart", errors="listed",
        paging="cursor", bad_inputs=0, deploy="location", relation="[ogc-rel:{}]",
    ),
    "half": Dialect(
        name="half", modes="sync", links="mapping", results="links", dismiss=405,
        errors="pygeoapi", paging="page",
    ),
    "stubborn": Dialect(
        name="stubborn", base="/ogc-api", modes="async", id_keys=("jobId",),
        results="wrapped", errors="weaver", paging="page", links="mapping",
        dismiss=405, logs="logs", bare=True, progress="percentCompleted",
        accepted_body="empty",
    ),
}  # fmt: skip


@contextmanager
def subject(key, folder, corpus):
    """Start a server, and stop it afterwards.

    Args:
        key: One of REAL, REPLAYED, RECORDED or INVENTED.
        folder: Where it may write.
        corpus: The folder of recorded documents, for RECORDED.
    """
    if key == "lab":
        with lab() as server:
            yield _lab(server)
    elif key in REAL:
        with running(key, folder) as server:
            yield _REAL[key](server)
    elif key in REPLAYED:
        with replayed(key) as described:
            yield described
    else:
        dialect = INVENTED.get(key) or dialects(corpus)[key]
        with ScriptedServer(dialect) as server:
            yield scripted(key, server)


def _lab(server):
    return Subject(
        key="lab",
        name="the lab server",
        url=server.url,
        version=version("ogc-widgets"),
        quick=Call("echo", {"message": "hello", "pauses": [0]}, {"message": "hello"}),
        slow=Call("echo", {"message": "hello", "pauses": [0.5] * 200}),
        bad=Call("echo", {"message": 7}),
        failing=Call(
            "water-bodies",
            {"aoi": "10,50,11,51", "stac_items": list(server.scenes[:1])},
        ),
    )


def _pygeoapi(server):
    return Subject(
        key="pygeoapi",
        name="pygeoapi",
        url=server.url,
        version=server.version,
        quick=Call("slow", {"steps": 3, "pause_s": 0.05}, {"counted": 3}),
        slow=Call("slow", {"steps": 100, "pause_s": 0.3}),
        bad=Call("slow", {"steps": "many"}),
        failing=Call("slow", {"steps": 3, "fail": True}),
        expected={**NO_LOGS, **NO_DEPLOY, **LATE},
    )


def _wraptile(server):
    return Subject(
        key="wraptile",
        name="wraptile",
        url=server.url,
        version=server.version,
        quick=Call(
            "primes_between",
            {"min_val": 10, "max_val": 20},
            {"return_value": [11, 13, 17, 19]},
        ),
        slow=Call("sleep_a_while", {"duration": 60}),
        bad=Call("primes_between", {"min_val": "many"}),
        failing=Call("sleep_a_while", {"duration": 0.1, "fail": True}),
        expected={**NO_LOGS, **NO_DEPLOY, **NOT_AT_ONCE},
    )


def _fastprocesses(server):
    return Subject(
        key="fastprocesses",
        name="fastprocesses",
        url=server.url,
        version=server.version,
        quick=Call("slow", {"steps": 3, "pause_s": 0.05}, {"counted": 3}),
        slow=Call("slow", {"steps": 100, "pause_s": 0.1}),
        bad=Call("slow", {"steps": "many"}),
        failing=Call("slow", {"steps": 3, "fail": True}),
        expected={**NO_LOGS, **NO_DEPLOY, **NO_DISMISS, **NOT_AT_ONCE, **LATE},
    )


_REAL = {
    "pygeoapi": _pygeoapi, "wraptile": _wraptile, "fastprocesses": _fastprocesses,
}  # fmt: skip


def scripted(key, server):
    """The subject for a server that speaks a dialect."""
    dialect = server.dialect
    is_tutorial = dialect.process == "water-bodies"
    base = TUTORIAL_INPUTS if is_tutorial else {}
    word = "epsg" if is_tutorial else "word"

    def call(text, gives=MappingProxyType({})):
        return Call(dialect.process, {**base, word: text}, gives)

    expected = {}
    if not dialect.logs:
        expected |= NO_LOGS
    if not dialect.deploy:
        expected |= NO_DEPLOY
    if dialect.dismiss == 405:
        expected |= NO_DISMISS
    if dialect.progress in ("", "null"):
        expected |= NO_PROGRESS
    if dialect.modes == "async":
        expected |= NOT_AT_ONCE
    if dialect.modes == "sync":
        expected |= NO_JOBS
    if dialect.bad_inputs == 0:
        expected |= LATE
    if dialect.paging == "none":
        expected["list jobs"] = "has no list of jobs"
    return Subject(
        key=key,
        name=dialect.name,
        url=server.url,
        version="recorded" if key in RECORDED else "invented",
        quick=call("EPSG:4326" if is_tutorial else "hi", _gives(server)),
        slow=call("slow"),
        bad=Call(dialect.process, {**base, word: 7 if not is_tutorial else "bad"}),
        failing=call("fail"),
        progresses=0 if "watch" in expected else 3,
        expected=expected,
    )


def _gives(server):
    recorded = server.dialect.recorded.get("results")
    if recorded is not None:
        return {}
    shape = result_shapes[server.dialect.results]

    def check(value):
        files = server.address("/files")
        return str(value) == str(shape.value).replace("{files}", files)

    return {shape.output: check}
