"""What a call costs, in whole micro-dollars, from the catalog's dated price rows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from .types import Usage


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars for a million tokens, which is micro-dollars for one token.

    `cached_input` is `None` where the model has no prompt cache; `cache_write` where writing to it is free.
    """

    input: Decimal
    cached_input: Decimal | None
    cache_write: Decimal | None
    output: Decimal


def rates(catalog, model_id: str, prompt_tokens: int, batch: bool = False) -> Rates:
    """The rates for a request with so many prompt tokens; a long prompt may have dearer ones.

    Raises the catalog's `LookupError` where the model has no price for input or output.
    """
    prefix = "batch_" if batch else ""

    def optional(meter: str) -> Decimal | None:
        try:
            return catalog.price(model_id, prefix + meter, prompt_tokens=prompt_tokens).price
        except LookupError:
            return None

    return Rates(
        input=catalog.price(model_id, prefix + "input", prompt_tokens=prompt_tokens).price,
        cached_input=optional("cached_input"),
        cache_write=optional("cache_write"),
        output=catalog.price(model_id, prefix + "output", prompt_tokens=prompt_tokens).price,
    )


def embedding_rates(catalog, model_id: str, batch: bool = False) -> Rates:
    """The rates of a model that makes vectors, which have no price of their own. Raises the catalog's
    `LookupError`.
    """
    return Rates(catalog.price(model_id, "batch_input" if batch else "input").price, None, None, Decimal(0))


def cost_micros(usage: Usage, rates: Rates) -> int:
    """Price a call in micro-dollars.

    The exact total is rounded once, half to even: the same rule as Python's own number formatting, so a cost
    worked out by hand and printed with six decimals is the cost in the ledger, and many calls do not drift.
    """
    plain_input = usage.input - usage.cached_input - usage.cache_write
    total = (
        plain_input * rates.input
        + usage.cached_input * (rates.cached_input or 0)
        + usage.cache_write * (rates.cache_write or 0)
        + usage.output * rates.output
    )
    return int(total.to_integral_value(rounding=ROUND_HALF_EVEN))
