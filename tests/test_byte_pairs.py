import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import data, tokens
from course.byte_pairs import Encoding

# A character that tiktoken's Unicode tables know and this Python's do not would be cut in another way.
KNOWN = st.characters(exclude_categories=("Cn",))


@pytest.fixture(scope="module")
def ours():
    return Encoding(tokens._ranks(tokens._SHA256))


@pytest.mark.parametrize("name", ["messages.csv", "personal_names.csv", "line_events.jsonl", "house_rules.md"])
def test_the_courses_own_texts_have_the_same_tokens_as_with_tiktoken(ours, name):
    text = data.path(name).read_text("utf-8")[:40_000]
    assert ours.encode(text) == tokens.encode(text)


@given(st.text(KNOWN | st.sampled_from(" \n\r\t'sStTlLdD/.a1\x1c\x85\u017f\u2028")))
def test_any_text_has_the_same_tokens_as_with_tiktoken(ours, text):
    assert ours.encode(text) == tokens.encode(text)


def test_half_of_a_pair_and_a_long_run_are_counted_too(ours):
    for text in ("a\ud800b", "ab" * 5000, " " * 3000 + "x", "<|endoftext|>"):
        assert ours.encode(text) == tokens.encode(text)


def test_each_token_is_a_part_of_the_text(ours):
    text = "Wo ist das Krankenhaus? 병원은 어디예요 🚑"
    assert b"".join(map(ours.decode_single_token_bytes, ours.encode(text))).decode() == text


def test_without_tiktoken_the_count_is_the_same(monkeypatch):
    with_tiktoken = tokens.encode("Wie dringend ist das?")
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    tokens._encoding.cache_clear()
    try:
        assert isinstance(tokens._loaded(), Encoding)
        assert tokens.encode("Wie dringend ist das?") == with_tiktoken
    finally:
        tokens._encoding.cache_clear()
