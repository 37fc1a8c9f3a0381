"""The page that leads to the decks, opened as a file with the network off."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from course.publish import deck_index, glossary


@pytest.fixture(scope="module")
def index(lesson, deck):
    return deck_index.write([(lesson, deck)], deck.parent)


def test_it_lists_each_deck_with_its_promise_and_each_term(index, deck):
    soup = BeautifulSoup(index.read_text("utf-8"), "html.parser")
    (entry,) = soup.select(".decks li")
    assert (entry.a["href"], entry.a.text) == (deck.name, "A lesson with dials")
    assert entry.p.text == "After this lesson you know that a deck is whole."
    assert [term.text for term in soup.find_all("dt")] == [term for term, _ in glossary.alphabetical()]


def test_it_leads_to_the_deck_offline_and_serves_everybody(index, offline_page):
    page = offline_page
    page.goto(index.as_uri())
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    assert [url for url in page.asked if not re.match("file:|blob:|data:", url)] == []
    assert page.complaints == []
