"""What stands for the catalog, a tokenizer and a clock, so that no test depends on today's facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

CHECKED_ON = date(2026, 11, 1)
PRICES = {"input": "2", "cached_input": "0.2", "cache_write": "2.5", "output": "10"}


def listed(model_id: str, tier: str, retired_on: date | None = None, window: int = 200_000):
    return SimpleNamespace(
        id=model_id,
        vendor="openai",
        tier=tier,
        context_window=window,
        retired_on=retired_on,
        accessed_on=CHECKED_ON,
    )


class FixedCatalog:
    """Stands for the catalog: four models, one price list, dearer above 5,000 prompt tokens."""

    checked_on = CHECKED_ON
    models = (
        listed("tiny", "small"),
        listed("middle", "standard"),
        listed("huge", "large"),
        listed("cacheless", "small"),
        listed("narrow", "small", window=50),
        listed("retired", "small", retired_on=date(2026, 1, 1)),
    )

    def price(self, model_id, meter, on=None, prompt_tokens=0):
        if model_id == "cacheless" and meter.startswith("cache"):
            raise LookupError(f"{model_id} has no price for {meter}")
        return SimpleNamespace(price=Decimal(PRICES[meter]) * (2 if prompt_tokens > 5000 else 1))


def count_words(text: str, model_id: str) -> int:
    """Stands for a tokenizer: one token for each word."""
    return len(text.split())


class SteppingClock:
    """Starts at a fixed time and moves on by one millisecond each time it is read."""

    def __init__(self):
        self.now = 1_790_000_000_000_000

    def __call__(self) -> int:
        self.now += 1000
        return self.now
