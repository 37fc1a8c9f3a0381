"""Batches in live mode, with the vendors' own SDKs, and another gateway that plays the vendors."""

from __future__ import annotations

import json
import time

import anthropic
import openai
import pytest
from live_world import BASES, ScriptedVendor, count, live_app, serving, upstream
from starlette.responses import JSONResponse, Response

from course import catalog
from course.gateway.app import create_app
from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.store import Store

CHAT = "/v1/chat/completions"
QUESTION = [{"role": "user", "content": "What is a token? Answer in two sentences."}]
MODELS = {vendor: catalog.load().pick(vendor).id for vendor in ("openai", "anthropic")}


@pytest.fixture(scope="module")
def vendor(tmp_path_factory):
    """A practice gateway that plays the vendors: its address, its ledger, and a key."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('vendor') / 'vendor.sqlite'}")
    key = store.add_key(store.add_project("The real account", 1), "real", 1)[1]
    with serving(create_app(Pipeline(store, PracticeEngine(count), catalog.load(), count))) as url:
        yield url, store, key
    store.close()


@pytest.fixture
def world(store, vendor):
    """The address of a gateway in live mode, and the keys of two projects."""
    url, _, key = vendor
    upstreams = {name: upstream(name, url + BASES[name], key) for name in MODELS}
    keys = [store.add_key(store.add_project(name, 1), "test", 1)[1] for name in ("Shop", "Desk")]
    with serving(live_app(store, upstreams)) as address:
        yield address, keys


def openai_client(world, project: int = 0) -> openai.OpenAI:
    return openai.OpenAI(base_url=world[0] + BASES["openai"], api_key=world[1][project], max_retries=0)


def anthropic_client(world, project: int = 0) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=world[0] + BASES["anthropic"], api_key=world[1][project], max_retries=0)


def upload(client, *bodies, url=CHAT):
    lines = [
        json.dumps({"custom_id": f"line-{number}", "method": "POST", "url": url, "body": body})
        for number, body in enumerate(bodies)
    ]
    return client.files.create(file=("in.jsonl", "\n".join(lines).encode()), purpose="batch")


def body(**fields):
    return {"model": MODELS["openai"], "messages": QUESTION, "max_completion_tokens": 100, **fields}


def ended(read, is_over):
    deadline = time.monotonic() + 60
    while not is_over(seen := read()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)
    return seen


def budget(store) -> tuple[int, int]:
    (found,) = store.budgets("organization", 0, 1)
    return found["spent_micros"], found["reserved_micros"]


def test_a_batch_of_openais_is_forwarded_reserved_and_charged_for_half(world, vendor, store):
    store.set_budget("organization", 0, "total", 1_000_000, 1)
    client = openai_client(world)
    client.chat.completions.create(**body())
    by_day = store.ledger()[0].cost_micros
    file = upload(client, body(), body(), body(temperature=9))
    batch = client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")
    assert [row.status for row in store.ledger()] == ["ok", "open", "open", "open"]
    assert budget(store)[1] > 2 * by_day
    done = ended(lambda: client.batches.retrieve(batch.id), lambda seen: seen.status == "completed")
    assert (done.request_counts.completed, done.request_counts.failed) == (2, 1)
    rows = store.ledger()[1:]
    assert [row.status for row in rows] == ["ok", "ok", "error"]
    assert [row.cost_micros for row in rows] == [pytest.approx(by_day / 2, abs=1), rows[0].cost_micros, 0]
    assert [row.cost_micros for row in rows] == [row.cost_micros for row in vendor[1].ledger()[-2:]] + [0]
    assert budget(store) == (by_day + sum(row.cost_micros for row in rows), 0)
    assert len(client.files.content(done.output_file_id).read().splitlines()) == 2
    assert {each.id for each in client.files.list()} == {file.id, done.output_file_id, done.error_file_id}
    assert [each.id for each in client.batches.list()] == [batch.id]
    client.batches.retrieve(batch.id)
    assert len(store.ledger()) == 4
    assert client.files.delete(file.id).deleted
    assert file.id not in {each.id for each in client.files.list()}


def test_a_batch_of_anthropics_is_forwarded_reserved_and_charged_for_half(world, vendor, store):
    store.set_budget("organization", 0, "total", 1_000_000, 1)
    client = anthropic_client(world)
    params = {"model": MODELS["anthropic"], "max_tokens": 100, "messages": QUESTION}
    wrong = params | {"max_tokens": -1}
    batch = client.messages.batches.create(
        requests=[{"custom_id": "a", "params": params}, {"custom_id": "b", "params": wrong}]
    )
    assert [row.status for row in store.ledger()] == ["open", "open"]
    done = ended(lambda: client.messages.batches.retrieve(batch.id), lambda seen: seen.processing_status == "ended")
    assert done.results_url.startswith(world[0])
    assert [row.status for row in store.ledger()] == ["ok", "error"]
    assert store.ledger()[0].cost_micros == vendor[1].ledger()[-1].cost_micros
    assert budget(store) == (store.ledger()[0].cost_micros, 0)
    results = {each.custom_id: each.result.type for each in client.messages.batches.results(batch.id)}
    assert results == {"a": "succeeded", "b": "errored"}
    (listed,) = client.messages.batches.list()
    assert (listed.id, listed.results_url) == (batch.id, done.results_url)
    client.messages.batches.delete(batch.id)
    assert list(client.messages.batches.list()) == []


def test_a_batch_that_may_pass_the_cap_is_not_sent_and_holds_nothing(world, vendor, store):
    store.set_budget("organization", 0, "total", 300, 1)
    client = openai_client(world)
    before = len(vendor[1].ledger())
    file = upload(client, *[body(max_completion_tokens=200)] * 10)
    with pytest.raises(openai.RateLimitError, match="less than that is left of the cap"):
        client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")
    params = {"model": MODELS["anthropic"], "max_tokens": 10_000, "messages": QUESTION}
    messages = anthropic_client(world).messages
    with pytest.raises(anthropic.BadRequestError, match="less than that is left of the cap"):
        messages.batches.create(requests=[{"custom_id": "a", "params": params}])
    assert budget(store) == (0, 0)
    assert len(vendor[1].ledger()) == before


def test_rules_hold_for_each_request_of_a_batch(world, store):
    store.set_policy(1, models=["another-model"], redact=["email"])
    client = openai_client(world)
    file = upload(client, body())
    with pytest.raises(openai.PermissionDeniedError):
        client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")
    with pytest.raises(openai.BadRequestError, match="email"):
        upload(client, body(messages=[{"role": "user", "content": "Write to ann@example.org"}]))
    with pytest.raises(openai.BadRequestError, match="purpose"):
        client.files.create(file=("a.jsonl", b"{}"), purpose="user_data")


def test_another_projects_files_and_batches_are_not_there(world, store):
    client, other = openai_client(world), openai_client(world, 1)
    file = upload(client, body())
    batch = client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")
    for read in (
        lambda: other.files.retrieve(file.id),
        lambda: other.files.content(file.id),
        lambda: other.files.delete(file.id),
        lambda: other.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h"),
        lambda: other.batches.retrieve(batch.id),
        lambda: other.batches.cancel(batch.id),
        lambda: anthropic_client(world).messages.batches.retrieve(batch.id),
    ):
        with pytest.raises((openai.NotFoundError, anthropic.NotFoundError)):
            read()
    assert list(other.files.list()) == list(other.batches.list()) == []
    assert client.batches.retrieve(batch.id).id == batch.id


def test_results_that_the_vendor_does_not_hand_out_cost_what_was_held(store, key):
    """So that no cap is passed, whatever the vendor says of a batch that has ended."""

    def answer(request):
        path = request.url.path
        if path.endswith("/content"):
            return Response(b"{", 200) if "broken" in path else JSONResponse({"error": {"message": "gone"}}, 404)
        if "/files" in path:
            return JSONResponse({"id": "file-1", "object": "file", "purpose": "batch", "bytes": 1, "filename": "a"})
        return JSONResponse(
            {"id": f"batch_{kind}", "endpoint": CHAT, "status": "completed", "output_file_id": f"file-{kind}"}
        )

    vendor = ScriptedVendor(answer)
    with serving(vendor.app) as url, serving(live_app(store, {"openai": upstream("openai", f"{url}/v1")})) as address:
        client = openai.OpenAI(base_url=address + BASES["openai"], api_key=key, max_retries=0)
        store.set_budget("organization", 0, "total", 1_000_000, 1)
        for kind in ("broken", "gone"):
            file = upload(client, body())
            client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")
            spent, held = budget(store)
            client.batches.retrieve(f"batch_{kind}")
            assert budget(store) == (spent + held, 0)
            assert held > 0
    assert {row.status for row in store.ledger()} == {"estimated"}


def submit_to_openai(world) -> None:
    client = openai_client(world)
    file = upload(client, body())
    client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")


def submit_to_anthropic(world) -> None:
    params = {"model": MODELS["anthropic"], "max_tokens": 100, "messages": QUESTION}
    anthropic_client(world).messages.batches.create(requests=[{"custom_id": "a", "params": params}])


@pytest.mark.parametrize(
    ("name", "base", "submit"), [("openai", "/v1", submit_to_openai), ("anthropic", "", submit_to_anthropic)]
)
@pytest.mark.parametrize(("answer", "status"), [(Response(b"<html>"), "estimated"), (Response(b"", 503), "error")])
def test_a_batch_whose_answer_got_lost_costs_what_it_held(store, key, name, base, submit, answer, status):
    """As the vendor may work on it. One that the vendor refused costs nothing."""
    file = {"id": "file-1", "object": "file", "purpose": "batch", "bytes": 1, "filename": "a"}
    vendor = ScriptedVendor(lambda request: JSONResponse(file) if request.url.path.endswith("/files") else answer)
    store.set_budget("organization", 0, "total", 1_000_000, 1)
    with (
        serving(vendor.app) as url,
        serving(live_app(store, {name: upstream(name, f"{url}{base}")})) as address,
        pytest.raises((openai.APIStatusError, anthropic.APIStatusError)),
    ):
        submit((address, [key]))
    (row,) = store.ledger()
    assert row.status == status
    assert budget(store) == (row.cost_micros, 0)
    assert (row.cost_micros > 0) is (status == "estimated")
