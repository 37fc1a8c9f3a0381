"""The decision guide: answers to a few plain questions, and live what they recommend."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from typing import ClassVar

import traitlets

from course import decision
from course.decision_report import report, to_html

from .base import FROM_PAGE, Choice, CourseWidget
from .cost_sliders import card_for_page

LONGEST_CASE = 120
_GUIDE = decision.load()


class Words(traitlets.TraitType):
    """A short text. What does not fit is refused with a message, and the old text stays."""

    def __init__(self, most: int, label: str):
        super().__init__("")
        self.most, self.label = most, label
        self.tag(**FROM_PAGE)

    def validate(self, widget, value):
        if isinstance(value, str) and len(value) <= self.most:
            widget.message = ""
            return value
        widget.message = f"{self.label} must be a text of at most {self.most} letters. It stays as it was."
        return self.get(widget)


def _answer(question: decision.Question) -> Choice:
    names = [option.name for option in question.options]
    return Choice(names[0], lambda _widget: names, f"{question.text} The answer")


def _for_the_page(guide: decision.Guide) -> dict:
    plans = {
        plan.id: {
            "name": plan.name,
            "monthly": float(plan.monthly),
            "min_seats": plan.min_seats,
            "source_url": plan.source_url,
        }
        for plan in guide.plans.values()
    }
    return {
        "questions": [asdict(question) for question in guide.questions],
        "outcomes": {name: asdict(outcome) for name, outcome in guide.outcomes.items()},
        "rules": [asdict(rule) for rule in guide.rules],
        "advice": [asdict(advice) for advice in guide.advice],
        "job": asdict(guide.job),
        "job_label": guide.job_label,
        "plans": plans,
        "cheapest": card_for_page(guide.cheapest["model"]),
        "dearest": card_for_page(guide.dearest["model"]),
        "checked_on": guide.checked_on.isoformat(),
    }


_ANSWERS = {question.name: _answer(question) for question in _GUIDE.questions}


class DecisionGuide(CourseWidget):
    """The questions of `data/decision_questions.csv`, answered in the page or by name, as in
    `DecisionGuide(trigger="event", destination="system", case="A form becomes a proposal")`.

    Read `decision` (see `course.decision.Decision`), or observe `recommendation`, the name of its outcome. An answer
    that does not fit is refused: the old one stays, and `message` says why.
    """

    module = "decision_guide"
    shown = (*_ANSWERS, "case")
    constants: ClassVar = {"guide": _for_the_page(_GUIDE)}

    # traitlets finds traits in the class body; one line makes one trait of each question.
    locals().update(_ANSWERS)
    case = Words(LONGEST_CASE, "Your case")
    recommendation = traitlets.Unicode(read_only=True)

    guide = traitlets.Dict(read_only=True, help="The tables, plans and rate cards.").tag(sync=True)
    longest_case = traitlets.Int(LONGEST_CASE, read_only=True).tag(sync=True)

    def __init__(self, **values):
        if unknown := values.keys() - set(self.shown):
            raise TypeError(f"DecisionGuide has no {min(unknown)!r}. It has: {', '.join(self.shown)}.")
        super().__init__()
        self.set_trait("guide", self.constants["guide"])
        refusals = []
        for name, value in values.items():
            setattr(self, name, value)
            refusals.append(self.message)
        self.message = " ".join(filter(None, refusals))
        self.observe(self._decide, list(_ANSWERS))
        self._decide()

    @property
    def decision(self) -> decision.Decision:
        """What the answers lead to."""
        return _GUIDE.decide({name: getattr(self, name) for name in _ANSWERS})

    def twin(self) -> str:
        """The recommendation for these answers, and the rules behind it."""
        rules = "".join(f"<li>{escape(_rule_in_words(rule))}</li>" for rule in _GUIDE.rules)
        return (
            to_html(report(self.decision), self.case, level=3)
            + f"<details><summary>All rules; the first that fits decides</summary><ol>{rules}</ol></details>"
        )

    def _decide(self, _change=None) -> None:
        self.set_trait("recommendation", self.decision.outcome.name)


def _rule_in_words(rule: decision.Rule) -> str:
    conditions = [
        " or ".join(question.option(name).when for name in rule.when[question.name])
        for question in _GUIDE.questions
        if question.name in rule.when
    ]
    return f"If {', and '.join(conditions)}: {_GUIDE.outcomes[rule.recommendation].label}."
