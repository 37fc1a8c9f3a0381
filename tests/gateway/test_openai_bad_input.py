"""What no well-behaved client sends: always refused in OpenAI's shape, never a server error."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

CHAT = "/openai/v1/chat/completions"
GOOD = {"model": "tiny", "messages": [{"role": "user", "content": "What is a token?"}]}


@pytest.fixture
def http(app, key):
    with TestClient(app, headers={"authorization": f"Bearer {key}"}) as client:
        yield client


def refusal(response, status=400):
    """The error of a response, after checking its shape."""
    assert response.status_code == status, response.text
    assert response.headers["x-request-id"].startswith("req_")
    error = response.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["message"]
    return error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"hello",
        b'{"model": "tiny", "messages": NaN}',
        b'{"model": "tiny", "temperature": Infinity}',
        b'{"model": "\xff"}',
        b'{"model": "\\ud800"}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"n": ' + b"9" * 5000 + b"}",
        json.dumps(GOOD).encode("utf-16"),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_not_json_is_refused(http, body):
    error = refusal(http.post(CHAT, content=body))
    assert "could not parse the JSON body" in error["message"]


@pytest.mark.parametrize("body", [[], "text", 3, None, True])
def test_a_body_that_is_no_object_is_refused(http, body):
    refusal(http.post(CHAT, json=body))


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"model": None}, None, None),
        ({"model": ""}, None, None),
        ({"model": 3}, "model", "invalid_type"),
        ({"messages": None}, "messages", "missing_required_parameter"),
        ({"messages": []}, "messages", "empty_array"),
        ({"messages": "hello"}, "messages", "invalid_type"),
        ({"messages": ["hello"]}, "messages[0]", "invalid_type"),
        ({"messages": [{"content": "x"}]}, "messages[0].role", "missing_required_parameter"),
        ({"messages": [{"role": "pilot", "content": "x"}]}, "messages[0].role", "invalid_value"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "missing_required_parameter"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content", "invalid_type"),
        (
            {"messages": [{"role": "user", "content": "x", "mood": 1}]},
            "messages[0].mood",
            "unknown_parameter",
        ),
        ({"messages": [{"role": "user", "content": [7]}]}, "messages[0].content[0]", "invalid_type"),
        ({"messages": [{"role": "user", "content": [{}]}]}, "messages[0].content[0].type", None),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages[0].content[0].text",
            None,
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "video"}]}]},
            "messages[0].content[0].type",
            "invalid_value",
        ),
        ({"max_completion_tokens": 0}, "max_completion_tokens", "integer_below_min_value"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens", "invalid_type"),
        ({"max_completion_tokens": True}, "max_completion_tokens", "invalid_type"),
        ({"max_completion_tokens": 5, "max_tokens": 5}, "max_tokens", "invalid_parameter_combination"),
        ({"stop": 3}, "stop", "invalid_type"),
        ({"stop": ["a"] * 5}, "stop", "array_above_max_length"),
        ({"stop": ["a", 3]}, "stop[1]", "invalid_type"),
        ({"stream": "yes"}, "stream", "invalid_type"),
        ({"stream_options": {"include_usage": True}}, "stream_options", None),
        ({"stream": True, "stream_options": {"include": 1}}, "stream_options.include", "unknown_parameter"),
        ({"temperature": 3}, "temperature", "decimal_above_max_value"),
        ({"top_p": -0.1}, "top_p", "decimal_below_min_value"),
        ({"temperature": "hot"}, "temperature", "invalid_type"),
        ({"temperature": 10**400}, "temperature", "decimal_above_max_value"),
        ({"reasoning_effort": "heroic"}, "reasoning_effort", "invalid_value"),
        ({"n": 129}, "n", "integer_above_max_value"),
        ({"tools": {}}, "tools", "invalid_type"),
        ({"functions": []}, "functions", "unsupported_parameter"),
        ({"response_format": {"type": "yaml"}}, "response_format.type", "invalid_value"),
        ({"response_format": {"type": "json_object"}}, "messages", None),
        ({"colour": "blue"}, "colour", "unknown_parameter"),
    ],
    ids=repr,
)
def test_a_wrong_field_is_named(http, change, param, code):
    error = refusal(http.post(CHAT, json=GOOD | change))
    assert error["param"] == param
    if code:
        assert error["code"] == code
    if param:
        assert f"'{param}'" in error["message"] or "value" in error["message"]


@pytest.mark.parametrize(
    "extra",
    [
        {"temperature": 0.5, "top_p": 1, "frequency_penalty": -1, "presence_penalty": 1},
        {"seed": -5, "user": "ana", "n": 1, "stop": None, "max_tokens": 50},
        {"service_tier": "auto", "verbosity": "low", "tools": None, "metadata": {"for": "Mei"}},
        {"stream": False, "stream_options": None, "stop": ""},
    ],
    ids=repr,
)
def test_what_changes_nothing_is_accepted(http, extra):
    assert http.post(CHAT, json=GOOD | extra).status_code == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_no_key_is_refused(app, header):
    with TestClient(app, headers={} if header is None else {"authorization": header}) as client:
        error = refusal(client.post(CHAT, json=GOOD), 401)
    assert "didn't provide an API key" in error["message"]


def test_the_scheme_of_the_key_may_be_written_in_small_letters(app, key):
    with TestClient(app, headers={"authorization": f"bearer {key}"}) as client:
        assert client.get("/openai/v1/models").status_code == 200


@pytest.mark.parametrize(
    "secret", ["x", "sk-practice-", "sk-practice-ffff-0001", "'; DROP TABLE keys; --", "\xff\xfe"]
)
def test_a_wrong_key_is_refused(app, secret):
    with TestClient(app) as client:
        response = client.post(CHAT, json=GOOD, headers={"authorization": f"Bearer {secret}".encode("latin-1")})
    assert refusal(response, 401)["code"] == "invalid_api_key"
    assert secret not in response.text


def test_the_key_is_asked_for_before_the_body_is_judged(app):
    with TestClient(app) as client:
        refusal(client.post(CHAT, content=b"{"), 401)


def test_a_body_over_ten_megabytes_is_refused(http):
    body = json.dumps(GOOD | {"user": "x" * (10 * 1024 * 1024)}).encode()
    assert "10485760 bytes" in refusal(http.post(CHAT, content=body), 413)["message"]


def test_a_body_over_ten_megabytes_is_refused_over_http(base_url, key):
    import httpx

    body = json.dumps(GOOD | {"user": "x" * (11 * 1024 * 1024)}).encode()
    response = httpx.post(
        f"{base_url}/chat/completions",
        content=body,
        headers={"authorization": f"Bearer {key}"},
        trust_env=False,
    )
    refusal(response, 413)


def test_an_unknown_address_is_refused(http):
    error = refusal(http.post("/openai/v1/nothing", json={}), 404)
    assert error["message"] == "Invalid URL (POST /v1/nothing)"


def test_a_wrong_method_is_refused(http):
    error = refusal(http.get(CHAT), 405)
    assert error["code"] == "method_not_supported"
    assert "GET on /v1/chat/completions" in error["message"]


def test_a_defect_of_ours_shows_nothing_of_its_inside(app, http, store, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("disk on fire at /var/secret")

    monkeypatch.setattr(store, "charge_call", fail)
    client = TestClient(app, headers=http.headers, raise_server_exceptions=False)
    response = client.post(CHAT, json=GOOD)
    assert refusal(response, 500)["type"] == "server_error"
    assert "secret" not in response.text


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
field_names = st.sampled_from(
    [
        "model",
        "messages",
        "stop",
        "stream",
        "stream_options",
        "n",
        "temperature",
        "max_tokens",
        "reasoning_effort",
    ]
)
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant"]) | json_values, "content": json_values}
    ),
    max_size=3,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.dictionaries(field_names, json_values, max_size=3),
    messages=messages,
    good=st.booleans(),
)
def test_any_json_gets_an_answer_or_a_refusal(http, body, messages, good):
    sent = {"model": "tiny", "messages": messages, **body} if good else body
    response = http.post(CHAT, content=json.dumps(sent).encode())
    if response.status_code != 200:
        refusal(response, response.status_code)
        assert 400 <= response.status_code < 500


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_answered_and_streams_as_it_is(http, text):
    sent = {"model": "huge", "messages": [{"role": "user", "content": text}]}
    plain = http.post(CHAT, json=sent).json()["choices"][0]["message"]["content"]
    events = http.post(CHAT, json=sent | {"stream": True}).text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-2]]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == plain
