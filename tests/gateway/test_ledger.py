"""The ledger: one line for each call, settled once, whoever settles it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes import FixedCatalog, count_words
from scripted import ScriptedEngine, scripted_pipeline
from sqlalchemy import select, update

from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.store import Store
from course.gateway.store.schema import calls, workers
from course.gateway.types import Draft, Fault, Message, Turn, Usage

TURN = Turn("openai", "middle", (Message("user", "What is a token?"),))


@pytest.fixture
def caller(store, key):
    return store.find_caller(key)


def lines(store):
    with store._engine.connect() as connection:
        return connection.execute(select(calls).order_by(calls.c.id)).all()


def begin(store, caller, most=100):
    return store.open_call(caller, "ab", "openai", "tiny", "chat", most, now=5)


def budget(store) -> tuple[int, int]:
    (found,) = store.budgets("project", 1, now=5)
    return found["spent_micros"], found["reserved_micros"]


def take_for_dead(store) -> None:
    """What another process does that cannot see this one."""
    with store._engine.begin() as connection:
        connection.execute(update(workers).values(pid=2**22 + 1))
    store.close_calls_of_the_dead(6)


@pytest.mark.parametrize("whole", [True, False])
def test_a_call_delivered_at_once_has_the_same_line_either_way(pipeline, caller, store, whole):
    reply = pipeline.open(caller, TURN, whole=whole).complete()
    (line,) = lines(store)
    usage = reply.usage
    assert (line.input, line.output, line.status) == (usage.input, usage.output, "ok")
    assert (line.reply_id, line.cost_micros, line.reserved_micros) == (reply.id, 11 * 2 + usage.output * 10, 0)
    assert line.started == reply.created < line.ended


def test_a_whole_call_is_in_the_ledger_before_anybody_sees_its_answer(pipeline, caller, store):
    call = pipeline.open(caller, TURN, whole=True)
    assert [row.status for row in store.ledger()] == ["ok"]
    call.complete()
    assert len(store.ledger()) == 1


def test_embeddings_are_in_the_ledger(pipeline, caller, store):
    made = pipeline.embed(caller, "openai", "embed-small", ["one two", "three"])
    (line,) = lines(store)
    assert (line.kind, line.input, line.cost_micros) == ("embedding", 3, made.cost_micros)


def test_what_an_engine_cannot_answer_costs_nothing(store, key):
    def fail(_turn) -> Draft:
        raise Fault("overloaded", detail={"retry_after": 1})

    pipeline = scripted_pipeline(store, ScriptedEngine(fail))
    caller = pipeline.authenticate(key)
    store.set_budget("project", 1, "total", 1000, now=5)
    with pytest.raises(Fault):
        pipeline.open(caller, TURN)
    assert store.ledger() == []
    assert budget(store) == (0, 0)


def test_a_call_that_fails_under_way_costs_nothing_and_frees_what_it_held(pipeline, caller, store):
    store.set_budget("project", 1, "total", 10_000, now=5)
    call = pipeline.open(caller, TURN)
    assert budget(store)[1] > 0
    call.fail()
    assert [(row.status, row.cost_micros) for row in store.ledger()] == [("error", 0)]
    assert budget(store) == (0, 0)


def test_a_call_is_settled_once(store, caller):
    store.set_budget("project", 1, "total", 1000, now=5)
    ticket = begin(store, caller)
    store.close_call(ticket, Usage(output=3), 30, "cut", now=6)
    store.close_call(ticket, Usage(output=9), 90, "ok", now=7)
    assert [(row.status, row.cost_micros) for row in store.ledger()] == [("cut", 30)]
    assert budget(store) == (30, 0)


def test_who_was_taken_for_dead_by_mistake_is_charged_and_frees_nothing_twice(store, caller):
    store.set_budget("project", 1, "total", 1000, now=5)
    ticket, other = begin(store, caller, 100), begin(store, caller, 50)
    take_for_dead(store)
    assert budget(store) == (0, 0)
    begin(store, caller, 70)
    store.close_call(ticket, Usage(output=3), 30, "ok", now=7)
    assert budget(store) == (30, 70)
    assert [row.status for row in store.ledger()] == ["ok", "lost", "open"]
    store.close_call(other, Usage(), 0, "error", now=8)
    assert budget(store) == (30, 70)


def test_a_worker_that_was_taken_for_dead_reports_again(store, caller):
    first = store.worker(1)
    begin(store, caller)
    take_for_dead(store)
    again = store.worker(20_000_000)
    begin(store, caller)
    with store._engine.connect() as connection:
        assert connection.scalars(select(workers.c.id)).all() == [again]
    assert store.close_calls_of_the_dead(20_000_001) == 0
    assert lines(store)[-1].worker_id == again
    assert first > 0


def test_many_who_tidy_up_at_once_free_what_is_lost_only_once(database, store, caller):
    store.set_budget("project", 1, "total", 10_000, now=5)
    for _ in range(20):
        begin(store, caller, 10)
    others = [Store(database) for _ in range(4)]
    with store._engine.begin() as connection:
        connection.execute(update(workers).values(pid=2**22 + 1))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda each: each.close_calls_of_the_dead(9), others))
    assert budget(store) == (0, 0)
    assert {row.status for row in store.ledger()} == {"lost"}
    for each in others:
        each.close()


def test_calls_of_several_processes_have_ids_of_their_own(database, store, key):
    """Even when both begin at the same place, with the same prompts."""
    other = Store(database)
    pipelines = [Pipeline(each, PracticeEngine(count_words), FixedCatalog(), count_words) for each in (store, other)]
    callers = [each.authenticate(key) for each in pipelines]
    ids = [
        pipeline.open(caller, TURN).complete().id
        for _ in range(5)
        for pipeline, caller in zip(pipelines, callers, strict=True)
    ]
    assert len(set(ids)) == 10
    other.close()


def test_projects_keys_and_changes_are_numbered_without_gaps_however_many_come_at_once(store, key):
    def add(number):
        store.add_project(f"Project {number}", now=1)
        store.add_key(1, f"key {number}", now=1)
        store.add_audit("project.created", f"proj_{number}", now=1)

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(add, range(24)))
    assert [row.id for row in store.projects()] == list(range(1, 26))
    assert sorted(store.known_keys()) == list(range(1, 26))
    assert [row.id for row in store.audit_log()] == list(range(1, 25))


def test_threads_settle_what_they_opened(store, caller):
    store.set_budget("project", 1, "total", 10**9, now=5)

    def call(number):
        ticket = begin(store, caller, 100)
        store.close_call(ticket, Usage(output=number), number, "ok", now=6)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(call, range(200)))
    rows = lines(store)
    assert sum(row.cost_micros for row in rows) == sum(range(200)) == budget(store)[0]
    assert all(row.output == row.cost_micros and row.status == "ok" for row in rows)
    assert budget(store)[1] == 0
