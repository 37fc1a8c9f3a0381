"""OpenAI's platform answers as OpenAI publishes that it does; see `openai_schema`."""

from __future__ import annotations

import json

import pytest
from openai_schema import plain, problems, published
from test_every_route import TIMES, in_order, send
from world import ASK, CHAT, FUNCTION, World

# Newer than the description, or of the practice platform alone.
NOT_PUBLISHED = {
    "POST /organization/projects/{}/api_keys/{}",
    "GET /organization/projects/{}/service_tier_settings",
    "POST /organization/projects/{}/service_tier_settings",
    "GET /organization/usage/decisions",
    "POST /organization/invites/{}/accept",
    "DELETE /responses/{}",
}
TOOLS = {"tools": [{"type": "function", "function": FUNCTION}], "tool_choice": "required"}
FLAT_TOOLS = {"tools": [{"type": "function", **FUNCTION}], "tool_choice": "required"}
RESULT = [{"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city": "Tokyo"}'}]
RESULT += [{"type": "function_call_output", "call_id": "call_1", "output": "Sunny, 21 degrees"}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FORMAT = {"name": "place", "schema": SCHEMA | {"additionalProperties": False}, "strict": True}
CHATS = {
    "two answers": {"n": 2},
    "a tool": TOOLS,
    "cut": {"max_completion_tokens": 3},
    "stopped": {"stop": ["token"]},
    "JSON": {"response_format": {"type": "json_object"}, "messages": [{"role": "user", "content": "As JSON: Tokyo"}]},
    "schema": {"response_format": {"type": "json_schema", "json_schema": FORMAT}},
}
RESPONSES = {
    "text": {"input": "What is a token?", "instructions": "Be brief."},
    "a tool": {"input": "The weather in Tokyo?"} | FLAT_TOOLS,
    "a tool's result": {"input": [*ASK, *RESULT], "tools": FLAT_TOOLS["tools"]},
    "cut": {"input": "What is a token?", "max_output_tokens": 16},
    "schema": {"input": "I live in Tokyo.", "text": {"format": {"type": "json_schema", **FORMAT}}},
    "a picture": {
        "input": [{"role": "user", "content": [{"type": "input_image", "image_url": "https://a.example/b.png"}]}]
    },
    "a hosted tool": {"input": "What is a token?", "tools": [{"type": "web_search"}]},
    "reasoning": {"input": "What is a token?", "reasoning": {"effort": "high"}, "metadata": {"a": "b"}},
}


@pytest.fixture
def world(pipeline):
    world = World(pipeline)
    yield world
    world.close()


def test_every_address_answers_as_published(world):
    found, unknown = [], set()
    for address in in_order(world, "openai"):
        name = f"{address.method} {plain(address.path.removeprefix('/openai/v1'))}"
        query = TIMES if address.method == "GET" else ""
        answer = send(world, address, world.body(address, world.projects[1]), query=query)
        if answer.status != 200:
            found += problems("ErrorResponse", answer.json)
        elif name not in published()["answers"]:
            unknown.add(name)
        elif not address.path.endswith("/content"):
            found += problems(name, answer.json)
    assert not found
    assert unknown == NOT_PUBLISHED


@pytest.mark.parametrize(("path", "about"), [("/chat/completions", CHATS), ("/responses", RESPONSES)])
def test_every_kind_of_answer_is_as_published_whole_and_streamed(world, path, about):
    key, found = world.projects[1].key, []
    for fields in about.values():
        body = (CHAT if path.startswith("/chat") else {"model": "tiny"}) | fields
        whole = world.make("openai", f"/openai/v1{path}", key, body)
        found += problems(f"POST {path}", whole)
        streamed = world.send("openai", "POST", f"/openai/v1{path}", key, body | {"stream": True})
        events = [line.partition(b": ")[2] for line in streamed.body.splitlines() if line.startswith(b"data: {")]
        assert len(events) > 2
        found += [each for event in events for each in problems(f"stream POST {path}", json.loads(event))]
        if path == "/responses":
            items = f"/openai/v1/responses/{whole['id']}/input_items"
            found += problems("GET /responses/{}/input_items", world.send("openai", "GET", items, key).json)
    assert not found
