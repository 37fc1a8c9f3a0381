"""Terms explain themselves in a lesson. tests/lessons looks at the terms themselves."""

import re

import pytest
from nbformat import v4

from course.publish import glossary


def marked(*texts, kind="slide"):
    cells = [v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}}) for text in texts]
    return [cell.source for cell in glossary.mark(v4.new_notebook(cells=cells)).cells]


def terms_in(*texts):
    return [re.findall(r"<abbr[^>]*>([^<]*)</abbr>", text) for text in marked(*texts)]


def test_a_term_gets_the_first_sentence_of_its_explanation():
    (text,) = marked("It has a budget.")
    assert text == (
        'It has a <abbr title="A budget is the most that a project may spend, usually in a month.">budget</abbr>.'
    )


def test_only_the_first_use_in_a_lesson_is_marked():
    assert terms_in("A budget, a budget.", "A budget and a ledger.") == [["budget"], ["ledger"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two budgets, three policies, a Seat.", ["budgets", "Seat"]),
        ("An API key is no API.", ["API key", "API"]),
        ("He is capable, rapid and budgeted.", []),
        ("A non-token and a token-like thing.", []),
        ("An api is not an API.", ["API"]),
        ("# The budget\n\n## The ledger\nA seat.", ["seat"]),
        ("Here `budget` is code.\n\n```\nthe ledger\n```\nA seat.", ["seat"]),
        ("[the budget](https://example.org/token) and ![a seat](x.png) and <b title='ledger'>a retry</b>", ["retry"]),
        ("A **budget** is a limit. The budget holds.", ["budget"]),
        ("| budget | ledger |\n|---|---|\n| *seat* | 1 |", ["budget", "ledger", "seat"]),
    ],
)
def test_a_term_is_found_in_running_text_alone(text, found):
    assert terms_in(text) == [found]


def test_bold_words_are_left_alone_because_the_text_explains_them():
    assert marked("A **budget** is a limit.") == ["A **budget** is a limit."]


def test_notes_for_the_speaker_have_no_hints():
    assert marked("Ask about the budget.", kind="notes") == ["Ask about the budget."]


def test_the_wrap_up_leads_to_the_page_of_all_terms():
    wrap_up = v4.new_markdown_cell("## Remember", metadata={"label": "remember"})
    other = v4.new_markdown_cell("Words.", metadata={"label": "words"})
    first, second = glossary.mark(v4.new_notebook(cells=[other, wrap_up])).cells
    assert first.source == "Words."
    assert second.source.startswith("## Remember\n\n")
    assert "[glossary](glossary.md)" in second.source


def test_every_term_is_found_alone_and_in_the_plural():
    for term in glossary.terms():
        plural = re.sub(r"([^aeiou])y$", r"\1ie", term) + "s"
        assert terms_in(f"see {term}") == [[term]]
        assert terms_in(f"see {plural}") == [[plural]]


def test_the_page_holds_each_term_with_its_whole_definition():
    page = glossary.page()
    for term, definition in glossary.terms().items():
        assert f"\n**{term}**: {definition}\n" in page
