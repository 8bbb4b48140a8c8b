"""Servers that cannot run here, with whole conversations that were recorded.

Each verb asks what the recording has an answer for; see ``replay``. Inputs are those
that were sent when it was recorded.
"""

from __future__ import annotations

import re
from contextlib import contextmanager

from contract import LATE, NO_LOGS, Call, Subject
from replay import replay


@contextmanager
def replayed(key):
    """Replay a server; gives the subject."""
    names, describe = REPLAYED[key]
    with replay(*names) as server:
        subject = describe(server)
        subject.missing = lambda: [_in_short(server, one) for one in server.missing]
        yield subject


def _in_short(server, request):
    """A request without what is another one in each run."""
    method, _, path = request.partition(" ")
    path = path.partition("?")[0].removeprefix(server.base)
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{job}", path)
    if request in server.unanswered:
        return f"the answer to {method} {path}"
    return f"{method} {path}"


def _zoo(server):
    return Subject(
        key="zoo",
        name="ZOO-Kernel of July 2026",
        url=server.url,
        version="replayed",
        quick=Call("slowjob", {"seconds": 6}, {"Result": "slept 6 seconds"}),
        at_once=Call(
            "HelloPy", {"a": "Bob"}, {"Result": "Hello Bob from Python World !"}
        ),
        slow=Call("slowjob", {"seconds": 60}),
        watched=Call("slowjob", {"seconds": 6}),
        bad=Call("slowjob", {"seconds": "many"}),
        failing=Call("failing", {}),
        expected={
            "bad inputs": "not recorded: GET /jobs/{job}/results",
            "deploy": "not recorded: POST /processes",
        },
    )


def _weaver(server):
    # The second execution of its recording is the one that it refuses.
    nested = next(one for one in server.executions if one.status == 422).body["inputs"]
    href = {"href": "http://server.example/temp/nothing.log"}
    return Subject(
        key="weaver",
        name="Weaver of August 2026",
        url=server.url,
        version="replayed",
        quick=Call("remote-slow", {"seconds": [5]}, {"Result": "slept 5 seconds"}),
        at_once=Call("remote-slow", {"seconds": [3]}),
        slow=Call("remote-slow", {"seconds": [60]}),
        watched=Call("remote-slow", {"seconds": [5]}),
        bad=Call("arrays", nested),
        failing=Call("file_index_selector", {"files": [href], "index": 0}),
        expected={
            "run at once": "not recorded: the answer to POST "
            "/processes/remote-slow/execution",
            "delete a finished job": "the server keeps it, as dismissed",
            "deploy": "not recorded: POST /processes",
        },
    )


def _pygeoapi(server):
    return Subject(
        key="pygeoapi-tinydb",
        name="pygeoapi 0.24 with TinyDB",
        url=server.url,
        version="replayed",
        quick=Call("slow", {"seconds": 4}, {"result": "slept 4"}),
        at_once=Call("slow", {"seconds": 1}, {"result": "slept 1"}),
        slow=Call("slow", {"seconds": 20}),
        watched=Call("slow", {"seconds": 4}),
        bad=Call("slow", {"seconds": "many"}),
        failing=Call("fail", {}),
        progresses=2,
        expected={**NO_LOGS, **LATE, "deploy": "not recorded: POST /processes"},
    )


REPLAYED = {
    "zoo": (("zoo-kernel-2026-07", "zoo-landing-400-without-slash"), _zoo),
    "weaver": (("weaver-2026-08", "weaver-array-input-422"), _weaver),
    "pygeoapi-tinydb": (("pygeoapi-0.24-tinydb",), _pygeoapi),
}
