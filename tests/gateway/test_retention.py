"""What is over is gone: from the tables, and from every byte of the files. What was paid for stays in the ledger."""

from __future__ import annotations

import itertools

import pytest
from openai import OpenAI

from course.gateway.store import Store, StoreError

DAY = 86_400_000_000
SECRET = "Perpetua Thistlewood, passport X4711"


def answer(number: int) -> dict:
    """A stored answer as large as real ones, each with the secret and a text of its own."""
    return {"text": f"{SECRET} no. {number} " + "filling " * (number * 37 % 400)}


def files_with(folder, text: str) -> list[str]:
    """The names of all files, of any kind, that hold a text."""
    return [path.name for path in sorted(folder.iterdir()) if text.encode() in path.read_bytes()]


@pytest.fixture
def folder(tmp_path, sqlite_only):
    return tmp_path


def fill(store, created, numbers):
    for number in numbers:
        store.add_object("response", f"resp_{number}", 1, answer(number), created=created)


def test_expired_text_is_in_no_byte_of_database_log_and_backups(store, key, folder):
    store.set_policy(1, retention_days=30)
    fill(store, DAY, range(200))
    copies = [store.backup(), store.backup()]
    store.add_object("response", "resp_new", 1, {"text": "still wanted"}, created=20 * DAY)
    assert len(files_with(folder, SECRET)) >= 3
    assert store.purge(31 * DAY - 1) == 0
    assert len(files_with(folder, SECRET)) >= 3
    assert store.purge(31 * DAY) == 200
    assert files_with(folder, SECRET) == []
    assert files_with(folder, "still wanted") != []
    assert store.backups() == copies
    assert store.get_object("response", "resp_new", 1) == {"text": "still wanted"}


def test_no_old_copy_of_a_row_is_left_where_pages_were_split(store, key, folder):
    """Rows that come, change and go in turn are moved about in the file."""
    store.set_policy(1, retention_days=30)
    for turn, days in itertools.product(range(3), (1, 20)):
        first = 100 * turn + 50 * (days > 1)
        store_texts = range(first, first + 50)
        for number in store_texts:
            body = answer(number) if days == 1 else {"text": "filling " * (number % 90)}
            store.add_object("response", f"resp_{number}", 1, body, created=days * DAY)
        for number in store_texts[::3]:
            if days == 1:
                store.update_object("response", f"resp_{number}", 1, answer(number + 7))
    assert store.purge(31 * DAY) == 150
    assert files_with(folder, SECRET) == []


def test_the_ledger_and_the_audit_log_stay(store, base_url, key, folder):
    client = OpenAI(base_url=base_url, api_key=key, max_retries=0)
    client.responses.create(model="tiny", input=f"What is a token? {SECRET}")
    client.close()
    store.add_audit("project.updated", "proj_1", 1)
    store.set_policy(1, retention_days=30)
    before, paid = store.audit_log(), store.ledger()
    assert files_with(folder, SECRET) != []
    assert store.purge(1_790_000_000_000_000 + 31 * DAY) == 1
    assert files_with(folder, SECRET) == []
    assert (store.audit_log(), store.ledger()) == (before, paid)
    assert len(paid) == 1
    assert store.verify_audit().intact


def test_what_is_over_is_gone_on_any_database(store, key):
    store.set_policy(1, retention_days=30)
    store.add_object("file", "file-1", 1, {}, created=DAY, content=b"secret")
    assert store.purge(31 * DAY) == 1
    assert store.get_content("file", "file-1", 1) is None
    assert store.purge(31 * DAY) == 0


def test_a_user_who_deletes_a_text_leaves_nothing_once_the_file_is_erased(store, key, folder):
    fill(store, DAY, range(20))
    for number in range(20):
        assert store.delete_object("response", f"resp_{number}", 1)
    store.erase()
    assert files_with(folder, SECRET) == []


def test_who_keeps_the_log_busy_is_told_about_and_the_next_run_cleans_up(store, key, database, folder, monkeypatch):
    monkeypatch.setattr("course.gateway.store.database.BUSY_SECONDS", 0)
    quick = Store(database)
    quick.set_policy(1, retention_days=1)
    fill(quick, DAY, range(3))
    with store._engine.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT count(*) FROM objects").all()
        with pytest.raises(StoreError, match="another program reads it"):
            quick.purge(3 * DAY)
        reader.exec_driver_sql("ROLLBACK")
    assert quick.purge(3 * DAY) == 0
    assert files_with(folder, SECRET) == []
    quick.close()


def test_a_backup_that_cannot_be_cleaned_is_named(store, key, folder):
    store.set_policy(1, retention_days=1)
    copy = store.backup()
    copy.write_bytes(b"no database" * 500)
    with pytest.raises(StoreError, match=r"0001\.backup cannot be cleaned"):
        store.purge(3 * DAY)


def test_a_backup_is_a_whole_database_and_two_never_meet(store, key, folder):
    fill(store, DAY, [1])
    names = [store.backup().name for _ in range(2)]
    assert names == ["gateway.sqlite.0001.backup", "gateway.sqlite.0002.backup"]
    again = Store(f"sqlite:///{folder / names[1]}")
    assert again.get_object("response", "resp_1", 1) == answer(1)
    again.close()


def test_what_is_no_file_is_not_backed_up():
    store = Store("sqlite://")
    with pytest.raises(StoreError, match="pg_dump"):
        store.backup()
    assert store.purge(DAY) == 0
    store.close()
