"""Work sliders: Python's side, and the page at every extreme, without a kernel."""

from __future__ import annotations

import math

import pytest
from pages import violations

from course import catalog, operators
from course.widgets import WorkSliders
from course.widgets.work_sliders import SLIDERS

FACTS = catalog.load()


def test_its_numbers_are_the_models():
    sliders = WorkSliders(job="documents", minutes=3)
    job = operators.job("documents").replace(minutes=3)
    assert sliders.described == job
    assert sliders.person_cost == operators.by_person(job).dollars
    assert sliders.message == ""
    with pytest.raises(TypeError, match="has no 'minute'"):
        WorkSliders(minute=5)


def test_it_follows_a_change_and_refuses_nonsense():
    sliders = WorkSliders()
    before = sliders.program_cost
    sliders.setup_hours = 80
    assert sliders.program_cost > before
    sliders.minutes = -3
    assert "must be from" in sliders.message
    assert sliders.minutes == operators.job("inbox").minutes


@pytest.mark.parametrize("end", [0, -1])
def test_the_twin_stands_at_every_end(end):
    sliders = WorkSliders(**{each["name"]: each["stops"][end] for each in SLIDERS})
    html = sliders.twin().html()
    assert sliders.message == ""
    assert all(card["name"] in html for card in sliders.cards)
    assert FACTS.checked_on.isoformat() in html


def test_it_names_every_job_of_the_file():
    for name, each in operators.jobs().items():
        assert WorkSliders(name).described == each["job"]


@pytest.fixture
def page(mount):
    return mount(WorkSliders())


def settled(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def money(amount):
    return f"${amount:,.2f}" if amount < 1000 else f"${amount:,.0f}"


NAMES = ["job", *(each["name"] for each in SLIDERS), "model"]
# Makes each change in turn, and gives the values and the figures that the page has after it.
AFTER_EACH = """async ([names, changes]) => {
  const seen = [];
  for (const change of changes) {
    for (const name in change) M.set(name, change[name]);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const figure = (kind) => document.querySelector(`.figures .${kind} .value`).innerText;
    seen.push([Object.fromEntries(names.map((name) => [name, M.get(name)])), ["meter", "plan", "even"].map(figure)]);
  }
  return seen;
}"""


def expect_python(page, *changes):
    """After each of these changes, or at once, the page shows what Python works out from the values the page has."""
    for state, figures in page.evaluate(AFTER_EACH, [NAMES, changes or [{}]]):
        sliders = WorkSliders(**state)
        even = sliders.break_even
        assert figures == [
            money(sliders.person_cost),
            money(sliders.program_cost),
            "never" if even is None else f"{math.ceil(even):,}",
        ], state


def test_the_page_says_what_python_says(page):
    ends_and_middle = [(each["name"], each["stops"], (0, -1, len(each["stops"]) // 2)) for each in SLIDERS]
    changes = [{name: stops[place]} for name, stops, places in ends_and_middle for place in places]
    expect_python(page, {}, *changes)
    assert "NaN" not in page.inner_html(".course-widget")


def test_everything_at_its_least_and_its_most(page):
    for end in ("s.stops[0]", "s.stops.at(-1)"):
        page.evaluate("() => { for (const s of M.get('sliders')) M.set(s.name, END); }".replace("END", end))
        settled(page)
        expect_python(page)
        assert "NaN" not in page.inner_html(".course-widget")
        assert "Infinity" not in page.inner_text(".course-widget")


def test_keys_jobs_and_models(page):
    handle = page.get_by_role("slider", name="Items a month")
    handle.focus()
    handle.press("End")
    settled(page)
    assert page.evaluate("M.get('items')") == SLIDERS[0]["stops"][-1]
    page.get_by_label("Start from").select_option("once")
    page.get_by_label("Program", exact=True).select_option(FACTS.pick("anthropic", "large").id)
    settled(page)
    expect_python(page)
    assert "the person is" in page.locator(".sentence").inner_text()


def test_bad_typing_gets_a_message_and_changes_nothing(page):
    entry = page.get_by_label("Minutes for one, by hand, typed")
    for typed in ("", "two", "-1", "1e9"):
        entry.fill(typed)
        entry.press("Enter")
        settled(page)
        assert "Minutes for one, by hand: must be" in page.get_by_role("alert").inner_text()
        assert entry.input_value() == "2"


def test_it_is_accessible(page):
    page.locator(".controls summary").click()
    assert violations(page, rules={"region": {"enabled": False}}) == []


@pytest.mark.parametrize("width", [375, 700, 1280])
def test_nothing_sticks_out(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
