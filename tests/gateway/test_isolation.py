"""What a key may do, and from when on it may not; and that nobody sees what is another's."""

from __future__ import annotations

import asyncio

import anthropic
import openai
import pytest
from fakes import FixedCatalog, SteppingClock, count_words

from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.store import Store
from course.gateway.types import Fault, Message, Turn

QUESTION = [{"role": "user", "content": "What is a token?"}]
TURN = Turn("openai", "tiny", (Message("user", "What is a token?"),))


@pytest.fixture
def client(base_url, key):
    with openai.OpenAI(base_url=base_url, api_key=key, max_retries=0) as client:
        yield client


def ask(client, model="tiny", **options):
    return client.chat.completions.create(model=model, messages=QUESTION, **options)


def refusal(pipeline, caller, turn=TURN) -> str:
    with pytest.raises(Fault) as fault:
        pipeline.open(caller, turn)
    return fault.value.kind


def test_a_revoked_key_is_refused_with_the_very_next_call(client, store):
    assert ask(client).choices
    store.revoke_key(1, now=5)
    with pytest.raises(openai.AuthenticationError) as refused:
        ask(client)
    assert refused.value.code == "invalid_api_key"
    assert len(store.ledger()) == 1


def test_a_key_that_another_process_revoked_is_refused_at_once(database, client, store):
    assert ask(client).choices
    other = Store(database)
    other.revoke_key(1, now=5)
    with pytest.raises(openai.AuthenticationError):
        ask(client)
    other.close()


def test_rules_that_another_process_set_hold_at_once(database, client, store):
    assert ask(client).choices
    other = Store(database)
    other.set_policy(1, models=["huge"])
    with pytest.raises(openai.PermissionDeniedError):
        ask(client)
    other.set_policy(1, models=None)
    other.set_rate_limit(1, "tiny", requests_per_minute=0)
    with pytest.raises(openai.RateLimitError):
        ask(client)
    other.remove_rate_limit(1, "tiny")
    assert ask(client).choices
    other.close()


def test_a_stream_that_has_begun_ends_though_its_key_is_revoked_meanwhile(base_url, key, pipeline, store):
    async def run() -> str:
        async with openai.AsyncOpenAI(base_url=base_url, api_key=key, max_retries=0) as client:
            pipeline.pace = 0.01
            stream = await client.chat.completions.create(model="tiny", messages=QUESTION, stream=True)
            text = ""
            async for chunk in stream:
                if not text:
                    store.revoke_key(1, now=5)
                text += chunk.choices[0].delta.content or ""
            with pytest.raises(openai.AuthenticationError):
                await client.chat.completions.create(model="tiny", messages=QUESTION)
            return text

    assert asyncio.run(run()).endswith("sign.")
    assert [row.status for row in store.ledger()] == ["ok"]


@pytest.mark.parametrize("change", [{"status": "inactive"}, {"status": "archived"}, {"expires": 1}])
def test_a_key_that_rests_or_has_expired_is_refused_at_once(client, store, change):
    assert ask(client).choices
    store.update_key(1, **change)
    with pytest.raises(openai.AuthenticationError):
        ask(client)


def test_the_keys_of_an_archived_project_are_refused(client, store):
    store.update_project(1, archived=5)
    with pytest.raises(openai.AuthenticationError):
        ask(client)


def test_an_admin_key_runs_no_model(base_url, store, key):
    _, admin = store.add_key(None, "admin", now=1)
    with openai.OpenAI(base_url=base_url, api_key=admin, max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            ask(client)
        assert refused.value.code == "insufficient_permissions"
        with pytest.raises(openai.AuthenticationError):
            client.embeddings.create(model="embed-small", input="text")
    assert store.ledger() == []


def test_only_models_that_a_project_may_use(pipeline, store, key):
    caller = pipeline.authenticate(key)
    store.set_policy(1, models=["tiny", "embed-small"], models_mode="allow")
    assert [model.id for model in pipeline.models(caller, "openai")] == ["tiny", "embed-small"]
    assert pipeline.open(caller, TURN).complete()
    assert refusal(pipeline, caller, Turn("openai", "huge", TURN.messages)) == "model_forbidden"
    store.set_policy(1, models=["tiny"], models_mode="deny")
    assert refusal(pipeline, caller) == "model_forbidden"
    assert pipeline.open(caller, Turn("openai", "huge", TURN.messages)).complete()
    with pytest.raises(Fault) as fault:
        pipeline.count_prompt(caller, TURN)
    assert fault.value.kind == "model_forbidden"
    store.set_policy(1, models=[], models_mode="allow")
    assert pipeline.models(caller, "openai") == []
    with pytest.raises(Fault) as fault:
        pipeline.embed(caller, "openai", "embed-small", ["text"])
    assert fault.value.kind == "model_forbidden"


def test_a_project_that_stays_in_a_region_is_called_there_or_without_a_wish(base_url, store, key):
    store.set_policy(1, region="eu")
    root = base_url.removesuffix("/openai/v1")
    with anthropic.Anthropic(base_url=f"{root}/anthropic", api_key=key, max_retries=0) as client:

        def ask_in(**where):
            return client.messages.create(model="ant-small", max_tokens=50, messages=QUESTION, extra_body=where)

        assert ask_in().content
        assert ask_in(inference_geo="eu").content
        with pytest.raises(anthropic.APIStatusError) as refused:
            ask_in(inference_geo="us")
        assert "'us' is not allowed" in str(refused.value)


def test_a_hosted_tool_that_is_switched_off_is_refused(pipeline, store, key):
    caller = pipeline.authenticate(key)
    turn = Turn("openai", "tiny", TURN.messages, hosted_tools=("web_search",))
    assert pipeline.open(caller, turn).complete()
    store.set_policy(1, hosted_tools={"web_search": False})
    assert refusal(pipeline, caller, turn) == "tool_forbidden"
    store.set_policy(1, hosted_tools={"web_search": True, "file_search": False})
    assert pipeline.open(caller, turn).complete()


def test_what_is_refused_is_neither_counted_nor_charged(pipeline, store, key):
    caller = pipeline.authenticate(key)
    store.set_rate_limit(1, "*", requests_per_minute=1)
    store.set_policy(1, models=["tiny"], region="eu")
    assert refusal(pipeline, caller, Turn("openai", "huge", TURN.messages)) == "model_forbidden"
    assert refusal(pipeline, caller, Turn("openai", "tiny", TURN.messages, region="us")) == "region_forbidden"
    assert pipeline.open(caller, TURN).complete()
    assert refusal(pipeline, caller) == "rate_limited"
    assert len(store.ledger()) == 1


def test_the_limits_of_a_model_come_before_those_for_any_other(store, key):
    store.set_rate_limit(1, "*", requests_per_minute=5)
    store.set_rate_limit(1, "tiny", tokens_per_minute=7)
    assert store.rate_limit(1, "tiny").tokens_per_minute == 7
    assert store.rate_limit(1, "tiny").requests_per_minute is None
    assert store.rate_limit(1, "huge").requests_per_minute == 5
    assert store.rate_limit(1, "huge").model == "*"
    store.remove_rate_limit(1, "*")
    assert store.rate_limit(1, "huge") is None


def test_projects_do_not_share_rate_limits(pipeline, store, key):
    other = store.add_project("Other", now=1)
    callers = [pipeline.authenticate(key), pipeline.authenticate(store.add_key(other, "k", now=1)[1])]
    for project in (1, other):
        store.set_rate_limit(project, "tiny", requests_per_minute=1)
    for caller in callers:
        assert pipeline.open(caller, TURN).complete()
        assert refusal(pipeline, caller) == "rate_limited"


def test_keys_of_one_project_share_its_rate_limit(pipeline, store, key):
    second = pipeline.authenticate(store.add_key(1, "second", now=1)[1])
    store.set_rate_limit(1, "*", requests_per_minute=1)
    assert pipeline.open(pipeline.authenticate(key), TURN).complete()
    assert refusal(pipeline, second) == "rate_limited"


def test_documents_are_found_by_their_project_alone(store, key):
    other = store.add_project("Other", now=1)
    store.add_object("file", "file-1", 1, {"id": "file-1"}, 1, b"ours")
    store.add_object("file", "file-2", other, {"id": "file-2"}, 1, b"theirs")
    store.add_object("file", "file-3", None, {"id": "file-3"}, 1, b"the organization's")
    for project, own in ((1, "file-1"), (other, "file-2"), (None, "file-3")):
        for name in ("file-1", "file-2", "file-3"):
            mine = name == own
            assert (store.get_object("file", name, project) is not None) == mine
            assert (store.get_content("file", name, project) is not None) == mine
            assert store.update_object("file", name, project, {"id": name}) == mine
            assert (store.list_objects("file", project, after=name)[0] == []) or not mine
        assert [each["id"] for each in store.list_objects("file", project)[0]] == [own]
    assert not store.delete_object("file", "file-2", 1)
    assert store.delete_object("file", "file-2", other)


def test_one_database_serves_two_gateways_with_the_same_rules(database, store, key):
    """What was set through one pipeline holds in another on the same database."""
    other = Store(database)
    pipeline = Pipeline(other, PracticeEngine(count_words), FixedCatalog(), count_words, clock=SteppingClock())
    store.set_policy(1, redact=["email"], models=["tiny"])
    caller = pipeline.authenticate(key)
    assert refusal(pipeline, caller, Turn("openai", "huge", TURN.messages)) == "model_forbidden"
    assert pipeline.count_prompt(caller, Turn("openai", "tiny", (Message("user", "a@example.com"),))) == 8
    other.close()
