"""Faults on request, seen by the vendors' own SDKs."""

from __future__ import annotations

import time

import anthropic
import httpx
import openai
import pytest
from starlette.testclient import TestClient

from course.gateway.faults import KINDS, Faults, Rule
from course.gateway.types import Fault

QUESTION = [{"role": "user", "content": "What is a token?"}]


@pytest.fixture
def client(base_url, key):
    return openai.OpenAI(base_url=base_url, api_key=key, max_retries=0)


def ask(client, **options):
    return client.chat.completions.create(model="tiny", messages=QUESTION, **options)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limit", openai.RateLimitError),
        ("overload", openai.InternalServerError),
        ("server_error", openai.InternalServerError),
    ],
)
def test_a_refusal_strikes_as_many_calls_as_asked_for(client, pipeline, store, kind, error):
    pipeline.faults.add(Rule(kind, calls=2))
    for _ in range(2):
        with pytest.raises(error):
            ask(client)
    assert ask(client).choices[0].message.content
    assert len(store.ledger()) == 1


def test_the_sdk_tries_again_by_itself_and_gets_through(base_url, key, pipeline):
    pipeline.faults.add(Rule("overload", calls=1))
    pipeline.faults.add(Rule("rate_limit", calls=1))
    patient = openai.OpenAI(base_url=base_url, api_key=key, max_retries=2)
    assert ask(patient).choices[0].message.content
    assert not pipeline.faults


def test_anthropics_sdk_tries_again_too(base_url, key, pipeline):
    pipeline.faults.add(Rule("overload", calls=1))
    patient = anthropic.Anthropic(base_url=base_url.replace("/openai/v1", "/anthropic"), api_key=key)
    answer = patient.messages.create(model="ant-small", max_tokens=100, messages=QUESTION)
    assert answer.content[0].text


def test_a_share_is_spread_evenly_and_the_same_each_time():
    faults = Faults()
    faults.add(Rule("overload", share=0.25))

    def struck() -> bool:
        try:
            faults.strike(1)
        except Fault:
            return True
        return False

    assert [struck() for _ in range(8)] == [False, False, False, True] * 2


def test_a_rule_for_one_project_leaves_the_others_alone():
    faults = Faults()
    faults.add(Rule("overload", calls=1, project_id=7))
    faults.strike(8)
    with pytest.raises(Fault):
        faults.strike(7)
    faults.strike(7)


def test_a_slow_answer_comes_late_and_whole(client, pipeline):
    pipeline.faults.add(Rule("slow", calls=1, seconds=0.3))
    start = time.perf_counter()
    assert ask(client).choices[0].message.content
    assert time.perf_counter() - start >= 0.3


def test_a_timeout_outlasts_an_impatient_client(client, pipeline):
    pipeline.faults.add(Rule("timeout", calls=1, seconds=5))
    with pytest.raises(openai.APITimeoutError):
        ask(client, timeout=0.2)


def test_a_patient_client_is_told_that_time_ran_out(client, pipeline):
    pipeline.faults.add(Rule("timeout", calls=1, seconds=0))
    with pytest.raises(openai.InternalServerError) as refusal:
        ask(client)
    assert refusal.value.status_code == 504


def test_a_stream_is_cut_and_what_came_is_charged(client, pipeline, store):
    pipeline.faults.add(Rule("cut", calls=1))
    came = []
    with pytest.raises(openai.APIConnectionError):
        came.extend(ask(client, stream=True))
    assert came
    whole = ask(client).usage.completion_tokens
    cut = store.ledger()[0]
    assert cut.status == "cut"
    assert 0 < cut.output < whole


def test_a_plain_answer_is_cut_and_no_server_log_says_so(client, pipeline, caplog):
    pipeline.faults.add(Rule("cut", calls=1))
    with pytest.raises(openai.APIConnectionError):
        ask(client)
    assert not caplog.records


def test_malformed_json_reaches_the_program(client, pipeline):
    pipeline.faults.add(Rule("malformed", calls=1))
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter|JSON"):
        ask(client)
    assert ask(client).choices[0].message.content


def test_malformed_json_in_a_stream_too(client, pipeline):
    pipeline.faults.add(Rule("malformed", calls=1))
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter|JSON"):
        list(ask(client, stream=True))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"kind": "earthquake", "calls": 1}, "The faults are"),
        ({"kind": "cut"}, "either"),
        ({"kind": "cut", "calls": 1, "share": 0.5}, "either"),
        ({"kind": "cut", "calls": 0}, "above zero"),
        ({"kind": "cut", "share": 1.5}, "at most 1"),
        ({"kind": "slow", "calls": 1, "seconds": float("nan")}, "seconds"),
    ],
)
def test_what_is_no_rule_is_refused(options, problem):
    with pytest.raises(ValueError, match=problem):
        Rule(**options)


def test_an_admin_sets_lists_and_clears_faults(base_url, store, pipeline):
    address = base_url.replace("/openai/v1", "/practice/v1/faults")
    secret = store.add_key(None, "admin", now=1)[1]
    with httpx.Client(headers={"Authorization": f"Bearer {secret}"}, trust_env=False) as admin:
        assert admin.post(address, json={"kind": "cut", "calls": 3}).json()["data"][0]["calls"] == 3
        assert [rule["kind"] for rule in admin.get(address).json()["data"]] == ["cut"]
        assert admin.post(address, json={"kind": "flood", "calls": 3}).status_code == 400
        assert admin.post(address, json={"calls": 3}).json()["error"]["param"] == "kind"
        assert admin.delete(address).json()["data"] == []
    assert not pipeline.faults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", []),
        ("calls", True),
        ("calls", "3"),
        ("project_id", []),
        ("project_id", 0),
        ("share", "half"),
        ("seconds", "2"),
        ("seconds", 10**400),
    ],
    ids=repr,
)
def test_a_field_of_another_type_is_refused(app, store, pipeline, name, value):
    headers = {"authorization": f"Bearer {store.add_key(None, 'admin', now=1)[1]}"}
    rule = {"kind": "slow", "calls": 3} | {name: value}
    with TestClient(app, headers=headers) as admin:
        refusal = admin.post("/practice/v1/faults", json=rule)
    assert refusal.status_code == 400
    assert name in refusal.json()["error"]["message"]
    assert not pipeline.faults


def test_a_projects_key_cannot_set_faults(base_url, key, pipeline):
    address = base_url.replace("/openai/v1", "/practice/v1/faults")
    refusal = httpx.post(address, json={"kind": "cut", "calls": 3}, headers={"Authorization": f"Bearer {key}"})
    assert refusal.status_code == 401
    assert not pipeline.faults


def test_each_kind_is_explained():
    assert all(KINDS.values())
