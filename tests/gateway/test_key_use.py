"""What each key of a project was used for."""

from __future__ import annotations

from course.gateway.store import KeyUse
from course.gateway.types import Caller, Fault, Usage

NOW = 1_795_000_000_000_000
WEEK = 7 * 86_400_000_000


def test_calls_money_and_refusals_are_told_apart_by_key(store):
    project, other = store.add_project("Class", NOW), store.add_project("Other", NOW)
    first, second, third = (store.add_key(each, "k", NOW)[0] for each in (project, project, other))
    store.set_budget("key", first, "week", 100, NOW)
    for key, cost, at in ((first, 30, NOW), (first, 20, NOW + 5), (second, 7, NOW), (third, 9, NOW)):
        caller = Caller(project if key != third else other, key)
        store.charge_call(caller, "ab", "openai", "m", "chat", Usage(), cost, at, at)
    ticket = store.open_call(Caller(project, first), "ab", "openai", "m", "chat", 40, NOW)
    for reason in ("rate_limited", "rate_limited", "model_forbidden"):
        store.add_refusal(Caller(project, second), "openai", "m", Fault(reason), NOW)

    uses = store.use_of_keys(project, "week", NOW)
    assert uses == {
        first: KeyUse(2, 50, NOW + 5, {}, 100, 50, 40),
        second: KeyUse(1, 7, NOW, {"rate_limited": 2, "model_forbidden": 1}),
    }
    store.close_call(ticket, Usage(), 0, "ok", NOW)
    store.raise_budget("key", first, "week", 5, NOW)
    assert store.use_of_keys(project, "week", NOW)[first].limit_micros == 105
    later = store.use_of_keys(project, "week", NOW + WEEK)[first]
    assert (later.spent_micros, later.period_micros, later.limit_micros) == (50, 0, 100)
