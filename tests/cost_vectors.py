"""Test vectors that keep the cost model equal in Python and in JavaScript.

`python tests/cost_vectors.py` writes `tests/vectors/costs.json`. Run it after a price has changed.
"""

import json
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from course import catalog, costs

FILE = Path(__file__).parent / "vectors" / "costs.json"
CASES = 150


def amounts(most):
    return st.one_of(st.just(0), st.integers(0, most), st.floats(0, most, allow_nan=False).map(lambda x: round(x, 3)))


shares = st.one_of(st.just(0), st.just(1), st.floats(0, 1).map(lambda x: round(x, 4)))
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
    }
)


def cards() -> list[dict]:
    """The rate cards of every model, on the price book's day and on each day an announced price begins."""
    facts = catalog.load()
    days = sorted({facts.checked_on, *(price.effective_from for price in facts.announced())})
    return [costs.rate_card(model.id, day) for model in facts.models for day in days]


def cases() -> list[dict]:
    """{"card", "workload", "plan_dollars", "expected"}: the same ones on every machine."""
    known, found = cards(), []

    @seed(20261123)
    @settings(
        max_examples=CASES,
        database=None,
        derandomize=False,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(workloads, st.integers(0, len(known) - 1), amounts(5000))
    def collect(workload, place, plan_dollars):
        if len(found) < CASES:
            # All that is not read from the cache is written to it, in every third case.
            written = round(1 - workload["cached_share"], 4) if place % 3 == 0 else 0
            found.append(
                {"workload": {**workload, "written_share": written}, "card": place, "plan_dollars": plan_dollars}
            )

    collect()
    return [case | {"expected": expected(case, known[case["card"]])} for case in found]


def expected(case: dict, card: dict) -> dict:
    """The month's bill and the break-even (`None` for infinite), or the error's message."""
    workload = costs.Workload(**case["workload"])
    try:
        month = costs.monthly(workload, card)
        even = costs.break_even(case["plan_dollars"], workload, card)
    except catalog.NoPrice as error:
        return {"error": str(error)}
    return month | {"break_even": even if even != float("inf") else None}


def text() -> str:
    return json.dumps({"cards": cards(), "cases": cases()}, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
