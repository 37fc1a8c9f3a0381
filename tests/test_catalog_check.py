"""The price book agrees with genai-prices, or says why not; and a wrong price would be noticed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from click.testing import CliRunner
from genai_prices import Usage, calc_price

from course import catalog, catalog_check, cli

BATCH = {"processing": "batch"}


def changed(facts: catalog.Catalog, row: catalog.Price, **changes) -> catalog.Catalog:
    prices = tuple(replace(price, **changes) if price is row else price for price in facts.prices)
    return catalog.Catalog(facts.models, prices, facts.plans)


def unexplained(facts: catalog.Catalog | None = None) -> list[catalog_check.Disagreement]:
    return [each for each in catalog_check.diff(facts) if not each.explanation]


def test_every_disagreement_is_explained_in_the_data():
    assert unexplained() == []


@pytest.mark.parametrize(
    "meter", ["input", "cached_input", "cache_write", "output", "batch_input", "batch_cached_input", "batch_output"]
)
@pytest.mark.parametrize("above", [0, 272_000])
def test_a_mistyped_price_is_found(meter, above):
    facts = catalog.load()
    model = facts.pick("openai", "standard").id
    row = facts.price(model, meter, prompt_tokens=above + 1 if above else 0)
    found = catalog_check.diff(changed(facts, row, price=row.price * 10))
    fresh = [each for each in found if not each.explanation]
    # One of each period that the library knows of, all of the same price.
    assert {(each.model, each.meter, each.above_tokens) for each in fresh} == {(model, meter, above)}
    assert all(each.ours == each.theirs * 10 for each in fresh)


@pytest.mark.parametrize(
    ("vendor", "meter"),
    [
        ("anthropic", "cache_write_1h"),
        ("anthropic", "web_search"),
        ("openai", "file_search"),
        ("google", "web_search"),
    ],
)
def test_a_mistyped_fee_is_found(vendor, meter):
    facts = catalog.load()
    row = facts.price(facts.pick(vendor, "standard").id, meter)
    fresh = unexplained(changed(facts, row, price=row.price + 1))
    assert {each.meter for each in fresh} == {meter}
    assert facts.pick(vendor, "standard").id in {each.model for each in fresh}


def test_an_announced_price_is_compared_on_its_day():
    facts = catalog.load()
    row = next(price for price in facts.announced() if price.meter == "input")
    fresh = unexplained(changed(facts, row, price=row.price + 1))
    assert [(each.model, each.on) for each in fresh] == [(row.model, row.effective_from)]


def test_an_announcement_that_we_lack_is_found():
    facts = catalog.load()
    row = next(price for price in facts.announced() if price.meter == "output")
    before = facts.price(row.model, "output")
    forgotten = changed(changed(facts, before, effective_until=None), row, status="withdrawn")
    fresh = unexplained(forgotten)
    assert [(each.on, each.ours, each.theirs) for each in fresh] == [(row.effective_from, before.price, row.price)]


def test_a_past_price_is_compared_too():
    facts = catalog.load()
    row = next(price for price in facts.prices if price.status == "retired" and price.meter == "output")
    fresh = unexplained(changed(facts, row, price=row.price + 1))
    assert {(each.model, each.meter) for each in fresh} == {(row.model, row.meter)}
    assert all(each.on < row.effective_until for each in fresh)


def test_a_missing_price_is_found():
    facts = catalog.load()
    row = facts.price(facts.pick("anthropic").id, "batch_output")
    fresh = unexplained(changed(facts, row, status="withdrawn"))
    assert [(each.on, each.ours, each.theirs) for each in fresh] == [(facts.checked_on, None, row.price)]


def test_a_model_that_the_library_does_not_know_is_found():
    facts = catalog.load()
    known = facts.pick("google")
    ours_alone = replace(known, id="gemini-99", tier="")
    price = replace(facts.price(known.id, "input"), model="gemini-99")
    book = catalog.Catalog((*facts.models, ours_alone), (*facts.prices, price), facts.plans)
    assert [(each.model, each.meter, each.theirs) for each in unexplained(book)] == [("gemini-99", "input", None)]


def test_where_the_library_falls_back_it_counts_as_having_no_price():
    """It charges the full price for a batch that it has no price for. A sum that matches is no agreement."""
    facts = catalog.load()
    found = catalog_check.diff()
    ours_alone = next(each for each in found if each.theirs is None and each.meter == "batch_cached_input")
    usage = Usage(input_tokens=1000, cache_read_tokens=1000)
    provider = facts.model(ours_alone.model).vendor
    full, batch = (
        calc_price(usage, ours_alone.model, provider_id=provider, price_context=context).total_price
        for context in (None, BATCH)
    )
    assert batch == full == ours_alone.ours / 1000


def test_a_note_explains_only_the_number_that_it_names():
    facts = catalog.load()
    row = facts.price(facts.pick("google").id, "input")
    note = f"genai-prices has {row.price}: it has not followed."
    dearer = changed(facts, row, price=Decimal("9"), note=note)
    assert unexplained(dearer) == []
    assert note in {each.explanation for each in catalog_check.diff(dearer)}
    for other in ("genai-prices has 0.123.", "genai-prices has none.", "genai-prices is old.", ""):
        assert unexplained(changed(facts, row, price=Decimal("9"), note=other))


def test_the_command_fails_on_what_is_not_explained(monkeypatch):
    facts = catalog.load()
    row = facts.price(facts.pick("google").id, "input")
    wrong = changed(facts, row, price=Decimal("9"))
    assert CliRunner().invoke(cli.main, ["prices", "diff"]).exit_code == 0
    monkeypatch.setattr(catalog, "load", lambda: wrong)
    result = CliRunner().invoke(cli.main, ["prices", "diff"], env={"COLUMNS": "160"})
    assert result.exit_code == 1
    assert row.model in result.output
