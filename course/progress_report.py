"""What a learner's saved answers amount to: points of a quiz, and right answers before and after the course."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from course import outline, quiz
from course.data import path
from course.progress import Progress


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a quiz: how many questions are `answered`, how many of these right, and how many at the first try."""

    questions: int
    answered: int
    right: int
    first_try: int


def standing(name: str, saved: Any) -> Standing:
    """How a quiz stands by its saved state, which may be None."""
    asked = questions(name)
    state = quiz.tidy(list(asked), saved)
    right = [each["id"] for each in asked if _is_right(each, state["answers"])]
    first = sum(state["tries"][each] == 1 for each in right)
    return Standing(len(asked), len(state["answers"]), len(right), first)


def before_and_after(saved: Progress) -> str:
    """The same topics, asked before the course and after it. The first try counts, since the quiz explains what was
    wrong.
    """
    before, after = (standing(name, saved.quizzes.get(name)) for name in (outline.BEFORE, outline.AFTER))
    return f"Before the course: {_first_tries(before)}. After it: {_first_tries(after)}."


def has_quiz(name: str) -> bool:
    """Whether there is a quiz of this name, such as "06_posttest"."""
    return path("quizzes", f"{name}.json").is_file()


@cache
def questions(name: str) -> tuple[quiz.Question, ...]:
    """The questions of a quiz, read once."""
    return tuple(quiz.load(name))


def _is_right(question: quiz.Question, answers: dict[str, Any]) -> bool:
    return question["id"] in answers and quiz.check(question, answers[question["id"]]).correct


def _first_tries(found: Standing) -> str:
    return f"{found.first_try} of {found.questions} right at the first try" if found.answered else "not answered yet"
