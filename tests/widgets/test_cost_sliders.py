"""Cost sliders: Python's side, and the page moved by hand to every extreme, without a kernel."""

import json
from datetime import timedelta

import ipywidgets
import pytest
from pages import violations

from course import catalog, costs
from course.widgets import CostSliders
from course.widgets.cost_sliders import SLIDERS

FACTS = catalog.load()


def test_it_starts_from_a_preset_and_takes_changes():
    sliders = CostSliders(preset="website", turns=5)
    assert sliders.turns == 5
    assert sliders.conversations == costs.preset("website").conversations
    assert sliders.message == ""
    with pytest.raises(TypeError, match="has no 'turn'"):
        CostSliders(turn=5)


def test_its_numbers_are_the_cost_model_s():
    sliders = CostSliders(preset="agency")
    card = costs.rate_card(sliders.model)
    assert sliders.workload == costs.preset("agency")
    assert sliders.monthly_cost == costs.monthly(costs.preset("agency"), card)["total"]
    assert sliders.plan_cost == costs.plan_cost(FACTS.plan(sliders.plan), 6)
    assert sliders.break_even == costs.break_even(sliders.plan_cost, costs.preset("agency"), card)


@pytest.mark.parametrize("preset", costs.presets())
def test_every_preset_and_model_has_a_price(preset):
    sliders = CostSliders(preset=preset)
    for card in sliders.cards:
        sliders.model = card["model"]
        assert sliders.monthly_cost > 0
        assert sliders.message == ""


def test_it_links_to_other_widgets():
    sliders, theirs, total = CostSliders(), ipywidgets.IntSlider(min=1, max=200), ipywidgets.FloatText()
    ipywidgets.link((sliders, "people"), (theirs, "value"))
    ipywidgets.dlink((sliders, "monthly_cost"), (total, "value"))
    theirs.value = 12
    assert sliders.people == 12
    assert total.value == sliders.monthly_cost
    seen = []
    sliders.observe(lambda change: seen.append(change["new"]), "monthly_cost")
    sliders.preset = "website"
    assert seen == [sliders.monthly_cost], "a preset is one change, not one for each slider"


def test_a_plan_without_yearly_fee_is_said_not_guessed():
    sliders = CostSliders()
    sliders.yearly = True
    assert sliders.plan_cost is None
    assert "yearly fee of ChatGPT Plus is not stated" in sliders.message
    sliders.plan = "claude-pro"
    assert sliders.plan_cost == 6 * float(FACTS.plan("claude-pro").yearly_per_month)


def test_another_model_of_the_catalog_can_be_named():
    sliders = CostSliders()
    other = next(model for model in FACTS.models if not model.tier)
    assert other.id not in [card["model"] for card in sliders.cards]
    sliders.model = other.id
    assert sliders.monthly_cost == costs.monthly(sliders.workload, costs.rate_card(other.id))["total"]
    assert other.id in [card["model"] for card in sliders.cards]


def test_what_is_refused_at_the_start_is_said():
    sliders = CostSliders(people=0, turns=5)
    assert (sliders.people, sliders.turns) == (6, 5)
    assert "People: must be from 1 to 200, not 0." in sliders.message


def test_a_message_goes_when_its_cause_goes():
    sliders = CostSliders(yearly=True)
    assert "not stated" in sliders.twin()
    sliders.yearly = "yes"
    assert "'yes' is not known" in sliders.message
    sliders.yearly = False
    assert (sliders.message, sliders.plan_cost) == ("", 6 * float(FACTS.plan("chatgpt-plus").monthly))


def test_a_slider_moved_after_a_preset_was_chosen_in_the_page_stays_moved():
    sliders = CostSliders(preset="agency")
    sliders.set_state({"preset": "person", "people": 9})
    assert (sliders.preset, sliders.people) == ("person", 9)
    assert sliders.monthly_cost == costs.monthly(sliders.workload, costs.rate_card(sliders.model))["total"]


def test_python_does_not_send_back_what_the_page_said():
    sliders = CostSliders(preset="agency")
    sent = []
    sliders.comm.send = lambda data=None, **_: sent.append(data)
    said = {"people": 9, "turns": 2, "model": FACTS.pick("anthropic", "small").id, "yearly": True, "message": ""}
    sliders._handle_msg({"content": {"data": {"method": "update", "state": said}}})
    assert sliders.people == 9
    echoed = [message["state"].keys() & said.keys() for message in sent]
    assert [names for names in echoed if names - {"message"}] == [], "a late echo would undo the reader's next move"


def test_a_message_of_the_page_outlives_the_values_beside_it():
    sliders = CostSliders(preset="agency")
    sliders.set_state({"turns": 5, "message": "People: must be a number."})
    assert (sliders.turns, sliders.message) == (5, "People: must be a number.")
    sliders.set_state({"turns": -5, "message": ""})
    assert (sliders.turns, sliders.message[:24]) == (5, "Turns in a conversation:")


def test_the_twin_says_the_numbers_their_date_and_source():
    sliders = CostSliders(preset="agency")
    html = sliders.twin().html()
    assert f"{money(sliders.monthly_cost)} at 8 a day" in html
    assert FACTS.checked_on.isoformat() in html
    assert FACTS.price(sliders.model, "input").source_url in html
    for card in sliders.cards:
        assert f"<td>{card['name']}</td>" in html


@pytest.mark.parametrize("end", [0, -1])
def test_the_twin_stands_at_every_end(end):
    sliders = CostSliders(**{each["name"]: each["stops"][end] for each in SLIDERS})
    assert sliders.message == ""
    assert "<table" in sliders.twin().html()


def test_every_slider_steps_upward_within_its_range():
    for each in SLIDERS:
        assert each["stops"] == sorted(set(each["stops"]))


# ---- the page ---------------------------------------------------------------------------------------------------


@pytest.fixture
def page(mount):
    return mount(CostSliders(preset="agency"))


def figure(page, name):
    return page.locator(f".figures .{name} .value").inner_text()


def money(amount):
    return f"${amount:,.2f}" if amount < 1000 else f"${amount:,.0f}"


def expect_python(page):
    """The page shows what Python works out from the values the page has."""
    state = page.evaluate(
        "() => Object.fromEntries(NAMES.map((name) => [name, M.get(name)]))".replace("NAMES", str(NAMES))
    )
    sliders = CostSliders(preset=state.pop("preset"), **state)
    assert figure(page, "meter") == money(sliders.monthly_cost)
    assert figure(page, "plan") == money(sliders.plan_cost)
    even = sliders.break_even
    shown = "under 0.1" if even is not None and even < 0.1 else f"{even or 0:,.1f}".removesuffix(".0")
    assert figure(page, "even") == ("never" if even is None else f"{shown} a day")


NAMES = ["preset", *(each["name"] for each in SLIDERS), "model", "plan", "yearly"]


@pytest.mark.parametrize("slider", SLIDERS, ids=[each["name"] for each in SLIDERS])
def test_a_slider_dragged_and_typed_to_both_ends(page, slider):
    page.locator(".controls summary").click()
    handle = page.get_by_role("slider", name=slider["label"], exact=True)
    entry = page.get_by_label(f"{slider['label']}, typed")
    for end, fraction in ((0, 0.0), (-1, 1.0)):
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + fraction * box["width"] + (20 if fraction else -20), box["y"] + 5, steps=5)
        page.mouse.up()
        settled(page)
        assert page.evaluate("(name) => M.get(name)", slider["name"]) == slider["stops"][end]
        expect_python(page)
    for end in (0, -1):
        value = slider["stops"][end] * (100 if slider["percent"] else 1)
        entry.fill(f"{value:g}")
        entry.press("Enter")
        settled(page)
        assert page.evaluate("(name) => M.get(name)", slider["name"]) == pytest.approx(slider["stops"][end])
        assert page.get_by_role("alert").inner_text() == ""
        expect_python(page)


RUBBISH = ["", "ten", "NaN", "Infinity", "1e309", "-5", "999999999", "1,0,0x", "1,5", "1e", "2.5", "\uff12"]


def test_bad_typing_gets_a_message_and_changes_nothing(page):
    entry = page.get_by_label("People, typed")
    for typed in RUBBISH:
        page.evaluate("M.set('message', '')")
        entry.fill(typed)
        entry.press("Enter")
        settled(page)
        assert "People: must be" in page.get_by_role("alert").inner_text(), typed
        assert entry.input_value() == "6", typed
        assert page.evaluate("M.get('people')") == 6, typed
        expect_python(page)


def test_everything_at_its_most_at_once(page):
    page.evaluate("() => { for (const s of M.get('sliders')) M.set(s.name, s.stops.at(-1)); }")
    settled(page)
    expect_python(page)
    assert "NaN" not in page.inner_html(".course-widget")
    page.evaluate("() => { for (const s of M.get('sliders')) M.set(s.name, s.stops[0]); }")
    settled(page)
    assert figure(page, "meter") == "$0.00"
    assert figure(page, "even") == "never"
    assert "NaN" not in page.inner_html(".course-widget")


def test_an_unknown_fee_leaves_the_comparison_open(page):
    page.get_by_label("pay yearly").check()
    settled(page)
    assert "not stated" in page.get_by_role("alert").inner_text()
    assert figure(page, "even") == "\N{EN DASH}"
    assert not page.locator("svg").is_visible()
    page.get_by_label("pay yearly").uncheck()
    settled(page)
    expect_python(page)


def test_keys_move_a_slider_and_stay_in_the_widget(page):
    page.evaluate("() => { window.leaked = []; document.addEventListener('keydown', (e) => leaked.push(e.key)); }")
    handle = page.get_by_role("slider", name="Turns in a conversation")
    handle.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "End", "Home"):
        handle.press(key)
    settled(page)
    assert page.evaluate("M.get('turns')") == 1
    assert page.evaluate("leaked") == []
    assert handle.get_attribute("aria-valuetext") == "1"


def test_the_change_is_told_once_after_a_drag(page):
    spoken = page.locator("[aria-live=polite]")
    assert spoken.inner_text() == "", "a page that opens stays silent"
    handle = page.get_by_role("slider", name="Conversations a day, each")
    handle.focus()
    handle.press("ArrowRight")
    handle.press("ArrowRight")
    page.wait_for_function("document.querySelector('[aria-live=polite]').textContent !== ''")
    assert spoken.inner_text().startswith("Conversations a day, each changed. At 10 conversations a day")
    assert page.locator(".sentence").inner_text() in spoken.inner_text()
    assert "less than the plan. Both cost the same at" in spoken.inner_text()


def test_presets_plans_and_models_are_chosen(page):
    page.get_by_label("Start from").select_option("website")
    page.get_by_label("Meter", exact=True).select_option(FACTS.pick("anthropic", "large").id)
    page.get_by_label("Plan", exact=True).select_option("claude-pro")
    page.get_by_label("pay yearly").check()
    settled(page)
    expect_python(page)


def test_source_and_announced_change_are_shown(page):
    coming = next(price for price in FACTS.announced() if price.meter == "input")
    page.get_by_label("Meter", exact=True).select_option(coming.model)
    settled(page)
    text = page.locator(".source").inner_text()
    assert FACTS.checked_on.isoformat() in text
    assert f"{FACTS.model(coming.model).name} from {coming.effective_from}" in text
    now = FACTS.price(coming.model, "input").price
    assert f"input ${now:.2f} → ${coming.price:.2f}" in text
    links = page.locator(".source a")
    assert links.nth(0).get_attribute("href") == coming.source_url
    assert links.nth(1).get_attribute("href") == FACTS.plan("chatgpt-plus").source_url
    assert "other sites" not in text
    second_hand = next(plan for plan in FACTS.plans if plan.monthly and plan.trust == "third-party")
    page.get_by_label("Plan", exact=True).select_option(second_hand.id)
    settled(page)
    assert f"as other sites quote the page of {second_hand.name}" in page.locator(".source").inner_text()


def test_the_reader_s_clock_makes_prices_old_and_an_announced_change_come(mount):
    coming = next(price for price in FACTS.announced() if price.meter == "input")
    change = f"{FACTS.model(coming.model).name} {{}} {coming.effective_from}"
    page = mount(CostSliders(), alone=True)

    def source_on(day):
        page.clock.set_fixed_time(day.isoformat())
        page.evaluate("remount()")
        return page.locator(".source").inner_text()

    assert "days old" not in source_on(FACTS.checked_on + timedelta(days=90))
    assert "91 days old" in source_on(FACTS.checked_on + timedelta(days=91))
    assert f"Announced: {change.format('from')}" in source_on(coming.effective_from - timedelta(days=1))
    assert f"Changed: {change.format('since')}" in source_on(coming.effective_from)


def test_every_model_has_its_bill_in_the_table(page):
    page.locator(".models summary").click()
    rows = page.locator(".models tbody tr")
    sliders = CostSliders(preset="agency")
    assert rows.count() == len(sliders.cards)
    for index, card in enumerate(sliders.cards):
        bill = costs.monthly(sliders.workload, card)
        cells = rows.nth(index).locator("th, td").all_inner_texts()
        assert [cells[0].removeprefix("▸ "), cells[1]] == [card["name"], money(bill["total"])]
        assert cells[2] == money(bill["dollars"]["input"])
    assert rows.locator("xpath=self::*[contains(@class, 'chosen')]").count() == 1


def test_a_model_that_python_names_is_added(mount):
    other = next(model for model in FACTS.models if not model.tier)
    page = mount(CostSliders(model=other.id))
    assert page.get_by_label("Meter", exact=True).input_value() == other.id
    assert page.locator(".models tbody tr.chosen th").text_content() == other.name


def test_a_model_that_comes_before_its_prices_is_waited_for(page):
    other = next(model for model in FACTS.models if not model.tier)
    cards = CostSliders(model=other.id).get_state()["cards"]
    before = figure(page, "meter")
    page.evaluate("(id) => M.set('model', id)", other.id)
    settled(page)
    assert figure(page, "meter") == before
    page.evaluate("(cards) => M.set('cards', cards)", cards)
    settled(page)
    assert figure(page, "meter") == money(CostSliders(model=other.id).monthly_cost)


def test_half_typed_numbers_survive_a_change_from_outside(page):
    entry = page.get_by_label("People, typed")
    entry.fill("1")
    page.evaluate("M.set('turns', 9)")
    settled(page)
    assert entry.input_value() == "1"
    entry.press("Enter")
    settled(page)
    assert page.evaluate("M.get('people')") == 1


def test_a_second_drawing_shows_the_same_state(page):
    page.get_by_label("People, typed").fill("9")
    page.get_by_label("People, typed").press("Enter")
    settled(page)
    before = figure(page, "meter")
    page.evaluate("remount()")
    assert figure(page, "meter") == before
    assert page.get_by_label("People, typed").input_value() == "9"


# Colours do not depend on the width: dark once.
@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("light", 700), ("light", 360), ("dark", 1200)])
def test_it_is_accessible_and_fits(mount, theme, width):
    page = mount(CostSliders(), theme=theme, width=width)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    edge = page.locator(".controls").bounding_box()
    for entry in page.locator(".entry input").all():
        box = entry.bounding_box()
        assert box["x"] + box["width"] <= edge["x"] + edge["width"] + 1
    assert [found["id"] for found in violations(page) if found["impact"] in ("serious", "critical")] == []


def settled(page):
    """Wait for the drawing that follows a change."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_only_json_travels():
    json.dumps(CostSliders().get_state(), allow_nan=False)
