"""The question bank: load a quiz file, check an answer, keep the score.

A quiz file is JSON in JupyterQuiz's public schema, so the same file also works with
``jupyterquiz.display_quiz``. Four kinds of question: ``multiple_choice`` (one right option),
``many_choice`` (every right option), ``numeric`` and ``string``. Optional keys of ours, which
JupyterQuiz ignores: ``id``, ``topic``, ``hint``, ``points``, ``keep_order``, ``claims`` (ids of the
course's claims) and ``source`` (ids of rows in ``data/sources.csv``).
Texts are plain text; an amount of money is written in words ("2 dollars"), because JupyterQuiz
and learning platforms read ``$`` as the start of a formula.

``course/widgets/quiz_check.js`` holds the same rules for a page without a kernel, and
``tests/quiz_vectors.json`` keeps the two equal.
"""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from course import data
from course.quiz_schema import is_number, problems

Question = dict[str, Any]


class QuizError(data.DataError):
    """A quiz file breaks the schema; the message names file, question and key."""


class AnswerError(ValueError):
    """An answer that cannot be judged, such as an empty one; it should not count as a try."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one answer earned.

    ``feedback`` holds one line for the learner; for ``many_choice`` a count comes first and then
    one line for each chosen option, in the order of the file.
    """

    correct: bool
    feedback: tuple[str, ...]
    points: float


@dataclass(frozen=True, slots=True)
class Score:
    """Points earned, out of the points that the quiz can give."""

    earned: float
    possible: float


# Loading ---------------------------------------------------------------------------------------


def load(name: str | Path) -> list[Question]:
    """Read and validate a quiz: a name such as ``"02_billing"``, or a path to a ``.json`` file.

    Returns the questions as in the file, each with ``id`` and ``points`` filled in.
    Raises QuizError when the file cannot be read or breaks the schema.
    """
    file = Path(name) if str(name).endswith(".json") else data.path("quizzes", f"{name}.json")
    try:
        questions = json.loads(file.read_text(encoding="utf-8"), parse_constant=_reject_constant)
    except OSError as error:
        raise QuizError(f"{file.name}: cannot be read ({error.strerror}). Check the name or the path.") from error
    except ValueError as error:
        raise QuizError(f"{file.name}: is not valid JSON: {error}") from error
    if not isinstance(questions, list) or not questions:
        raise QuizError(f"{file.name}: must be a list with at least one question")
    seen: set[str] = set()
    sources = {source.id for source in data.sources()}
    for number, question in enumerate(questions, start=1):
        _fill_in(question, f"{file.stem}.q{number:02}")
        for key, problem in problems(question, seen, sources):
            raise QuizError(f"{file.name}, question {number} ({_name(question)}), key {key!r}: {problem}")
        seen.add(question["id"])
    return questions


def order(question: Question) -> list[int]:
    """The order in which to show the options, as indices into ``answers``.

    Shuffled, but by the question's id: the same on every machine and every day. A question with
    ``keep_order`` keeps the order of the file.
    """
    indices = list(range(len(question["answers"])))
    if question.get("keep_order"):
        return indices
    return sorted(indices, key=lambda i: hashlib.sha256(f"{question['id']}/{i}".encode()).digest())


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")


def _fill_in(question: Any, default_id: str) -> None:
    if isinstance(question, dict):
        question.setdefault("id", default_id)
        question.setdefault("points", 1)


def _name(question: Any) -> str:
    return str(question.get("id")) if isinstance(question, dict) else "not an object"


# Checking ----------------------------------------------------------------------------------------

RIGHT, WRONG = "This is right.", "This is not right yet."


def check(question: Question, answer: Any) -> Result:
    """Judge an answer.

    ``answer`` is an index into ``question["answers"]`` for ``multiple_choice``, a list of such
    indices for ``many_choice``, and what the learner typed (text, or a number) for the others.
    Raises AnswerError, with a message for the learner, when there is nothing to judge.
    """
    return CHECKS[question["type"]](question, answer)


def score(questions: Iterable[Question], answers: Mapping[str, Any]) -> Score:
    """Add up the points of ``answers`` ({question id: answer}); an unanswered question gives 0."""
    earned = possible = 0
    for question in questions:
        possible += question["points"]
        if question["id"] in answers:
            earned += check(question, answers[question["id"]]).points
    return Score(earned, possible)


def tidy(questions: list[Question], saved: Any) -> dict[str, Any]:
    """The part of a saved state that fits these questions, which may have been edited since."""
    answers, tries = {}, {}
    for question in questions:
        try:
            answer, count = (saved[part][question["id"]] for part in ("answers", "tries"))
            check(question, answer)
        except (AnswerError, KeyError, TypeError):
            continue
        if isinstance(count, int) and not isinstance(count, bool) and count >= 1:
            answers[question["id"]], tries[question["id"]] = answer, count
    return {"answers": answers, "tries": tries, "score": score(questions, answers).earned}


def _result(question: Question, correct: bool, *feedback: str) -> Result:
    return Result(correct, feedback, question["points"] if correct else 0)


def _feedback(answer: dict) -> str:
    return answer.get("feedback") or (RIGHT if answer.get("correct") else WRONG)


def _is_index(question: Question, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(question["answers"])


def _check_one(question: Question, chosen: Any) -> Result:
    if not _is_index(question, chosen):
        raise AnswerError("Choose one of the options first.")
    answer = question["answers"][chosen]
    return _result(question, answer["correct"], _feedback(answer))


def _check_many(question: Question, chosen: Any) -> Result:
    if not isinstance(chosen, list | tuple | set) or not chosen:
        raise AnswerError("Choose at least one option first.")
    if not all(_is_index(question, value) for value in chosen):
        raise AnswerError("Choose only options that this question has.")
    right = {index for index, answer in enumerate(question["answers"]) if answer["correct"]}
    picked = set(chosen)
    count = f"Right options found: {len(picked & right)} of {len(right)}."
    if picked - right:
        count += f" Wrong options chosen: {len(picked - right)}."
    reasons = [_feedback(question["answers"][index]) for index in sorted(picked)]
    return _result(question, picked == right, count, *reasons)


def _check_numeric(question: Question, typed: Any) -> Result:
    number = parse_number(typed)
    precision = question.get("precision")
    if precision:
        number = _significant(number, precision)
    for answer in question["answers"]:
        if "value" in answer:
            value = _significant(answer["value"], precision) if precision else answer["value"]
            matches = number == value
        elif "range" in answer:
            low, high = answer["range"]
            matches = low <= number < high
        else:
            continue
        if matches:
            return _result(question, answer["correct"], _feedback(answer))
    return _result(question, False, _default(question))


def _check_string(question: Question, typed: Any) -> Result:
    if not isinstance(typed, str) or not _plain(typed):
        raise AnswerError("Type an answer first.")
    texts = [answer for answer in question["answers"] if "answer" in answer]
    # An exact match wins over a near one, so that a known mistake keeps its own feedback.
    for matches in (_same, _near):
        for answer in texts:
            if matches(typed, answer):
                return _result(question, answer["correct"], _feedback(answer))
    return _result(question, False, _default(question))


CHECKS = {
    "multiple_choice": _check_one,
    "many_choice": _check_many,
    "numeric": _check_numeric,
    "string": _check_string,
}


def _default(question: Question) -> str:
    return next((answer["feedback"] for answer in question["answers"] if answer.get("type") == "default"), WRONG)


# Numbers -----------------------------------------------------------------------------------------

_NUMBER = r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?"
_FRACTION = re.compile(f"({_NUMBER})(?:/({_NUMBER}))?")
# Spelt out, because \s is not the same set in Python and in JavaScript.
_SPACE = r"[\t-\r \u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+"


def parse_number(typed: Any) -> float:
    """Read the number that a learner typed.

    Accepted: ``1250``, ``1,250``, ``1 250``, ``3.50``, ``1.25e3``, ``5/4``, full-width digits, and a
    dollar sign or the word dollars ("$3.50", "US$ 3.50", "3.50 dollars"). The decimal sign is a
    point. A comma only groups thousands, so ``3,5`` and ``0,006`` are refused instead of being guessed,
    and ``1,250`` is 1250. Raises AnswerError with advice when the text is not one finite number.
    """
    if is_number(typed):
        return float(typed)
    text = unicodedata.normalize("NFKC", typed).lower() if isinstance(typed, str) else ""
    text = re.sub(rf"(?<=[0-9]){_SPACE}(?=[0-9])", ",", text)
    text = re.sub(_SPACE, "", text).replace("\u2212", "-")
    if not text:
        raise AnswerError("Type a number first.")
    text = re.sub(r"^([+-]?)(?:us\$|usd|\$)", r"\1", text)
    text = re.sub(r"(?:us\$|usd|\$|dollars?)$", "", text)
    parts = _FRACTION.fullmatch(text)
    if parts:
        over, under = (float(part.replace(",", "")) for part in (parts[1], parts[2] or "1"))
        if under != 0 and math.isfinite(over / under):
            return over / under
    raise AnswerError(
        "This could not be read as one number. Write it like 1250, 1,250 or 3.50, with a point before the decimals."
    )


def _significant(number: float, digits: int) -> float:
    """Round to significant digits, ties away from zero, as JavaScript's toPrecision does."""
    if number == 0:
        return 0.0
    exact = Decimal(number)
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_HALF_UP))


# Words -------------------------------------------------------------------------------------------


def _plain(text: str, match_case: bool = False) -> str:
    """Text without spaces and without differences of width (NFKC) or case."""
    text = re.sub(_SPACE, "", unicodedata.normalize("NFKC", text))
    return text if match_case else text.lower()


def _same(typed: str, answer: dict) -> bool:
    case = answer.get("match_case", False)
    return _plain(typed, case) == _plain(answer["answer"], case)


def _near(typed: str, answer: dict) -> bool:
    """JupyterQuiz's fuzzy match: 1 - distance / longer length must reach the threshold."""
    threshold = answer.get("fuzzy_threshold")
    if not threshold:
        return False
    case = answer.get("match_case", False)
    a, b = _plain(typed, case), _plain(answer["answer"], case)
    return 1 - _distance(a, b) / max(len(a), len(b)) >= threshold


def _distance(a: str, b: str) -> int:
    """Levenshtein distance: the fewest letters to insert, delete or replace."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(b, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (letter != other))
    return row[-1]
