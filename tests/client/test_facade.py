"""The blocking methods are made of the awaitable ones, and say what those say."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from ogc_widgets.client import AsyncClient, AsyncJob, Client, Job, LogFile, Results

PAIRS = [
    (getattr(plain, name), getattr(awaitable, name))
    for plain, awaitable in ((Client, AsyncClient), (Job, AsyncJob))
    for name in sorted(vars(plain))
    if not name.startswith("_") and callable(getattr(plain, name))
] + [
    (Results.download, Results.aio_download),
    (LogFile.text, LogFile.aio_text),
    (LogFile.fetch, LogFile.aio_fetch),
]


def test_every_method_has_a_twin() -> None:
    assert len(PAIRS) > 25


@pytest.mark.parametrize(("plain", "awaitable"), PAIRS)
def test_method_is_blocking_and_describes_itself(plain, awaitable) -> None:
    assert not inspect.iscoroutinefunction(plain)
    assert plain.__doc__ == awaitable.__doc__
    assert plain.__doc__
    assert plain.__name__ == awaitable.__name__.removeprefix("aio_")
    ours, theirs = inspect.signature(plain), inspect.signature(awaitable)
    assert list(ours.parameters) == list(theirs.parameters)
    assert "Async" not in str(ours.return_annotation)


@pytest.mark.parametrize(
    ("method", "returned"),
    [
        (Client.execute, "Job"),
        (Client.jobs, "list[Job]"),
        (Client.process, "Process"),
        (Job.results, "Results"),
        (Results.download, "Downloaded"),
    ],
)
def test_help_says_what_is_returned(method, returned) -> None:
    assert str(inspect.signature(method)).endswith(f"-> '{returned}'")


def ended(client: Client) -> Job:
    return client.execute("echo", {"message": "a"}, mode="sync")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda c: Client(c.url, timeout=5), "Client() .*'timeout'. .*timeout_s?"),
        (
            lambda c: c.jobs(process="echo"),
            "jobs() .*'process'. .*process_id?",
        ),
        (lambda c: c.execute("echo", message="a"), "execute() .*'message'"),
        (lambda c: c.execute_many("echo"), "execute_many() missing .*'inputs_list'"),
        (lambda c: ended(c).wait(timeout=5), "wait() .*timeout_s?"),
        (lambda c: ended(c).results().download(), "download() missing .*'folder'"),
        (lambda c: asyncio.run(c.aio.jobs(stat="failed")), "jobs() .*status?"),
    ],
)
def test_arguments_are_named_as_the_caller_knows_them(lab_server, call, said):
    pattern = said.replace("()", r"\(\)").replace("?", r"\?")
    with Client(lab_server.url) as client, pytest.raises(TypeError, match=pattern):
        call(client)
