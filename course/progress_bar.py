"""A progress bar for a loop in a notebook: plain HTML, so that it also shows where no widget can."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from html import escape
from typing import TypeVar

Item = TypeVar("Item")
_REFRESH_SECONDS = 0.1


def track(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Go through `items` and show how far one is. The bar's last picture is the same each time."""
    from IPython.display import HTML, display

    total = len(items)
    shown = display(HTML(_bar(label, 0, total)), display_id=True)
    last = time.monotonic()
    for number, item in enumerate(items):
        yield item
        if shown and time.monotonic() - last > _REFRESH_SECONDS:
            last = time.monotonic()
            shown.update(HTML(_bar(label, number + 1, total)))
    if shown:
        shown.update(HTML(_bar(label, total, total)))


def _bar(label: str, done: int, total: int) -> str:
    name = escape(label)
    return (
        f'<label>{name} <progress value="{done}" max="{max(total, 1)}" aria-label="{name}"></progress> '
        f"{done:,} of {total:,}</label>"
    )
