"""The decision guide over all answers that there are: total, each rule met, the listed cases, sound advice."""

from __future__ import annotations

import csv
import re
import shutil

import pytest

from course import costs, data, decision, operators
from course.decision_report import report, to_html, to_markdown

GUIDE = decision.load()
ALL = [GUIDE.decide(answers) for answers in GUIDE.combinations()]
NAMES = [question.name for question in GUIDE.questions]
CASES = list(csv.DictReader(data.path("decision_cases.csv").read_text(encoding="utf-8").splitlines()))
PROGRAMS = ("api", "governed_api", "mix")


def words(decided):
    return " ".join(line.text for section in report(decided).sections for line in section.lines)


def with_answers(**wanted):
    return [each for each in ALL if wanted.items() <= each.answers.items()]


# The table -----------------------------------------------------------------------------------------


def test_there_is_one_answer_to_all_answers():
    assert len(NAMES) <= 7
    assert len({tuple(each.answers.values()) for each in ALL}) == len(ALL) == 432
    assert {each.outcome.name for each in ALL} == set(GUIDE.outcomes)


def test_each_rule_and_each_piece_of_advice_is_met():
    assert {each.rule.name for each in ALL} == {rule.name for rule in GUIDE.rules}
    assert {advice.text for each in ALL for advice in each.advice} == {advice.text for advice in GUIDE.advice}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_case_gets_the_listed_answer_and_is_told_why(case):
    decided = decision.decide({name: case[name] for name in NAMES})
    assert decided.outcome.name == case["recommendation"]
    assert case["must_say"] in words(decided)


def test_each_near_miss_has_a_tie_breaker_and_both_answers_are_heard():
    near = [case for case in CASES if case["kind"] == "near miss"]
    assert len(near) == 18
    assert len(CASES) - len(near) == 16
    assert all(case["tie_breaker"] for case in near)
    for one, other in zip(near[::2], near[1::2], strict=True):
        assert (one["recommendation"], one["must_say"]) != (other["recommendation"], other["must_say"])


# What must hold whatever the table says ----------------------------------------------------------------


def test_what_is_not_proven_is_tried_by_chat_first():
    assert {each.outcome.name for each in with_answers(proven="no")} == {"chat"}


def test_what_an_event_starts_and_a_system_takes_is_a_program():
    for each in with_answers(trigger="event", destination="system", proven="yes"):
        assert each.outcome.name in ("api", "governed_api")


def test_what_people_ask_and_read_is_never_a_program():
    for each in with_answers(trigger="person", destination="person"):
        assert each.outcome.name in ("chat", "business_chat")


def test_shared_or_regulated_work_that_is_proven_is_never_left_without_rules():
    for each in with_answers(proven="yes"):
        if each.answers["teams"] == "yes" or each.answers["data"] == "regulated":
            assert each.outcome.name in ("business_chat", "governed_api", "mix")
            assert each.rule.admin_hours > 0


def test_no_private_plan_is_recommended_for_data_that_is_not_harmless():
    for each in with_answers(proven="yes"):
        if each.answers["data"] != "harmless":
            assert all(GUIDE.plans[plan].audience == "team" for plan in each.rule.plans)
    for each in with_answers(proven="no"):
        assert ("invented" in each.rule.first_step) == (each.answers["data"] != "harmless")


def test_a_batch_and_a_waiting_person_are_never_advised_together():
    for each in ALL:
        said = words(each)
        if each.outcome.name in PROGRAMS:
            assert ("as a batch, which" in said) == (
                each.answers["volume"] == "many" and each.answers["audience"] == "no"
            )
            assert ("standard calls" in said) == (each.answers["audience"] == "yes")


def test_an_unpaid_tier_is_never_advised_for_customers_or_for_data_that_is_not_harmless():
    for each in ALL:
        advised = "unpaid API tier is enough" in words(each)
        risky = each.answers["audience"] == "yes" or each.answers["data"] != "harmless"
        assert not (advised and risky)
        if risky and each.outcome.name in PROGRAMS:
            assert "Use a paid tier" in words(each)


def test_what_would_change_the_answer_is_one_answer_away():
    for each in ALL:
        told = {(change.question.name, change.option.name): change.outcome.name for change in each.changes}
        for question in GUIDE.questions:
            for option in question.options:
                there = GUIDE.outcome({**each.answers, question.name: option.name}).name
                expected = None if there == each.outcome.name else there
                assert told.get((question.name, option.name)) == expected


# The cost ----------------------------------------------------------------------------------------------


def test_a_program_costs_building_looking_after_and_calls():
    cost = next(each for each in ALL if each.rule.name == "event" and each.answers["volume"] == "some").cost
    job = operators.job(decision.EXAMPLE_JOB).replace(items=200)
    assert cost.plan is None
    assert cost.total.low == operators.by_program(job, GUIDE.cheapest).dollars
    assert cost.total.high == operators.by_program(job, GUIDE.dearest).dollars


def test_a_business_plan_costs_its_seats_and_what_people_do():
    decided = next(each for each in ALL if each.rule.name == "people_shared" and each.answers["volume"] == "few")
    people = int(costs.preset("agency").people)
    assert decided.cost.plan.low == min(costs.plan_cost(GUIDE.plans[plan], people) for plan in decided.rule.plans)
    job = operators.job(decision.EXAMPLE_JOB)
    assert decided.cost.hours == operators.by_person(job.replace(items=20 * people)).hours + decided.rule.admin_hours


def test_all_costs_add_up_and_more_pieces_never_cost_less():
    for each in ALL:
        cost = each.cost
        parts = [part for part in (cost.plan, cost.calls) if part]
        assert cost.total.low == pytest.approx(cost.work + sum(part.low for part in parts))
        assert cost.total.high == pytest.approx(cost.work + sum(part.high for part in parts))
        assert 0 <= cost.total.low <= cost.total.high < 1e5
        assert bool(cost.plan) == bool(each.rule.plans)
    for answers in GUIDE.combinations():
        few, some = (GUIDE.decide({**answers, "volume": volume}) for volume in ("few", "some"))
        if few.rule is some.rule:
            assert few.cost.total.low <= some.cost.total.low


def test_a_trial_costs_a_few_pieces_whatever_comes_later():
    costs_of_trials = {each.cost.total.high for each in with_answers(proven="no")}
    assert len(costs_of_trials) == 1
    assert costs_of_trials.pop() < 10


# In words ----------------------------------------------------------------------------------------------


def test_a_report_names_plans_prices_days_and_every_answer():
    for each in ALL:
        said = report(each)
        assert said.sections[0].lines
        assert len(said.sections[-1].lines) == len(NAMES)
        assert GUIDE.checked_on.isoformat() in words(each)
        assert not re.search(r"\b(nan|inf|None)\b|[{}]", words(each))
        for plan in each.rule.plans:
            links = [link for section in said.sections for line in section.lines for link in line.links]
            assert (GUIDE.plans[plan].name, GUIDE.plans[plan].source_url) in links


def test_a_learners_own_words_stay_words():
    said = report(ALL[0])
    assert to_markdown(said, "# My *big* [case](x)\n\n# two").splitlines()[0] == (
        r"# \# My \*big\* \[case\](x) \# two"
    )
    assert "<h1>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;so&quot;</h1>" in to_html(
        said, '<script>alert(1)</script> & "so"'
    )
    assert "<h3>Chat or API?</h3>" in to_html(said, level=3)


# What is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"trigger": "robot"}, "trigger must be one of person, event, both, not 'robot'"),
        ({"trigger": None}, "trigger must be one of"),
        ({"colour": "red"}, "no question 'colour'. There are: trigger"),
    ],
)
def test_answers_that_do_not_fit_are_refused_by_name(change, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        decision.decide({**ALL[0].answers, **change})
    with pytest.raises(ValueError, match="trigger must be one of"):
        decision.decide({})


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("decision_table.csv", "\nevent,event,", "\nevent,both,", "'event' is never met"),
        ("decision_table.csv", "\nevent,event,*,yes,*", "\nevent,event,*,yes,few", "no rule fits trigger event"),
        ("decision_table.csv", "\ntry,*,", "\ntry,robot,", "line 3, column trigger: 'robot' is not one of"),
        ("decision_table.csv", ",person,5,0,", ",nobody,5,0,", "line 2, column preset: 'nobody' is not one of"),
        ("decision_table.csv", ",chat,chatgpt-free", ",fax,chatgpt-free", "line 2, column recommendation: 'fax'"),
        ("decision_table.csv", ",person,5,0,", ",person,5,,", "line 2, column admin_hours: is empty"),
        ("decision_table.csv", "chatgpt-free", "chatgpt-fee", "line 2, column plans: 'chatgpt-fee'"),
        ("decision_advice.csv", "openai-safety", "openai-safe", "'openai-safe' is not an id in data/sources.csv"),
        ("decision_advice.csv", "mix,*", "mix,", "column trigger: is empty"),
        ("decision_questions.csv", "event starts the work,", "event starts the work,\ndata", "6 are needed"),
        ("decision_questions.csv", "trigger,What starts the work each time?,both", "trigger,What?,event", "twice"),
        ("decision_questions.csv", ",2000", ",", "no question says"),
        ("decision_outcomes.csv", ",0.5", ",1.5", "by_person: is a share"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(file, old, new, says, tmp_path):
    for each in [*data.FOLDER.glob("decision_*.csv"), data.path("sources.csv")]:
        shutil.copy(each, tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(data.DataError, match=re.escape(says)):
        decision.load(tmp_path)


def test_an_eighth_question_is_refused(tmp_path):
    lines = "".join(f"q{number},Why?,a,A,it is,20\n" for number in range(8))
    (tmp_path / "decision_questions.csv").write_text(f"question,text,option,label,when,items\n{lines}")
    with pytest.raises(data.DataError, match=r"line 9, column question: is one more than 7"):
        decision.load(tmp_path)
