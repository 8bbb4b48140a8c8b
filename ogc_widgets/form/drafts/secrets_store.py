"""What the page may not hold: secrets, and the bytes of uploaded files.

Drafts are traits, and traits are saved in the notebook. A draft therefore only names
what is kept here, in plain Python memory.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NoReturn

from ogc_widgets.form.fields.fields import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterable


class SecretsStore:
    """Values by a name that says nothing."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}
        self._numbers = itertools.count(1)

    def __repr__(self) -> str:
        return f"<SecretsStore of {len(self._values)}>"

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not self._values

    def __reduce__(self) -> NoReturn:
        raise TypeError("Secrets are not pickled.")

    def put(self, value: object) -> str:
        """Keep a value; the same value gets the same name while it is kept."""
        for name, kept in self._values.items():
            if type(kept) is type(value) and kept == value:
                return name
        name = f"k{next(self._numbers)}"
        self._values[name] = value
        return name

    def get(self, name: object) -> object:
        """The value of a name, UNSET if it is not kept (any more)."""
        return self._values.get(name, UNSET) if isinstance(name, str) else UNSET

    def keep_only(self, names: Iterable[str]) -> None:
        """Forget what no draft names any more."""
        wanted = set(names)
        self._values = {k: v for k, v in self._values.items() if k in wanted}
