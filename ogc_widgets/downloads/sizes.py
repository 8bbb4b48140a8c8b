"""How large files are before they are fetched, as far as that is known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.protocol.json_type import JsonObject

# So many take some milliseconds, in which other threads wait.
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Sizes:
    """Bytes of some files.

    Attributes:
        bytes: As many as are known.
        files: How many files there are that can be fetched.
        left_out: How many cannot be.
        is_exact: Whether the size of each file is known.
        is_counted: Whether anybody has looked.
    """

    bytes: int = 0
    files: int = 0
    left_out: int = 0
    is_exact: bool = True
    is_counted: bool = False

    def plus(self, other: Sizes) -> Sizes:
        """The files of both."""
        return Sizes(
            self.bytes + other.bytes,
            self.files + other.files,
            self.left_out + other.left_out,
            self.is_exact and other.is_exact,
            self.is_counted and other.is_counted,
        )

    def as_json(self) -> dict[str, Any]:
        """What the page needs: files and bytes, None for those that nobody knows."""
        return {
            "bytes": self.bytes if self.is_counted else None,
            "files": self.files if self.is_counted else None,
            "left_out": self.left_out,
            "exact": self.is_exact,
        }


async def size_of_items(results: Results, items: Sequence[JsonObject]) -> Sizes:
    """How large the files of some items are.

    Args:
        results: Says which of them can be fetched.
        items: The items.
    """
    found = Sizes(is_counted=True)
    for start in range(0, len(items), _AT_ONCE):
        part = items[start : start + _AT_ONCE]
        found = found.plus(await asyncio.to_thread(_size_of, results, part))
    return found


def _size_of(results: Results, items: Sequence[JsonObject]) -> Sizes:
    assets = [asset for item in items for asset in results.assets(item)]
    sizes = [asset.size for asset in assets if asset.reachable]
    return _sum(sizes, len(assets) - len(sizes))


def size_of_outputs(results: Results) -> Sizes:
    """How large the outputs are; a document of items is small beside their files."""
    wanted = [one for one in results.files(outputs=results.output_ids) if one.file]
    files = [one.file for one in wanted if one.file and not one.why_not]
    sizes = [one.size if one.data is None else len(one.data) for one in files]
    return _sum(sizes, len(wanted) - len(files))


def _sum(sizes: Sequence[int | None], left_out: int) -> Sizes:
    known = [size for size in sizes if size is not None]
    is_exact = len(known) == len(sizes)
    return Sizes(sum(known), len(sizes), left_out, is_exact, is_counted=True)
