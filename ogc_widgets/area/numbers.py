"""Coordinates as text: as short as exactness allows, never with an exponent."""

from __future__ import annotations

from decimal import Decimal


def tidy(number: float) -> float | int:
    """Whole numbers as int, so that JSON says 10 and not 10.0."""
    return int(number) if float(number).is_integer() else float(number)


def short(number: float) -> str:
    """Write a number exactly, without exponent and superfluous zeros."""
    text = format(Decimal(repr(tidy(number))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
