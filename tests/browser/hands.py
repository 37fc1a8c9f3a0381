"""What a reader's hands do to the widgets of a lesson, in JupyterLab and in the slides alike."""

import re

from pages import violations

from course import quiz

BILLING = "02_billing"
RUBBISH = ("", "ten", "NaN", "Infinity", "1e999", "-5", "999999999", "2.5")
SENTENCE = "Lantern Travel finds a quiet beach."

# ---- cost sliders -----------------------------------------------------------------------------------------------


def move_every_slider_to_both_ends(widget, sliders, sane):
    """Have the page move each slider and type beside it; drag, step by keys and type beside the first one by hand.
    The figures follow, stay `sane`, and keep out rubbish.
    """
    widget.locator(".controls summary").click()
    _move_to_both_ends(widget, sliders[0], lambda widget: sane(_shown(widget)))
    _let_the_page_move(widget, sliders, sane)


def _move_to_both_ends(widget, slider, figures):
    label = slider["label"]
    handle = widget.get_by_role("slider", name=label, exact=True)
    entry = widget.get_by_label(f"{label}, typed")
    start = entry.input_value()
    low, high = _ends(slider)
    ways = {
        "dragged": (lambda: _drag(handle, -1), lambda: _drag(handle, 1)),
        "by keys": (lambda: handle.press("Home"), lambda: handle.press("End")),
        "typed": (lambda: type_into(entry, f"{low:g}"), lambda: type_into(entry, f"{high:g}")),
    }
    for way, (to_low, to_high) in ways.items():
        to_low()
        at_low = figures(widget)
        assert number(entry) == low, (label, way)
        to_high()
        at_high = figures(widget)
        assert number(entry) == high, (label, way)
        assert at_low != at_high, f"{label}, {way}: the figures stand still"
        assert message(widget) == ""
    for outside in (low - 1, high + 1):
        type_into(entry, f"{outside:g}")
        assert figures(widget) == at_high
        assert message(widget).startswith(f"{label}: must be from "), outside
        assert number(entry) == high
    type_into(entry, start)
    figures(widget)


# What hands do to one slider, the page does to all in one go, in a tenth of the time. And it looks whether hands
# could: each slider has its name, and nothing lies over it.
MOVE_ALL = """async (figures, moves) => {
  const panel = figures.closest(".slider-panel"), problem = panel.querySelector("[role=alert]"), seen = [];
  const tell = (field, ...types) => types.forEach((type) => field.dispatchEvent(new Event(type, { bubbles: true })));
  for (const { label, typed } of moves) {
    const entry = panel.querySelector(`[aria-label="${label}, typed"]`), start = entry.value;
    const range = entry.closest(".slider").querySelector("[type=range]");
    const look = async (way, to) => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const shown = [...figures.querySelectorAll(".value, .note")].map((each) => each.textContent);
      seen.push({ label, way, to, shown, entry: entry.value, message: problem.textContent });
    };
    const type = (text) => ((entry.value = text), tell(entry, "input", "change"));
    range.scrollIntoView({ block: "center" });
    const { x, y, width, height } = range.getBoundingClientRect();
    const top = panel.getRootNode().elementFromPoint(x + width / 2, y + height / 2);
    if (top !== range || range.labels[0].textContent !== label) throw new Error(`${label}: ${top?.outerHTML}`);
    for (const place of ["min", "max"]) {
      range.value = range[place];
      tell(range, "input", "change");
      await look("moved", place);
    }
    for (const [place, text] of Object.entries(typed)) {
      type(text);
      await look("typed", place);
    }
    type(start);
  }
  return seen;
}"""


def _let_the_page_move(widget, sliders, sane):
    ends = {slider["label"]: _ends(slider) for slider in sliders}
    moves = [
        {
            "label": label,
            "typed": {"min": f"{low:g}", "max": f"{high:g}", "below": f"{low - 1:g}", "above": f"{high + 1:g}"},
        }
        for label, (low, high) in ends.items()
    ]
    seen = widget.locator(".figures").evaluate(MOVE_ALL, moves)
    figures = {(each["label"], each["way"], each["to"]): sane(each["shown"]) for each in seen}
    assert len(figures) == 6 * len(sliders)
    for each in seen:
        label, way, to = each["label"], each["way"], each["to"]
        assert float(each["entry"].replace(",", "")) == ends[label][to != "min"], (label, way, to)
        if to in ("min", "max"):
            assert each["message"] == "", (label, way, to)
            assert figures[label, way, "min"] != figures[label, way, "max"], (
                f"{label}, {way}: the figures stand still"
            )
        else:
            assert each["message"].startswith(f"{label}: must be from "), (label, to)
            assert figures[label, way, to] == figures[label, way, "max"], (label, to)


def type_rubbish(widget):
    """What is no number of people gets a message and changes nothing."""
    entry = widget.get_by_label("People, typed")
    before = entry.input_value(), figures(widget)
    for rubbish in RUBBISH:
        type_into(entry, rubbish)
        assert (figures(widget), entry.input_value()) == before[::-1], rubbish
        assert message(widget).startswith("People: must be "), rubbish
        assert message(widget).endswith(f"It stays at {before[0]}."), rubbish
    type_into(entry, "7")
    assert figures(widget) != before[1]
    assert (number(entry), message(widget)) == (7, "")


def figures(widget) -> list[str]:
    """What the plan, the meter and their meeting point say once the page has drawn again: all of them numbers."""
    return sane_costs(_shown(widget))


def sane_costs(shown: list[str]) -> list[str]:
    plan, seats, meter, size, meeting, _ = shown
    assert re.fullmatch(r"\$[\d,]+(\.\d\d)?", plan), shown
    assert re.fullmatch(r"a month for \d+ seats?", seats), shown
    assert re.fullmatch(r"\$[\d,]+(\.\d\d)?", meter), shown
    assert re.fullmatch(r"a month for [\d.,]+[KMB]? conversations, [\d.,]+[KMBT]? tokens", size), shown
    assert re.fullmatch(r"([\d.,]+|under 0\.1) a day|never", meeting), shown
    return shown


def _shown(widget) -> list[str]:
    return widget.locator(".figures").evaluate(
        """async (figures) => {
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          return [...figures.querySelectorAll(".value, .note")].map((each) => each.textContent);
        }"""
    )


def sane_work(shown: list[str]) -> list[str]:
    """What a person's and a program's month cost, and from where the program pays: all of them numbers."""
    person, _, program, _, even, _ = shown
    assert re.fullmatch(r"\$[\d,]+(\.\d\d)?", person), shown
    assert re.fullmatch(r"\$[\d,]+(\.\d\d)?", program), shown
    assert re.fullmatch(r"[\d,]+|never", even), shown
    return shown


def message(widget) -> str:
    return widget.get_by_role("alert").inner_text()


def number(entry) -> float:
    return float(entry.input_value().replace(",", ""))


def type_into(entry, text: str):
    entry.fill(text)
    entry.press("Enter")


def _ends(slider: dict) -> tuple[float, float]:
    return _as_typed(slider["stops"][0], slider), _as_typed(slider["stops"][-1], slider)


def _as_typed(stop: float, slider: dict) -> float:
    """A stop of a slider as it stands in the entry beside it."""
    return round(stop * (100 if slider["percent"] else 1), 6)


def _drag(handle, side: int):
    """Take a slider's handle and pull it beyond its left (-1) or right (1) end."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    mouse = handle.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2 + side * (box["width"] / 2 + 20), box["y"] + 5, steps=4)
    mouse.up()


# ---- token calculator -------------------------------------------------------------------------------------------


def count_tokens(widget) -> str:
    """Type a sentence and give what is said of its tokens, once every model has a row for it."""
    widget.get_by_role("textbox").fill(SENTENCE)
    said = widget.get_by_role("status").filter(has_text=f"tokens for {len(SENTENCE)} characters")
    said.wait_for()
    assert widget.locator("tbody tr").count() >= 9
    return said.inner_text()


# ---- quiz -------------------------------------------------------------------------------------------------------


def answer_by_mouse(widget, lesson=BILLING):
    """Answer every question of a lesson's quiz, first wrongly, then rightly."""
    for index in range(len(quiz.load(lesson))):
        answer_one_by_mouse(widget, lesson, index)
    widget.get_by_role("button", name="Result", exact=True).click()
    check_result(widget, lesson)


def answer_one_by_mouse(widget, lesson, index):
    question = quiz.load(lesson)[index]
    widget.locator(".quiz-step").nth(index).click()
    for answer, told in zip(_answers(question), ("Not right yet (1 try)", "Right (2 tries)"), strict=True):
        if isinstance(answer, str):
            widget.get_by_label("Your answer").fill(answer)
        else:
            for place in answer:
                widget.locator(".quiz-option input").nth(place).check()
        widget.get_by_role("button", name="Check answer").click()
        _check_feedback(widget, question, answer, told)


def answer_by_keyboard(widget, lesson=BILLING):
    """Start again from the result, and answer every question as `answer_by_mouse` does, all without a mouse."""
    keyboard = widget.page.keyboard
    _tab_to(widget, "Start again")
    keyboard.press("Enter")
    assert widget.locator(":focus").inner_text() == "Keep my answers"
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    for question in quiz.load(lesson):
        keyboard.press("Tab")
        wrong, right = _answers(question)
        _KEYS[question["type"]](keyboard, wrong, len(question["answers"]), at=None)
        keyboard.press("Enter")
        _check_feedback(widget, question, wrong, "Not right yet (1 try)")
        _KEYS[question["type"]](keyboard, right, len(question["answers"]), at=wrong)
        keyboard.press("Enter")
        _check_feedback(widget, question, right, "Right (2 tries)")
        keyboard.press("Enter")  # on “Next question”
    check_result(widget, lesson)


def check_result(widget, lesson=BILLING):
    """The quiz shows that each answer was wrong once and then right."""
    questions = quiz.load(lesson)
    points = sum(question["points"] for question in questions)
    result = widget.locator(".quiz-result").inner_text()
    assert f"Your result: {points} of {points} points" in result
    assert f"{len(questions)} right after more tries" in result


def _answers(question) -> tuple:
    """A wrong answer and the right one: a text to type, or the places of options to choose, as they are shown."""
    if question["type"] in ("numeric", "string"):
        right = next(answer for answer in question["answers"] if answer.get("correct"))
        return "7777", str(right.get("value", right.get("answer")))
    shown = [question["answers"][index]["correct"] for index in quiz.order(question)]
    right = [place for place, correct in enumerate(shown) if correct]
    return ([shown.index(False)] if question["type"] == "multiple_choice" else right[:1]), right


def _check_feedback(widget, question, answer, told):
    feedback = widget.locator(".quiz-feedback").inner_text()
    assert told in feedback, question["id"]
    if not isinstance(answer, str):
        order = quiz.order(question)
        assert all(question["answers"][order[place]]["feedback"] in feedback for place in answer), question["id"]


def _type_by_keys(keyboard, answer, _count, at):
    if at is not None:
        keyboard.press("ControlOrMeta+a")
    keyboard.type(answer)


def _choose_one_by_keys(keyboard, answer, count, at):
    """Arrow keys choose as they move, and go round."""
    if at is None:
        keyboard.press("Space")
        at = [0]
    for _ in range((answer[0] - at[0]) % count):
        keyboard.press("ArrowDown")


def _choose_many_by_keys(keyboard, answer, _count, at):
    """The focus stands on the option that was chosen last, or on the first one."""
    chosen = at or []
    focus = chosen[-1] if chosen else 0
    for place in answer:
        if place not in chosen:
            for _ in range(place - focus):
                keyboard.press("Tab")
            keyboard.press("Space")
            focus = place


_KEYS = {
    "numeric": _type_by_keys,
    "string": _type_by_keys,
    "multiple_choice": _choose_one_by_keys,
    "many_choice": _choose_many_by_keys,
}


def _tab_to(widget, name: str):
    for _ in range(widget.locator(".quiz-step").count() + 5):
        widget.page.keyboard.press("Tab")
        if widget.locator(":focus").inner_text() == name:
            return
    raise AssertionError(f"the Tab key does not come to “{name}”")


# ---- assistive technology ---------------------------------------------------------------------------------------


def serious_findings(page, part=None) -> dict:
    """What axe-core calls serious or critical, by rule: on a page, or a part of it (a selector or a handle)."""
    found = violations(page, part)
    return {each["id"]: each["nodes"][0]["html"][:200] for each in found if each["impact"] in ("serious", "critical")}
