"""A dataset in words, as xarray describes it: a tree of names, types and units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    import xarray as xr

_MOST_READ: Final = 8_000_000  # bytes, to say what values are like
_SHOWN: Final = 3


class Words(str):
    """A text that is no value of the file."""

    __slots__ = ()


class Branch(dict[str, Any]):
    """A part of a dataset: what is in it, and one line on it.

    Attributes:
        words: The line.
        is_open: Whether what is in it is seen at first.
    """

    def __init__(
        self, members: Mapping[str, Any], words: str, *, is_open: bool = False
    ) -> None:
        super().__init__(members)
        self.words, self.is_open = words, is_open


class Asked(Mapping[str, Any]):
    """What is only found out when somebody opens it.

    Args:
        find: Finds it.
        words: One line on it.
    """

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


def described(dataset: xr.Dataset) -> Branch:
    """Describe a dataset; values are only read for what is opened."""
    sizes = " · ".join(f"{name} {size:,}" for name, size in dataset.sizes.items())
    count = len(dataset.sizes)
    noun = "dimension" if count == 1 else "dimensions"
    parts = {
        "coordinates": _variables(dataset, dataset.coords, is_open=False),
        "variables": _variables(dataset, dataset.data_vars, is_open=True),
        "attributes": _attributes(dataset.attrs),
    }
    filled = {name: part for name, part in parts.items() if part}
    return Branch(filled, f"{count} {noun}: {sizes}", is_open=True)


def _attributes(attributes: Mapping[Any, Any]) -> Branch:
    found = {str(name): _plain(value) for name, value in attributes.items()}
    return Branch(found, f"({len(found)})")


def _variables(
    dataset: xr.Dataset, names: Mapping[Any, Any], *, is_open: bool
) -> Branch:
    found = {str(name): _variable(dataset, name) for name in names}
    return Branch(found, f"({len(found)})", is_open=is_open)


def _variable(dataset: xr.Dataset, name: Any) -> Branch:  # noqa: ANN401 # hashable
    variable = dataset[name]
    said, packed = variable.attrs, variable.encoding
    title = said.get("long_name") or said.get("standard_name") or ""
    unit = said.get("units") or packed.get("units") or ""
    about = ", ".join(str(one) for one in (title, unit) if one)
    dims = ", ".join(map(str, variable.dims))
    members: dict[str, Any] = {
        "values": Asked(lambda: values_of(variable), "summarise"),
        **_attributes(said),
    }
    members["size"] = Words(_bytes(variable.nbytes))
    parts = packed.get("chunksizes") or packed.get("chunks")
    if parts:
        members["parts"] = Words(" x ".join(f"{one:,}" for one in parts))
    return Branch(members, f"{variable.dtype} ({dims}) {about}".rstrip())


def values_of(variable: xr.DataArray) -> dict[str, Any]:
    """What the values of a variable are like; of a large one, of some slices."""
    import numpy as np

    read, words = variable, "all of them"
    if variable.nbytes > _MOST_READ and variable.ndim:
        longest = str(variable.dims[0])
        one = max(1, variable.nbytes // variable.sizes[longest])
        count = max(1, min(variable.sizes[longest], _MOST_READ // one))
        at = np.unique(np.linspace(0, variable.sizes[longest] - 1, count).astype(int))
        read = variable.isel({longest: at})
        words = f"{len(at):,} of {variable.sizes[longest]:,} along {longest}"
    values = np.asarray(read.values)
    flat = values.ravel()
    found: dict[str, Any] = {"read": Words(words)}
    if values.dtype.kind in "iuf":
        good = flat[np.isfinite(flat)]
        if len(good):
            found |= {
                "lowest": Words(f"{good.min():,.6g}"),
                "highest": Words(f"{good.max():,.6g}"),
                "mean": Words(f"{good.mean(dtype=float):,.6g}"),
            }
        missing = len(flat) - len(good)
        found["missing"] = Words(f"{missing / max(1, len(flat)):.1%}")
    first = [_text(one) for one in flat[:_SHOWN]]
    more = ["…"] if len(flat) > 2 * _SHOWN else []
    last = [_text(one) for one in flat[_SHOWN:][-_SHOWN:]]
    found["first and last"] = Words(", ".join([*first, *more, *last]))
    return found


def _text(value: Any) -> str:  # noqa: ANN401 # of numpy
    if getattr(value, "dtype", None) is not None and value.dtype.kind == "M":
        return str(value)[:19].removesuffix("T00:00:00")
    return f"{value:.6g}" if isinstance(value, float) else clean(value, limit=40)


def _plain(value: Any) -> Any:  # noqa: ANN401 # an attribute
    """An attribute without the types of numpy."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _bytes(count: int) -> str:
    units = ("B", "kB", "MB", "GB", "TB")
    power = min(len(units) - 1, max(0, len(str(count)) - 1) // 3)
    return f"{count / 1_000**power:.3g} {units[power]}"
