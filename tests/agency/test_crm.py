"""The customer file: what may be read at once, and what a human must approve."""

import re
import threading

import pytest
from visits import token

from course.agency import records
from course.agency.crm import FIELDS


@pytest.fixture
def crm(agency):
    return agency.crm


def decide(browse, number, decision, page=None):
    sent = {"token": token(page or browse.get("approvals").text), "decision": decision}
    return browse.post(f"approvals/{number}", data=sent)


def test_it_begins_with_the_customers_of_the_agency(crm):
    assert len(crm.contacts()) == len(records.contacts())
    assert list(crm.contact("c001")) == ["id", *FIELDS]


def test_finding_by_name_address_or_phone(crm):
    for text, found in (("ANA RIB", "c001"), ("grace.oduya@", "c002"), ("1632 960 218", "c003")):
        assert [each["id"] for each in crm.find(text)] == [found]
    for text in ("", "  ", "%", "_", "'; DROP TABLE contacts; --", "nobody"):
        assert crm.find(text) == []


def test_nothing_changes_before_a_human_has_approved(agency, crm, browse):
    number = crm.ask_to_write("c001", {"phone": "+353 1 555 0100", "city": " Cork "}, "She wrote that she has moved.")
    before = crm.contact("c001")
    assert (before["phone"], before["city"]) == ("", "Dublin")
    page = browse.get("approvals").text
    assert "She wrote that she has moved." in page
    assert re.search(r"<del[^>]*>Dublin</del>.*?<ins[^>]*>Cork</ins>", page)
    assert "Changes to this contact wait" in browse.get("contacts/c001").text
    assert decide(browse, number, "approve").status_code == 303
    assert crm.contact("c001") == before | {"phone": "+353 1 555 0100", "city": "Cork"}
    assert list(agency.log()[["kind", "called", "status", "result"]].iloc[0]) == [
        "write",
        "ask_to_write",
        "approved",
        "asked to change phone, city",
    ]


def test_what_is_rejected_leaves_no_trace(crm, browse):
    before = crm.contact("c002")
    number = crm.ask_to_write("c002", {"status": "inactive"}, "Has not answered for a year.")
    assert decide(browse, number, "reject").status_code == 303
    assert (crm.contact("c002"), crm.write(number)["status"]) == (before, "rejected")


def test_a_decision_is_made_once(crm, browse):
    number = crm.ask_to_write("c002", {"city": "Leeds"}, "Moved.")
    page = browse.get("approvals").text
    assert crm.reject(number) == "rejected"
    assert decide(browse, number, "approve", page).status_code == 303
    assert crm.approve(number) == "rejected"
    assert crm.contact("c002")["city"] == "London"


def test_a_contact_that_has_changed_meanwhile_is_not_overwritten(crm):
    first = crm.ask_to_write("c002", {"city": "Leeds"}, "Moved.")
    second = crm.ask_to_write("c002", {"city": "York"}, "Moved.")
    assert (crm.approve(first), crm.approve(second)) == ("approved", "outdated")
    assert crm.contact("c002")["city"] == "Leeds"


def test_two_humans_at_once_write_once(crm):
    number = crm.ask_to_write("c002", {"city": "Leeds"}, "Moved.")
    told = []
    threads = [
        threading.Thread(target=lambda act=act: told.append(act(number))) for act in (crm.approve, crm.reject) * 8
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(told)) == 1


def test_what_cannot_be_written_is_refused_in_words(agency, crm):
    for changes, words in (
        ({}, "Name the fields"),
        ("city", "Name the fields"),
        ({"id": "c003"}, "'id' is no field"),
        ({"password": "x"}, "'password' is no field"),
        ({"city": 3}, "must be a text"),
        ({"notes": "x" * 501}, "at most 500"),
        ({"name": " "}, "cannot be empty"),
        ({"status": "vip"}, "must be one of lead"),
        ({"language": "tlh"}, "must be one of en"),
        ({"last_trip": "yesterday"}, "must be a day"),
        ({"email": "ana"}, "must be an address"),
        ({"city": "London"}, "already says so"),
    ):
        with pytest.raises(ValueError, match=words):
            crm.ask_to_write("c002", changes, "Because.")
    assert (crm.writes(), len(agency.log())) == ([], 0)


def test_unknown_contacts_and_missing_reasons(crm):
    with pytest.raises(LookupError, match="no contact 'c999'"):
        crm.ask_to_write("c999", {"city": "Leeds"}, "Moved.")
    with pytest.raises(ValueError, match="Say why"):
        crm.ask_to_write("c002", {"city": "Leeds"}, " ")
    with pytest.raises(LookupError, match="write 7"):
        crm.approve(7)


def test_a_decision_needs_our_own_page(crm, browse):
    number = crm.ask_to_write("c002", {"city": "Leeds"}, "Moved.")
    assert browse.post(f"approvals/{number}", data={"decision": "approve"}).status_code == 403
    assert decide(browse, number, "burn").status_code == 400
    assert decide(browse, 99, "approve").status_code == 404
    assert crm.write(number)["status"] == "waiting"


def test_who_has_no_address_is_known_by_phone(crm):
    first = crm.meet("Percy", "", "07700 900999", "en")
    assert crm.meet("Percy P.", "", "07700 900999", "en") == first == "c116"
    assert crm.meet("Percy", "percy@example.com", "07700 900999", "en") == "c117"
