"""The schema of a question: which keys it may have and what their values must be.

JupyterQuiz's public keys, and the optional ones that this course adds. ``course.quiz.load`` reports
the first problem found.
"""

import sys
from collections.abc import Container, Iterable
from typing import Any

Problems = Iterable[tuple[str, str]]

TYPES = ("multiple_choice", "many_choice", "numeric", "string")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_number(value: Any) -> bool:
    """A finite number; true and false are not numbers here."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 15


def _is_positive(value: Any) -> bool:
    return is_number(value) and value > 0


def _is_share(value: Any) -> bool:
    return is_number(value) and 0 <= value <= 1


def _is_range(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value)) and value[0] < value[1]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


TEXT = (_is_text, "must be a text that is not empty")
TEXTS = (_is_texts, "must be a list of texts")
FLAG = (_is_flag, "must be true or false")
COUNT = (_is_count, "must be a whole number from 1 to 15")
POSITIVE = (_is_positive, "must be a number above 0")

QUESTION_KEYS = {
    "question": TEXT,
    "type": TEXT,
    "code": TEXT,
    "answers": (lambda value: isinstance(value, list) and bool(value), "must be a list of answers"),
    "precision": COUNT,
    "input_width": POSITIVE,
    "answer_cols": COUNT,
    "id": TEXT,
    "topic": TEXT,
    "hint": TEXT,
    "points": POSITIVE,
    "keep_order": FLAG,
    "claims": TEXTS,
    "source": TEXTS,
}

ANSWER_KEYS = {
    "option": {"answer": TEXT, "code": TEXT, "correct": FLAG, "feedback": TEXT},
    "value": {
        "type": TEXT,
        "value": (is_number, "must be a finite number"),
        "correct": FLAG,
        "feedback": TEXT,
    },
    "range": {
        "type": TEXT,
        "range": (_is_range, "must be two finite numbers [from, below], the smaller first"),
        "correct": FLAG,
        "feedback": TEXT,
    },
    "string": {
        "answer": TEXT,
        "correct": FLAG,
        "feedback": TEXT,
        "match_case": FLAG,
        "fuzzy_threshold": (_is_share, "must be a number from 0 to 1"),
    },
    "default": {"type": TEXT, "feedback": TEXT},
}

REQUIRED = {
    "option": {"correct"},
    "value": {"value", "correct"},
    "range": {"range", "correct"},
    "string": {"answer", "correct"},
    "default": {"feedback"},
}


def problems(question: Any, used_ids: Container[str], source_ids: Container[str]) -> Problems:
    """Yield (key, what is wrong with it) for a question read from JSON; nothing when it is sound.

    ``used_ids`` are the ids of the questions before it, which it may not repeat; ``source_ids`` are
    those that it may name. Only the first problem can be relied on: a broken key may make later ones
    impossible to judge.
    """
    if not isinstance(question, dict):
        yield "question", "every question must be an object {…}"
        return
    yield from _key_problems(question, QUESTION_KEYS, {"question", "type", "answers"}, "")
    if question["type"] not in TYPES:
        yield "type", f"must be one of {', '.join(TYPES)}, not {question['type']!r}"
        return
    for index, answer in enumerate(question["answers"]):
        yield from _answer_problems(question["type"], answer, f"answers[{index}]")
    yield from _count_problems(question)
    if question.get("id") in used_ids:
        yield "id", "is used by an earlier question; ids must differ"
    for source in question.get("source", []):
        if source not in source_ids:
            yield "source", f"{source!r} is not an id in data/sources.csv; add the page there first"


def _key_problems(entry: dict, known: dict, required: set[str], where: str) -> Problems:
    for key in sorted(required - set(entry)):
        yield f"{where}{key}", "is missing"
    for key, value in entry.items():
        if key not in known:
            yield f"{where}{key}", f"is not part of the schema; known keys are {', '.join(known)}"
            continue
        valid, problem = known[key]
        if not valid(value):
            yield f"{where}{key}", f"{problem}, not {value!r}"


def _answer_problems(question_type: str, answer: Any, where: str) -> Problems:
    if not isinstance(answer, dict):
        yield where, "every answer must be an object {…}"
        return
    kind = _answer_kind(question_type, answer)
    if kind is None:
        yield f"{where}.type", 'must be "value", "range" or "default"'
        return
    yield from _key_problems(answer, ANSWER_KEYS[kind], REQUIRED[kind], f"{where}.")
    if kind == "option" and not {"answer", "code"} & set(answer):
        yield f"{where}.answer", "is missing; an option needs a text or a code"


def _answer_kind(question_type: str, answer: dict) -> str | None:
    """Which row of ANSWER_KEYS an answer follows; as in JupyterQuiz, ``type`` may be left out."""
    if question_type in ("multiple_choice", "many_choice"):
        return "option"
    if answer.get("type") == "default":
        return "default"
    if question_type == "string":
        return "string"
    kind = answer.get("type") or next((key for key in ("value", "range") if key in answer), None)
    return kind if kind in ("value", "range") else None


def _count_problems(question: dict) -> Problems:
    right = sum(answer.get("correct") is True for answer in question["answers"])
    if question["type"] == "multiple_choice" and right != 1:
        yield "answers", f"exactly one option must be correct, not {right}; for more use many_choice"
    elif right == 0:
        yield "answers", "at least one answer must be correct"
    if sum(answer.get("type") == "default" for answer in question["answers"]) > 1:
        yield "answers", "there can be only one default"
