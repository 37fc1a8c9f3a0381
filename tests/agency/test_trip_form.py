"""What the form for a trip takes, and what it says about the rest."""

from dataclasses import asdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from visits import FORM, TODAY

from course.agency import records
from course.agency.trip_form import FIELDS, check, iso_day

# What plain software can see. All other problems of the recorded forms need somebody who reads them.
PLAIN = {
    "no_contact": "email",
    "destination_missing": "destination",
    "dates_missing": "start_date",
    "dates_reversed": "end_date",
    "date_past": "start_date",
    "date_invalid": "start_date",
    "people_missing": "adults",
    "ages_missing": "child_ages",
    "no_adult": "adults",
    "too_many_people": "adults",
}


@pytest.mark.parametrize("recorded", records.forms(), ids=lambda form: form.id)
def test_a_recorded_form_is_refused_for_its_plain_problems_alone(recorded):
    sent = {field: value for field, value in asdict(recorded).items() if field in FIELDS}
    _, wrong = check(sent, recorded.received)
    assert wrong.keys() >= {PLAIN[problem] for problem in recorded.problems if problem in PLAIN}
    assert bool(wrong) == any(problem in PLAIN for problem in recorded.problems)


def test_a_good_form_has_numbers_and_days():
    form, wrong = check(FORM | {"budget": "3,200"}, TODAY)
    assert wrong == {}
    assert (form["adults"], form["children"], form["child_ages"], form["budget"]) == (2, 2, [4, 7], 3200)
    assert list(form) == list(FIELDS)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " \t "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"email": "ana at example.com"}, "email"),
        ({"email": "", "phone": "call me"}, "phone"),
        ({"language": "tlh"}, "language"),
        ({"start_date": "2027-02-30"}, "start_date"),
        ({"start_date": "20270512"}, "start_date"),
        ({"start_date": "2026-08-31"}, "start_date"),
        ({"end_date": "2027-05-11"}, "end_date"),
        ({"adults": "two"}, "adults"),
        ({"adults": "²"}, "adults"),
        ({"adults": "-1"}, "adults"),
        ({"adults": "11"}, "adults"),
        ({"children": "1e3"}, "children"),
        ({"child_ages": "4"}, "child_ages"),
        ({"child_ages": "4, 18"}, "child_ages"),
        ({"budget": "NaN"}, "budget"),
        ({"budget": "0"}, "budget"),
        ({"budget": "99999999999999999999"}, "budget"),
        ({"currency": "XXX"}, "currency"),
        ({"notes": "x" * 2001}, "notes"),
    ],
)
def test_bad_input_gets_a_message_at_its_field(change, field):
    assert list(check(FORM | change, TODAY)[1]) == [field]


@pytest.mark.parametrize("budget", ["3200", "3 200", "3,200", "3.200", "1,000,000", "3'200"])
def test_a_budget_may_be_written_as_people_write_it(budget):
    form, wrong = check(FORM | {"budget": budget}, TODAY)
    assert (form["budget"], wrong) == (int("".join(filter(str.isdigit, budget))), {})


def test_characters_that_steer_are_taken_out():
    form, wrong = check(FORM | {"name": "A\x00n\x1ba", "notes": "one\r\ntwo\x07"}, TODAY)
    assert (form["name"], form["notes"], wrong) == ("Ana", "one\ntwo", {})


@given(st.dictionaries(st.sampled_from(FIELDS), st.text() | st.none() | st.binary()))
def test_nothing_that_can_be_sent_breaks_the_check(sent):
    form, wrong = check(sent, TODAY)
    assert set(wrong) <= set(form) == set(FIELDS)


@given(st.dates())
def test_a_day_is_read_as_it_is_written(day):
    assert iso_day(day.isoformat()) == day
    assert iso_day(day.isoformat().replace("-", "")) is None
    assert iso_day(f"{day.isoformat()} ") is None


def test_a_day_that_is_none():
    assert [iso_day(text) for text in ("", "2027-13-01", "2027-W01-1", "tomorrow")] == [None] * 4
    assert iso_day("2028-02-29") == date(2028, 2, 29)
