"""The price book agrees with genai-prices, or says why not; and a wrong price would be noticed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from click.testing import CliRunner

from course import catalog, catalog_check, cli


def changed(facts: catalog.Catalog, row: catalog.Price, **changes) -> catalog.Catalog:
    prices = tuple(replace(price, **changes) if price is row else price for price in facts.prices)
    return catalog.Catalog(facts.models, prices, facts.plans)


def test_every_disagreement_is_explained_in_the_data():
    assert [found for found in catalog_check.diff() if not found.explanation] == []


@pytest.mark.parametrize("meter", ["input", "cached_input", "cache_write", "output", "batch_input", "batch_output"])
@pytest.mark.parametrize("above", [0, 272_000])
def test_a_mistyped_price_is_found(meter, above):
    facts = catalog.load()
    model = facts.pick("openai", "standard").id
    row = facts.price(model, meter, prompt_tokens=above + 1 if above else 0)
    found = catalog_check.diff(changed(facts, row, price=row.price * 10))
    assert [(each.model, each.meter, each.above_tokens) for each in found] == [(model, meter, above)]
    assert found[0].ours == found[0].theirs * 10
    assert found[0].explanation == ""


def test_an_announced_price_is_compared_on_its_day():
    facts = catalog.load()
    row = next(price for price in facts.announced() if price.meter == "input")
    found = catalog_check.diff(changed(facts, row, price=row.price + 1))
    assert [(each.model, each.on) for each in found] == [(row.model, row.effective_from)]


def test_a_missing_price_is_found():
    facts = catalog.load()
    row = facts.price(facts.pick("anthropic").id, "batch_output")
    found = catalog_check.diff(changed(facts, row, status="withdrawn"))
    assert [(each.ours, each.theirs) for each in found] == [(None, row.price)]


def test_a_note_that_names_the_library_explains():
    facts = catalog.load()
    row = facts.price(facts.pick("google").id, "input")
    note = "The page says so; genai-prices has not followed."
    found = catalog_check.diff(changed(facts, row, price=Decimal("9"), note=note))
    assert [each.explanation for each in found] == [note]


def test_the_command_fails_on_what_is_not_explained(monkeypatch):
    facts = catalog.load()
    row = facts.price(facts.pick("google").id, "input")
    wrong = changed(facts, row, price=Decimal("9"))
    assert CliRunner().invoke(cli.main, ["prices", "diff"]).exit_code == 0
    monkeypatch.setattr(catalog, "load", lambda: wrong)
    result = CliRunner().invoke(cli.main, ["prices", "diff"], env={"COLUMNS": "160"})
    assert result.exit_code == 1
    assert row.model in result.output
