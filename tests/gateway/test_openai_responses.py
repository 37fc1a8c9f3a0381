"""OpenAI's Responses, with its own SDK over HTTP."""

from __future__ import annotations

import asyncio
import json

import openai
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import ScriptedEngine, scripted_pipeline, serving

from course.gateway.app import create_app
from course.gateway.dialects import openai_responses
from course.gateway.types import Draft, Fault, ToolCall

SENTENCE = "A token is a piece of text."
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
CALLS = (ToolCall("one", "get_weather", '{"city":"Taipei"}'), ToolCall("two", "get_weather", '{"city":"Tokyo"}'))


class Order(pydantic.BaseModel):
    item: str
    number: int


def answer(turn):
    reasoning = 8 if turn.effort == "high" else 0
    if turn.schema:
        return Draft('{"item":"tea","number":3}', reasoning=reasoning)
    if turn.tools and turn.messages[-1].role != "tool":
        return Draft("Let me look.", "tool_calls", reasoning, CALLS)
    if turn.max_output:
        return Draft(" ".join(SENTENCE.split()[: turn.max_output - reasoning]), "length", reasoning)
    return Draft(SENTENCE, reasoning=reasoning)


@pytest.fixture
def engine():
    return ScriptedEngine(answer)


@pytest.fixture
def scripted(store, engine):
    return scripted_pipeline(store, engine)


@pytest.fixture
def address(scripted):
    with serving(create_app(scripted)) as url:
        yield f"{url}/openai/v1"


def client_for(address, key):
    return openai.OpenAI(base_url=address, api_key=key, max_retries=0, _strict_response_validation=True)


@pytest.fixture
def client(address, key):
    with client_for(address, key) as client:
        yield client


@pytest.fixture
def stranger(address, store):
    other = store.add_key(store.add_project("Other", now=1), "other", now=1)[1]
    with client_for(address, other) as client:
        yield client


def test_a_plain_answer(client):
    reply = client.responses.create(model="tiny", input="What is a token?")
    assert reply.output_text == SENTENCE
    assert reply.id.startswith("resp_")
    assert (reply.status, reply.error, reply.incomplete_details) == ("completed", None, None)
    (message,) = reply.output
    assert (message.type, message.role, message.status) == ("message", "assistant", "completed")
    # 4 words, 4 tokens around the message, 3 before the answer
    assert (reply.usage.input_tokens, reply.usage.output_tokens, reply.usage.total_tokens) == (11, 7, 18)
    assert reply._request_id.startswith("req_")


def test_what_was_asked_is_repeated(client):
    asked = {
        "instructions": "Be short.",
        "max_output_tokens": 20,
        "metadata": {"lesson": "2"},
        "parallel_tool_calls": False,
        "temperature": 0.5,
        "tool_choice": "none",
        "truncation": "auto",
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "text"}, "verbosity": "low"},
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "ours",
    }
    reply = client.responses.create(model="tiny", input="Hello", tools=[WEATHER], **asked).to_dict()
    asked.pop("include")
    assert reply["reasoning"].pop("summary") is None
    assert {name: reply[name] for name in asked} == asked
    assert reply["tools"] == [WEATHER | {"strict": True}]


def test_instructions_and_roles_reach_the_engine(client, engine):
    client.responses.create(
        model="tiny",
        instructions="Be short.",
        input=[
            {"role": "developer", "content": "Be kind."},
            {"role": "user", "content": [{"type": "input_text", "text": "Hello"}], "type": "message"},
            {"role": "assistant", "content": "Good morning."},
            {"role": "user", "content": "And now?"},
        ],
    )
    assert [(message.role, message.text) for message in engine.turn.messages] == [
        ("system", "Be short."),
        ("system", "Be kind."),
        ("user", "Hello"),
        ("assistant", "Good morning."),
        ("user", "And now?"),
    ]


def test_images_and_files_are_counted(client, engine):
    plain = client.responses.create(model="tiny", input="Look").usage.input_tokens
    content = [
        {"type": "input_text", "text": "Look"},
        {"type": "input_image", "image_url": "https://example.com/sky.png", "detail": "auto"},
        {"type": "input_file", "filename": "bill.pdf", "file_data": "data:application/pdf;base64," + "A" * 8000},
    ]
    reply = client.responses.create(model="tiny", input=[{"role": "user", "content": content}])
    assert [attachment.kind for attachment in engine.turn.messages[0].attachments] == ["image", "file"]
    assert reply.usage.input_tokens == plain + 258 + 1500


def test_the_loop_of_tool_calls_and_results(client, engine):
    question = [{"role": "user", "content": "Is it raining?"}]
    first = client.responses.create(model="tiny", input=question, tools=[WEATHER])
    message, *calls = first.output
    assert message.content[0].text == "Let me look."
    assert [(call.call_id, call.name, json.loads(call.arguments)) for call in calls] == [
        ("call_one", "get_weather", {"city": "Taipei"}),
        ("call_two", "get_weather", {"city": "Tokyo"}),
    ]
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "rain"} for call in calls]
    again = client.responses.create(model="tiny", input=[*question, *first.output, *results], tools=[WEATHER])
    assert again.output_text == SENTENCE
    _asked, called, *answered = engine.turn.messages
    assert (called.role, called.text, len(called.tool_calls)) == ("assistant", "Let me look.", 2)
    assert [each.answers for each in answered] == ["call_one", "call_two"]


def test_an_answer_goes_on_from_an_earlier_one(client, engine):
    first = client.responses.create(model="tiny", input="Is it raining?", tools=[WEATHER], instructions="Short.")
    results = [
        {"type": "function_call_output", "call_id": call.call_id, "output": [{"type": "input_text", "text": "rain"}]}
        for call in first.output[1:]
    ]
    second = client.responses.create(model="tiny", input=results, previous_response_id=first.id)
    assert second.previous_response_id == first.id
    assert [message.role for message in engine.turn.messages] == ["user", "assistant", "tool", "tool"]
    client.responses.create(model="tiny", input="Thanks", previous_response_id=second.id)
    assert [message.text for message in engine.turn.messages][-2:] == [SENTENCE, "Thanks"]
    # what was answered without the earlier instructions has no trace of them
    assert "Short." not in [message.text for message in engine.turn.messages]


def test_calls_and_results_must_fit_together(client):
    first = client.responses.create(model="tiny", input="Is it raining?", tools=[WEATHER])
    with pytest.raises(openai.BadRequestError, match="No tool output found for function call call_one"):
        client.responses.create(model="tiny", input="And?", previous_response_id=first.id)
    stray = [{"type": "function_call_output", "call_id": "call_x", "output": "rain"}]
    with pytest.raises(openai.BadRequestError, match=r"No tool call found .* call_x"):
        client.responses.create(model="tiny", input=stray)


def test_a_pydantic_model_is_filled(client, engine):
    reply = client.responses.parse(model="tiny", input="Three teas", text_format=Order)
    assert reply.output_parsed == Order(item="tea", number=3)
    assert engine.turn.schema["properties"]["item"]["type"] == "string"
    with client.responses.stream(model="tiny", input="Three teas", text_format=Order) as stream:
        assert stream.get_final_response().output_parsed == Order(item="tea", number=3)


def test_a_schema_that_is_not_strict_is_refused(client):
    text = {"format": {"type": "json_schema", "name": "order", "strict": True, "schema": {"type": "object"}}}
    with pytest.raises(openai.BadRequestError, match="additionalProperties") as refusal:
        client.responses.create(model="tiny", input="Three teas", text=text)
    assert refusal.value.param == "text.format.schema"


def test_any_json_object_needs_the_word(client, engine):
    text = {"format": {"type": "json_object"}}
    with pytest.raises(openai.BadRequestError, match="must contain the word 'json'"):
        client.responses.create(model="tiny", input="Three teas", text=text)
    client.responses.create(model="tiny", input="Three teas as JSON", text=text)
    assert engine.turn.json_only


def test_reasoning_is_an_item_without_content(client):
    reply = client.responses.create(model="tiny", input="Why?", reasoning={"effort": "high"})
    reasoning, message = reply.output
    assert (reasoning.type, reasoning.summary) == ("reasoning", [])
    assert reply.usage.output_tokens_details.reasoning_tokens == 8
    assert reply.usage.output_tokens == 8 + 7
    client.responses.create(model="tiny", input=[reasoning, message, {"role": "user", "content": "Go on"}])


@pytest.mark.parametrize(("effort", "limit", "kinds"), [(None, 3, ["message"]), ("high", 8, ["reasoning"])])
def test_the_token_limit_makes_an_answer_incomplete(client, effort, limit, kinds):
    reasoning = {"effort": effort} if effort else None
    reply = client.responses.create(model="tiny", input="Why?", max_output_tokens=limit, reasoning=reasoning)
    assert reply.status == "incomplete"
    assert reply.incomplete_details.reason == "max_output_tokens"
    assert [item.type for item in reply.output] == kinds
    events = list(
        client.responses.create(model="tiny", input="Why?", max_output_tokens=limit, reasoning=reasoning, stream=True)
    )
    assert events[-1].type == "response.incomplete"
    assert [item.type for item in events[-1].response.output] == kinds
    if kinds == ["message"]:
        assert reply.output[0].status == events[-2].item.status == "incomplete"


def test_the_events_of_a_text(client):
    events = list(client.responses.create(model="tiny", input="What is a token?", stream=True))
    kinds = [event.type for event in events]
    assert kinds == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        *["response.output_text.delta"] * 7,
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == SENTENCE
    last = events[-1].response
    assert last.output_text == SENTENCE
    assert last.output[0].id == events[2].item.id == events[4].item_id
    assert last.usage.output_tokens == 7


def test_the_events_of_tool_calls(client):
    events = list(
        client.responses.create(
            model="tiny", input="Rain?", tools=[WEATHER], stream=True, reasoning={"effort": "high"}
        )
    )
    added = [(event.output_index, event.item.type) for event in events if event.type == "response.output_item.added"]
    assert added == [(0, "reasoning"), (1, "message"), (2, "function_call"), (3, "function_call")]
    done = [event for event in events if event.type == "response.output_item.done"]
    assert [event.item for event in done] == events[-1].response.output
    arguments = [event for event in events if event.type == "response.function_call_arguments.done"]
    assert [(event.output_index, json.loads(event.arguments)["city"]) for event in arguments] == [
        (2, "Taipei"),
        (3, "Tokyo"),
    ]


@pytest.mark.parametrize("options", [{}, {"tools": [WEATHER]}, {"reasoning": {"effort": "high"}}], ids=repr)
def test_a_streamed_answer_is_the_plain_answer(client, options):
    plain = client.responses.create(model="tiny", input="Rain?", **options)
    with client.responses.stream(model="tiny", input="Rain?", **options) as stream:
        streamed = stream.get_final_response()
    assert [item.type for item in streamed.output] == [item.type for item in plain.output]
    assert streamed.output_text == plain.output_text
    assert streamed.usage == plain.usage


def test_the_async_client_answers_and_streams(address, key):
    async def ask():
        async with openai.AsyncOpenAI(base_url=address, api_key=key, _strict_response_validation=True) as client:
            plain = await client.responses.create(model="tiny", input="Hello")
            async with client.responses.stream(model="tiny", input="Hello") as stream:
                final = await stream.get_final_response()
            return plain.output_text, final.output_text

    assert asyncio.run(ask()) == (SENTENCE, SENTENCE)


def test_a_response_is_kept_and_can_be_deleted(client):
    plain = client.responses.create(model="tiny", input="Hello")
    assert client.responses.retrieve(plain.id) == plain
    *_, last = client.responses.create(model="tiny", input="Hello", stream=True)
    assert client.responses.retrieve(last.response.id) == last.response
    client.responses.delete(plain.id)
    for look in (client.responses.retrieve, client.responses.delete, client.responses.input_items.list):
        with pytest.raises(openai.NotFoundError, match=f"Response with id '{plain.id}' not found"):
            look(plain.id)


def test_a_response_that_is_not_stored_is_not_found(client):
    reply = client.responses.create(model="tiny", input="Hello", store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(reply.id)
    with pytest.raises(openai.BadRequestError, match=f"Previous response with id '{reply.id}'") as refusal:
        client.responses.create(model="tiny", input="And?", previous_response_id=reply.id)
    assert refusal.value.code == "previous_response_not_found"


def test_a_project_that_keeps_nothing(client, store):
    store.set_policy(1, retention_days=0)
    reply = client.responses.create(model="tiny", input="Hello")
    assert reply.to_dict()["store"] is False
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(reply.id)


def test_a_response_outlives_its_days_for_nobody(client, store, scripted):
    store.set_policy(1, retention_days=1)
    reply = client.responses.create(model="tiny", input="Hello")
    client.responses.retrieve(reply.id)
    scripted.clock.now += 86_400_000_000
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(reply.id)


def test_what_is_redacted_is_not_kept(client, store):
    store.set_policy(1, redact=["email"])
    reply = client.responses.create(model="tiny", input="I am ana@example.com", instructions="Ask bob@example.com")
    (item,) = client.responses.input_items.list(reply.id).data
    assert item.content[0].text == "I am [EMAIL]"
    assert client.responses.retrieve(reply.id).instructions == "Ask [EMAIL]"


def test_another_project_sees_nothing(client, stranger):
    reply = client.responses.create(model="tiny", input="Hello")
    responses = stranger.responses
    for look in (responses.retrieve, responses.delete, responses.cancel, responses.input_items.list):
        with pytest.raises(openai.NotFoundError):
            look(reply.id)
    with pytest.raises(openai.BadRequestError, match="not found"):
        responses.create(model="tiny", input="And?", previous_response_id=reply.id)


def test_the_input_items_in_pages(client):
    items = [{"role": "user", "content": f"Part {number}"} for number in range(5)]
    first = client.responses.create(model="tiny", input=items)
    reply = client.responses.create(model="tiny", input="End", previous_response_id=first.id)

    def texts(**options):
        listed = client.responses.input_items.list(reply.id, **options)
        return [item.content[0].text for item in listed]

    assert texts() == ["End", SENTENCE, "Part 4", "Part 3", "Part 2", "Part 1", "Part 0"]
    assert texts(limit=2, order="asc") == texts()[::-1]
    page = client.responses.input_items.list(reply.id, limit=3)
    assert (len(page.data), page.has_more) == (3, True)
    ids = [item.id for item in client.responses.input_items.list(reply.id)]
    assert len(set(ids)) == 7


def test_only_work_in_the_background_can_be_cancelled_or_streamed_again(client):
    reply = client.responses.create(model="tiny", input="Hello")
    with pytest.raises(openai.BadRequestError, match="Cannot cancel a synchronous response"):
        client.responses.cancel(reply.id)
    with pytest.raises(openai.BadRequestError):
        client.responses.retrieve(reply.id, stream=True)


def test_the_tokens_of_an_input(client, store):
    counted = client.responses.input_tokens.count(model="tiny", input="What is a token?", tools=[WEATHER])
    assert (
        counted.input_tokens
        == client.responses.create(model="tiny", input="What is a token?", tools=[WEATHER]).usage.input_tokens
    )
    assert len(store.ledger()) == 1


def test_a_conversation_that_does_not_fit_is_refused_or_shortened(client, engine):
    items = [{"role": "user", "content": "word " * 20} for _ in range(4)]
    with pytest.raises(openai.BadRequestError, match="exceeds the context window") as refusal:
        client.responses.create(model="narrow", input=items)
    assert (refusal.value.code, refusal.value.param) == ("context_length_exceeded", "input")
    client.responses.create(model="narrow", input=items, instructions="Short.", truncation="auto")
    assert [message.role for message in engine.turn.messages] == ["system", "user"]
    assert engine.turn.messages[0].text == "Short."


def test_hosted_tools_are_permitted_or_not(client, store, engine):
    tools = [{"type": "web_search"}, {"type": "file_search", "vector_store_ids": ["vs_1"]}]
    reply = client.responses.create(model="tiny", input="Hello", tools=tools)
    assert [tool.type for tool in reply.tools] == ["web_search", "file_search"]
    assert engine.turn.hosted_tools == ("web_search", "file_search")
    store.set_policy(1, hosted_tools={"web_search": False})
    with pytest.raises(openai.PermissionDeniedError, match="'web_search' is not enabled"):
        client.responses.create(model="tiny", input="Hello", tools=tools)


def test_an_answer_and_its_price_are_in_the_ledger(client, store):
    client.responses.create(model="tiny", input="What is a token?")
    list(client.responses.create(model="tiny", input="What is a token?", stream=True))
    assert [(row.input, row.output, row.cost_micros) for row in store.ledger()] == [(11, 7, 92)] * 2


def test_an_admin_key_has_no_responses(address, store):
    admin = store.add_key(None, "admin", now=1)[1]
    with client_for(address, admin) as client, pytest.raises(openai.AuthenticationError):
        client.responses.create(model="tiny", input="Hello")


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"model": None}, "model", "missing_required_parameter"),
        ({"input": None}, "input", "missing_required_parameter"),
        ({"input": []}, "input", "empty_array"),
        ({"input": 3}, "input", "invalid_type"),
        ({"input": [3]}, "input[0]", "invalid_type"),
        ({"input": [{}]}, "input[0].type", "missing_required_parameter"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0].type", "invalid_value"),
        ({"input": [{"role": "pilot", "content": "x"}]}, "input[0].role", "invalid_value"),
        ({"input": [{"role": "user"}]}, "input[0].content", "missing_required_parameter"),
        (
            {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
            "input[0].content[0].type",
            "invalid_value",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
            "input[0].content[0].image_url",
            "missing_required_parameter",
        ),
        ({"input": [{"type": "function_call", "call_id": "a"}]}, "input[0].name", "missing_required_parameter"),
        ({"messages": []}, "messages", "unknown_parameter"),
        ({"stop": "x"}, "stop", "unknown_parameter"),
        ({"background": True}, "background", "unsupported_parameter"),
        ({"conversation": "conv_1"}, "conversation", "unsupported_parameter"),
        ({"max_output_tokens": 0}, "max_output_tokens", "integer_below_min_value"),
        ({"metadata": {"a": 3}}, "metadata.a", "invalid_type"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata", "object_above_max_properties"),
        ({"include": ["everything"]}, "include[0]", "invalid_value"),
        ({"reasoning": {"effort": "heroic"}}, "reasoning.effort", "invalid_value"),
        ({"text": {"format": {"type": "yaml"}}}, "text.format.type", "invalid_value"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.name", "missing_required_parameter"),
        ({"tools": [{"type": "function"}]}, "tools[0].name", "missing_required_parameter"),
        ({"tools": [{"type": "file_search"}]}, "tools[0].vector_store_ids", "missing_required_parameter"),
        ({"tools": [{"type": "teapot"}]}, "tools[0].type", "invalid_value"),
        ({"tool_choice": {"name": "f"}}, "tool_choice.type", "missing_required_parameter"),
        ({"truncation": "middle"}, "truncation", "invalid_value"),
        ({"temperature": 3}, "temperature", "decimal_above_max_value"),
        ({"stream_options": {"include_obfuscation": True}}, "stream_options", None),
    ],
    ids=repr,
)
def test_a_wrong_field_is_named(client, change, param, code):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.post("/responses", body={"model": "tiny", "input": "Hello"} | change, cast_to=object)
    assert (refusal.value.param, refusal.value.code) == (param, code)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PARTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["input_text", "output_text", "input_image", "input_file", "refusal"]) | JSON},
    optional=dict.fromkeys(("text", "refusal", "image_url", "file_data", "file_id", "detail"), JSON),
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["message", "function_call", "function_call_output", "reasoning"]) | JSON,
        "role": st.sampled_from(["user", "assistant", "system"]) | JSON,
        "content": st.text(max_size=5) | st.lists(PARTS, max_size=2) | JSON,
        "output": st.text(max_size=5) | st.lists(PARTS, max_size=2) | JSON,
        **dict.fromkeys(("id", "status", "call_id", "name", "arguments", "summary"), JSON),
    },
)
TOOLS = st.fixed_dictionaries(
    {"type": st.sampled_from(["function", "web_search", "mcp"]) | JSON},
    optional=dict.fromkeys(("name", "parameters", "strict", "description", "server_label"), JSON),
)
BODIES = st.fixed_dictionaries(
    {"model": st.just("tiny") | JSON, "input": st.text(max_size=5) | st.lists(ITEMS, max_size=3) | JSON},
    optional={
        "tools": st.lists(TOOLS, max_size=2) | JSON,
        "text": st.fixed_dictionaries({"format": JSON}) | JSON,
        **dict.fromkeys(sorted(openai_responses._ALLOWED - {"model", "input", "tools", "text"}), JSON),
    },
)


def assert_read_or_refused(parse):
    try:
        parse()
    except Fault as fault:
        refusal = fault
    else:
        return
    assert refusal.kind == "invalid_request"
    assert refusal.message


@settings(max_examples=120, deadline=None)
@given(BODIES | JSON)
def test_any_body_is_read_or_refused(body):
    for parse in (openai_responses.parse, openai_responses.parse_count):
        assert_read_or_refused(lambda parse=parse: parse(body, lambda _: []))
