"""A batch whose jobs do what a test says, at once: what a view needs of one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.entries import OPEN, STATES, BatchEntry
from ogc_widgets.client.http.loop import get_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AREAS = (
    *("Mountain Meadows", "Little Grass", "Eagle", "Frenchman", "Paradise", "Davis"),
    *("Oroville", "Butt", "Bucks", "Almanor", "Concow", "Antelope"),
)
DATES = ("2021-06-03", "2021-07-18", "2021-08-27", "2022-05-12", "2022-07-06")
START = datetime(2026, 11, 29, 14, 0, tzinfo=UTC)


def entry(index: int, **members: Any) -> BatchEntry:
    """One of the jobs of twelve areas on five dates."""
    area, date = AREAS[index % 12], DATES[index // 12 % 5]
    west = -121.4 + 0.05 * (index % 12)
    box = f"{west:.2f},39.83,{west + 0.04:.2f},39.9"
    inputs = {"aoi": box, "date": date, "bands": ["green", "nir"]}
    return BatchEntry(index, inputs, f"{area}, {date}", **members)


class FakeBatch:
    """See the module.

    Args:
        entries: What it asks for.
        secrets: Ids of the inputs that stand nowhere.
        members: Attributes that are not as usual.
    """

    def __init__(
        self,
        entries: Sequence[BatchEntry],
        *,
        secrets: tuple[str, ...] = (),
        **members: Any,
    ) -> None:
        self.id, self.title = "b1", "Lakes of two summers"
        self.process_id, self.server_url = "water-bodies", "http://127.0.0.1:1/api"
        self.at_once, self.created_at = 4, START
        self.differing: tuple[str, ...] = ("aoi", "date")
        self.is_paused, self.left_s, self.trouble = False, 190.0, ""
        head = SimpleNamespace(secrets=secrets, title=self.title)
        self.book = SimpleNamespace(head=head)
        keys = SimpleNamespace(placeholders={}, param_names=())
        knows = SimpleNamespace(
            known_processes={}, connection=SimpleNamespace(credentials=keys)
        )
        self.job_list = SimpleNamespace(discovery=knows)
        self.where = Path("batch.sqlite")
        self._entries = list(entries)
        self._callbacks: list[Callable[[frozenset[int]], object]] = []
        self.done: list[tuple[Any, ...]] = []
        for name, value in members.items():
            setattr(self, name, value)

    @property
    def entries(self) -> tuple[BatchEntry, ...]:
        return tuple(self._entries)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(one.state for one in self._entries)
        return {state: found[state] for state in STATES if found[state]}

    @property
    def is_ended(self) -> bool:
        return not any(one.state in OPEN for one in self._entries)

    @property
    def first_error(self) -> str:
        return next((one.error for one in self._entries if one.error), "")

    def watch(self, callback: Callable[[frozenset[int]], object]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def put(self, *indexes: int, **changes: Any) -> None:
        """Change entries, and tell whoever watches, in the loop thread."""
        for index in indexes:
            self._entries[index] = replace(self._entries[index], **changes)
        for callback in self._callbacks:
            get_loop().call_soon_threadsafe(callback, frozenset(indexes))

    def pause(self) -> None:
        self.done.append(("pause",))
        self.is_paused = True
        self.put()

    def resume(self) -> None:
        self.done.append(("resume",))
        self.is_paused = False
        self.put()

    async def stop(self) -> None:
        self.done.append(("stop",))

    def retry_failed(self, inputs: Any = None) -> None:
        self.done.append(("retry_failed", inputs))

    def retry(self, indexes: Sequence[int], inputs: Any = None) -> None:
        self.done.append(("retry", list(indexes), inputs))

    async def report(self, path: Path) -> Path:
        written = path / "report.html"
        written.write_text("<h1>Lakes</h1>", encoding="utf-8")
        return written

    async def look(self) -> None:
        self.done.append(("look",))

    def send_again(self, index: int) -> None:
        self.done.append(("send_again", index))


def in_the_middle(**members: Any) -> FakeBatch:
    """60 jobs: most are done, some run, two failed, of one nothing is known."""

    def of(index: int) -> BatchEntry:
        began = datetime.now(UTC) - timedelta(seconds=8 + index % 10)
        ended = {
            "started_at": START,
            "ended_at": START + timedelta(seconds=37 + index % 3),
        }
        job = {"job_id": f"job-{index}", "url": f"http://x/jobs/{index}", "attempt": 1}
        if index in (5, 29):
            why = "no scene covers the area"
            return entry(index, state="failed", error=why, **ended, **job)
        if index == 7:
            return entry(index, state="unknown", started_at=START, attempt=1)
        if index in (3, 6, 9, 10):
            return entry(
                index,
                state="running",
                progress=38 + 12 * (index % 5),
                started_at=began,
                **job,
            )
        if index < 44:
            return entry(index, state="successful", **ended, **job)
        return entry(index)

    return FakeBatch([of(index) for index in range(60)], **members)


def many(number: int, **members: Any) -> FakeBatch:
    """So many jobs that wait."""
    return FakeBatch([entry(index) for index in range(number)], **members)
