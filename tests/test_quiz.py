"""Loading, checking and scoring quizzes."""

import json
from pathlib import Path

import pytest

from course import quiz

VECTORS = json.loads(Path(__file__).with_name("quiz_vectors.json").read_text(encoding="utf-8"))
CASES = [
    pytest.param(vector["question"], case, id=f"{vector['question']['id']}-{json.dumps(case['answer'])}")
    for vector in VECTORS
    for case in vector["cases"]
]

CHOICE = {
    "question": "Which one?",
    "type": "multiple_choice",
    "answers": [
        {"answer": "this", "correct": True, "feedback": "Yes."},
        {"answer": "that", "correct": False, "feedback": "No."},
    ],
}
NUMERIC = {
    "question": "How much?",
    "type": "numeric",
    "answers": [{"type": "value", "value": 4, "correct": True}, {"type": "default", "feedback": "No."}],
}
STRING = {"question": "Who?", "type": "string", "answers": [{"answer": "me", "correct": True}]}


def written(tmp_path, questions, name="mine.json"):
    """A quiz file with these questions (or this text)."""
    file = tmp_path / name
    file.write_text(questions if isinstance(questions, str) else json.dumps(questions), encoding="utf-8")
    return file


def error_of(tmp_path, questions):
    with pytest.raises(quiz.QuizError) as caught:
        quiz.load(written(tmp_path, questions))
    return str(caught.value)


@pytest.mark.parametrize(("question", "case"), CASES)
def test_check_agrees_with_the_vectors(question, case):
    if "error" in case:
        with pytest.raises(quiz.AnswerError) as caught:
            quiz.check(question, case["answer"])
        assert str(caught.value) == case["error"]
        return
    result = quiz.check(question, case["answer"])
    assert result.correct is case["correct"]
    assert list(result.feedback) == case["feedback"]
    assert result.points == (question["points"] if case["correct"] else 0)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_no_answer(number):
    with pytest.raises(quiz.AnswerError):
        quiz.check(NUMERIC, number)


def test_a_bundled_quiz_loads_by_name():
    questions = quiz.load("02_billing")
    assert questions[0]["id"] == "billing.q01"
    assert all(question["points"] == 1 for question in questions)


def test_a_file_in_plain_jupyterquiz_schema_gets_ids_and_points(tmp_path):
    questions = quiz.load(written(tmp_path, [CHOICE, NUMERIC, STRING]))
    assert [question["id"] for question in questions] == ["mine.q01", "mine.q02", "mine.q03"]
    assert [question["points"] for question in questions] == [1, 1, 1]


def test_the_types_of_numeric_answers_may_be_left_out(tmp_path):
    answers = [{"value": 1, "correct": True}, {"range": [2, 3], "correct": False}]
    question = {"question": "?", "type": "numeric", "answers": answers}
    assert quiz.load(written(tmp_path, [question]))


def test_a_missing_file_is_named():
    with pytest.raises(quiz.QuizError, match=r"99_nothing\.json: cannot be read"):
        quiz.load("99_nothing")


def changed(question, /, **changes):
    """A copy with keys changed; None removes one."""
    return {key: value for key, value in {**question, **changes}.items() if value is not None}


def answers(question, /, *more, **changes):
    """A copy whose first answer is changed and which has more answers."""
    first, *rest = question["answers"]
    return changed(question, answers=[changed(first, **changes), *rest, *more])


@pytest.mark.parametrize(
    ("question", "key", "problem"),
    [
        ("text", "question", "must be an object"),
        (changed(CHOICE, question=None), "question", "is missing"),
        (changed(CHOICE, question=" "), "question", "not empty"),
        (changed(CHOICE, type=None), "type", "is missing"),
        (changed(CHOICE, type="essay"), "type", "must be one of"),
        (changed(CHOICE, type=3), "type", "must be a text"),
        (changed(CHOICE, answers=None), "answers", "is missing"),
        (changed(CHOICE, answers=[]), "answers", "must be a list"),
        (changed(CHOICE, answers=["this"]), "answers[0]", "must be an object"),
        (changed(CHOICE, hints="?"), "hints", "known keys are"),
        (changed(CHOICE, id=3), "id", "must be a text"),
        (changed(CHOICE, points=0), "points", "above 0"),
        (changed(CHOICE, points=True), "points", "above 0"),
        (changed(CHOICE, keep_order="no"), "keep_order", "true or false"),
        (changed(CHOICE, claims="C27"), "claims", "list of texts"),
        (changed(CHOICE, source=["nowhere"]), "source", "not an id in data/sources.csv"),
        (answers(CHOICE, correct=None), "answers[0].correct", "is missing"),
        (answers(CHOICE, correct="yes"), "answers[0].correct", "true or false"),
        (answers(CHOICE, correct=False), "answers", "exactly one"),
        (answers(CHOICE, {"answer": "x", "correct": True}), "answers", "exactly one"),
        (answers(CHOICE, answer=None), "answers[0].answer", "is missing"),
        (answers(CHOICE, feedbak="x"), "answers[0].feedbak", "known keys are"),
        (changed(answers(CHOICE, correct=False), type="many_choice"), "answers", "at least one"),
        (changed(NUMERIC, precision=0), "precision", "from 1 to 15"),
        (answers(NUMERIC, value="4"), "answers[0].value", "finite number"),
        (answers(NUMERIC, value=True), "answers[0].value", "finite number"),
        (answers(NUMERIC, value=10**400), "answers[0].value", "finite number"),
        (answers(NUMERIC, correct=False), "answers", "at least one"),
        (answers(NUMERIC, type="exact"), "answers[0].type", "must be"),
        (answers(NUMERIC, {"range": [3, 3], "correct": True}), "answers[2].range", "two finite numbers"),
        (answers(NUMERIC, {"type": "default", "feedback": "x"}), "answers", "only one default"),
        (answers(NUMERIC, {"type": "default"}), "answers[2].feedback", "is missing"),
        (answers(STRING, answer=""), "answers[0].answer", "not empty"),
        (answers(STRING, fuzzy_threshold=1.5), "answers[0].fuzzy_threshold", "from 0 to 1"),
    ],
)
def test_a_broken_question_is_named_with_file_number_and_key(tmp_path, question, key, problem):
    message = error_of(tmp_path, [CHOICE, question])
    assert message.startswith("mine.json, question 2 (")
    assert f"key {key!r}:" in message
    assert problem in message


def test_an_id_used_twice_is_named(tmp_path):
    message = error_of(tmp_path, [changed(CHOICE, id="a"), changed(NUMERIC, id="a")])
    assert "question 2 (a), key 'id': is used by an earlier question" in message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not valid JSON"),
        ("[]", "at least one question"),
        ('{"question": 1}', "must be a list"),
        ('[{"points": NaN}]', "NaN is not a number"),
    ],
)
def test_a_file_that_is_no_list_of_questions(tmp_path, text, problem):
    message = error_of(tmp_path, text)
    assert message.startswith("mine.json: ")
    assert problem in message


def test_order_is_a_shuffle_that_never_changes():
    options = [{"answer": str(n), "correct": n == 0} for n in range(5)]
    assert quiz.order({"id": "billing.q01", "answers": options}) == [1, 3, 2, 0, 4]
    orders = {tuple(quiz.order({"id": f"q{n}", "answers": options})) for n in range(50)}
    assert all(sorted(order) == [0, 1, 2, 3, 4] for order in orders)
    assert len(orders) > 25
    assert len({order.index(0) for order in orders}) == 5


def test_keep_order_keeps_the_order():
    assert quiz.order({**CHOICE, "id": "x", "keep_order": True}) == [0, 1]


def test_score_adds_the_points_of_right_answers():
    questions = [{**CHOICE, "id": "a", "points": 2}, {**NUMERIC, "id": "b", "points": 1.5}]
    assert quiz.score(questions, {}) == quiz.Score(0, 3.5)
    assert quiz.score(questions, {"a": 0, "b": "5"}) == quiz.Score(2, 3.5)
    assert quiz.score(questions, {"a": 0, "b": "4"}) == quiz.Score(3.5, 3.5)
