"""The thread that holds the course together: claims, questions, sources and terms, checked as one."""

import re

import pytest
from course_files import NOTEBOOKS, lessons

from course import catalog, data, quiz
from course.outline import AFTER, BEFORE
from course.publish import claims, glossary, thread

CLAIMS = claims.load()
MADE = thread.made(NOTEBOOKS)


def test_every_claim_is_taught_and_tested_and_every_cell_and_question_names_one():
    broken = claims.problems(CLAIMS, list(claims.cells(lessons())), list(claims.questions()))
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_lessons_quiz_asks_about_all_that_it_teaches_and_nothing_else(lesson):
    """But for the questions before and after the course, which ask about all of it."""
    quizzes = {file.stem for file in data.path("quizzes").glob(f"{lesson.number}_*.json")} - {BEFORE, AFTER}
    asked = {claim for name in quizzes for question in quiz.load(name) for claim in question["claims"]}
    assert asked == {claim for _, named in claims.cells([lesson]) for claim in named}


def test_the_claims_are_numbered_without_a_gap():
    assert [claim.id for claim in CLAIMS] == [f"C{number:02}" for number in range(1, 70)]


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_what_is_made_from_the_lessons_is_current(path):
    assert path.read_text("utf-8") == MADE[path], "Run: course refresh"


def test_lessons_elsewhere_leave_the_course_alone(tmp_path):
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    assert thread.refresh(tmp_path / "notebooks") == []


def test_a_claim_that_names_a_vendor_has_its_page():
    named = [claim for claim in CLAIMS if re.match(r"At (OpenAI|Google|Anthropic)|OpenAI's", claim.claim)]
    assert len(named) >= 4
    assert [claim.id for claim in named if not claim.sources] == []


def test_no_page_is_listed_twice_and_each_is_used():
    sources = data.sources()
    addresses = [source.url.rstrip("/").lower() for source in sources]
    assert len(set(addresses)) == len(addresses)
    facts = catalog.load()
    cited = {source for claim in CLAIMS for source in claim.sources}
    read = {row.source_url for row in (*facts.models, *facts.plans, *facts.prices)}
    unused = [each.id for each in sources if not (each.lessons or each.id in cited or each.url in read)]
    assert unused == []


def test_a_source_names_lessons_that_exist():
    known = {lesson.name for lesson in lessons()}
    wrong = {source.id: sorted(set(source.lessons) - known) for source in data.sources()}
    assert {id: names for id, names in wrong.items() if names} == {}


def test_the_bank_is_large_and_no_id_is_used_twice():
    ids = [id for id, _ in claims.questions()]
    assert len(ids) >= 90
    assert len(set(ids)) == len(ids)


def test_the_glossary_explains_each_term_in_plain_words():
    terms = glossary.terms()
    assert len(terms) >= 60
    for term, definition in terms.items():
        assert len(definition.split()) <= 45, term
        assert definition.endswith("."), term
        assert not re.search(r"[<>$|\n*_]", definition), term
        assert term.lower() in definition.lower(), term


def test_each_lesson_explains_terms_where_it_uses_them():
    for lesson in lessons():
        if lesson.notebook.exists():
            assert "<abbr title=" in lesson.notebook.read_text("utf-8"), lesson.name


def wrong_answers(question):
    """Answers that are not right: each listed mistake; for a list also too few, one too many, all the wrong ones."""
    answers = question["answers"]
    wrong = [index for index, answer in enumerate(answers) if answer.get("correct") is False]
    if question["type"] == "multiple_choice":
        return wrong
    if question["type"] == "many_choice":
        right = [index for index, answer in enumerate(answers) if answer["correct"]]
        return [right[:-1], *([*right, index] for index in wrong), wrong]
    return [*(_typed(answers[index]) for index in wrong), "123456789"]


def _typed(answer):
    """An answer of the file as a learner would type it."""
    return str(answer["range"][0]) if "range" in answer else str(answer.get("value", answer.get("answer")))


@pytest.mark.parametrize("name", sorted(file.stem for file in data.path("quizzes").glob("*.json")))
def test_every_question_turns_down_wrong_answers_and_says_why(name):
    for question in quiz.load(name):
        answers = wrong_answers(question)
        assert answers, question["id"]
        for answer in answers:
            result = quiz.check(question, answer)
            assert not result.correct, (question["id"], answer)
            assert result.points == 0
            assert all(result.feedback), question["id"]
