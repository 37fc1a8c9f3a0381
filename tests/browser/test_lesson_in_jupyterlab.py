"""The billing lesson in JupyterLab, from the first cell to the last question, as a student does it."""

import re

import hands
import nbformat
import pytest
from pages import listen, run_all_cells

LESSON = "02_billing"
RESTARTING = "Connection lost, reconnecting"  # JupyterLab, of the restart that a test asked for


@pytest.fixture(scope="module")
def page(browser, jupyterlab):
    """The lesson in JupyterLab with all its cells run."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = listen(context.new_page())
    page.goto(jupyterlab.lesson(LESSON))
    run_all_cells(page)
    yield page
    context.close()


def widget(page, contains):
    """The widget that has something in it, brought into view: JupyterLab draws what is seen."""
    found = page.locator(".course-widget").filter(has=page.locator(contains))
    found.scroll_into_view_if_needed()
    return found


def test_every_cell_has_run_without_an_error(page, jupyterlab):
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Save Notebook(?! As)")).click()
    page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty").wait_for(state="detached")
    lesson = nbformat.read(jupyterlab.folder / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert [each for cell in code for each in cell.outputs if each.output_type in ("error",)] == []
    assert [each.text for cell in code for each in cell.outputs if each.get("name") == "stderr"] == []


def test_the_sliders_go_to_every_end(page):
    sliders = widget(page, ".figures")
    hands.move_every_slider_to_both_ends(sliders)
    hands.type_rubbish(sliders)


def test_plans_models_and_presets_are_chosen(page):
    sliders = widget(page, ".figures")
    for label in ("Plan", "Meter", "Start from"):
        field = sliders.get_by_label(label, exact=True)
        for value in field.locator("option").evaluate_all("options => options.map(option => option.value)"):
            field.select_option(value)
            hands.check_figures(sliders)


def test_tokens_are_counted(page):
    hands.count_tokens(widget(page, "textarea"))


def test_the_quiz_by_mouse_then_by_keyboard_and_after_a_restart(page):
    quiz = widget(page, ".quiz-step")
    hands.answer_by_mouse(quiz)
    hands.start_again(quiz)
    hands.answer_by_keyboard(quiz)
    run_all_cells(page, "Restart Kernel and Run All Cells…")
    quiz = widget(page, ".quiz-step")
    quiz.get_by_text(f"{hands.points()} of {hands.points()} points").first.wait_for()


def test_nothing_serious_for_assistive_technology(page):
    widget(page, ".figures")
    assert hands.serious_findings(page, ".course-widget") == {}


def test_the_console_stayed_quiet(page):
    assert [told for told in page.complaints if RESTARTING not in told] == []
    assert [url for url in page.asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []
