"""Sets of inputs: as a JSON file, and what differs between two of them.

A file is an execute request with the process beside it; it can be sent as it is::

    {"process": "water-bodies", "inputs": {"aoi": "..."}, "outputs": {...}}

Members beside the inputs, such as ``queue``, stand where they are sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError, printable
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.text import clean, escape_html

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

SECRET: Final = "$SECRET"  # noqa: S105 # stands in the place of one
_MAX_FILE_BYTES: Final = 16 * 1024 * 1024
_MAX_SHOWN: Final = 300


def holds_secret(value: JsonValue) -> bool:
    """Whether a value has a mark in the place of a secret."""
    if isinstance(value, Mapping):
        return any(map(holds_secret, value.values()))
    if isinstance(value, list):
        return any(map(holds_secret, value))
    return bool(value == SECRET)


def without_secrets(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that neither are nor hold secrets."""
    return {key: value for key, value in inputs.items() if not holds_secret(value)}


def read_text(path: str | Path) -> str:
    """The text of a file with a set of inputs.

    Raises:
        InputError: There is no such file, or it is too large or no text.
    """
    path = Path(path).expanduser()
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise InputError(f"{path} is larger than {_MAX_FILE_BYTES >> 20} MiB.")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} cannot be read: {error}.",
            advice="Pass the path of a JSON file, for example one of form.save_inputs.",
        ) from None


@dataclass(frozen=True, slots=True)
class Difference:
    """One input that is not the same in two sets.

    Attributes:
        id: Input id.
        label: What the input is called.
        here: Its value in the first set, UNSET if it is not sent.
        there: Its value in the second set, UNSET if it is not sent.
    """

    id: str
    label: str
    here: Any
    there: Any

    def texts(self) -> tuple[str, str]:
        """Both values as short text."""
        return shown(self.here), shown(self.there)


class Comparison(Sequence[Difference]):
    """What differs between two sets of inputs; empty (and false) if nothing does.

    Args:
        rows: The differences, in the order of the form.
        name: What the second set is called.
    """

    def __init__(self, rows: Sequence[Difference], name: str) -> None:
        self._rows = tuple(rows)
        self.name = name

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 # as for any sequence
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Difference]:
        return iter(self._rows)

    def __repr__(self) -> str:
        if not self:
            return f"The same inputs as {self.name}"
        lines = [
            f"{row.id}: {here} (here), {there} ({self.name})"
            for row in self
            for here, there in [row.texts()]
        ]
        return printable("\n".join(lines))

    def _repr_html_(self) -> str:
        if not self:
            return f"<p>The same inputs as {escape_html(self.name)}</p>"
        body = "".join(
            f"<tr><th>{escape_html(row.label)}</th><td>{escape_html(here)}</td>"
            f"<td>{escape_html(there)}</td></tr>"
            for row in self
            for here, there in [row.texts()]
        )
        head = f"<tr><th></th><th>here</th><th>{escape_html(self.name)}</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def differences(
    here: Mapping[str, Any], there: Mapping[str, Any], labels: Mapping[str, str]
) -> list[Difference]:
    """The inputs that are not the same, in the order of the labels."""
    names = dict.fromkeys((*labels, *here, *there))
    pairs = [(name, here.get(name, UNSET), there.get(name, UNSET)) for name in names]
    return [
        Difference(name, labels.get(name, name), mine, theirs)
        for name, mine, theirs in pairs
        if not _same(mine, theirs)
    ]


def shown(value: JsonValue) -> str:
    """A value as one short line."""
    if value is UNSET:
        return "not set"
    text = value if isinstance(value, str) else exact.dumps(value)
    return clean(text, limit=_MAX_SHOWN)


def _same(first: JsonValue, second: JsonValue) -> bool:
    if first is UNSET or second is UNSET:
        return first is second
    return exact.same(first, second)
