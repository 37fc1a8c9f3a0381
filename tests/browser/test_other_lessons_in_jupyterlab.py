"""The lessons beside the billing lesson in JupyterLab, from the first cell to the last question."""

import json
import re

import hands
import nbformat
import pytest
from pages import listen, next_lesson, save_notebook, use_theme, widget

from course import progress_code
from course.progress import Progress
from course.widgets.work_sliders import SLIDERS as WORK_SLIDERS

LESSONS = ("00_start", "01_operator", "03_integration", "04_management", "05_governance", "06_choose")
# Work that takes a while, and a change that the audit log tells.
BUSY = """
import time

rules.create(name="Night shift")
until, busy = time.monotonic() + 6, OpenAI()
while time.monotonic() < until:
    workloads.summarise(busy, papers[0].text)
"""


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request):
    return request.param


@pytest.fixture(scope="module")
def window(browser, jupyterlab):
    """JupyterLab in one page, in which a student goes from lesson to lesson."""
    page = listen(browser.new_page())
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(jupyterlab.start())
    yield page
    page.close()


@pytest.fixture(scope="module")
def page(window, lesson):
    """The lesson in JupyterLab with all its cells run."""
    with next_lesson(window, lesson) as page:
        yield page


def of(name):
    """For a test about one lesson."""
    return pytest.mark.parametrize("lesson", [name], indirect=True, scope="module")


def test_every_cell_has_run_without_an_error(page, jupyterlab, lesson):
    save_notebook(page)
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
    hands.move_every_slider_to_both_ends(widget(page, ".figures"), WORK_SLIDERS, hands.sane_work)


@of("03_integration")
def test_the_website_answers_beside_the_notebook(page):
    frame = page.frame_locator("iframe")
    page.locator("iframe").scroll_into_view_if_needed()
    frame.get_by_label("Your name").wait_for()


@of("04_management")
def test_the_dashboard_follows_while_the_kernel_works(page):
    def calls():
        return int(live.locator("dd").nth(1).inner_text().replace(",", ""))

    live = widget(page, ".dash-live")
    assert live.get_by_text("Live", exact=True).is_visible()
    assert live.locator("dt").first.bounding_box()["y"] < live.locator("dd").first.bounding_box()["y"]
    before = calls()
    page.locator(".jp-CodeCell").last.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(BUSY)
    page.keyboard.press("ControlOrMeta+Enter")
    live.scroll_into_view_if_needed()
    page.wait_for_function(
        "([place, before]) => Number(place.textContent.replace(',', '')) > before",
        arg=[live.locator("dd").nth(1).element_handle(), before],
    )
    kernel = page.locator(".jp-Notebook-ExecutionIndicator")
    assert kernel.get_attribute("data-status") == "busy", "the cell that makes the calls still runs"
    live.get_by_role("button", name="Pause").click()
    still = calls()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000)
    assert calls() == still
    live.get_by_role("button", name="Pause").press("Enter")
    assert calls() > still
    assert live.get_by_text("created project “Night shift”").is_visible()
    cells = page.locator(".jp-CodeCell").count()
    for key in "ddab":
        page.keyboard.press(key)
    assert page.locator(".jp-CodeCell").count() == cells, "no key is taken for a command of JupyterLab"


@of("06_choose")
def test_a_case_of_ones_own_becomes_a_page(page, jupyterlab):
    guide = page.locator(".decision-guide").last
    guide.scroll_into_view_if_needed()
    guide.get_by_label("Your case in a few words").fill("Our choir answers by itself")
    guide.get_by_role("radio", name="No, or not yet").check()
    cell = page.locator(".jp-CodeCell", has_text="capstone.Case(")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    cell.get_by_role("heading", name="Our choir answers by itself").wait_for()
    assert re.search(r"\$\d", cell.locator(".ai-case").inner_text()), "dollars, not formulas"
    saved = (jupyterlab.folder / "notebooks" / "my-ai-case.html").read_text(encoding="utf-8")
    assert "<h1>Our choir answers by itself</h1>" in saved
    assert "<dd>Chat tool. " in saved


@pytest.mark.parametrize("lesson", LESSONS[1:], indirect=True, scope="module")
def test_the_quiz_answers(page, lesson):
    """Its first question; in the deck, all of them are tried."""
    hands.answer_one_by_mouse(widget(page, ".quiz-step"), lesson, 0)


@of("00_start")
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


def test_nothing_serious_for_assistive_technology_in_the_dark(page):
    """In the light, the decks are looked at."""
    use_theme(page, "Dark")
    for place in range(page.locator(".course-widget").count()):
        page.locator(".course-widget").nth(place).scroll_into_view_if_needed()
    assert hands.serious_findings(page, ".course-widget") == {}


def test_the_console_stayed_quiet(page):
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []
