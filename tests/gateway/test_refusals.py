"""Each refused call leaves a line, and a call that is let in leaves none."""

from __future__ import annotations

import openai
import pytest
from admins import ask, program

from course.gateway.store import StoreError
from course.gateway.types import Caller, Fault, Message, Turn

TURN = Turn("openai", "tiny", (Message("user", "What is a token?"),))


@pytest.fixture
def caller(pipeline, key):
    return pipeline.authenticate(key)


def reasons(store):
    return [(row.model, row.reason) for row in store.refusals()]


def refused(client, error, **asked):
    with pytest.raises(error):
        ask(client, **asked)


def test_an_sdks_refused_calls_are_counted_by_reason(base_url, key, store):
    with program(base_url, key) as client:
        ask(client)
        assert reasons(store) == []
        store.set_policy(1, models=["tiny"])
        refused(client, openai.PermissionDeniedError, model="middle")
        refused(client, openai.NotFoundError, model="gpt-99")
        store.set_rate_limit(1, "tiny", requests_per_minute=0)
        refused(client, openai.RateLimitError)
        store.remove_rate_limit(1, "tiny")
        store.set_budget("project", 1, "total", 1, now=5)
        refused(client, openai.RateLimitError)
        store.revoke_key(1, now=6)
        refused(client, openai.AuthenticationError)
    assert reasons(store) == [
        ("middle", "model_forbidden"),
        ("gpt-99", "unknown_model"),
        ("tiny", "rate_limited"),
        ("tiny", "budget_exceeded"),
        ("", "invalid_key"),
    ]
    assert {(row.project, row.key) for row in store.refusals()} == {("Default project", key[-4:])}
    assert len(store.ledger()) == 1


def test_embeddings_are_counted_once(base_url, key, store):
    store.set_policy(1, models=["tiny"])
    with program(base_url, key) as client, pytest.raises(openai.PermissionDeniedError):
        client.embeddings.create(model="embed-small", input="a")
    assert reasons(store) == [("embed-small", "model_forbidden")]


def test_a_secret_that_never_was_a_key_leaves_no_line(base_url, key, store):
    with program(base_url, f"{key}x") as client:
        refused(client, openai.AuthenticationError)
    assert reasons(store) == []


def test_a_name_that_no_database_keeps_is_shortened(pipeline, caller, store):
    with pytest.raises(Fault):
        pipeline.open(caller, Turn("openai", "a\0b" + 999 * "c", TURN.messages))
    ((model, reason),) = reasons(store)
    assert (model, reason) == ("ab" + 126 * "c", "unknown_model")


def test_an_administrators_key_has_no_project_to_count_for(pipeline, store):
    with pytest.raises(Fault):
        pipeline.open(Caller(None, 1, admin=True), TURN)
    assert reasons(store) == []


def test_a_refusal_stays_one_though_it_cannot_be_written(pipeline, caller, store, monkeypatch):
    def fail(*_):
        raise StoreError("The disk is full.")

    monkeypatch.setattr(store, "add_refusal", fail)
    store.set_policy(1, models=[])
    with pytest.raises(Fault, match="model_forbidden"):
        pipeline.open(caller, TURN)
