"""Progress goes through its code and comes back; a bad code is refused and costs nothing."""

import json
import zlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import data, outline, progress_code, progress_report, quiz
from course.progress import Progress

BILLING = quiz.load("02_billing")
ALL = {file.stem: quiz.load(file.stem) for file in data.path("quizzes").glob("*.json")}


def answered(name, tries=1, right=True):
    """Every question of a quiz answered."""
    answers = {question["id"]: _answer(question, right) for question in ALL[name]}
    return quiz.tidy(ALL[name], {"answers": answers, "tries": dict.fromkeys(answers, tries)})


def _answer(question, right):
    fitting = [index for index, answer in enumerate(question["answers"]) if answer.get("correct", False) == right]
    if question["type"] == "many_choice":
        return fitting
    if question["type"] == "multiple_choice":
        return fitting[0]
    answer = question["answers"][fitting[0]]
    return str(answer.get("value", answer.get("answer", "7777")))


def packed(content) -> str:
    """A code around any content, as a stranger could make it."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return f"CHAT1.{urlsafe_b64encode(zlib.compress(text)).decode()}"


ANSWERS = {
    "multiple_choice": lambda question: st.integers(0, len(question["answers"]) - 1),
    "many_choice": lambda question: st.sets(st.integers(0, len(question["answers"]) - 1), min_size=1).map(sorted),
    "numeric": lambda question: st.integers(0, 10**6).map(str),
    "string": lambda question: st.text(min_size=1, max_size=12).filter(str.strip),
}
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        question["id"]: st.tuples(ANSWERS[question["type"]](question), st.integers(1, 9)) for question in BILLING
    },
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(GIVEN, st.sets(st.sampled_from([lesson.name for lesson in outline.lessons()])), st.integers(20, 80))
def test_what_goes_into_a_code_comes_out_of_it(given, done, width):
    state = quiz.tidy(
        BILLING,
        {
            part: {key: value[place] for key, value in given.items()}
            for place, part in enumerate(("answers", "tries"))
        },
    )
    progress = Progress({"02_billing": state} if state["answers"] else {}, tuple(sorted(done)))
    code = progress_code.write(progress)
    mailed = "\r\n".join(code[at : at + width] for at in range(0, len(code), width))
    assert progress_code.read(f" {mailed} \n") == (progress, ())


def test_the_whole_course_fits_into_a_few_lines():
    whole = Progress({name: answered(name) for name in ALL}, tuple(lesson.name for lesson in outline.lessons()))
    code = progress_code.write(whole)
    assert len(code) < 600
    assert progress_code.read(code) == (whole, ())


def test_more_than_nine_tries_are_nine():
    code = progress_code.write(Progress({"02_billing": answered("02_billing", tries=12)}))
    assert set(progress_code.read(code)[0].quizzes["02_billing"]["tries"].values()) == {9}


CODE = progress_code.write(Progress({"02_billing": answered("02_billing")}, ("01_operator",)))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "Paste the code"),
        ("   \n", "Paste the code"),
        (None, "Paste the code"),
        ("sk-proj-abc", "not a code of this course"),
        ("CHAT.abc", "not a code of this course"),
        (CODE.replace("CHAT1", "CHAT2"), "another version of the course"),
        (CODE[:-1], "damaged or not complete"),
        (CODE + "AAAA", "damaged or not complete"),
        (CODE[:40] + CODE[41:], "damaged or not complete"),
        (CODE.replace(CODE[30], "*"), "damaged or not complete"),
        (packed(b"no JSON"), "damaged or not complete"),
        (packed([]), "damaged or not complete"),
        (packed([[], []]), "damaged or not complete"),
        (packed([[1], {}]), "damaged or not complete"),
        (packed([["01_operator"], {"02_billing": [1]}]), "damaged or not complete"),
        (packed(b"[" * 100_000), "damaged or not complete"),
        (packed(b" " * 10_000_000), "damaged or not complete"),
    ],
)
def test_a_bad_code_says_what_to_do(code, says):
    with pytest.raises(progress_code.CodeError, match=says):
        progress_code.read(code)


def test_every_single_wrong_letter_is_noticed():
    """Or it means the same: a letter's last bits may be of no use."""
    whole = progress_code.read(CODE)
    for place in range(len("CHAT1."), len(CODE)):
        wrong = CODE[:place] + ("A" if CODE[place] != "A" else "B") + CODE[place + 1 :]
        try:
            assert progress_code.read(wrong) == whole
        except progress_code.CodeError:
            continue


def test_a_quiz_that_has_changed_since_is_left_out_and_named():
    other = progress_code._pack(BILLING[1:], answered("02_billing"))
    code = packed([[], {"02_billing": other, "99_gone": other}])
    assert progress_code.read(code) == (Progress(), ("02_billing", "99_gone"))


def test_a_code_adds_and_takes_nothing_away():
    mine = Progress({"02_billing": answered("02_billing", tries=3), "old": {"score": 1}}, ("02_billing",))
    first = BILLING[0]["id"]
    mine.quizzes["02_billing"]["answers"].pop(first)
    theirs = Progress(
        {"02_billing": answered("02_billing", right=False), "00_start": answered("00_start")}, ("00_start",)
    )
    merged = progress_code.merge(mine, theirs)
    assert (merged.answers, merged.lessons) == (6, 1)
    assert merged.progress.done == ("00_start", "02_billing")
    assert merged.progress.quizzes["old"] == {"score": 1}
    assert merged.progress.quizzes["02_billing"]["tries"][BILLING[1]["id"]] == 3
    assert merged.progress.quizzes["02_billing"]["tries"][first] == 1
    assert progress_code.merge(merged.progress, theirs).progress == merged.progress


def test_first_tries_count_before_and_after():
    saved = Progress({"00_start": answered("00_start", right=False), "06_posttest": answered("06_posttest")})
    saved.quizzes["00_start"] |= answered("00_start", tries=2)
    assert progress_report.before_and_after(saved) == (
        "Before the course: 0 of 5 right at the first try. After it: 5 of 5 right at the first try."
    )
    assert "not answered yet" in progress_report.before_and_after(Progress())
