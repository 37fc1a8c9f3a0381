"""The lessons beside the billing lesson in JupyterLab, from the first cell to the last question."""

import json
import re

import hands
import nbformat
import pytest
from pages import listen, run_all_cells

from course import progress_code
from course.progress import Progress
from course.widgets.work_sliders import SLIDERS as WORK_SLIDERS

LESSONS = ("00_start", "01_operator", "03_integration", "04_management", "05_governance", "06_choose")


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request):
    return request.param


@pytest.fixture(scope="module")
def page(browser, jupyterlab, lesson):
    """The lesson in JupyterLab with all its cells run."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = listen(context.new_page())
    page.goto(jupyterlab.lesson(lesson))
    run_all_cells(page)
    yield page
    context.close()


def widget(page, contains):
    """The first widget that has something in it, brought into view: JupyterLab draws what is seen."""
    found = page.locator(".course-widget").filter(has=page.locator(contains)).first
    found.scroll_into_view_if_needed()
    return found


def of(name):
    """For a test about one lesson."""
    return pytest.mark.parametrize("lesson", [name], indirect=True, scope="module")


def test_every_cell_has_run_without_an_error(page, jupyterlab, lesson):
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Save Notebook(?! As)")).click()
    page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty").wait_for(state="detached")
    saved = nbformat.read(jupyterlab.folder / "notebooks" / f"{lesson}.ipynb", as_version=4)
    code = [cell for cell in saved.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert [each for each in outputs if each.output_type == "error" or each.get("name") == "stderr"] == []


@of("01_operator")
def test_a_message_is_sorted_by_hand(page):
    panel = widget(page, "textarea")
    panel.locator("textarea").fill("Which language is this? ¿Cuánto es el depósito?")
    panel.locator("textarea").press("Enter")
    panel.get_by_text("Spanish").last.wait_for()


@of("01_operator")
def test_the_work_sliders_go_to_every_end(page):
    hands.move_every_slider_to_both_ends(widget(page, ".figures"), WORK_SLIDERS, hands.work_figures)


@of("03_integration")
def test_the_website_answers_beside_the_notebook(page):
    frame = page.frame_locator("iframe")
    page.locator("iframe").scroll_into_view_if_needed()
    frame.get_by_label("Your name").wait_for()


@of("06_choose")
def test_a_case_of_ones_own_becomes_a_page(page, jupyterlab):
    guide = page.locator(".decision-guide").last
    guide.scroll_into_view_if_needed()
    guide.get_by_label("Your case in a few words").fill("Our choir answers by itself")
    guide.get_by_role("radio", name="No, or not yet").check()
    cell = page.locator(".jp-CodeCell", has_text="from course.capstone import Case")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    cell.get_by_role("heading", name="Our choir answers by itself").wait_for()
    saved = (jupyterlab.folder / "notebooks" / "my-ai-case.html").read_text(encoding="utf-8")
    assert "<h1>Our choir answers by itself</h1>" in saved
    assert "<dd>Chat tool. " in saved


def test_the_quiz_by_mouse_then_by_keyboard(page, lesson):
    quiz = widget(page, ".quiz-step")
    hands.answer_by_mouse(quiz, lesson)
    hands.answer_by_keyboard(quiz, lesson)


@of("00_start")
def test_progress_follows_the_quiz_and_travels_by_keyboard(page, jupyterlab):
    """After the quiz: each question was wrong once, so that none counts for the first try."""
    panel = widget(page, ".progress-travel")
    panel.get_by_text("Before the course: 0 of 5 right at the first try. After it: not answered yet.").wait_for()
    panel.get_by_role("checkbox", name="Start here: done").press("Space")
    panel.locator("summary").press("Enter")
    code, brought = (panel.get_by_label(label) for label in ("The code of what", "A code from another"))
    page.wait_for_function("([code]) => code.value.length > 60", arg=[code.element_handle()])
    mine = code.input_value()
    brought.fill(mine[:-2])
    brought.press("Tab")
    page.keyboard.press("Enter")
    panel.get_by_text("This code is damaged or not complete.").wait_for()
    other = Progress({}, ("02_billing",))
    brought.fill(progress_code.write(other))
    brought.press("Tab")
    page.keyboard.press("Enter")
    panel.get_by_text("The code brought 0 answers and 1 finished lesson that were not here.").wait_for()
    assert panel.get_by_role("checkbox", name="Two ways to pay: done").is_checked()
    saved = json.loads((jupyterlab.folder / "notebooks" / ".course" / "progress.json").read_text("utf-8"))
    assert saved["done"] == ["00_start", "02_billing"]
    assert len(saved["quizzes"]["00_start"]["answers"]) == 5


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_nothing_serious_for_assistive_technology(page, theme):
    page.locator(".jp-Notebook .jp-Cell").last.locator(".jp-InputPrompt").click()
    page.keyboard.press("ControlOrMeta+Shift+c")
    page.keyboard.type(f"Use Theme: JupyterLab {theme}")
    page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=f"Use Theme: JupyterLab {theme}").wait_for()
    page.keyboard.press("Enter")
    page.locator(f"body[data-jp-theme-name='JupyterLab {theme}']").wait_for(state="attached")
    for place in range(page.locator(".course-widget").count()):
        page.locator(".course-widget").nth(place).scroll_into_view_if_needed()
    assert hands.serious_findings(page, ".course-widget") == {}


def test_the_console_stayed_quiet(page):
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []
