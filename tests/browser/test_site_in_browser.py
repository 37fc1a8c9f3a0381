"""The site in a browser: from a copy on disk, in a path with spaces, with the network off and counted."""

import re
import shutil
from urllib.parse import urlsplit

import pytest
from pages import listen, violations
from playwright.sync_api import expect
from site_once import ADDRESS, built_site  # noqa: F401

from course import quiz

KINDS = ["index.html", "lessons/02_billing.html", "quizzes.html", "glossary.html", "decks.html", "downloads.html"]
KINDS += ["sources.html", "404.html"]
LIVE = (
    "[...document.querySelectorAll('[data-widget]')].filter(e => e.checkVisibility()).every(e => 'live' in e.dataset)"
)
# Of many parts that are alike, some say as much to axe as all, in a fraction of the time.
ALIKE = {".cell:not([id='02-quiz'])": 16, "tbody tr": 8, "section:has(> dl.terms)": 4}
FEWER = "limits => Object.entries(limits).forEach(([part, most]) => " + (
    "document.querySelectorAll(part).forEach((element, place) => place < most || element.remove()))"
)


@pytest.fixture(scope="module")
def copy(built_site, tmp_path_factory):  # noqa: F811
    """The site as somebody carries it away: all but the slides, which have tests of their own."""
    folder = tmp_path_factory.mktemp("a stick") / "the course, offline"
    shutil.copytree(built_site, folder, ignore=shutil.ignore_patterns("*.slides.html"))
    missing = folder / "404.html"  # it names its files by their place on the host
    missing.write_text(missing.read_text("utf-8").replace(f'"{urlsplit(ADDRESS).path}', '"'), "utf-8")
    return folder


@pytest.fixture(scope="module")
def window(browser):
    """One page without a network for all tests."""
    context = browser.new_context(offline=True)
    yield listen(context.new_page())
    context.close()


@pytest.fixture
def page(window):
    """A page that has asked nothing of a network, and had nothing to complain about, when the test ends."""
    window.set_viewport_size({"width": 1280, "height": 800})
    window.emulate_media(media="screen", color_scheme="light")
    window.asked, window.complaints = [], []
    yield window
    assert [url for url in window.asked if not url.startswith(("file:", "blob:"))] == []
    assert window.complaints == []
    window.goto("about:blank")


def wake(page):
    """Bring all widgets of a page to life, as somebody does who scrolls through it."""
    for host in page.locator("[data-widget]:visible").all():
        host.scroll_into_view_if_needed()
    page.wait_for_function(LIVE)


def live(page, cell):
    """The widget of a cell, alive."""
    page.locator(f"[id='{cell}'] [data-widget]").scroll_into_view_if_needed()
    page.locator(f"[id='{cell}'] [data-live]").wait_for()
    return page.locator(f"[id='{cell}'] .course-widget")


def asked(page, part):
    return [url for url in page.asked if part in url]


def test_the_sliders_on_the_first_page_move(page, copy):
    page.goto((copy / "index.html").as_uri())
    wake(page)
    people = page.get_by_role("slider", name="People", exact=True)
    said = page.locator(".taste .sentence")
    before = said.inner_text()
    people.press("End")
    expect(said).not_to_have_text(before, timeout=30_000)  # a frame or two later
    assert page.get_by_label("People, typed").input_value() == "200"
    page.get_by_label("People, typed").fill("12")
    page.get_by_label("People, typed").press("Enter")
    assert "conversations a day each, the meter costs" in said.inner_text()


def test_a_widget_is_loaded_when_one_comes_near_it(page, copy):
    page.goto((copy / "lessons" / "01_operator.html").as_uri())
    live(page, "01-panel")
    assert len(asked(page, "/widget-")) == 1
    live(page, "01-work-sliders")
    live(page, "01-quiz")
    assert len(asked(page, "/widget-")) == 3
    assert len(asked(page, "/widgets-")) == 1


def test_answers_of_a_quiz_stay_in_the_browser_and_are_those_of_the_page_of_quizzes(page, copy):
    first = quiz.load("02_billing")[0]
    right = next(answer["answer"] for answer in first["answers"] if answer["correct"])
    page.goto((copy / "lessons" / "02_billing.html").as_uri())
    asking = live(page, "02-quiz")
    asking.get_by_text(right, exact=True).click()
    asking.get_by_role("button", name="Check").click()
    answered = asking.get_by_role("button", name="Question 1: right")
    answered.wait_for()
    page.reload()
    live(page, "02-quiz").get_by_role("button", name="Question 1: right").wait_for()
    page.goto((copy / "quizzes.html").as_uri())
    assert asked(page, "/widgets-03") == []
    page.locator("summary", has_text="Two ways to pay").click()
    page.get_by_role("button", name="Question 1: right").wait_for()


def test_a_broken_or_full_store_does_no_harm(page, copy):
    key = "`chat-or-api:${document.querySelector('[id=\"02-quiz\"] [data-widget]').dataset.key}`"
    for kept in ("{not json", "[]"):
        page.goto((copy / "lessons" / "02_billing.html").as_uri())
        page.evaluate(f"kept => localStorage.setItem({key}, kept)", kept)
        live(page, "02-quiz").get_by_role("button", name="Question 1: not answered").wait_for()
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    live(page, "02-quiz").get_by_role("radio").first.check()
    live(page, "02-quiz").get_by_role("button", name="Check").click()
    live(page, "02-quiz").get_by_role("button", name="Question 1: not right").wait_for()


def test_search_by_keyboard_alone(page, copy):
    page.goto((copy / "lessons" / "02_billing.html").as_uri())
    assert asked(page, "search_index") == []
    page.keyboard.press("Control+k")
    page.keyboard.type("LEDGER money")
    results = page.locator(".search-found a")
    results.first.wait_for()
    assert "From tokens to money" in results.first.inner_text()
    assert results.first.locator("mark").all_inner_texts()
    assert re.match(r"\d+ places?", page.locator(".search-said").inner_text())
    page.keyboard.press("ArrowDown")
    assert violations(page, "dialog") == []
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"02_billing\.html#from-tokens-to-money$"))
    expect(page.locator("dialog")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox").fill("no such words anywhere")
    expect(page.locator(".search-said")).to_contain_text("Nothing found.")
    page.get_by_role("searchbox").fill("break-even")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"glossary\.html#break-even$"))
    page.get_by_role("button", name="Search").click()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()


def test_a_term_says_what_it_means_and_leads_to_the_glossary(page, copy):
    page.goto((copy / "lessons" / "02_billing.html").as_uri())
    term = page.locator(".term").first
    shown = "([element, state]) => getComputedStyle(element, '::after').visibility === state"
    assert term.get_attribute("data-means") in term.evaluate(
        "element => getComputedStyle(element, '::after').content"
    )
    page.wait_for_function(shown, arg=[term.element_handle(), "hidden"])
    term.hover()
    page.wait_for_function(shown, arg=[term.element_handle(), "visible"])
    page.keyboard.press("Escape")
    page.wait_for_function(shown, arg=[term.element_handle(), "hidden"])
    term.press("Enter")
    page.wait_for_url(re.compile(r"glossary\.html#seat$"))


def test_the_contents_of_a_lesson_show_where_one_is(page, copy):
    page.goto((copy / "lessons" / "02_billing.html").as_uri())
    here = page.locator(".contents [aria-current]")
    for title in ("What is a token?", "Three things to remember"):
        page.get_by_role("link", name=title).click()
        page.wait_for_function(
            "title => document.querySelector('.contents [aria-current]')?.textContent === title", arg=title
        )
        assert here.count() == 1


def test_the_first_press_of_tab_offers_to_skip_the_top(page, copy):
    page.goto((copy / "glossary.html").as_uri())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_on_paper_a_lesson_is_its_text_and_every_question(page, copy):
    page.goto((copy / "lessons" / "02_billing.html").as_uri())
    live(page, "02-sliders")
    live(page, "02-quiz")
    page.emulate_media(media="print")
    assert not page.locator(".top nav, .contents, .ways, .copy, .open-search").locator("visible=true").count()
    assert page.locator("[id='02-sliders'] .live").is_visible()  # as the reader has set it
    assert page.locator("[id='02-quiz'] .twin > ol > li").count() == len(quiz.load("02_billing"))
    assert page.locator("[id='02-quiz'] .twin").is_visible()
    assert not page.locator("[id='02-quiz'] .live").is_visible()


def test_without_javascript_each_widget_is_a_picture_and_a_table(browser, copy):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((copy / "lessons" / "02_billing.html").as_uri())
    assert page.locator("[id='02-sliders'] .twin img").is_visible()
    assert page.get_by_text("here each answer is folded away").is_visible()
    assert not page.locator(".open-search").is_visible()
    context.close()


@pytest.mark.parametrize(("width", "scheme", "kinds"), [(1280, "light", KINDS), (360, "dark", KINDS[:4])])
def test_every_kind_of_page_is_accessible_and_as_wide_as_the_window(page, copy, width, scheme, kinds):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for kind in kinds:
        page.goto((copy / kind).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width, kind
        page.evaluate(FEWER, ALIKE)
        if kind == "quizzes.html":
            page.locator("summary").first.click()
        wake(page)
        assert violations(page) == [], kind
        assert page.evaluate("document.documentElement.scrollWidth") == width, kind
