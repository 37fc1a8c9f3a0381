"""The decision guide: answers to a few plain questions lead to one recommendation, and what would change it.

The tables in `data/decision_*.csv` hold the questions, the rules, the advice and the recommendations. The first rule
that fits decides; `load` refuses tables in which some answers meet no rule, or a rule is never met.
`widgets/decision.js` decides in the same way in the browser.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from . import catalog, costs, data, operators
from .data import FOLDER, Row

MOST_QUESTIONS = 7
EXAMPLE_JOB = "inbox"  # the line of data/jobs.csv whose minutes, hours and tokens the rough cost assumes
ANY = "*"

Answers = Mapping[str, str]  # question → option
Link = tuple[str, str]  # text, address


@dataclass(frozen=True)
class Option:
    """An answer that can be chosen. `when` goes on after "If"; `items` is how many pieces a month it stands for."""

    name: str
    label: str
    when: str
    items: int | None


@dataclass(frozen=True)
class Question:
    name: str
    text: str
    options: tuple[Option, ...]

    def option(self, name: str) -> Option:
        return next(option for option in self.options if option.name == name)


@dataclass(frozen=True)
class Outcome:
    """What the guide can recommend. `by_person` is the share of the pieces that people do, from 0 to 1."""

    name: str
    label: str
    meaning: str
    by_person: float


@dataclass(frozen=True)
class Rule:
    """Answers that lead to a recommendation. A question that `when` does not name may have any answer.

    The cost counts `plans` for `people`, `admin_hours` a month for accounts, budgets and records, and `items` pieces
    instead of as many as come where only a trial is recommended.
    """

    name: str
    when: dict[str, tuple[str, ...]]
    recommendation: str
    plans: tuple[str, ...]
    people: int
    items: int | None
    admin_hours: float
    reason: str
    first_step: str


@dataclass(frozen=True)
class Advice:
    """A sentence for everyone who gets one of the recommendations and gave these answers."""

    recommendations: tuple[str, ...]
    when: dict[str, tuple[str, ...]]
    text: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Range:
    """US dollars a month, from the cheapest of several plans or models to the dearest."""

    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)


@dataclass(frozen=True)
class Cost:
    """A rough month: pieces that each person does, and a program; US dollars, and hours of people's work.

    `plan` is `None` without a chat plan, and `calls` without an API. `work` is what the hours cost.
    """

    by_person: float
    by_program: float
    plan: Range | None
    calls: Range | None
    hours: float
    work: float
    total: Range


@dataclass(frozen=True)
class Change:
    """Another answer to one question, and the recommendation that it would bring."""

    question: Question
    option: Option
    outcome: Outcome


@dataclass(frozen=True)
class Decision:
    answers: dict[str, str]
    outcome: Outcome
    rule: Rule
    advice: tuple[Advice, ...]
    cost: Cost
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Guide:
    """The tables, and what the rough cost needs: a job, the plans, and the rate cards of two models."""

    questions: tuple[Question, ...]
    outcomes: dict[str, Outcome]
    rules: tuple[Rule, ...]
    advice: tuple[Advice, ...]
    job: operators.Job
    job_label: str
    plans: dict[str, catalog.Plan]
    cheapest: dict
    dearest: dict
    checked_on: date

    def combinations(self) -> Iterator[dict[str, str]]:
        """All answers that there are."""
        return _combinations(self.questions)

    def rule(self, answers: Answers) -> Rule:
        """The first rule that fits."""
        return next(rule for rule in self.rules if _fits(rule.when, answers))

    def outcome(self, answers: Answers) -> Outcome:
        return self.outcomes[self.rule(answers).recommendation]

    def decide(self, answers: Answers) -> Decision:
        """The recommendation for an answer to each question. Raises `ValueError` naming question and options."""
        answers = self._checked(answers)
        rule, outcome = self.rule(answers), self.outcome(answers)
        advice = tuple(
            each for each in self.advice if outcome.name in each.recommendations and _fits(each.when, answers)
        )
        return Decision(answers, outcome, rule, advice, self._cost(answers), self._changes(answers))

    def _checked(self, answers: Answers) -> dict[str, str]:
        known = {question.name: [option.name for option in question.options] for question in self.questions}
        if unknown := [name for name in answers if name not in known]:
            raise ValueError(f"There is no question {unknown[0]!r}. There are: {', '.join(known)}.")
        for name, options in known.items():
            if answers.get(name) not in options:
                raise ValueError(f"{name} must be one of {', '.join(options)}, not {answers.get(name)!r}.")
        return {name: answers[name] for name in known}

    def _changes(self, answers: Answers) -> tuple[Change, ...]:
        here = self.outcome(answers)
        changes = []
        for question in self.questions:
            for option in question.options:
                there = self.outcome({**answers, question.name: option.name})
                if there is not here:
                    changes.append(Change(question, option, there))
        return tuple(changes)

    def _cost(self, answers: Answers) -> Cost:
        rule = self.rule(answers)
        chosen = (question.option(answers[question.name]) for question in self.questions)
        items = rule.items or next(option.items for option in chosen if option.items)
        by_person = self.outcomes[rule.recommendation].by_person * items
        by_program = items - by_person
        hours = rule.admin_hours + operators.by_person(self.job.replace(items=by_person * rule.people)).hours
        plan = calls = None
        if rule.plans:
            fees = [costs.plan_cost(self.plans[plan_id], rule.people) for plan_id in rule.plans]
            plan = Range(min(fees), max(fees))
        if by_program:
            hours += operators.by_program(self.job.replace(items=by_program), self.cheapest).hours
            one = [operators.call_dollars(self.job, card) for card in (self.cheapest, self.dearest)]
            calls = Range(by_program * one[0], by_program * one[1])
        work = hours * self.job.hourly
        total = sum(filter(None, (plan, calls)), start=Range(work, work))
        return Cost(by_person, by_program, plan, calls, hours, work, total)


def decide(answers: Answers) -> Decision:
    """The recommendation for an answer to each question of `data/decision_questions.csv`.

    Raises `ValueError` naming a question that has no answer, or an answer that is none of its options.
    """
    return load().decide(answers)


def load(folder: Path = FOLDER) -> Guide:
    """The guide of the files in `folder`, read once. Raises `data.DataError` naming file and line."""
    return _load(Path(folder))


@lru_cache(maxsize=4)
def _load(folder: Path) -> Guide:
    facts = catalog.load()
    questions = _read_questions(folder)
    outcomes = {outcome.name: outcome for outcome in _read_outcomes(folder)}
    rules = tuple(_read_rules(folder, questions, outcomes))
    plans = {plan_id: facts.plan(plan_id) for rule in rules for plan_id in rule.plans}
    job = operators.job(EXAMPLE_JOB)
    cards = sorted(
        (costs.rate_card(model.id) for model in facts.text_models if model.tier),
        key=lambda card: operators.call_dollars(job, card),
    )
    return Guide(
        questions,
        outcomes,
        rules,
        tuple(_read_advice(folder, questions, outcomes)),
        job,
        operators.jobs()[EXAMPLE_JOB]["label"],
        plans,
        cards[0],
        cards[-1],
        min(facts.checked_on, *(plan.accessed_on for plan in plans.values())),
    )


def _read_questions(folder: Path) -> tuple[Question, ...]:
    found: dict[str, Question] = {}
    for row in data.rows("decision_questions.csv", ("question", "text", "option", "label", "when", "items"), folder):
        name = row.text("question")
        option = Option(row.text("option"), row.text("label"), row.text("when"), row.integer("items"))
        before = found.get(name, Question(name, row.text("text"), ()))
        if option.name in [other.name for other in before.options]:
            raise row.wrong("option", f"{option.name!r} stands twice in the question {name!r}.")
        if len(found | {name: before}) > MOST_QUESTIONS:
            raise row.wrong("question", f"is one more than {MOST_QUESTIONS}. People give up on long forms.")
        found[name] = Question(name, before.text, (*before.options, option))
    if not any(all(option.items for option in question.options) for question in found.values()):
        raise data.DataError("decision_questions.csv: no question says for each option how many items it stands for.")
    return tuple(found.values())


def _read_outcomes(folder: Path) -> Iterator[Outcome]:
    for row in data.rows("decision_outcomes.csv", ("name", "label", "meaning", "by_person"), folder):
        share = _amount(row, "by_person")
        if share > 1:
            raise row.wrong("by_person", "is a share, from 0 to 1.")
        yield Outcome(row.text("name"), row.text("label"), row.text("meaning"), share)


def _read_rules(folder: Path, questions: tuple[Question, ...], outcomes: dict[str, Outcome]) -> Iterator[Rule]:
    names = [question.name for question in questions]
    columns = ("name", *names, "recommendation", "plans", "preset", "items", "admin_hours", "reason", "first_step")
    left = list(_combinations(questions))
    for row in data.rows("decision_table.csv", columns, folder):
        rule = Rule(
            row.text("name"),
            _condition(row, questions),
            row.choice("recommendation", outcomes),
            _plans(row),
            _people(row),
            row.integer("items"),
            _amount(row, "admin_hours"),
            row.text("reason"),
            row.text("first_step"),
        )
        after = [answers for answers in left if not _fits(rule.when, answers)]
        if len(after) == len(left):
            raise row.wrong("name", f"{rule.name!r} is never met: the rules above it take all its answers.")
        left = after
        yield rule
    if left:
        gap = ", ".join(f"{name} {option}" for name, option in left[0].items())
        raise data.DataError(f"decision_table.csv: no rule fits {gap}. Add one.")


def _read_advice(folder: Path, questions: tuple[Question, ...], outcomes: dict[str, Outcome]) -> Iterator[Advice]:
    pages = {source.id: source for source in data.sources(folder=folder)}
    columns = ("recommendation", *(question.name for question in questions), "text", "sources")
    for row in data.rows("decision_advice.csv", columns, folder):
        links = []
        for name in row.optional("sources").split():
            if name not in pages:
                raise row.wrong("sources", f"{name!r} is not an id in data/sources.csv.")
            page = pages[name]
            links.append((f"{page.publisher}: {page.title} (checked on {page.checked})", page.url))
        yield Advice(
            _options(row, "recommendation", outcomes), _condition(row, questions), row.text("text"), tuple(links)
        )


def _condition(row: Row, questions: tuple[Question, ...]) -> dict[str, tuple[str, ...]]:
    """The options that each question may have, without those that may have any."""
    return {
        question.name: _options(row, question.name, [option.name for option in question.options])
        for question in questions
        if row.text(question.name) != ANY
    }


def _options(row: Row, column: str, known) -> tuple[str, ...]:
    options = tuple(row.text(column).split("|"))
    if unknown := [option for option in options if option not in known]:
        raise row.wrong(column, f"{unknown[0]!r} is not one of {', '.join(known)}.")
    return options


def _plans(row: Row) -> tuple[str, ...]:
    priced = [plan.id for plan in catalog.load().plans if plan.monthly is not None]
    plans = tuple(row.optional("plans").split())
    if unknown := [plan for plan in plans if plan not in priced]:
        raise row.wrong("plans", f"{unknown[0]!r} is not a plan of data/plans.csv with a monthly fee.")
    return plans


def _people(row: Row) -> int:
    """How many people the plans are for: those of a preset of `data/presets.csv`."""
    if not row.optional("plans"):
        return 0
    known = costs.presets()
    return math.ceil(known[row.choice("preset", known)]["workload"].people)


def _amount(row: Row, column: str) -> float:
    number = row.number(column)
    if number is None:
        raise row.wrong(column, "is empty. Write a number.")
    return float(number)


def _combinations(questions: tuple[Question, ...]) -> Iterator[dict[str, str]]:
    names = [question.name for question in questions]
    for options in itertools.product(*([option.name for option in question.options] for question in questions)):
        yield dict(zip(names, options, strict=True))


def _fits(when: Mapping[str, tuple[str, ...]], answers: Answers) -> bool:
    return all(answers[name] in options for name, options in when.items())
