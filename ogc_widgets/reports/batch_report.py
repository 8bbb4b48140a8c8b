"""The report of a batch: all its jobs, what they have in common and what differs."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from shapely.geometry import shape

from ogc_widgets.client.batches.any_batch import code_of_batch
from ogc_widgets.client.batches.entries import (
    GROUP_OF,
    WORD_OF,
    cells_of,
    columns_of,
    group_counts,
    sum_of,
    words_of,
)
from ogc_widgets.client.batches.job_parts import EntryAreas, name_of
from ogc_widgets.map.footprints import footprints
from ogc_widgets.map.state_areas import STATE_COLOURS
from ogc_widgets.map.still.furniture import Key
from ogc_widgets.map.still.picture import StillMap, still_picture
from ogc_widgets.panel.job.job_state import short_id
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.secrets import secret_texts, shown_inputs, without_secrets
from ogc_widgets.protocol.text import clean
from ogc_widgets.reports import came_out
from ogc_widgets.reports.gathering import Notes
from ogc_widgets.reports.page import (
    MOST_CODE,
    Markup,
    facts,
    joined,
    page_of,
    picture,
    table,
    tag,
    text_block,
    write,
)
from ogc_widgets.reports.words import (
    TONES,
    moment,
    rows_of_inputs,
    took_in_words,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.batch_results import BatchResults
    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.protocol.documents.processes import Process

_MOST_JOBS: Final = 2_000
_MOST_REASONS: Final = 20
_MOST_NAMED: Final = 8
# What went worst is said of an area that several jobs are about.
_WORST_FIRST: Final = (
    *("failed", "unknown", "lost", "dismissed", "running", "waiting", "successful"),
)


@dataclass
class _Facts:
    """What is known of a batch.

    Attributes:
        batch: The batch.
        entries: Its requests, without secrets.
        process: Its process; None if its description could not be read.
        results: What has come out so far, if that could be read.
        notes: What could not be read, and why.
        secrets: Texts in its inputs that nobody else may read.
    """

    batch: AsyncBatch
    entries: list[BatchEntry]
    process: Process | None = None
    results: BatchResults | None = None
    notes: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)


async def report_of_batch(batch: AsyncBatch, path: str | Path | None = None) -> Path:
    """Write the report of a batch; in the loop of the package.

    Args:
        batch: The batch.
        path: Where to.

    Raises:
        InputError: It cannot be written.
    """
    found = await _gather(batch)
    html = await asyncio.to_thread(_page, found)
    name = f"report-{batch.process_id}-batch-{short_id(batch.id)}.html"
    connection = batch.job_list.discovery.connection
    put = partial(write, connection=connection, secrets=found.secrets)
    return await asyncio.to_thread(put, html, path, name)


async def _gather(batch: AsyncBatch) -> _Facts:
    notes = Notes()
    with silent():
        process = await notes.process(batch.job_list.discovery, batch.process_id)
        results = await notes.of("The results", batch.results())
    secrets = set[str]()
    entries = []
    for one in batch.entries:
        secrets |= secret_texts(one.inputs, process)
        # A label may be an input, and goes into the code as it is.
        label = str(without_secrets(one.label))
        inputs = shown_inputs(one.inputs, process)
        entries.append(replace(one, inputs=inputs, label=label))
    return _Facts(batch, entries, process, results, notes, secrets)


def _page(found: _Facts) -> str:
    title = clean(found.batch.title, limit=120)
    parts = [
        _head(found, title),
        *_asked(found),
        *_came_out(found),
        *_how_it_went(found),
        *_again(found),
    ]
    return page_of(title, parts)


def _head(found: _Facts, title: str) -> Markup:
    batch = found.batch
    groups = group_counts(batch.counts)
    total = len(found.entries)
    bar = [
        tag("span", "", class_=TONES.get(group, "idle"), style=f"flex-grow: {number}")
        for group, number in groups.items()
    ]
    counts = [
        tag(
            "span",
            f"{number:,} {WORD_OF[group]}",
            class_=f"state {TONES.get(group, 'idle')}",
        )
        for group, number in groups.items()
    ]
    name = (found.process and found.process.title) or batch.process_id
    jobs = "1 job" if total == 1 else f"{total:,} jobs"
    return joined(
        [
            tag("h1", title),
            tag("p", f"{jobs} of {clean(name, limit=120)}", class_="soft"),
            tag("div", *bar, class_="bar"),
            tag("p", *counts, class_="counts"),
            *(tag("p", one, class_="box note") for one in found.notes),
        ]
    )


def _asked(found: _Facts) -> Iterator[Markup | None]:
    yield tag("h2", "What was asked")
    differing = set(found.batch.differing)
    columns = _columns(found)
    if columns:
        yield tag("p", f"{sum_of(columns, len(found.entries))}, which differ in:")
        yield facts((one.title, _range(found.entries, one.id)) for one in columns)
    first = found.entries[0].inputs if found.entries else {}
    same = {name: value for name, value in first.items() if name not in differing}
    if same:
        yield tag("h3", "The same for all")
        yield facts(rows_of_inputs(same, found.process))


def _columns(found: _Facts) -> list[Any]:
    described = found.process.inputs if found.process else {}
    titles = {name: one.title or name for name, one in described.items()}
    return columns_of(found.entries, found.batch.differing, titles)


def _range(entries: Sequence[BatchEntry], name: str) -> str:
    """The first values of an input, and how many more there are."""
    words = [words_of(one.inputs.get(name)) for one in entries]
    known = [*dict.fromkeys(clean(one, limit=60) for one in words if one)]
    if not known:
        return "areas, on the map below"
    more = len(known) - _MOST_NAMED
    listed = ", ".join(known[:_MOST_NAMED])
    return f"{listed} and {more:,} more" if more > 0 else listed


def _came_out(found: _Facts) -> Iterator[Markup | None]:
    yield tag("h2", "What came out")
    yield _map(found)
    results = found.results
    if results is not None and results.items:
        chart, listed = came_out.items_of(results)
        yield chart
        # Where items are the jobs, they are listed below.
        yield None if results.is_of_jobs else listed
    if results is not None and results.note:
        yield tag("p", results.note, class_="soft")
    if not found.batch.counts.get("successful"):
        is_open = not found.batch.is_ended
        words = "Nothing yet." if is_open else "Nothing: see below how it went."
        yield tag("p", words, class_="soft")
    elif any(_values(results).values()):
        words = "What each job gave stands in the table of all jobs."
        yield tag("p", words, class_="soft")


def _map(found: _Facts) -> Markup | None:
    """All areas in the colours of their states, and footprints of items."""
    areas = EntryAreas(found.process, found.batch.differing)
    worst: dict[str, tuple[int, str, Any]] = {}
    for one in found.entries:
        area = areas.of(one.inputs)
        if area is None:
            continue
        group = GROUP_OF[one.state]
        rank, key = _WORST_FIRST.index(group), area.wkt
        if key not in worst or rank < worst[key][0]:
            worst[key] = (rank, group, area)
    # What went worst is drawn last, above the others.
    drawn = sorted(worst.values(), key=lambda one: -one[0])
    groups = [
        one for one in reversed(_WORST_FIRST) if one in {group for _, group, _ in drawn}
    ]
    results = found.results
    shown = footprints(results.items if results and not results.is_of_jobs else [])
    still = StillMap(
        shapes=shown.shapes,
        total=shown.total,
        areas=[(shape(area.outline), STATE_COLOURS[group]) for _, group, area in drawn],
        area_keys=[
            Key(f"area, {WORD_OF[group]}", "dashes", (STATE_COLOURS[group],))
            for group in groups
        ],
    )
    if still.is_empty:
        return None
    parts = [f"{len(drawn):,} {'area' if len(drawn) == 1 else 'areas'}"] * bool(drawn)
    if shown.shapes:
        parts.append(f"{len(shown.shapes):,} footprints")
    words = f"Map of {' and '.join(parts)}"
    return picture(still_picture(still), words, words)


def _how_it_went(found: _Facts) -> Iterator[Markup | None]:
    batch, entries = found.batch, found.entries
    yield tag("h2", "How it went")
    yield from _failures(entries)
    started = [one.started_at for one in entries if one.started_at]
    ended = [one.ended_at for one in entries if one.ended_at]
    took = (max(ended) - min(started)).total_seconds() if started and ended else None
    yield facts(
        [
            ("Server", without_query(batch.server_url)),
            ("First request", moment(min(started, default=None))),
            ("Last job ended", moment(max(ended, default=None))),
            ("Took", took_in_words(took)),
            ("Jobs at once", str(batch.at_once)),
            ("Trouble", clean(batch.trouble, limit=600)),
        ]
    )
    yield tag("h3", "All jobs")
    columns, values = _columns(found), _values(found.results)
    heads = [*dict.fromkeys(name for one in values.values() for name in one)]
    titles = [_output_title(found.process, name) for name in heads]
    head = ["", *(one.title for one in columns), *titles, "state", "took", "job"]
    if not columns:
        head.insert(1, "label")
    rows = []
    for one in entries[:_MOST_JOBS]:
        group = GROUP_OF[one.state]
        span = one.started_at and one.ended_at and one.ended_at - one.started_at
        own = values.get(one.job_id, {}) if one.job_id else {}
        rows.append(
            [
                one.index + 1,
                *(cells_of(one, columns) or [clean(name_of(one), limit=60)]),
                *(own.get(name, "") for name in heads),
                tag("span", WORD_OF[group], class_=TONES.get(group, "idle")),
                took_in_words(span.total_seconds() if span else None),
                short_id(one.job_id),
            ]
        )
    yield table(head, rows, total=len(entries))


def _output_title(process: Process | None, name: str) -> str:
    described = process.outputs.get(name) if process else None
    if described is None:
        return name
    title, unit = clean(described.title or name, limit=60), described.unit
    return f"{title} in {clean(unit, limit=40)}" if unit else title


def _values(results: BatchResults | None) -> dict[str, dict[str, Any]]:
    """Outputs of jobs that are one number or word, by the id of the job."""
    rows: list[dict[str, Any]] = results.outputs["jobs"] if results else []
    return {
        row["job_id"]: {
            name: value
            for name, value in row.items()
            if name not in ("label", "job_id") and not name.startswith("inputs:")
        }
        for row in rows
    }


def _failures(entries: Sequence[BatchEntry]) -> Iterator[Markup]:
    """Why jobs did not end well: each reason once, with the jobs that it is of."""
    reasons = defaultdict(list)
    for one in entries:
        if one.state in ("failed", "lost", "unknown"):
            why = one.error or one.message or "No reason is given."
            reasons[clean(why, limit=1_000, lines=True)].append(one)
    listed = sorted(reasons.items(), key=lambda pair: -len(pair[1]))
    for why, which in listed[:_MOST_REASONS]:
        named = ", ".join(clean(name_of(one), limit=60) for one in which[:_MOST_NAMED])
        more = len(which) - _MOST_NAMED
        of = f"{named} and {more:,} more" if more > 0 else named
        count = "1 job" if len(which) == 1 else f"{len(which):,} jobs"
        yield tag("div", tag("b", f"{count}: "), of, tag("p", why), class_="box")
    if len(listed) > _MOST_REASONS:
        yield tag("p", f"And {len(listed) - _MOST_REASONS:,} other reasons.")


def _again(found: _Facts) -> Iterator[Markup]:
    batch = found.batch
    yield tag("h2", "How to repeat it")
    code = code_of_batch(batch, found.entries) if batch.differing else ""
    if 0 < len(code) <= MOST_CODE:
        yield text_block(code, MOST_CODE)
    else:
        words = "The code of this batch is too long for a page. Its file has all of it:"
        yield tag("p", words, class_="soft")
        yield text_block("ogc.recent_batches()", MOST_CODE)
    yield from versions(batch.process_id, found.process)
