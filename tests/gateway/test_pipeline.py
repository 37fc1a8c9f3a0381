from __future__ import annotations

import pytest
from fakes import FixedCatalog, SteppingClock, count_words

from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.types import Fault, Message, Turn

TURN = Turn("openai", "middle", (Message("user", "What is a token?"),))


@pytest.fixture
def caller(pipeline, key):
    return pipeline.authenticate(key)


@pytest.mark.parametrize(("secret", "kind"), [(None, "missing_key"), ("", "missing_key"), ("x", "invalid_key")])
def test_who_has_no_key_is_nobody(pipeline, secret, kind):
    with pytest.raises(Fault) as fault:
        pipeline.authenticate(secret)
    assert fault.value.kind == kind


def test_a_model_belongs_to_its_vendor(pipeline, caller):
    with pytest.raises(Fault) as fault:
        pipeline.open(caller, Turn("anthropic", "middle", TURN.messages))
    assert fault.value.kind == "unknown_model"


def test_a_call_delivered_in_pieces_equals_one_delivered_at_once(pipeline, caller):
    whole = pipeline.open(caller, TURN).complete()
    with pipeline.open(caller, TURN) as call:
        pieces = list(call)
    assert "".join(piece.text for piece in pieces) == whole.text == call.reply.text
    assert call.reply.usage == whole.usage
    assert len(pieces) > 10


def test_a_caller_that_hangs_up_pays_for_what_was_delivered(pipeline, caller, store):
    with pipeline.open(caller, TURN) as call:
        pieces = iter(call)
        for _ in range(3):
            next(pieces)
    assert call.reply.usage.output == 3
    (row,) = store.ledger()
    assert (row.output, row.status, row.cost_micros) == (3, "cut", 11 * 2 + 3 * 10)


def test_a_failure_while_delivering_is_still_charged(pipeline, caller, store):
    def deliver():
        with pipeline.open(caller, TURN) as call:
            next(iter(call))
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        deliver()
    assert [row.status for row in store.ledger()] == ["cut"]


def test_a_call_is_charged_once(pipeline, caller, store):
    with pipeline.open(caller, TURN) as call:
        list(call)
    assert len(store.ledger()) == 1


def test_the_same_calls_in_the_same_order_get_the_same_ids(tmp_path):
    from course.gateway.store import Store

    def session(name):
        store = Store(f"sqlite:///{tmp_path / name}")
        pipeline = Pipeline(store, PracticeEngine(count_words), FixedCatalog(), count_words, SteppingClock())
        secret = store.add_key(store.add_project("p", 1), "k", 1)[1]
        caller = pipeline.authenticate(secret)
        ids = [pipeline.open(caller, TURN).complete().id for _ in range(3)]
        store.close()
        return ids

    first = session("a")
    assert first == session("b")
    assert len(set(first)) == 3


def test_a_second_pipeline_on_the_same_store_goes_on_counting(store, pipeline, caller):
    first = pipeline.open(caller, TURN).complete().id
    later = Pipeline(store, PracticeEngine(count_words), FixedCatalog(), count_words)
    assert later.open(caller, TURN).complete().id != first


def test_a_prompt_cache_belongs_to_one_project_and_model(pipeline, store, caller):
    long = (Message("system", "rule " * 1100), Message("user", "What is a token?"))
    other_project = pipeline.authenticate(store.add_key(store.add_project("Other", 1), "k", 1)[1])

    def cached(who, model):
        return pipeline.open(who, Turn("openai", model, long)).complete().usage.cached_input

    assert cached(caller, "tiny") == 0
    assert cached(caller, "tiny") == 1024
    assert cached(caller, "middle") == 0
    assert cached(other_project, "tiny") == 0


def test_a_model_without_a_cached_price_has_no_cache(pipeline, caller):
    turn = Turn("openai", "cacheless", (Message("user", "word " * 1100),))
    usages = [pipeline.open(caller, turn).complete().usage for _ in range(2)]
    assert [(usage.cached_input, usage.cache_write) for usage in usages] == [(0, 0), (0, 0)]


def test_a_growing_conversation_reads_its_past_from_the_cache(pipeline, caller, store):
    messages = [Message("system", "rule " * 1100)]
    for question in ("What is a token?", "What is a seat?", "What is a plan?"):
        messages.append(Message("user", question))
        reply = pipeline.open(caller, Turn("openai", "tiny", tuple(messages))).complete()
        messages.append(Message("assistant", reply.text))
    rows = store.ledger()
    assert [row.cached_input for row in rows] == [0, 1024, 1024]
    assert rows[0].input < rows[1].input < rows[2].input


def test_no_more_is_cached_than_was_sent(store, key):
    def count_pairs(text, _model):
        """A tokenizer in which a cut text can have more tokens than the whole: "ab" is one token, "a" too."""
        return -(-len(text) // 2) + (1 if text.endswith("a") else 0)

    pipeline = Pipeline(store, PracticeEngine(count_words), FixedCatalog(), count_pairs)
    caller = pipeline.authenticate(key)
    first = "ab" * 1100
    for text in (first, first[:2175] + "b", first[:2174] + "zz"):
        usage = pipeline.open(caller, Turn("openai", "tiny", (Message("user", text),))).complete().usage
        assert 0 <= usage.cached_input <= usage.input
        assert usage.cache_write >= 0


def test_what_one_call_writes_to_the_cache_the_next_one_reads(pipeline, caller):
    for words in (1016, 1017, 1020, 1147, 1148):
        turn = Turn("openai", "tiny", (Message("user", f"{words} " * words),))
        first = pipeline.open(caller, turn).complete().usage
        again = pipeline.open(caller, turn).complete().usage
        assert again.cached_input == first.cache_write
        assert again.cache_write == 0
