"""The progress panel: its Python side, and the list of lessons that is left of it where no Python runs.

tests/browser/test_other_lessons_in_jupyterlab.py uses it in JupyterLab.
"""

import pytest

from course import outline, progress, progress_code, quiz
from course.widgets import ProgressPanel, Quiz

QUESTIONS = quiz.load("01_operator")
RIGHT = next(index for index, answer in enumerate(QUESTIONS[0]["answers"]) if answer["correct"])
FIRST = {"answers": {"start.q01": 1}, "tries": {"start.q01": 1}, "score": 0}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A learner's own folder, with progress on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    return tmp_path


def test_it_follows_a_quiz_of_the_same_notebook():
    panel = ProgressPanel()
    assert panel._state["quizzes"]["01_operator"] == "not begun"
    first = QUESTIONS[0]["id"]
    Quiz("01_operator").state = {"answers": {first: RIGHT}, "tries": {first: 2}, "score": QUESTIONS[0]["points"]}
    assert panel._state["quizzes"]["01_operator"] == f"1 of {len(QUESTIONS)} right"
    Quiz("00_start").state = FIRST | {"score": 1}
    assert panel._state["tests"].startswith("Before the course: 1 of 5 right at the first try.")
    assert progress_code.read(panel.code)[0].quizzes["00_start"]["answers"] == FIRST["answers"]


def test_a_lesson_is_ticked_off_and_again_not(folder):
    panel = ProgressPanel()
    panel.tick("02_billing", True)
    assert panel._state["done"] == ProgressPanel()._state["done"] == ["02_billing"]
    assert "<td>done</td>" in panel.twin()
    panel.tick("02_billing", False)
    assert panel._state["done"] == []
    with pytest.raises(ValueError, match="no lesson 'billing'"):
        panel.tick("billing", True)


def test_a_code_of_another_machine_is_added(folder, monkeypatch):
    Quiz("00_start").state = FIRST | {"score": 1}
    code = ProgressPanel().code
    elsewhere = folder / "another machine"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    panel = ProgressPanel()
    panel.restore(code)
    assert panel.message == ""
    assert "brought 1 answer and 0 finished lessons" in panel._state["said"]
    assert Quiz("00_start").state["answers"] == FIRST["answers"]
    assert panel.code == code


def test_a_bad_code_costs_nothing(folder):
    Quiz("00_start").state = FIRST | {"score": 1}
    before = progress.load_all()
    panel = ProgressPanel()
    panel.restore(panel.code[:-3])
    assert "Nothing was changed" in panel.message
    assert progress.load_all() == before


def test_what_the_page_asks_for_is_done():
    panel = ProgressPanel()
    panel._hear(panel, {"kind": "tick", "lesson": "00_start", "done": True}, [])
    assert panel._state["done"] == ["00_start"]
    panel._hear(panel, {"kind": "restore", "code": "?"}, [])
    assert "not a code of this course" in panel.message
    progress.save("00_start", FIRST)
    panel._hear(panel, {"kind": "look"}, [])
    assert panel.message == ""
    assert panel._state["tests"].startswith("Before the course: 1 of 5 right")


def test_a_folder_that_cannot_be_written_is_told(folder):
    (folder / ".course").write_text("a file where the folder should be")
    panel = ProgressPanel()
    assert "could not be read" in panel.message
    panel.message = ""
    panel.tick("00_start", True)
    assert "could not be saved" in panel.message
    assert panel._state["done"] == []


def test_where_progress_is_off_nothing_is_kept_and_that_is_told(folder, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    panel = ProgressPanel()
    panel.tick("00_start", True)
    assert "switched off" in panel.message
    panel.restore(progress_code.write(progress.Progress({}, ("00_start",))))
    assert "switched off" in panel.message
    assert list(folder.iterdir()) == []
    assert repr(panel) == "ProgressPanel()"


@pytest.mark.parametrize(("variable", "place"), [("BINDER_LAUNCH_HOST", "Binder"), ("COLAB_RELEASE_TAG", "Colab")])
def test_a_place_that_forgets_is_named(variable, place, monkeypatch):
    """tests/deploy/test_binder.py looks at what a reader there sees."""
    assert ProgressPanel()._state["forgetful"] == ""
    monkeypatch.setenv(variable, "set there")
    assert ProgressPanel()._state["forgetful"] == place


def test_without_python_it_is_a_list_of_the_lessons(mount):
    page = mount(ProgressPanel())
    rows = page.locator("tbody tr")
    assert rows.count() == len(outline.lessons())
    assert "Two ways to pay" in rows.nth(2).inner_text()
    assert page.get_by_text("No Python runs here, so nothing is kept.").is_visible()
    assert page.locator("input, textarea, button").count() == 0
