from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import catalog, costs, data, operators
from course.operators import Job

CARD = costs.rate_card(catalog.load().pick("openai", "small").id)
JOB = Job(240, 2, 30, setup_hours=36, months=12, upkeep_hours=1, checked_share=0.5, check_minutes=1,
          input_tokens=1000, output_tokens=100)  # fmt: skip
amounts = st.floats(0, 1e6)
some_jobs = st.builds(
    Job, items=amounts, minutes=amounts, hourly=amounts, setup_hours=amounts, months=st.floats(1, 1e3),
    upkeep_hours=amounts, checked_share=st.floats(0, 1), check_minutes=amounts, input_tokens=amounts,
    output_tokens=amounts,
)  # fmt: skip


def test_a_persons_month_is_minutes_times_items():
    month = operators.by_person(JOB)
    assert (month.hours, month.dollars) == (8, 240)


def test_a_programs_month_has_building_upkeep_checks_and_calls():
    month = operators.by_program(JOB, CARD)
    assert month.hours == 36 / 12 + 1 + 240 * 0.5 / 60
    assert month.dollars == pytest.approx(month.hours * 30 + 240 * operators.call_dollars(JOB, CARD))


def test_a_call_costs_what_the_price_book_says():
    rates = CARD["tiers"][0]
    assert operators.call_dollars(JOB, CARD) == pytest.approx((1000 * rates["input"] + 100 * rates["output"]) / 1e6)


@given(job=some_jobs)
def test_at_the_crossing_both_cost_the_same(job):
    even = operators.break_even(job, CARD)
    if not math.isfinite(even):
        far = job.replace(items=1e9)
        assert operators.by_program(far, CARD).dollars >= operators.by_person(far).dollars * (1 - 1e-9)
        return
    there = job.replace(items=even)
    assert operators.by_program(there, CARD).dollars == pytest.approx(
        operators.by_person(there).dollars, rel=1e-6, abs=1e-6
    )


def test_low_volume_favours_the_person():
    once = operators.job("once")
    assert operators.by_person(once).dollars < operators.by_program(once, CARD).dollars


def test_checking_everything_can_eat_the_gain():
    job = JOB.replace(checked_share=1, check_minutes=3)
    assert operators.break_even(job, CARD) == math.inf


@pytest.mark.parametrize(
    ("field", "value"),
    [("minutes", -1), ("items", math.nan), ("hourly", math.inf), ("months", 0), ("checked_share", 2)],
)
def test_what_cannot_be_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=field):
        JOB.replace(**{field: value})


def test_an_unknown_job_is_answered_with_the_known_ones():
    with pytest.raises(LookupError, match="inbox"):
        operators.job("inboxes")


def test_a_bad_line_is_named(tmp_path, monkeypatch):
    text = data.path("jobs.csv").read_text(encoding="utf-8")
    (tmp_path / "jobs.csv").write_text(text.replace(",40,12,2,0.1,", ",40,0,2,0.1,"), encoding="utf-8")
    rows = data.rows
    monkeypatch.setattr(data, "rows", lambda name, columns: rows(name, columns, tmp_path))
    operators._read.cache_clear()
    with pytest.raises(data.DataError, match=r"jobs.csv, line 2, column months"):
        operators.jobs()
    operators._read.cache_clear()
