"""The website and the office as visitors and colleagues use them, over real HTTP."""

import asyncio
import html
import re
import threading

import httpx2
import openai
import pytest
from visits import FORM, token

from course import session
from course.agency.conversations import LATER
from course.agency.inbox import LARGEST, safe_name
from course.agency.visitor import NotAccepted
from course.gateway.server import ThreadedServer

SCRIPT = '<script>alert("Mei")</script><img src=x onerror=alert(1)>'
PAGES = ("", "trip", "chat", "requests", "documents", "line", "contacts", "contacts/c001", "approvals", "log")


def post_trip(browse, changes=(), sent_token=None):
    fields = FORM | dict(changes)
    return browse.post("trip", data=fields | {"token": sent_token or token(browse.get("trip").text)})


def retry_first(browse):
    """Press the first button of the log."""
    page = browse.get("log").text
    action = re.search(r'action="\./(log/\d+/retry)"', page)[1]
    return browse.post(action, data={"token": token(page)})


# ---- pages ------------------------------------------------------------------------------------------------------


def test_each_page_has_a_title_and_careful_headers(browse):
    titles = set()
    for page in PAGES:
        answer = browse.get(page)
        assert (answer.status_code, answer.text.count("<h1")) == (200, 1), page
        titles.add(re.search(r"<title>(.+) . Lantern Travel</title>", answer.text)[1])
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    assert len(titles) == len(PAGES)


def test_links_are_relative_so_that_any_prefix_works(agency, browse):
    post_trip(browse)
    prefix = agency.url.rsplit("/", 2)[1]
    for page in (*PAGES, agency.visitor().fill_in(FORM), "nothing/like/this"):
        text = browse.get(page).text
        links = re.findall(r'(?:href|src|action)="([^"]*)"', text)
        assert [link for link in links if not link.startswith(("./", "../", "#"))] == []
        assert prefix not in text


def test_the_address_is_a_secret_that_lets_in(agency):
    root = agency.url.rsplit("/", 2)[0]
    for path in ("/", "/log", "/guess/log", "/static/site.css"):
        assert httpx2.get(root + path, trust_env=False).status_code == 404
    assert agency.url not in repr(agency)


def test_what_is_not_there_gets_a_polite_page(browse):
    for method, path, status in (
        ("GET", "nothing", 404),
        ("GET", "trip/guess", 404),
        ("GET", "chat/guess", 404),
        ("GET", "documents/99", 404),
        ("GET", "documents/99999999999999999999999", 404),
        ("GET", "contacts/c999", 404),
        ("DELETE", "trip", 405),
        ("GET", "line/webhook", 405),
        ("POST", "log/1/retry", 403),
        ("POST", "approvals/1", 403),
        ("GET", "static/%2e%2e/site.py", 404),
        ("GET", "static/..%2fsite.py", 404),
    ):
        answer = browse.request(method, path)
        assert (answer.status_code, "<h1>" in answer.text) == (status, True), path
        assert "Traceback" not in answer.text
        assert "import" not in answer.text


# ---- trip form --------------------------------------------------------------------------------------------------


def test_a_form_is_answered_with_a_proposal(agency, browse):
    agency.on_form = lambda form: f"Seven days on the {form['destination']}, {form['adults']} adults."
    sent = post_trip(browse)
    assert sent.status_code == 303
    assert agency.wait(10)
    page = browse.get(sent.headers["location"].lstrip("./")).text
    assert "Seven days on the Algarve, 2 adults." in page
    assert "data-poll" not in page
    assert agency.requests()[0]["proposal"] == "Seven days on the Algarve, 2 adults."


def test_a_proposal_may_have_fields_in_fields(agency):
    agency.on_form = lambda form: {"title": "Algarve", "days": ["Faro", "Lagos"], "price": None, "by": {"train": 2}}
    page = agency.visitor().fill_in(FORM)
    assert agency.wait(10)
    text = httpx2.get(agency.url + page, trust_env=False).text
    assert re.findall(r"<dt>(title|days|price|by|train)</dt>", text) == ["title", "days", "price", "by", "train"]
    assert "not stated" in text


def test_without_a_function_a_colleague_answers(agency, browse):
    sent = post_trip(browse)
    assert agency.wait(10)
    assert LATER in browse.get(sent.headers["location"].lstrip("./")).text
    assert list(agency.log()["status"]) == ["human"]
    # Who plugs a function in later hands it what waits.
    agency.on_form = lambda form: "A proposal"
    assert retry_first(browse).status_code == 303
    assert agency.wait(10)
    assert agency.requests()[0]["proposal"] == "A proposal"


def test_bad_input_comes_back_with_messages_and_nothing_lost(agency, browse):
    changes = {"email": "ana", "start_date": "2027-13", "adults": "two", "notes": 'Say "hi" & <b>bye</b>'}
    answer = post_trip(browse, changes)
    assert answer.status_code == 422
    assert "<title>Error: Plan a trip" in answer.text
    summary = re.search(r'<div class="summary".*?</div>', answer.text, re.DOTALL)[0]
    assert re.findall(r'href="#(\w+)"', summary) == ["email", "start_date", "adults"]
    for field, value in (FORM | changes).items():
        shown = html.unescape(answer.text)
        assert f'value="{value}"' in shown or f">{value}<" in shown, field
    for field in ("email", "start_date", "adults"):
        assert re.search(
            rf'id="{field}"[^>]*aria-describedby="[^"]*{field}-wrong"[^>]*aria-invalid="true"', answer.text
        )
        assert f'id="{field}-wrong"' in answer.text
    assert agency.requests() == []
    again = browse.post("trip", data=FORM | {"token": token(answer.text)})
    assert again.status_code == 303
    assert len(agency.requests()) == 1


def test_a_script_in_a_field_is_shown_as_text(agency, browse):
    agency.on_form = lambda form: {SCRIPT: SCRIPT}
    bad = post_trip(browse, {"name": SCRIPT, "destination": SCRIPT, "notes": SCRIPT, "adults": SCRIPT})
    sent = post_trip(browse, {"name": SCRIPT, "destination": SCRIPT, "notes": SCRIPT})
    assert agency.wait(10)
    contact = agency.crm.find(FORM["email"])[0]["id"]
    shown = [browse.get(path).text for path in (sent.headers["location"][2:], "requests", "contacts")]
    shown += [browse.get(f"contacts/{contact}").text, browse.get("contacts", params={"find": SCRIPT}).text, bad.text]
    for text in shown:
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert html.escape(SCRIPT) in text.replace("&#34;", "&quot;")


def test_the_same_form_posted_twice_is_one_request(agency, browse):
    called = []
    agency.on_form = lambda form: called.append(form) or "A proposal"
    one = token(browse.get("trip").text)
    first, second = post_trip(browse, sent_token=one), post_trip(browse, sent_token=one)
    assert first.headers["location"] == second.headers["location"]
    assert agency.wait(10)
    assert (len(called), len(agency.requests())) == (1, 1)


def test_a_form_that_is_not_ours_is_shown_again_with_all_that_was_in_it(agency, browse):
    for forged in ("x", "x.y", "ü.y", "a" * 22 + "." + "0" * 64):
        answer = post_trip(browse, sent_token=forged)
        assert answer.status_code == 403
        assert 'value="Ana Ribeiro"' in answer.text
    assert agency.requests() == []
    assert browse.post("trip", data=FORM | {"token": token(answer.text)}).status_code == 303


def test_a_token_is_good_for_one_kind_of_form(agency, browse):
    assert post_trip(browse, sent_token=token(browse.get("documents").text)).status_code == 403


def test_a_known_customer_stays_as_they_are(agency, browse):
    known = agency.crm.contact("c001")
    post_trip(browse, {"email": known["email"].upper(), "name": "Somebody Else"})
    assert agency.crm.contact("c001") == known
    assert [each["text"] for each in agency.crm.interactions("c001")] == ["With a kitchen, please."]


def test_two_hundred_visitors_at_once(agency):
    agency.on_form = lambda form: f"For {form['name']}"

    async def visit(client, number):
        page = await client.get("trip")
        changes = {"name": f"Visitor {number}", "email": f"v{number}@example.com", "token": token(page.text)}
        return await client.post("trip", data=FORM | changes)

    async def visit_all():
        limits = httpx2.Limits(max_connections=200)
        async with httpx2.AsyncClient(base_url=agency.url, trust_env=False, timeout=30, limits=limits) as client:
            return await asyncio.gather(*(visit(client, number) for number in range(200)))

    answers = asyncio.run(visit_all())
    assert agency.wait(30)
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 200
    kept = {row["form"]["name"]: row["proposal"] for row in agency.requests()}
    assert kept == {f"Visitor {number}": f"For Visitor {number}" for number in range(200)}


# ---- functions that are slow, wrong or cut off --------------------------------------------------------------------


def test_slow_functions_leave_the_site_quick(agency, browse):
    go_on = threading.Event()
    agency.on_form = lambda form: go_on.wait(60) and "At last"
    pages = [post_trip(browse).headers["location"][2:] for _ in range(20)]  # more than there are workers
    text = browse.get(pages[-1]).text
    assert browse.get("").status_code == 200
    assert "We are writing your proposal" in text
    assert "data-poll" in text
    assert not agency.wait(0.01)
    go_on.set()
    assert agency.wait(20)
    assert all("At last" in browse.get(page).text for page in pages)


def test_a_function_that_raises_loses_nothing_and_says_where(agency, browse):
    def propose(form):
        raise KeyError(f"no price for {form['email']}")

    agency.on_form = propose
    sent = post_trip(browse)
    assert agency.wait(10)
    page = browse.get(sent.headers["location"][2:])
    assert (page.status_code, LATER in page.text, "KeyError" in page.text) == (200, True, False)
    log = html.unescape(browse.get("log").text)
    line = propose.__code__.co_firstlineno + 1
    assert f"KeyError: 'no price for [EMAIL]' (line {line} of the cell, in propose)" in log
    agency.on_form = lambda form: "Now it works"
    assert retry_first(browse).status_code == 303
    assert agency.wait(10)
    assert "Now it works" in browse.get(sent.headers["location"][2:]).text
    assert "2 times" in browse.get("log").text
    assert agency.retry() == 0


def test_a_proposal_that_is_none_is_refused(agency):
    for given, words in ((None, "nothing"), ("", "nothing"), (42, "int"), ([], "list"), (object(), "object")):
        agency.on_form = lambda form, given=given: given
        agency.visitor().fill_in(FORM)
        assert agency.wait(10)
        assert agency.log()["problem"].iloc[-1].endswith(f"gave {words}.")
    assert [row["proposal"] for row in agency.requests()] == [None] * 5


def test_a_function_that_exits_does_not_take_the_agency_with_it(agency):
    def leave(form):
        raise SystemExit("bye")

    agency.on_form = leave
    for _ in range(10):  # more than there are workers
        agency.visitor().fill_in(FORM)
    assert agency.wait(10)
    agency.on_form = lambda form: "still here"
    assert agency.retry() == 10
    assert agency.wait(10)
    assert [row["proposal"] for row in agency.requests()] == ["still here"] * 10


def test_the_gateway_away_and_back(agency, browse):
    def propose(form):
        client = openai.OpenAI(max_retries=0)
        message = {"role": "user", "content": f"Summarise in one sentence:\n{form['notes']}"}
        reply = client.chat.completions.create(model=session.model("openai"), messages=[message])
        return reply.choices[0].message.content

    agency.on_form = propose
    try:
        session.start()
        session._session.server.stop()
        sent = post_trip(browse)
        assert agency.wait(20)
        assert LATER in browse.get(sent.headers["location"][2:]).text
        assert agency.log()["problem"][0].startswith("APIConnectionError: Connection error.")
        session.start()
        assert retry_first(browse).status_code == 303
        assert agency.wait(20)
    finally:
        session.stop()
    assert list(agency.log()["status"]) == ["done"]
    assert "kitchen" in agency.requests()[0]["proposal"]


def test_the_log_holds_no_personal_data(agency, browse):
    agency.on_form = lambda form: f"Dear {form['name']}, {form['email']}"
    agency.on_chat = lambda conversation: f"You said {conversation[-1]['content']}"
    agency.visitor().fill_in(FORM)
    agency.visitor().say("I am Ana Ribeiro, 0113 496 0277")
    assert agency.wait(10)
    log = browse.get("log").text + agency.log().to_string()
    for personal in ("Ana", "Ribeiro", "example.com", "0113"):
        assert personal not in log
    assert f"proposal of {len(agency.requests()[0]['proposal'])} characters" in log


# ---- chat -------------------------------------------------------------------------------------------------------


def test_the_chat_streams_as_pieces_come(agency):
    go_on = threading.Event()

    def answer(conversation):
        yield "First, "
        assert go_on.wait(20)
        yield "second."

    agency.on_chat = answer
    pieces = agency.visitor().listen("Hello?")
    assert next(pieces) == "First, "
    go_on.set()
    assert list(pieces) == ["second.", ""]


def test_a_conversation_goes_on(agency):
    heard = []
    agency.on_chat = lambda conversation: heard.append(conversation) or f"Answer {len(conversation)}"
    ana, other = agency.visitor(), agency.visitor()
    assert [ana.say("One"), other.say("Else"), ana.say("Two")] == ["Answer 1", "Answer 1", "Answer 3"]
    assert heard[2] == [
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": "Answer 1"},
        {"role": "user", "content": "Two"},
    ]


def test_without_a_function_the_chat_says_who_answers(agency):
    assert agency.visitor().say("Hello?") == LATER


def test_without_a_script_the_chat_is_a_form(agency, browse):
    agency.on_chat = lambda conversation: f"You said: {conversation[-1]['content']}"
    page = browse.get("chat").text
    action = re.search(r'action="\./(chat/[^"]+)"', page)[1]
    sent = browse.post(action, data={"message": SCRIPT, "token": token(page)})
    assert (sent.status_code, sent.headers["location"]) == (303, f"../{action}")
    text = browse.get(action).text
    assert text.count(html.escape(SCRIPT).replace("&quot;", "&#34;")) == 2
    assert "<script>alert" not in text
    empty = browse.post(action, data={"message": " ", "token": token(text)})
    assert (empty.status_code, "Write a message first." in empty.text) == (422, True)
    stale = browse.post(action, data={"message": "Hello", "token": token(browse.get("trip").text)})
    assert (stale.status_code, ">Hello</textarea>" in stale.text) == (403, True)


def test_the_same_message_sent_twice_is_answered_once(agency, browse):
    called = []
    agency.on_chat = lambda conversation: called.append(1) or "Yes"
    page = browse.get("chat").text
    action = re.search(r'action="\./(chat/[^"]+)"', page)[1]
    for _ in range(2):
        assert browse.post(action, data={"message": "Hello", "token": token(page)}).status_code == 303
    assert len(called) == 1


def test_an_answer_that_is_none_is_refused(agency):
    visitor = agency.visitor()
    answers = (
        (lambda c: None, "gave NoneType"),
        (lambda c: {"a": 1}, "gave dict"),
        (lambda c: ["Hi", None], "one was NoneType"),
        (lambda c: " ", "an empty answer"),
        (lambda c: iter(lambda: "again and again ", ""), "more than 20,000 characters"),
        (lambda c: 1 / 0, "ZeroDivisionError"),
    )
    for answer, words in answers:
        agency.on_chat = answer
        assert visitor.say("Hello?").endswith(LATER)
        assert words in agency.log()["problem"].iloc[-1]
    agency.on_chat = lambda conversation: "Better"
    assert agency.retry() == len(answers)
    assert agency.wait(10)
    assert visitor.say("And?") == "Better"


def test_who_hangs_up_is_answered_all_the_same(agency):
    go_on = threading.Event()

    def answer(conversation):
        yield "First, "
        assert go_on.wait(20)
        yield "second."

    agency.on_chat = answer
    visitor = agency.visitor()
    pieces = visitor.listen("Hello?")
    assert next(pieces) == "First, "
    pieces.close()
    go_on.set()
    assert agency.wait(10)
    assert list(agency.log()["result"]) == ["answer of 14 characters"]


def test_a_message_that_is_too_long(agency):
    with pytest.raises(NotAccepted, match="These are 4,001"):
        agency.visitor().say("x" * 4001)


# ---- documents --------------------------------------------------------------------------------------------------


def test_documents_are_read_as_they_arrive(agency, browse):
    def read(document):
        return {"class": "invoice", "fields": {"length": len(document.text)}, "summary": document.name}

    agency.on_document = read
    agency.visitor().drop("bill.txt", "Please pay 12 €.")
    assert agency.wait(10)
    (kept,) = agency.documents()
    assert kept["result"] == {"class": "invoice", "fields": {"length": 16}, "summary": "bill.txt"}
    assert "invoice" in browse.get("documents").text
    assert "Please pay 12 €." in browse.get("documents/1").text


def test_many_files_at_once_and_the_bad_ones_named(agency, browse):
    page = browse.get("documents").text
    files = [
        ("files", ("../../a\\..\\note.md", b"\xef\xbb\xbfHello")),
        ("files", ("virus.exe", b"MZ")),
        ("files", ("picture.txt", b"\x89PNG\x00\xff")),
        ("files", ("empty.txt", b"  \n")),
        ("files", ("large.txt", b"x" * (LARGEST + 1))),
        ("files", (f"{SCRIPT}.txt", b"<script>alert(1)</script>")),
    ]
    answer = browse.post("documents", data={"token": token(page)}, files=files)
    assert answer.status_code == 422
    said = html.unescape(answer.text)
    for name in ("virus.exe: the inbox takes", "picture.txt: this is no text", "empty.txt: the file is empty"):
        assert name in said
    assert "large.txt: the file is larger than 1 MB" in said
    assert [(each["name"], each["text"][:5]) for each in agency.documents()] == [
        ("note.md", "Hello"),
        ("script><img src=x onerror=alert(1)>.txt", "<scri"),
    ]
    assert "<img src=x" not in answer.text
    assert "<script>alert" not in browse.get("documents/2").text


def test_the_same_upload_twice_is_kept_once(agency, browse):
    one = token(browse.get("documents").text)
    for _ in range(2):
        sent = browse.post("documents", data={"token": one}, files={"files": ("a.txt", b"Hello")})
        assert sent.status_code == 303
    assert len(agency.documents()) == 1


def test_no_file_and_no_token(agency, browse):
    page = browse.get("documents").text
    nothing = browse.post("documents", data={"token": token(page)}, files={"files": ("", b"")})
    assert (nothing.status_code, "Choose a file first." in nothing.text) == (422, True)
    assert browse.post("documents", files={"files": ("a.txt", b"Hello")}).status_code == 403
    assert (
        browse.post("documents", content=b"rubbish", headers={"content-type": "multipart/form-data"}).status_code
        == 400
    )
    assert agency.documents() == []


def test_a_body_that_is_too_large(agency, browse):
    files = {"files": ("a.txt", b"x" * 11_000_000)}
    answer = browse.post("documents", data={"token": token(browse.get("documents").text)}, files=files)
    assert (answer.status_code, "This is too large" in answer.text) == (413, True)
    assert agency.documents() == []


def test_a_reading_that_is_none_is_refused(agency):
    for result, words in (
        ("invoice", "gave str"),
        ({"class": "invoice", "fields": {}}, "gave no 'summary'"),
        ({"class": 1, "fields": {}, "summary": ""}, "'class' as a text"),
        ({"class": "invoice", "fields": [], "summary": ""}, "'fields' as a dict"),
    ):
        agency.on_document = lambda document, result=result: result
        agency.visitor().drop("a.txt", "Hello")
        assert agency.wait(10)
        assert words in agency.log()["problem"].iloc[-1]
    assert [row["result"] for row in agency.documents()] == [None] * 4


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Reise\\note.md", "note.md"),
        ("a\x00b\n.txt", "ab.txt"),
        ("..", "document"),
        ("", "document"),
        ("x" * 200 + ".txt", "x" * 116 + ".txt"),
        ("請款單.txt", "請款單.txt"),
    ],
)
def test_a_name_is_never_a_path(sent, kept):
    assert safe_name(sent) == kept
    assert len(kept) <= 120


# ---- the agency itself --------------------------------------------------------------------------------------------


def test_a_new_agency_takes_the_place_of_the_old(agency):
    from course.agency import Agency

    second = Agency()
    try:
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(agency.url, trust_env=False)
        assert httpx2.get(second.url, trust_env=False).status_code == 200
    finally:
        second.close()


def test_it_opens_at_a_page_and_saves_no_secret(agency):
    window = agency.open("log")
    assert repr(window) == "AgencyWindow(page='log')"
    state = str(window.get_state()) + str(window._repr_mimebundle_())
    assert agency.url.rsplit("/", 2)[1] not in state
    assert str(httpx2.URL(agency.url).port) not in state
    with pytest.raises(ValueError, match="There is no page 'admin'"):
        agency.open("admin")


def test_a_slip_in_plugging_in_is_told_at_once(agency):
    with pytest.raises(AttributeError, match="has no on_from"):
        agency.on_from = lambda form: "A proposal"
    with pytest.raises(TypeError, match="on_form takes a function, not str"):
        agency.on_form = "A proposal"
    agency.on_form = None


def test_it_listens_on_loopback_alone(agency):
    assert isinstance(agency._server, ThreadedServer)
    assert httpx2.URL(agency.url).host == "127.0.0.1"
