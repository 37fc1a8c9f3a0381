"""The agency in the browser: as visitors and colleagues use it, and beside a notebook."""

import sys
import threading
from datetime import date
from pathlib import Path

import httpx2
import nbformat
import pytest
from hands import serious_findings
from pages import listen, run_all_cells

from course.agency import Agency
from course.agency.conversations import LATER
from course.agency.window import AgencyWindow

sys.path.append(str(Path(__file__).resolve().parent.parent / "agency"))
from visits import FORM, TODAY

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
WIDTHS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 375, "height": 700}}


@pytest.fixture
def agency():
    running = Agency(today=TODAY)
    yield running
    running.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport=WIDTHS["desktop"])
    yield listen(context.new_page())
    context.close()


def fill_in(page, form):
    for field, value in form.items():
        if field in ("language", "currency"):
            page.select_option(f"#{field}", value)
        else:
            page.fill(f"#{field}", value)


def busy(agency) -> dict[str, str]:
    """Have something on every page; gives the pages."""
    agency.on_form = lambda form: {"title": SCRIPT, "days": ["Faro", "Tavira"], "stay": {"kitchen": "yes"}}
    agency.on_chat = lambda conversation: "The deposit is thirty percent."
    agency.on_document = lambda document: {"class": "invoice", "fields": {"amount": "12 EUR"}, "summary": "A bill."}
    visitor = agency.visitor()
    trip = visitor.fill_in(FORM | {"notes": SCRIPT * 5})
    visitor.say("How much is the deposit? " + "x" * 200)
    visitor.drop("bill-" + "x" * 90 + ".txt", "Please pay.\n" + "y" * 300)
    agency.line.send("請問訂金多少")
    assert agency.wait(20)
    agency.on_form = lambda form: {}["price"]
    visitor.fill_in(FORM | {"destination": "北海道"})
    assert agency.wait(20)
    agency.crm.ask_to_write("c001", {"city": "Cork", "phone": "+353 1 555 0100"}, "She wrote that she has moved.")
    agency.crm.reject(agency.crm.ask_to_write("c002", {"city": "Leeds"}, "A guess."))
    names = ("trip", "chat", "requests", "documents", "line", "contacts", "approvals", "log")
    return {
        "first page": "",
        **{name: name for name in names},
        "answered request": trip,
        "conversation": f"chat/{visitor._conversation}",
        "document": "documents/1",
        "contact": "contacts/c001",
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_for_everybody(browser, agency, width):
    context = browser.new_context(viewport=WIDTHS[width])
    page = listen(context.new_page())
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for name, path in busy(agency).items():
        page.goto(agency.url + path)
        page.locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
        assert serious_findings(page) == {}, name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} overflows"
    assert (dialogs, page.complaints) == ([], [])
    assert [url for url in page.asked if not url.startswith(agency.url)] == []
    page.goto(agency.url + "trip")
    page.get_by_role("button", name="Send my request").click()
    assert serious_findings(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(agency.url + "nothing")
    assert serious_findings(page) == {}
    context.close()


def test_a_person_asks_for_a_trip_by_keyboard(page, agency):
    go_on = threading.Event()
    agency.on_form = lambda form: go_on.wait(30) and f"Seven days in {form['destination']}."
    page.goto(agency.url)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.get_by_role("link", name="Plan a trip").first.click()
    fill_in(page, FORM | {"email": "ana", "child_ages": "4"})
    page.get_by_label("Your name").press("Enter")
    # The page begins with what is wrong, and leads there.
    page.get_by_role("heading", name="There are 2 problems").wait_for()
    assert page.title().startswith("Error: ")
    page.locator("[role=alert]:focus").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#email:focus").wait_for()
    assert page.get_by_label("Anything else").input_value() == FORM["notes"]
    page.get_by_label("E-mail address").fill(FORM["email"])
    page.get_by_label("Ages of the children").fill("4, 7")
    page.keyboard.press("Enter")
    page.get_by_text("We are writing your proposal…").wait_for()
    go_on.set()
    page.get_by_text("Seven days in Algarve.").wait_for()
    assert page.locator("[data-poll]").count() == 0
    page.reload()
    assert len(agency.requests()) == 1


def test_a_failing_function_is_polite_outside_and_clear_inside(page, agency):
    def propose(form):
        raise ConnectionError("the gateway is away")

    agency.on_form = propose
    page.goto(agency.url + "trip")
    fill_in(page, FORM)
    page.get_by_role("button", name="Send my request").click()
    page.get_by_text(LATER).wait_for()
    page.get_by_role("link", name="What the AI has done").click()
    page.get_by_text("ConnectionError: the gateway is away").wait_for()
    agency.on_form = lambda form: "Now there is a proposal."
    page.get_by_role("button", name="Try again with Trip form 1").click()
    page.locator(".status.done").wait_for()
    page.get_by_role("link", name="Requests").click()
    page.get_by_role("link", name="Request 1").click()
    page.get_by_text("Now there is a proposal.").wait_for()


def test_the_log_shows_what_happens_as_it_happens(page, agency):
    page.goto(agency.url + "log")
    page.get_by_text("Nothing yet.").wait_for()
    agency.on_line = lambda text: "Yes."
    agency.line.send("Are you there?")
    page.get_by_text("LINE message 1").wait_for()
    page.locator(".status.done").wait_for()
    page.get_by_text("agency.on_line = <lambda>").wait_for()


def test_a_chat_by_keyboard(page, agency):
    go_on = threading.Event()

    def answer(conversation):
        yield f"About “{conversation[-1]['content']}”: "
        go_on.wait(30)
        yield f"{SCRIPT} مرحبا 🏖️"

    agency.on_chat = answer
    page.on("dialog", lambda dialog: pytest.fail(f"A script ran: {dialog.message}"))
    page.goto(agency.url + "chat")
    field = page.get_by_label("Your message")
    field.fill("Hello")
    field.press("Shift+Enter")
    field.press("Enter")
    page.get_by_text("About “Hello”:").wait_for()  # the first piece, before the second is there
    assert field.input_value() == ""
    field.fill("Too early")
    field.press("Enter")
    assert field.input_value() == "Too early"
    go_on.set()
    page.get_by_text("مرحبا 🏖️").wait_for()
    page.locator("#said:not([aria-busy])").wait_for()
    field.press("Enter")
    page.get_by_text("About “Too early”:").wait_for()
    page.locator("#said:not([aria-busy])").wait_for()
    assert page.locator(".said .who").all_inner_texts() == ["You", "Lantern Travel"] * 2
    agency.on_chat = None
    field.fill("Is anybody there?")
    page.get_by_role("button", name="Send").click()
    page.get_by_text(LATER).wait_for()
    assert page.complaints == []


def test_a_chat_that_cannot_be_reached_keeps_the_message(page, agency):
    agency.on_chat = lambda conversation: "Yes, we are."
    page.goto(agency.url + "chat")
    field = page.get_by_label("Your message")
    page.context.set_offline(True)
    field.fill("Are you open?")
    field.press("Enter")
    page.get_by_text("We could not be reached.").wait_for()
    assert field.input_value() == "Are you open?"
    page.context.set_offline(False)
    field.press("Enter")
    page.get_by_text("Yes, we are.").wait_for()
    assert page.locator(".said.user").count() == 1


def test_all_works_without_a_script(browser, agency):
    agency.on_form = lambda form: "A proposal"
    agency.on_chat = lambda conversation: "An answer"
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(agency.url + "chat")
    page.get_by_label("Your message").fill("A question")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("An answer").wait_for()
    page.goto(agency.url + "trip")
    fill_in(page, FORM)
    page.get_by_role("button", name="Send my request").click()
    assert agency.wait(20)
    page.reload()
    page.get_by_text("A proposal").wait_for()
    context.close()


def test_documents_are_chosen_and_dropped(page, agency):
    agency.on_document = lambda document: {"class": "minutes", "fields": {}, "summary": document.text.upper()}
    page.goto(agency.url + "documents")
    page.get_by_label("Drop documents here").set_input_files(
        [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"monday"}]
    )
    page.get_by_role("button", name="Put into the inbox").click()
    page.get_by_text("MONDAY").wait_for()
    dropped = page.evaluate_handle(
        """() => {
          const files = new DataTransfer();
          files.items.add(new File(["tuesday"], "b.txt"));
          files.items.add(new File(["x"], "c.exe"));
          return files;
        }"""
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": dropped})
    page.get_by_role("button", name="Put into the inbox").click()
    page.get_by_text("c.exe: the inbox takes texts only").wait_for()
    page.get_by_text("TUESDAY").wait_for()
    assert [each["name"] for each in agency.documents()] == ["a.txt", "b.txt"]


def test_a_human_decides_what_is_written(page, agency):
    agency.crm.ask_to_write("c001", {"city": "Cork"}, "She has moved.")
    agency.crm.ask_to_write("c002", {"status": "inactive"}, "A guess.")
    page.goto(agency.url + "log")
    page.get_by_role("link", name="Decide write 1").click()
    page.get_by_role("button", name="Approve change 1").click()
    page.get_by_role("button", name="Reject change 2").click()
    page.get_by_text("Nothing waits for a decision.").wait_for()
    assert (agency.crm.contact("c001")["city"], agency.crm.contact("c002")["status"]) == ("Cork", "regular")


# ---- beside a notebook ------------------------------------------------------------------------------------------


def test_behind_jupyters_proxy_as_on_binder(page, agency, jupyterlab):
    go_on = threading.Event()

    def answer(conversation):
        yield "First, "
        go_on.wait(30)
        yield "second."

    agency.on_form, agency.on_chat = (lambda form: "A proposal"), answer
    address = httpx2.URL(agency.url)
    home = f"{jupyterlab.url}proxy/{address.port}{address.path}"
    page.goto(f"{home}?token={jupyterlab.token}")
    page.get_by_role("link", name="Plan a trip").first.click()
    fill_in(page, FORM)
    page.get_by_role("button", name="Send my request").click()
    page.get_by_text("A proposal").wait_for()
    assert page.url.startswith(f"{home}trip/")
    page.get_by_role("link", name="Chat with us").click()
    page.wait_for_url(f"{home}chat")  # with its script: before that, Enter is a new line
    page.get_by_label("Your message").fill("Hello")
    page.keyboard.press("Enter")
    page.get_by_text("First,", exact=True).wait_for()  # comes through before the rest is there
    go_on.set()
    page.get_by_text("First, second.").wait_for()
    assert [url for url in page.asked if not url.startswith(home)] == []
    assert page.complaints == []


def test_it_opens_beside_a_notebook_on_another_computer(browser, jupyterlab):
    """Lesson 03 opens it beside a notebook on this one."""
    cells = [
        "from course.agency import Agency\nagency = Agency()\nagency.on_chat = lambda said: 'Yes, in Python.'",
        "agency.open('chat')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, jupyterlab.folder / "notebooks" / "agency.ipynb")
    context = browser.new_context(viewport=WIDTHS["desktop"])
    context.route("**/here", lambda route: route.abort())
    page = context.new_page()
    page.goto(jupyterlab.lesson("agency"))
    run_all_cells(page)
    frame = page.frame_locator("iframe[title='Lantern Travel: website and office']")
    frame.get_by_label("Your message").fill("Are you there?")
    frame.get_by_role("button", name="Send").click()
    frame.get_by_text("Yes, in Python.").wait_for()
    link = page.get_by_role("link", name="Open the website in a new tab")
    assert link.evaluate("link => link.href").startswith(f"{jupyterlab.url}proxy/")
    with context.expect_page() as opened:
        link.click()
    opened.value.get_by_role("heading", name="Chat with us").wait_for()
    assert serious_findings(page, ".agency-window") == {}
    context.close()


def test_a_slide_without_python_shows_a_picture_and_says_how_to_open_the_website(page):
    page.goto("about:blank")
    page.evaluate(
        """async ([source, traits]) => {
          const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          const { default: widget } = await import(url);
          const model = { get: (name) => traits[name], set() {}, on() {}, off() {}, save_changes() {} };
          widget.render({ model, el: document.body });
        }""",
        [AgencyWindow._esm, AgencyWindow.constants],
    )
    assert page.get_by_role("status").inner_text() == (
        "The website runs while the notebook runs. Run this cell to open it."
    )
    picture = page.get_by_role("img", name="The website of Lantern Travel at its form")
    picture.evaluate("image => image.decode()")
    assert picture.bounding_box()["width"] > 100


def test_a_page_without_a_way_to_the_website_shows_the_picture_and_says_so(page):
    """As Colab's, which is not Jupyter's."""
    page.route("https://notebooks.example/", lambda route: route.fulfill(content_type="text/html", body="<title>A"))
    page.goto("https://notebooks.example/")
    page.evaluate(
        """async ([source, traits]) => {
          const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          const { default: widget } = await import(url);
          let hear;
          const model = {
            get: (name) => traits[name],
            on: (event, each) => (hear = each),
            off() {},
            send: () => hear({ port: 1, path: "/secret/", page: "trip" }),
          };
          widget.render({ model, el: document.body });
        }""",
        [AgencyWindow._esm, AgencyWindow.constants],
    )
    page.get_by_role("status").get_by_text("this page has no way to it").wait_for()
    assert page.get_by_role("img", name="The website of Lantern Travel at its form").is_visible()
    assert page.locator("iframe").count() == 0


def test_the_day_is_that_of_the_computer_unless_told(page):
    running = Agency()
    try:
        page.goto(running.url + "trip")
        fill_in(page, FORM | {"start_date": date.today().isoformat(), "end_date": date.today().isoformat()})
        page.get_by_role("button", name="Send my request").click()
        page.get_by_text(LATER).wait_for()
    finally:
        running.close()
