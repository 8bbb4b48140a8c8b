"""The end of a log is read whatever its length, and whatever stands in it."""

from __future__ import annotations

import gzip
import resource

import pytest
from raw_server import answer, processes_server

import ogc_widgets as ogc

TEXT = {"Content-Type": "text/plain"}


@pytest.fixture
def log_of():
    """The first log of a job, sent by what a test passes."""
    servers = []

    def make(behave):
        def status(_connection, _received):
            href = f"{server.origin}/log/crop.log"
            link = {"href": href, "rel": "related", "type": "text/plain", "title": "l"}
            return answer({"jobID": "j", "status": "running", "links": [link]})

        server = processes_server(
            {("GET", "/api/jobs/j"): status, ("GET", "/log/crop.log"): behave}
        )
        servers.append(server)
        with ogc.Client(f"{server.origin}/api", timeout_s=5) as client:
            (log,) = client.job("j").logs()
            return log.text()

    yield make
    for server in servers:
        server.close()


def body(content: bytes):
    return lambda _connection, _received: answer(body=content, headers=TEXT)


def test_progress_bar_is_read_when_no_line_of_the_log_has_ended(log_of) -> None:
    bar = b"".join(b"\r%7d of 900000" % number for number in range(60_000))
    text = log_of(body(b"started\n" + bar))
    assert text.startswith("… earlier lines left out\n")
    assert text.endswith("  59999 of 900000")
    assert "\ufffd" not in text


def test_half_a_line_is_read_when_there_is_no_other(log_of) -> None:
    text = log_of(body("é".encode() * 200_000))
    assert text.count("é") > 100_000
    # A character that was cut in two is left out.
    assert "\ufffd" not in text


def test_end_alone_is_asked_for_when_the_server_has_ranges(log_of) -> None:
    log = b"".join(b"line %d\n" % number for number in range(100_000))
    sent = []

    def part(_connection, received):
        # first-last, first-, or -length (RFC 9110, section 14.1.2)
        asked = received.headers.get("range", "bytes=0-").removeprefix("bytes=")
        first, _, last = asked.partition("-")
        start = int(first) if first else len(log) - int(last)
        end = min(int(last) + 1, len(log)) if first and last else len(log)
        sent.append(end - start)
        place = {"Content-Range": f"bytes {start}-{end - 1}/{len(log)}"}
        return answer(body=log[start:end], status=206, headers={**TEXT, **place})

    text = log_of(part)
    assert text.endswith("line 99998\nline 99999\n")
    mark, first, *_ = text.splitlines()
    assert mark == "… earlier lines left out"
    assert first.startswith("line ")  # no half of one
    assert len(sent) == 1
    assert sent[0] < len(log) / 3


def test_end_is_read_when_the_log_is_larger_than_memory_should_hold(log_of) -> None:
    piece = b"a line of a log\n" * 65_536

    def send(connection, _received):
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
        connection.sendall(head.encode())
        for _ in range(100):  # 100 MiB
            connection.sendall(piece)
        connection.sendall(b"the end\n")
        connection.shutdown(2)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    text = log_of(send)
    assert text.endswith("a line of a log\nthe end\n")
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 30_000


def test_end_is_read_when_the_log_unpacks_to_far_more(log_of) -> None:
    packed = gzip.compress(b"0" * 200_000_000 + b"\nthe end\n", 9)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    text = log_of(
        lambda _connection, _received: answer(
            body=packed, headers={**TEXT, "Content-Encoding": "gzip"}
        )
    )
    assert text == "… earlier lines left out\nthe end\n"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_empty_log_has_no_end_and_is_no_error(log_of) -> None:
    no_part = answer(status=416, headers=TEXT, body=b"There is no such part.")
    assert log_of(lambda *_: no_part) == ""


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b' ["one", "two"]', "one\ntwo"),
        (b'["one", 2]', '["one", 2]'),
        (b"[12:00] begins", "[12:00] begins"),
        (b'"one"', '"one"'),
    ],
)
def test_list_of_lines_is_read_as_lines_and_all_else_as_it_is(
    log_of, sent, read
) -> None:
    assert log_of(body(sent)) == read


def test_what_came_is_shown_when_the_rest_of_a_log_does_not_come(log_of) -> None:
    def stop_halfway(connection, _received):
        whole = answer(body=b"first\nsecond\nthird\n", headers=TEXT)
        connection.sendall(whole[:-7])
        connection.shutdown(2)

    text = log_of(stop_halfway)
    assert text.startswith("first\nsecond")
    assert "did not send the rest" in text
