"""Live mode's readers of requests and answers take any JSON, whoever wrote it."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from live_world import MODEL, count

from course.gateway.engines import live_prices, wire
from course.gateway.engines.bound import Bound, find_bound
from course.gateway.engines.meter import Meter, Quote
from course.gateway.engines.prompt_bound import read_prompt
from course.gateway.types import Fault

FORMATS = [
    wire.chat("openai"),
    wire.chat("openrouter"),
    wire.RESPONSES,
    wire.MESSAGES,
    wire.GEMINI,
    wire.EMBEDDINGS,
    wire.GEMINI_EMBEDDINGS,
]
_NAMES = (
    "model modelVersion usage usageMetadata input_tokens output_tokens prompt_tokens completion_tokens cost "
    "promptTokenCount candidatesTokenCount prompt_tokens_details cached_tokens choices delta content tool_calls "
    "function name arguments type response message content_block text candidates parts functionCall service_tier "
    "speed max_tokens max_completion_tokens max_output_tokens n generationConfig maxOutputTokens candidateCount "
    "tools source data media_type mimeType image_url file_id format id store"
)
NAMES = st.sampled_from(_NAMES.split())
WORDS = st.sampled_from(
    ["", "text", "image", "file", "base64", "image/png", "priority", "message_stop", "1e999", MODEL]
)
LEAVES = st.none() | st.booleans() | st.integers(-5, 10**30) | st.floats() | WORDS | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5)


def meter(format, events: bool) -> Meter:
    vendor = "openrouter" if format.reader[0] == "openrouter" else "openai"
    name = f"openai/{MODEL}" if vendor == "openrouter" else MODEL
    return Meter(format, Quote(vendor, name, live_prices.find(vendor, name), Bound(10, 100), {}), count, events)


def check(bill) -> None:
    assert isinstance(bill.cost_micros, int)
    assert 0 <= bill.cost_micros < 2**63
    assert all(isinstance(each, int) and 0 <= each < 2**63 for each in (bill.usage.input, bill.usage.output))


@settings(max_examples=60, deadline=None)
@given(format=st.sampled_from(FORMATS), events=st.lists(OBJECTS | VALUES, max_size=4), whole=st.booleans())
def test_any_stream_has_a_bill(format, events, whole):
    found = meter(format, events=True)
    for event in events:
        found.feed(b"data: " + json.dumps(event).encode() + b"\n\n")
    check(found.bill(whole))


@settings(max_examples=80, deadline=None)
@given(
    format=st.sampled_from(FORMATS),
    body=st.binary(max_size=30) | VALUES.map(lambda value: json.dumps(value).encode()),
)
def test_any_answer_has_a_bill(format, body):
    found = meter(format, events=False)
    found.feed(body)
    check(found.bill(whole=True))


@settings(max_examples=120, deadline=None)
@given(format=st.sampled_from(FORMATS), body=OBJECTS)
def test_any_request_has_a_bound_or_a_refusal(format, body):
    prompt = read_prompt(body)
    try:
        bound = find_bound(format, body, prompt, 0, {MODEL: live_prices.find("openai", MODEL)}, count)
    except Fault:
        return
    assert bound.prompt_tokens > 0
    assert 0 < bound.micros < 2**63
