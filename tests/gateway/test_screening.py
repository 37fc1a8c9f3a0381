"""What a project's rule about personal data does to a call: off, warn, mask or block."""

from __future__ import annotations

import openai
import pytest
from scripted import ScriptedEngine, scripted_pipeline

from course.gateway.redaction import KINDS
from course.gateway.screening import screen_turn
from course.gateway.store import Policy
from course.gateway.types import Draft, Fault, Message, ToolCall, Turn

PROMPT = "I am amy@example.com, my card is 4242 4242 4242 4242"
MASKED = "I am [EMAIL], my card is [CARD]"
TURN = Turn("openai", "tiny", (Message("user", PROMPT),))


@pytest.fixture
def engine():
    return ScriptedEngine(lambda turn: Draft(turn.messages[0].text))


@pytest.fixture
def ask(store, key, engine):
    pipeline = scripted_pipeline(store, engine)
    caller = pipeline.authenticate(key)
    return lambda: pipeline.open(caller, TURN).complete()


@pytest.mark.parametrize(("mode", "sent"), [("off", PROMPT), ("warn", PROMPT), ("mask", MASKED)])
def test_what_the_model_reads(store, ask, engine, mode, sent):
    store.set_policy(1, redact=KINDS, redaction=mode)
    assert ask().text == sent
    assert engine.turn.messages[0].text == sent


def test_blocked_is_not_sent_not_charged_and_written_down(store, ask, engine):
    store.set_policy(1, redact=KINDS, redaction="block")
    with pytest.raises(Fault, match="personal_data") as refused:
        ask()
    assert refused.value.detail == {"found": {"email": 1, "card": 1}}
    assert PROMPT not in refused.value.message
    assert engine.turn is None
    assert store.ledger() == []
    assert [row.reason for row in store.refusals()] == ["personal_data"]


@pytest.mark.parametrize(("mode", "lines"), [("off", 0), ("warn", 2), ("mask", 2), ("block", 2)])
def test_what_was_found_is_counted_and_not_kept(store, ask, mode, lines):
    store.set_policy(1, redact=KINDS, redaction=mode)
    try:
        ask()
    except Fault:
        assert mode == "block"
    found = [(row.project, row.model, row.action, row.kind, row.count) for row in store.findings()]
    expected = [("Default project", "tiny", mode, kind, 1) for kind in ("email", "card")]
    assert sorted(found) == sorted(expected[:lines])


def test_a_prompt_without_personal_data_leaves_no_line(store, pipeline, key):
    store.set_policy(1, redact=KINDS, redaction="block")
    pipeline.open(pipeline.authenticate(key), Turn("openai", "tiny", (Message("user", "What is a token?"),)))
    assert store.findings() == []


def test_a_rule_that_is_none_is_refused(store, key):
    with pytest.raises(ValueError, match="off, warn, mask, block"):
        store.set_policy(1, redaction="hide")
    assert store.policy(1).redaction == "mask"


def test_the_arguments_of_tool_calls_are_screened_too():
    call = ToolCall("1", "send", '{"to": "amy@example.com"}')
    messages = (Message("user", "I am amy@example.com"), Message("assistant", "", tool_calls=(call,)))
    turn, found = screen_turn(Policy(redact=("email",)), Turn("openai", "tiny", messages))
    assert turn.messages[0].text == "I am [EMAIL]"
    assert turn.messages[1].tool_calls[0].arguments == '{"to": "[EMAIL]"}'
    assert found == {"email": 2}


def test_the_sdk_hears_why_a_prompt_is_blocked(store, base_url, key):
    store.set_policy(1, redact=["card"], redaction="block")
    client = openai.OpenAI(base_url=base_url, api_key=key, max_retries=0)
    for call in (
        lambda: client.responses.create(model="tiny", input=PROMPT),
        lambda: client.embeddings.create(model="embed-small", input=PROMPT),
    ):
        with pytest.raises(openai.BadRequestError, match="Nothing was sent") as refused:
            call()
        assert refused.value.code == "personal_data_blocked"
    client.close()
