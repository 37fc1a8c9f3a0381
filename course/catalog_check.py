"""Our price book against the installed genai-prices library.

The two are not independent, so agreement proves little; a disagreement is a reason to open the vendor's page. The
library falls back in silence (no batch price: the full one; no rate for cache writes: the input's), so each of its
answers is taken only where it has a rate of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from importlib.metadata import version

from . import catalog
from .catalog import METERS, Catalog, Model, NoPrice

# Our meter → the library's rate, and the usage that is billed at it in a request of so many prompt tokens.
_RATES = {
    "input": ("input_mtok", lambda prompt: {}),
    "cached_input": ("cache_read_mtok", lambda prompt: {"cache_read_tokens": prompt}),
    "cache_write": ("cache_write_mtok", lambda prompt: {"cache_write_tokens": prompt}),
    "cache_write_1h": (
        "cache_write_1h_mtok",
        lambda prompt: {"cache_write_tokens": prompt, "cache_write_1h_tokens": prompt},
    ),
    "output": ("output_mtok", lambda prompt: {"output_tokens": prompt}),
    "web_search": ("web_searches_kcount", lambda prompt: {"web_searches": prompt}),
    "file_search": ("storage_searches_kcount", lambda prompt: {"storage_searches": prompt}),
}
_COMPARED = [meter for meter in METERS if meter.removeprefix("batch_") in _RATES]
# Charged beside the prompt's own tokens, not in place of them.
_BESIDE = ("output", "web_search", "file_search")
# What a note says to explain a disagreement, for example "genai-prices has 0.1: it keeps only the newest price."
_EXPLAINED = re.compile(r"genai-prices has (none|\d+(?:\.\d+)?)")
LIBRARY = f"genai-prices {version('genai-prices')}"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One price on which the two differ, in US dollars for the meter's unit; `None` where one of them has none.

    `explanation` is our row's note where it says what the library has ("genai-prices has 0.1: …"), else empty.
    """

    model: str
    meter: str
    above_tokens: int
    on: date
    ours: Decimal | None
    theirs: Decimal | None
    explanation: str


def diff(facts: Catalog | None = None) -> list[Disagreement]:
    """Every disagreement over each model, meter and context tier, on a day of each period that either side knows.

    A price that only one side has is a disagreement from the price book's day on. Before it, it is not: neither
    side keeps the whole past.
    """
    facts = facts or catalog.load()
    return [
        found
        for model in facts.models
        for on in _days(facts, model)
        for above in _thresholds(facts, model, on)
        for meter in _COMPARED
        if (found := _compare(facts, model, meter, above, on))
    ]


def _days(facts: Catalog, model: Model) -> list[date]:
    """One day of each period: the price book's, each on which a price of ours or theirs begins, and one before."""
    begins = {facts.checked_on} | {
        day
        for price in facts.prices
        if price.vendor == model.vendor and price.model in (model.id, "*")
        for day in (price.effective_from, price.effective_until)
        if day
    }
    if known := _library_model(model):
        conditional = [*(known.prices if isinstance(known.prices, list) else ()), *(known.price_variants or ())]
        begins |= {each.constraint.start_date for each in conditional if hasattr(each.constraint, "start_date")}
    days = begins | {min(begins) - timedelta(days=1)}
    return sorted(day for day in days if model.retired_on is None or day < model.retired_on)


def _thresholds(facts: Catalog, model: Model, on: date) -> list[int]:
    """Where a tier begins, in our book or in the library's."""
    rates = _library_rates(model, on, batch=False)
    tiers = getattr(rates.input_mtok, "tiers", []) if rates else []
    return sorted({above for above, _ in facts.tiers(model.id, on)} | {tier.start for tier in tiers})


def _compare(facts: Catalog, model: Model, meter: str, above: int, on: date) -> Disagreement | None:
    prompt = above + 1 if above else 1000
    try:
        row = facts.price(model.id, meter, on, prompt_tokens=prompt)
    except NoPrice:
        row = None
    ours, theirs = row and row.price, _library_price(model, meter, prompt, on)
    if ours == theirs or (on < facts.checked_on and None in (ours, theirs)):
        return None
    return Disagreement(
        model.id, meter, above, on, ours, theirs, row.note if row and _explains(row.note, theirs) else ""
    )


def _explains(note: str, theirs: Decimal | None) -> bool:
    """Whether a note names what the library has. A new price of theirs is not explained by an old note."""
    said = _EXPLAINED.search(note)
    return said is not None and (None if said[1] == "none" else Decimal(said[1])) == theirs


@cache
def _library_price(model: Model, meter: str, prompt: int, on: date) -> Decimal | None:
    """What the library itself charges for one unit of a meter, in a request of so many prompt tokens."""
    from genai_prices import Usage, calc_price

    name = meter.removeprefix("batch_")
    rate, usage = _RATES[name]
    rates = _library_rates(model, on, batch=meter != name)
    if rates is None or getattr(rates, rate, None) is None:
        return None

    def charge(**used: int) -> Decimal:
        return calc_price(
            Usage(input_tokens=prompt, **used),
            model.id,
            provider_id=model.vendor,
            genai_request_timestamp=_noon(on),
            price_context={"processing": "batch"} if meter != name else None,
        ).total_price

    charged = charge(**usage(prompt)) - (charge() if name in _BESIDE else 0)
    price = charged / prompt * (1_000_000 if METERS[meter] == "1M tokens" else 1000)
    return Decimal(f"{price.normalize():f}")


def _library_rates(model: Model, on: date, batch: bool):
    """The library's own rates for a model on a day, without its fallbacks; `None` where it has none."""
    known = _library_model(model)
    if known is None or not batch:
        return known and known.get_prices(_noon(on))
    for variant in known.price_variants or ():
        if variant.when == {"processing": "batch"} and getattr(variant.constraint, "start_date", date.min) <= on:
            return variant.prices
    return None


@cache
def _library_model(model: Model):
    from genai_prices.data_snapshot import get_snapshot

    try:
        return get_snapshot().find_provider_model(model.id, None, model.vendor, None)[1]
    except LookupError:
        return None


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)
