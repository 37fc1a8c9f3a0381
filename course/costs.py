"""The cost model: a workload times a price list is dollars a month.

Pure arithmetic on numbers and numpy arrays. Prices come from the catalog as a *rate card*, a plain dictionary
that also travels to the browser, where `widgets/costs.js` does the same sums; `tests/vectors/costs.json`
keeps the two equal. Tokens are counts, rates US dollars for a million tokens, and fees US dollars for one
search, container and so on.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from . import catalog, data
from .catalog import NoPrice, Plan

MILLION = 1_000_000
_SHARES = ("cached_share", "written_share", "batch_share")
_MOST_TURNS = 1000  # far past what a context window holds; a slip of the hand must not stop a page or a kernel
_FEES = {"web_search": "searches", "file_search": "file_searches", "container": "containers"}
_FEE_IS_FOR = {"1000 calls": 1000, "session": 1}
# The lines of a bill, in the order in which they are shown.
LINES = ("input", "cached_input", "cache_write", "output", "reasoning", "batch", *_FEES)


@dataclass(frozen=True)
class Workload:
    """A month of work. Every field may be a number or an array; arrays are broadcast.

    The history of a conversation is sent again with each turn, so the input of turn k is
    `system_tokens + k * prompt_tokens + (k - 1) * reply_tokens`, and that of a conversation of n turns
    `n * system_tokens + n * (n + 1) / 2 * prompt_tokens + n * (n - 1) / 2 * reply_tokens`.

    people            persons or processes that start conversations
    working_days      days a month on which they do
    conversations     conversations for each of them on each day
    turns             questions in a conversation, a whole number from 1 to 1000
    prompt_tokens     tokens of one question
    reply_tokens      tokens of one visible answer
    system_tokens     tokens of the instructions that go with every turn
    reasoning_tokens  tokens the model writes for itself in each turn, billed as output and not sent again
    cached_share      share of the input that is read from the prompt cache
    written_share     share of the input that is written to it; plain input where that costs nothing extra
    batch_share       share of the conversations that can wait, and run as a batch
    searches          web searches in a conversation
    search_tokens     tokens that one search adds to the input of its turn; searches are spread evenly over turns
    file_searches     file searches in a conversation; what they find is input, so count it in `prompt_tokens`
    containers        container sessions in a conversation
    """

    people: float = 1
    working_days: float = 21
    conversations: float = 1
    turns: int = 1
    prompt_tokens: float = 0
    reply_tokens: float = 0
    system_tokens: float = 0
    reasoning_tokens: float = 0
    cached_share: float = 0
    written_share: float = 0
    batch_share: float = 0
    searches: float = 0
    search_tokens: float = 0
    file_searches: float = 0
    containers: float = 0

    def __post_init__(self):
        """Raises `ValueError` naming the field and what it may hold."""
        for field in dataclasses.fields(self):
            _check(field.name, getattr(self, field.name))
        if np.any(np.add(self.cached_share, self.written_share) > 1):
            raise ValueError("cached_share and written_share are parts of the same input: together at most 1.")

    def replace(self, **changes) -> Workload:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)


def _check(name: str, value) -> None:
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be a number.")
    if not np.all(np.isfinite(numbers)):
        raise ValueError(f"{name} must be a finite number.")
    if name == "turns":
        if np.any((numbers < 1) | (numbers > _MOST_TURNS) | (numbers != np.floor(numbers))):
            raise ValueError(f"turns must be a whole number from 1 to {_MOST_TURNS}.")
    elif name in _SHARES:
        if np.any((numbers < 0) | (numbers > 1)):
            raise ValueError(f"{name} must be from 0 to 1.")
    elif np.any(numbers < 0):
        raise ValueError(f"{name} must be zero or more.")


def preset(name: str) -> Workload:
    """A workload of `data/presets.csv`, for example "agency". Raises `LookupError` with the known names."""
    known = presets()
    if name not in known:
        raise LookupError(f"There is no preset {name!r}. There are: {', '.join(known)}.")
    return known[name]["workload"]


@cache
def presets() -> dict[str, dict]:
    """name → {"label", "text", "workload"}, in the file's order. The numbers are assumptions."""
    fields = [field.name for field in dataclasses.fields(Workload)]
    found = {}
    for row in data.rows("presets.csv", ["name", "label", "text", *fields]):
        numbers = {field: row.number(field) for field in fields}
        workload = Workload(**{field: float(number) for field, number in numbers.items() if number is not None})
        found[row.text("name")] = {"label": row.text("label"), "text": row.text("text"), "workload": workload}
    return found


def rate_card(model_id: str, on: date | None = None) -> dict:
    """A model's prices on a day (the price book's, unless named), ready for JSON.

    {"model", "name", "vendor", "context_window", "on", "checked_on", "source_url",
     "tiers": [{"above": prompt tokens, meter: US dollars for a million tokens, …}, …],
     "fees": {"web_search": US dollars for one, …},
     "announced": [{"meter", "above", "price", "from"}, …]}

    It has the meters that `monthly` and `price_usage` bill. Raises `catalog.NoPrice` where the model has no price on
    that day, as after its retirement.
    """
    facts = catalog.load()
    model = facts.model(model_id)
    day = on or facts.checked_on
    source = facts.price(model_id, "input", day).source_url
    tiers, fees = [], {}
    for above, prices in facts.tiers(model_id, day):
        rates = {}
        for meter, price in prices.items():
            if price.unit == "1M tokens":
                rates[meter] = float(price.price)
            elif meter in _FEES:
                fees[meter] = float(price.price) / _FEE_IS_FOR[price.unit]
        tiers.append({"above": above, **rates})
    return {
        "model": model.id,
        "name": model.name,
        "vendor": model.vendor,
        "context_window": model.context_window,
        "on": day.isoformat(),
        "checked_on": facts.checked_on.isoformat(),
        "source_url": source,
        "tiers": tiers,
        "fees": fees,
        "announced": [
            {
                "meter": price.meter,
                "above": price.above_tokens,
                "price": float(price.price),
                "from": price.effective_from.isoformat(),
            }
            for price in facts.announced(model_id)
            if price.effective_from > day
        ],
    }


def monthly(workload: Workload, card: dict) -> dict:
    """What a month of work costs with a model.

    {"tokens": {"requests", "input", "cached_input", "cache_write", "output", "reasoning", "longest_input"},
     "dollars": {line of the bill: US dollars, for each of `LINES`},
     "total": US dollars}; numbers, or arrays of the workload's shape.
    Raises `catalog.NoPrice` where the workload uses something the card has no price for.
    """
    w = workload
    conversations = np.multiply(np.multiply(w.people, w.working_days), w.conversations)
    zero = np.zeros(np.broadcast_shapes(*(np.shape(value) for value in vars(w).values())))
    counted = ("input", "cached_input", "cache_write", "output", "reasoning")
    tokens = dict.fromkeys(("requests", *counted, "longest_input"), zero)
    dollars = dict.fromkeys(LINES, zero)
    standard, batch = (1 - np.asarray(w.batch_share)) * conversations, w.batch_share * conversations

    for turn in range(1, int(np.max(w.turns, initial=1)) + 1):
        happens = np.where(turn <= np.asarray(w.turns), 1.0, 0.0)
        size = (
            w.system_tokens
            + turn * np.asarray(w.prompt_tokens)
            + (turn - 1) * np.asarray(w.reply_tokens)
            + np.divide(np.multiply(w.searches, w.search_tokens), w.turns)
        )
        usage = Usage(
            input=size * happens,
            cached_input=w.cached_share * size * happens,
            cache_write=w.written_share * size * happens if _prices_writes(card) else 0,
            output=(np.asarray(w.reply_tokens) + w.reasoning_tokens) * happens,
            reasoning=w.reasoning_tokens * happens,
        )
        for line, cost in price_usage(usage, card).items():
            if line != "total":
                dollars[line] = dollars[line] + cost * standard
        if np.any(batch):
            cost = price_usage(dataclasses.replace(usage, batch=True), card)["total"]
            dollars["batch"] = dollars["batch"] + cost * batch
        for name in counted:
            tokens[name] = tokens[name] + getattr(usage, name) * conversations
        tokens["requests"] = tokens["requests"] + happens * conversations
        tokens["longest_input"] = np.maximum(tokens["longest_input"], usage.input)

    for meter, field in _FEES.items():
        dollars[meter] = zero + _fee(card, meter, getattr(w, field)) * conversations
    return {
        "tokens": {name: _plain(value) for name, value in tokens.items()},
        "dollars": {line: _plain(value) for line, value in dollars.items()},
        "total": _plain(sum(dollars.values())),
    }


@dataclass(frozen=True)
class Usage:
    """Tokens of one request, or of many as arrays, as a platform reports them.

    `cached_input` and `cache_write` are parts of `input`, `reasoning` of `output`. `batch` says whether the
    request ran in a batch.
    """

    input: float
    cached_input: float = 0
    cache_write: float = 0
    output: float = 0
    reasoning: float = 0
    batch: bool = False

    def __post_init__(self):
        """Raises `ValueError` naming the field and what it may hold."""
        for name in ("input", "cached_input", "cache_write", "output", "reasoning"):
            _check(name, getattr(self, name))
        if np.asarray(self.batch).dtype != bool:
            raise ValueError("batch must be true or false.")
        if _exceeds(np.add(self.cached_input, self.cache_write), self.input):
            raise ValueError("cached_input and cache_write are parts of input: together at most as many tokens.")
        if _exceeds(self.reasoning, self.output):
            raise ValueError("reasoning is a part of output: at most as many tokens.")


def price_usage(usage: Usage, card: dict) -> dict:
    """US dollars of each request, by line of the bill and in total.

    The size of a prompt chooses the tier for the whole request. Raises `catalog.NoPrice` where the card has
    no price for tokens that were used: nothing is billed at another meter's price.
    """
    size, cached, written, output, reasoning, batch = np.broadcast_arrays(
        *(np.asarray(getattr(usage, field.name)) for field in dataclasses.fields(usage))
    )
    thresholds = [tier["above"] for tier in card["tiers"][1:]]
    tier = np.searchsorted(thresholds, size, side="left")
    everything = bool(batch.all())
    nothing = not batch.any()

    def cost(meter: str, tokens):
        rates = np.array([_rate(row, meter) for row in card["tiers"]])
        batch_rates = np.array([_rate(row, f"batch_{meter}") for row in card["tiers"]])
        if everything:
            chosen = batch_rates[tier]
        elif nothing:
            chosen = rates[tier]
        else:
            chosen = np.where(batch, batch_rates[tier], rates[tier])
        unpriced = np.isnan(chosen) & (tokens > 0)
        if unpriced.any():
            named = f"batch_{meter}" if np.any(unpriced & batch) else meter
            raise NoPrice(
                f"{card['name']} has no price for {named} on {card['on']}. Nothing was assumed in its place."
            )
        return np.where(tokens > 0, chosen, 0) * tokens / MILLION

    bill = {
        "input": cost("input", size - cached - written),
        "cached_input": cost("cached_input", cached),
        "cache_write": cost("cache_write", written),
        "output": cost("output", output - reasoning),
        "reasoning": cost("output", reasoning),
    }
    bill["total"] = sum(bill.values())
    return bill


def plan_cost(plan: Plan, seats: int, yearly: bool = False) -> float:
    """US dollars a month for so many seats of a plan, its minimum number of seats at least.

    Raises `ValueError` where the fee is not known.
    """
    _check("seats", seats)
    fee = plan.yearly_per_month if yearly else plan.monthly
    if fee is None:
        period = "yearly" if yearly else "monthly"
        raise ValueError(f"The {period} fee of {plan.name} is not stated in data/plans.csv. Choose another plan.")
    return float(fee) * max(seats, plan.min_seats or 0)


def break_even(plan_dollars: float, workload: Workload, card: dict) -> float:
    """How many conversations for each person on each day cost as much on the meter as the plan does.

    The bill grows in step with the conversations, so one division finds it; infinite where they cost nothing.
    """
    _check("plan_dollars", plan_dollars)
    one = np.asarray(monthly(workload.replace(conversations=1), card)["total"])
    return _plain(np.divide(plan_dollars, one, where=one > 0, out=np.full(one.shape, np.inf)))


def _exceeds(part, whole) -> bool:
    """Whether a part is larger than its whole by more than what rounding a share of it can do."""
    return bool(np.any(np.asarray(part) > np.multiply(whole, 1 + 1e-9)))


def _rate(tier: dict, meter: str) -> float:
    return tier.get(meter, np.nan)


def _prices_writes(card: dict) -> bool:
    return "cache_write" in card["tiers"][0]


def _fee(card: dict, meter: str, number):
    if meter not in card["fees"]:
        if np.any(number):
            raise NoPrice(
                f"{card['name']} has no price for {meter} on {card['on']}. Nothing was assumed in its place."
            )
        return 0.0
    return card["fees"][meter] * np.asarray(number, dtype=float)


def _plain(value):
    """A number where there is one, an array where there are many."""
    array = np.asarray(value, dtype=float)
    return float(array) if array.ndim == 0 else array
