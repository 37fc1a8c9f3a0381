"""The billing lesson in JupyterLab, from the first cell to the last question, as a student does it."""

import hands
import nbformat
import pytest
from pages import lesson_in_jupyterlab, run_all_cells, save_notebook, use_theme, widget

from course import tokens
from course.widgets.cost_sliders import SLIDERS

LESSON = "02_billing"
RESTARTING = "Connection lost, reconnecting"  # JupyterLab, of the restart that a test asked for
# Another widget that hears of every change, on the side of Python.
LISTENER = """
import ipywidgets

heard = ipywidgets.Label()
tell = lambda cost: f"Python heard: {sliders.people} people, ${cost:,.2f}"
_ = ipywidgets.dlink((sliders, "monthly_cost"), (heard, "value"), tell)
heard
"""


@pytest.fixture(scope="module")
def page(browser, jupyterlab):
    """The lesson in JupyterLab with all its cells run."""
    with lesson_in_jupyterlab(browser, jupyterlab, LESSON) as page:
        yield page


def select(cell):
    """JupyterLab's own keys work here, which our widgets keep to themselves."""
    cell.locator(".jp-InputPrompt").click()


def run_new_cell(page, code: str):
    """Add a cell below the last one and run it; gives the cell."""
    select(page.locator(".jp-Notebook .jp-Cell").last)
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.insert_text(code.strip())
    page.keyboard.press("ControlOrMeta+Enter")
    return page.locator(".jp-Notebook .jp-Cell").last


def remove_cell(page, cell):
    select(cell)
    page.keyboard.press("d")
    page.keyboard.press("d")
    cell.filter(has_text="Python heard").wait_for(state="detached")


def test_every_cell_has_run_without_an_error(page, jupyterlab):
    save_notebook(page)
    lesson = nbformat.read(jupyterlab.folder / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert [each for each in outputs if each.output_type == "error" or each.get("name") == "stderr"] == []


def test_the_sliders_go_to_every_end(page):
    sliders = widget(page, ".figures")
    hands.move_every_slider_to_both_ends(sliders, SLIDERS, hands.sane_costs)
    hands.type_rubbish(sliders)


def test_plans_models_and_presets_are_chosen(page):
    sliders = widget(page, ".figures")
    for label in ("Plan", "Meter", "Start from"):
        field = sliders.get_by_label(label, exact=True)
        values = field.locator("option").evaluate_all("options => options.map((option) => option.value)")
        shown = set()
        for value in values:
            field.select_option(value)
            shown.add(tuple(hands.figures(sliders)))
            assert (field.input_value(), hands.message(sliders)) == (value, "")
        assert len(shown) > 1, f"{label}: the figures stand still"


def test_python_and_the_page_hear_each_other(page):
    sliders = widget(page, ".figures")
    hands.type_into(sliders.get_by_label("People, typed"), "3")
    before = hands.figures(sliders)
    cell = run_new_cell(page, LISTENER)
    cell.get_by_text("Python heard: 3 people").wait_for()
    hands.type_into(sliders.get_by_label("People, typed"), "5")
    cell.get_by_text("Python heard: 5 people").wait_for()
    _, _, meter, *_ = after = hands.figures(sliders)
    assert after != before
    assert cell.locator(".widget-label").text_content() == f"Python heard: 5 people, {meter}"
    remove_cell(page, cell)
    cell = run_new_cell(page, 'sliders.people = 9; print("Python heard")')
    sliders.get_by_text("a month for 9 seats").wait_for()
    assert sliders.get_by_label("People, typed").input_value() == "9"
    remove_cell(page, cell)


def test_tokens_are_counted_by_python(page):
    number = len(tokens.encode(hands.SENTENCE))
    assert hands.count_tokens(widget(page, "textarea")).startswith(f"{number} tokens for ")


def test_the_quiz_by_mouse_then_by_keyboard_and_after_a_restart(page):
    quiz = widget(page, ".quiz-step")
    hands.answer_by_mouse(quiz)
    hands.answer_by_keyboard(quiz)
    run_all_cells(page, "Restart Kernel and Run All Cells…")
    quiz = widget(page, ".quiz-step")
    hands.check_result(quiz)
    quiz.locator(".quiz-step").first.click()
    assert "Right (2 tries)" in quiz.locator(".quiz-feedback").inner_text()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_nothing_serious_for_assistive_technology(page, theme):
    use_theme(page, theme)
    for contains in (".figures", "textarea", ".quiz-step"):
        widget(page, contains).locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
        assert hands.serious_findings(page, f".course-widget:has({contains})") == {}


def test_the_console_stayed_quiet(page):
    assert [told for told in page.complaints if RESTARTING not in told] == []
    assert [url for url in page.asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []
