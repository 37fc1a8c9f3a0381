"""The chat panel in JupyterLab, by keyboard and by mouse, and in a deck with the network off."""

import re
import shutil

import hands
import pytest
from pages import lesson_in_jupyterlab, save_notebook, slide_fits, turn_to, use_theme

from course.publish import notebooks, slides
from course.publish.lesson import Lesson
from course.widgets import ChatPanel
from course.widgets.chat import PACE

PROMPTS = [
    "What is a token?",
    "Summarise in one sentence: Our flight was cancelled last night. We are four people and wait at the airport.",
    "שלום, אני צריך חדר 🙂",
]
NAME = "90_chat"
SOURCE = f"""# %% [markdown] label="title" slideshow={{"slide_type": "slide"}}
# # Chat by hand

# %% label="prompts" slideshow={{"slide_type": "skip"}}
prompts = {PROMPTS!r}

# %% [markdown] label="heading" slideshow={{"slide_type": "slide"}}
# ## Ask the practice model yourself

# %% label="panel" tags=["hide-input"]
from course.widgets import ChatPanel

panel = ChatPanel(allowance=6, recording=prompts)
panel

# %% label="seconds" slideshow={{"slide_type": "skip"}}
print("Seconds for a message:", panel.seconds_per_message and round(panel.seconds_per_message, 1))

# %% label="busy" slideshow={{"slide_type": "skip"}}
import time

time.sleep(0)
"""
RECORDING = ChatPanel(recording=PROMPTS).recording
MORE = ["What is an API key?", "What is a rate limit?"]
ANSWERS = [turn["answer"] for turn in ChatPanel(recording=MORE).recording]
FILE = "The hotel is called Pine Lodge.\nIt has 31 rooms."


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """A small lesson with a panel, executed."""
    folder = tmp_path_factory.mktemp("chat") / "notebooks" / "source"
    folder.mkdir(parents=True)
    (folder / f"{NAME}.py").write_text(SOURCE, encoding="utf-8")
    made = Lesson(folder / f"{NAME}.py")
    notebooks.build([made])
    return made


@pytest.fixture(scope="module")
def page(browser, jupyterlab, lesson):
    """The lesson in JupyterLab with all its cells run."""
    shutil.copy(lesson.notebook, jupyterlab.folder / "notebooks")
    with lesson_in_jupyterlab(browser, jupyterlab, NAME, height=1000) as page:
        yield page


@pytest.fixture
def chat(page):
    panel = page.locator(".chat")
    panel.scroll_into_view_if_needed()
    return panel


def box(chat):
    return chat.get_by_label("Your message", exact=True)


def press(chat, name):
    chat.get_by_role("button", name=name, exact=True).click()


def texts(chat):
    return chat.locator(".chat-text").evaluate_all("all => all.map((each) => each.textContent)")


def answered(chat):
    """What is said once the answer is complete."""
    chat.locator(".chat-writing").wait_for(state="detached")
    return texts(chat)[-1]


def left(chat):
    return int(re.search(r": (\d+) of 6 messages left", chat.locator(".chat-left").inner_text())[1])


def run_cell(page, part, code=None):
    """Run the cell whose code holds a part, first with other code in its place if given; gives the cell."""
    cell = page.locator(".jp-CodeCell").filter(has_text=part)
    cell.locator(".cm-content").click()
    if code:
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text(code)
    page.keyboard.press("ControlOrMeta+Enter")
    return cell


def set_pace(page, seconds):
    """Have Python wait so long between two pieces of an answer."""
    code = f"import time\n\nimport course.widgets.chat\n\ntime.sleep(0)\ncourse.widgets.chat.PACE = {seconds}"
    cell = run_cell(page, "time.sleep", f'{code}\nprint("The pace is", {seconds})')
    cell.get_by_text(f"The pace is {seconds}").wait_for()


# ---- in JupyterLab ----------------------------------------------------------------------------------------------


def test_a_conversation_by_keyboard_alone(page, chat):
    chat.get_by_role("button", name="New conversation").focus()
    keyboard = page.keyboard
    for _ in range(2):
        keyboard.press("Tab")
    assert box(chat).evaluate("box => box === document.activeElement"), "New conversation, log, message"
    keyboard.type(PROMPTS[0])
    keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.chat-text')[1]?.textContent.length > 20")
    assert len(texts(chat)[1]) < len(RECORDING[0]["answer"]), "it is written piece by piece"
    assert answered(chat) == RECORDING[0]["answer"]
    assert chat.get_by_role("status").inner_text() == f"Practice model: {RECORDING[0]['answer']}"
    keyboard.type("one")
    keyboard.press("Shift+Enter")
    keyboard.type("dd")
    assert box(chat).input_value() == "one\ndd"
    assert page.locator(".jp-CodeCell").count() == 4, "no key is taken for a command"
    keyboard.press("ControlOrMeta+a")
    keyboard.type(MORE[0])
    keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.chat-text')[3]?.textContent.length > 20")
    keyboard.press("Escape")
    chat.get_by_text("You stopped this answer.").wait_for()
    so_far = texts(chat)[3]
    assert ANSWERS[0].startswith(so_far)
    assert so_far != ANSWERS[0]
    keyboard.type("still here")
    assert box(chat).input_value() == "still here"
    box(chat).fill("")
    assert texts(chat)[3] == so_far
    assert left(chat) == 4


def test_python_is_free_while_an_answer_is_written(page, chat):
    set_pace(page, 1)  # however slow this computer is, the cell below has run before the answer is complete
    box(chat).fill(MORE[1])
    box(chat).press("Enter")
    chat.locator(".chat-writing").wait_for()
    cell = run_cell(page, "Seconds for a message")
    cell.get_by_text(re.compile(r"Seconds for a message: \d")).wait_for()
    assert chat.locator(".chat-writing").count() == 1
    set_pace(page, PACE)
    assert answered(chat) == ANSWERS[1]


def test_a_program_reads_the_learners_seconds(page, chat):
    shown = re.search(r"([\d.]+) s for each of (\d+) messages", chat.locator(".chat-watch").inner_text())
    cell = run_cell(page, "Seconds for a message")
    told = cell.get_by_text(re.compile(rf"Seconds for a message: {float(shown[1]):.1f}\b"))
    told.wait_for()
    assert int(shown[2]) == 3


def test_conversations_file_and_plan_by_mouse(page, chat):
    press(chat, "New conversation")
    assert texts(chat) == []
    with page.expect_file_chooser() as chooser:
        press(chat, "Attach a text file")
    chooser.value.set_files({"name": "hotel.txt", "mimeType": "text/plain", "buffer": FILE.encode()})
    chat.locator(".chat-chip").get_by_text("hotel.txt").wait_for()
    box(chat).fill("How many rooms are there?")
    press(chat, "Send")
    assert answered(chat) == "It has 31 rooms."
    press(chat, "Regenerate")
    assert answered(chat) == "It has 31 rooms."
    assert len(texts(chat)) == 2
    press(chat, PROMPTS[0])
    assert len(texts(chat)) == 6
    press(chat, "How many rooms are there?")
    box(chat).fill("Thank you")
    press(chat, "Send")
    answered(chat)
    assert left(chat) == 0
    assert chat.get_by_text("You have used all 6 messages of the Practice plan.").is_visible()
    assert chat.get_by_role("button", name="Send").is_disabled()
    press(chat, "Fast-forward the clock")
    assert left(chat) == 6


def test_an_answer_comes_though_python_is_busy(page, chat):
    run_cell(page, "time.sleep", "import time\n\ntime.sleep(3)")
    box(chat).fill(PROMPTS[2])
    box(chat).press("Enter")
    assert answered(chat).startswith("I am the practice model")
    assert chat.locator(".problem").inner_text() == ""
    assert chat.locator(".chat-text").nth(-2).evaluate("text => getComputedStyle(text).direction") == "rtl"


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_nothing_serious_for_assistive_technology(page, chat, theme):
    use_theme(page, theme)
    assert hands.serious_findings(page, ".chat") == {}


def test_conversations_outlive_the_page(page, chat):
    before = texts(chat)
    save_notebook(page)
    page.reload()
    chat.locator(".chat-text").first.wait_for(timeout=60_000)
    assert texts(chat) == before
    assert chat.get_by_role("navigation").get_by_role("button").count() == 2


def test_the_console_stayed_quiet(page):
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []


# ---- in a deck --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def deck(lesson, tmp_path_factory):
    return slides.export(lesson, tmp_path_factory.mktemp("slides"))


@pytest.fixture
def slide(offline_page, deck):
    """The panel on its slide."""
    offline_page.goto(deck.as_uri())
    offline_page.wait_for_function("Reveal.isReady()")
    turn_to(offline_page, "90-panel")
    panel = offline_page.locator("[id='90-panel'] [data-widget]")
    panel.locator("button").first.wait_for()
    yield panel
    assert [url for url in offline_page.asked if not url.startswith(("file:", "blob:"))] == []
    assert offline_page.complaints == []


def said(number):
    return [text for turn in RECORDING[:number] for text in (turn["prompt"], turn["answer"])]


def test_the_deck_replays_the_recording_by_mouse(offline_page, slide):
    assert slide.get_by_text("Recorded conversation", exact=True).is_visible()
    assert box(slide).is_disabled()
    assert slide.get_by_text("nothing can be typed").is_visible()
    assert texts(slide) == said(1)
    for number in (2, 3):
        press(slide, f"Next message ({number} of 3)")
        answered(slide)
        assert texts(slide) == said(number)
        assert slide_fits(offline_page)
    scale = offline_page.evaluate(
        "getComputedStyle(Reveal.getCurrentSlide().querySelector('.page')).getPropertyValue('--scale')"
    )
    assert float(scale or 1) > 0.8, "it can be read from the last row"
    assert hands.serious_findings(offline_page) == {}
    press(slide, "Start again")
    assert texts(slide) == said(1)


def test_the_deck_replays_the_recording_by_keyboard(offline_page, slide):
    before = offline_page.evaluate("Reveal.getIndices()")
    offline_page.clock.install(time=0)
    offline_page.clock.pause_at(1000)  # no answer is written to its end while a key is on its way
    slide.get_by_role("button").focus()
    offline_page.keyboard.press("Enter")
    assert slide.get_by_role("button").inner_text() == "Show the whole answer"
    offline_page.keyboard.press("Escape")
    assert texts(slide) == said(2)
    offline_page.keyboard.press("Space")
    offline_page.keyboard.press("Space")
    assert texts(slide) == said(3)
    for key in ("ArrowRight", "n", "Home"):
        offline_page.keyboard.press(key)
    assert offline_page.evaluate("Reveal.getIndices()") == before, "no key turns the page"


def test_without_javascript_the_recording_is_there_to_read(browser, deck):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(deck.as_uri())
    shown = page.locator("[id='90-panel']")
    read = shown.locator(".output.text").inner_text()
    assert [text for text in said(3) if text not in read] == []
    context.close()
