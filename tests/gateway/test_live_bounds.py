"""What a call can cost at most, and what is read out of its answer."""

from __future__ import annotations

import json

import pytest
from live_world import MODEL, count

from course import catalog
from course.gateway.engines import live_prices, wire
from course.gateway.engines.bound import Bound
from course.gateway.engines.meter import Meter, Quote
from course.gateway.engines.output_limits import most_output
from course.gateway.engines.prompt_bound import most_tokens, read_prompt
from course.gateway.types import Usage

CLAUDE = catalog.load().pick("anthropic").id
LANGUAGES = [
    "How are you today?",
    "你好\N{FULLWIDTH COMMA}今天的天氣如何",
    "こんにちは、元気ですか。",
    "🎉🎉 naïve café",
    '{"a": [1, 2]}',
]


@pytest.mark.parametrize("text", LANGUAGES)
@pytest.mark.parametrize("model", [MODEL, CLAUDE, "no-such-family"])
def test_no_text_has_more_tokens_than_the_bound(text, model):
    bound = most_tokens(text, model, count)
    size = len(text.encode())
    try:
        counted = count(text, model)
    except LookupError:
        counted = size
    assert min(counted, size) <= bound <= size


def test_a_long_text_is_bound_by_its_bytes():
    assert most_tokens("a" * 300_000, MODEL, count) == 300_000


def prompt(*parts) -> int | None:
    return read_prompt({"messages": [{"role": "user", "content": list(parts)}]}).most_tokens(MODEL, count)


def test_an_image_counts_by_its_kind_and_not_by_its_bytes():
    blob = "A" * 2_000_000
    address = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{blob}"}}
    source = {"type": "base64", "media_type": "image/png", "data": blob}
    for image in (
        address,
        {"type": "input_image", "image_url": "https://example.org/a.png"},
        {"type": "image", "source": source},
        {"inlineData": {"mimeType": "image/png", "data": blob}},
    ):
        assert 25_000 <= prompt(image) < 27_000
        assert read_prompt(image).media


def test_sound_counts_by_its_bytes():
    assert prompt({"type": "input_audio", "input_audio": {"data": "A" * 4000, "format": "wav"}}) > 3000


@pytest.mark.parametrize(
    "part",
    [
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "input_file", "file_url": "https://example.org/a.pdf"},
        {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}},
        {"inlineData": {"mimeType": "application/pdf", "data": "AAAA"}},
        {"fileData": {"fileUri": "https://example.org/a.mp4"}},
    ],
)
def test_a_document_has_no_bound(part):
    assert prompt(part) is None


def test_a_deep_body_is_read():
    value: object = "end"
    for _ in range(5000):
        value = [value]
    assert read_prompt(value).text == "end"


def test_the_fields_that_bound_an_answer():
    assert wire.chat("openai").max_output({"max_tokens": 7, "max_completion_tokens": 9}) == 9
    assert wire.chat("openai").max_output({"max_tokens": True}) is None
    assert wire.chat("openai").how_many({"n": 3}) == 3
    assert wire.GEMINI.max_output({"generation_config": {"maxOutputTokens": "12"}}) == 12
    assert wire.GEMINI.how_many({"generationConfig": {"candidateCount": 2.0}}) == 2
    assert wire.GEMINI.how_many({"generationConfig": "no"}) == 1


@pytest.mark.parametrize(
    ("format", "body"),
    [
        (wire.chat("openai"), {"web_search_options": {"user_location": None}}),
        (wire.chat("openrouter"), {"plugins": [{"id": "web"}]}),
        (wire.RESPONSES, {"tools": [{"type": "web_search"}]}),
        (wire.RESPONSES, {"tools": [{"type": "function", "name": "f"}, {"type": "code_interpreter"}]}),
        (wire.RESPONSES, {"background": True}),
        (wire.MESSAGES, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}),
        (wire.MESSAGES, {"mcp_servers": [{"url": "https://example.org"}]}),
        (wire.GEMINI, {"tools": [{"googleSearch": {}}]}),
        (wire.GEMINI, {"cachedContent": "cachedContents/1"}),
    ],
)
def test_what_has_no_bound_is_found(format, body):
    assert format.unbounded(body)


@pytest.mark.parametrize(
    ("format", "body"),
    [
        (wire.chat("openai"), {"tools": [{"type": "function", "function": {"name": "f"}}]}),
        (wire.RESPONSES, {"tools": [{"type": "function", "name": "f"}], "background": False}),
        (wire.MESSAGES, {"tools": [{"name": "f", "input_schema": {}}, {"type": "bash_20250124", "name": "bash"}]}),
        (wire.GEMINI, {"tools": [{"functionDeclarations": []}]}),
    ],
)
def test_tools_that_the_caller_runs_are_no_matter(format, body):
    assert format.unbounded(body) is None


def test_every_model_of_the_catalog_has_a_price_and_a_bound():
    for model in catalog.load().models:
        assert live_prices.find(model.vendor, model.id), model.id
        assert model.dimensions or most_output(model.id), model.id


def test_the_most_is_never_less_than_the_price():
    for model in catalog.load().text_models:
        tariff = live_prices.find(model.vendor, model.id)
        for prompt_tokens in (100, 300_000):
            rates = catalog.load()
            plain = (
                prompt_tokens * rates.price(model.id, "input", prompt_tokens=prompt_tokens).price
                + 1000 * rates.price(model.id, "output", prompt_tokens=prompt_tokens).price
            )
            assert tariff.most_micros(prompt_tokens, 1000, {}) >= plain, model.id


def test_a_model_that_nobody_prices():
    assert live_prices.find("openai", "no-such-model") is None


def test_the_worst_case_of_a_lesson_is_a_sentence():
    said = live_prices.worst_case([(MODEL, 1000, 500, 10), (CLAUDE, 1000, 500, 2)])
    most = 10 * live_prices.find("openai", MODEL).most_micros(1000, 500, {})
    most += 2 * live_prices.find("anthropic", CLAUDE).most_micros(1000, 500, {})
    assert f"at most 12 calls, for at most ${most / 1_000_000:.4f}." in said
    assert "$1.00" in said


def test_the_worst_case_says_what_it_does_not_know():
    said = live_prices.worst_case([("no-such-model", 1, 1, 1)])
    assert "at most 1 call, for at most $0.0000, beside what no-such-model costs" in said


def meter(format, vendor, model, *chunks, events=True):
    quote = Quote(vendor, model, live_prices.find(vendor, model), Bound(50, 0), {})
    found = Meter(format, quote, count, events)
    for chunk in chunks:
        found.feed(chunk)
    return found


def event(value) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\r\n\r\n"


def test_events_may_be_cut_anywhere():
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "completion_tokens_details": {"reasoning_tokens": 3}}
    stream = event({"model": MODEL, "choices": [{"delta": {"content": "é"}}]}) + event(
        {"model": MODEL, "choices": [], "usage": usage}
    )
    stream += b"data: [DONE]\n\n"
    found = meter(wire.chat("openai"), "openai", MODEL, *(bytes([each]) for each in stream))
    bill = found.bill(whole=True)
    assert found.ended
    assert (bill.usage, bill.status) == (Usage(input=11, output=7, reasoning=3), "ok")


def test_a_message_that_is_cut_is_charged_for_its_prompt_and_for_what_came():
    start = {"model": CLAUDE, "usage": {"input_tokens": 1000, "cache_read_input_tokens": 500, "output_tokens": 1}}
    words = "one two three four five six seven eight nine ten"
    found = meter(
        wire.MESSAGES,
        "anthropic",
        CLAUDE,
        event({"type": "message_start", "message": start}),
        event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": words}}),
    )
    bill = found.bill(whole=False)
    assert (bill.usage.input, bill.usage.cached_input, bill.status) == (1500, 500, "cut")
    assert bill.usage.output >= count(words, CLAUDE)


def test_the_service_tier_of_the_answer_has_its_price():
    answer = {"model": MODEL, "usage": {"prompt_tokens": 1_000_00, "completion_tokens": 0}}
    plain, priority = (
        meter(wire.chat("openai"), "openai", MODEL, json.dumps(each).encode(), events=False).bill(True).cost_micros
        for each in (answer, {**answer, "service_tier": "priority"})
    )
    assert priority == 2 * plain


def test_an_answer_without_usage_is_counted_upward():
    bill = meter(wire.chat("openai"), "openai", MODEL, b'{"choices": "unreadable"}', events=False).bill(True)
    assert (bill.usage.input, bill.status) == (50, "estimated")
    assert 0 < bill.usage.output < 25
    assert bill.cost_micros > 0


def test_usage_that_contradicts_itself_is_charged_at_the_dearest_rate():
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 999}}
    bill = meter(wire.chat("openai"), "openai", MODEL, json.dumps({"usage": usage}).encode(), events=False).bill(True)
    assert bill.cost_micros == live_prices.find("openai", MODEL).most_micros(10, 5, {})


def test_a_stated_price_must_be_a_number():
    for cost in (float("nan"), float("inf"), -1, True, "1"):
        answer = {"usage": {"prompt_tokens": 1000, "completion_tokens": 10, "cost": cost}}
        bill = meter(
            wire.chat("openrouter"), "openrouter", f"openai/{MODEL}", json.dumps(answer).encode(), events=False
        ).bill(True)
        assert 0 < bill.cost_micros < 1000


def test_geminis_array_of_chunks():
    chunks = [
        {"candidates": [{"content": {"parts": [{"text": "a"}]}}], "usageMetadata": {"promptTokenCount": 8}},
        {"usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": 4, "thoughtsTokenCount": 2}},
    ]
    google = catalog.load().pick("google").id
    bill = meter(wire.GEMINI, "google", google, json.dumps(chunks).encode(), events=False).bill(True)
    assert (bill.usage, bill.status) == (Usage(input=8, output=6, reasoning=2), "ok")
