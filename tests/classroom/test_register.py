"""What a class is in the store: keys, budgets, limits, and what happens to them."""

from __future__ import annotations

import pytest
from classmates import ANN, WEI

from course.classroom import register
from course.classroom.problem import ClassroomProblem
from course.classroom.roster import Student
from course.gateway.types import Caller, Fault, Usage

DAY = 86_400_000_000
NOW = 1_795_000_000_000_000


def spend(store, secret: str, micros: int, now: int = NOW) -> bool:
    caller = store.find_caller(secret)
    try:
        store.charge_call(caller, "ab", "openai", "m", "chat", Usage(), micros, now, now)
    except Fault as fault:
        assert fault.kind == "budget_exceeded"  # noqa: PT017
        return False
    return True


@pytest.fixture
def klass(store, enrol):
    enrol(ANN, WEI, weekly="2")
    return register.find_class(store, "AI 1")


def test_a_student_has_a_budget_that_begins_anew_each_week(store, enrol):
    keys = enrol(ANN, WEI, weekly="2", cap="100")
    assert spend(store, keys["ann@x.edu"], 1_999_999)
    assert not spend(store, keys["ann@x.edu"], 2)
    assert spend(store, keys["wei@x.edu"], 2_000_000)
    assert spend(store, keys["ann@x.edu"], 2_000_000, NOW + 7 * DAY)


def test_the_class_has_a_cap_of_one_week_that_does_not_begin_anew(store, enrol):
    keys = enrol(ANN, WEI, weekly="2")
    assert all(spend(store, key, 2_000_000) for key in keys.values())
    assert not spend(store, keys["ann@x.edu"], 1, NOW + 7 * DAY)
    klass = register.find_class(store, None)
    register.top_up(store, klass, None, 1_000_000, NOW)
    assert spend(store, keys["ann@x.edu"], 1_000_000, NOW + 7 * DAY)
    assert register.find_class(store, None).terms.cap_micros == 5_000_000


def test_a_longer_roster_adds_only_new_students(store, enrol):
    first = enrol(ANN)
    second = enrol(Student("Ann L.", "", "7"), WEI, weekly="3")  # by her number she is known
    assert second.keys() == {"wei@x.edu"}
    assert store.find_caller(first["ann@x.edu"])
    klass = register.find_class(store, "AI 1")
    assert [each.student for each in register.enrolled(store, klass)] == [ANN, WEI]
    assert [store.budgets("key", each.key, NOW)[0]["limit_micros"] for each in register.enrolled(store, klass)] == [
        3_000_000,
        3_000_000,
    ]


def test_another_class_under_the_same_name_is_refused(enrol):
    enrol(ANN)
    with pytest.raises(ClassroomProblem, match="None of the 1 students"):
        enrol(WEI)


def test_what_cannot_be_delivered_is_not_made(store, enrol):
    enrol(ANN)
    before = (store.projects(), store.known_keys().keys(), len(store.audit_log()))

    def fail(*_):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        register.enrol(store, "AI 2", [WEI], lambda _: register.find_class(store, "AI 1").terms, NOW, fail)
    assert (store.projects(), store.known_keys().keys(), len(store.audit_log())) == before


def test_a_new_key_has_what_is_left_of_the_week(store, enrol):
    keys = enrol(ANN, weekly="2", cap="100")
    klass = register.find_class(store, None)
    assert spend(store, keys["ann@x.edu"], 1_500_000)
    issued = []
    register.new_key(store, klass, register.find_student(store, klass, "ANN@x.edu"), NOW, issued.append)
    assert store.find_caller(keys["ann@x.edu"]) is None
    assert not spend(store, issued[0].secret, 500_001)
    assert spend(store, issued[0].secret, 500_000)
    assert spend(store, issued[0].secret, 2_000_000, NOW + 7 * DAY)


def test_a_top_up_holds_for_this_week(store, enrol):
    keys = enrol(ANN, weekly="2", cap="100")
    klass = register.find_class(store, None)
    register.top_up(store, klass, register.find_student(store, klass, "7"), 1_000_000, NOW)
    assert spend(store, keys["ann@x.edu"], 3_000_000)
    assert not spend(store, keys["ann@x.edu"], 2_000_001, NOW + 7 * DAY)


def test_limits_and_models_hold_for_the_class(store, enrol, klass):
    enrol(ANN, WEI, per_minute=5, models=["gpt-5.4-mini"])
    policy, limit = store.rules(klass.project, "gpt-5.4-mini")
    assert policy.models == ("gpt-5.4-mini",)
    assert (limit.requests_per_minute, bool(limit.each_key)) == (5, True)


def test_a_model_without_a_price_is_refused(enrol):
    with pytest.raises(ClassroomProblem, match=r"no model 'gpt-5.4-mimi'.*Did you mean gpt-5.4-mini"):
        enrol(ANN, models=["gpt-5.4-mimi"])


def test_students_are_found_by_what_names_them_alone(store, enrol):
    enrol(ANN, Student("Ann Lee", "ann2@x.edu", ""))
    klass = register.find_class(store, None)
    assert register.find_student(store, klass, "ann2@x.edu").student.email == "ann2@x.edu"
    with pytest.raises(ClassroomProblem, match=r"Several students.*ann@x.edu, ann2@x.edu"):
        register.find_student(store, klass, "ann lee")
    with pytest.raises(ClassroomProblem, match="no student 'Bob'"):
        register.find_student(store, klass, "Bob")


def test_every_change_is_in_the_audit_log_and_no_secret_is(store, enrol, admin_key):
    keys = enrol(ANN)
    klass = register.find_class(store, None)
    register.revoke(store, klass, register.find_student(store, klass, "7"), NOW)
    entries = store.audit_log()
    assert [each.action for each in entries] == [
        "api_key.created", "project.created", "project.updated", "service_account.created", "api_key.created",
        "api_key.deleted",
    ]  # fmt: skip
    told = " ".join(str(each) for each in entries)
    assert keys["ann@x.edu"] not in told
    assert admin_key not in told
    assert store.verify_audit().intact


def test_a_second_admin_key_ends_the_first(store, admin_key):
    secrets = []
    register.make_admin_key(store, NOW, secrets.append)
    assert store.find_caller(admin_key) is None
    assert store.find_caller(secrets[0]) == Caller(None, 2, admin=True)
