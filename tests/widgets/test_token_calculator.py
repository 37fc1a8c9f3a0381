"""The token calculator: Python's side, and its page with and without a kernel."""
# ruff: noqa: RUF001 - sentences in many languages

import json
import math

import ipywidgets
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from pages import violations

from course import catalog, data, tokens
from course.widgets import TokenCalculator
from course.widgets.tokens import DRAWN, EXAMPLES, LONGEST, ROUGH_SHARE

FACTS = catalog.load()
ENGLISH, CHINESE = EXAMPLES[0][2], EXAMPLES[1][2]
OWN = "Nobody counted this before."


def counted(text: str) -> dict:
    """What a kernel answers."""
    return TokenCalculator(text).answer


def listed() -> list[tuple[str, tokens.Count]]:
    """(name, count of the English example) of each model in the table."""
    return [(each["name"], tokens.count(ENGLISH, each["id"])) for each in TokenCalculator().models]


# Python ------------------------------------------------------------------------------------------


def test_it_counts_and_links():
    calculator, theirs, total = TokenCalculator("hello world"), ipywidgets.Textarea(), ipywidgets.IntText()
    assert calculator.tokens == 2
    ipywidgets.link((calculator, "text"), (theirs, "value"))
    ipywidgets.dlink((calculator, "tokens"), (total, "value"))
    theirs.value = CHINESE
    assert calculator.tokens == total.value == len(tokens.encode(CHINESE))
    with pytest.raises(traitlets.TraitError):
        calculator.tokens = 5


def test_its_repr_is_stable():
    assert repr(TokenCalculator("hello world")) == "TokenCalculator(text='hello world', tokens=2)"


@pytest.mark.parametrize("wrong", [None, 5, float("nan"), float("inf"), b"text", "x" * (LONGEST + 1)])
def test_what_is_no_text_gets_a_message_and_changes_nothing(wrong):
    calculator = TokenCalculator("hello world")
    calculator.text = wrong
    assert (calculator.text, calculator.tokens) == ("hello world", 2)
    assert calculator.message.endswith("The old text stays.")
    calculator.text = "x" * LONGEST
    assert calculator.message == ""


def test_half_a_surrogate_pair_can_travel():
    calculator = TokenCalculator("a\ud83db")
    assert calculator.text == "a\ufffdb"
    json.dumps(calculator.get_state(), allow_nan=False, ensure_ascii=False).encode("utf-8")


@given(st.text(max_size=200))
def test_the_units_are_the_text(text):
    calculator = TokenCalculator(text)
    assert "".join(piece for piece, _ in calculator.answer["units"]) == text
    assert sum(number for _, number in calculator.answer["units"]) == calculator.tokens == len(tokens.encode(text))


def test_parts_of_a_character_are_one_unit():
    assert TokenCalculator("ok 👍🏽").answer["units"] == [["ok", 1], [" 👍", 1], ["🏽", 2]]


def test_a_long_text_is_counted_whole_and_drawn_in_part():
    calculator = TokenCalculator("請 a" * (LONGEST // 3))
    assert len(calculator.answer["units"]) == DRAWN
    assert calculator.tokens == len(tokens.encode(calculator.text)) > DRAWN


def test_the_twin_says_what_the_widget_shows():
    twin = TokenCalculator().twin()
    assert "Could│ you│ find│" in twin
    assert FACTS.checked_on.isoformat() in twin
    for each in TokenCalculator().models:
        count = tokens.count(ENGLISH, each["id"])
        mark = "exact" if count.exact else f"estimate ({count.low} to {count.high})"
        assert f"{each['name']}</th><td>{count.tokens}</td><td>{mark}</td>" in twin
    assert "<sub>\N{MULTIPLICATION SIGN}2</sub>" in TokenCalculator(CHINESE).twin()


def test_the_twin_shows_markup_as_text():
    assert "<script>" not in TokenCalculator("<script>alert(1)</script>").twin()


def test_costs_are_tokens_times_the_catalog_s_price():
    exact = next(each for each in TokenCalculator().models if each["exact"])
    row = TokenCalculator().twin().split(f"{exact['name']}</th>")[1].split("</tr>")[0]
    price = {way: float(FACTS.price(exact["id"], way).price) / 1e6 for way in ("input", "output")}
    number = len(tokens.encode(ENGLISH))
    shown = [float(cell.split("<")[0]) for cell in row.split("$")[1:]]
    expected = [times * number * price[way] for times in (1, 1000) for way in ("input", "output")]
    assert shown == pytest.approx(expected, rel=0.05)
    assert shown != pytest.approx([0] * 4)


# The page without a kernel -----------------------------------------------------------------------


@pytest.fixture
def page(mount):
    return mount(TokenCalculator())


def summary(page) -> str:
    return page.get_by_role("status").inner_text()


def row(page, name: str) -> list[str]:
    cells = page.locator("tbody tr").filter(has=page.get_by_role("rowheader", name=name, exact=True)).locator("td")
    return [cell.replace("\u2060", "") for cell in cells.all_inner_texts()]


def type_own(page, text=OWN):
    page.get_by_label("Your text").fill(text)
    page.wait_for_function("document.querySelector('.summary').textContent.startsWith('Roughly')")


@pytest.mark.parametrize(("label", "lang", "text"), EXAMPLES)
def test_an_example_is_exact_without_a_kernel(page, label, lang, text):
    button = page.get_by_role("button", name=label, exact=True)
    button.click()
    number = len(tokens.encode(text))
    assert (
        summary(page) == f"{number} tokens for {len(text)} characters: {len(text) / number:.1f} characters a token."
    )
    assert button.get_attribute("aria-pressed") == "true"
    assert page.locator("button[aria-pressed=true]").count() == 1
    assert page.get_by_label("Your text").input_value() == text
    assert page.get_by_label("Your text").get_attribute("lang") == lang
    drawn = page.locator(".unit").evaluate_all("units => units.map((unit) => unit.firstChild.textContent).join('')")
    assert drawn == text


def test_the_page_counts_as_python_does_and_shows_the_dollars_of_the_twin(page):
    twin = TokenCalculator().twin()
    for name, count in listed():
        number, mark, *dollars = row(page, name)
        assert number == str(count.tokens), name
        assert mark == ("exact" if count.exact else f"estimate ({count.low}–{count.high})"), name
        assert all(f"<td>{cell}</td>" in twin for cell in dollars), name


def test_characters_cut_into_parts_are_marked(page):
    page.get_by_role("button", name="中文").click()
    units = [number for _, number in counted(CHINESE)["units"] if number > 1]
    assert units
    assert page.locator(".split sub").all_inner_texts() == [f"\N{MULTIPLICATION SIGN}{number}" for number in units]
    assert "take several tokens" in page.locator(".legend").inner_text()


def test_own_text_gets_an_estimate_that_says_so(page):
    type_own(page)
    assert "An estimate, usually within 35%." in summary(page)
    assert page.locator(".unit").count() == 0
    assert "open the lesson in Jupyter" in page.locator(".legend").inner_text()
    assert all(row(page, name)[1].startswith("estimate") for name, _ in listed())
    page.get_by_label("Your text").fill("")
    page.wait_for_function("document.querySelector('.summary').textContent.startsWith('0 tokens')")
    assert row(page, listed()[0][0])[:2] == ["0", "estimate (0–0)"]


SENTENCES = [
    "Please book the hotel for my family, and send the bill to the office by Friday.",
    data.path("house_rules.md").read_text(encoding="utf-8"),
    "Je voudrais réserver une chambre pour deux personnes avec vue sur la mer.",
    "Könnten Sie uns im Mai ein ruhiges Hotel in Strandnähe für zwei Erwachsene suchen?",
    "我們想在五月去海邊玩，請問有沒有適合小朋友的飯店？謝謝您的幫忙。",
    "您能帮我们找一家五月份靠近海边、适合两个大人和两个孩子的安静酒店吗？",
    "来月の出張のために、駅から近いホテルを予約していただけますか。",
    "5월에 어른 두 명과 아이 두 명이 묵을 해변 근처의 조용한 호텔을 찾아 주시겠어요?",
    "Не могли бы вы найти нам тихий отель у моря для двух взрослых и двух детей?",
    "هل يمكنك أن تجد لنا فندقا هادئا قرب الشاطئ لشخصين بالغين وطفلين في مايو؟",
    "ช่วยหาโรงแรมเงียบ ๆ ใกล้ชายหาดสำหรับผู้ใหญ่สองคนและเด็กสองคนในเดือนพฤษภาคม",
    "क्या आप हमारे लिए मई में समुद्र तट के पास एक शांत होटल ढूंढ सकते हैं?",
    'for row in rows:\n    total += row["tokens"] * price[row["model"]]\nprint(f"{total:.2f}")\n',
    "🏖️🌊☀️🎉 Two weeks! 👍🏽👍🏽",
]


def test_the_estimate_is_as_good_as_it_says(page):
    type_own(page)  # after the first, no text waits for a kernel
    for text in SENTENCES:
        page.get_by_label("Your text").fill(text)
        page.wait_for_function("(text) => M.get('text') === text", arg=text)
        rough = int(summary(page).removeprefix("Roughly ").split()[0].replace(",", ""))
        assert math.isclose(rough, len(tokens.encode(text)), rel_tol=ROUGH_SHARE), text


def test_the_text_has_a_limit_that_is_told(page):
    page.get_by_label("Your text").fill("word " * LONGEST)
    entry = page.get_by_label("Your text")
    entry.press("End")
    entry.press_sequentially("x")
    assert page.get_by_role("alert").inner_text() == f"The text stops at {LONGEST:,} characters."
    page.evaluate("M.set('message', 'The text must be a string.')")
    assert page.get_by_role("alert").inner_text() == "The text must be a string."


def test_keys_stay_in_the_widget_but_for_escape(page):
    page.evaluate("() => { window.leaked = []; document.addEventListener('keydown', (e) => leaked.push(e.key)); }")
    entry = page.get_by_label("Your text")
    for key in ("ArrowRight", "Space", "f", "s", "Home", "PageDown", "Escape"):
        entry.press(key)
    assert page.evaluate("leaked") == ["Escape"]


def test_old_prices_are_called_old(mount):
    page = mount(TokenCalculator(), alone=True)

    def caption_on(day):
        page.clock.set_fixed_time(day)
        page.evaluate("remount()")
        return page.locator("caption").inner_text()

    assert "98 days old" in caption_on("2027-03-01")
    assert "days old" not in caption_on("2027-02-20")


def test_every_number_has_its_source(page):
    page.locator("summary").click()
    links = page.locator("details a").evaluate_all("links => links.map((link) => link.href)")
    for each in TokenCalculator().models:
        assert {each["source_url"], each["price_url"]} <= set(links)
        assert each["note"] in page.locator("details").inner_text()


# Colours do not depend on the width: dark once.
@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("light", 700), ("light", 360), ("dark", 1200)])
def test_it_is_accessible_and_fits(mount, theme, width):
    page = mount(TokenCalculator(), theme=theme, width=width)
    page.locator("summary").click()
    for show in (lambda: page.get_by_role("button", name="Emoji").click(), lambda: type_own(page)):
        show()
        page.locator(".token-calculator:not(.waiting)").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [found["id"] for found in violations(page) if found["impact"] in ("serious", "critical")] == []


# The page with a kernel --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kernel(stage):
    stage.expose_function("kernel", counted)


@pytest.fixture
def live(kernel, page):
    """A page whose texts a kernel counts, a little later."""
    page.evaluate(
        "() => { M.save_changes = async () => { const answer = await kernel(M.get('text'));"
        " setTimeout(() => M.set('answer', answer), 60); }; }"
    )
    return page


def answered(page, text):
    page.wait_for_function("(text) => M.get('answer').text === text", arg=text)


def test_own_text_is_exact_with_a_kernel(live):
    live.get_by_label("Your text").fill(OWN)
    answered(live, OWN)
    assert summary(live).startswith(f"{len(tokens.encode(OWN))} tokens for {len(OWN)} characters")
    assert live.locator(".unit").count() == len(counted(OWN)["units"])


def test_an_answer_never_overwrites_what_is_being_typed(live):
    entry, text = live.get_by_label("Your text"), "one two three four five"
    entry.fill("")
    for word in text.split(" "):
        entry.press_sequentially(word if word == "one" else f" {word}", delay=20)
        live.wait_for_timeout(230)  # longer than a pause in typing: each word is sent, and its answer comes later
    answered(live, text)
    assert entry.input_value() == text


def test_a_late_kernel_replaces_the_estimate(page):
    type_own(page)
    page.evaluate("(answer) => M.set('answer', answer)", counted(OWN))
    assert summary(page).startswith(f"{len(tokens.encode(OWN))} tokens")


def test_an_answer_to_another_text_is_not_shown(page):
    type_own(page)
    page.evaluate("(answer) => M.set('answer', answer)", counted("something else"))
    assert page.get_by_label("Your text").input_value() == OWN
    assert page.locator(".unit").count() == 0 or "something" not in page.locator(".pieces").inner_text()


def test_a_text_set_in_python_is_shown(live):
    live.evaluate("([text, answer]) => { M.set('text', text); M.set('answer', answer); }", [OWN, counted(OWN)])
    assert live.get_by_label("Your text").input_value() == OWN
    assert summary(live).startswith(f"{len(tokens.encode(OWN))} tokens")


def test_line_ends_are_shown(live):
    text = "a:\n    b\n\nc"
    live.get_by_label("Your text").fill(text)
    answered(live, text)
    assert "".join(live.locator(".unit").all_text_contents()) == "a:↵    b↵↵c"
    assert live.locator(".pieces br").count() == 2


def test_a_second_drawing_shows_the_same(page):
    page.get_by_role("button", name="Español").click()
    before = summary(page)
    page.evaluate("remount()")
    assert summary(page) == before
    assert page.locator(".token-calculator").count() == 1
