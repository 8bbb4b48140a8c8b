"""What people ask for of results: items, assets and outputs, one or several of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.protocol.json_type import JsonObject

    Items = str | Mapping[str, Any] | Iterable[str | Mapping[str, Any]]


def chosen_items(given: Items | None, items: Sequence[JsonObject]) -> list[JsonObject]:
    """Find the items that are meant.

    Args:
        given: Items as dicts or of pystac, or their ids; one or several, ``None`` for
            all.
        items: Those that there are.

    Raises:
        InputError: There is none of this id, or it is no item.
    """
    if given is None:
        return [*items]
    is_one = isinstance(given, (str, Mapping)) or hasattr(given, "to_dict")
    several = [given] if is_one else given
    if not isinstance(several, Iterable):
        raise _no_item(given)
    by_id = {str(item.get("id")): item for item in reversed(items)}  # the first wins
    return [_item(one, by_id) for one in several]


def _item(given: Any, by_id: dict[str, JsonObject]) -> JsonObject:  # noqa: ANN401 # whatever people pass
    if isinstance(given, str):
        if given not in by_id:
            ids = ", ".join(reversed(by_id))
            raise InputError(
                f"The results have no item {clean(given, limit=80)!r}.",
                advice=f"They have: {clean(ids, limit=200) or 'none'}.",
            )
        return by_id[given]
    item = given.to_dict() if hasattr(given, "to_dict") else given
    if not isinstance(item, Mapping):
        raise _no_item(given)
    return item if isinstance(item, dict) else dict(item)


def _no_item(given: object) -> InputError:
    return InputError(
        f"{type(given).__name__} is no item.",
        advice="Give items of results.items, or their ids.",
    )


def chosen_names(given: str | Iterable[str] | None, what: str) -> list[str] | None:
    """Names of assets or outputs, of which one need not be a list; ``None`` for all.

    Raises:
        InputError: They are no names.
    """
    if given is None:
        return None
    names = [given] if isinstance(given, str) else given
    found = [*names] if isinstance(names, Iterable) else [None]
    if all(isinstance(name, str) for name in found):
        return [str(name) for name in found]
    raise InputError(f"{what} are a list of names.", advice=f'For example: ["{what}"]')
