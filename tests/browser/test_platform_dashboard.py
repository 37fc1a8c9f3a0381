"""The platform dashboard of the management lesson in its deck, with the network off: the recorded run."""

import re
from pathlib import Path

import hands
import pytest
from pages import slide_fits, turn_to

from course.publish import slides
from course.publish.lesson import find_folder, find_lessons

SLIDE = "04-after"


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    (lesson,) = find_lessons(find_folder(Path(__file__).parent), ("04_management",))
    return slides.export(lesson, tmp_path_factory.mktemp("slides"))


def test_the_deck_plays_the_recorded_run(offline_page, deck):
    def calls():
        return int(shown.locator("dd").nth(1).inner_text().replace(",", ""))

    offline_page.goto(deck.as_uri())
    offline_page.wait_for_function("Reveal.isReady()")
    turn_to(offline_page, SLIDE)
    shown = offline_page.locator(f"[id='{SLIDE}'] [data-widget]")
    shown.get_by_text("Step 1 of 6: Projects, models, rates and budgets are set").wait_for()
    before = offline_page.evaluate("Reveal.getIndices()")
    assert calls() == 0
    shown.get_by_role("button", name="Next").focus()
    for step in range(2, 7):
        offline_page.keyboard.press("Enter")
        shown.get_by_text(f"Step {step} of 6").wait_for()
        assert slide_fits(offline_page)
        assert hands.serious_findings(offline_page) == {}
    last = calls()
    assert last > 300
    assert shown.get_by_text("Budget reached: calls are refused").filter(visible=True).count() == 1
    assert shown.get_by_role("status").text_content() == "Budget reached: Fire drill."
    assert shown.get_by_role("row", name=re.compile(r"budget \d+ \d+ in Website")).is_visible()
    shown.get_by_role("slider", name="Step").focus()
    for key in ("ArrowLeft", "n", "Home"):
        offline_page.keyboard.press(key)
    assert calls() == 0
    assert offline_page.evaluate("Reveal.getIndices()") == before, "no key turns the page"
    shown.get_by_role("button", name="Play").click()
    shown.get_by_text("Step 6 of 6").wait_for()
    assert calls() == last
    assert [url for url in offline_page.asked if not url.startswith(("file:", "blob:"))] == []
    assert offline_page.complaints == []


def test_without_javascript_the_run_is_there_to_read(browser, deck):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(deck.as_uri())
    read = page.locator(f"[id='{SLIDE}']").locator(".output.text").inner_text()
    for said in ("Spent this month: $0.0", "Refused calls: ", "in Website", "archived project “Fire drill”"):
        assert said in read
    context.close()
