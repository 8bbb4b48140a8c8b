"""What differs between two sets of inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ogc_widgets.errors import printable
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.text import clean, escape_html

_MAX_SHOWN: Final = 300


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
        return _shown(self.here), _shown(self.there)


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
        texts = [(row.id, *row.texts()) for row in self]
        lines = [f"{name}: {a} (here), {b} ({self.name})" for name, a, b in texts]
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
        if not exact.same(mine, theirs)
    ]


def _shown(value: Any) -> str:  # noqa: ANN401 # JSON or UNSET
    if value is UNSET:
        return "not set"
    text = value if isinstance(value, str) else exact.dumps(value)
    return clean(text, limit=_MAX_SHOWN)
