"""Regular expressions of modules, compiled when they are first used.

Python takes longer to compile the hundred and more of this package than to load it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, AnyStr, cast

if TYPE_CHECKING:
    from typing import Any


class _Lazy:
    def __init__(self, text: Any, flags: int) -> None:  # noqa: ANN401 # str or bytes
        self._of = text, flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 # whatever a pattern has
        found = getattr(re.compile(*self._of), name)
        # The next time it is found without a detour.
        setattr(self, name, found)
        return found


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Like ``re.compile``, at the first use.

    Args:
        text: The regular expression; a faulty one raises when it is used.
        flags: Those of ``re``.
    """
    return cast("re.Pattern[AnyStr]", _Lazy(text, flags))
