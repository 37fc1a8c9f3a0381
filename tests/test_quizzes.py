"""Rules for the content of every quiz in data/quizzes. tests/lessons compares what they ask with what is taught."""

import json
import re

import pytest

from course import data, quiz

FILES = sorted(data.path("quizzes").glob("*.json"))
NAMES = [file.stem for file in FILES]
QUESTIONS = [pytest.param(question, id=question["id"]) for name in NAMES for question in quiz.load(name)]

# Five questions before the course, and five on the same topics after it.
BEFORE, AFTER = "00_start", "06_posttest"
LESSON_QUIZZES = [name for name in NAMES if name not in (BEFORE, AFTER)]


def texts(question):
    """Every text of a question that a learner can see."""
    yield question["question"]
    yield question["topic"]
    yield question["hint"]
    for answer in question["answers"]:
        yield from (answer[key] for key in ("answer", "feedback") if key in answer)


def right_answers(question):
    return [index for index, answer in enumerate(question["answers"]) if answer.get("correct")]


def test_the_course_ends_with_the_topics_that_it_begins_with():
    before, after = quiz.load(BEFORE), quiz.load(AFTER)
    assert len(before) == 5
    assert [question["topic"] for question in before] == [question["topic"] for question in after]
    for first, last in zip(before, after, strict=True):
        assert set(first["claims"]) & set(last["claims"]), "the same points of the course"
        assert first["question"] != last["question"]


@pytest.mark.parametrize("name", LESSON_QUIZZES)
def test_a_quiz_has_ten_questions_or_more_of_all_four_types(name):
    questions = quiz.load(name)
    assert len(questions) >= 10
    assert {question["type"] for question in questions} == {
        "multiple_choice",
        "many_choice",
        "numeric",
        "string",
    }


@pytest.mark.parametrize("name", NAMES)
def test_ids_tell_the_lesson_and_count_up(name):
    topic = name.split("_", 1)[1]
    expected = [f"{topic}.q{number:02}" for number in range(1, len(quiz.load(name)) + 1)]
    assert [question["id"] for question in json.loads(data.path("quizzes", f"{name}.json").read_text())] == expected


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_has_feedback_that_teaches(question):
    for answer in question["answers"]:
        assert len(answer["feedback"].split()) >= 6, answer


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_a_topic_a_hint_and_a_claim(question):
    assert 1 <= len(question["topic"].split()) <= 5
    assert len(question["hint"].split()) >= 5
    assert question["claims"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_typed_answer_that_nobody_foresaw_gets_help(question):
    if question["type"] in ("numeric", "string"):
        assert question["answers"][-1].get("type") == "default"
        assert quiz.check(question, "123456789").feedback == (question["answers"][-1]["feedback"],)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_listed_answer_gets_its_own_feedback(question):
    """No answer hides behind an earlier one, and every wrong one is a mistake of its own."""
    for index, answer in enumerate(question["answers"]):
        if "range" in answer:
            given = answer["range"][0]
        elif question["type"] in ("numeric", "string"):
            given = answer.get("value", answer.get("answer"))
        else:
            given = [index] if question["type"] == "many_choice" else index
        if given is not None:
            assert quiz.check(question, given).feedback[-1] == answer["feedback"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_right_answer_is_right(question):
    right = right_answers(question)
    if question["type"] == "many_choice":
        assert quiz.check(question, right).correct
        assert 2 <= len(right) < len(question["answers"])
    for index in right if question["type"] == "multiple_choice" else []:
        assert quiz.check(question, index).correct


@pytest.mark.parametrize("question", QUESTIONS)
def test_texts_look_the_same_in_jupyterquiz_and_learning_platforms(question):
    """A dollar sign starts a formula there, and < & start HTML; money is written in words."""
    for text in texts(question):
        assert not re.search(r"[$<>&`\\*_]", text.replace("prompt_...", "").replace("completion_...", "")), text


@pytest.mark.parametrize("question", QUESTIONS)
def test_prices_are_marked_as_made_up(question):
    """A price of today would be wrong tomorrow, so a question brings its own numbers and says so."""
    if re.search(r"\d dollars?\b", question["question"]):
        assert "Suppose" in question["question"]
        assert "made up" in question["question"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_sentences_are_short(question):
    for text in texts(question):
        for sentence in re.split(r"(?<=[.?!:;])\s", text):
            assert len(sentence.split()) <= 32, sentence


def test_each_choice_tells_what_it_would_cost_in_money_effort_and_risk():
    scenarios = [question for question in quiz.load("06_choose") if question["type"] == "multiple_choice"]
    assert len(scenarios) >= 16
    for question in scenarios:
        for answer in question["answers"]:
            assert re.search(r"[.:] Money: .+[.] Effort: .+[.] Risk: .+[.]$", answer["feedback"]), question["id"]
    near = [each for each in scenarios if any(a["feedback"].startswith("Near miss") for a in each["answers"])]
    assert len(near) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_sources_are_listed_with_the_lesson_too(name):
    listed = {source.id for source in data.sources("06_choose" if name == AFTER else name)}
    cited = {source for question in quiz.load(name) for source in question.get("source", [])}
    assert cited <= listed


@pytest.mark.parametrize("name", NAMES)
def test_the_right_option_cannot_be_guessed_from_its_length_or_place(name):
    choices = [question for question in quiz.load(name) if question["type"] == "multiple_choice"]
    longest = [max(question["answers"], key=lambda answer: len(answer["answer"]))["correct"] for question in choices]
    assert sum(longest) <= len(choices) / 2
    places = [quiz.order(question).index(right_answers(question)[0]) for question in choices]
    assert len(set(places)) >= 3


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_jupyterquiz_displays_the_same_file(browser, file, monkeypatch):
    from jupyterquiz.dynamic import display as jupyterquiz

    shown = []
    monkeypatch.setattr(jupyterquiz, "display", shown.append)
    jupyterquiz.display_quiz(str(file), shuffle_answers=False)
    html, script = (part.data for part in shown)

    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.set_content(f"<!doctype html><meta charset=utf-8>{html}<script>{script}</script>")
    questions = quiz.load(file)
    boxes = page.locator(".Quiz")
    boxes.last.wait_for()
    assert boxes.count() == len(questions)
    for number, question in enumerate(questions):
        box = boxes.nth(number)
        assert box.locator("> div").first.inner_text() == question["question"]
        right = right_answers(question)[0]
        if question["type"] in ("numeric", "string"):
            answer = question["answers"][right]
            box.locator("input").press_sequentially(str(answer.get("value", answer.get("answer"))))
            box.locator("input").press("Enter")
        else:
            box.locator(".MCButton").nth(right).click()
        feedback = box.locator(".Feedback")
        assert "correct" in feedback.get_attribute("class").split()
        assert feedback.inner_text().startswith(question["answers"][right]["feedback"])
    assert not errors
    page.close()
