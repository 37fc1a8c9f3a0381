"""Message batches: Anthropic's own SDK against the gateway, over HTTP on loopback."""

from __future__ import annotations

import anthropic
import pytest
from scripted import serving
from starlette.routing import Mount, Router

from course.gateway.platforms.anthropic import create

QUESTION = [{"role": "user", "content": "What is a token?"}]
PARAMS = {"model": "ant-small", "max_tokens": 200, "messages": QUESTION}


@pytest.fixture
def address(pipeline):
    with serving(Router([Mount("/anthropic", app=create(pipeline))])) as url:
        yield f"{url}/anthropic"


@pytest.fixture
def client(address, key):
    with anthropic.Anthropic(
        base_url=address, api_key=key, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


def batch_of(client, *params):
    requests = [{"custom_id": f"r{number}", "params": each} for number, each in enumerate(params)]
    return client.messages.batches.create(requests=requests)


def test_a_batch_is_in_progress_until_it_is_asked_for(client):
    made = batch_of(client, PARAMS, PARAMS)
    assert (made.type, made.processing_status, made.request_counts.processing) == ("message_batch", "in_progress", 2)
    assert (made.results_url, made.ended_at) == (None, None)
    assert made.id.startswith("msgbatch_")
    ended = client.messages.batches.retrieve(made.id)
    assert (ended.processing_status, ended.request_counts.succeeded) == ("ended", 2)
    assert ended.request_counts.processing == 0
    assert client.messages.batches.retrieve(made.id) == ended


def test_results_are_what_messages_would_have_answered_at_half_the_price(client, store):
    plain = client.messages.create(**PARAMS)
    made = batch_of(client, PARAMS)
    client.messages.batches.retrieve(made.id)
    (line,) = client.messages.batches.results(made.id)
    assert (line.custom_id, line.result.type) == ("r0", "succeeded")
    assert line.result.message.content == plain.content
    assert line.result.message.usage.service_tier == "batch"
    costs = [row.cost_micros for row in store.ledger()]
    assert costs[0] == 2 * costs[1] > 0


def test_a_wrong_request_spoils_only_itself(client):
    made = batch_of(
        client, PARAMS, PARAMS | {"max_tokens": "many"}, PARAMS | {"model": "nine"}, PARAMS | {"stream": True}
    )
    counts = client.messages.batches.retrieve(made.id).request_counts
    assert (counts.succeeded, counts.errored) == (1, 3)
    results = {line.custom_id: line.result for line in client.messages.batches.results(made.id)}
    assert results["r1"].error.error.message == "max_tokens: Input should be a valid integer"
    assert results["r2"].error.error.type == "not_found_error"
    assert results["r3"].error.error.message == "stream: Input should be false"


def test_a_rate_limit_makes_a_batch_wait(client, store, pipeline):
    store.set_rate_limit(1, "*", requests_per_minute=2)
    made = batch_of(client, PARAMS, PARAMS, PARAMS)
    assert client.messages.batches.retrieve(made.id).processing_status == "in_progress"
    pipeline.clock.now += 60_000_000
    ended = client.messages.batches.retrieve(made.id)
    assert (ended.processing_status, ended.request_counts.succeeded) == ("ended", 3)
    assert [line.custom_id for line in client.messages.batches.results(made.id)] == ["r0", "r1", "r2"]


def test_what_is_not_answered_within_a_day_expires(client, pipeline):
    made = batch_of(client, PARAMS, PARAMS)
    pipeline.clock.now += 24 * 60 * 60 * 1_000_000
    assert client.messages.batches.retrieve(made.id).request_counts.expired == 2
    assert {line.result.type for line in client.messages.batches.results(made.id)} == {"expired"}


def test_a_cancelled_batch_costs_nothing(client, store):
    made = batch_of(client, PARAMS, PARAMS)
    cancelled = client.messages.batches.cancel(made.id)
    assert cancelled.processing_status == "canceling"
    assert cancelled.cancel_initiated_at is not None
    ended = client.messages.batches.retrieve(made.id)
    assert (ended.processing_status, ended.request_counts.canceled) == ("ended", 2)
    assert list(store.ledger()) == []
    assert client.messages.batches.cancel(made.id) == ended


def test_batches_are_listed_newest_first_and_in_pages(client):
    made = [batch_of(client, PARAMS).id for _ in range(5)]
    newest = made[::-1]
    assert [batch.id for batch in client.messages.batches.list()] == newest
    assert [batch.id for batch in client.messages.batches.list(limit=2)] == newest
    page = client.messages.batches.list(limit=2, before_id=newest[4])
    assert ([batch.id for batch in page.data], page.has_more) == (newest[2:4], True)


def test_a_batch_that_ended_can_be_deleted(client):
    made = batch_of(client, PARAMS)
    with pytest.raises(anthropic.BadRequestError, match="still in progress"):
        client.messages.batches.delete(made.id)
    client.messages.batches.retrieve(made.id)
    deleted = client.messages.batches.delete(made.id)
    assert (deleted.id, deleted.type) == (made.id, "message_batch_deleted")
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.retrieve(made.id)


def test_there_are_no_results_before_the_end(client, address, key):
    made = batch_of(client, PARAMS)
    with pytest.raises(anthropic.BadRequestError, match="no results yet"):
        client.get(f"/v1/messages/batches/{made.id}/results", cast_to=str)


def test_another_project_sees_nothing(client, address, store):
    made = batch_of(client, PARAMS)
    client.messages.batches.retrieve(made.id)
    other = store.add_key(store.add_project("Other", now=1), "other", now=1)[1]
    with anthropic.Anthropic(base_url=address, api_key=other, max_retries=0) as stranger:
        batches = stranger.messages.batches
        assert list(batches.list()) == []
        for look in (batches.retrieve, batches.results, batches.cancel, batches.delete):
            with pytest.raises(anthropic.NotFoundError, match="Message batch not found"):
                look(made.id)


def test_a_large_batch_is_answered_whole_and_in_order(client):
    made = batch_of(client, *[PARAMS] * 250)
    assert client.messages.batches.retrieve(made.id).request_counts.succeeded == 250
    assert [line.custom_id for line in client.messages.batches.results(made.id)] == [f"r{n}" for n in range(250)]
