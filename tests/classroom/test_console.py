"""The instructor's page, over HTTP."""

from __future__ import annotations

import itertools
import re
from urllib.parse import urlsplit

import httpx2
import pytest
from classmates import ANN, WEI

from course.classroom import register
from course.classroom.roster import Student
from course.gateway.pipeline import utc_micros
from course.gateway.store import Store, StoreError
from course.gateway.types import Fault, Usage

NOW = 1_795_000_000_000_000


class Browser:
    """Keeps cookies, follows redirects, and sends forms with what the page before it proved."""

    def __init__(self, url: str, path: str = "/classroom/"):
        self.client = httpx2.Client(base_url=url)
        self.path = path
        self.page = ""

    def get(self, query: str = "") -> httpx2.Response:
        return self._seen(self.client.get(self.path + query))

    def post(self, form: str, **fields: str) -> httpx2.Response:
        proof = re.search(r'name="proof" value="(\w+)"', self.page)
        fields = {**({"proof": proof[1]} if proof else {}), **fields}
        answer = self.client.post(self.path + form, data=fields)
        if answer.status_code == 303:
            where = urlsplit(answer.headers["location"])
            answer = self.client.get(f"{where.path}?{where.query}")
        return self._seen(answer)

    def account(self, name: str) -> str:
        return re.search(rf'value="(\w+)" aria-label="Top up {name}"', self.page)[1]

    def _seen(self, answer: httpx2.Response) -> httpx2.Response:
        self.page = answer.text
        return answer


@pytest.fixture
def console(enrol, admin_key, serve):
    """A browser whose user is signed in."""
    enrol(ANN, WEI, weekly="2")
    browser = Browser(serve())
    browser.post("sign-in", key=admin_key)
    assert "<h1>AI 1</h1>" in browser.page
    yield browser
    browser.client.close()


def rows(page: str) -> list[list[str]]:
    """The table's cells, as they are read."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.split(r"</t[hd]>", row)[:-1]]
        for row in body.split("</tr>")[:-1]
    ]


def spend(store, secret: str, micros: int, now: int) -> None:
    store.charge_call(store.find_caller(secret), "ab", "openai", "m", "chat", Usage(), micros, now, now)


def test_nobody_sees_the_class_without_an_admin_key(enrol, admin_key, serve):
    keys = enrol(ANN)
    browser = Browser(serve())
    for secret in ("", "wrong", keys["ann@x.edu"], "\0"):
        answer = browser.post("sign-in", key=secret)
        assert (answer.status_code, "Not signed in" in browser.page) == (403, True)
        assert "ann@x.edu" not in browser.get().text
    assert admin_key not in browser.post("sign-in", key=admin_key).text
    cookie = next(iter(browser.client.cookies.jar))
    assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == ("/classroom/", True)
    assert "ann@x.edu" in browser.get().text


def test_it_shows_money_refusals_and_who_is_idle(store, enrol, admin_key, serve):
    keys = enrol(ANN, WEI, Student("Bo", "bo@x.edu", ""), weekly="2", cap="10")
    now = utc_micros()
    spend(store, keys["wei@x.edu"], 500_000, now - 30 * 86_400_000_000)
    spend(store, keys["ann@x.edu"], 2_000_000, now)
    caller = store.find_caller(keys["ann@x.edu"])
    for reason in ("budget_exceeded", "budget_exceeded", "model_forbidden"):
        store.add_refusal(caller, "openai", "m", Fault(reason), now)
    browser = Browser(serve())
    browser.post("sign-in", key=admin_key)
    table = {row[0]: row[1:7] for row in rows(browser.page)}
    assert table["Ann Lee ann@x.edu"][:5] == [
        "budget used up", "$2.00 of $2.00", "$2.00", "1", "2 budget used up, 1 model not allowed",
    ]  # fmt: skip
    assert table["陳偉 wei@x.edu"][:5] == ["idle", "$0.00 of $2.00", "$0.50", "1", "0"]
    assert table["Bo bo@x.edu"] == ["never called", "$0.00 of $2.00", "$0.00", "0", "0", "never"]
    assert "$2.50 of $10.00" in browser.page
    browser.get("?sort=spent&order=down")
    assert [row[3] for row in rows(browser.page)] == ["$2.00", "$0.50", "$0.00"]
    assert 'aria-sort="descending"' in browser.page
    assert "<script" not in browser.page


def test_a_key_is_revoked_after_a_question_and_a_budget_raised_at_once(console, store):
    console.post("top-up", account=console.account("Ann Lee"), dollars="1.50", **{"class": "AI 1"})
    assert "The budget was raised." in console.page
    assert rows(console.page)[0][2] == "$0.00 of $3.50"
    console.post("top-up", account="", dollars="6", **{"class": "AI 1"})
    assert "$0.00 of $10.00" in console.page
    account = console.account("Ann Lee")
    console.post("revoke", account=account, **{"class": "AI 1"})
    klass = register.find_class(store, None)
    assert "Revoke the key of Ann Lee?" in console.page
    assert not register.find_student(store, klass, "7").revoked
    console.post("revoke", account=account, sure="yes", **{"class": "AI 1"})
    assert "The key was revoked." in console.page
    assert rows(console.page)[0][1] == "revoked"
    assert register.find_student(store, klass, "7").revoked
    assert {entry.actor_key for entry in store.audit_log()[-3:]} == {1}  # the instructor's


def test_another_sites_form_changes_nothing(console, store):
    account = console.account("Ann Lee")
    forms = (("revoke", {"sure": "yes"}), ("top-up", {"dollars": "9"}), ("sign-out", {}))
    for (form, more), proof in itertools.product(forms, ("", "0" * 64)):
        answer = console.post(form, proof=proof, account=account, **{"class": "AI 1"}, **more)
        assert (answer.status_code, "nothing was changed" in answer.text) == (400, True)
    klass = register.find_class(store, None)
    who = register.find_student(store, klass, "7")
    assert (who.revoked, store.budgets("key", who.key, NOW)[0]["limit_micros"]) == (False, 2_000_000)
    assert "ann@x.edu" in console.get().text


def test_what_is_no_amount_changes_nothing(console):
    account, proof = console.account("Ann Lee"), re.search(r'name="proof" value="(\w+)"', console.page)[1]
    for dollars in ("", "-1", "nan", "1e9", "x", "0.0000001"):
        answer = console.post("top-up", proof=proof, account=account, dollars=dollars, **{"class": "AI 1"})
        assert (answer.status_code, "is not an amount" in answer.text) == (400, True)
    console.get()
    assert rows(console.page)[0][2] == "$0.00 of $2.00"


def test_a_session_ends_when_it_is_closed_and_with_its_key(console, store, admin_key):
    cookies = dict(console.client.cookies)
    console.post("sign-out")
    assert "Admin key" in console.page
    console.client.cookies.update(cookies)
    assert "ann@x.edu" not in console.get().text
    console.client.cookies.clear()
    console.post("sign-in", key=admin_key)
    register.make_admin_key(store, NOW, lambda _: None)
    assert "ann@x.edu" not in console.get().text


def test_names_cannot_write_into_the_page(store, enrol, admin_key, serve):
    enrol(Student("<script>alert(1)</script>", '"><img@x.edu', ""))
    browser = Browser(serve())
    page = browser.post("sign-in", key=admin_key).text
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<img" not in page


def test_every_answer_forbids_what_the_page_does_not_need(console):
    for answer in (console.get(), console.get("nothing"), console.get("console.css"), console.post("top-up")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
    assert console.get("nothing").status_code == 404
    assert console.client.post("/classroom/top-up", content=b"x" * 10_001).status_code == 413


@pytest.mark.parametrize("stripped", [False, True])
def test_behind_a_proxy_it_lives_under_a_prefix(store, enrol, admin_key, serve, stripped):
    """A proxy may pass the whole path or take the prefix away; what it says of its address is the public one."""
    keys = enrol(ANN)
    listening = serve("https://ai.example.edu/course")
    sent = "" if stripped else "/course"
    forged = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-prefix": "/evil"}
    front = httpx2.get(f"{listening}{sent}/", headers=forged).text
    assert "OPENAI_BASE_URL=https://ai.example.edu/course/openai/v1" in front
    assert "evil" not in front
    auth = {"authorization": f"Bearer {keys['ann@x.edu']}"}
    assert httpx2.get(f"{listening}{sent}/classroom/v1/me", headers=auth).json()["class"] == "AI 1"
    assert httpx2.get(f"{listening}{sent}/openai/v1/models", headers=auth).json()["object"] == "list"
    page = httpx2.get(f"{listening}{sent}/classroom/", headers=forged).text
    assert 'action="/course/classroom/sign-in"' in page
    signed_in = httpx2.post(f"{listening}{sent}/classroom/sign-in", data={"key": admin_key})
    assert signed_in.headers["location"] == "/course/classroom/"
    cookie = signed_in.headers["set-cookie"]
    assert all(part in cookie for part in ("Path=/course/classroom/", "HttpOnly", "SameSite=Strict", "; Secure"))
    assert httpx2.get(f"{listening}/coursework").status_code == 404


def test_what_an_administrator_changed_elsewhere_does_no_harm(console, store):
    klass = register.find_class(store, None)
    store.set_budget("project", klass.project, "month", 5, NOW)
    store.set_budget("project", klass.project, "total", None, NOW)
    store.set_budget("key", 1, "week", None, NOW)
    assert "$0.00 of no limit" in console.get().text
    assert {row[1] for row in rows(console.page)} == {"never called"}
    store.update_project(klass.project, archived=NOW)
    assert "There is no class any more" in console.get().text


def test_the_database_failing_is_said_and_shows_nothing(console, monkeypatch):
    def fail(*_):
        raise StoreError("postgresql://secret")

    monkeypatch.setattr(Store, "use_of_keys", fail)
    answer = console.get()
    assert (answer.status_code, "Try again in a minute" in answer.text) == (503, True)
    assert "secret" not in answer.text
