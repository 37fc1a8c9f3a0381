"""Each lesson's slides, opened as a file with the network off."""

import re
from pathlib import Path

import hands
import pytest
from pages import lay_out_slides, listen, slide_fits, turn_to

from course import quiz
from course.publish import slides
from course.publish.lesson import find_folder, find_lessons
from course.widgets.cost_sliders import SLIDERS
from course.widgets.work_sliders import SLIDERS as WORK_SLIDERS

LESSONS = [each.name for each in find_lessons(find_folder(Path(__file__).parent), ())]
RUN = "04-after"  # the cell with the recorded run of the platform dashboard
SMALLEST = 0.65  # of the usual size of letters: still read from the last row


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request):
    return request.param


@pytest.fixture(scope="module")
def deck(lesson, tmp_path_factory):
    """The deck of the notebook that is saved, without running it again."""
    (found,) = find_lessons(find_folder(Path(__file__).parent), (lesson,))
    return slides.export(found, tmp_path_factory.mktemp("slides"))


def of(name):
    """For a test about one lesson."""
    return pytest.mark.parametrize("lesson", [name], indirect=True, scope="module")


@pytest.fixture(scope="module")
def window(browser):
    """One page without a network for the decks of all lessons."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    yield listen(context.new_page())
    context.close()


@pytest.fixture
def page(window, deck):
    """The deck at its first slide, as new."""
    window.goto("about:blank")
    window.asked, window.complaints = [], []
    window.mouse.move(0, 0)
    window.goto(deck.as_uri())
    window.wait_for_function("Reveal.isReady()")
    yield window
    assert [url for url in window.asked if not url.startswith(("file:", "blob:"))] == []
    assert window.complaints == []


def show(page, cell):
    """Turn to the slide of a cell and give its widget."""
    turn_to(page, cell)
    widget = page.locator(f"[id='{cell}'] [data-widget]")
    widget.locator("button, input").first.wait_for()
    return widget


def test_every_slide_fits_can_be_read_and_has_no_serious_finding(page):
    small, findings, count = {}, hands.serious_findings(page), 1
    while True:
        where = page.evaluate("Reveal.getCurrentSlide().innerText.trim().split('\\n')[0]")
        assert slide_fits(page), f"slide {count}, “{where}”, overflows"
        scale = page.evaluate(
            "getComputedStyle(Reveal.getCurrentSlide().querySelector('.page')).getPropertyValue('--scale')"
        )
        if float(scale or 1) < SMALLEST:
            small[count] = where, scale
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            break
        page.evaluate("Reveal.next()")
        count += 1
    assert small == {}
    assert count == page.evaluate("Reveal.getTotalSlides()")
    lay_out_slides(page)
    assert page.locator(".page").evaluate_all("pages => pages.every((page) => page.checkVisibility())")
    assert findings | hands.serious_findings(page) == {}


@of("00_start")
def test_axe_judges_the_contrast_of_slides_that_are_laid_out(page):
    """What it cannot judge, it passes over in silence."""
    page.locator(".page h2").last.evaluate("heading => (heading.style.color = '#ccc')")
    lay_out_slides(page)
    assert hands.serious_findings(page)["color-contrast"].startswith("<h2 style")


@of("02_billing")
def test_the_cost_sliders_go_to_every_end(page):
    sliders = show(page, "02-sliders")
    hands.move_every_slider_to_both_ends(sliders, SLIDERS, hands.sane_costs)
    hands.type_rubbish(sliders)
    sliders.locator(".models summary").click()
    sliders.locator(".models tbody").wait_for()
    assert slide_fits(page), "the slide overflows with all unfolded"


@of("01_operator")
def test_the_work_sliders_go_to_every_end(page):
    sliders = show(page, "01-work-sliders")
    hands.move_every_slider_to_both_ends(sliders, WORK_SLIDERS, hands.sane_work)
    assert slide_fits(page), "the slide overflows with all unfolded"


@of("02_billing")
def test_tokens_are_estimated_where_no_python_runs(page):
    assert hands.count_tokens(show(page, "02-token-try")).startswith("Roughly ")


def test_every_question_by_mouse_and_in_one_quiz_by_keyboard(page, lesson):
    cell = f"{lesson[:2]}-quiz"
    widget = show(page, cell)
    hands.answer_by_mouse(widget, lesson)
    assert slide_fits(page), "the result overflows"
    if lesson == "02_billing":
        hands.answer_by_keyboard(widget, lesson)
        on_slide = "id => Reveal.getCurrentSlide().contains(document.getElementById(id))"
        assert page.evaluate(on_slide, cell), "no key turns the page"


@of("02_billing")
def test_without_javascript_all_is_there_to_read_and_to_unfold(browser, deck):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, java_script_enabled=False, offline=True)
    page = listen(context.new_page())
    page.goto(deck.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sliders = page.locator("[id='02-sliders']")
    assert sliders.locator("img").is_visible()
    assert sliders.locator("img").get_attribute("alt")
    sliders.get_by_text("The numbers", exact=True).click()
    assert sliders.locator("table").is_visible()
    assert page.locator("[id='02-token-try'] table").is_visible()
    answers = page.locator("[id='02-quiz'] details", has_text="Answer")
    assert answers.count() == len(quiz.load("02_billing"))
    for answer in answers.all():
        answer.locator("summary").click()
        assert answer.get_attribute("open") is not None
    assert page.asked == [deck.as_uri()]
    assert page.complaints == []
    context.close()


@of("04_management")
def test_the_dashboard_plays_the_recorded_run(page):
    def calls():
        return int(shown.locator("dd").nth(1).inner_text().replace(",", ""))

    turn_to(page, RUN)
    shown = page.locator(f"[id='{RUN}'] [data-widget]")
    shown.get_by_text("Step 1 of 6: Projects, models, rates and budgets are set").wait_for()
    before = page.evaluate("Reveal.getIndices()")
    assert calls() == 0
    shown.get_by_role("button", name="Next").focus()
    for step in range(2, 7):
        page.keyboard.press("Enter")
        shown.get_by_text(f"Step {step} of 6").wait_for()
        assert slide_fits(page)
        assert hands.serious_findings(page) == {}
    last = calls()
    assert last > 300
    assert shown.get_by_text("Budget reached: calls are refused").filter(visible=True).count() == 1
    assert shown.get_by_role("status").text_content() == "Budget reached: Fire drill."
    assert shown.get_by_role("row", name=re.compile(r"budget \d+ \d+ in Website")).is_visible()
    shown.get_by_role("slider", name="Step").focus()
    for key in ("ArrowLeft", "n", "Home"):
        page.keyboard.press(key)
    assert calls() == 0
    assert page.evaluate("Reveal.getIndices()") == before, "no key turns the page"
    shown.get_by_role("button", name="Play").click()
    shown.get_by_text("Step 6 of 6").wait_for()
    assert calls() == last


@of("04_management")
def test_without_javascript_the_run_is_there_to_read(browser, deck):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(deck.as_uri())
    read = page.locator(f"[id='{RUN}']").locator(".output.text").inner_text()
    for said in ("Spent this month: $0.0", "Refused calls: ", "in Website", "archived project “Fire drill”"):
        assert said in read
    context.close()
