from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import create_engine, select, update

from course.gateway.store import KEY_PREFIX, Store, StoreError
from course.gateway.store.schema import SCHEMA_VERSION, schema_info
from course.gateway.types import Caller, Usage


def record(store, caller, cost=7):
    usage = Usage(input=10, cached_input=4, cache_write=2, output=5, reasoning=1)
    ticket = store.open_call(caller, "ab", "openai", "tiny", "chat", most_micros=cost, now=1)
    store.close_call(ticket, usage, cost, "ok", now=2)


def test_a_key_finds_its_project_and_is_shown_once(store):
    project = store.add_project("Website", now=1)
    number, secret = store.add_key(project, "server", now=1)
    assert secret.startswith(KEY_PREFIX)
    assert store.find_caller(secret) == Caller(project_id=project, key_id=number)


def test_a_secret_is_in_no_file(store, tmp_path, sqlite_only):
    _, secret = store.add_key(store.add_project("Website", now=1), "server", now=1)
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"server" in on_disk
    assert secret.removeprefix(KEY_PREFIX).encode() not in on_disk


def test_keys_differ_but_end_in_their_number(store):
    project = store.add_project("Website", now=1)
    secrets = [store.add_key(project, "server", now=1)[1] for _ in range(3)]
    assert len(set(secrets)) == 3
    assert [secret[-5:] for secret in secrets] == ["-0001", "-0002", "-0003"]


@pytest.mark.parametrize("change", [str.upper, lambda key: key[:-1], lambda key: key + " ", lambda key: ""])
def test_a_changed_key_finds_nobody(store, key, change):
    assert store.find_caller(change(key)) is None


def test_a_revoked_key_finds_nobody(store, key):
    store.revoke_key(1, now=5)
    assert store.find_caller(key) is None


def test_the_ledger_lists_calls_in_order(store, key):
    caller = store.find_caller(key)
    assert (store.ledger(), store.last_call()) == ([], 0)
    for cost in (7, 8, 9):
        record(store, caller, cost)
    assert [row.cost_micros for row in store.ledger()] == [7, 8, 9]
    assert [row.call for row in store.ledger()] == [1, 2, 3]
    assert store.last_call() == 3


def test_calls_and_keys_outlive_the_process(database, store, key):
    record(store, store.find_caller(key))
    store.close()
    again = Store(database)
    assert again.find_caller(key) is not None
    assert again.last_call() == 1
    again.close()


def test_the_schema_version_is_recorded(database, store):
    engine = create_engine(database)
    with engine.connect() as connection:
        assert connection.execute(select(schema_info.c.version)).all() == [(SCHEMA_VERSION,)]
    engine.dispose()


def test_a_database_of_another_version_is_refused_and_left_alone(database, store):
    store.close()
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(update(schema_info).values(version=99))
    with pytest.raises(StoreError, match=r"version 99.*Nothing was changed"):
        Store(database)
    engine.dispose()


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE holidays (day TEXT)")
    with pytest.raises(StoreError, match="not the course's"):
        Store(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("holidays",)]
