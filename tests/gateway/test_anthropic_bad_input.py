"""What no well-behaved client sends: always refused in Anthropic's shape, never a server error."""

from __future__ import annotations

import json

import pytest
from starlette.routing import Mount, Router
from starlette.testclient import TestClient

from course.gateway.platforms.anthropic import create

MESSAGES = "/anthropic/v1/messages"
COUNT = f"{MESSAGES}/count_tokens"
BATCHES = f"{MESSAGES}/batches"
HELLO = {"role": "user", "content": "What is a token?"}
GOOD = {"model": "ant-small", "max_tokens": 100, "messages": [HELLO]}
VERSION = {"anthropic-version": "2026-10-21"}
TOOL = {"name": "look", "input_schema": {"type": "object"}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1"}
OPEN_SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
REQUEST = {"custom_id": "a", "params": GOOD}


@pytest.fixture
def app(pipeline):
    return Router([Mount("/anthropic", app=create(pipeline))])


@pytest.fixture
def http(app, key):
    with TestClient(app, headers={"x-api-key": key, **VERSION}) as client:
        yield client


def refusal(response, status=400, kind="invalid_request_error"):
    """The message of a refusal, after checking its shape."""
    assert response.status_code == status, response.text
    body = response.json()
    assert body.keys() == {"type", "error", "request_id"}
    assert body["error"].keys() == {"type", "message"}
    assert (body["type"], body["error"]["type"]) == ("error", kind)
    assert body["request_id"] == response.headers["request-id"]
    assert body["request_id"].startswith("req_")
    return body["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"hello",
        b'{"model": "ant-small", "messages": NaN}',
        b'{"max_tokens": Infinity}',
        b'{"model": "\xff"}',
        b'{"model": "\\ud800"}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"max_tokens": ' + b"9" * 5000 + b"}",
        json.dumps(GOOD).encode("utf-16"),
    ],
    ids=lambda body: repr(body[:24]),
)
@pytest.mark.parametrize("path", [MESSAGES, COUNT, BATCHES])
def test_a_body_that_is_not_json_is_refused(http, path, body):
    assert refusal(http.post(path, content=body)) == "The request body is not valid JSON."


@pytest.mark.parametrize("body", [[], "text", 3, None, True])
@pytest.mark.parametrize("path", [MESSAGES, COUNT, BATCHES])
def test_a_body_that_is_no_object_is_refused(http, path, body):
    refusal(http.post(path, json=body))


def said(content, role="user"):
    return {"messages": [{"role": role, "content": content}]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": None}, "model: Field required"),
        ({"model": 3}, "model: Input should be a valid string"),
        ({"model": ""}, "model: String should have at least 1 character"),
        ({"max_tokens": None}, "max_tokens: Field required"),
        ({"max_tokens": "5"}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": True}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0"),
        ({"messages": None}, "messages: Field required"),
        ({"messages": "hello"}, "messages: Input should be a valid list"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": ["hello"]}, "messages.0: Input should be a valid dictionary"),
        ({"messages": [{"content": "x"}]}, "messages.0.role: Field required"),
        (said("x", "pilot"), "messages.0.role: Input should be 'user', 'assistant' or 'system'"),
        (said(None), "messages.0.content: Field required"),
        (said(7), "messages.0.content: Input should be a valid list"),
        (said(""), "messages.0: all messages must have non-empty content"),
        (said([]), "messages.0: all messages must have non-empty content"),
        ({"messages": [HELLO | {"mood": 1}]}, "messages.0.mood: Extra inputs are not permitted"),
        (said([7]), "messages.0.content.0: Input should be a valid dictionary"),
        (said([{}]), "messages.0.content.0: Unable to extract tag using discriminator 'type'"),
        (said([{"type": "video"}]), "messages.0.content.0: Input tag 'video' found using 'type'"),
        (said([{"type": "text"}]), "messages.0.content.0.text.text: Field required"),
        (said([{"type": "text", "text": ""}]), "messages: text content blocks must be non-empty"),
        (
            said([{"type": "text", "text": "x", "y": 1}]),
            "messages.0.content.0.text.y: Extra inputs are not permitted",
        ),
        (
            said([{"type": "text", "text": "x", "citations": [{}]}]),
            "messages.0.content.0.text.citations: Citations are not permitted",
        ),
        (
            said([{"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": "AAAA"}}]),
            "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg'",
        ),
        (
            said([{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "%%"}}]),
            "messages.0.content.0.image.source.base64.data: invalid base64 data",
        ),
        (said([CALL]), "messages.0.content.0: `tool_use` blocks are not permitted in `user` messages"),
        (said([RESULT]), "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1"),
        (
            {"messages": [{"role": "assistant", "content": [CALL]}, HELLO]},
            "messages.0: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1",
        ),
        (
            {"messages": [HELLO, {"role": "assistant", "content": "A"}]},
            "This model does not support assistant message",
        ),
        ({"system": 5}, "system: Input should be a valid list"),
        ({"system": [{"type": "text", "text": ""}]}, "system: text content blocks must be non-empty"),
        ({"stream": "yes"}, "stream: Input should be a valid boolean"),
        ({"stop_sequences": "END"}, "stop_sequences: Input should be a valid list"),
        ({"stop_sequences": [3]}, "stop_sequences.0: Input should be a valid string"),
        ({"stop_sequences": [" "]}, "stop_sequences: each stop sequence must contain non-whitespace"),
        ({"temperature": 1}, "temperature: Extra inputs are not permitted"),
        ({"top_p": None}, "top_p: Extra inputs are not permitted"),
        ({"mcp_servers": []}, "mcp_servers: Extra inputs are not permitted"),
        ({"speed": "fast"}, "speed: Input should be 'standard'"),
        ({"service_tier": "gold"}, "service_tier: Input should be 'auto' or 'standard_only'"),
        ({"metadata": {"name": "x"}}, "metadata.name: Extra inputs are not permitted"),
        ({"inference_geo": 1}, "inference_geo: Input should be a valid string"),
        ({"cache_control": {"type": "forever"}}, "cache_control: Input tag 'forever'"),
        ({"thinking": {"type": "deep"}}, "thinking: Input tag 'deep'"),
        ({"thinking": {"type": "enabled"}}, "thinking.enabled.budget_tokens: Field required"),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 5}},
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 1024}},
            "max_tokens: must be greater than thinking.budget_tokens",
        ),
        (
            {"thinking": {"type": "adaptive"}, "tools": [TOOL], "tool_choice": {"type": "any"}},
            "Thinking may not be enabled when tool_choice forces tool use.",
        ),
        (
            {"tools": [{"name": "a b", "input_schema": {"type": "object"}}]},
            "tools.0.custom.name: String should match",
        ),
        ({"tools": [{"name": "a"}]}, "tools.0.custom.input_schema: Field required"),
        ({"tools": [{"name": "a", "input_schema": {}}]}, "tools.0.custom.input_schema.type: Field required"),
        ({"tools": [TOOL, TOOL]}, "tools: Tool names must be unique."),
        ({"tools": [{"type": "bash_20250124", "name": "bash"}]}, "tools.0: Input tag 'bash_20250124'"),
        (
            {"tools": [{"type": "web_search_20260318", "name": "search"}]},
            "tools.0.web_search_20260318.name: Input should be 'web_search'",
        ),
        ({"tool_choice": {"type": "any"}}, "tool_choice: may only be specified while providing tools"),
        ({"tools": [TOOL], "tool_choice": {"type": "must"}}, "tool_choice: Input tag 'must'"),
        ({"tools": [TOOL], "tool_choice": {"type": "tool"}}, "tool_choice.tool.name: Field required"),
        ({"tools": [TOOL], "tool_choice": {"type": "tool", "name": "see"}}, "tool_choice.tool: Tool 'see' not found"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort: Input should be 'low', 'medium', 'high'"),
        ({"output_config": {"format": {"type": "xml"}}}, "output_config.format: Input tag 'xml'"),
        ({"output_config": {"format": {"type": "json_schema"}}}, "output_config.format.schema: Field required"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": OPEN_SCHEMA}}},
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
        ),
        ({"output_format": {}}, "output_format: Extra inputs are not permitted"),
    ],
    ids=repr,
)
def test_a_wrong_field_is_named(http, change, message):
    assert refusal(http.post(MESSAGES, json=GOOD | change)).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"requests": None}, "requests: Field required"),
        ({"requests": []}, "requests: List should have at least 1 item"),
        ({"requests": [3]}, "requests.0: Input should be a valid dictionary"),
        ({"requests": [{"params": GOOD}]}, "requests.0.custom_id: Field required"),
        ({"requests": [REQUEST | {"custom_id": "a b"}]}, "requests.0.custom_id: String should match pattern"),
        ({"requests": [{"custom_id": "a"}]}, "requests.0.params: Field required"),
        ({"requests": [REQUEST, REQUEST]}, "requests: custom_id 'a' is not unique"),
        ({"name": "x"}, "name: Extra inputs are not permitted"),
    ],
    ids=repr,
)
def test_a_wrong_field_of_a_batch_is_named(http, change, message):
    assert refusal(http.post(BATCHES, json={"requests": [REQUEST]} | change)).startswith(message)


def test_counting_takes_only_what_makes_the_prompt(http):
    prompt = {"model": "ant-small", "messages": [HELLO]}
    assert http.post(COUNT, json=prompt).json() == {"input_tokens": 11}
    assert refusal(http.post(COUNT, json=GOOD)) == "max_tokens: Extra inputs are not permitted"


def test_the_key_is_asked_for_before_anything_else(app):
    with TestClient(app) as http:
        for response in (http.post(MESSAGES, json={}), http.get("/anthropic/v1/models"), http.get(BATCHES)):
            assert refusal(response, 401, "authentication_error") == "x-api-key header is required"
        for headers in ({"x-api-key": "sk-nobody"}, {"authorization": "Bearer sk-nobody"}):
            response = http.post(MESSAGES, json=GOOD, headers=headers)
            assert refusal(response, 401, "authentication_error") == "invalid x-api-key"


def test_of_two_keys_the_one_in_x_api_key_counts(app, key):
    with TestClient(app, headers=VERSION) as http:
        both = {"x-api-key": key, "authorization": "Bearer sk-nobody"}
        assert http.post(MESSAGES, json=GOOD, headers=both).status_code == 200


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (None, "anthropic-version: header is required"),
        ("2023-06-01, 2023-06-01", 'anthropic-version: "2023-06-01, 2023-06-01" is not a valid version'),
        ("2030-01-01", 'anthropic-version: "2030-01-01" is not a valid version'),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", MESSAGES), ("POST", COUNT), ("GET", "/anthropic/v1/models")])
def test_the_version_must_be_known(app, key, method, path, version, message):
    headers = {"x-api-key": key} | ({"anthropic-version": version} if version else {})
    with TestClient(app, headers=headers) as http:
        assert refusal(http.request(method, path, json=GOOD)) == message


def test_wrong_addresses_and_methods(http):
    assert refusal(http.get("/anthropic/v1/nothing"), 404, "not_found_error") == "Not Found"
    assert refusal(http.get(MESSAGES), 405) == "Method Not Allowed"
    assert refusal(http.get("/anthropic/v1/models/nine"), 404, "not_found_error") == "model: nine"
    assert refusal(http.get("/anthropic/v1/models?limit=0")).startswith("limit: ")


def test_a_body_that_is_too_large_is_refused(http):
    body = json.dumps(GOOD | {"system": "x" * 11_000_000})
    refusal(http.post(MESSAGES, content=body), 413, "request_too_large")


def test_a_prompt_that_does_not_fit_is_refused(http):
    message = refusal(http.post(MESSAGES, json=GOOD | {"system": "word " * 200_001}))
    assert message == "prompt is too long: 200016 tokens > 200000 maximum"


NESTED = {
    "tool": {"tools": [{"name": "f", "input_schema": {"type": "object", "a": "DEEP"}}]},
    "schema": {"output_config": {"format": {"type": "json_schema", "schema": {"a": "DEEP"}}}},
    "input": {
        "messages": [
            {"role": "assistant", "content": [CALL | {"input": {"a": "DEEP"}}]},
            {"role": "user", "content": [RESULT]},
        ]
    },
}


@pytest.mark.parametrize("place", NESTED)
def test_deep_nesting_is_no_server_error(http, place):
    body = json.dumps(GOOD | NESTED[place])
    for depth in range(300, 1000, 10):
        response = http.post(MESSAGES, content=body.replace('"DEEP"', '{"a": ' * depth + "1" + "}" * depth))
        assert response.status_code == 200 or refusal(response)
