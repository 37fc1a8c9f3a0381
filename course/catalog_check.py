"""Our price book against the installed genai-prices library.

The two are not independent, so agreement proves little; a disagreement is a reason to open the vendor's page. The
library falls back in silence (no batch price: the full one; no rate for cache writes: the input's), so each of its
answers is taken only where it has a rate of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version

from . import catalog
from .catalog import Catalog, Model, NoPrice

# Our meter → the library's rate and the usage that is billed at it.
_RATES = {
    "input": ("input_mtok", "input_tokens"),
    "cached_input": ("cache_read_mtok", "cache_read_tokens"),
    "cache_write": ("cache_write_mtok", "cache_write_tokens"),
    "output": ("output_mtok", "output_tokens"),
}
LIBRARY = f"genai-prices {version('genai-prices')}"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One price on which the two differ, in US dollars for a million tokens; `None` where one of them has none.

    `explanation` is our row's note where it speaks of genai-prices, else empty.
    """

    model: str
    meter: str
    above_tokens: int
    on: date
    ours: Decimal | None
    theirs: Decimal | None
    explanation: str


def diff(facts: Catalog | None = None) -> list[Disagreement]:
    """Every disagreement over each model, token meter, context tier, and day on which one of our prices changes."""
    facts = facts or catalog.load()
    return [
        found
        for model in facts.models
        for on in _days(facts, model)
        for above in _thresholds(facts, model, on)
        for meter in _meters()
        if (found := _compare(facts, model, meter, above, on))
    ]


def _meters() -> list[str]:
    return [*_RATES, *(f"batch_{meter}" for meter in _RATES)]


def _days(facts: Catalog, model: Model) -> list[date]:
    changes = {price.effective_from for price in facts.announced(model.id)}
    return sorted({facts.checked_on, *changes})


def _thresholds(facts: Catalog, model: Model, on: date) -> list[int]:
    """Where a tier begins, in our book or in the library's."""
    ours = {above for above, _ in facts.tiers(model.id, on)}
    known = _library_rates(model, on, batch=False)
    tiers = getattr(known.input_mtok, "tiers", []) if known else []
    return sorted(ours | {tier.start for tier in tiers})


def _compare(facts: Catalog, model: Model, meter: str, above: int, on: date) -> Disagreement | None:
    prompt = above + 1 if above else 1
    try:
        row = facts.price(model.id, meter, on, prompt_tokens=prompt)
    except NoPrice:
        row = None
    ours, theirs = row and row.price, _library_price(model, meter, prompt, on)
    if ours == theirs:
        return None
    explained = row is not None and "genai-prices" in row.note
    return Disagreement(model.id, meter, above, on, ours, theirs, row.note if explained else "")


def _library_price(model: Model, meter: str, prompt: int, on: date) -> Decimal | None:
    """What the library itself charges for a million tokens of a meter, in a request of so many prompt tokens."""
    from genai_prices import Usage, calc_price

    batch = meter.startswith("batch_")
    rate, counted = _RATES[meter.removeprefix("batch_")]
    known = _library_rates(model, on, batch)
    if known is None or getattr(known, rate, None) is None:
        return None
    # Only the tokens of the meter are charged in the second call that are not charged in the first.
    at = datetime.combine(on, time(12), UTC)
    context = {"processing": "batch"} if batch else None

    def charge(**usage: int) -> Decimal:
        answer = calc_price(
            Usage(**usage), model.id, provider_id=model.vendor, genai_request_timestamp=at, price_context=context
        )
        return answer.total_price

    if counted == "output_tokens":
        more = charge(input_tokens=prompt, output_tokens=1000) - charge(input_tokens=prompt)
        return more * 1000
    if counted == "input_tokens":
        return charge(input_tokens=prompt) / prompt * 1_000_000
    return charge(input_tokens=prompt, **{counted: prompt}) / prompt * 1_000_000


def _library_rates(model: Model, on: date, batch: bool):
    """The library's own rates for a model on a day, without its fallbacks; `None` where it has none."""
    from genai_prices.data_snapshot import get_snapshot

    at = datetime.combine(on, time(12), UTC)
    try:
        _, known = get_snapshot().find_provider_model(model.id, None, model.vendor, None)
    except LookupError:
        return None
    if not batch:
        return known.get_prices(at)
    for variant in known.price_variants or ():
        starts = getattr(variant.constraint, "start_date", date.min)
        if variant.when == {"processing": "batch"} and starts <= on:
            return variant.prices
    return None
