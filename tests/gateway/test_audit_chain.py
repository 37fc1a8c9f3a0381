"""Whether the audit log shows that somebody has changed it, whatever is changed."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import create_engine, delete, insert, select, text, update

from course.gateway.store import Store
from course.gateway.store.chain import FIELDS
from course.gateway.store.schema import audit, audit_head, schema_info

ENTRIES = 4
# What each column may be changed into.
OTHERS = {"id": 9, "at": 5, "actor_key": 7, "project_id": None}


@pytest.fixture
def log(store, key):
    """A small log in which no two entries say the same, and every column is used."""
    store.add_project("Other", now=1)
    for number in range(1, ENTRIES + 1):
        store.add_audit(
            "project.updated",
            f"proj_{number}",
            number,
            number,
            number % 2 + 1,
            {"limit": number},
            {"limit": 2 * number},
        )
    return store


@pytest.fixture
def tamper(database):
    """Runs statements behind the platform's back."""
    engine = create_engine(database)

    def run(*statements):
        with engine.begin() as connection:
            return [connection.execute(each) for each in statements]

    yield run
    engine.dispose()


def rows(tamper):
    return [dict(row._mapping) for row in tamper(select(audit).order_by(audit.c.id))[0]]


def rewrite(tamper, entries):
    tamper(delete(audit), *[insert(audit).values(**each) for each in entries])


def test_a_log_that_nobody_touched_is_intact(log):
    verdict = log.verify_audit()
    assert (verdict.intact, verdict.entries, verdict.problem) == (True, ENTRIES, "")
    assert len(verdict.head) == 64


def test_an_empty_log_is_intact(store):
    assert store.verify_audit().entries == 0
    assert store.verify_audit().intact


def test_any_single_change_of_any_column_is_found(log, tamper):
    whole = rows(tamper)
    for place, column in itertools.product(range(ENTRIES), (*FIELDS, "hash")):
        changed = [dict(each) for each in whole]
        changed[place][column] = OTHERS.get(column, "x")
        rewrite(tamper, changed)
        assert not log.verify_audit().intact, (place, column)
    rewrite(tamper, whole)
    assert log.verify_audit().intact


def test_a_removed_entry_is_found_also_if_the_others_close_ranks(log, tamper):
    whole = rows(tamper)
    for place in range(ENTRIES):
        rest = whole[:place] + whole[place + 1 :]
        rewrite(tamper, rest)
        assert not log.verify_audit().intact, place
        rewrite(tamper, [each | {"id": number} for number, each in enumerate(rest, 1)])
        assert not log.verify_audit().intact, place


def test_entries_in_another_order_are_found(log, tamper):
    whole = rows(tamper)
    for order in list(itertools.permutations(range(ENTRIES)))[1:]:
        rewrite(tamper, [whole[old] | {"id": new} for new, old in enumerate(order, 1)])
        assert not log.verify_audit().intact, order


def test_an_added_entry_is_found(log, tamper):
    whole = rows(tamper)
    rewrite(tamper, [*whole, whole[-1] | {"id": ENTRIES + 1, "public_id": "audit_log-x"}])
    assert "Entry 5" in log.verify_audit().problem


@pytest.mark.parametrize("change", [{"entries": 3}, {"hash": "0" * 64}])
def test_another_head_is_found(log, tamper, change):
    tamper(update(audit_head).values(**change))
    assert not log.verify_audit().intact


def test_a_log_without_a_head_is_found(log, tamper):
    tamper(delete(audit_head))
    assert "not known how many" in log.verify_audit().problem


def test_a_log_that_was_written_anew_is_found_by_whoever_noted_its_head(log, tamper):
    noted = log.verify_audit().head
    log.add_audit("project.created", "proj_9", 9)
    assert log.verify_audit(noted).intact
    tamper(delete(audit), update(audit_head).values(entries=0, hash="0" * 64))
    log.add_audit("project.created", "proj_9", 9)
    assert log.verify_audit().intact
    assert "written anew" in log.verify_audit(noted).problem


def test_a_log_of_an_older_database_is_chained_when_it_is_opened(database, log, tamper):
    log.close()
    tamper(
        text("ALTER TABLE rate_limits DROP COLUMN each_key"),
        text("ALTER TABLE budgets DROP COLUMN usual_micros"),
        text("DROP TABLE rate_buckets"),
        text("DROP TABLE findings"),
        text("DROP TABLE audit_head"),
        text("ALTER TABLE audit DROP COLUMN hash"),
        update(schema_info).values(version=5),
    )
    again = Store(database)
    assert (again.verify_audit().intact, again.verify_audit().entries) == (True, ENTRIES)
    again.add_audit("project.created", "proj_9", 9)
    assert again.verify_audit().intact
    again.close()
