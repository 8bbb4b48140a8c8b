"""Log lines of httpx about our requests, without queries, user-info and headers."""

from __future__ import annotations

import functools
import logging

from ogc_widgets.api.links import without_query
from ogc_widgets.client.loop import in_loop_thread


class _QuietFilter(logging.Filter):
    """Keeps queries and user-info of our requests out of httpx's log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not in_loop_thread():
            return True
        if record.name.startswith("httpcore"):
            return False  # they hold whole requests and all headers
        if isinstance(record.args, tuple):
            record.args = tuple(
                without_query(str(item)) if type(item).__name__ == "URL" else item
                for item in record.args
            )
        return True


@functools.cache
def keep_logs_quiet() -> None:
    """Put the filter on; once is enough."""
    names = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2",
             "httpcore.proxy", "httpcore.socks")  # fmt: skip
    for name in names:
        logging.getLogger(name).addFilter(_QuietFilter())
