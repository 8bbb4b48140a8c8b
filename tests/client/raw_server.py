"""A server on a real socket that can do everything wrong that a server can."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from dataclasses import dataclass


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    number: int


def answer(document=None, status=200, headers=None, body=None):
    """A complete HTTP answer."""
    if body is None:
        body = b"" if document is None else json.dumps(document).encode()
    lines = [f"HTTP/1.1 {status} Said"]
    named = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    named |= headers or {}
    lines += [f"{name}: {value}" for name, value in named.items() if value is not None]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class RawServer:
    """Calls ``behave(connection, received)`` for every request that arrives.

    ``behave`` returns bytes to send, or ``None`` after it did something to the
    connection itself.
    """

    def __init__(self, behave, host="127.0.0.1"):
        self.behave = behave
        self.received: list[Received] = []
        self.in_flight = self.most_in_flight = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.connections = 0
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]
        self.origin = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
                self.connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        try:
            with connection, connection.makefile("rb") as reader:
                while (received := self._read(reader)) is not None:
                    with self._lock:
                        self.in_flight += 1
                        self.most_in_flight = max(self.most_in_flight, self.in_flight)
                    try:
                        said = self.behave(connection, received)
                    finally:
                        with self._lock:
                            self.in_flight -= 1
                    if said is None:
                        return
                    connection.sendall(said)
        except OSError:
            pass  # the client hung up
        finally:
            with self._lock:
                self._open.discard(connection)

    def _read(self, reader):
        first = reader.readline().decode("latin-1").split()
        if len(first) < 2:
            return None
        headers = {}
        while (line := reader.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
        with self._lock:
            number = len(self.received)
            received = Received(first[0], first[1], headers, body, number)
            self.received.append(received)
        return received

    def requests(self, method=None, path=""):
        return [
            one for one in self.received
            if method in (None, one.method) and one.path.startswith(path)
        ]  # fmt: skip

    def close(self):
        # Closing alone would leave the thread that accepts one more connection.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        with self._lock:
            for connection in self._open:
                connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def drop(connection, _received):
    """Close without a word."""
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection, _received):
    """Close hard, so that the other side sees a reset."""
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    # The file object that reads from it keeps the socket open otherwise.
    connection.detach and socket.socket(fileno=connection.detach()).close()


def drip(connection, _received, data=b" ", pause_s=0.05, times=2000):
    """Send a byte now and then, for longer than anyone should wait."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(times):
        connection.sendall(data)
        time.sleep(pause_s)


def shorten(whole, by):
    """An answer that ends before its declared length."""

    def behave(connection, _received):
        connection.sendall(whole[:-by])
        connection.shutdown(socket.SHUT_RDWR)

    return behave


def processes_server(behaviours, process_id="p"):
    """Serve the usual documents; ``behaviours`` maps (method, path) to what to do."""
    documents = {
        "/api": {"title": "Raw", "links": []},
        "/api/processes": {"processes": [{"id": process_id}]},
        f"/api/processes/{process_id}": {
            "id": process_id,
            "jobControlOptions": ["async-execute"],
            "inputs": {},
        },
    }

    def behave(connection, received):
        path = received.path.partition("?")[0]
        action = behaviours.get((received.method, path))
        if action is not None:
            return action(connection, received)
        if path in documents:
            return answer(documents[path])
        return answer({"title": "NoSuch", "detail": path}, status=404)

    return RawServer(behave)
