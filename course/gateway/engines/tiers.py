"""What makes a small, a standard and a large practice model differ."""

from __future__ import annotations

from typing import NamedTuple


class Tier(NamedTuple):
    """`breadth`: how many sentences or terms an answer may have. `reach`: how many sentences of a text are read
    when labels or values are looked for. `most_items`: how many a list may get. `reads_notes`: whether it also
    reads what a schema says about a field, not only the field's name.
    """

    breadth: int
    reach: int
    most_items: int
    reads_notes: bool


_TIERS = {
    "small": Tier(1, 12, 2, False),
    "standard": Tier(2, 60, 5, True),
    "large": Tier(3, 1000, 100, True),
}


def tier_of(name: str) -> Tier:
    return _TIERS.get(name, _TIERS["standard"])
