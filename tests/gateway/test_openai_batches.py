"""OpenAI's batches, with its own SDK over HTTP: worked on in the background, each request charged once."""

from __future__ import annotations

import asyncio
import json
import time

import httpx
import openai
import pytest
from admins import openai_admin
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import ScriptedEngine, scripted_pipeline, serving

from course.gateway.app import create_app
from course.gateway.dialects import openai_batches
from course.gateway.faults import Rule
from course.gateway.types import Draft, Fault

CHAT = "/v1/chat/completions"
ANSWER = "Three words here."


def line(custom_id="a", url=CHAT, method="POST", **body):
    body = {"model": "tiny", "messages": [{"role": "user", "content": "Hello"}], **body}
    return {"custom_id": custom_id, "method": method, "url": url, "body": body}


def jsonl(*lines):
    return b"".join(each if isinstance(each, bytes) else json.dumps(each).encode() + b"\n" for each in lines)


@pytest.fixture
def engine():
    return ScriptedEngine(lambda turn: Draft(ANSWER, reasoning=2))


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


def start(client, *lines, endpoint=CHAT, **options):
    file = client.files.create(file=("in.jsonl", jsonl(*lines)), purpose="batch")
    return client.batches.create(input_file_id=file.id, endpoint=endpoint, completion_window="24h", **options)


def until(client, batch, *states):
    """The batch when it is in one of the states."""
    deadline = time.monotonic() + 20
    while (seen := client.batches.retrieve(batch.id)).status not in states:
        assert time.monotonic() < deadline, seen
        time.sleep(0.01)
    return seen


def read(client, file_id):
    return [json.loads(text) for text in client.files.content(file_id).read().splitlines()]


def test_a_batch_is_answered(client):
    made = start(client, line("a"), line("b"), metadata={"lesson": "2"})
    assert (made.status, made.endpoint, made.completion_window) == ("validating", CHAT, "24h")
    assert made.expires_at == made.created_at + 86_400
    done = until(client, made, "completed")
    assert done.request_counts.to_dict() == {"total": 2, "completed": 2, "failed": 0}
    assert (done.model, done.metadata, done.errors, done.error_file_id) == ("tiny", {"lesson": "2"}, None, None)
    assert done.created_at <= done.in_progress_at <= done.finalizing_at <= done.completed_at
    assert [each["custom_id"] for each in read(client, done.output_file_id)] == ["a", "b"]
    for each in read(client, done.output_file_id):
        assert each["error"] is None
        assert each["response"]["status_code"] == 200
        assert each["response"]["body"]["choices"][0]["message"]["content"] == ANSWER
    file = client.files.retrieve(done.output_file_id)
    assert (file.purpose, file.filename) == ("batch_output", f"{made.id}_output.jsonl")


def test_a_batch_costs_half(client, store):
    client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "Hello"}])
    done = until(client, start(client, line("a"), line("b")), "completed")
    single, *batched = [row.cost_micros for row in store.ledger()]
    assert batched == [single // 2] * 2
    # 1 word and 7 tokens around it; 3 words and 2 tokens of reasoning
    assert done.usage.to_dict() == {
        "input_tokens": 16,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 10,
        "output_tokens_details": {"reasoning_tokens": 4},
        "total_tokens": 26,
    }


@pytest.mark.parametrize(
    ("endpoint", "body", "model"),
    [
        ("/v1/responses", {"input": "Hello", "messages": None}, "tiny"),
        ("/v1/embeddings", {"input": ["Hello"], "messages": None}, "embed-small"),
    ],
)
def test_other_endpoints(client, endpoint, body, model):
    body = {name: value for name, value in ({"model": model} | body).items() if value is not None}
    done = until(
        client,
        start(client, {"custom_id": "a", "method": "POST", "url": endpoint, "body": body}, endpoint=endpoint),
        "completed",
    )
    (result,) = read(client, done.output_file_id)
    answer = result["response"]["body"]
    if endpoint == "/v1/responses":
        assert client.responses.retrieve(answer["id"]).output_text == ANSWER
        assert done.usage.output_tokens == 5
    else:
        assert len(answer["data"][0]["embedding"]) == 64
        assert done.usage.total_tokens == 1


def test_a_batch_of_embeddings_costs_half(client, store, address):
    body = {"model": "embed-small", "input": "ten words " * 5}
    client.embeddings.create(**body, encoding_format="float")
    request = {"custom_id": "a", "method": "POST", "url": "/v1/embeddings", "body": body}
    until(client, start(client, request, endpoint="/v1/embeddings"), "completed")
    assert [row.cost_micros for row in store.ledger()] == [20, 10]
    with openai_admin(address, store.add_key(None, "admin", now=1)[1]) as admin:
        (day,) = admin.admin.organization.usage.costs(start_time=1_790_000_000, group_by=["line_item"]).data
    assert {(each.line_item, each.amount.value) for each in day.results} == {
        ("embed-small, input_tokens", 0.00002),
        ("embed-small batch, input_tokens", 0.00001),
    }


def test_what_one_request_asks_wrong_is_in_the_error_file(client, store):
    lines = [line("good"), line("wrong", temperature=9), line("stream", stream=True), line("long", model="tiny")]
    lines[3]["body"]["messages"][0]["content"] = "word " * 300_000
    done = until(client, start(client, *lines), "completed")
    assert done.request_counts.to_dict() == {"total": 4, "completed": 1, "failed": 3}
    assert [each["custom_id"] for each in read(client, done.output_file_id)] == ["good"]
    errors = {each["custom_id"]: each["response"] for each in read(client, done.error_file_id)}
    assert {name: each["body"]["error"]["param"] for name, each in errors.items()} == {
        "wrong": "temperature",
        "stream": "stream",
        "long": "messages",
    }
    assert {each["status_code"] for each in errors.values()} == {400}
    assert len(store.ledger()) == 1


def test_a_batch_without_any_success_has_no_output_file(client):
    done = until(client, start(client, line("wrong", temperature=9)), "completed")
    assert done.output_file_id is None
    assert done.error_file_id is not None


@pytest.mark.parametrize(
    ("lines", "code", "param", "number"),
    [
        ([], "empty_file", None, None),
        ([line("a"), b"{oops\n"], "invalid_json_line", None, 2),
        ([b"[]\n"], "invalid_json_line", None, 1),
        ([{"method": "POST", "url": CHAT, "body": {}}], "missing_required_parameter", "custom_id", 1),
        ([line("a"), line("b"), line("a")], "duplicate_custom_id", "custom_id", 3),
        ([line("a", url="/v1/responses")], "invalid_url", "url", 1),
        ([line("a", method="GET")], "invalid_method", "method", 1),
        ([line("a") | {"body": "text"}], "invalid_type", "body", 1),
        ([line("a", model=None)], "missing_required_parameter", "body.model", 1),
        ([line("a"), line("b", model="huge")], "mismatched_model", "body.model", 2),
        ([line("a", model="gone")], "model_not_found", "body.model", None),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_file_that_is_wrong_fails_the_batch(client, store, lines, code, param, number):
    failed = until(client, start(client, *lines), "failed")
    (error,) = failed.errors.data
    assert (error.code, error.param, error.line) == (code, param, number)
    assert error.message
    assert failed.failed_at
    assert store.ledger() == []


def test_a_file_that_is_wrong_throughout_has_a_hundred_errors(client):
    assert len(until(client, start(client, *[b"oops\n"] * 200), "failed").errors.data) == 100


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"endpoint": "/v1/completions"}, "endpoint"),
        ({"endpoint": None}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"input_file_id": 3}, "input_file_id"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"output_expires_after": {"anchor": "created_at"}}, "output_expires_after.seconds"),
        ({"colour": "blue"}, "colour"),
    ],
    ids=repr,
)
def test_a_wrong_field_is_named(client, change, param):
    body = {"input_file_id": "file-1", "endpoint": CHAT, "completion_window": "24h"} | change
    with pytest.raises(openai.BadRequestError) as refusal:
        client.post("/batches", body=body, cast_to=object)
    assert refusal.value.param == param


def test_the_input_must_be_a_file_for_batches(client):
    with pytest.raises(openai.NotFoundError, match="No such File object: file-gone") as refusal:
        client.batches.create(input_file_id="file-gone", endpoint=CHAT, completion_window="24h")
    assert refusal.value.param == "input_file_id"
    picture = client.files.create(file=("sky.png", b"png"), purpose="vision")
    with pytest.raises(openai.BadRequestError, match="purpose 'batch'"):
        client.batches.create(input_file_id=picture.id, endpoint=CHAT, completion_window="24h")


def test_a_cancelled_batch_keeps_what_was_answered(client, scripted, store):
    scripted.pace = 0.05
    made = start(client, *(line(f"r{number}") for number in range(200)))
    while until(client, made, "in_progress").request_counts.completed < 3:
        time.sleep(0.01)
    assert client.batches.cancel(made.id).status == "cancelling"
    done = until(client, made, "cancelled")
    assert done.cancelling_at <= done.cancelled_at
    answered = read(client, done.output_file_id)
    assert 3 <= len(answered) == done.request_counts.completed == len(store.ledger()) < 200
    assert done.request_counts.total == 200
    with pytest.raises(openai.ConflictError, match="Cannot cancel a batch with status 'cancelled'"):
        client.batches.cancel(made.id)


def test_a_batch_ends_after_a_day(client, scripted):
    scripted.pace = 0.05
    made = start(client, *(line(f"r{number}") for number in range(50)))
    while until(client, made, "in_progress").request_counts.completed < 2:
        time.sleep(0.01)
    scripted.clock.now += 86_400_000_000
    done = until(client, made, "expired")
    assert 2 <= done.request_counts.completed < 50
    assert done.request_counts.completed + done.request_counts.failed == 50
    assert read(client, done.error_file_id)[-1]["error"]["code"] == "batch_expired"


def test_requests_wait_for_a_rate_limit_and_for_capacity(client, scripted, store):
    scripted.faults.add(Rule("overload", calls=1))
    store.set_rate_limit(1, "*", requests_per_minute=600)
    done = until(client, start(client, line("a"), line("b")), "completed")
    assert done.request_counts.completed == 2


def test_a_budget_that_is_spent_fails_the_rest(client, store):
    store.set_budget("project", 1, "total", 40, now=1)
    done = until(client, start(client, *(line(f"r{number}") for number in range(4))), "completed")
    assert (done.request_counts.completed, done.request_counts.failed) == (1, 3)
    assert read(client, done.error_file_id)[0]["response"]["status_code"] == 429


def test_batches_in_pages(client):
    made = [start(client, line()).id for _ in range(5)]
    assert [batch.id for batch in client.batches.list(limit=2)] == made[::-1]
    page = client.batches.list(limit=2)
    assert (len(page.data), page.has_more) == (2, True)


def test_another_project_sees_nothing(client, address, store):
    made = start(client, line())
    other = store.add_key(store.add_project("Other", now=1), "other", now=1)[1]
    with client_for(address, other) as stranger:
        assert stranger.batches.list().data == []
        for look in (stranger.batches.retrieve, stranger.batches.cancel):
            with pytest.raises(openai.NotFoundError, match=f"No batch found with id '{made.id}'"):
                look(made.id)
        with pytest.raises(openai.NotFoundError):
            stranger.batches.create(input_file_id=made.input_file_id, endpoint=CHAT, completion_window="24h")


def begin_and_die(app, key, *lines) -> str:
    """Create a batch in an event loop that ends before the batch does; its ID."""

    async def run():
        transport = httpx.ASGITransport(app)
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://x/openai/v1", headers=headers) as client:
            upload = {"file": ("in.jsonl", jsonl(*lines))}
            file = (await client.post("/files", files=upload, data={"purpose": "batch"})).json()
            body = {"input_file_id": file["id"], "endpoint": CHAT, "completion_window": "24h"}
            batch = (await client.post("/batches", json=body)).json()
            while batch["request_counts"]["completed"] < 3:
                await asyncio.sleep(0.01)
                batch = (await client.get(f"/batches/{batch['id']}")).json()
            return batch["id"]

    return asyncio.run(run())


def test_a_batch_goes_on_after_a_restart_and_repeats_nothing(store, engine, key):
    dying = scripted_pipeline(store, engine)
    dying.pace = 0.02
    lines = [line(f"r{number}") for number in range(30)]
    batch_id = begin_and_die(create_app(dying), key, *lines)
    before = len(store.ledger())
    assert 3 <= before < 30
    with (
        serving(create_app(scripted_pipeline(store, engine))) as url,
        client_for(f"{url}/openai/v1", key) as client,
    ):
        done = until(client, client.batches.retrieve(batch_id), "completed")
        assert done.request_counts.completed == 30
        assert [each["custom_id"] for each in read(client, done.output_file_id)] == [f"r{n}" for n in range(30)]
    assert len(store.ledger()) == 30


def test_a_request_that_a_dead_process_had_begun_is_not_repeated(client, scripted, store):
    scripted.pace = 0.05
    made = start(client, *(line(f"r{number}") for number in range(20)))
    now = scripted.clock.now
    # what a process leaves behind that dies between a claim and its result
    store.add_object("batch_line", f"{made.id}:19", 1, {"claimed": now}, now)
    time.sleep(1.5)
    assert client.batches.retrieve(made.id).status == "in_progress"
    scripted.clock.now += 60_000_000
    done = until(client, made, "completed")
    assert (done.request_counts.completed, done.request_counts.failed) == (19, 1)
    (lost,) = read(client, done.error_file_id)
    assert lost["custom_id"] == "r19"
    assert "not repeated" in lost["error"]["message"]
    assert len(store.ledger()) == 19


def test_two_processes_share_a_batch_and_charge_each_request_once(store, engine, key):
    first, second = (scripted_pipeline(store, engine) for _ in range(2))
    first.pace = second.pace = 0.005
    with (
        serving(create_app(first)) as one,
        serving(create_app(second)) as other,
        client_for(f"{one}/openai/v1", key) as client,
        client_for(f"{other}/openai/v1", key) as colleague,
    ):
        made = start(client, *(line(f"r{number}") for number in range(60)))
        until(colleague, made, "completed")
        done = until(client, made, "completed")
        assert done.request_counts.completed == 60
        assert len(read(colleague, done.output_file_id)) == 60
    assert len(store.ledger()) == 60


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
LINES = st.fixed_dictionaries(
    {},
    optional={
        "custom_id": st.sampled_from(["a", "b"]) | VALUES,
        "method": st.just("POST") | VALUES,
        "url": st.just(CHAT) | VALUES,
        "body": st.fixed_dictionaries({"model": st.just("tiny") | VALUES}) | VALUES,
    },
)


@settings(max_examples=100, deadline=None)
@given(st.lists(LINES.map(lambda each: json.dumps(each).encode()) | st.binary(max_size=20), max_size=4))
def test_any_file_is_read_or_its_errors_are_named(texts):
    content = b"\n".join(texts)
    lines, errors = openai_batches.parse_lines(content, CHAT)
    assert lines or errors
    assert len({each.custom_id for each in lines}) == len(lines)
    assert all(error["code"] and error["message"] for error in errors)


@settings(max_examples=100, deadline=None)
@given(
    VALUES
    | st.fixed_dictionaries(
        {
            "input_file_id": st.text() | VALUES,
            "endpoint": st.just(CHAT) | VALUES,
            "completion_window": st.just("24h"),
        },
        optional={"metadata": VALUES, "output_expires_after": VALUES},
    )
)
def test_any_body_is_read_or_refused(body):
    refusal = None
    try:
        openai_batches.parse(body)
    except Fault as fault:
        refusal = fault
    assert refusal is None or (refusal.kind == "invalid_request" and refusal.message)


@pytest.mark.parametrize("path", ["/responses", "/responses/input_tokens", "/embeddings", "/batches"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1]", b'{"model": NaN}', b'{"a":' * 200 + b"1" + b"}" * 200])
def test_a_body_that_is_no_json_object_is_refused(client, path, body):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.post(path, content=body, options={"headers": {"content-type": "application/json"}}, cast_to=object)
    assert refusal.value.type == "invalid_request_error"
