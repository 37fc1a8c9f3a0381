"""A PostgreSQL server on which each test gets an empty database to itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, insert, make_url, text

from course.gateway.store import Store
from course.gateway.store.chain import begin_chain
from course.gateway.store.schema import SCHEMA_VERSION, metadata, schema_info

# Whatever is still connected, such as a program that a test has killed, holds no rows or tables after this.
HANG_UP = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
COUNT_ANEW = text(
    "SELECT setval(oid::regclass, 1, false) FROM pg_class "
    "WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
)
# Differs when a test has made, dropped or altered a table, or has changed the database's settings.
SHAPE = text(
    "SELECT (SELECT string_agg(attrelid || attname || atttypid, ',' ORDER BY attrelid, attnum) "
    "FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace), "
    "(SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase "
    "WHERE datname = current_database())"
)

_NUMBERS = count()


class PostgreSQL:
    """`url` names a database on the server, in which nothing is changed. A test's database is emptied for the next
    test: that takes a twentieth of the time in which one is made.
    """

    def __init__(self, url: str):
        self._url = make_url(url)
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._names = (f"course_test_{os.getpid()}_{number}" for number in _NUMBERS)
        self._free: list[_Database] = []

    def close(self) -> None:
        for database in self._free:
            self._drop(database)
        self._engine.dispose()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database, which nobody else has meanwhile."""
        database = self._free.pop() if self._free else self._create()
        yield database.url
        if database.empty():
            self._free.append(database)
        else:
            self._drop(database)

    def _create(self) -> _Database:
        name = next(self._names)
        self._run(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY FILE_COPY")
        return _Database(name, self._url.set(database=name).render_as_string(hide_password=False))

    def _drop(self, database: _Database) -> None:
        database.close()
        self._run(f"DROP DATABASE {database.name} WITH (FORCE)")

    def _run(self, sql: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(sql))


class _Database:
    """A database with the course's tables."""

    def __init__(self, name: str, url: str):
        self.name, self.url = name, url
        Store(url).close()
        self._engine = create_engine(url, pool_pre_ping=True)
        with self._engine.connect() as connection:
            self._shape = connection.execute(SHAPE).one()

    def empty(self) -> bool:
        """Make it as it was at first; `False` where other things than rows have changed."""
        with self._engine.begin() as connection:
            connection.execute(HANG_UP)
            if connection.execute(SHAPE).one() != self._shape:
                return False
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
            connection.execute(COUNT_ANEW)
            connection.execute(insert(schema_info).values(version=SCHEMA_VERSION))
            begin_chain(connection)
        return True

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture(scope="session")
def server_of_databases():
    """The PostgreSQL that COURSE_TEST_DATABASE names, by the URL of a database on it; `None` to test with SQLite."""
    url = os.environ.get("COURSE_TEST_DATABASE")
    server = PostgreSQL(url) if url else None
    yield server
    if server is not None:
        server.close()


@contextmanager
def new_database(server: PostgreSQL | None, folder: Path) -> Iterator[str]:
    if server is None:
        yield f"sqlite:///{folder / 'gateway.sqlite'}"
        return
    with server.database() as url:
        yield url


@pytest.fixture
def database(tmp_path, server_of_databases):
    """The URL of an empty database, of this test alone."""
    with new_database(server_of_databases, tmp_path) as url:
        yield url
