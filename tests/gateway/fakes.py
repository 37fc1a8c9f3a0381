"""What stands for the catalog, a tokenizer and a clock, so that no test depends on today's facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

CHECKED_ON = date(2026, 11, 1)
PRICES = {"input": "2", "cached_input": "0.2", "cache_write": "2.5", "output": "10"}


def listed(
    model_id: str,
    tier: str,
    vendor: str = "openai",
    retired_on: date | None = None,
    window: int = 200_000,
    dimensions: int | None = None,
):
    return SimpleNamespace(
        id=model_id,
        name=model_id.title(),
        vendor=vendor,
        tier=tier,
        context_window=window,
        dimensions=dimensions,
        retired_on=retired_on,
        accessed_on=CHECKED_ON,
    )


class FixedCatalog:
    """Stands for the catalog: some models of each vendor, one price list, dearer above 5,000 prompt tokens, half
    for a batch.
    """

    checked_on = CHECKED_ON
    models = (
        listed("tiny", "small"),
        listed("middle", "standard"),
        listed("huge", "large"),
        listed("cacheless", "small"),
        listed("narrow", "small", window=50),
        listed("retired", "small", retired_on=date(2026, 1, 1)),
        listed("embed-small", "", dimensions=64),
        listed("ant-small", "small", "anthropic"),
        listed("ant-large", "large", "anthropic"),
        listed("goo-small", "small", "google"),
        listed("goo-large", "large", "google"),
        listed("goo-embed", "", "google", dimensions=64),
    )

    def price(self, model_id, meter, on=None, prompt_tokens=0):
        if model_id == "cacheless" and "cache" in meter:
            raise LookupError(f"{model_id} has no price for {meter}")
        price = Decimal(PRICES[meter.removeprefix("batch_")]) / (2 if meter.startswith("batch_") else 1)
        return SimpleNamespace(price=price * (2 if prompt_tokens > 5000 else 1))


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
