"""Test vectors that keep the cost model equal in Python and in JavaScript.

`python tests/cost_vectors.py` writes `tests/vectors/costs.json`. Run it after a price, a rule of the cost model or
the pinned hypothesis has changed; `--print` shows the file instead.

Hypothesis also tries numbers that it finds in the project's modules. So this module draws every case before it
imports one, and a new number in the code changes no case.
"""

import json
import math
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

FILE = Path(__file__).parent / "vectors" / "costs.json"
# JSON has no such numbers; the file holds their names.
ODD = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
NOT_AMOUNTS = [*ODD, -1, "2", None, True]


def amounts(most):
    return st.one_of(st.just(0), st.integers(0, most), st.floats(0, most, allow_nan=False).map(lambda x: round(x, 3)))


shares = st.one_of(st.just(0), st.just(1), st.floats(0, 1).map(lambda x: round(x, 4)))
# Few models have these; a case with one that is missing says no more than that.
rare = st.sampled_from([0, 0, 0, 0, 0, 0, 0, 0, 0.25, 3])
workloads = st.fixed_dictionaries(
    {
        "people": amounts(500),
        "working_days": st.integers(0, 31),
        "conversations": amounts(2000),
        "turns": st.integers(1, 60),
        "prompt_tokens": amounts(60_000),
        "reply_tokens": amounts(20_000),
        "system_tokens": amounts(300_000),
        "reasoning_tokens": amounts(20_000),
        "cached_share": shares,
        "batch_share": shares,
        "searches": amounts(5),
        "search_tokens": amounts(10_000),
        "file_searches": rare,
        "containers": rare,
    }
)
months = st.fixed_dictionaries({"workload": workloads, "plan_dollars": amounts(5000)})


@st.composite
def _requests(draw) -> dict:
    size, output = draw(st.integers(0, 400_000)), draw(st.integers(0, 64_000))
    cached = draw(st.one_of(st.just(0), st.integers(0, size)))
    usage = {
        "input": size,
        "cached_input": cached,
        "cache_write": draw(st.one_of(st.just(0), st.integers(0, size - cached))),
        "output": output,
        "reasoning": draw(st.integers(0, output)),
        "batch": draw(st.booleans()),
    }
    return {"usage": usage}


fees = st.one_of(st.none(), st.floats(0, 500).map(lambda x: round(x, 2)))
plans = st.fixed_dictionaries(
    {
        "name": st.just("A plan"),
        "monthly": fees,
        "yearly_per_month": fees,
        "min_seats": st.one_of(st.none(), st.integers(1, 150)),
    }
)
purchases = st.fixed_dictionaries({"plan": plans, "seats": st.integers(0, 500), "yearly": st.booleans()})


def drawn(strategy, count: int) -> list[dict]:
    """What hypothesis makes of a strategy: the same on every machine, for one version of hypothesis."""
    found = []

    @seed(20261123)
    @settings(
        max_examples=count,
        database=None,
        derandomize=False,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(each):
        found.append(each)

    collect()
    return found


@cache
def cards() -> list[dict]:
    """The rate cards of every model until it retires: on the price book's day, and as each announced price begins."""
    from course import catalog, costs

    facts = catalog.load()
    days = sorted({facts.checked_on, *(price.effective_from for price in facts.announced())})
    return [
        costs.rate_card(model.id, day)
        for model in facts.text_models
        for day in days
        if model.retired_on is None or day < model.retired_on
    ]


def cases() -> dict[str, list[dict]]:
    """Kind of case → cases. They name their rate card by its place among `cards()`."""
    found = {"months": drawn(months, 156), "requests": drawn(_requests(), 156), "purchases": drawn(purchases, 40)}
    for place, case in enumerate(found["months"]):
        # In every third case, all that is not read from the cache is written to it.
        cached = case["workload"]["cached_share"]
        case["workload"]["written_share"] = round(1 - cached, 4) if place % 3 == 0 else 0
    found["months"] += refused_months()
    found["requests"] += refused_requests()
    found["purchases"] += [{**found["purchases"][0], "seats": bad} for bad in NOT_AMOUNTS]
    number = len(cards())
    for kind in ("months", "requests"):
        for place, case in enumerate(found[kind]):
            case["card"] = place % number
    found["requests"] += edges()
    return {kind: [case | {"expected": outcome(kind, case)} for case in found[kind]] for kind in found}


def refused_months() -> list[dict]:
    from dataclasses import fields

    from course.costs import Workload

    bad = [{field.name: value} for field in fields(Workload) for value in NOT_AMOUNTS]
    bad += [{"turns": 0}, {"turns": 1.5}, {"turns": 1001}, {"cached_share": 1.01}, {"batch_share": 2}]
    bad += [{"cached_share": 0.6, "written_share": 0.6}]
    fee = [{"workload": {}, "plan_dollars": value} for value in NOT_AMOUNTS]
    return [{"workload": workload, "plan_dollars": 20} for workload in bad] + fee


def refused_requests() -> list[dict]:
    from dataclasses import fields

    from course.costs import Usage

    bad = [
        {"input": 9, "output": 9, field.name: value} for field in fields(Usage) for value in ("NaN", -1, "2", None)
    ]
    bad += [{"input": 9, "cached_input": 5, "cache_write": 5}, {"input": 9, "output": 4, "reasoning": 5}]
    return [{"usage": usage} for usage in bad]


def edges() -> list[dict]:
    """Requests whose prompt is as long as a tier's threshold, and one token longer."""
    return [
        {"usage": {"input": tier["above"] + more, "output": 7}, "card": place}
        for place, card in enumerate(cards())
        for tier in card["tiers"][1:]
        for more in (0, 1)
    ]


def outcome(kind: str, case: dict):
    """What the cost model says of a case: numbers, or `{"error": its message}`."""
    from course import costs
    from course.catalog import NoPrice

    case = revived(case)
    try:
        if kind == "purchases":
            return costs.plan_cost(SimpleNamespace(**case["plan"]), case["seats"], case["yearly"])
        card = cards()[case["card"]]
        if kind == "requests":
            bill = costs.price_usage(costs.Usage(**case["usage"]), card)
            return {line: float(dollars) for line, dollars in bill.items()}
        workload = costs.Workload(**case["workload"])
        even = costs.break_even(case["plan_dollars"], workload, card)
        return costs.monthly(workload, card) | {"break_even": "Infinity" if even == math.inf else even}
    except (NoPrice, ValueError) as error:
        return {"error": str(error)}


def revived(value):
    """A value of the file with its odd numbers."""
    if isinstance(value, dict):
        return {name: revived(each) for name, each in value.items()}
    return ODD.get(value, value) if isinstance(value, str) else value


def text() -> str:
    """The whole file. Only a fresh interpreter makes the same one each time: see the top."""
    made = cases()
    return json.dumps({"cards": cards(), **made}, separators=(",", ":"), allow_nan=False) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        print(text(), end="")
    else:
        FILE.write_text(text(), encoding="utf-8")
