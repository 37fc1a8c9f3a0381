"""What a reader's hands do to the widgets of the billing lesson, in JupyterLab and in the slides alike."""

import re

from axe_playwright_python.sync_playwright import Axe

from course import quiz
from course.widgets.cost_sliders import SLIDERS

QUESTIONS = quiz.load("02_billing")
RUBBISH = ("", "ten", "NaN", "Infinity", "-5", "999999999", "2.5")


def move_every_slider_to_both_ends(widget):
    """Drag each slider of `widget`, step it by keys and type beside it; the figures follow and stay sane."""
    page = widget.page
    widget.locator(".controls summary").click()
    for slider in SLIDERS:
        handle = widget.get_by_role("slider", name=slider["label"], exact=True)
        entry = widget.get_by_label(f"{slider['label']}, typed")
        start = entry.input_value()
        low, high = (spoken(stop, slider) for stop in (slider["stops"][0], slider["stops"][-1]))
        for side, end in ((-1, low), (1, high)):
            drag(page, handle, side)
            check_figures(widget)
            assert number(entry) == end, f"{slider['label']}, dragged"
        for key, end in (("Home", low), ("End", high)):
            handle.press(key)
            check_figures(widget)
            assert number(entry) == end, f"{slider['label']}, {key}, {number(entry)}"
        for end in (low, high):
            entry.fill(f"{end:g}")
            entry.press("Enter")
            check_figures(widget)
            assert number(entry) == end, f"{slider['label']}, typed"
            assert widget.get_by_role("alert").inner_text() == ""
        entry.fill(start.replace(",", ""))
        entry.press("Enter")


def type_rubbish(widget):
    """What is no number gets a message and changes nothing."""
    entry = widget.get_by_label("People, typed")
    before = entry.input_value()
    figures = widget.locator(".figures").inner_text()
    for rubbish in RUBBISH:
        entry.fill(rubbish)
        entry.press("Enter")
        check_figures(widget)
        assert "People: must be" in widget.get_by_role("alert").inner_text(), rubbish
        assert entry.input_value() == before
        assert widget.locator(".figures").inner_text() == figures
    entry.fill("7")
    entry.press("Enter")
    check_figures(widget)
    assert number(entry) == 7
    assert widget.get_by_role("alert").inner_text() == ""


def drag(page, handle, side: int):
    """Take a slider's handle and pull it beyond its left (-1) or right (1) end."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + side * (box["width"] / 2 + 20), box["y"] + 5, steps=4)
    page.mouse.up()


def check_figures(widget):
    """The figures follow with the next frame, and are numbers."""
    widget.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shown = widget.locator(".figures").inner_text()
    assert not re.search(r"NaN|Infinity|undefined|null", shown), shown
    assert len(re.findall(r"\$[\d,.]+", shown)) >= 2, shown


def number(entry) -> float:
    return float(entry.input_value().replace(",", ""))


def spoken(stop: float, slider: dict) -> float:
    """A stop of a slider as it stands in the entry beside it."""
    return round(stop * (100 if slider["percent"] else 1), 6)


def answer_by_mouse(widget):
    """Answer every question, wrongly first where it can be wrong, then rightly."""
    for index, question in enumerate(QUESTIONS):
        widget.locator(".quiz-step").nth(index).click()
        right = right_answers(question)
        if question["type"] == "multiple_choice":
            order = quiz.order(question)
            wrong = next(place for place in order if place not in right)
            for place, told in ((wrong, "Not right yet (1 try)"), (right[0], "Right (2 tries)")):
                widget.locator(".quiz-option").nth(order.index(place)).click()
                check_answer(widget, told)
                assert question["answers"][place]["feedback"] in widget.locator(".quiz-feedback").inner_text()
        elif question["type"] == "many_choice":
            order = quiz.order(question)
            widget.locator(".quiz-option").nth(order.index(right[0])).click()
            check_answer(widget, "Not right yet (1 try)")
            for place in right[1:]:
                widget.locator(".quiz-option").nth(order.index(place)).click()
            check_answer(widget, "Right (2 tries)")
        else:
            field = widget.get_by_label("Your answer")
            field.fill("7777" if question["type"] == "numeric" else "something else")
            check_answer(widget, "Not right yet (1 try)")
            field.fill(typed(question))
            check_answer(widget, "Right (2 tries)")
    widget.get_by_role("button", name="Result", exact=True).click()
    assert (
        widget.get_by_text("Your result: ").inner_text().startswith(f"Your result: {points()} of {points()} points")
    )


def answer_by_keyboard(widget):
    """Answer every question rightly at once, without touching the mouse."""
    keyboard = widget.page.keyboard
    widget.locator(".quiz legend, legend").first.evaluate("legend => legend.focus()")
    for question in QUESTIONS:
        keyboard.press("Tab")
        order, right = quiz.order(question), right_answers(question)
        if question["type"] == "multiple_choice":
            keyboard.press("Space")
            for _ in range(order.index(right[0])):
                keyboard.press("ArrowDown")
        elif question["type"] == "many_choice":
            for place in order:
                if place in right:
                    keyboard.press("Space")
                keyboard.press("Tab")
        else:
            keyboard.type(typed(question))
        keyboard.press("Enter")
        assert "Right (1 try)" in widget.locator(".quiz-feedback").inner_text(), question["id"]
        keyboard.press("Enter")
    assert (
        widget.get_by_text("Your result: ").inner_text().startswith(f"Your result: {points()} of {points()} points")
    )


def start_again(widget):
    widget.get_by_role("button", name="Result", exact=True).click()
    widget.get_by_role("button", name="Start again").click()
    widget.get_by_role("button", name="Erase and start again").click()
    widget.get_by_text(f"Question 1 of {len(QUESTIONS)}").wait_for()


def check_answer(widget, told: str):
    widget.get_by_role("button", name="Check answer").click()
    assert told in widget.locator(".quiz-feedback").inner_text()


def right_answers(question) -> list[int]:
    return [place for place, answer in enumerate(question["answers"]) if answer.get("correct")]


def typed(question) -> str:
    answer = question["answers"][right_answers(question)[0]]
    return str(answer.get("value", answer.get("answer")))


def points() -> int:
    return sum(question["points"] for question in QUESTIONS)


def count_tokens(widget):
    """Type a sentence; its tokens are counted for every model."""
    field = widget.get_by_role("textbox")
    field.fill("Lantern Travel finds a quiet beach.")
    widget.get_by_text(re.compile(r"\d+ tokens for 35 characters")).wait_for()
    assert widget.locator("tbody tr").count() >= 9


def serious_findings(page, context: str | None = None) -> dict:
    """What axe-core calls serious or critical, by rule."""
    found = Axe().run(page, context=context).response["violations"]
    return {each["id"]: each["nodes"][0]["html"][:200] for each in found if each["impact"] in ("serious", "critical")}
