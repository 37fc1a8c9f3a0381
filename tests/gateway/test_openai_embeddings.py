"""OpenAI's embeddings, with its own SDK over HTTP."""

from __future__ import annotations

import base64
import math
import struct

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import ScriptedEngine, scripted_pipeline, serving

from course.gateway.app import create_app
from course.gateway.dialects import openai_embeddings
from course.gateway.types import Fault


@pytest.fixture
def client(store, key):
    pipeline = scripted_pipeline(store, ScriptedEngine(None))
    with (
        serving(create_app(pipeline)) as url,
        openai.OpenAI(
            base_url=f"{url}/openai/v1", api_key=key, max_retries=0, _strict_response_validation=True
        ) as client,
    ):
        yield client


def embed(client, value, encoding_format="float", **options):
    return client.embeddings.create(model="embed-small", input=value, encoding_format=encoding_format, **options)


def dot(one, other):
    return sum(x * y for x, y in zip(one, other, strict=True))


def test_texts_become_vectors(client):
    reply = embed(client, ["one", "two words"])
    assert [(each.index, len(each.embedding), each.embedding[0]) for each in reply.data] == [
        (0, 64, 3.0),
        (1, 64, 9.0),
    ]
    assert (reply.model, reply.usage.prompt_tokens, reply.usage.total_tokens) == ("embed-small", 3, 3)
    assert embed(client, "one").data == [reply.data[0]]


def test_both_encodings_hold_the_same(client):
    plain = embed(client, "one").data[0].embedding
    body = {"model": "embed-small", "input": "one", "encoding_format": "base64"}
    raw = client.post("/embeddings", body=body, cast_to=object)["data"][0]["embedding"]
    assert list(struct.unpack("<64f", base64.b64decode(raw))) == plain
    # Without a word about the encoding, the SDK asks for Base64 and decodes it: after the strict look at types.
    lenient = client.with_options(_extra_kwargs={"_strict_response_validation": False})
    assert lenient.embeddings.create(model="embed-small", input="one").data[0].embedding == plain


def test_shorter_vectors(client):
    assert len(embed(client, "one", dimensions=8).data[0].embedding) == 8


def test_tokens_instead_of_a_text(client):
    assert embed(client, [1, 2, 3]).usage.prompt_tokens == 3
    both = embed(client, [[1, 2, 3], [4]])
    assert (len(both.data), both.usage.prompt_tokens) == (2, 4)


def test_vectors_of_the_practice_model_have_length_one(base_url, key):
    with openai.OpenAI(base_url=base_url, api_key=key, _strict_response_validation=True) as client:
        reply = embed(client, ["The office closes at six.", "When does the office close?", "Bananas are yellow."])
    closes, when, bananas = (each.embedding for each in reply.data)
    assert math.isclose(dot(closes, closes), 1, rel_tol=1e-5)
    assert dot(closes, when) > dot(closes, bananas)


def test_a_call_and_its_price_are_in_the_ledger(client, store):
    embed(client, "three words here")
    (row,) = store.ledger()
    assert (row.model, row.input, row.output, row.cost_micros, row.status) == ("embed-small", 3, 0, 6, "ok")


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"model": None}, None, None),
        ({"model": 3}, "model", "invalid_type"),
        ({"input": None}, "input", "missing_required_parameter"),
        ({"input": ""}, "input", "invalid_value"),
        ({"input": []}, "input", "empty_array"),
        ({"input": ["a", ""]}, "input[1]", "invalid_value"),
        ({"input": ["a", 1]}, "input[1]", "invalid_type"),
        ({"input": [1, "a"]}, "input[1]", "invalid_type"),
        ({"input": [1, None]}, "input[1]", "invalid_type"),
        ({"input": [[]]}, "input[0]", "empty_array"),
        ({"input": [[1], 2]}, "input[1]", "invalid_type"),
        ({"input": [-1]}, "input[0]", "integer_below_min_value"),
        ({"input": {"text": "a"}}, "input", "invalid_type"),
        ({"input": ["a"] * 2049}, "input", "array_above_max_length"),
        ({"input": "word " * 200_001}, "input", None),
        ({"input": ["word " * 190_000] * 2}, "input", "max_tokens_per_request"),
        ({"dimensions": 0}, "dimensions", "integer_below_min_value"),
        ({"dimensions": 65}, "dimensions", "integer_above_max_value"),
        ({"encoding_format": "hex"}, "encoding_format", "invalid_value"),
        ({"user": 3}, "user", "invalid_type"),
        ({"texts": []}, "texts", "unknown_parameter"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_wrong_field_is_named(client, store, change, param, code):
    body = {"model": "embed-small", "input": "Hello"} | change
    with pytest.raises(openai.BadRequestError) as refusal:
        client.post("/embeddings", body=body, cast_to=object)
    assert (refusal.value.param, refusal.value.code) == (param, code)
    assert store.ledger() == []


def test_a_model_of_texts_makes_no_vectors(client):
    with pytest.raises(openai.NotFoundError, match="cannot make embeddings"):
        client.embeddings.create(model="tiny", input="Hello", dimensions=8)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.fixed_dictionaries(
    {"model": st.just("embed-small") | JSON, "input": JSON},
    optional=dict.fromkeys(("dimensions", "encoding_format", "user"), JSON),
)


@settings(max_examples=100, deadline=None)
@given(BODIES | JSON)
def test_any_body_is_read_or_refused(body):
    refusal = None
    try:
        assert openai_embeddings.parse(body).texts
    except Fault as fault:
        refusal = fault
    assert refusal is None or (refusal.kind == "invalid_request" and refusal.message)
