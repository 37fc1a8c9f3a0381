"""Rate limits: never more than the limit and what has filled again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.gateway.limits import RateLimiter
from course.gateway.store import RateLimit, Store
from course.gateway.types import Fault, Message, Turn

SECOND = 1_000_000
MINUTE = 60 * SECOND


class Clock:
    def __init__(self):
        self.now = 1_790_000_000 * SECOND

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limiter(clock):
    return RateLimiter(clock)


def limit(requests=None, tokens=None, daily=None, model="*"):
    return RateLimit(model, requests, tokens, daily)


def admitted(limiter, limits, tokens=1, project=1, model="tiny") -> bool:
    try:
        limiter.admit(project, model, limits, tokens)
    except Fault as fault:
        if fault.kind != "rate_limited":
            raise
        return False
    return True


def test_as_many_as_the_limit_at_once_and_one_more_each_time_it_has_filled(limiter, clock):
    limits = limit(requests=6)
    assert [admitted(limiter, limits) for _ in range(8)] == [True] * 6 + [False] * 2
    clock.now += 10 * SECOND - 1
    assert not admitted(limiter, limits)
    clock.now += 1
    assert [admitted(limiter, limits) for _ in range(2)] == [True, False]
    clock.now += 10 * MINUTE
    assert sum(admitted(limiter, limits) for _ in range(20)) == 6


@given(
    limit_of=st.integers(1, 50),
    steps=st.lists(st.tuples(st.integers(-MINUTE, MINUTE), st.integers(1, 60)), max_size=60),
)
def test_never_more_than_the_limit_and_what_has_filled(limit_of, steps):
    clock = Clock()
    limiter = RateLimiter(clock)
    latest, filled, taken = clock.now, float(limit_of), 0
    for wait, tokens in steps:
        clock.now += wait
        # Time that has passed before does not fill again when the clock was set back.
        filled += max(wait, 0) / MINUTE * limit_of
        latest = max(latest, clock.now)
        if admitted(limiter, limit(tokens=limit_of), tokens):
            taken += tokens
    assert taken <= filled + 1e-6


@given(amounts=st.lists(st.integers(1, 30), max_size=40))
def test_what_is_refused_takes_nothing(amounts):
    """A refused call leaves all buckets as they were: what fits, gets in."""
    limiter, limits = RateLimiter(Clock()), limit(requests=1000, tokens=100)
    left, calls = 100, 0
    for tokens in amounts:
        fits = tokens <= left
        assert admitted(limiter, limits, tokens) == fits
        left, calls = (left - tokens, calls + 1) if fits else (left, calls)
    allowances = limiter.admit(1, "tiny", limits, 0)
    assert (allowances["tokens"].remaining, allowances["requests"].remaining) == (left, 999 - calls)


def test_requests_tokens_and_the_day_count_side_by_side(limiter, clock):
    limits = limit(requests=10, tokens=1000, daily=12)
    assert sum(admitted(limiter, limits, 10) for _ in range(20)) == 10
    clock.now += MINUTE
    assert sum(admitted(limiter, limits, 10) for _ in range(20)) == 2
    with pytest.raises(Fault) as refused:
        limiter.admit(1, "tiny", limits, 10)
    assert refused.value.detail["per"] == "day"
    assert 0 < refused.value.detail["retry_after"] <= 86_400


def test_a_refusal_says_what_the_vendors_sentence_needs(limiter):
    limiter.admit(7, "tiny", limit(tokens=100), 90)
    with pytest.raises(Fault) as refused:
        limiter.admit(7, "tiny", limit(tokens=100), 40)
    detail = refused.value.detail
    assert (detail["meter"], detail["per"], detail["limit"]) == ("tokens", "minute", 100)
    assert (detail["used"], detail["requested"], detail["project"]) == (90, 40, 7)
    assert detail["retry_after"] == pytest.approx(18)


def test_after_the_time_that_a_refusal_names_the_call_gets_in(limiter, clock):
    limits = limit(requests=7, tokens=90)
    while admitted(limiter, limits, 30):
        pass
    with pytest.raises(Fault) as refused:
        limiter.admit(1, "tiny", limits, 30)
    clock.now += round(refused.value.detail["retry_after"] * SECOND)
    assert admitted(limiter, limits, 30)


def test_more_than_a_whole_bucket_never_gets_in(limiter, clock):
    for _ in range(3):
        assert not admitted(limiter, limit(tokens=100), 101)
        clock.now += MINUTE


def test_a_limit_of_nothing_lets_nothing_in(limiter):
    with pytest.raises(Fault) as refused:
        limiter.admit(1, "tiny", limit(requests=0), 1)
    assert refused.value.detail["retry_after"] > 0


def test_projects_and_models_have_buckets_of_their_own(limiter):
    limits = limit(requests=1)
    assert admitted(limiter, limits, project=1, model="tiny")
    assert admitted(limiter, limits, project=2, model="tiny")
    assert admitted(limiter, limits, project=1, model="huge")
    assert not admitted(limiter, limits, project=1, model="tiny")


def test_a_clock_that_was_set_back_fills_nothing_and_stops_nothing(limiter, clock):
    limits = limit(requests=60)
    while admitted(limiter, limits):
        pass
    clock.now -= 60 * MINUTE
    assert not admitted(limiter, limits)
    clock.now += SECOND
    assert [admitted(limiter, limits) for _ in range(2)] == [True, False]


def test_a_limit_that_is_lowered_holds_at_once(limiter):
    assert admitted(limiter, limit(requests=100))
    assert sum(admitted(limiter, limit(requests=5)) for _ in range(10)) == 5


def test_threads_share_a_bucket(limiter):
    with ThreadPoolExecutor(16) as threads:
        results = threads.map(lambda _: admitted(limiter, limit(requests=10)), range(200))
    assert sum(results) == 10


def test_what_is_left_counts_down_and_resets(limiter, clock):
    limits = limit(requests=60, tokens=6000)
    first = limiter.admit(1, "tiny", limits, 600)
    assert (first["requests"].limit, first["requests"].remaining) == (60, 59)
    assert (first["tokens"].remaining, first["tokens"].resets_in) == (5400, pytest.approx(6))
    clock.now += 6 * SECOND
    assert limiter.admit(1, "tiny", limits, 0)["tokens"].remaining == 6000


def test_processes_share_a_limit(database, clock):
    stores = [Store(database) for _ in range(2)]
    project = stores[0].add_project("Shop", 1)
    for store in stores:
        store.worker(clock())
    limiters = [RateLimiter(clock, store) for store in stores]
    limits = limit(requests=6, tokens=1000, daily=100)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(2):
            passed = sum(pool.map(lambda place: admitted(limiters[place % 2], limits, 10, project), range(24)))
            assert passed == 6
            clock.now += MINUTE
    assert limiters[0].admit(project, "tiny", limits, 10)["requests"].remaining == 5
    for store in stores:
        store.close()


def test_each_key_has_a_limit_of_its_own_where_the_project_says_so(store, pipeline):
    project = store.add_project("Class", 1)
    store.set_rate_limit(project, "*", requests_per_minute=2, each_key=True)
    greedy, modest = (pipeline.authenticate(store.add_key(project, name, 1)[1]) for name in ("greedy", "modest"))
    turn = Turn("openai", "middle", (Message("user", "Hello."),))

    for caller in (greedy, modest):
        for _ in range(2):
            pipeline.open(caller, turn).complete()
        with pytest.raises(Fault, match="rate_limited"):
            pipeline.open(caller, turn)


def test_who_serves_a_file_alone_keeps_its_limits_in_memory(store, clock):
    store.worker(clock())
    assert store.shares_buckets is store._engine.is_server
