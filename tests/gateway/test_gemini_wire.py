"""Gemini's wire format without an SDK: what real requests look like, and what no well-behaved client sends."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted import ScriptedEngine, scripted_pipeline
from starlette.testclient import TestClient

from course.gateway.app import create_app
from course.gateway.dialects import gemini as dialect
from course.gateway.dialects import gemini_embed, gemini_generate, gemini_schema, proto_json
from course.gateway.dialects.gemini_messages import SCHEMA
from course.gateway.types import Draft, Fault

GENERATE = "/google/v1beta/models/goo-small:generateContent"
STREAM = "/google/v1beta/models/goo-small:streamGenerateContent"
COUNT = "/google/v1/models/goo-small:countTokens"
EMBED = "/google/v1/models/goo-embed:embedContent"
BATCH = "/google/v1/models/goo-embed:batchEmbedContents"
USER = {"role": "user", "parts": [{"text": "What is a token?"}]}
GOOD = {"contents": [USER]}


@pytest.fixture
def engine():
    return ScriptedEngine(lambda turn: Draft("A token is a piece of text."))


@pytest.fixture
def app(store, engine):
    return create_app(scripted_pipeline(store, engine))


@pytest.fixture
def http(app, key):
    with TestClient(app, headers={"x-goog-api-key": key}) as client:
        yield client


def refusal(response, code=400, status="INVALID_ARGUMENT"):
    """The error of a response, after checking its shape."""
    assert response.status_code == code, response.text
    assert response.headers["content-type"] == "application/json; charset=UTF-8"
    assert "x-request-id" not in response.headers
    error = response.json()["error"]
    assert error.keys() <= {"code", "message", "status", "details"}
    assert (error["code"], error["status"]) == (code, status)
    assert error["message"]
    assert "{" not in error["message"]
    return error


def test_an_answer_as_google_writes_it(http):
    response = http.post(GENERATE, json=GOOD)
    assert response.headers["content-type"] == "application/json; charset=UTF-8"
    assert response.headers["vary"] == "Origin, X-Origin, Referer"
    body = response.json()
    assert len(body.pop("responseId")) == 22
    text = {"parts": [{"text": "A token is a piece of text."}], "role": "model"}
    assert body == {
        "candidates": [{"content": text, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": 11,
            "candidatesTokenCount": 7,
            "totalTokenCount": 18,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 11}],
        },
        "modelVersion": "goo-small",
    }


def test_a_stream_of_events(http):
    response = http.post(f"{STREAM}?alt=sse", json=GOOD)
    assert response.headers["content-type"] == "text/event-stream"
    events = response.text.strip().split("\n\n")
    assert all(event.startswith("data: {") for event in events)
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    assert chunks[-1]["usageMetadata"]["candidatesTokenCount"] == 7


def test_a_stream_as_an_array_has_the_same_chunks(http):
    response = http.post(STREAM, json=GOOD)
    assert response.headers["content-type"] == "application/json; charset=UTF-8"
    chunks = response.json()
    texts = [part["text"] for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
    assert "".join(texts) == "A token is a piece of text."
    assert len(texts) > 5


def test_the_refusal_of_an_array_is_in_an_array(http, key):
    response = http.post(STREAM, json={})
    (refused,) = response.json()
    assert response.status_code == refused["error"]["code"] == 400
    refusal(http.post(f"{STREAM}?alt=sse", json={}))


def test_a_stream_that_is_left_charges_for_what_was_sent(store, key, engine):
    """As when a client hangs up: the generator is closed."""
    pipeline = scripted_pipeline(store, engine)
    asked = gemini_generate.parse("goo-small", GOOD)
    call = pipeline.open(pipeline.authenticate(key), asked.turn)
    with call:
        chunks = gemini_generate.render_stream(call, asked)
        next(chunks), next(chunks)
    (row,) = store.ledger()
    assert (row.output, row.status) == (2, "cut")


@pytest.mark.parametrize(
    "way",
    [
        lambda key: {"headers": {"x-goog-api-key": key}},
        lambda key: {"headers": {"authorization": f"Bearer {key}"}},
        lambda key: {"params": {"key": key}},
    ],
)
def test_the_ways_to_send_a_key(app, key, way):
    with TestClient(app) as client:
        assert client.post(GENERATE, json=GOOD, **way(key)).status_code == 200


def test_no_key(app):
    with TestClient(app) as client:
        error = refusal(client.post(GENERATE, json=GOOD), 403, "PERMISSION_DENIED")
    assert "unregistered callers" in error["message"]


def test_an_admin_key_runs_no_model(app, store):
    _, secret = store.add_key(None, "admin", now=1)
    with TestClient(app, headers={"x-goog-api-key": secret}) as client:
        refusal(client.post(GENERATE, json=GOOD), 403, "PERMISSION_DENIED")


def test_camel_case_and_snake_case_and_single_values_are_the_same(http, engine):
    camel = {
        "contents": [USER],
        "systemInstruction": {"parts": [{"text": "Be short."}]},
        "generationConfig": {"maxOutputTokens": 5, "stopSequences": ["END"]},
        "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
    }
    snake = {
        "contents": {"parts": {"text": "What is a token?"}},
        "system_instruction": {"parts": {"text": "Be short."}},
        "generation_config": {"max_output_tokens": "5", "stop_sequences": "END", "seed": None},
        "tools": {"function_declarations": {"name": "f", "parameters": {"type": "object"}}},
        "tool_config": {"function_calling_config": {"mode": 2}},
    }
    turns = []
    for body in (camel, snake):
        assert http.post(GENERATE, json=body).status_code == 200
        turns.append(engine.turn)
    assert turns[0] == turns[1]


def test_every_unknown_name_is_told_with_its_place(http):
    body = GOOD | {
        "colour": 1,
        "generationConfig": {"warmth": 2, "responseSchema": {"properties": {"a": {"const": 1}}}},
    }
    error = refusal(http.post(GENERATE, json=body))
    assert error["message"].splitlines() == [
        'Invalid JSON payload received. Unknown name "colour": Cannot find field.',
        "Invalid JSON payload received. Unknown name \"warmth\" at 'generation_config': Cannot find field.",
        'Invalid JSON payload received. Unknown name "const" at '
        "'generation_config.response_schema.properties[0].value': Cannot find field.",
    ]
    (detail,) = error["details"]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert [each.get("field") for each in detail["fieldViolations"]] == [
        None,
        "generation_config",
        "generation_config.response_schema.properties[0].value",
    ]


CONFIG = "GenerateContentRequest.generation_config"
FUNCTION = {"functionCall": {"name": "f", "args": {"a": 1}}}
RESPONSE = {"functionResponse": {"name": "f", "response": {"output": "ok"}}}
TOOLS = [{"functionDeclarations": [{"name": "f"}]}]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"contents": None}, "* GenerateContentRequest.contents: contents is not specified"),
        ({"contents": []}, "contents is not specified"),
        ({"contents": "hello"}, "Invalid value at 'contents[0]' (type.googleapis.com/"),
        ({"contents": [{"parts": []}]}, "contents[0].parts: contents.parts must not be empty."),
        ({"contents": [{"parts": [{}]}]}, "parts[0].data: required oneof field 'data' must have one"),
        ({"contents": [{"parts": [{"text": 7}]}]}, "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 7"),
        ({"contents": [{"parts": [{"text": ["a"]}]}]}, "Proto field is not repeating, cannot start list."),
        ({"contents": [{"parts": [{"text": {}}]}]}, "Starting an object on a scalar field"),
        ({"contents": [{"parts": [{"inlineData": {"data": "§"}}]}]}, "(TYPE_BYTES), Base64 decoding failed for"),
        ({"contents": [{"role": "system", "parts": [{"text": "x"}]}]}, "Please use a valid role: user, model."),
        ({"contents": [USER, {"parts": [RESPONSE]}]}, "comes immediately after a function call turn"),
        (
            {"contents": [USER, {"role": "model", "parts": [FUNCTION, FUNCTION]}, {"parts": [RESPONSE]}]},
            "is equal to",
        ),
        ({"contents": [USER, {"role": "model", "parts": [FUNCTION]}, USER]}, "is equal to"),
        (
            {"generationConfig": {"temperature": 5}},
            f"* {CONFIG}.temperature: temperature must be in the range [0.0, 2.0].",
        ),
        ({"generationConfig": {"temperature": True}}, "(TYPE_FLOAT), true"),
        ({"generationConfig": {"temperature": "hot"}}, '(TYPE_FLOAT), "hot"'),
        ({"generationConfig": {"topP": -0.1}}, "top_p must be in the range"),
        ({"generationConfig": {"topK": 0}}, "top_k must be positive"),
        ({"generationConfig": {"maxOutputTokens": 0}}, "max_output_tokens must be positive"),
        (
            {"generationConfig": {"maxOutputTokens": 1.5}},
            "Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32)",
        ),
        ({"generationConfig": {"maxOutputTokens": 2**31}}, "(TYPE_INT32), 2147483648"),
        ({"generationConfig": {"candidateCount": 9}}, "candidate_count must be in the range [1, 8]"),
        ({"generationConfig": {"stopSequences": ["a"] * 6}}, "at most 5 stop sequences"),
        ({"generationConfig": {"responseMimeType": "image/png"}}, "allowed mimetypes are `text/plain`"),
        ({"generationConfig": {"responseSchema": {"type": "STRING"}}}, "only allowed with the mimetypes"),
        ({"generationConfig": {"responseMimeType": "text/x.enum"}}, "must be a STRING with enum values"),
        (
            {"generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": 3}},
            "must be a JSON Schema object",
        ),
        (
            {
                "generationConfig": {
                    "responseMimeType": "application/json",
                    "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}, "required": ["b"]},
                }
            },
            "response_schema.required[0]: property is not defined",
        ),
        ({"generationConfig": {"responseSchema": {"type": "THING"}}}, 'v1beta.Type), "THING"'),
        ({"generationConfig": {"responseModalities": ["IMAGE"]}}, "combination of response modalities (IMAGE)"),
        ({"generationConfig": {"responseLogprobs": True}}, "Logprobs is not enabled"),
        ({"generationConfig": {"speechConfig": {"voice": "x"}}}, "speech_config is not supported"),
        (
            {"generationConfig": {"thinkingConfig": {"thinkingBudget": 99999}}},
            "The thinking budget 99999 is invalid.",
        ),
        (
            {"generationConfig": {"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}}},
            "only one of thinking budget and thinking level",
        ),
        ({"tools": [{"functionDeclarations": [{"name": "1 2"}]}]}, "Invalid function name."),
        ({"tools": [{"functionDeclarations": [{"name": "f"}, {"name": "f"}]}]}, "Duplicate function declaration"),
        ({"tools": [*TOOLS, {"googleSearch": {}}]}, "include_server_side_tool_invocations"),
        ({"toolConfig": {"functionCallingConfig": {}}}, "set without function_declarations"),
        (
            {"tools": TOOLS, "toolConfig": {"functionCallingConfig": {"allowedFunctionNames": ["f"]}}},
            "allowed_function_names only when function calling mode is ANY",
        ),
        (
            {"tools": TOOLS, "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["g"]}}},
            "'g' is not a declared function",
        ),
        ({"continuationToken": "x"}, "continuation_token is invalid"),
    ],
    ids=repr,
)
def test_a_wrong_field_is_refused_in_googles_words(http, change, says):
    assert says in refusal(http.post(GENERATE, json=GOOD | change))["message"]


def test_a_cache_of_contents_that_is_not_there(http):
    error = refusal(http.post(GENERATE, json=GOOD | {"cachedContent": "cachedContents/1"}), 403, "PERMISSION_DENIED")
    assert "CachedContent not found" in error["message"]


def test_function_calls_without_ids_find_their_responses_by_name(http, engine):
    calls = [{"functionCall": {"name": name, "args": {"n": n}}} for name, n in (("f", 1), ("g", 2), ("f", 3))]
    responses = [
        {"functionResponse": {"name": name, "response": {"result": value}}}
        for name, value in (("g", "two"), ("f", "one"), ("f", {"three": 3}))
    ]
    contents = [USER, {"role": "model", "parts": calls}, {"role": "function", "parts": responses}]
    assert http.post(GENERATE, json={"contents": contents}).status_code == 200
    _, asked, *answered = engine.turn.messages
    arguments = {call.id: call.arguments for call in asked.tool_calls}
    assert [(arguments[message.answers], message.text) for message in answered] == [
        ('{"n":2}', "two"),
        ('{"n":1}', "one"),
        ('{"n":3}', '{"three":3}'),
    ]


def test_thoughts_that_are_sent_back_are_not_read(http, engine):
    thought = {"text": "Hm.", "thought": True, "thoughtSignature": base64.b64encode(b"signed").decode()}
    contents = [USER, {"role": "model", "parts": [thought, {"text": "Yes."}]}, USER]
    assert http.post(GENERATE, json={"contents": contents}).status_code == 200
    assert engine.turn.messages[1].text == "Yes."


def test_tokens_of_a_whole_request_are_counted(http):
    request = GOOD | {"model": "models/goo-small", "systemInstruction": {"parts": [{"text": "Be short."}]}}
    assert http.post(COUNT, json={"generateContentRequest": request}).json()["totalTokens"] == 17
    assert "Only one of" in refusal(http.post(COUNT, json=GOOD | {"generateContentRequest": request}))["message"]


def test_one_vector(http):
    body = {"content": {"parts": [{"text": "seven 77"}]}, "outputDimensionality": 4}
    assert http.post(EMBED, json=body).json() == {
        "embedding": {"values": [8.0, 0.0, 0.0, 0.0]},
        "usageMetadata": {"promptTokenCount": 2},
    }


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        (EMBED, {}, "* EmbedContentRequest.content: contents is not specified"),
        (EMBED, {"content": {"parts": [{"inlineData": {}}]}}, "only text can be embedded"),
        (EMBED, {"content": USER, "outputDimensionality": 0}, "must be positive"),
        (EMBED, {"content": USER, "outputDimensionality": 65}, "at most 64"),
        (EMBED, {"content": USER, "model": "models/other"}, "model must be models/goo-embed"),
        (BATCH, {}, "requests is not specified"),
        (BATCH, {"requests": [{"content": USER}] * 101}, "at most 100 requests can be in one batch"),
        (
            BATCH,
            {"requests": [{"content": USER}, {"content": USER, "outputDimensionality": 3}]},
            "the same output_dimensionality",
        ),
    ],
    ids=repr,
)
def test_a_wrong_request_for_vectors(http, path, body, says):
    assert says in refusal(http.post(path, json=body))["message"]


def test_the_pages_of_the_list_of_models(http):
    first = http.get("/google/v1/models?pageSize=2").json()
    assert [model["name"] for model in first["models"]] == ["models/goo-small", "models/goo-large"]
    second = http.get("/google/v1/models", params={"pageSize": 2, "pageToken": first["nextPageToken"]}).json()
    assert [model["name"] for model in second["models"]] == ["models/goo-embed"]
    assert "nextPageToken" not in second
    for query in ("pageSize=many", "pageSize=-1", "pageToken=x", "pageToken=%C3%A9", "pageToken=ZnJvbTrZow"):
        refusal(http.get(f"/google/v1/models?{query}"))


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"hello",
        b'{"contents": NaN}',
        b'{"contents": "\xff"}',
        b"[" * 100_000,
        json.dumps(GOOD).encode("utf-16"),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_not_json(http, body):
    assert "Invalid JSON payload received." in refusal(http.post(GENERATE, content=body))["message"]


def test_an_empty_body_is_an_empty_message(http):
    assert "contents is not specified" in refusal(http.post(GENERATE))["message"]


@pytest.mark.parametrize("body", [[], "text", 3, None, True])
def test_a_body_that_is_no_object(http, body):
    sent = http.post(GENERATE, content=json.dumps(body))
    assert "Root element must be a message." in refusal(sent)["message"]


def test_a_deep_body(http):
    schema = {"type": "STRING"}
    for _ in range(150):
        schema = {"type": "ARRAY", "items": schema}
    config = {"responseMimeType": "application/json", "responseSchema": schema}
    refusal(http.post(GENERATE, json=GOOD | {"generationConfig": config}))


def test_a_body_over_ten_megabytes(http):
    body = json.dumps(GOOD | {"labels": {"x": "x" * (10 * 1024 * 1024)}}).encode()
    assert "10485760 bytes" in refusal(http.post(GENERATE, content=body))["message"]


def test_many_wrong_fields_make_a_short_error(http):
    response = http.post(GENERATE, json={f"field {number}" + "x" * 500: 1 for number in range(5000)})
    assert len(response.content) < 100_000
    refusal(response)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", GENERATE),
        ("POST", "/google/v1/models/goo-small:sing"),
        ("POST", "/google/v2/models/goo-small:generateContent"),
        ("DELETE", "/google/v1/models"),
    ],
)
def test_an_address_that_is_not_there(http, method, path):
    error = refusal(http.request(method, path), 404, "NOT_FOUND")
    assert path.removeprefix("/google") in error["message"]


def test_a_prompt_that_does_not_fit(http, app, store, key):
    error = refusal(http.post(GENERATE, json={"contents": [{"parts": [{"text": "word " * 200_001}]}]}))
    assert error["message"] == "The input token count (200008) exceeds the maximum number of tokens allowed (200000)."


@pytest.mark.parametrize("kind", re.findall(r"^    (\w+) {2,}\w", Fault.__doc__, re.M))
def test_every_fault_has_googles_shape(kind):
    detail = {
        "model": "m",
        "tool": "t",
        "region": "us",
        "allowed": "eu",
        "tokens": 2,
        "window": 1,
        "limit": 1,
        "meter": "tokens",
        "per": "minute",
        "retry_after": 1.5,
        "scope": "key",
        "limit_micros": 1_500_000,
        "path": "/",
        "method": "GET",
    }
    code, body, headers = dialect.render_fault(Fault(kind, detail=detail))
    error = body["error"]
    assert error["code"] == code >= 400
    assert error["status"] == error["status"].upper()
    assert "{" not in error["message"]
    assert headers == dialect.HEADERS


@pytest.mark.parametrize(
    ("schema", "json_schema"),
    [
        ({"type": "STRING", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "STRING", "format": "enum", "enum": ["a"]}, {"type": "string", "enum": ["a"]}),
        ({"type": "INTEGER", "enum": ["101", "201"]}, {"type": "integer", "enum": [101, 201]}),
        ({"type": "NUMBER", "enum": ["nan"]}, {"type": "number", "enum": ["nan"]}),
        ({"type": "INTEGER", "enum": ["9" * 400]}, {"type": "integer", "enum": ["9" * 400]}),
        ({"type": "INTEGER", "minimum": 1, "maximum": "5"}, {"type": "integer", "minimum": 1, "maximum": 5}),
        ({"type": "NUMBER", "minimum": 0.5}, {"type": "number", "minimum": 0.5}),
        ({"type": "ARRAY", "items": {"type": "BOOLEAN"}, "maxItems": "3"}, None),
        ({"anyOf": [{"type": "STRING"}, {"type": "NULL"}]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        (
            {"type": "STRING", "description": "who", "nullable": True},
            {"description": "who", "anyOf": [{"type": "string"}, {"type": "null"}]},
        ),
        (
            {"type": "OBJECT", "additionalProperties": {"type": "INTEGER"}},
            {"type": "object", "additionalProperties": {"type": "integer"}},
        ),
        ({"type": "OBJECT", "additionalProperties": False}, {"type": "object", "additionalProperties": False}),
        (
            {"ref": "#/defs/Pet", "defs": {"Pet": {"type": "STRING"}}},
            {"$ref": "#/$defs/Pet", "$defs": {"Pet": {"type": "string"}}},
        ),
    ],
    ids=repr,
)
def test_a_schema_as_json_schema(schema, json_schema):
    expected = json_schema or {"type": "array", "items": {"type": "boolean"}, "maxItems": 3}
    assert gemini_schema.json_schema(proto_json.read(SCHEMA, schema)) == expected


def test_properties_come_in_the_order_that_is_asked_for():
    properties = {name: {"type": "STRING"} for name in "abc"}
    fields = proto_json.read(SCHEMA, {"type": "OBJECT", "properties": properties, "propertyOrdering": ["c", "a"]})
    assert list(gemini_schema.json_schema(fields)["properties"]) == ["c", "a", "b"]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["STRING", "OBJECT", "user", "model", "application/json", "f"])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
schema_names = st.sampled_from(
    ["type", "properties", "items", "anyOf", "required", "enum", "nullable", "propertyOrdering"]
)
schemas = st.recursive(
    st.fixed_dictionaries({"type": st.sampled_from(["STRING", "integer", "BOOLEAN", 5])}) | json_values,
    lambda inner: (
        st.dictionaries(schema_names, inner | st.lists(inner, max_size=2), max_size=4)
        | st.fixed_dictionaries(
            {"type": st.just("OBJECT"), "properties": st.dictionaries(st.text(max_size=3), inner)}
        )
    ),
    max_leaves=6,
)
parts = st.fixed_dictionaries(
    {},
    optional={
        "text": st.text(max_size=9) | json_values,
        "thought": st.booleans(),
        "inlineData": st.fixed_dictionaries({"mimeType": st.text(max_size=9), "data": st.text(max_size=9)}),
        "functionCall": st.fixed_dictionaries({"name": st.sampled_from("fg"), "args": json_values}),
        "functionResponse": st.fixed_dictionaries({"name": st.sampled_from("fg"), "response": json_values}),
    },
)
contents = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "model"]) | json_values, "parts": st.lists(parts, max_size=3) | json_values}
)
bodies = json_values | st.fixed_dictionaries(
    {"contents": st.lists(contents, max_size=4) | json_values},
    optional={
        "systemInstruction": contents | json_values,
        "generationConfig": st.dictionaries(
            st.sampled_from(["temperature", "maxOutputTokens", "thinkingConfig", "candidateCount", "responseSchema"]),
            json_values | schemas,
            max_size=2,
        )
        | st.fixed_dictionaries({"responseMimeType": st.just("application/json"), "responseSchema": schemas}),
        "tools": st.lists(
            st.fixed_dictionaries(
                {
                    "functionDeclarations": st.lists(
                        st.fixed_dictionaries({"name": st.sampled_from("fg"), "parameters": schemas})
                    )
                }
            ),
            max_size=2,
        )
        | json_values,
        "toolConfig": json_values,
        "safetySettings": json_values,
        "labels": json_values,
        "generateContentRequest": json_values,
        "content": contents | json_values,
        "requests": json_values,
    },
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=bodies)
def test_any_value_is_read_or_refused(body):
    for parse in (
        gemini_generate.parse,
        gemini_generate.parse_count,
        gemini_embed.parse,
        gemini_embed.parse_batch,
    ):
        try:
            parse("goo-small", body)
        except Fault as fault:
            code, rendered, _ = dialect.render_fault(fault)
            assert 400 <= code < 500
            json.dumps(rendered)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_streams_as_it_is(http, engine, text):
    engine.script = lambda turn: Draft(text)
    plain = http.post(GENERATE, json=GOOD).json()["candidates"][0]["content"]["parts"][0]["text"]
    chunks = http.post(STREAM, json=GOOD).json()
    streamed = "".join(part["text"] for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"])
    assert plain == streamed == text
