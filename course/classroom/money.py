"""Amounts of money as people give them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from .problem import ClassroomProblem

_MOST_DOLLARS = 1_000_000


def micros(dollars: str) -> int:
    """US dollars as whole micro-dollars. Raises `ClassroomProblem` for what is no amount to spend."""
    try:
        amount = Decimal(dollars.strip().removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 < amount <= _MOST_DOLLARS or amount * 1_000_000 < 1:
        raise ClassroomProblem(f"{dollars!r} is not an amount of US dollars, such as 1.50.")
    return int(amount * 1_000_000)
