"""A decision in words: what the widget shows, what stands for it in print, and what a learner takes home.

`widgets/decision_report.js` says the same in the browser, word by word.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from html import escape

from .decision import Cost, Decision, Guide, Link, Range, load

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!])")


@dataclass(frozen=True)
class Line:
    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Report:
    """`title` is the recommendation, `meaning` says it in a sentence, and `total` is what a month costs."""

    title: str
    meaning: str
    total: str
    sections: tuple[Section, ...]


def report(decision: Decision, guide: Guide | None = None) -> Report:
    """The decision in words."""
    guide = guide or load()
    changes = [Line(f"If {change.option.when}: {change.outcome.label}.") for change in decision.changes]
    answers = [
        Line(f"{question.text} {question.option(decision.answers[question.name]).label}")
        for question in guide.questions
    ]
    sections = [
        Section("Why", (Line(decision.rule.reason),)),
        Section("First step", (Line(decision.rule.first_step),)),
        Section("Keep in mind", tuple(Line(advice.text, advice.links) for advice in decision.advice)),
        Section("Rough cost a month", tuple(_cost_lines(decision, guide))),
        Section("What would change the answer", tuple(changes) or (Line("No other single answer would."),)),
        Section("The answers behind it", tuple(answers)),
    ]
    outcome = decision.outcome
    kept = tuple(section for section in sections if section.lines)
    return Report(outcome.label, outcome.meaning, _about(decision.cost.total), kept)


def to_markdown(said: Report, case: str = "") -> str:
    """A page of Markdown. `case` is the learner's own name for it, as plain text."""
    parts = [
        f"# {_marked(case) or 'Chat or API?'}",
        f"**Recommendation: {_marked(said.title)}**",
        _marked(said.meaning),
    ]
    for section in said.sections:
        lines = [
            f"- {_marked(line.text)}" + "".join(f" [{_marked(text)}]({url})" for text, url in line.links)
            for line in section.lines
        ]
        parts += [f"## {section.title}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def to_html(said: Report, case: str = "", level: int = 1) -> str:
    """The same as a piece of HTML, whose first heading has this level."""
    parts = [
        f"<h{level}>{escape(case) or 'Chat or API?'}</h{level}>",
        f"<p><strong>Recommendation: {escape(said.title)}</strong></p>",
        f"<p>{escape(said.meaning)}</p>",
    ]
    for section in said.sections:
        lines = "".join(
            f"<li>{escape(line.text)}"
            + "".join(f' <a href="{escape(url)}">{escape(text)}</a>' for text, url in line.links)
            + "</li>"
            for line in section.lines
        )
        parts.append(f"<h{level + 1}>{escape(section.title)}</h{level + 1}>\n<ul>{lines}</ul>")
    return "\n".join(parts) + "\n"


def _cost_lines(decision: Decision, guide: Guide):
    cost, rule = decision.cost, decision.rule
    if cost.plan:
        plans = [guide.plans[plan_id] for plan_id in rule.plans]
        least = max(plan.min_seats or 1 for plan in plans)
        people = "1 person" if rule.people == 1 else f"{rule.people} people"
        seats = f", at least {least} seats" if least > rule.people else ""
        yield Line(
            f"Chat plan for {people}{seats}: {_span(cost.plan)}.",
            tuple((plan.name, plan.source_url) for plan in plans),
        )
    if cost.calls:
        cheap, dear = guide.cheapest, guide.dearest
        yield Line(
            f"Calls to a model: {_span(cost.calls)}, from {cheap['name']} to {dear['name']}.",
            tuple((f"Prices of {card['name']}", card["source_url"]) for card in (cheap, dear)),
        )
    yield Line(_work(cost, rule.admin_hours, guide))
    yield Line(f"Together: about {_about(cost.total)}.")
    yield Line(
        f"These are assumptions: {_pieces(cost)} in a month, of a job like “{guide.job_label}”, with its minutes "
        f"and tokens. Fees and prices were checked on {guide.checked_on.isoformat()}."
    )


def _pieces(cost: Cost) -> str:
    people, program = _whole(cost.by_person), _whole(cost.by_program)
    if cost.by_person and cost.by_program:
        return f"{people} pieces for each person and {program} for the program"
    return f"{people} pieces for each person" if cost.by_person else f"{program} pieces"


def _work(cost: Cost, admin_hours: float, guide: Guide) -> str:
    parts = []
    if cost.calls:
        parts.append(f"building spread over {_hours(guide.job.months)} months")
    if admin_hours:
        unit = "hour" if admin_hours == 1 else "hours"
        parts.append(f"{_hours(admin_hours)} {unit} for accounts, budgets and records")
    within = f" ({', '.join(parts)})" if parts else ""
    hourly = _dollars(guide.job.hourly)
    return f"People's work: {_hours(cost.hours)} hours{within}, at {hourly} an hour: {_dollars(cost.work)}."


def _span(cost: Range) -> str:
    low, high = _dollars(cost.low), _dollars(cost.high)
    return low if low == high else f"{low} to {high}"


def _about(cost: Range) -> str:
    """A sum that rests on assumptions, with two digits that count."""
    return _span(Range(_two_digits(cost.low), _two_digits(cost.high)))


def _two_digits(amount: float) -> float:
    unit = 10 ** max(len(str(math.floor(amount))) - 2, 0)
    return math.floor(amount / unit + 0.5) * unit


def _dollars(amount: float) -> str:
    """Rounded half up, as the browser's code does; Python's own rounding would differ on a tie."""
    if amount >= 10 or amount == 0:
        return f"${_whole(amount)}"
    return f"${math.floor(amount * 100 + 0.5) / 100:.2f}" if amount >= 0.01 else "less than a cent"


def _whole(amount: float) -> str:
    return f"{math.floor(amount + 0.5):,}"


def _hours(hours: float) -> str:
    return f"{math.floor(hours * 10 + 0.5) / 10:,.10g}"


def _marked(text: str) -> str:
    """Plain text that Markdown shows as it is, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
