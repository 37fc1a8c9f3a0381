"""Budgets: what is spent never passes a limit, and is what the ledger adds up to."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import openai
import pytest
from fakes import FixedCatalog, SteppingClock, count_words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted import serving
from two_processes import call_often

from course.gateway.app import create_app
from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.store import Store
from course.gateway.types import Fault, Message, Turn, Usage

TURN = Turn("openai", "middle", (Message("user", "What is a token?"),))
QUESTION = [{"role": "user", "content": "What is a token?"}]
DAY = 86_400_000_000


def micros(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp()) * 1_000_000


NOW = micros("2026-11-26T12:00:00")  # a Thursday


@pytest.fixture
def caller(pipeline, key):
    return pipeline.authenticate(key)


@pytest.fixture
def cost(pipeline, caller, store):
    """What one call costs."""
    pipeline.open(caller, TURN).complete()
    (row,) = store.ledger()
    return row.cost_micros


def spent(store, scope="project", scope_id=1, now=NOW) -> dict[str, tuple[int, int]]:
    return {
        each["period"]: (each["spent_micros"], each["reserved_micros"])
        for each in store.budgets(scope, scope_id, now)
    }


def charge(store, caller, cost, now=NOW) -> bool:
    try:
        store.charge_call(caller, "ab", "openai", "tiny", "chat", Usage(), cost, now, now)
    except Fault as fault:
        if fault.kind != "budget_exceeded":
            raise
        return False
    return True


def begin(store, caller, most, now=NOW):
    return store.open_call(caller, "ab", "openai", "tiny", "chat", most, now)


def test_a_budget_that_was_raised_is_as_usual_in_the_next_period(store, caller):
    store.set_budget("key", caller.key_id, "week", 10, NOW)
    assert charge(store, caller, 10)
    store.raise_budget("key", caller.key_id, "week", 5, NOW)
    assert charge(store, caller, 5)
    assert not charge(store, caller, 1)
    later = NOW + 7 * DAY
    assert store.budgets("key", caller.key_id, later)[0] | {"period": ""} == {
        "period": "", "limit_micros": 10, "spent_micros": 0, "reserved_micros": 0,
    }  # fmt: skip
    assert not charge(store, caller, 11, later)
    assert charge(store, caller, 10, later)


@pytest.mark.parametrize("whole", [True, False])
def test_of_64_threads_exactly_ten_calls_get_through(pipeline, store, caller, cost, whole):
    store.set_budget("project", 1, "total", 11 * cost, NOW)  # one call is spent already
    refusals = []

    def call(_):
        try:
            return pipeline.open(caller, TURN, whole=whole).complete()
        except Fault as fault:
            refusals.append(fault.kind)
            return None

    with ThreadPoolExecutor(64) as threads:
        answered = [reply for reply in threads.map(call, range(64)) if reply is not None]
    assert len(answered) == 10
    assert refusals == ["budget_exceeded"] * 54
    assert spent(store)["total"] == (11 * cost, 0)
    assert sum(row.cost_micros for row in store.ledger()) == 11 * cost


@pytest.mark.parametrize("stream", [False, True])
def test_of_64_calls_over_http_exactly_ten_get_through(base_url, key, store, cost, stream):
    store.set_budget("project", 1, "total", 11 * cost, NOW)

    async def ask_all():
        async with openai.AsyncOpenAI(base_url=base_url, api_key=key, max_retries=0, timeout=60) as client:
            return await asyncio.gather(*(ask(client) for _ in range(64)))

    async def ask(client) -> str:
        try:
            answer = await client.chat.completions.create(model="middle", messages=QUESTION, stream=stream)
            if stream:
                async for _ in answer:
                    pass
        except openai.RateLimitError as refused:
            return refused.code
        return "answered"

    outcomes = asyncio.run(ask_all())
    assert outcomes.count("answered") == 10
    assert outcomes.count("project_spend_limit_exceeded") == 54
    assert sum(row.cost_micros for row in store.ledger()) == 11 * cost
    assert spent(store)["total"] == (11 * cost, 0)


def test_two_processes_on_one_database_let_exactly_ten_calls_through(database, store, pipeline, key, cost):
    store.set_budget("project", 1, "total", 11 * cost, NOW)
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(2) as processes:
        counts = processes.starmap(call_often, [(database, key, 32)] * 2)
    assert sum(counts) == 10
    assert spent(store)["total"] == (11 * cost, 0)
    assert sum(row.cost_micros for row in store.ledger()) == 11 * cost


def test_calls_of_many_keys_and_budgets_never_wait_for_each_other(database, store, key):
    """Each call touches the budgets of its key, its project and the organization; none is refused or hangs."""
    callers = [store.find_caller(key)]
    callers += [store.find_caller(store.add_key(1, f"k{number}", now=1)[1]) for number in range(3)]
    for caller in reversed(callers):  # so that their lines lie in another order than the calls need them
        store.set_budget("key", caller.key_id, "total", 10**9, NOW)
    store.set_budget("project", 1, "month", 10**9, NOW)
    store.set_budget("organization", 0, "total", 10**9, NOW)

    def call(number):
        caller = callers[number % 4]
        if number % 3 == 0:
            assert charge(store, caller, 1)
        else:
            store.close_call(begin(store, caller, 5), Usage(), 1, "ok", NOW)
        if number % 25 == 0:
            store.set_budget("project", 1, "month", 10**9 + number, NOW)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(call, range(400)))
    assert spent(store)["month"] == spent(store, "organization", 0)["total"] == (400, 0)
    assert [spent(store, "key", each.key_id)["total"] for each in callers] == [(100, 0)] * 4


steps = st.lists(
    st.one_of(
        st.tuples(st.just("charge"), st.integers(0, 60)),
        st.tuples(st.just("begin"), st.integers(0, 60)),
        st.tuples(st.just("end"), st.floats(0, 1)),
        st.tuples(st.just("wait"), st.integers(-2, 40)),
        st.tuples(st.just("limit"), st.integers(0, 300)),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, limit=st.integers(0, 200))
def test_whatever_happens_no_limit_is_passed_and_the_ledger_adds_up(store, caller, steps, limit):
    """All budgets of a new project through random calls, with a clock that jumps in days, back as well."""
    project = store.add_project("Another", now=1)
    caller = store.find_caller(store.add_key(project, "k", now=1)[1])
    now, limits = NOW, {}
    for period in ("day", "week", "month", "total"):
        limits[period] = limit * (1 + len(limits))
        store.set_budget("project", project, period, limits[period], now)
    open_calls, costs = [], 0
    for step, value in steps:
        if step == "charge":
            costs += value if charge(store, caller, value, now) else 0
        elif step == "begin":
            try:
                open_calls.append((begin(store, caller, value, now), value))
            except Fault:
                continue
        elif step == "end" and open_calls:
            ticket, most = open_calls.pop(0)
            costs += int(most * value)
            store.close_call(ticket, Usage(), int(most * value), "ok", now)
        elif step == "wait":
            now += value * DAY
        elif step == "limit":
            limits["total"] = value
            store.set_budget("project", project, "total", value, now)
            limits["total"] = max(value, costs + sum(most for _, most in open_calls))
        found = spent(store, "project", project, now)
        held = sum(most for _, most in open_calls)
        assert found["total"] == (costs, held)
        for period, (used, reserved) in found.items():
            assert reserved == held
            assert used + reserved <= limits[period]
            assert 0 <= used <= costs


def test_all_budgets_of_a_call_hold_and_the_refusal_names_the_one_that_is_full(store, key):
    first = store.find_caller(key)
    second = store.find_caller(store.add_key(1, "other", now=1)[1])
    elsewhere = store.find_caller(store.add_key(store.add_project("Elsewhere", now=1), "k", now=1)[1])
    store.set_budget("organization", 0, "total", 100, NOW)
    store.set_budget("project", 1, "total", 60, NOW)
    store.set_budget("key", first.key_id, "total", 30, NOW)

    def refused(caller, cost):
        with pytest.raises(Fault) as fault:
            begin(store, caller, cost)
        return fault.value.detail["scope"], fault.value.detail["limit_micros"]

    assert charge(store, first, 30)
    assert refused(first, 1) == ("key", 30)
    assert charge(store, second, 30)
    assert refused(second, 1) == ("project", 60)
    assert charge(store, elsewhere, 40)
    assert refused(elsewhere, 1) == ("organization", 100)
    assert spent(store) == {"total": (60, 0)}
    assert spent(store, "organization", 0) == {"total": (100, 0)}


def test_a_refusal_by_one_budget_takes_nothing_from_the_others(store, key):
    caller = store.find_caller(key)
    store.set_budget("project", 1, "total", 1000, NOW)
    store.set_budget("project", 1, "day", 10, NOW)
    assert not charge(store, caller, 11)
    assert spent(store) == {"total": (0, 0), "day": (0, 0)}
    assert store.ledger() == []


def test_to_the_last_micro_dollar(store, key):
    caller = store.find_caller(key)
    store.set_budget("project", 1, "total", 10, NOW)
    assert charge(store, caller, 10)
    assert not charge(store, caller, 1)
    assert charge(store, caller, 0)
    with pytest.raises(ValueError, match="cannot cost less than nothing"):
        charge(store, caller, -1)


@pytest.mark.parametrize(
    ("period", "same", "next_one"),
    [
        ("day", "2026-11-26T23:59:59", "2026-11-27T00:00:00"),
        ("week", "2026-11-29T23:59:59", "2026-11-30T00:00:00"),
        ("month", "2026-11-30T23:59:59", "2026-12-01T00:00:00"),
    ],
)
def test_a_period_ends_at_midnight_utc_and_the_budget_is_whole_again(store, key, period, same, next_one):
    same, next_one = (
        int(datetime.fromisoformat(f"{each}+00:00").timestamp()) * 1_000_000 for each in (same, next_one)
    )
    caller = store.find_caller(key)
    store.set_budget("project", 1, period, 100, NOW)
    store.set_budget("project", 1, "total", 150, NOW)
    assert charge(store, caller, 100, NOW)
    assert not charge(store, caller, 1, same)
    assert spent(store, now=same)[period] == (100, 0)
    assert spent(store, now=next_one)[period] == (0, 0)
    assert charge(store, caller, 50, next_one)
    assert not charge(store, caller, 1, next_one), "the total goes on"
    assert spent(store, now=next_one) == {period: (50, 0), "total": (150, 0)}


def test_a_clock_that_was_set_back_gives_nothing_back(store, key):
    caller = store.find_caller(key)
    store.set_budget("project", 1, "day", 100, NOW)
    assert charge(store, caller, 100, NOW)
    assert not charge(store, caller, 1, NOW - 3 * DAY)
    assert not charge(store, caller, 1, NOW)
    assert charge(store, caller, 100, NOW + DAY)


def test_a_call_that_lasts_past_midnight_is_charged_to_the_day_on_which_it_ends(store, key):
    caller = store.find_caller(key)
    store.set_budget("project", 1, "day", 100, NOW)
    ticket = begin(store, caller, 80, NOW)
    assert not charge(store, caller, 30, NOW + DAY), "what is held is held in the new day too"
    store.close_call(ticket, Usage(), 60, "ok", NOW + DAY)
    assert spent(store, now=NOW + DAY) == {"day": (60, 0)}
    store.set_budget("project", 1, "day", None, NOW + DAY)
    store.set_budget("project", 1, "day", 100, NOW + DAY)
    assert spent(store, now=NOW + DAY) == {"day": (60, 0)}


def test_a_budget_that_is_set_later_counts_what_was_spent_and_what_is_held(store, key):
    caller = store.find_caller(key)
    charge(store, caller, 30, NOW - 40 * DAY)
    charge(store, caller, 5, NOW)
    ticket = begin(store, caller, 10)
    store.set_budget("project", 1, "month", 100, NOW)
    store.set_budget("key", caller.key_id, "total", 100, NOW)
    assert spent(store) == {"month": (5, 10)}
    assert spent(store, "key", caller.key_id) == {"total": (35, 10)}
    store.close_call(ticket, Usage(), 7, "ok", NOW)
    assert spent(store) == {"month": (12, 0)}


def test_a_limit_can_be_lowered_below_what_is_spent_and_be_taken_away(store, key):
    caller = store.find_caller(key)
    store.set_budget("project", 1, "total", 100, NOW)
    charge(store, caller, 80)
    store.set_budget("project", 1, "total", 50, NOW)
    assert not charge(store, caller, 1)
    store.set_budget("project", 1, "total", None, NOW)
    assert charge(store, caller, 1000)


def test_a_budget_of_no_such_kind_is_refused(store):
    with pytest.raises(ValueError, match="a budget is for one of"):
        store.set_budget("team", 1, "day", 100, NOW)
    with pytest.raises(ValueError, match="a budget is for one of"):
        store.set_budget("project", 1, "year", 100, NOW)


def test_a_client_that_hangs_up_is_charged_for_what_was_produced_and_the_rest_is_free_again(
    base_url, key, store, pipeline, cost
):
    store.set_budget("project", 1, "total", 2 * cost, NOW)
    pipeline.pace = 0.02
    client = openai.OpenAI(base_url=base_url, api_key=key, max_retries=0)
    with client.chat.completions.create(model="middle", messages=QUESTION, stream=True) as stream:
        next(iter(stream))
        assert spent(store)["total"] == (cost, cost), "a stream holds what it may cost"
        next(iter(stream))
    client.close()
    wait_until(lambda: spent(store)["total"][1] == 0)
    cut = store.ledger()[-1]
    assert cut.status == "cut"
    assert 0 < cut.cost_micros < cost
    assert spent(store)["total"][0] == cost + cut.cost_micros


def test_a_budget_change_counts_at_once(base_url, key, store, cost):
    client = openai.OpenAI(base_url=base_url, api_key=key, max_retries=0)
    store.set_budget("project", 1, "total", cost, NOW)
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(model="middle", messages=QUESTION)
    store.set_budget("project", 1, "total", 2 * cost, NOW)
    assert client.chat.completions.create(model="middle", messages=QUESTION).choices
    client.close()


def wait_until(condition, seconds=10):
    done = threading.Event()
    for _ in range(seconds * 100):
        if condition():
            return
        done.wait(0.01)
    raise AssertionError("it did not happen in time")


def test_two_gateways_on_one_database_share_its_budgets(database, store, key, cost):
    """Over HTTP, in two servers with stores of their own."""
    store.set_budget("project", 1, "total", 11 * cost, NOW)
    other = Store(database)
    pipelines = [
        Pipeline(each, PracticeEngine(count_words), FixedCatalog(), count_words, clock=SteppingClock())
        for each in (store, other)
    ]

    async def ask_all(urls):
        clients = [openai.AsyncOpenAI(base_url=f"{url}/openai/v1", api_key=key, max_retries=0) for url in urls]
        results = await asyncio.gather(*(ask(clients[number % 2]) for number in range(64)))
        for client in clients:
            await client.close()
        return sum(results)

    async def ask(client) -> bool:
        try:
            await client.chat.completions.create(model="middle", messages=QUESTION)
        except openai.RateLimitError:
            return False
        return True

    with serving(create_app(pipelines[0])) as first, serving(create_app(pipelines[1])) as second:
        assert asyncio.run(ask_all([first, second])) == 10
    other.close()
    assert spent(store)["total"] == (11 * cost, 0)
