"""Anthropic's own SDK against the gateway, over HTTP on loopback."""

from __future__ import annotations

import asyncio

import anthropic
import httpx2
import pytest
from pydantic import BaseModel
from scripted import ScriptedEngine, scripted_pipeline, serving
from starlette.routing import Mount, Router

from course.gateway.platforms.anthropic import create
from course.gateway.types import Draft, Message, ToolCall

SENTENCE = "A token is a piece of text."
QUESTION = [{"role": "user", "content": "What is a token?"}]
ASKED = {"model": "ant-small", "max_tokens": 200, "messages": QUESTION}
WEATHER = {
    "name": "get_weather",
    "description": "Get the weather of a town",
    "input_schema": {
        "type": "object",
        "properties": {"town": {"type": "string", "description": "The town"}},
        "required": ["town"],
    },
}
FORCED = {**ASKED, "tools": [WEATHER], "tool_choice": {"type": "tool", "name": "get_weather"}}


@pytest.fixture
def engine():
    return ScriptedEngine(lambda turn: Draft(SENTENCE))


@pytest.fixture
def address(store, engine):
    with serving(Router([Mount("/anthropic", app=create(scripted_pipeline(store, engine)))])) as url:
        yield f"{url}/anthropic"


@pytest.fixture
def client(address, key):
    with anthropic.Anthropic(
        base_url=address, api_key=key, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


def test_a_plain_answer(client):
    message = client.messages.create(**ASKED)
    assert message.content[0].text == SENTENCE
    assert (message.type, message.role, message.model) == ("message", "assistant", "ant-small")
    assert (message.stop_reason, message.stop_sequence) == ("end_turn", None)
    assert message.id.startswith("msg_")
    assert message._request_id.startswith("req_")


def test_usage_counts_the_messages_and_the_answer(client):
    usage = client.messages.create(**ASKED).usage
    # 4 words, 4 tokens around the message, 3 before the answer
    assert usage.input_tokens == 11
    assert usage.output_tokens == 7
    assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (0, 0)
    assert usage.service_tier == "standard"


def test_a_streamed_answer_is_the_plain_answer_in_pieces(client):
    plain = client.messages.create(**ASKED)
    events = list(client.messages.create(**ASKED, stream=True))
    text = "".join(event.delta.text for event in events if event.type == "content_block_delta")
    assert text == plain.content[0].text
    assert len(events) == 12
    assert events[0].message.usage.input_tokens == 11
    assert [event.type for event in events[-3:]] == ["content_block_stop", "message_delta", "message_stop"]
    assert events[-2].usage.output_tokens == plain.usage.output_tokens


def test_the_stream_helper_of_the_sdk_collects_the_answer(client):
    with client.messages.stream(**ASKED) as stream:
        pieces = list(stream.text_stream)
        message = stream.get_final_message()
    assert "".join(pieces) == message.content[0].text
    assert (message.stop_reason, message.usage.input_tokens) == ("end_turn", 11)


def test_the_async_client_answers_and_streams(address, key):
    async def ask():
        async with anthropic.AsyncAnthropic(
            base_url=address, api_key=key, _strict_response_validation=True
        ) as client:
            plain = await client.messages.create(**ASKED)
            async with client.messages.stream(**ASKED) as stream:
                streamed = await stream.get_final_message()
            return plain.content[0].text, streamed.content[0].text

    plain, streamed = asyncio.run(ask())
    assert plain == streamed


def test_the_system_prompt_may_be_blocks(client, engine):
    blocks = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    client.messages.create(**ASKED, system=blocks)
    assert engine.turn.messages[0] == Message("system", "Be brief.")


def test_max_tokens_and_stop_sequences_end_an_answer(client, engine):
    engine.script = lambda turn: Draft("A token", "length")
    assert client.messages.create(**ASKED | {"max_tokens": 2}).stop_reason == "max_tokens"
    assert engine.turn.max_output == 2
    engine.script = lambda turn: Draft("A ", met_stop=turn.stop[0])
    stopped = client.messages.create(**ASKED, stop_sequences=["token"])
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "token")
    with client.messages.stream(**ASKED, stop_sequences=["token"]) as stream:
        assert stream.get_final_message().stop_sequence == "token"


def test_an_empty_answer_has_no_blocks(client, engine):
    engine.script = lambda turn: Draft("", "length")
    warmed = client.messages.create(**ASKED | {"max_tokens": 0})
    assert (warmed.content, warmed.stop_reason, warmed.usage.output_tokens) == ([], "max_tokens", 0)
    with client.messages.stream(**ASKED) as stream:
        assert stream.get_final_message().content == []


def test_thinking_is_charged_as_output(client, engine):
    engine.script = lambda turn: Draft(SENTENCE, reasoning=64)
    usage = client.messages.create(**ASKED, thinking={"type": "adaptive"}, output_config={"effort": "low"}).usage
    assert engine.turn.effort == "low"
    assert (usage.output_tokens, usage.output_tokens_details.thinking_tokens) == (71, 64)


def test_a_long_prompt_is_cheaper_the_second_time(client):
    long = {**ASKED, "system": "The shop opens at nine. " * 400}
    first, second = (client.messages.create(**long).usage for _ in range(2))
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens > 1000
    assert first.input_tokens == second.input_tokens < 200


def calls_the_weather(turn):
    if turn.messages[-1].role == "tool":
        return Draft(f"It says: {turn.messages[-1].text}")
    towns = [ToolCall("1", "get_weather", '{"town": "Taipei"}'), ToolCall("2", "get_weather", '{"town": "Huế"}')]
    return Draft("Let me see.", "tool_calls", tool_calls=tuple(towns))


def test_tools_are_asked_for_and_their_results_used(client, engine):
    engine.script = calls_the_weather
    first = client.messages.create(**FORCED)
    assert (engine.turn.tool_choice, engine.turn.tool_name) == ("required", "get_weather")
    assert first.stop_reason == "tool_use"
    calls = [block for block in first.content if block.type == "tool_use"]
    assert [(call.id, call.input) for call in calls] == [
        ("toolu_1", {"town": "Taipei"}),
        ("toolu_2", {"town": "Huế"}),
    ]
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "Rain."} for call in calls]
    messages = [
        *QUESTION,
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": results},
    ]
    second = client.messages.create(**ASKED | {"messages": messages}, tools=[WEATHER])
    assert (second.stop_reason, second.content[0].text) == ("end_turn", "It says: Rain.")


def test_streamed_tool_calls_are_the_plain_ones(client, engine):
    engine.script = calls_the_weather
    plain = client.messages.create(**FORCED)
    with client.messages.stream(**FORCED) as stream:
        streamed = stream.get_final_message()
    assert [block.to_dict() for block in streamed.content] == [block.to_dict() for block in plain.content]
    assert streamed.stop_reason == "tool_use"


@anthropic.beta_tool
def get_weather(town: str) -> str:
    """Get the weather of a town."""
    return f"Rain in {town}."


def test_the_tool_runner_of_the_sdk_runs_the_tools(client, engine):
    engine.script = calls_the_weather
    runner = client.beta.messages.tool_runner(**ASKED, tools=[get_weather])
    assert runner.until_done().content[0].text == "It says: Rain in Huế."


class Order(BaseModel):
    product: str
    quantity: int


def test_structured_output_fills_a_type(client, engine):
    engine.script = lambda turn: Draft('{"product": "lamp", "quantity": 3}')
    message = client.messages.parse(**ASKED, output_format=Order)
    assert set(engine.turn.schema["properties"]) == {"product", "quantity"}
    assert message.parsed_output == Order(product="lamp", quantity=3)


def test_images_and_documents_are_accepted_and_counted(client):
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    with_image = [{"role": "user", "content": [image, {"type": "text", "text": "What is a token?"}]}]
    plain = client.messages.count_tokens(model="ant-small", messages=QUESTION)
    more = client.messages.count_tokens(model="ant-small", messages=with_image)
    assert plain.input_tokens == 11
    assert more.input_tokens > 200
    assert client.messages.create(**ASKED | {"messages": with_image}).usage.input_tokens == more.input_tokens


def test_models_come_in_pages(client):
    assert [model.id for model in client.models.list()] == ["ant-small", "ant-large"]
    page = client.models.list(limit=1)
    assert (page.has_more, page.first_id, page.last_id) == (True, "ant-small", "ant-small")
    assert [model.id for model in client.models.list(limit=1)] == ["ant-small", "ant-large"]
    model = client.models.retrieve("ant-large")
    assert (model.type, model.lifecycle, model.max_input_tokens) == ("model", "active", 200_000)


def test_the_older_header_and_key_are_accepted(address, key):
    headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
    with httpx2.Client(base_url=address, headers=headers, trust_env=False) as http:
        answer = http.post("/v1/messages", json=ASKED | {"temperature": 0.5, "top_k": 5})
        assert answer.status_code == 200
        assert answer.json()["type"] == "message"
        refused = http.post("/v1/messages", json=ASKED | {"temperature": 1.5})
        assert refused.json()["error"]["message"] == "temperature: range: 0..1"


def test_the_newest_version_knows_no_temperature(client):
    with pytest.raises(anthropic.BadRequestError, match="temperature: Extra inputs are not permitted"):
        client.messages.create(**ASKED, extra_body={"temperature": 1.0})


def test_a_wrong_key_and_an_unknown_model(client, address):
    with pytest.raises(anthropic.NotFoundError, match="model: claude-nine") as unknown:
        client.messages.create(**ASKED | {"model": "claude-nine"})
    assert unknown.value.body["request_id"] == unknown.value.request_id
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("tiny")  # another vendor's
    with (
        anthropic.Anthropic(base_url=address, api_key="sk-wrong", max_retries=0) as stranger,
        pytest.raises(anthropic.AuthenticationError, match="invalid x-api-key"),
    ):
        stranger.messages.create(**ASKED)


def test_an_admin_key_cannot_run_a_model(address, store):
    admin = store.add_key(None, "admin", now=1)[1]
    with anthropic.Anthropic(base_url=address, api_key=admin, max_retries=0) as client:
        with pytest.raises(anthropic.PermissionDeniedError):
            client.messages.create(**ASKED)
        with pytest.raises(anthropic.PermissionDeniedError):
            client.models.list()
        with pytest.raises(anthropic.PermissionDeniedError):
            client.messages.batches.create(requests=[{"custom_id": "a", "params": ASKED}])


def test_a_rate_limit_is_shown_and_kept(client, store):
    store.set_rate_limit(1, "*", requests_per_minute=2)
    raw = client.messages.with_raw_response.create(**ASKED)
    assert raw.headers["anthropic-ratelimit-requests-limit"] == "2"
    assert raw.headers["anthropic-ratelimit-requests-remaining"] == "1"
    with client.messages.with_streaming_response.create(**ASKED, stream=True) as streamed:
        assert streamed.headers["anthropic-ratelimit-requests-remaining"] == "0"
        assert streamed.headers["request-id"].startswith("req_")
        streamed.read()
    with pytest.raises(anthropic.RateLimitError) as refused:
        client.messages.create(**ASKED)
    assert refused.value.type == "rate_limit_error"
    assert 0 < int(refused.value.response.headers["retry-after"]) <= 60


def test_a_hosted_tool_can_be_forbidden(client, store):
    search = [{"type": "web_search_20260318", "name": "web_search"}]
    assert client.messages.create(**ASKED, tools=search).stop_reason == "end_turn"
    store.set_policy(1, hosted_tools={"web_search": False})
    with pytest.raises(anthropic.PermissionDeniedError, match="web_search"):
        client.messages.create(**ASKED, tools=search)


def test_a_project_can_be_kept_in_a_region(client, store):
    store.set_policy(1, region="eu")
    assert client.messages.create(**ASKED, inference_geo="eu").usage.inference_geo == "eu"
    with pytest.raises(anthropic.BadRequestError, match="inference_geo: 'us' is not allowed"):
        client.messages.create(**ASKED, inference_geo="us")


def test_a_model_can_be_forbidden(client, store):
    store.set_policy(1, models=["ant-large"])
    assert [model.id for model in client.models.list()] == ["ant-large"]
    with pytest.raises(anthropic.NotFoundError, match="model: ant-small"):
        client.messages.create(**ASKED)
