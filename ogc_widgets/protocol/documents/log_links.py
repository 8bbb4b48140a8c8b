"""Where the logs of a job are, grouped by step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ogc_widgets.protocol.links import WEB_SCHEMES, Link

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.documents import StatusInfo

_LOG_RELATIONS = frozenset({"log", "logs", "runlog"})
_LOG_WORD = re.compile(r"\blogs?\b", re.IGNORECASE)
_WORDS_AROUND = re.compile(
    r"^(?:tool|job|pod|step)?\s*logs?\s+|\s+logs?\.?$", re.IGNORECASE
)
_EXTENSION = re.compile(r"\.(?:log|txt|out|err)$", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
# A title with more words is a sentence, not a name.
_MOST_WORDS = 4
# A shorter id of a job may be a part of any name.
_LEAST_ID = 8
_NUMBER = re.compile(r"^(?P<step>.+)[_-](?P<number>\d{1,6})$")


@dataclass(frozen=True)
class LogLink:
    """The log of one run of one step.

    Attributes:
        step: Name of the step, such as ``crop``; not cleaned.
        title: The server's title of the log; not cleaned.
        url: Absolute address, as the server gave it.
        number: 1 for the first run of the step, 2 for the second.
    """

    step: str
    title: str
    url: str
    number: int = 1


def log_links(status: StatusInfo) -> list[LogLink]:
    """Find the logs that a status document links to, in every dialect.

    Steps come in the order in which the server names them first, the runs of one step
    in the order of their numbers.
    """
    found: dict[str, LogLink] = {}
    taken: set[tuple[str, int]] = set()
    for link in status.links:
        if _is_log(link) and link.href not in found:
            step, number = _step(link, status.job_id)
            while (step, number) in taken:
                number += 1
            taken.add((step, number))
            found[link.href] = LogLink(step, link.title, link.href, number)
    order = list(dict.fromkeys(log.step for log in found.values()))
    return sorted(found.values(), key=lambda log: (order.index(log.step), log.number))


def _is_log(link: Link) -> bool:
    if urlsplit(link.href).scheme not in WEB_SCHEMES or link.is_html:
        return False
    relation = link.relation
    if relation in _LOG_RELATIONS:
        return True
    is_text = link.type.lower().startswith("text/plain")
    if relation == "related" and is_text:
        return True
    # Other relations have a meaning of their own, so the title must say it.
    return relation in ("related", "item", "") and bool(_LOG_WORD.search(link.title))


def _step(link: Link, job_id: str) -> tuple[str, int]:
    """``node_crop_2.log`` is the second run of step ``crop``.

    The id of the job, which is in the names of some servers' files, says nothing.
    """
    name = unquote(urlsplit(link.href).path.rstrip("/").rpartition("/")[2])
    if not _EXTENSION.search(name):
        title = _WORDS_AROUND.sub("", link.title.strip()).strip()
        if len(title.split()) > _MOST_WORDS:
            title = ""
        name = title or ("job" if name.lower() in _LOG_RELATIONS else name)
    stem = _EXTENSION.sub("", name) or name
    is_long = len(job_id) >= _LEAST_ID
    without = _UUID.sub("", stem.replace(job_id, "") if is_long else stem)
    if without != stem:
        stem = re.sub(r"([._-])[._-]+", r"\1", without).strip("._- ") or "job"
    stem = stem.removeprefix("node_") or stem
    match = _NUMBER.match(stem)
    if match:
        return match["step"], int(match["number"])
    return stem, 1
