"""Which items are kept: by date, by numbers, by a text in their ids, or by a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def mask_of(value: object, total: int) -> NDArray[np.bool_] | None:
    """Read a mask over items.

    Args:
        value: One truth value for each item, in any form that numpy reads; None for
            all items.
        total: How many items there are.

    Returns:
        A mask of its own, or None where all are kept.

    Raises:
        InputError: It is no such mask.
    """
    import numpy as np

    if value is None:
        return None
    mask = np.array(value)
    if mask.shape != (total,) or (total and mask.dtype != np.bool_):
        raise InputError(
            f"Which items are kept is a mask of {total:,} truth values, or None.",
            advice="As results_map.columns.dates > 0 is one.",
        )
    return None if mask.all() else mask.astype(np.bool_)
