"""course.check: at once, anywhere, in plain words, and never the answer."""

import re
import subprocess
import sys
from decimal import Decimal
from html.parser import HTMLParser
from types import SimpleNamespace

import nbformat
import pytest
from desk import read
from nbclient import NotebookClient

import course
from course import checks
from course.checks import expect
from course.checks.task import Task, Verdict, Wrong


def double(answer, cases=((1, 2), (5, 10))):
    for number, twice in cases:
        given = expect.number(answer(number), expect.call("double", number))
        if given != twice:
            raise Wrong(f"double({number}) gave {given}.", "Twice the number.")


TASK = Task("billing.9", "double", 1, ("C29",), double)


def verdict_on(function, cases=None) -> Verdict:
    return checks.examine(TASK, {"double": function}, cases)


def test_a_right_answer_passes_and_hears_that_more_cases_follow():
    verdict = verdict_on(lambda number: 2 * number)
    assert verdict
    assert (
        repr(verdict) == "billing.9: passed. Each case was right. When it is graded, it meets more cases than these."
    )


def test_a_wrong_answer_hears_what_it_did_and_a_hint():
    verdict = verdict_on(lambda number: number + 1)
    assert not verdict
    assert repr(verdict) == "billing.9: not yet. double(5) gave 6.\nHint: Twice the number."


def test_other_cases_take_the_place_of_the_visible_ones():
    assert verdict_on(lambda number: number + 1, cases=[(1, 2)])
    assert not verdict_on(lambda number: 2 * number, cases=[(1, 3)])


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda number: 1 / 0, "double(1) stopped with ZeroDivisionError: division by zero.\nHint: Something that"),
        (lambda: 1, "double(1) stopped with TypeError: "),
        (
            lambda number: {}["price"],
            "double(1) stopped with KeyError: 'price'.\nHint: The dictionary has no such",
        ),
        (lambda number: unknown, "stopped with NameError: name 'unknown' is not defined"),  # noqa: F821
        (lambda number: int("many"), "stopped with ValueError: invalid literal for int() with base 10: 'many'."),
        (lambda number: sys.exit(3), "stopped with SystemExit: 3."),
        (lambda number: None, "double(1) gave None.\nHint: Every way through a function needs a `return`"),
        (lambda number: "2", "double(1) gave '2', which is not a number."),
        (lambda number: True, "double(1) gave True, which is not a number."),
        (lambda number: float("nan"), "double(1) gave nan, which is not a finite number."),
        (lambda number: Decimal(2), "double(1) gave a Decimal, which is not plain data.\nHint: Return numbers"),
        (lambda number: {number, 2}, "double(1) gave a set, which is not plain data."),
    ],
)
def test_what_went_wrong_is_told_in_words(function, says):
    assert says in repr(verdict_on(function))


def not_written(number):
    raise NotImplementedError("billing.9: double")


def test_a_stub_is_said_to_be_not_written_yet():
    verdict = verdict_on(not_written)
    assert verdict.what == "double is not written yet."
    assert "the cell with `def double`" in verdict.hint


def test_a_missing_function_says_which_cell_to_run():
    verdict = checks.examine(TASK, {})
    assert repr(verdict) == (
        "billing.9: not yet. There is no double yet.\nHint: Run the cell with `def double`, then this one again."
    )


def test_a_name_that_is_no_function_is_explained():
    assert "double is not a function here: it is 12." in repr(verdict_on(12))


def test_a_check_that_trips_over_a_strange_result_says_so():
    def first_of(answer, cases=((),)):
        return answer(1)["first"]

    verdict = checks.examine(Task("billing.9", "double", 1, (), first_of), {"double": lambda number: [number]})
    assert not verdict
    assert "a form that the check cannot work with (TypeError: " in verdict.what


def test_an_answer_cannot_change_the_cases():
    def shorten(numbers):
        numbers.clear()
        return 0

    numbers = [1, 2]
    task = Task("billing.9", "shorten", 1, (), lambda answer, cases: answer(*cases))
    assert checks.examine(task, {"shorten": shorten}, [numbers])
    assert numbers == [1, 2]


@pytest.mark.parametrize(
    ("name", "says"),
    [("biling.2", 'Did you mean "billing.2"?'), ("billing.22", 'Did you mean "billing.2"?'), ("?", "There are: ")],
)
def test_an_unknown_task_gets_the_nearest_name(name, says):
    with pytest.raises(LookupError, match=re.escape(f'There is no task "{name}". {says}')):
        course.check(name)


class Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.roles, self.hidden = "", [], False

    def handle_starttag(self, tag, attrs):
        self.roles.append(dict(attrs).get("role"))
        self.hidden = dict(attrs).get("aria-hidden") == "true"
        self.words += " " if tag == "p" else ""

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, text):
        self.words += "" if self.hidden else text


@pytest.mark.parametrize("passed", [True, False])
def test_a_screen_reader_hears_all_that_the_colour_says(passed):
    page = Words()
    page.feed(Verdict("billing.9", passed, "double(1) gave <b> & co.", "Use `a < b`.")._repr_html_())
    assert page.roles[0] == "status"
    word = "passed" if passed else "not yet"
    assert " ".join(page.words.split()) == f"billing.9: {word}. double(1) gave <b> & co. Hint: Use a < b."


def test_it_works_in_plain_python_in_any_folder_and_is_loaded_when_asked_for(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "import sys, course\n"
        "assert not [name for name in sys.modules if name.startswith(('course.checks', 'nbgrader', 'IPython'))]\n"
        "def cost_of_call(tokens_in, tokens_out, price_in, price_out):\n"
        "    return (tokens_in * price_in + tokens_out * price_out) / 1_000_000\n"
        "print(course.check('billing.1'))\n"
        "assert 'course.gateway' not in sys.modules\n"
        "assert 'course.checks.integration' not in sys.modules\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("billing.1: passed.")


def test_in_a_notebook_it_looks_among_the_notebooks_names(monkeypatch):
    names = {"input_of_each_turn": lambda system, questions, answers: [0]}
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns=names))
    assert course.check("billing.3").what == "input_of_each_turn(0, [20], [50]) counts 0 tokens in turn 1: too few."


def test_a_notebook_shows_verdicts_and_runs_on_past_a_task_that_is_not_done(tmp_path):
    """Cells of a release in a kernel, as Run All takes them."""
    notebook = nbformat.from_dict(read("release", "02_billing"))
    wanted = ("billing-1", "billing-1-check", "billing-1-tests", "billing-3", "billing-3-check")
    notebook.cells = [nbformat.v4.new_code_cell("import course")] + [c for c in notebook.cells if c.id in wanted]
    notebook.cells[4].source = "def input_of_each_turn(system, questions, answers):\n    return [system]"
    NotebookClient(notebook, kernel_name="python3").execute(cwd=str(tmp_path))
    _, _, not_written, graded, _, wrong = (cell.outputs for cell in notebook.cells)
    assert not_written[0].data["text/plain"].startswith("billing.1: not yet. cost_of_call is not written yet.")
    assert "<strong>" in not_written[0].data["text/html"]
    assert graded[0].evalue.startswith("billing.1: not yet. cost_of_call is not written yet.")
    assert wrong[0].data["text/plain"].startswith("billing.3: not yet. input_of_each_turn(0, [20], [50]) counts 0")
