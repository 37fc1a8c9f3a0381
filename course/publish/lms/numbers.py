"""The numbers of a numeric question, as learning platforms write them."""

import math

from course.quiz import Question


def text(value: float) -> str:
    """A number as a learner would type it: 25000, 0.006."""
    return f"{value:.15g}"


def accepted(question: Question, answer: dict) -> tuple[float, float]:
    """What an answer with a value or a range accepts: the middle, and how far from it on each side."""
    if "range" in answer:
        low, high = answer["range"]
        return (low + high) / 2, (high - low) / 2
    value, digits = answer["value"], question.get("precision")
    if not digits or not value:
        return value, 0
    return value, 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1) / 2
