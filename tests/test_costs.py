"""The cost model: the same as the vendor library where both know a price, and true to its own rules."""

import dataclasses
import itertools
import json
import random
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from cost_vectors import FILE, workloads
from genai_prices import Usage as LibraryUsage
from genai_prices import calc_price
from hypothesis import given, settings
from hypothesis import strategies as st

from course import catalog, catalog_check, costs
from course.catalog import NoPrice
from course.costs import Usage, Workload

MICRO = 1e-6
FACTS = catalog.load()
AGENCY = costs.preset("agency")
CARD = costs.rate_card(FACTS.pick("openai", "standard").id)
# The library knows no batch price of an earlier day, and charges the full one without a word.
LIBRARY_KNOWS_BATCH = date(2026, 10, 14)


# ---- against genai-prices ---------------------------------------------------------------------------------------


def library_cost(card: dict, row: dict) -> float:
    at = datetime.combine(datetime.fromisoformat(card["on"]).date(), time(12), UTC)
    usage = LibraryUsage(
        input_tokens=row["input"],
        cache_read_tokens=row["cached_input"],
        cache_write_tokens=row["cache_write"],
        output_tokens=row["output"],
    )
    answer = calc_price(
        usage,
        card["model"],
        provider_id=card["vendor"],
        genai_request_timestamp=at,
        price_context={"processing": "batch"} if row["batch"] else None,
    )
    return float(answer.total_price)


def usages(card: dict, chance: random.Random) -> list[dict]:
    """Requests of every tier and at its edge, with and without cache and batch, that the card can price."""
    sizes = [0, 1, 999, 50_000, *(tier["above"] + more for tier in card["tiers"][1:] for more in (-1, 0, 1, 9_999))]
    batches = (False, True) if card["on"] >= LIBRARY_KNOWS_BATCH.isoformat() else (False,)
    found = []
    for size, batch, _again in itertools.product(sizes, batches, range(3)):
        prefix = "batch_" if batch else ""
        has = {meter: f"{prefix}{meter}" in card["tiers"][0] for meter in ("cached_input", "cache_write")}
        cached = chance.randint(0, size) if has["cached_input"] else 0
        written = chance.randint(0, size - cached) if has["cache_write"] else 0
        output = chance.choice([0, 1, 777, 64_000])
        found.append(
            {"input": size, "cached_input": cached, "cache_write": written, "output": output, "batch": batch}
        )
    return found


def meters(row: dict) -> set[str]:
    """The meters that a request runs on, its plain input among them."""
    return {
        f"batch_{meter}" if row["batch"] else meter for meter, number in row.items() if number and meter != "batch"
    }


def test_every_model_tier_and_date_costs_what_the_library_says_to_the_micro_dollar():
    disputed = {(each.model, each.meter, each.on) for each in catalog_check.diff()}
    chance = random.Random(7)
    compared = 0
    for model in FACTS.text_models:
        for day in catalog_check._days(FACTS, model):  # a day of each period that either side knows
            card = costs.rate_card(model.id, day)
            rows = [
                row
                for row in usages(card, chance)
                if not any((model.id, meter, day) in disputed for meter in meters(row))
            ]
            if not rows:
                continue
            columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
            ours = costs.price_usage(Usage(**columns), card)["total"]
            theirs = [library_cost(card, row) for row in rows]
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=MICRO / 2, err_msg=f"{model.id} on {day}")
            compared += len(rows)
    assert compared > 2000


def test_where_the_library_falls_back_in_silence_ours_raises():
    without_batch = {**CARD, "tiers": [{"above": 0, "input": 2.0, "output": 10.0}]}
    with pytest.raises(NoPrice, match="no price for batch_input"):
        costs.price_usage(Usage(input=10, batch=True), without_batch)
    with pytest.raises(NoPrice, match="no price for cache_write"):
        costs.price_usage(Usage(input=10, cache_write=5), without_batch)
    with pytest.raises(NoPrice, match="no price for cached_input"):
        costs.price_usage(Usage(input=10, cached_input=5), without_batch)
    with pytest.raises(NoPrice, match="no price for container"):
        costs.monthly(Workload(containers=1), costs.rate_card(FACTS.pick("google").id))


def test_only_the_rows_without_a_price_raise():
    without_batch = {**CARD, "tiers": [{"above": 0, "input": 2.0, "output": 10.0}]}
    bill = costs.price_usage(Usage(input=np.array([10, 0]), batch=np.array([False, True])), without_batch)
    assert bill["total"].tolist() == [10 * 2.0 / 1e6, 0]


# ---- a month ----------------------------------------------------------------------------------------------------


def by_hand(w: Workload, card: dict) -> float:
    """The month again, request by request, in the plainest way."""
    rates, total = card["tiers"][0], 0.0
    for _conversation in range(int(w.people * w.working_days * w.conversations)):
        history = w.system_tokens
        for _turn in range(w.turns):
            history += w.prompt_tokens
            assert history <= card["tiers"][1]["above"]
            total += (history * rates["input"] + (w.reply_tokens + w.reasoning_tokens) * rates["output"]) / 1e6
            history += w.reply_tokens
    return total


def test_a_month_is_the_sum_of_its_requests():
    work = Workload(
        people=2, working_days=3, conversations=4, turns=5, prompt_tokens=30, reply_tokens=70, system_tokens=200,
        reasoning_tokens=11,
    )  # fmt: skip
    assert costs.monthly(work, CARD)["total"] == pytest.approx(by_hand(work, CARD), rel=1e-12)
    assert costs.monthly(work, CARD)["tokens"]["requests"] == 2 * 3 * 4 * 5


def test_the_history_is_sent_again_with_each_turn():
    work = Workload(working_days=1, turns=4, prompt_tokens=10, reply_tokens=100, system_tokens=1000)
    tokens = costs.monthly(work, CARD)["tokens"]
    assert tokens["input"] == 1010 + 1120 + 1230 + 1340
    assert tokens["longest_input"] == 1340
    assert tokens["output"] == 400


@settings(max_examples=60, deadline=None)
@given(workloads)
def test_the_input_of_a_conversation_has_a_closed_form(fields):
    w = Workload(**fields).replace(search_tokens=0)
    n = w.turns
    one = n * w.system_tokens + n * (n + 1) / 2 * w.prompt_tokens + n * (n - 1) / 2 * w.reply_tokens
    tokens = costs.monthly(w, CARD)["tokens"]
    assert tokens["input"] == pytest.approx(one * w.people * w.working_days * w.conversations, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(workloads)
def test_one_turn_sends_no_history(fields):
    work = Workload(**fields).replace(turns=1, search_tokens=0)
    tokens = costs.monthly(work, CARD)["tokens"]
    assert tokens["longest_input"] == work.system_tokens + work.prompt_tokens
    longer = costs.monthly(work.replace(reply_tokens=work.reply_tokens + 1000), CARD)["tokens"]
    assert longer["input"] == tokens["input"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 15_000)] * 5), min_size=1, max_size=5), st.booleans())
def test_usage_can_be_split_within_a_tier(parts, batch):
    """Requests cost as much as one request with all their tokens, as long as that one is in the same tier."""
    assert CARD["tiers"][1]["above"] > 5 * 3 * 15_000

    def usage(plain, cached, written, visible, reasoning):
        tokens = {"input": plain + cached + written, "output": visible + reasoning}
        return Usage(**tokens, cached_input=cached, cache_write=written, reasoning=reasoning, batch=batch)

    each = costs.price_usage(usage(*np.array(parts).T), CARD)
    together = costs.price_usage(usage(*np.sum(parts, axis=0)), CARD)
    for line in together:
        assert np.sum(each[line]) == pytest.approx(together[line], rel=1e-12, abs=1e-15)


def test_the_tier_is_chosen_request_by_request():
    threshold = CARD["tiers"][1]["above"]
    work = Workload(working_days=1, turns=2, prompt_tokens=threshold * 0.6, system_tokens=0)
    rates = [tier["input"] for tier in CARD["tiers"]]
    first, second = work.prompt_tokens, 2 * work.prompt_tokens
    assert costs.monthly(work, CARD)["total"] == pytest.approx((first * rates[0] + second * rates[1]) / 1e6)


def test_the_lines_of_a_bill_add_up():
    work = costs.preset("website").replace(batch_share=0.3, containers=0.1, file_searches=0.2)
    month = costs.monthly(work, CARD)
    assert list(month["dollars"]) == list(costs.LINES)
    assert sum(month["dollars"].values()) == pytest.approx(month["total"])
    assert all(month["dollars"][line] > 0 for line in costs.LINES)


def test_searches_cost_a_fee_and_their_tokens():
    plain = Workload(working_days=1, prompt_tokens=100)
    searching = plain.replace(searches=2, search_tokens=4000)
    fee = float(FACTS.price(CARD["model"], "web_search").price) / 1000
    extra = costs.monthly(searching, CARD)["total"] - costs.monthly(plain, CARD)["total"]
    assert extra == pytest.approx(2 * fee + 8000 * CARD["tiers"][0]["input"] / 1e6)


@settings(max_examples=60, deadline=None)
@given(workloads, st.integers(2, 5))
def test_twice_the_work_costs_twice_as_much(fields, times):
    work = Workload(**fields)
    once = costs.monthly(work, CARD)["total"]
    for field in ("people", "working_days", "conversations"):
        more = costs.monthly(work.replace(**{field: times * getattr(work, field)}), CARD)["total"]
        assert more == pytest.approx(times * once, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(workloads)
def test_cache_and_batch_never_cost_more(fields):
    work = Workload(**fields).replace(searches=0)
    for share in ("cached_share", "batch_share"):
        without = costs.monthly(work.replace(**{share: 0}), CARD)["total"]
        assert costs.monthly(work.replace(**{share: 1}), CARD)["total"] <= without * (1 + 1e-12)


@settings(max_examples=60, deadline=None)
@given(workloads, st.floats(1, 5000))
def test_at_the_break_even_both_cost_the_same(fields, fee):
    work = Workload(**fields)
    even = costs.break_even(fee, work, CARD)
    if np.isfinite(even):
        assert costs.monthly(work.replace(conversations=even), CARD)["total"] == pytest.approx(fee, rel=1e-9)
    else:
        assert costs.monthly(work.replace(conversations=1), CARD)["total"] == 0


def test_arrays_give_what_single_numbers_give():
    volumes = np.array([0, 1, 7.5, 40])
    turns = np.array([[1], [3]])
    many = costs.monthly(AGENCY.replace(conversations=volumes, turns=turns), CARD)
    assert many["total"].shape == (2, 4)
    for row, turn in enumerate([1, 3]):
        for column, volume in enumerate(volumes):
            single = costs.monthly(AGENCY.replace(conversations=volume, turns=turn), CARD)
            assert many["total"][row, column] == pytest.approx(single["total"], rel=1e-12)
            assert many["dollars"]["output"][row, column] == pytest.approx(single["dollars"]["output"], rel=1e-12)
    even = costs.break_even(120, AGENCY.replace(turns=turns), CARD)
    assert even.shape == (2, 1)
    assert even[0, 0] > even[1, 0]


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Workload)])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, "many", None, [1, float("nan")]])
def test_a_bad_field_is_named(field, value):
    with pytest.raises(ValueError, match=f"^{field} "):
        Workload(**{field: value})


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"turns": 0}, "whole number from 1 to 1000"),
        ({"turns": 1.5}, "whole number"),
        ({"turns": 1001}, "whole number"),
        ({"people": "2"}, "people must be a number"),
        ({"cached_share": 1.01}, "from 0 to 1"),
        ({"cached_share": 0.6, "written_share": 0.6}, "together at most 1"),
    ],
)
def test_what_cannot_be_is_refused(fields, says):
    with pytest.raises(ValueError, match=says):
        Workload(**fields)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"input": [5, -1]}, "input must be zero or more"),
        ({"input": float("nan")}, "input must be a finite number"),
        ({"output": "9"}, "output must be a number"),
        ({"batch": "no"}, "batch must be true or false"),
        ({"cached_input": [5, 6], "cache_write": [5, 5]}, "parts of input"),
        ({"reasoning": 11}, "part of output"),
    ],
)
def test_usage_that_cannot_be_is_not_priced(fields, says):
    with pytest.raises(ValueError, match=says):
        Usage(**{"input": 10, "output": 10} | fields)


def test_shares_of_an_input_may_be_rounded():
    """7 and 93 hundredths of a size can add up to a hair more than the size."""
    size = np.arange(1, 5000) / 7
    parts = {"cached_input": 0.07 * size, "cache_write": 0.93 * size}
    assert np.any(parts["cached_input"] + parts["cache_write"] > size)
    assert np.all(costs.price_usage(Usage(size, **parts), CARD)["input"] >= 0)


def test_no_work_costs_nothing():
    assert costs.monthly(Workload(people=0), CARD)["total"] == 0
    assert costs.monthly(Workload(turns=[]), CARD)["total"].shape == (0,)
    assert costs.break_even(20, AGENCY.replace(people=0), CARD) == float("inf")
    assert costs.break_even(0, AGENCY, CARD) == 0


@pytest.mark.parametrize("fee", [float("nan"), float("inf"), -3, "20"])
def test_a_bad_fee_has_no_break_even(fee):
    with pytest.raises(ValueError, match="plan_dollars must be"):
        costs.break_even(fee, AGENCY, CARD)


# ---- plans, presets, cards --------------------------------------------------------------------------------------


def test_seats_times_fee():
    plan = FACTS.plan("chatgpt-plus")
    assert costs.plan_cost(plan, 6) == 6 * float(plan.monthly)
    assert costs.plan_cost(dataclasses.replace(plan, min_seats=10), 6) == 10 * float(plan.monthly)
    yearly = FACTS.plan("claude-pro")
    assert costs.plan_cost(yearly, 2, yearly=True) == 2 * float(yearly.yearly_per_month)


def test_an_unknown_fee_is_not_a_zero_fee():
    with pytest.raises(ValueError, match=r"monthly fee of ChatGPT Enterprise is not stated in data/plans\.csv"):
        costs.plan_cost(FACTS.plan("chatgpt-enterprise"), 6)
    with pytest.raises(ValueError, match="yearly fee"):
        costs.plan_cost(FACTS.plan("chatgpt-plus"), 6, yearly=True)
    with pytest.raises(ValueError, match="seats"):
        costs.plan_cost(FACTS.plan("chatgpt-plus"), -1)


def test_presets_can_be_priced_with_every_taught_model():
    for each in costs.presets().values():
        for model in FACTS.models:
            if model.tier:
                assert costs.monthly(each["workload"], costs.rate_card(model.id))["total"] > 0
    with pytest.raises(LookupError, match="agency"):
        costs.preset("agencies")


def test_a_retired_model_has_no_rate_card(monkeypatch):
    last = FACTS.checked_on
    leaving = dataclasses.replace(FACTS.model(CARD["model"]), retired_on=last + timedelta(days=1))
    monkeypatch.setattr(catalog, "load", lambda: dataclasses.replace(FACTS, models=(leaving,)))
    assert costs.rate_card(leaving.id, last)["tiers"] == CARD["tiers"]
    with pytest.raises(NoPrice, match=f"retired on {leaving.retired_on}"):
        costs.rate_card(leaving.id, leaving.retired_on)


def test_a_rate_card_has_only_what_a_bill_can_name():
    """A fee by the hour or in percent is no fee for one search or one container."""
    for model in FACTS.models:
        card = costs.rate_card(model.id)
        assert card["fees"].keys() <= set(costs.LINES)
        assert json.loads(json.dumps(card)) == card


def test_a_rate_card_of_a_later_day_has_the_announced_prices():
    coming = next(price for price in FACTS.announced() if price.meter == "input")
    now, later = costs.rate_card(coming.model), costs.rate_card(coming.model, coming.effective_from)
    assert later["tiers"][0]["input"] == float(coming.price) != now["tiers"][0]["input"]
    assert {
        "meter": "input",
        "above": 0,
        "price": float(coming.price),
        "from": coming.effective_from.isoformat(),
    } in now["announced"]
    assert later["announced"] == []


# ---- the vectors that JavaScript is held to ----------------------------------------------------------------------


def test_the_vectors_are_what_their_program_writes():
    program = FILE.parent.parent / "cost_vectors.py"
    now = subprocess.run([sys.executable, str(program), "--print"], capture_output=True, encoding="utf-8", check=True)
    assert_close(json.loads(now.stdout), json.loads(FILE.read_text(encoding="utf-8")))


def assert_close(ours, theirs, place="tests/vectors/costs.json") -> None:
    """Equal, or numbers that differ by at most one part in a thousand million."""
    old = f"{place} is not what it would be today. Run: python tests/cost_vectors.py"
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), old
        for name in theirs:
            assert_close(ours[name], theirs[name], f"{place}: {name}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), old
        for index, pair in enumerate(zip(ours, theirs, strict=True)):
            assert_close(*pair, f"{place} {index}")
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), old
    else:
        assert ours == theirs, old
