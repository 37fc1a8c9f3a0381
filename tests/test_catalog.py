"""Models, prices and plans: looked up without guessing, and refused by line when a row is wrong."""

import csv
import shutil
from datetime import date, timedelta
from decimal import Decimal

import pytest

from course import catalog, data


@pytest.fixture
def folder(tmp_path):
    for name in ("models.csv", "prices.csv", "plans.csv"):
        shutil.copy(data.path(name), tmp_path / name)
    return tmp_path


def edit(folder, name, where, **changes):
    """Change the first row of a file for which `where(row)` holds; return its line."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    line, row = next((number, row) for number, row in enumerate(rows, start=2) if where(row))
    row.update(changes)
    write(folder / name, rows)
    return line


def append(folder, name, like, **changes):
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows.append({**next(row for row in rows if like(row)), **changes})
    write(folder / name, rows)
    return len(rows) + 1


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def first(_row):
    return True


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("prices.csv", {"source_url": ""}, "column source_url: is empty"),
        ("prices.csv", {"source_url": "the price page"}, "is not a source"),
        ("prices.csv", {"accessed_on": ""}, "column accessed_on: is empty"),
        ("prices.csv", {"accessed_on": "23/11/2026"}, "is not a date"),
        ("prices.csv", {"price": "-1"}, "is negative"),
        ("prices.csv", {"price": "0"}, "is zero"),
        ("prices.csv", {"price": "0.000"}, "is zero"),
        ("prices.csv", {"price": "nan"}, "finite"),
        ("prices.csv", {"price": "Infinity"}, "finite"),
        ("prices.csv", {"price": ""}, "is empty"),
        ("prices.csv", {"price": "two"}, "is not a number"),
        ("prices.csv", {"meter": "imput"}, "is not one of"),
        ("prices.csv", {"unit": "1K tokens"}, "is not one of"),
        ("prices.csv", {"status": "maybe"}, "is not one of"),
        ("prices.csv", {"vendor": "mistral"}, "is not one of"),
        ("prices.csv", {"model": "gpt-99"}, "Add it there first"),
        ("prices.csv", {"above_tokens": "1.5"}, "whole number"),
        ("prices.csv", {"effective_from": "2026-05-02", "effective_until": "2026-05-01"}, "is not after"),
        ("prices.csv", {"price": "1e3"}, "is not a number"),
        ("prices.csv", {"status": "announced", "effective_from": ""}, "column effective_from: is empty"),
        ("prices.csv", {"status": "retired", "effective_until": ""}, "column effective_until: is empty"),
        ("prices.csv", {"announced_on": "soon"}, "is not a date"),
        ("models.csv", {"context_window": "0"}, "above zero"),
        ("models.csv", {"vendor": "mistral"}, "is not one of"),
        ("models.csv", {"accessed_on": ""}, "column accessed_on: is empty"),
        ("models.csv", {"tier": "huge"}, "is not one of"),
        ("models.csv", {"tier": "small", "retired_on": "2026-01-01"}, "is retired"),
        ("models.csv", {"source_url": ""}, "is empty"),
        ("plans.csv", {"source_url": ""}, "is empty"),
        ("plans.csv", {"monthly": "-20"}, "is negative"),
        ("plans.csv", {"monthly": "nan"}, "finite"),
        ("plans.csv", {"api_included": "perhaps"}, "is not one of"),
        ("plans.csv", {"min_seats": "2.5"}, "whole number"),
        ("plans.csv", {"per_seat": "maybe"}, "is not one of"),
        ("plans.csv", {"trust": "a friend"}, "is not one of"),
        ("plans.csv", {"plan_usage_via_sign_in": ""}, "is empty"),
        ("plans.csv", {"monthly": "0", "audience": "team"}, "is zero for a team"),
    ],
)
def test_a_bad_row_is_refused_by_file_and_line(folder, name, changes, says):
    line = edit(folder, name, first, **changes)
    with pytest.raises(data.DataError, match=says) as refused:
        catalog.load(folder)
    assert f"{name}, line {line}" in str(refused.value)


@pytest.mark.parametrize(("name", "key"), [("models.csv", "id"), ("plans.csv", "id")])
def test_a_duplicate_key_is_refused(folder, name, key):
    line = append(folder, name, first, **({"tier": ""} if name == "models.csv" else {}))
    with pytest.raises(data.DataError, match=rf"{name}, line {line}, column {key}: .* twice"):
        catalog.load(folder)


def test_two_models_cannot_hold_one_tier(folder):
    line = edit(folder, "models.csv", lambda row: not row["tier"], tier="small")
    with pytest.raises(data.DataError, match=rf"line {line}, column tier: .* already the small model"):
        catalog.load(folder)


@pytest.mark.parametrize(
    ("period", "allowed"),
    [
        ({}, False),
        ({"status": "promotional"}, False),
        ({"effective_from": "2027-05-01"}, False),
        ({"effective_until": "2020-01-01"}, False),
        ({"status": "withdrawn"}, True),
        ({"above_tokens": "999"}, True),
    ],
)
def test_overlapping_periods_are_refused(folder, period, allowed):
    line = append(
        folder, "prices.csv", lambda row: row["status"] == "current" and not row["effective_from"], **period
    )
    if allowed:
        catalog.load(folder)
        return
    with pytest.raises(data.DataError, match=rf"prices\.csv, line {line}.* overlaps with line 2"):
        catalog.load(folder)


def test_periods_that_only_touch_are_fine(folder):
    edit(folder, "prices.csv", first, effective_until="2027-05-01")
    append(folder, "prices.csv", first, effective_from="2027-05-01", effective_until="", status="announced")
    facts = catalog.load(folder)
    row = facts.prices[0]
    assert facts.price(row.model, row.meter, date(2027, 4, 30)) == row
    assert facts.price(row.model, row.meter, date(2027, 5, 1)) == facts.prices[-1]


def test_a_tier_prices_the_whole_request_past_its_threshold():
    facts = catalog.load()
    model = facts.pick("openai", "standard").id
    (_, base), (above, dearer) = facts.tiers(model)
    assert facts.price(model, "input", prompt_tokens=above) == base["input"]
    assert facts.price(model, "input", prompt_tokens=above + 1) == dearer["input"]
    assert dearer["input"].price > base["input"].price


def test_an_announced_price_waits_for_its_day():
    facts = catalog.load()
    for coming in facts.announced():
        before = facts.price(coming.model, coming.meter)
        assert before != coming
        assert facts.price(coming.model, coming.meter, coming.effective_from) == coming
    assert facts.announced(), "the lesson shows an announced change; without one its table is empty"


def test_a_withdrawn_price_never_holds():
    withdrawn = [price for price in catalog.load().prices if price.status == "withdrawn"]
    assert withdrawn
    assert not any(price.holds(date(2026, month, 1)) for price in withdrawn for month in range(1, 13))


def test_a_model_has_no_price_once_it_is_retired():
    facts = catalog.load()
    ending = [model for model in facts.models if model.retired_on]
    assert ending
    for model in ending:
        last = facts.price(model.id, "input", model.retired_on - timedelta(days=1))
        assert last.model == model.id
        with pytest.raises(catalog.NoPrice, match=f"was retired on {model.retired_on}"):
            facts.price(model.id, "input", model.retired_on)
        assert facts.tiers(model.id, model.retired_on) == [(0, {})]


def test_no_price_is_ever_guessed():
    facts = catalog.load()
    model = facts.pick("google").id
    with pytest.raises(catalog.NoPrice, match=f"'container' of {model} on {facts.checked_on}"):
        facts.price(model, "container")
    with pytest.raises(catalog.NoPrice, match="no meter 'inptu'"):
        facts.price(model, "inptu")


def test_unknown_names_suggest_near_ones():
    facts = catalog.load()
    known = facts.pick("anthropic", "standard").id
    with pytest.raises(LookupError, match=known):
        facts.model(known + "x")
    with pytest.raises(LookupError, match="chatgpt-plus"):
        facts.plan("chatgpt-plu")
    with pytest.raises(LookupError, match="openai small"):
        facts.pick("openai", "tiny")


def test_each_vendor_has_a_model_of_each_tier_with_input_and_output_prices():
    facts = catalog.load()
    for vendor in ("openai", "anthropic", "google"):
        for tier in catalog.TIERS:
            model = facts.pick(vendor, tier)
            assert facts.price(model.id, "input").price < facts.price(model.id, "output").price
    assert len(facts.models) >= 25
    assert all(facts.price(model.id, "web_search") for model in facts.text_models)


def test_a_vendor_s_model_for_vectors_is_picked_by_its_kind():
    facts = catalog.load()
    for vendor in ("openai", "google"):
        assert facts.pick(vendor, "embedding").dimensions > 0
    with pytest.raises(LookupError):
        facts.pick("anthropic", "embedding")


def test_batch_and_cache_are_never_dearer():
    facts = catalog.load()
    for model in facts.text_models:
        for _, prices in facts.tiers(model.id):
            for meter in ("input", "output"):
                assert prices[f"batch_{meter}"].price < prices[meter].price
            assert prices["cached_input"].price < prices["input"].price


def test_only_a_confirmed_fee_is_called_official():
    for plan in catalog.load().plans:
        if plan.trust == "third-party":
            assert plan.note, f"{plan.id} must say where its fee comes from"
        if plan.monthly is None:
            assert plan.note, f"{plan.id} must say why it has no fee"
        assert plan.api_included == "no"


def test_a_year_is_never_dearer_than_twelve_months():
    paid_yearly = [plan for plan in catalog.load().plans if plan.yearly_per_month]
    assert paid_yearly
    assert all(plan.yearly_per_month < plan.monthly for plan in paid_yearly)


def test_every_page_that_gave_a_price_or_a_fee_is_a_listed_source():
    facts = catalog.load()
    read = [*facts.prices, *(plan for plan in facts.plans if plan.trust == "official")]
    assert {each.source_url for each in read} <= {source.url for source in data.sources()}


def test_openrouter_has_its_own_fee():
    fee = next(price for price in catalog.load().prices if price.vendor == "openrouter")
    assert (fee.meter, fee.unit) == ("credit_fee", "percent")
    assert fee.price > Decimal(0)
