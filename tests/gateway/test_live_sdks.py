"""Live mode seen through the vendors' own SDKs, with another gateway process as all the vendors."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anthropic
import openai
import pytest
from google import genai
from live_world import BASES, http, live_app, serving, upstream

from course import catalog

QUESTION = "What is a token? Answer in two sentences."
MESSAGES = [{"role": "user", "content": QUESTION}]


@pytest.fixture(scope="module")
def vendor(tmp_path_factory):
    """The address and key of the process that plays the vendors."""
    script = Path(__file__).with_name("live_vendor.py")
    folder = tmp_path_factory.mktemp("vendor")
    process = subprocess.Popen(
        [sys.executable, script, folder / "vendor.sqlite"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield json.loads(process.stdout.readline())
    process.communicate(timeout=30)


@pytest.fixture
def gateway(store, vendor):
    """The address of a gateway in live mode."""
    upstreams = {name: upstream(name, vendor["url"] + base, vendor["key"]) for name, base in BASES.items()}
    with serving(live_app(store, upstreams)) as url:
        yield url


@pytest.fixture
def clients(gateway, key):
    return {
        "openai": openai.OpenAI(base_url=gateway + BASES["openai"], api_key=key, max_retries=0),
        "anthropic": anthropic.Anthropic(base_url=gateway + BASES["anthropic"], api_key=key, max_retries=0),
        "google": genai.Client(api_key=key, http_options={"base_url": gateway + BASES["google"]}),
        "openrouter": openai.OpenAI(base_url=gateway + BASES["openrouter"], api_key=key, max_retries=0),
    }


def model(vendor: str) -> str:
    return catalog.load().pick(vendor).id


def only_call(store):
    (row,) = store.ledger()
    return row


def expected_cost(row, model_id: str) -> int:
    facts = catalog.load()
    rates = {}
    for meter in ("input", "cached_input", "cache_write", "output"):
        try:
            rates[meter] = facts.price(model_id, meter).price
        except LookupError:
            rates[meter] = facts.price(model_id, "input").price
    plain = row.input - row.cached_input - row.cache_write
    return round(
        plain * rates["input"]
        + row.cached_input * rates["cached_input"]
        + row.cache_write * rates["cache_write"]
        + row.output * rates["output"]
    )


def test_chat_completions(clients, store):
    reply = clients["openai"].chat.completions.create(model=model("openai"), messages=MESSAGES)
    row = only_call(store)
    assert "token" in reply.choices[0].message.content
    assert (row.input, row.output) == (reply.usage.prompt_tokens, reply.usage.completion_tokens)
    assert (row.cost_micros, row.status) == (expected_cost(row, model("openai")), "ok")


def test_a_chat_stream_with_usage_is_charged_by_it(clients, store):
    stream = clients["openai"].chat.completions.create(
        model=model("openai"), messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    row = only_call(store)
    assert (row.input, row.output) == (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens)
    assert (row.cost_micros, row.status) == (expected_cost(row, model("openai")), "ok")


def test_a_chat_stream_without_usage_is_counted_upward(clients, store):
    chunks = list(clients["openai"].chat.completions.create(model=model("openai"), messages=MESSAGES, stream=True))
    plain = clients["openai"].chat.completions.create(model=model("openai"), messages=MESSAGES)
    estimated, exact = store.ledger()
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == plain.choices[0].message.content
    assert (estimated.status, exact.status) == ("estimated", "ok")
    assert estimated.input >= exact.input
    assert estimated.output >= exact.output - exact.reasoning


def test_embeddings(clients, store):
    small = next(each.id for each in catalog.load().models if each.vendor == "openai" and each.dimensions)
    reply = clients["openai"].embeddings.create(model=small, input=["one", "two"])
    row = only_call(store)
    assert len(reply.data) == 2
    assert (row.input, row.output, row.status) == (reply.usage.prompt_tokens, 0, "ok")


def test_models_are_those_of_the_vendor_and_cost_nothing(clients, store):
    assert model("openai") in [each.id for each in clients["openai"].models.list()]
    assert clients["openai"].models.retrieve(model("openai")).id == model("openai")
    assert model("anthropic") in [each.id for each in clients["anthropic"].models.list()]
    assert f"models/{model('google')}" in [each.name for each in clients["google"].models.list()]
    assert not store.ledger()


def test_messages(clients, store):
    reply = clients["anthropic"].messages.create(model=model("anthropic"), messages=MESSAGES, max_tokens=200)
    row = only_call(store)
    assert reply.content[0].text
    assert row.output == reply.usage.output_tokens
    assert (row.cost_micros, row.status) == (expected_cost(row, model("anthropic")), "ok")


def test_a_message_stream(clients, store):
    with clients["anthropic"].messages.stream(model=model("anthropic"), messages=MESSAGES, max_tokens=200) as stream:
        text = "".join(stream.text_stream)
        usage = stream.get_final_message().usage
    row = only_call(store)
    assert text
    assert row.output == usage.output_tokens
    assert (row.cost_micros, row.status) == (expected_cost(row, model("anthropic")), "ok")


def test_the_header_of_older_clients(clients, gateway, key, store):
    answer = http.post(
        gateway + "/anthropic/v1/messages",
        headers={"x-api-key": key, "anthropic-version": "2023-06-01"},
        json={"model": model("anthropic"), "max_tokens": 50, "messages": MESSAGES},
    )
    assert answer.status_code == 200
    assert answer.headers["request-id"].startswith("req_")


def test_counting_tokens_costs_nothing(clients, store):
    counted = clients["anthropic"].messages.count_tokens(model=model("anthropic"), messages=MESSAGES)
    also = clients["google"].models.count_tokens(model=model("google"), contents=QUESTION)
    assert counted.input_tokens > 5
    assert also.total_tokens > 5
    assert not store.ledger()


def test_generate_content(clients, store):
    reply = clients["google"].models.generate_content(model=model("google"), contents=QUESTION)
    row = only_call(store)
    assert reply.text
    assert row.input == reply.usage_metadata.prompt_token_count
    assert (row.cost_micros, row.status) == (expected_cost(row, model("google")), "ok")


def test_a_stream_of_content(clients, store):
    chunks = list(clients["google"].models.generate_content_stream(model=model("google"), contents=QUESTION))
    row = only_call(store)
    assert len(chunks) > 1
    assert row.input == chunks[-1].usage_metadata.prompt_token_count
    assert (row.cost_micros, row.status) == (expected_cost(row, model("google")), "ok")


def test_openrouter_is_charged_by_the_price_in_its_answer(clients, store):
    reply = clients["openrouter"].chat.completions.create(
        model=f"openai/{model('openai')}", messages=MESSAGES, max_tokens=100
    )
    assert only_call(store).cost_micros == round(reply.usage.cost * 1_000_000)


def test_async_clients(gateway, key, store):
    async def ask():
        async with openai.AsyncOpenAI(base_url=gateway + BASES["openai"], api_key=key) as client:
            stream = await client.chat.completions.create(model=model("openai"), messages=MESSAGES, stream=True)
            return [chunk async for chunk in stream]

    assert asyncio.run(ask())[-1].choices[0].finish_reason == "stop"
    assert only_call(store).status == "estimated"


def test_eight_calls_at_once_through_one_gateway(clients, store):
    def ask(_number):
        return clients["openai"].chat.completions.create(model=model("openai"), messages=MESSAGES)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(ask, range(8)))
    assert len(replies) == len(store.ledger()) == 8
    assert sum(row.output for row in store.ledger()) == sum(each.usage.completion_tokens for each in replies)


def test_hanging_up_charges_for_what_came(clients, store):
    long = [
        {"role": "user", "content": "Summarise: " + " ".join(f"Sentence number {n} is here." for n in range(300))}
    ]
    with clients["anthropic"].messages.stream(
        model=catalog.load().pick("anthropic", "large").id, messages=long, max_tokens=2000
    ) as stream:
        next(iter(stream.text_stream))
    for _ in range(100):
        if only_call(store).status != "open":
            break
        time.sleep(0.02)
    row = only_call(store)
    assert row.status == "cut"
    assert row.input > 1000
    assert 0 < row.output < 400
    assert row.cost_micros > 0
