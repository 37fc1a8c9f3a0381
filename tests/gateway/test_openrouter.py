"""OpenRouter's route to all vendors, with OpenAI's SDK over HTTP on loopback, as its documentation shows it."""

from __future__ import annotations

import asyncio
import json
import re

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import ScriptedEngine, scripted_pipeline, serving
from starlette.routing import Mount, Router
from starlette.testclient import TestClient

from course.gateway.dialects import openrouter as dialect
from course.gateway.platforms import openrouter
from course.gateway.types import Draft, Fault, ToolCall

NOW = 1_790_000_000_000_000
QUESTION = [{"role": "user", "content": "What is a token?"}]
SENTENCE = "A token is a piece of text."
CHAT = "/openrouter/api/v1/chat/completions"
GOOD = {"model": "openai/tiny", "messages": QUESTION}


@pytest.fixture
def engine():
    return ScriptedEngine(lambda turn: Draft(SENTENCE))


@pytest.fixture
def app(store, engine):
    return Router([Mount("/openrouter", app=openrouter.create(scripted_pipeline(store, engine)))])


@pytest.fixture
def address(app):
    with serving(app) as url:
        yield f"{url}/openrouter/api/v1"


@pytest.fixture
def client(address, key):
    with openai.OpenAI(base_url=address, api_key=key, max_retries=0, _strict_response_validation=True) as client:
        yield client


@pytest.fixture
def http(app, key):
    with TestClient(app, headers={"authorization": f"Bearer {key}"}) as client:
        yield client


def refusal(response, code):
    """The error of a response, after checking its shape."""
    assert response.status_code == code, response.text
    error = response.json()["error"]
    assert error.keys() <= {"code", "message", "metadata"}
    assert error["code"] == code
    assert error["message"]
    assert "{" not in error["message"]
    return error


@pytest.mark.parametrize(
    ("model", "provider", "reason"),
    [
        ("openai/tiny", "OpenAI", "stop"),
        ("anthropic/ant-small", "Anthropic", "end_turn"),
        ("google/goo-large", "Google AI Studio", "STOP"),
    ],
)
def test_one_key_and_one_format_for_every_vendor(client, engine, model, provider, reason):
    reply = client.chat.completions.create(model=model, messages=QUESTION)
    assert reply.choices[0].message.content == SENTENCE
    assert reply.choices[0].finish_reason == "stop"
    assert reply.choices[0].native_finish_reason == reason
    assert (reply.model, reply.provider) == (model, provider)
    assert (engine.turn.vendor, engine.turn.model) == tuple(model.split("/"))
    assert re.fullmatch(r"gen-\d{10}-[0-9a-f]{20}", reply.id)


def test_each_answer_says_what_it_cost(client, store):
    usage = client.chat.completions.create(model="google/goo-small", messages=QUESTION).usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (11, 7)
    assert usage.cost == (11 * 2 + 7 * 10) / 1_000_000
    assert usage.is_byok is False
    (row,) = store.ledger()
    assert row.cost_micros == round(usage.cost * 1_000_000)


def test_a_stream_ends_with_usage_and_cost_asked_for_or_not(client):
    chunks = list(client.chat.completions.create(model="openai/tiny", messages=QUESTION, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == SENTENCE
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.cost == (11 * 2 + 7 * 10) / 1_000_000
    assert chunks[0].usage is None
    assert {(chunk.model, chunk.provider) for chunk in chunks} == {("openai/tiny", "OpenAI")}


def test_the_asynchronous_client(address, key):
    async def ask():
        async with openai.AsyncOpenAI(base_url=address, api_key=key) as client:
            return await client.chat.completions.create(model="anthropic/ant-small", messages=QUESTION)

    assert asyncio.run(ask()).choices[0].message.content == SENTENCE


def test_tools_work_with_every_vendor(client, engine):
    engine.script = lambda turn: Draft("", "tool_calls", tool_calls=(ToolCall("t1", "weather", '{"city":"Taipei"}'),))
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    reply = client.chat.completions.create(model="anthropic/ant-small", messages=QUESTION, tools=tools)
    assert reply.choices[0].finish_reason == "tool_calls"
    assert reply.choices[0].native_finish_reason == "tool_use"
    assert reply.choices[0].message.tool_calls[0].function.name == "weather"


def test_the_next_model_answers_when_the_first_is_unknown_or_forbidden_or_too_busy(client, store, engine):
    def ask(first):
        more = {"models": ["anthropic/ant-small"], "route": "fallback"}
        return client.chat.completions.create(model=first, messages=QUESTION, extra_body=more).model

    assert ask("openai/tiny") == "openai/tiny"
    assert ask("openai/gone") == "anthropic/ant-small"
    assert ask("openai/narrow") == "openai/narrow"
    store.set_rate_limit(1, "tiny", requests_per_minute=0)
    assert ask("openai/tiny") == "anthropic/ant-small"
    store.set_policy(1, models=["middle"], models_mode="deny")
    assert ask("openai/middle") == "anthropic/ant-small"

    def overloaded(turn):
        if turn.vendor == "google":
            raise Fault("overloaded", detail={"retry_after": 1})
        return Draft(SENTENCE)

    engine.script = overloaded
    assert ask("google/goo-small") == "anthropic/ant-small"


def test_the_list_alone_does_as_well_and_its_last_refusal_is_told(client):
    reply = client.chat.completions.create(
        model="openai/gone", messages=QUESTION, extra_body={"models": ["openai/away", "google/goo-small"]}
    )
    assert reply.model == "google/goo-small"
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="openai/gone", messages=QUESTION, extra_body={"models": ["openai/away"]})
    assert refused.value.body == {"message": "openai/away is not a valid model ID", "code": 400}


def test_no_next_model_for_a_spent_budget(client, store):
    store.set_budget("project", 1, "month", 10, now=NOW)
    with pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(
            model="openai/tiny", messages=QUESTION, extra_body={"models": ["anthropic/ant-small"]}
        )
    assert refused.value.status_code == 402
    assert refused.value.body["metadata"] == {"limit_source": "openrouter_credits"}
    assert "Insufficient credits" in refused.value.body["message"]


def test_a_key_with_a_limit_of_its_own(client, store):
    store.set_budget("key", 1, "total", 10, now=NOW)
    with pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(model="openai/tiny", messages=QUESTION)
    assert refused.value.status_code == 402
    assert refused.value.body["metadata"] == {"limit_source": "openrouter_key_limit"}


def test_the_rate_limit(client, store):
    store.set_rate_limit(1, "tiny", requests_per_minute=1)
    client.chat.completions.create(model="openai/tiny", messages=QUESTION)
    with pytest.raises(openai.RateLimitError) as refused:
        client.chat.completions.create(model="openai/tiny", messages=QUESTION)
    assert "1 requests per minute for openai/tiny" in refused.value.body["message"]
    assert 0 < int(refused.value.response.headers["retry-after"]) <= 60
    assert refused.value.body["metadata"]["headers"]["X-RateLimit-Limit"] == "1"


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"model": "tiny"}, 400, "tiny is not a valid model ID"),
        ({"model": "mistral/tiny"}, 400, "mistral/tiny is not a valid model ID"),
        ({"model": "openai/"}, 400, "is not a valid model ID"),
        ({"model": "openai/embed-small"}, 400, "openai/embed-small cannot make text"),
        ({"model": "openai/tiny:free"}, 400, "variants such as :free, :floor"),
        ({"model": "openai/tiny:floor"}, 400, "variants such as :free, :floor"),
        ({"model": None}, 400, "No models provided"),
        ({"model": 3}, 400, "'model'"),
        ({"models": "openai/tiny"}, 400, "'models'"),
        ({"models": [1]}, 400, "'models[0]'"),
        ({"models": ["openai/tiny"] * 4}, 400, "'models' array must have 3 items or fewer."),
        ({"messages": []}, 400, "'messages'"),
        ({"provider": "openai"}, 400, "'provider'"),
        ({"transforms": "middle-out"}, 400, "'transforms'"),
        ({"route": "scenic"}, 400, "scenic"),
        ({"reasoning": {"effort": "heroic"}}, 400, "heroic"),
        ({"top_k": -1}, 400, "'top_k'"),
        ({"colour": "blue"}, 400, "'colour'"),
    ],
    ids=repr,
)
def test_a_wrong_field_is_refused(http, change, code, says):
    assert says in refusal(http.post(CHAT, json=GOOD | change), code)["message"]


def test_what_changes_nothing_is_accepted(http, engine):
    extra = {
        "provider": {"order": ["OpenAI"], "allow_fallbacks": False},
        "transforms": ["middle-out"],
        "usage": {"include": True},
        "stream_options": {"include_usage": True},
        "route": "fallback",
        "top_k": 40,
        "min_p": 0.1,
        "repetition_penalty": 1.1,
        "reasoning": {"effort": "high", "exclude": True},
        "models": None,
    }
    assert http.post(CHAT, json=GOOD | extra).status_code == 200
    assert engine.turn.effort == "high"


def test_the_models_and_their_prices(http, store):
    models = {model["id"]: model for model in http.get("/openrouter/api/v1/models").json()["data"]}
    assert {"openai/tiny", "anthropic/ant-small", "google/goo-small"} <= models.keys()
    assert not {"openai/embed-small", "openai/retired"} & models.keys()
    tiny = models["openai/tiny"]
    assert tiny["name"] == "OpenAI: Tiny"
    assert tiny["context_length"] == 200_000
    assert tiny["pricing"] == {
        "prompt": "0.000002",
        "completion": "0.00001",
        "input_cache_read": "0.0000002",
        "input_cache_write": "0.0000025",
    }
    store.set_policy(1, models=["goo-small"])
    (left,) = http.get("/openrouter/api/v1/models").json()["data"]
    assert left["id"] == "google/goo-small"


def test_the_sdk_lists_the_models(address, key):
    # Not with strict validation: as on the real platform, the list has a shape of its own.
    with openai.OpenAI(base_url=address, api_key=key) as client:
        assert "anthropic/ant-small" in [model.id for model in client.models.list()]


def test_a_key_knows_what_it_spent_and_may_still_spend(http, key):
    fresh = http.get("/openrouter/api/v1/key").json()["data"]
    assert (fresh["limit"], fresh["limit_remaining"], fresh["limit_reset"], fresh["usage"]) == (None, None, None, 0)
    assert fresh["label"].endswith(key[-4:])
    assert key not in fresh["label"]


def test_the_tightest_limit_of_a_key_is_shown(http, store):
    store.set_budget("key", 1, "month", 5_000_000, now=NOW)
    store.set_budget("key", 1, "day", 1_000_000, now=NOW)
    cost = http.post(CHAT, json=GOOD).json()["usage"]["cost"]
    shown = http.get("/openrouter/api/v1/key").json()["data"]
    assert (shown["limit"], shown["limit_reset"]) == (1, "daily")
    assert shown["limit_remaining"] == pytest.approx(1 - cost)
    assert shown["usage"] == shown["usage_daily"] == shown["usage_weekly"] == shown["usage_monthly"] == cost


def test_credits(http, store):
    credits = "/openrouter/api/v1/credits"
    assert http.get(credits).json() == {"data": {"total_credits": None, "total_usage": 0}}
    store.set_budget("organization", 0, "total", 10_000_000, now=NOW)
    store.set_budget("project", 1, "total", 2_000_000, now=NOW)
    cost = http.post(CHAT, json=GOOD).json()["usage"]["cost"]
    shown = http.get(credits).json()["data"]
    assert shown["total_usage"] == cost
    assert shown["total_credits"] == pytest.approx(2)


def test_another_projects_spending_is_not_seen(http, app, store):
    http.post(CHAT, json=GOOD)
    other = store.add_key(store.add_project("Other", now=1), "other", now=1)[1]
    with TestClient(app, headers={"authorization": f"Bearer {other}"}) as stranger:
        assert stranger.get("/openrouter/api/v1/credits").json()["data"]["total_usage"] == 0
        assert stranger.get("/openrouter/api/v1/key").json()["data"]["usage"] == 0


def test_keys(app, store, key):
    admin = store.add_key(None, "admin", now=1)[1]
    with TestClient(app) as client:
        assert "Authentication" in refusal(client.post(CHAT, json=GOOD), 401)["message"]
        wrong = client.post(CHAT, json=GOOD, headers={"authorization": "Bearer sk-or-v1-wrong"})
        assert refusal(wrong, 401)["message"] == "User not found."
        refusal(client.post(CHAT, json=GOOD, headers={"authorization": f"Bearer {admin}"}), 403)
        shown = client.get("/openrouter/api/v1/key", headers={"authorization": f"Bearer {admin}"}).json()["data"]
        assert shown["is_management_key"] is True
        assert (
            client.get("/openrouter/api/v1/credits", headers={"authorization": f"Bearer {admin}"}).status_code == 200
        )


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b"null", b'"text"'])
def test_a_body_that_is_no_json_object(http, body):
    refusal(http.post(CHAT, content=body), 400)


def test_addresses_that_are_not_there(http):
    refusal(http.get("/openrouter/api/v1/nothing"), 404)
    refusal(http.get(CHAT), 405)


@pytest.mark.parametrize("kind", re.findall(r"^    (\w+) {2,}\w", Fault.__doc__, re.M))
def test_every_fault_has_openrouters_shape(kind):
    names = ["model", "makes", "tool", "region", "allowed", "meter", "per", "scope", "method", "path"]
    numbers = {"tokens": 2, "window": 1, "limit": 1, "used": 1, "retry_after": 1.5}
    status, body, _ = dialect.render_fault(Fault(kind, detail=dict.fromkeys(names, "x") | numbers))
    assert body["error"]["code"] == status >= 400
    assert "{" not in body["error"]["message"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["openai/tiny", "user", "fallback"])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
names = [
    "model",
    "models",
    "messages",
    "route",
    "provider",
    "transforms",
    "usage",
    "reasoning",
    "top_k",
    "stream_options",
]


@settings(max_examples=100, deadline=None)
@given(body=json_values | st.dictionaries(st.sampled_from(names), json_values, max_size=4), good=st.booleans())
def test_any_value_is_read_or_refused(body, good):
    try:
        dialect.parse(GOOD | body if good and isinstance(body, dict) else body)
    except Fault as fault:
        status, rendered, _ = dialect.render_fault(fault)
        assert 400 <= status < 500
        json.dumps(rendered)
