"""What JSON can hold, as a type."""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

JsonValue: TypeAlias = (
    "str | bool | int | float | Decimal | Sequence[JsonValue] | JsonObject | None"
)
JsonObject: TypeAlias = "Mapping[str, JsonValue]"
