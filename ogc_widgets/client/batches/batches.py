"""The verb that runs a process many times."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.discovery import need_process_id
from ogc_widgets.errors import InputError, need_count
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.plain import plain
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.secrets import secret_inputs
from ogc_widgets.protocol.wire import parse_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.book import Book
    from ogc_widgets.client.execution import Execution
    from ogc_widgets.client.jobs.job_list import Jobs

# Whoever opens one that is open in this process gets the same.
_running = weakref.WeakValueDictionary["Path", "AsyncBatch"]()


class Batches:
    """The verbs that run a process many times.

    Its coroutines run in the loop thread only.
    """

    def __init__(self, execution: Execution, job_list: Jobs) -> None:
        self._execution = execution
        self._job_list = job_list

    async def execute_many(
        self,
        process_id: str,
        inputs_list: Iterable[Mapping[str, Any]] | pd.DataFrame,
        *,
        at_once: int = 4,
        outputs: requests.Outputs | None = None,
        response: requests.Response | None = "auto",
        extra: Mapping[str, Any] | None = None,
        title: str = "",
        labels: Sequence[str] = (),
    ) -> AsyncBatch:
        """Run a process once for each of many inputs.

        The batch is written to a file first; then it sends its requests by itself, and
        each of them once. Where the server is busy (429, 503) it waits as long as the
        server says. Look at ``batch.counts``, wait with ``batch.wait()``, or go through
        the jobs as they end: ``for job in batch``.

        Args:
            process_id: Which process.
            inputs_list: The inputs of each job, sent as they are; or a pandas frame
                with a row for each and a column for each input, empty cells left out.
            at_once: How many jobs go on at the same time.
            outputs: As for :meth:`execute`.
            response: As for :meth:`execute`.
            extra: As for :meth:`execute`.
            title: Words for people, for the whole.
            labels: Words for people, for each of the inputs.

        Returns:
            The batch, which has begun.

        Raises:
            InputError: Inputs cannot be sent, or the batch cannot be kept in a file.
            NoSuchProcessError: The server does not know the process.
            ServerError: The process could not be read.
        """
        # Most clients never run a batch.
        from ogc_widgets.client.batches.batch_file import BatchFile, BatchHead
        from ogc_widgets.client.batches.book import Book
        from ogc_widgets.client.batches.entries import BatchEntry

        need_process_id(process_id)
        need_count("at_once", at_once, least=1, safe="Nothing was sent.")
        listed = listed_inputs(inputs_list)
        wanted = [_checked(place, one) for place, one in enumerate(listed)]
        if not wanted:
            raise InputError("There are no inputs to run.", safe="Nothing was sent.")
        words = [str(label) for label in labels] or [""] * len(wanted)
        if len(words) != len(wanted):
            raise InputError(
                f"There are {len(wanted)} inputs and {len(words)} labels.",
                safe="Nothing was sent.",
                advice="Give one label for each of the inputs, or none at all.",
            )
        process = await self._execution.description(process_id)
        for inputs in wanted[:1]:  # what is the same for all
            requests.execute_request(
                "https://x.invalid/processes/p",
                inputs,
                outputs,
                process=process,
                response=response,
                extra=extra,
            )
        secrets = secret_inputs(process)
        connection = self._job_list.discovery.connection
        head = BatchHead(
            title=title,
            server_url=connection.url,
            process_id=process_id,
            created_at=datetime.now(UTC),
            at_once=int(at_once),
            outputs=requests.wanted_outputs(outputs) or None,
            response=response,
            extra=dict(extra) if extra else None,
            secrets=tuple(sorted(secrets & {name for one in wanted for name in one})),
        )
        entries = [
            BatchEntry(place, inputs, label)
            for place, (inputs, label) in enumerate(zip(wanted, words, strict=True))
        ]
        file = await asyncio.to_thread(BatchFile.create, head, entries)
        batch = self._batch(Book(head, entries, file))
        batch.resume()
        return batch

    async def open_batch(
        self, path: Path, inputs: Mapping[str, Any] | Sequence[Mapping[str, Any]] = ()
    ) -> AsyncBatch:
        """Make the batch of a file; nothing is sent, and nothing is asked.

        Args:
            path: The file.
            inputs: The secret ones, which are not in it: the same for all requests, or
                those of each.

        Raises:
            InputError: It cannot be read, or is of another server.
        """
        from ogc_widgets.client.batches.batch_file import BatchFile
        from ogc_widgets.client.batches.book import Book

        url = without_query(self._job_list.discovery.connection.url)
        running = _running.get(path)
        if running is not None and running.is_running and running.server_url == url:
            return running
        file = BatchFile(path)
        head, entries = await asyncio.to_thread(file.read)
        if url != head.server_url:
            raise InputError(
                f"The batch is of {head.server_url}, and the client of {url}.",
                safe="Nothing was sent.",
                advice=f"Make one for that server: ogc.Client({head.server_url!r})",
            )
        each = (
            [inputs] * len(entries) if isinstance(inputs, Mapping) else list(inputs)
        ) or [{}] * len(entries)
        if len(each) != len(entries):
            raise InputError(
                f"The batch has {len(entries)} requests, and inputs are given for "
                f"{len(each)}.",
                safe="Nothing was sent.",
                advice="Give a dict for all of them, or one for each.",
            )
        given = {name for one in each for name in one}
        entries = [
            replace(entry, inputs={**entry.inputs, **more})
            for entry, more in zip(entries, each, strict=True)
        ]
        left_out = [name for name in head.secrets if name not in given]
        return self._batch(Book(head, entries, file, left_out=left_out))

    def _batch(self, book: Book) -> AsyncBatch:
        from ogc_widgets.client.batches.abatch import AsyncBatch

        batch = AsyncBatch(book, self._execution, self._job_list)
        _running[book.file.path] = batch
        return batch


def listed_inputs(given: Any) -> list[Any]:  # noqa: ANN401 # of a user
    """The inputs of each job, also where they come as a frame or one by one.

    Raises:
        InputError: It is no list of inputs.
    """
    if hasattr(given, "columns") and hasattr(given, "to_dict"):
        # A column of whole numbers with an empty cell is one of floats, to pandas.
        cells = given.convert_dtypes().astype(object)
        rows = cells.where(given.notna(), None).to_dict("records")
        return [{k: v for k, v in row.items() if v is not None} for row in rows]
    if isinstance(given, Mapping | str) or not isinstance(given, Iterable):
        what = "one dict" if isinstance(given, Mapping) else type(given).__name__
        raise InputError(
            f"inputs_list is a list of the inputs of each job, not {what}.",
            safe="Nothing was sent.",
            advice="One job is client.execute(process_id, inputs).",
        )
    return list(given)


def _checked(place: int, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the inputs of one job, as they are sent."""
    try:
        named = dict(inputs)
    except (TypeError, ValueError):
        raise InputError(
            f"Inputs {place} are not a dict of input id to value: "
            f"{type(inputs).__name__}.",
            safe="Nothing was sent.",
        ) from None
    try:
        copy: Any = parse_json(requests.json_body(plain(named)))
    except InputError as error:
        raise InputError(
            f"Inputs {place}: {error.what}", safe=error.safe, advice=error.advice
        ) from None
    return dict(copy)
