"""The deck in a real browser, opened as a file, with the network off."""

import re
from itertools import pairwise

import pytest
from nbformat import v4
from pages import lay_out_slides, slide_fits, turn_to, violations

from course.publish.slides import CourseSlidesExporter

SIZE = {"width": 1280, "height": 720}


@pytest.fixture
def open_deck(browser, deck):
    """Opens the deck and keeps what the browser asked for and complained of."""
    contexts = []

    def open_deck(query="", **options):
        context = browser.new_context(viewport=SIZE, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: message.type != "log" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(deck.as_uri() + query)
        if options.get("java_script_enabled", True):
            page.wait_for_function("Reveal.isReady()")
        return page

    yield open_deck
    for context in contexts:
        context.close()


def title(page):
    return page.evaluate("Reveal.getCurrentSlide().querySelector('h1, h2, .topic').textContent")


def walk(page):
    """Shows page after page of the deck, fragments and all; yields after each step."""
    yield
    while not page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
        page.keyboard.press("ArrowRight")
        yield


def test_every_page_fits_and_nothing_is_asked_for(open_deck):
    page = open_deck()
    seen = []
    for _ in walk(page):
        seen.append(title(page))
        assert slide_fits(page), f"{seen[-1]} overflows"
    assert len(seen) == 8  # seven pages, one fragment
    assert [url for url in page.asked if not url.startswith(("file:", "blob:"))] == []
    assert len([url for url in page.asked if url.startswith("file:")]) == 1
    assert page.complaints == []


def test_the_widget_is_alive_and_keeps_its_keys(open_deck):
    page = open_deck()
    turn_to(page, "90-dial")
    slider = page.locator("[data-widget='0'] input")
    answer = page.locator("[data-widget='0'] output")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    assert answer.text_content() == "twice: 20"
    assert title(page) == "Turn it"
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert title(page) == "A table"


def test_two_widgets_of_a_kind_have_their_own_state(open_deck):
    page = open_deck()
    turn_to(page, "90-dial")
    first, second = (page.locator(f"[data-widget='{place}']") for place in (0, 1))
    first.locator("input").fill("9")
    assert first.locator("output").text_content() == "twice: 18"
    assert second.locator("output").text_content() == "twice: 8"
    sheets = "[...document.querySelectorAll('[data-widget]')].map(w => w.shadowRoot.adoptedStyleSheets[0])"
    assert page.evaluate(f"{sheets}.length === 2 && new Set({sheets}).size === 1")


def test_space_unfolds_code_and_does_not_turn_the_page(open_deck):
    page = open_deck()
    turn_to(page, "90-dial")
    page.locator("[id='90-dial'] summary").focus()
    page.keyboard.press("Space")
    assert page.locator("[id='90-dial'] details").get_attribute("open") is not None
    assert title(page) == "Turn it"


def test_a_term_explains_itself_by_keyboard(open_deck):
    page = open_deck()
    turn_to(page, "90-long")
    term = page.locator("#\\39 0-long abbr")
    hint = "element => getComputedStyle(element, '::after').content"
    assert term.evaluate(hint) == "none"
    while term.evaluate("element => element !== document.activeElement"):
        page.keyboard.press("Tab")
    assert term.evaluate(hint) == '"An API is a way for one program to ask another program for work."'


def test_a_page_that_grows_shrinks_to_fit(open_deck):
    page = open_deck()
    turn_to(page, "90-dial")
    page.wait_for_selector("[data-widget='0'] input")
    page.evaluate(
        """() => {
          const widget = document.querySelector("[data-widget='0']").shadowRoot.firstChild;
          for (let line = 0; line < 12; line++) widget.append("more", document.createElement("p"));
        }"""
    )
    page.wait_for_function(
        """() => {
          const page = Reveal.getCurrentSlide().querySelector(".page");
          return page.style.getPropertyValue("--scale") < 1 && page.scrollHeight <= page.clientHeight + 1;
        }"""
    )


def test_a_widget_that_fails_leaves_its_static_twin(browser, deck, tmp_path):
    broken = tmp_path / "broken.html"
    broken.write_text(deck.read_text("utf-8").replace("render({ model, el })", "nothing()"), encoding="utf-8")
    page = browser.new_page()
    page.goto(broken.as_uri() + "#/1")
    twin = page.locator("[id='90-dial'] .output")
    twin.locator("table").wait_for()
    assert twin.inner_text().split() == ["Turns", "Twice", "3", "6"]
    page.close()


def test_without_javascript_all_is_there_to_read(open_deck):
    page = open_deck(java_script_enabled=False)
    for words in ("A lesson with dials", "Turn it", "At last they compare the two"):
        assert page.get_by_text(words).first.is_visible()
    assert page.locator("noscript table").first.is_visible()
    assert not page.get_by_text("Wait for").is_visible()
    boxes = [section.bounding_box() for section in page.locator(".slides > section > section").all()]
    assert all(above["y"] + above["height"] <= below["y"] + 1 for above, below in pairwise(boxes))


def test_the_speaker_sees_the_notes(open_deck):
    page = open_deck()
    turn_to(page, "90-dial")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    notes = popup.value.locator(".speaker-controls-notes .value")
    notes.get_by_text("three").wait_for()
    assert notes.inner_text().strip() == "Wait for three answers before you turn it."
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith(("file:", "blob:", "about:"))] == []


def test_it_prints_one_sheet_for_each_page(open_deck):
    page = open_deck("?print-pdf")
    page.wait_for_selector(".pdf-page >> nth=6")
    page.wait_for_function("[...document.querySelectorAll('[data-widget]')].every(w => w.shadowRoot)")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 7
    assert page.complaints == []


def test_no_page_has_a_serious_fault_for_assistive_technology(open_deck):
    page = open_deck()
    for _ in walk(page):
        assert slide_fits(page)  # and its widgets are there
    lay_out_slides(page)
    found = [each for each in violations(page) if each["impact"] in ("serious", "critical")]
    assert {each["id"]: each["nodes"][0]["html"][:200] for each in found} == {}


def test_a_page_far_too_full_with_a_grid_is_shown(browser, tmp_path):
    """Chromium lays out for ever where a column breaks through a grid."""
    rows = "".join(f"<dt>Question {n}</dt><dd>{'An answer of some length. ' * 4}</dd>" for n in range(12))
    grid = f'<dl style="display:grid;grid-template-columns:minmax(7em,11em) 1fr;gap:.2em 1em">{rows}</dl>'
    output = v4.new_output("display_data", {"text/html": f"<div>{grid * 4}</div>"})
    cells = [v4.new_markdown_cell("# Much"), v4.new_code_cell("show()\n" * 12, outputs=[output])]
    for cell, kind in zip(cells, ("slide", "subslide"), strict=True):
        cell.metadata["slideshow"] = {"slide_type": kind}
    html, _ = CourseSlidesExporter().from_notebook_node(v4.new_notebook(cells=cells))
    (tmp_path / "full.html").write_text(html, encoding="utf-8")
    page = browser.new_page(viewport=SIZE)
    page.goto((tmp_path / "full.html").as_uri())
    page.wait_for_function("Reveal.isReady()")
    page.evaluate("Reveal.next()")
    assert page.get_by_text("Question 0").first.is_visible()
    page.close()
