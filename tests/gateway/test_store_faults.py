"""A database that cannot be used: a clear sentence, a vendor's own refusal, and all is well when it is back."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import contextmanager, suppress

import anthropic
import openai
import pytest
from fakes import FixedCatalog, count_words
from google import genai
from google.genai import errors as google_errors
from sqlalchemy import create_engine, text

from course.gateway.engines.practice import PracticeEngine
from course.gateway.pipeline import Pipeline
from course.gateway.store import Store, StoreError, UnstorableError
from course.gateway.store import database as store_database
from course.gateway.types import Message, Turn, Usage

QUESTION = [{"role": "user", "content": "What is a token?"}]
TURN = Turn("openai", "tiny", (Message("user", "What is a token?"),))


@pytest.fixture(autouse=True)
def short_patience(monkeypatch):
    """Wait for a locked database less long than people would."""
    monkeypatch.setattr(store_database, "BUSY_SECONDS", 0.05)


@contextmanager
def locked(database):
    """Another program holds the database, or the tables that a call writes to."""
    engine = create_engine(database)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("LOCK TABLE calls, budgets IN ACCESS EXCLUSIVE MODE"))
        yield
        connection.rollback()
    engine.dispose()


@contextmanager
def full(store):
    """The file may not grow any further."""
    connection = store._engine._own._connection.driver_connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages}")
    yield
    connection.execute("PRAGMA max_page_count=1000000000")


def ask(base_url, key, **options):
    with openai.OpenAI(base_url=base_url, api_key=key, max_retries=0) as client:
        return client.chat.completions.create(model="tiny", messages=QUESTION, **options)


def test_a_locked_database_refuses_calls_as_each_vendor_would_and_then_answers_again(
    database, store, base_url, key, caplog
):
    ask(base_url, key)
    root = base_url.removesuffix("/openai/v1")
    with locked(database):
        with pytest.raises(openai.InternalServerError) as refused:
            ask(base_url, key)
        assert refused.value.status_code == 503
        assert int(refused.value.response.headers["retry-after"]) == 1
        with (
            anthropic.Anthropic(base_url=f"{root}/anthropic", api_key=key, max_retries=0) as claude,
            pytest.raises(anthropic.APIStatusError) as refused,
        ):
            claude.messages.create(model="ant-small", max_tokens=50, messages=QUESTION)
        assert refused.value.status_code in (503, 529)
        gemini = genai.Client(api_key=key, http_options={"base_url": f"{root}/google"})
        with pytest.raises(google_errors.ServerError) as unavailable:
            gemini.models.generate_content(model="goo-small", contents="What is a token?")
        assert unavailable.value.code == 503
    assert ask(base_url, key).choices
    assert [row.status for row in store.ledger()] == ["ok", "ok"]
    assert "cannot be used" in caplog.text
    assert "Traceback" not in caplog.text


def test_the_sdk_gets_through_by_itself_when_the_database_is_back_in_time(database, store, base_url, key):
    store.find_caller(key)
    with openai.OpenAI(base_url=base_url, api_key=key, max_retries=3) as client:
        lock = locked(database)
        lock.__enter__()
        attempts = []

        def release(_request):
            attempts.append(1)
            if len(attempts) == 2:
                lock.__exit__(None, None, None)

        client._client.event_hooks["request"].append(release)
        assert client.chat.completions.create(model="tiny", messages=QUESTION).choices
    assert len(attempts) == 2


def test_a_full_disk_refuses_calls_and_holds_nothing_when_there_is_room_again(store, base_url, key, sqlite_only):
    store.set_budget("project", 1, "total", 10**6, now=1)
    with full(store):
        with suppress(openai.InternalServerError):
            for _ in range(200):  # what room the last page has left
                ask(base_url, key)
            raise AssertionError("a full file took 200 calls")
        recorded = len(store.ledger())
        with pytest.raises(openai.InternalServerError) as refused:
            ask(base_url, key, stream=True)
        assert refused.value.status_code == 503
    assert ask(base_url, key).choices
    rows = store.ledger()
    assert len(rows) == recorded + 1
    assert {row.status for row in rows} == {"ok"}
    (budget,) = store.budgets("project", 1, now=1)
    assert (budget["spent_micros"], budget["reserved_micros"]) == (sum(row.cost_micros for row in rows), 0)


def test_what_could_not_be_settled_is_settled_before_the_next_call(database, store, key):
    store.set_budget("project", 1, "total", 1000, now=1)
    caller = store.find_caller(key)
    ticket = store.open_call(caller, "ab", "openai", "tiny", "chat", 400, now=5)
    with locked(database):
        with pytest.raises(StoreError, match="cannot be used"):
            store.close_call(ticket, Usage(output=3), 30, "cut", now=6)
        with pytest.raises(StoreError):
            store.charge_call(caller, "cd", "openai", "tiny", "chat", Usage(), 10, 7, 7)
    store.charge_call(caller, "cd", "openai", "tiny", "chat", Usage(), 10, 7, 7)
    assert [(row.status, row.cost_micros) for row in store.ledger()] == [("cut", 30), ("ok", 10)]
    assert store.budgets("project", 1, now=7)[0]["spent_micros"] == 40
    assert store.budgets("project", 1, now=7)[0]["reserved_micros"] == 0


def test_a_read_only_file_says_so(tmp_path):
    path = tmp_path / "gateway.sqlite"
    Store(f"sqlite:///{path}").close()
    # Opened to be read alone: a file's permissions would not keep root from writing.
    with pytest.raises(StoreError, match=r"cannot be used.*readonly.*may be written"):
        Store(f"sqlite:///file:{path}?mode=ro&uri=true").worker(1)


def test_a_database_that_only_reads_says_so_at_the_start(database, store, key):
    caller = store.find_caller(key)
    engine = store._engine._engine
    if engine.dialect.name == "sqlite":
        store._engine._own._cursor.execute("PRAGMA query_only=ON")
    else:
        with store._engine.begin() as connection:
            connection.execute(text(f"ALTER DATABASE {engine.url.database} SET default_transaction_read_only = on"))
        engine.dispose()
    with pytest.raises(StoreError, match=r"cannot be used.*read-?only"):
        store.charge_call(caller, "ab", "openai", "tiny", "chat", Usage(), 10, 1, 1)
    assert store.find_caller(key) == caller


@pytest.mark.parametrize("content", [b"", b"This is a letter, not a database. " * 100, os.urandom(5000)])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path, content):
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    if not content:
        Store(f"sqlite:///{path}").close()  # an empty file is an empty database
        return
    with pytest.raises(StoreError, match=r"cannot be used.*not a database.*name another"):
        Store(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_damaged_file_is_told_from_an_empty_one(tmp_path, key):
    path = tmp_path / "damaged.sqlite"
    Store(f"sqlite:///{path}").close()
    content = bytearray(path.read_bytes())
    content[1024:] = b"\xff" * (len(content) - 1024)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="cannot be used"):
        Store(f"sqlite:///{path}").worker(1)


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/gateway.sqlite", "sqlite:////proc/gateway.sqlite"])
def test_a_place_where_no_file_can_be_is_refused(url):
    with pytest.raises(StoreError, match=r"cannot be used: unable to open database file.*Check that"):
        Store(url)


@pytest.mark.parametrize("url", ["", "gateway.sqlite", "mysql://localhost/x", "nothing://x", "postgresql+psycopg://"])
def test_an_address_that_is_none_names_those_that_are(url, monkeypatch):
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    with pytest.raises(StoreError, match=r"sqlite:///FILE|cannot be used.*refused"):
        Store(url)


def test_a_server_that_does_not_answer_is_named_without_its_password():
    with pytest.raises(StoreError, match=r"cannot be used.*refused") as refused:
        Store("postgresql+psycopg://somebody:secret-word@127.0.0.1:1/course")
    assert "secret-word" not in str(refused.value)
    assert "127.0.0.1:1/course" in str(refused.value)


def test_what_no_database_keeps_is_the_callers_mistake(base_url, key, store):
    client = openai.OpenAI(base_url=base_url, api_key=key, max_retries=0)
    for ask_for in (client.models.retrieve, client.files.retrieve, client.batches.retrieve):
        with pytest.raises((openai.BadRequestError, openai.NotFoundError)):
            ask_for("no\0such")
    with pytest.raises((openai.BadRequestError, openai.NotFoundError)):
        client.chat.completions.create(model="no\0such", messages=QUESTION)
    client.close()
    with pytest.raises(UnstorableError):
        store.set_budget("project", 1, "total", 2**80, now=1)


def test_connections_that_a_server_closed_are_replaced(store, key, server_of_databases):
    if server_of_databases is None:
        pytest.skip("about PostgreSQL's server")
    caller = store.find_caller(key)
    engine = create_engine(store._engine._engine.url)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
    with pytest.raises(StoreError, match="cannot be used"):
        store.charge_call(caller, "ab", "openai", "tiny", "chat", Usage(), 10, 1, 1)
    store.charge_call(caller, "ab", "openai", "tiny", "chat", Usage(), 10, 1, 1)
    assert len(store.ledger()) == 1


def test_a_whole_disk_that_is_full_damages_nothing(tmp_path, sqlite_only):
    """In a process of its own whose files may not grow beyond some size, as on a disk that is full."""
    path = tmp_path / "gateway.sqlite"
    store = Store(f"sqlite:///{path}")
    secret = store.add_key(store.add_project("Website", now=1), "server", now=1)[1]
    store.set_budget("project", 1, "total", 10**9, now=1)
    store.close()
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(path), secret], capture_output=True, text=True, timeout=60, check=True
    )
    answered, sentence = done.stdout.splitlines()
    assert int(answered) > 0
    assert "cannot be used" in sentence
    assert "is not full" in sentence
    again = Store(f"sqlite:///{path}")
    pipeline = Pipeline(again, PracticeEngine(count_words), FixedCatalog(), count_words)
    assert pipeline.open(pipeline.authenticate(secret), TURN).complete()
    assert len(again.ledger()) == int(answered) + 1
    assert again.budgets("project", 1, now=1)[0]["spent_micros"] == sum(row.cost_micros for row in again.ledger())
    again.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


FILL = """
import resource, signal, sys
from course.gateway.store import Store, StoreError
from course.gateway.types import Usage

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
store = Store(f"sqlite:///{sys.argv[1]}")
caller = store.find_caller(sys.argv[2])
answered = 0
try:
    while True:
        store.charge_call(caller, "ab" * 16, "openai", "tiny", "chat", Usage(10, 0, 0, 5), 70, 1, 1)
        answered += 1
except StoreError as error:
    print(answered, error, sep="\\n")
"""
