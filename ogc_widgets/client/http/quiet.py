"""Log lines of httpx about our requests: no queries, user-info, headers, secrets."""

from __future__ import annotations

import functools
import logging
import weakref
from typing import TYPE_CHECKING, Protocol

from ogc_widgets.client.http.loop import in_loop_thread
from ogc_widgets.protocol.links import without_query

if TYPE_CHECKING:
    from ogc_widgets.client.auth.credentials import Credentials


class HasCredentials(Protocol):
    """A transport, as far as log lines are concerned."""

    @property
    def credentials(self) -> Credentials:
        """What it sends to say who the user is."""


_transports: weakref.WeakSet[HasCredentials] = weakref.WeakSet()


class _QuietFilter(logging.Filter):
    """Keeps queries and user-info of our requests out of httpx's log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not in_loop_thread():
            return True
        if record.name.startswith("httpcore"):
            return False  # they hold whole requests and all headers
        if isinstance(record.args, tuple):
            record.args = tuple(map(_quiet, record.args))
        return True


def _quiet(item: object) -> object:
    """An argument of a log line: an address, or words that the server has chosen."""
    if type(item).__name__ == "URL":
        item = without_query(str(item))
    if isinstance(item, str):
        for transport in tuple(_transports):
            item = transport.credentials.redact(item)
    return item


def keep_logs_quiet(transport: HasCredentials) -> None:
    """Keep the secrets of a transport out of log lines, as long as it is there."""
    _transports.add(transport)
    _put_filter_on()


@functools.cache
def _put_filter_on() -> None:
    names = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2",
             "httpcore.proxy", "httpcore.socks")  # fmt: skip
    for name in names:
        logging.getLogger(name).addFilter(_QuietFilter())
