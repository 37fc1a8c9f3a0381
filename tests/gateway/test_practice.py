from __future__ import annotations

from types import SimpleNamespace

import pytest
from fakes import count_words
from hypothesis import given
from hypothesis import strategies as st

from course import data
from course.gateway.engines.practice import PracticeEngine
from course.gateway.engines.text import cut, key_words, sentences
from course.gateway.types import Message, Turn

RULES = data.path("house_rules.md").read_text(encoding="utf-8")
LETTER = """Hello, we are two adults and two children. We would like a quiet beach in May. The flight should
be short, because the little one gets sick. Last year we were in Greece. Best wishes, Ana"""


def answer(question, tier="small", system=None, **options):
    messages = [Message("user", question)]
    if system:
        messages.insert(0, Message("system", system))
    turn = Turn("openai", "m", tuple(messages), **options)
    return PracticeEngine(count_words).answer(turn, SimpleNamespace(tier=tier))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How much is the deposit?", "thirty percent"),
        ("Can I change the names on my booking?", "until fourteen days before departure"),
        ("When is the rest of the price due?", "thirty days before departure"),
        ("Do you take cash?", "We do not take cash above the limit"),
        ("How long is an offer valid?", "valid for seven days"),
        ("Can I move the date?", "move the date of a trip once"),
        ("What if the airline cancels?", "we return the whole price within fourteen days"),
    ],
)
def test_a_question_is_answered_from_the_prompt(question, expected):
    assert expected in answer(question, system=RULES).text


def test_a_text_in_the_question_itself_is_context_too():
    assert answer("The shop opens at nine. It closes at six. When does the shop open?").text == (
        "The shop opens at nine."
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is a token?", "A token is a piece of text"),
        ("what are Rate Limits", "A rate limit is"),
        ("Explain API keys.", "An API key is"),
        ("Is an API something for me?", "An API is"),
        ("What is the difference between a chat tool and an API platform?", "A chat tool is"),
    ],
)
def test_words_of_the_glossary_are_explained(question, expected):
    assert answer(question).text.startswith(expected)


def test_two_words_asked_for_are_both_explained_by_larger_models():
    text = answer("What is the difference between a chat tool and an API platform?", "standard").text
    assert "A chat tool is" in text
    assert "An API platform is" in text


@pytest.mark.parametrize("question", ["What is a token?", f"Summarise:\n{LETTER}", "Write a poem"])
def test_larger_models_say_more(question):
    small, standard, large = (len(answer(question, tier).text) for tier in ("small", "standard", "large"))
    assert small < standard <= large


def test_a_summary_is_made_of_sentences_of_the_text():
    text = answer(f"Summarise in two sentences:\n{LETTER}").text
    source = sentences(LETTER)
    assert [sentence in source for sentence in sentences(text)] == [True, True]
    assert "quiet beach" in text


@pytest.mark.parametrize(
    "request_", ["Summarise in one sentence: Cats sleep. Dogs bark.", "Cats sleep. Dogs bark.\ntl;dr"]
)
def test_the_text_to_shorten_may_come_before_or_after_the_instruction(request_):
    assert answer(request_).text in ("Cats sleep.", "Dogs bark.")


@pytest.mark.parametrize("question", ["Write me a poem", "Who won the cup?", "", "?!", "Summarise", "你好"])
def test_what_it_cannot_do_it_says(question):
    assert "not a language model" in answer(question).text


def test_nothing_relevant_in_the_context_is_not_made_up():
    assert "not a language model" in answer("Who won the world cup?", system=RULES).text


def test_the_same_prompt_gets_the_same_answer():
    assert len({answer("How much is the deposit?", "large", RULES).text for _ in range(3)}) == 1


@given(st.text(max_size=200), st.integers(1, 30), st.sampled_from(["small", "standard", "large"]))
def test_any_text_gets_an_answer_within_its_limit(text, most, tier):
    draft = answer(text, tier, max_output=most)
    assert count_words(draft.text, "m") <= most
    assert draft.finish in ("stop", "length")


@given(st.text(max_size=100), st.text(min_size=1, max_size=3))
def test_a_stop_sequence_never_appears(text, stop):
    assert stop not in answer(text, stop=(stop,)).text


@given(st.text(max_size=100), st.integers(0, 20))
def test_a_cut_text_is_a_start_of_the_text(text, most):
    short = cut(text, most, lambda part: count_words(part, "m"))
    assert text.startswith(short)
    assert count_words(short, "m") <= most


def test_sentences_leave_out_headings_and_list_marks():
    assert sentences("# Rules\n- First. Second!\n2. Third? 好。好。") == [
        "First.",
        "Second!",
        "Third?",
        "好。",
        "好。",
    ]


def test_key_words_ignore_endings_and_common_words():
    assert key_words("The trips were moving") == key_words("a trip to move")


def test_every_term_of_the_glossary_explains_itself():
    terms = list(data.rows("glossary.csv", ("term", "definition")))
    assert len(terms) >= 25
    for row in terms:
        assert row.text("definition").startswith(answer(f"What is {row.text('term')}?").text), row
