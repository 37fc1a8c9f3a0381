"""OpenAI's own SDK against the gateway, over HTTP on loopback."""

from __future__ import annotations

import asyncio

import openai
import pytest

QUESTION = [{"role": "user", "content": "What is a token?"}]


@pytest.fixture
def client(base_url, key):
    with openai.OpenAI(base_url=base_url, api_key=key, max_retries=0, _strict_response_validation=True) as client:
        yield client


def test_a_plain_answer(client):
    reply = client.chat.completions.create(model="tiny", messages=QUESTION)
    assert reply.choices[0].message.content.startswith("A token is a piece of text")
    assert reply.choices[0].message.role == "assistant"
    assert reply.choices[0].finish_reason == "stop"
    assert reply.model == "tiny"
    assert reply.id.startswith("chatcmpl-")
    assert reply._request_id.startswith("req_")


def test_usage_counts_the_messages_and_the_answer(client):
    usage = client.chat.completions.create(model="tiny", messages=QUESTION).usage
    # 4 words, 4 tokens around the message, 3 before the answer
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (11, 20, 31)
    assert usage.prompt_tokens_details.cached_tokens == 0
    assert usage.completion_tokens_details.reasoning_tokens == 0


def test_a_streamed_answer_is_the_plain_answer_in_pieces(client):
    plain = client.chat.completions.create(model="tiny", messages=QUESTION)
    chunks = list(client.chat.completions.create(model="tiny", messages=QUESTION, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == plain.choices[0].message.content
    assert len(chunks) > 10
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)


def test_a_stream_ends_with_its_usage_when_asked(client):
    chunks = list(
        client.chat.completions.create(
            model="tiny", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens == 31
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_the_async_client_answers_and_streams(base_url, key):
    async def ask():
        async with openai.AsyncOpenAI(base_url=base_url, api_key=key, _strict_response_validation=True) as client:
            plain = await client.chat.completions.create(model="tiny", messages=QUESTION)
            stream = await client.chat.completions.create(model="tiny", messages=QUESTION, stream=True)
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
            return plain.choices[0].message.content, "".join(pieces)

    plain, streamed = asyncio.run(ask())
    assert plain == streamed


def test_the_stream_helper_of_the_sdk_collects_the_answer(client):
    with client.chat.completions.stream(model="tiny", messages=QUESTION) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content.startswith("A token is")


def test_system_developer_and_assistant_messages_and_content_parts(client):
    reply = client.chat.completions.create(
        model="tiny",
        messages=[
            {"role": "system", "content": "The office opens at nine. The office closes at six."},
            {"role": "developer", "content": "Be short."},
            {"role": "user", "content": "Hello", "name": "Ana"},
            {"role": "assistant", "content": "Good morning."},
            {"role": "user", "content": [{"type": "text", "text": "When does the office close?"}]},
        ],
    )
    assert reply.choices[0].message.content == "The office closes at six."


def test_the_token_limit_ends_an_answer_early(client):
    reply = client.chat.completions.create(model="tiny", messages=QUESTION, max_completion_tokens=5)
    assert reply.choices[0].message.content.strip() == "A token is a piece"
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage.completion_tokens == 5


@pytest.mark.parametrize("stop", ["piece", ["nowhere", "piece"]])
def test_a_stop_sequence_ends_an_answer_before_it(client, stop):
    reply = client.chat.completions.create(model="tiny", messages=QUESTION, stop=stop)
    assert reply.choices[0].message.content == "A token is a "
    assert reply.choices[0].finish_reason == "stop"


def test_reasoning_is_counted_as_output_and_not_shown(client):
    calm = client.chat.completions.create(model="huge", messages=QUESTION)
    deep = client.chat.completions.create(model="huge", messages=QUESTION, reasoning_effort="high")
    assert deep.choices[0].message.content == calm.choices[0].message.content
    reasoning = deep.usage.completion_tokens_details.reasoning_tokens
    assert reasoning > 0
    assert deep.usage.completion_tokens == calm.usage.completion_tokens + reasoning


def test_reasoning_can_use_up_the_whole_limit(client):
    reply = client.chat.completions.create(
        model="huge", messages=QUESTION, reasoning_effort="high", max_completion_tokens=20
    )
    assert reply.choices[0].message.content == ""
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage.completion_tokens == 20


def test_the_models_on_offer(client):
    offered = client.models.list().data
    assert [model.id for model in offered] == ["tiny", "middle", "huge", "cacheless", "narrow", "embed-small"]
    assert client.models.retrieve("tiny").owned_by == "openai"


def test_a_wrong_key_is_refused_and_shown_masked(base_url):
    client = openai.OpenAI(base_url=base_url, api_key="the password of my chat plan")
    with pytest.raises(openai.AuthenticationError) as refusal:
        client.models.list()
    assert refusal.value.code == "invalid_api_key"
    assert f"provided: the pass{16 * '*'}plan." in refusal.value.body["message"]
    assert refusal.value.request_id.startswith("req_")


def test_a_revoked_key_is_refused_at_once(client, store):
    client.models.list()
    store.revoke_key(1, now=2)
    with pytest.raises(openai.AuthenticationError):
        client.models.list()


@pytest.mark.parametrize("model", ["gone", "retired"])
def test_an_unknown_or_retired_model_is_not_found(client, model):
    with pytest.raises(openai.NotFoundError) as refusal:
        client.chat.completions.create(model=model, messages=QUESTION)
    assert refusal.value.code == "model_not_found"
    assert f"`{model}`" in refusal.value.body["message"]
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve(model)


def test_a_prompt_that_does_not_fit_is_refused(client):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.chat.completions.create(model="narrow", messages=[{"role": "user", "content": "word " * 100}])
    assert refusal.value.code == "context_length_exceeded"
    assert "50 tokens" in refusal.value.body["message"]
    assert "107 tokens" in refusal.value.body["message"]


def test_a_call_and_its_price_are_in_the_ledger(client, store, key):
    reply = client.chat.completions.create(model="tiny", messages=QUESTION)
    (row,) = store.ledger()
    assert row._asdict() == {
        "call": 1,
        "project": "Default project",
        "key": key[-4:],
        "model": "tiny",
        "input": reply.usage.prompt_tokens,
        "cached_input": 0,
        "cache_write": 0,
        "output": reply.usage.completion_tokens,
        "reasoning": 0,
        "cost_micros": 11 * 2 + 20 * 10,
        "status": "ok",
    }


def test_a_refused_call_is_not_in_the_ledger(client, store):
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="gone", messages=QUESTION)
    assert store.ledger() == []


def test_a_long_prompt_seen_before_is_reported_as_cached(client, store):
    rules = {"role": "system", "content": "rule " * 1200}
    first = client.chat.completions.create(model="tiny", messages=[rules, *QUESTION]).usage
    second = client.chat.completions.create(
        model="tiny", messages=[rules, {"role": "user", "content": "What is a seat?"}]
    ).usage
    assert first.prompt_tokens_details.cached_tokens == 0
    assert first.prompt_tokens_details.cache_write_tokens == 1152
    assert second.prompt_tokens_details.cached_tokens == 1152
    assert second.prompt_tokens_details.cache_write_tokens == 0
    assert [row.cached_input for row in store.ledger()] == [0, 1152]


def test_ids_differ_within_a_session(client):
    ids = {client.chat.completions.create(model="tiny", messages=QUESTION).id for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize(
    ("scope", "period", "code"),
    [
        ("organization", "total", "insufficient_quota"),
        ("organization", "month", "organization_spend_limit_exceeded"),
        ("project", "month", "project_spend_limit_exceeded"),
        ("key", "week", "insufficient_quota"),
    ],
)
def test_a_spent_budget_is_named_as_openai_names_it(client, store, scope, period, code):
    store.set_budget(scope, 0 if scope == "organization" else 1, period, 1, 1)
    with pytest.raises(openai.RateLimitError) as refusal:
        client.with_options(max_retries=0).chat.completions.create(
            model="tiny", messages=[{"role": "user", "content": "What is a token?"}]
        )
    assert refusal.value.code == code
