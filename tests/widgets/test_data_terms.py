"""The data terms: two products side by side, in the page and where no widget runs."""

import pytest
from pages import violations

from course import governance
from course.widgets import DataTerms
from course.widgets.data_terms import PRODUCTS

ANSWERS = {(fact.product, fact.topic): fact for fact in governance.facts()}


@pytest.fixture
def mounted(mount):
    return mount(DataTerms("Gemini API, unpaid", "Claude API"))


def test_a_product_that_is_none_is_refused_and_the_old_one_stays():
    widget = DataTerms("Claude Team")
    widget.first = "Pigeon post"
    assert widget.first == "Claude Team"
    assert "Pigeon post" in widget.message


def test_the_table_without_a_widget_has_all_answers_of_both():
    twin = DataTerms("Gemini API, unpaid", "Claude API").twin()
    assert twin.count("<tr>") == 1 + len(governance.TOPICS)
    assert "people may read it" in twin


def test_every_pair_can_be_chosen_and_shows_the_vendors_answers(mounted):
    for place, product in enumerate(PRODUCTS):
        mounted.get_by_label("One product").select_option(product)
        mounted.get_by_label("Another product").select_option(PRODUCTS[place - 1])
        cells = mounted.locator("tbody td").all_inner_texts()
        asked = [ANSWERS[chosen, topic] for topic in governance.TOPICS for chosen in (product, PRODUCTS[place - 1])]
        assert all(cell.startswith(fact.answer) for cell, fact in zip(cells, asked, strict=True))
        assert mounted.locator("tbody td a").count() == sum(len(fact.sources) for fact in asked)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_for_assistive_technology(mount, theme):
    found = violations(mount(DataTerms(), theme=theme), rules={"region": {"enabled": False}})
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
