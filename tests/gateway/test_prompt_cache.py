from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.gateway.prompt_cache import PromptCache, cacheable
from course.gateway.types import Message

RULES = Message("system", "Always be polite. " * 100)
HELLO, BYE = Message("user", "Hello"), Message("user", "Goodbye")


@pytest.mark.parametrize(
    ("tokens", "expected"), [(0, 0), (1023, 0), (1024, 1024), (1151, 1024), (1152, 1152), (2000, 1920)]
)
def test_only_long_prefixes_count_and_in_whole_steps(tokens, expected):
    assert cacheable(tokens) == expected


def test_what_was_never_seen_has_no_known_prefix():
    assert PromptCache().longest_prefix("a", (RULES, HELLO)) == ()


def test_a_prompt_seen_before_is_known_whole():
    cache = PromptCache()
    cache.longest_prefix("a", (RULES, HELLO))
    assert cache.longest_prefix("a", (RULES, HELLO)) == (RULES, HELLO)


def test_the_same_beginning_is_known():
    cache = PromptCache()
    cache.longest_prefix("a", (RULES, HELLO))
    assert cache.longest_prefix("a", (RULES, BYE)) == (RULES,)


def test_a_changed_beginning_is_not_known():
    cache = PromptCache()
    cache.longest_prefix("a", (RULES, HELLO))
    assert cache.longest_prefix("a", (Message("system", "!" + RULES.text), HELLO)) == ()
    assert cache.longest_prefix("a", (Message("user", RULES.text), HELLO)) == ()


def test_one_scope_knows_nothing_of_another():
    cache = PromptCache()
    cache.longest_prefix("project 1", (RULES,))
    assert cache.longest_prefix("project 2", (RULES,)) == ()


def test_the_least_recently_used_is_forgotten():
    cache = PromptCache(capacity=2)
    for message in (HELLO, BYE, HELLO, RULES.__class__("user", "third")):
        cache.longest_prefix("a", (message,))
    assert cache.longest_prefix("a", (HELLO,)) == (HELLO,)


texts = st.lists(st.builds(Message, st.sampled_from(["user", "assistant"]), st.text(max_size=300)), max_size=4)


@given(first=texts, second=texts)
def test_a_known_prefix_is_a_prefix_of_both_prompts(first, second):
    cache = PromptCache()
    cache.longest_prefix("a", tuple(first))
    known = cache.longest_prefix("a", tuple(second))
    for prompt in (first, second):
        assert list(known[:-1]) == prompt[: max(len(known) - 1, 0)]
        if known:
            other = prompt[len(known) - 1]
            assert known[-1].role == other.role
            assert other.text.startswith(known[-1].text)
