"""JSON as a tree that folds; the page gets the branches that are open, and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.protocol.text import clean, counted
from ogc_widgets.protocol.wire import dump_json, parse_json
from ogc_widgets.viewers.viewer import Viewer

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content

_AT_ONCE: Final = 100
_LONGEST: Final = 2_000
_LONGEST_COPY: Final = 2_000_000


class Words(str):
    """A text that is no value of the file."""

    __slots__ = ()


class Branch(dict[str, Any]):
    """A part of a dataset: what is in it, and one line on it.

    ``is_open`` is whether what is in it is seen at first.
    """

    def __init__(
        self, members: Mapping[str, Any], words: str, *, is_open: bool = False
    ) -> None:
        super().__init__(members)
        self.words, self.is_open = words, is_open


class Asked(Mapping[str, Any]):
    """What is only found out when somebody opens it, with one line on it."""

    is_open = False

    def __init__(self, find: Callable[[], Mapping[str, Any]], words: str) -> None:
        self._find, self.words = find, words
        self._found: Mapping[str, Any] | None = None

    def _members(self) -> Mapping[str, Any]:
        if self._found is None:
            self._found = self._find()
        return self._found

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 # anything
        return self._members()[key]

    def __iter__(self) -> Any:  # noqa: ANN401 # an iterator
        return iter(self._members())

    def __len__(self) -> int:
        return 1 if self._found is None else len(self._found)


_PLAIN = {bool, int, float, type(None), Words}


class TreeViewer(Viewer):
    """Shows a JSON value."""

    _script = "tree_viewer"

    root = traitlets.Dict().tag(sync=True)
    """What the page draws of the value itself, like any branch; empty until read."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        self._begin()

    def _begin(self) -> None:
        if self.content.url:
            self.read()
        else:
            self._show(self.content.value)

    def _word(self) -> str:
        return "JSON"

    def _take(self, data: bytes) -> None:
        self._show(parse_json(data, content_type=self.content.media_type))

    def _show(self, value: Any) -> None:  # noqa: ANN401 # JSON
        self._value = value
        self.root = _branch("", value)

    def _on_branches(self, path: list[int], first: int = 0) -> None:
        """Send what is in a branch, a part at a time; a path counts members."""
        self._send_branches(path, first, self._branches(path, first))

    def _branches(self, path: list[int], first: int) -> list[dict[str, Any]]:
        members = _members(self._at(path))
        part = islice(members, int(first), int(first) + _AT_ONCE)
        return [_branch(key, value) for key, value in part]

    def _send_branches(
        self, path: list[int], first: int, rows: list[dict[str, Any]]
    ) -> None:
        self.send({"type": "branches", "path": path, "first": first, "rows": rows})

    def _on_copy(self, path: list[int]) -> None:
        """Send a branch as text, to be copied."""
        text = dump_json(self._at(path), indent=2, is_lenient=True)
        self.send(
            {"type": "copy", "text": clean(text, limit=_LONGEST_COPY, lines=True)}
        )

    def _at(self, path: list[int]) -> Any:  # noqa: ANN401 # JSON
        value = self._value
        for number in path:
            _, value = next(islice(_members(value), int(number), None), ("", None))
        return value


def _members(value: Any) -> Any:  # noqa: ANN401 # pairs of a JSON value
    if isinstance(value, Mapping):
        return iter(value.items())
    return ((str(n), one) for n, one in enumerate(value if _is_list(value) else ()))


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _branch(key: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 # JSON
    """A line of the tree: name, kind, text, and how many members it has."""
    line = {"key": clean(key, limit=200), "kind": _kind(value), "text": "", "count": 0}
    words = getattr(value, "words", None)
    if words is not None:  # a branch with a line of its own
        line["count"], line["text"] = len(value), clean(words, limit=_LONGEST)
        line["is_open"] = value.is_open
    elif isinstance(value, Mapping) or _is_list(value):
        line["count"] = len(value)
        line["text"] = _summary(value)
    elif isinstance(value, bytes):
        line["text"] = f"{len(value):,} bytes"
    else:
        text = value if isinstance(value, str) else dump_json(value, is_lenient=True)
        line["text"] = clean(text, limit=_LONGEST, lines=True)
    return line


def _kind(value: object) -> str:
    if isinstance(value, Mapping):
        return "object"
    if _is_list(value):
        return "list"
    return "other" if type(value) in _PLAIN else "text"


def _summary(value: Any) -> str:  # noqa: ANN401 # JSON with members
    """How many of what: "256 numbers, 0 to 41,022", "3 members"."""
    count = len(value)
    if isinstance(value, Mapping):
        return counted(count, "member")
    numbers = [one for one in value if isinstance(one, int | float)]
    if count > 1 and len(numbers) == count and not any(map(_is_truth, value)):
        return f"{count:,} numbers, {min(numbers):,.6g} to {max(numbers):,.6g}"
    return f"{count:,} entry" if count == 1 else f"{count:,} entries"


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)
