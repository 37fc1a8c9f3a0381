"""Models, prices and plans, each with its source and the day it was read.

Nothing here depends on the clock: a price is looked up for a date, and the date is `Catalog.checked_on`, the
day of the price book, unless the caller names another.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path

from . import data
from .data import FOLDER, Row

VENDORS = ("openai", "anthropic", "google", "openrouter")
TIERS = ("small", "standard", "large")
# What each meter counts.
METERS = {
    "input": "1M tokens",
    "cached_input": "1M tokens",
    "cache_write": "1M tokens",
    "cache_write_1h": "1M tokens",
    "output": "1M tokens",
    "batch_input": "1M tokens",
    "batch_cached_input": "1M tokens",
    "batch_cache_write": "1M tokens",
    "batch_output": "1M tokens",
    "web_search": "1000 calls",
    "file_search": "1000 calls",
    "container": "session",
    "container_hour": "hour",
    "storage": "GB-day",
    "cache_storage": "1M token-hours",
    "credit_fee": "percent",
}
APPLYING = ("current", "announced", "promotional", "retired")
STATUSES = (*APPLYING, "withdrawn")
AUDIENCES = ("individual", "team", "enterprise")
TRUST = ("official", "third-party")
STALE_AFTER_DAYS = 90  # when the newest price was read so long ago, widgets say so

_MODEL_COLUMNS = (
    "vendor", "tier", "id", "name", "context_window", "dimensions", "retired_on", "source_url", "accessed_on",
)  # fmt: skip
_PRICE_COLUMNS = (
    "vendor", "model", "meter", "unit", "above_tokens", "price", "effective_from", "effective_until",
    "announced_on", "status", "source_url", "accessed_on", "note",
)  # fmt: skip
_PLAN_COLUMNS = (
    "id", "vendor", "name", "audience", "monthly", "yearly_per_month", "per_seat", "min_seats", "limits",
    "api_included", "included_api_credit", "plan_usage_via_sign_in", "trust", "source_url", "accessed_on",
    "note",
)  # fmt: skip


class NoPrice(LookupError):
    """No row gives a price for this model, meter and date."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model one can call. `tier` is "" for a model that no lesson picks; `context_window` is in tokens.
    `dimensions` is the length of the vectors of a model that makes embeddings, `None` for one that makes text.
    """

    vendor: str
    tier: str
    id: str
    name: str
    context_window: int
    dimensions: int | None
    retired_on: date | None
    source_url: str
    accessed_on: date


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one unit of a meter, from `effective_from` up to but not including `effective_until`.

    `model` is "*" where the price holds for all of the vendor's models. A row with `above_tokens` above 0
    prices the whole of a request whose prompt has more tokens than that.
    """

    vendor: str
    model: str
    meter: str
    unit: str
    above_tokens: int
    price: Decimal
    effective_from: date | None
    effective_until: date | None
    announced_on: date | None
    status: str
    source_url: str
    accessed_on: date
    note: str

    def holds(self, on: date) -> bool:
        """Whether this price is charged on that day."""
        return (
            self.status in APPLYING
            and (self.effective_from is None or self.effective_from <= on)
            and (self.effective_until is None or on < self.effective_until)
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """A chat plan. Fees are US dollars a month; `None` is "not stated on a page we could read"."""

    id: str
    vendor: str
    name: str
    audience: str
    monthly: Decimal | None
    yearly_per_month: Decimal | None
    per_seat: bool
    min_seats: int | None
    limits: str
    api_included: str
    included_api_credit: str
    plan_usage_via_sign_in: str
    trust: str
    source_url: str
    accessed_on: date
    note: str


@dataclass(frozen=True)
class Catalog:
    models: tuple[Model, ...]
    prices: tuple[Price, ...]
    plans: tuple[Plan, ...]

    @cached_property
    def text_models(self) -> tuple[Model, ...]:
        """The models that make text, and not embeddings."""
        return tuple(model for model in self.models if model.dimensions is None)

    @cached_property
    def checked_on(self) -> date:
        """The day of the price book: when its newest price was read."""
        return max(price.accessed_on for price in self.prices)

    def model(self, model_id: str) -> Model:
        """The model with this ID. Raises `LookupError` with the nearest names."""
        return _find(self._models, model_id, "model", "data/models.csv")

    def plan(self, plan_id: str) -> Plan:
        """The plan with this ID, for example "chatgpt-plus". Raises `LookupError` with the nearest names."""
        return _find(self._plans, plan_id, "plan", "data/plans.csv")

    def pick(self, vendor: str, tier: str = "small") -> Model:
        """The model that lessons use for a vendor and a tier: "small", "standard", "large", or "embedding" for one
        that makes vectors.
        """
        for model in self.models:
            kind = "embedding" if model.dimensions else model.tier
            if (model.vendor, kind) == (vendor, tier):
                return model
        offered = sorted({(model.vendor, model.tier) for model in self.models if model.tier})
        raise LookupError(
            f"No {tier!r} model of {vendor!r} is in data/models.csv. There are: "
            + ", ".join(f"{vendor} {tier}" for vendor, tier in offered)
        )

    def price(self, model_id: str, meter: str, on: date | None = None, prompt_tokens: int = 0) -> Price:
        """The price of one meter of a model for a request with so many prompt tokens.

        Never falls back to another meter, model or date: raises `NoPrice`, as it does for a retired model.
        """
        on = on or self.checked_on
        fitting = [
            price
            for price in self._prices_of(model_id, meter, on)
            if price.above_tokens == 0 or prompt_tokens > price.above_tokens
        ]
        if not fitting:
            retired = self.model(model_id).retired_on
            gone = f" The model was retired on {retired}." if retired and retired <= on else ""
            raise NoPrice(
                f"data/prices.csv has no price for the meter {meter!r} of {model_id} on {on}.{gone} "
                "Nothing was assumed in its place."
            )
        return max(fitting, key=lambda price: price.above_tokens)

    def tiers(self, model_id: str, on: date | None = None) -> list[tuple[int, dict[str, Price]]]:
        """(above_tokens, price by meter) for each context tier of a model, lowest first.

        A meter that a higher tier does not price again keeps the price of the tier below.
        """
        on = on or self.checked_on
        thresholds = {0} | {price.above_tokens for meter in METERS for price in self._prices_of(model_id, meter, on)}
        tiers = []
        for above in sorted(thresholds):
            found = {}
            for meter in METERS:
                try:
                    found[meter] = self.price(model_id, meter, on, prompt_tokens=above + 1 if above else 0)
                except NoPrice:
                    continue
            tiers.append((above, found))
        return tiers

    def announced(self, model_id: str | None = None) -> list[Price]:
        """Prices that have been announced for a day after the price book's, soonest first."""
        found = [
            price
            for price in self.prices
            if price.status in APPLYING
            and price.effective_from is not None
            and price.effective_from > self.checked_on
            and model_id in (None, price.model)
        ]
        return sorted(found, key=lambda price: (price.effective_from, price.model, price.meter, price.above_tokens))

    @cached_property
    def _models(self) -> dict[str, Model]:
        return {model.id: model for model in self.models}

    @cached_property
    def _plans(self) -> dict[str, Plan]:
        return {plan.id: plan for plan in self.plans}

    @cached_property
    def _by_meter(self) -> dict[tuple[str, str, str], list[Price]]:
        index = defaultdict(list)
        for price in self.prices:
            index[price.vendor, price.model, price.meter].append(price)
        return dict(index)

    def _prices_of(self, model_id: str, meter: str, on: date) -> list[Price]:
        """The prices of a meter on a day, one for each context tier; none once the model is retired."""
        if meter not in METERS:
            raise NoPrice(f"There is no meter {meter!r}. The meters are: {', '.join(METERS)}.")
        model = self.model(model_id)
        if model.retired_on and model.retired_on <= on:
            return []
        own = self._by_meter.get((model.vendor, model_id, meter))
        # What holds for all of a vendor's models are fees beside making text.
        shared = () if model.dimensions else self._by_meter.get((model.vendor, "*", meter), ())
        prices = own or shared
        return [price for price in prices if price.holds(on)]


def load(folder: Path = FOLDER) -> Catalog:
    """The catalog of the files in `folder`, read once. Raises `data.DataError` naming file and line."""
    return _load(Path(folder))


@lru_cache(maxsize=4)
def _load(folder: Path) -> Catalog:
    models = _read_models(folder)
    return Catalog(models, _read_prices(folder, models), _read_plans(folder))


def _read_models(folder: Path) -> tuple[Model, ...]:
    models: dict[str, Model] = {}
    picked: dict[tuple[str, str], str] = {}
    for row in data.rows("models.csv", _MODEL_COLUMNS, folder):
        window = row.integer("context_window")
        if not window:
            raise row.wrong("context_window", "must be a number of tokens above zero.")
        model = Model(
            row.choice("vendor", VENDORS),
            row.choice("tier", ("", *TIERS)),
            row.text("id"),
            row.text("name"),
            window,
            row.integer("dimensions"),
            row.day("retired_on"),
            row.url("source_url"),
            _day_read(row),
        )
        if model.id in models:
            raise row.wrong("id", f"{model.id!r} stands in the file twice. Keep one of the two lines.")
        if model.tier and model.retired_on and model.retired_on <= model.accessed_on:
            raise row.wrong(
                "tier", f"{model.id} is retired, so no lesson may pick it. Give its tier to another model."
            )
        if model.tier and (other := picked.setdefault((model.vendor, model.tier), model.id)) != model.id:
            raise row.wrong("tier", f"{other} is already the {model.tier} model of {model.vendor}.")
        models[model.id] = model
    return tuple(models.values())


def _read_prices(folder: Path, models: tuple[Model, ...]) -> tuple[Price, ...]:
    vendor_of = {model.id: model.vendor for model in models}
    prices = []
    earlier: dict[tuple, list[tuple[Price, int]]] = defaultdict(list)
    for row in data.rows("prices.csv", _PRICE_COLUMNS, folder):
        price = _read_price(row, vendor_of)
        for other, line in earlier[price.vendor, price.model, price.meter, price.above_tokens]:
            if price.status in APPLYING and other.status in APPLYING and _overlap(price, other):
                raise row.wrong(
                    "effective_from",
                    f"this period overlaps with line {line}: {price.meter} of {price.model} would have two "
                    "prices on one day. Set effective_until of the earlier one.",
                )
        earlier[price.vendor, price.model, price.meter, price.above_tokens].append((price, row.line))
        prices.append(price)
    return tuple(prices)


def _read_price(row: Row, vendor_of: dict[str, str]) -> Price:
    vendor, model = row.choice("vendor", VENDORS), row.text("model")
    if model != "*" and vendor_of.get(model) != vendor:
        raise row.wrong("model", f"data/models.csv has no model {model!r} of {vendor}. Add it there first.")
    meter = row.choice("meter", METERS)
    unit = row.choice("unit", (METERS[meter],))
    amount = row.number("price")
    if amount is None:
        raise row.wrong("price", "is empty. A price that is not known has no line.")
    if amount == 0:
        raise row.wrong("price", "is zero. No vendor gives this away: a price that is not known has no line.")
    start, end = row.day("effective_from"), row.day("effective_until")
    if start and end and end <= start:
        raise row.wrong("effective_until", f"{end} is not after effective_from, {start}. The end is not included.")
    status = row.choice("status", STATUSES)
    if status == "announced" and not start:
        raise row.wrong("effective_from", "is empty. Write the day on which the announced price begins.")
    if status == "retired" and not end:
        raise row.wrong("effective_until", "is empty. Write the first day on which the old price no longer held.")
    return Price(
        vendor,
        model,
        meter,
        unit,
        row.integer("above_tokens") or 0,
        amount,
        start,
        end,
        row.day("announced_on"),
        status,
        row.url("source_url"),
        _day_read(row),
        row.optional("note"),
    )


def _read_plans(folder: Path) -> tuple[Plan, ...]:
    plans: dict[str, Plan] = {}
    for row in data.rows("plans.csv", _PLAN_COLUMNS, folder):
        plan = Plan(
            row.text("id"),
            row.choice("vendor", VENDORS),
            row.text("name"),
            row.choice("audience", AUDIENCES),
            row.number("monthly"),
            row.number("yearly_per_month"),
            row.choice("per_seat", ("yes", "no")) == "yes",
            row.integer("min_seats"),
            row.optional("limits"),
            row.choice("api_included", ("yes", "no", "not stated")),
            row.text("included_api_credit"),
            row.text("plan_usage_via_sign_in"),
            row.choice("trust", TRUST),
            row.url("source_url"),
            _day_read(row),
            row.optional("note"),
        )
        if plan.id in plans:
            raise row.wrong("id", f"{plan.id!r} stands in the file twice. Keep one of the two lines.")
        if plan.monthly == 0 and plan.audience != "individual":
            raise row.wrong("monthly", "is zero for a team. A fee that is not known is left empty.")
        plans[plan.id] = plan
    return tuple(plans.values())


def _day_read(row: Row) -> date:
    day = row.day("accessed_on")
    if day is None:
        raise row.wrong("accessed_on", "is empty. Write the day on which the source was read.")
    return day


def _overlap(one: Price, other: Price) -> bool:
    def starts_before_end(first: Price, second: Price) -> bool:
        return (
            first.effective_from is None
            or second.effective_until is None
            or (first.effective_from < second.effective_until)
        )

    return starts_before_end(one, other) and starts_before_end(other, one)


def _find(index: dict, key: str, kind: str, file: str):
    try:
        return index[key]
    except KeyError:
        near = difflib.get_close_matches(key, index, n=3, cutoff=0.4) or list(index)[:3]
        raise LookupError(f"{file} has no {kind} {key!r}. Did you mean {' or '.join(near)}?") from None
