"""Tools, schemas and attachments in Chat Completions, with OpenAI's own SDK over HTTP."""

from __future__ import annotations

import json

import openai
import pydantic
import pytest
from scripted import ScriptedEngine, scripted_pipeline, serving

from course.gateway.app import create_app
from course.gateway.types import Draft, ToolCall

QUESTION = [{"role": "user", "content": "Is it raining in Taipei and in Tokyo?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}
CALLS = (
    ToolCall("one", "get_weather", '{"city":"Taipei, the capital of Taiwan"}'),
    ToolCall("two", "get_weather", '{"city":"Tokyo"}'),
)


class Order(pydantic.BaseModel):
    item: str
    number: int


def answer(turn):
    if turn.schema:
        return Draft('{"item":"tea","number":3}')
    if turn.tools and turn.tool_choice != "none" and turn.messages[-1].role != "tool":
        return Draft("", "tool_calls", tool_calls=CALLS if turn.parallel_tool_calls else CALLS[:1])
    return Draft("It rains in both.")


@pytest.fixture
def engine():
    return ScriptedEngine(answer)


@pytest.fixture
def client(store, key, engine):
    with (
        serving(create_app(scripted_pipeline(store, engine))) as url,
        openai.OpenAI(
            base_url=f"{url}/openai/v1", api_key=key, max_retries=0, _strict_response_validation=True
        ) as client,
    ):
        yield client


def ask(client, **options):
    return client.chat.completions.create(model="tiny", messages=QUESTION, **options)


def test_parallel_tool_calls(client, engine):
    reply = ask(client, tools=[WEATHER])
    choice = reply.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    assert [call.id for call in choice.message.tool_calls] == ["call_one", "call_two"]
    assert json.loads(choice.message.tool_calls[1].function.arguments) == {"city": "Tokyo"}
    assert engine.turn.tools[0].name == "get_weather"
    assert engine.turn.tools[0].schema["required"] == ["city"]


def test_one_call_at_a_time(client):
    assert len(ask(client, tools=[WEATHER], parallel_tool_calls=False).choices[0].message.tool_calls) == 1


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", ("auto", None)),
        ("none", ("none", None)),
        ("required", ("required", None)),
        ({"type": "function", "function": {"name": "get_weather"}}, ("required", "get_weather")),
    ],
)
def test_the_choice_of_a_tool_reaches_the_engine(client, engine, choice, expected):
    ask(client, tools=[WEATHER], tool_choice=choice)
    assert (engine.turn.tool_choice, engine.turn.tool_name) == expected


def test_the_loop_of_tool_calls_and_results(client, engine):
    first = ask(client, tools=[WEATHER]).choices[0].message
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": f"rain {place}"}
        for place, call in enumerate(first.tool_calls)
    ]
    reply = client.chat.completions.create(model="tiny", tools=[WEATHER], messages=[*QUESTION, first, *results])
    assert reply.choices[0].message.content == "It rains in both."
    _asked, called, *answered = engine.turn.messages
    assert [call.id for call in called.tool_calls] == ["call_one", "call_two"]
    assert [(message.role, message.answers, message.text) for message in answered] == [
        ("tool", "call_one", "rain 0"),
        ("tool", "call_two", "rain 1"),
    ]


def test_tool_calls_count_as_output(client):
    # a name and two times a city of one to five words
    assert ask(client, tools=[WEATHER]).usage.completion_tokens == 1 + 5 + 1 + 1


def test_tool_calls_stream_in_pieces(client):
    chunks = list(ask(client, tools=[WEATHER], stream=True))
    deltas = [delta for chunk in chunks for delta in chunk.choices[0].delta.tool_calls or ()]
    begun = [delta for delta in deltas if delta.id]
    assert [(delta.index, delta.id, delta.function.name) for delta in begun] == [
        (0, "call_one", "get_weather"),
        (1, "call_two", "get_weather"),
    ]
    for index, call in enumerate(CALLS):
        assert "".join(delta.function.arguments for delta in deltas if delta.index == index) == call.arguments
    assert len([delta for delta in deltas if delta.index == 0]) > 2
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_the_stream_helper_of_the_sdk_collects_tool_calls(client):
    with client.chat.completions.stream(model="tiny", messages=QUESTION, tools=[WEATHER]) as stream:
        kinds = {event.type for event in stream}
        message = stream.get_final_completion().choices[0].message
    assert "tool_calls.function.arguments.done" in kinds
    assert message.tool_calls[0].function.parsed_arguments == {"city": "Taipei, the capital of Taiwan"}


def test_a_pydantic_model_is_filled(client, engine):
    reply = client.chat.completions.parse(model="tiny", messages=QUESTION, response_format=Order)
    assert reply.choices[0].message.parsed == Order(item="tea", number=3)
    assert engine.turn.schema["properties"]["number"]["type"] == "integer"
    assert engine.turn.json_only


def test_any_json_object(client, engine):
    messages = [{"role": "user", "content": "Answer in JSON."}]
    client.chat.completions.create(model="tiny", messages=messages, response_format={"type": "json_object"})
    assert engine.turn.json_only
    assert engine.turn.schema is None


def test_a_schema_that_is_not_strict_is_refused_with_its_place(client):
    loose = {"name": "order", "strict": True, "schema": {"type": "object", "properties": {"item": {}}}}
    with pytest.raises(openai.BadRequestError, match="'additionalProperties' is required") as refusal:
        ask(client, response_format={"type": "json_schema", "json_schema": loose})
    assert refusal.value.param == "response_format"
    assert refusal.value.code == "invalid_json_schema"


def test_several_answers(client):
    reply = ask(client, n=3)
    assert [choice.index for choice in reply.choices] == [0, 1, 2]
    assert reply.usage.completion_tokens == 3 * 4
    streamed = [chunk.choices[0] for chunk in ask(client, n=2, stream=True)]
    for index in (0, 1):
        text = "".join(choice.delta.content or "" for choice in streamed if choice.index == index)
        assert text == "It rains in both."


def test_images_and_files_are_counted(client, engine):
    plain = ask(client).usage.prompt_tokens
    content = [
        {"type": "text", "text": QUESTION[0]["content"]},
        {"type": "image_url", "image_url": {"url": "https://example.com/sky.png", "detail": "low"}},
        {"type": "file", "file": {"filename": "bill.pdf", "file_data": "data:application/pdf;base64," + "A" * 8000}},
    ]
    seen = client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": content}])
    image, file = engine.turn.messages[0].attachments
    assert (image.kind, file.kind, file.media_type, file.name, file.size) == (
        "image",
        "file",
        "application/pdf",
        "bill.pdf",
        6000,
    )
    assert seen.usage.prompt_tokens == plain + 258 + 6000 // 4


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name"),
        ({"tools": [WEATHER], "tool_choice": "always"}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": {}}, "tool_choice.type"),
        ({"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "no"}}}, "tool_choice"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "call_one"}]}, "messages.[0].role"),
        (
            {
                "messages": [
                    {
                        "role": "assistant",
                        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
                    },
                    {"role": "user", "content": "And?"},
                ]
            },
            "messages.[1].role",
        ),
    ],
    ids=repr,
)
def test_what_does_not_fit_is_refused(client, options, param):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.chat.completions.create(**{"model": "tiny", "messages": QUESTION, **options})
    assert refusal.value.param == param
