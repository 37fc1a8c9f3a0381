"""The learner's own case on one page: complete for every answer, safe to open, one sheet of paper."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from openai.types.chat import ChatCompletion

from course import capstone, decision, use_record
from course.decision_report import report, to_markdown
from course.use_record import MISSING, UseRecord

GUIDE = decision.load()
BOT = GUIDE.decide(
    {
        "trigger": "event",
        "destination": "system",
        "proven": "yes",
        "volume": "some",
        "audience": "yes",
        "teams": "no",
        "data": "personal",
    }
)
LONGEST = max(map(GUIDE.decide, GUIDE.combinations()), key=lambda decided: len(to_markdown(report(decided))))
HOSTILE = '<script>alert(1)</script> & "so"'
DAY = date(2026, 11, 26)


def answered(text: str | None) -> ChatCompletion:
    return ChatCompletion.model_validate(
        {
            "id": "c",
            "object": "chat.completion",
            "created": 0,
            "model": "a-model",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": 1200, "completion_tokens": 50, "total_tokens": 1250},
        }
    )


def a_case(**changes) -> capstone.Case:
    values = {
        "name": "The website answers at night",
        "decision": BOT,
        "task": "Answer in one sentence.",
        "example": "How much is the deposit?",
        "reply": answered("Thirty percent."),
        "cost_usd": Decimal("0.0005"),
        "items": 200,
        "record": UseRecord("A record", {"Product and contract": "OpenAI API", "Who answers for it": MISSING}),
    }
    return capstone.Case(**values | changes)


def said(case: capstone.Case, title: str) -> str:
    sections = [section for part in case.parts().values() for section in part if section.title == title]
    return " ".join(line.text for section in sections for line in section.lines)


def test_the_page_goes_from_the_decision_to_who_answers_for_it():
    case = a_case()
    assert [len(part) > 1 for part in case.parts().values()] == [True] * 4
    assert said(case, "Recommendation").startswith("API. ")
    assert said(case, "First step") == BOT.rule.first_step
    assert said(case, "Answer") == "Thirty percent."
    assert said(case, "Model and price") == "a-model: 1,200 tokens in, 50 tokens out, $0.000500."
    assert said(case, "Calls").startswith("200 in a month at $0.000500 each: $0.10. Ten times as many: $1.00.")
    assert report(BOT).total in said(case, "All together")
    assert said(case, "Product and contract") == "OpenAI API"
    assert said(case, "Who answers for it") == MISSING


def test_the_budget_leaves_room_for_a_busy_month_and_none_for_a_loop():
    assert a_case().budget_usd == 1
    assert a_case(items=20_000).budget_usd == 30


def test_who_needs_no_key_is_not_told_to_limit_one():
    of_each = {GUIDE.outcome(answers).name: GUIDE.decide(answers) for answers in GUIDE.combinations()}
    assert len(of_each) == len(GUIDE.outcomes)
    for decided in of_each.values():
        case = a_case(decision=decided)
        program = decided.outcome.name in ("api", "governed_api", "mix")
        assert bool(said(case, "Hard limit")) == program
        assert bool(said(case, "Calls, to compare")) != program
        assert not re.search(r"\b(None|nan)\b", case.html())


def test_all_that_a_learner_writes_stays_text():
    fields = dict.fromkeys(("name", "task", "example"), HOSTILE)
    html = a_case(**fields, reply=answered(HOSTILE), record=UseRecord(HOSTILE, {HOSTILE: HOSTILE})).page(DAY)
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 7  # the name is the page's title too
    assert "Answer</dt><dd></dd>" in a_case(reply=answered(None)).html()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "  "}, "The case has no name"),
        ({"items": 0}, "items must be a whole number of pieces a month, 1 or more, not 0"),
        ({"items": 2.5}, "not 2.5"),
    ],
)
def test_what_the_page_cannot_hold_is_refused_by_name(change, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        a_case(**change)


def test_it_is_saved_again_and_again_and_says_where_it_could_not(tmp_path):
    file = tmp_path / "my case.html"
    for name in ("First", "Second"):
        assert a_case(name=name).save(file, DAY) == file
    text = file.read_text(encoding="utf-8")
    assert "<h1>Second</h1>" in text
    assert "Made on 2026-11-26" in text
    with pytest.raises(OSError, match=r"could not be written.*Give a place where you may write"):
        a_case().save(tmp_path / "nowhere" / "case.html")


def test_the_longest_page_is_one_sheet_fits_a_phone_and_is_accessible(browser, tmp_path):
    long = "Wort " * 200
    record = UseRecord("", dict.fromkeys(use_record._LABELS.values(), "Ein Wort, dann noch eins, und so fort. " * 2))
    case = a_case(record=record, decision=LONGEST, name=long[:120], task=long, example=long, reply=answered(long))
    file = case.save(tmp_path / "case.html", DAY)
    context = browser.new_context(viewport={"width": 375, "height": 800}, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    context.close()
