"""One database, SQLite by default, PostgreSQL by URL: its transactions, and its errors in clear words.

Statements are SQLAlchemy Core's. What every call runs is compiled once and handed to the driver, because that
takes a tenth of the time; all the rest runs through SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from threading import Lock, local
from time import monotonic
from typing import Any, NoReturn

from sqlalchemy import Connection, Table, create_engine, event, func, insert, inspect, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from .chain import begin_chain
from .migrations import migrate
from .schema import SCHEMA_VERSION, metadata, schema_info

BUSY_SECONDS = 5
# Every call waits for the database: one that cannot be reached must say so soon.
_TO_A_SERVER = {"pool_pre_ping": True, "connect_args": {"connect_timeout": BUSY_SECONDS}}
_STATEMENTS_KEPT = 256
_ANSWERS_KEPT = 10_000
# What another process has changed, such as a key that it revoked, holds here at the latest after this time.
_LOOK_SECONDS = 0.001
# A call changes a few bytes of some pages: small ones are written in less time. Each time that SQLite's log has so
# many, they are copied into the file, and everybody waits for the disk.
_PAGE_BYTES = 1024
_PAGES_IN_LOG = 16_000
_ADVICE = "Check that its file or server is there, may be written and is not full, or name another database."


class StoreError(RuntimeError):
    """The database cannot be used as it is; the message says why and what to do."""


class UnstorableError(ValueError):
    """A value is of no kind that a database keeps, such as a text with U+0000 or a number of more than 64 bits."""


class Database:
    """Transactions on one database, from any thread. Everything here raises `StoreError` when the database cannot be
    used; then nothing of the transaction was done.
    """

    def __init__(self, url):
        self._engine = _connect(url)
        self._reader = self._engine.execution_options(reading=True)
        self._name = self._engine.url.render_as_string(hide_password=True)
        self._driver = self._engine.dialect.loaded_dbapi
        self.forbidden = self._driver.IntegrityError
        self._compiled: dict[object, tuple[str, dict]] = {}
        self._open = local()
        self._own = _OwnConnection(self) if self._engine.dialect.name == "sqlite" else None
        self._straight = None if self._own is not None else _connect_straight(self._engine.url)

    @property
    def is_server(self) -> bool:
        return self._own is None

    def close(self) -> None:
        if self._own is not None:
            self._own.close()
        if self._straight is not None:
            self._straight.dispose()
        self._engine.dispose()

    @property
    def file(self) -> Path | None:
        """Where the database lies, `None` where it is no file of ours."""
        name = self._engine.url.database
        return Path(name) if self._own is not None and name and name != ":memory:" else None

    def copy(self, path: Path) -> None:
        """Write the database as it is now into a new file. SQLite's alone."""
        quoted = str(path).replace("'", "''")
        self._own.run(f"VACUUM INTO '{quoted}'")

    def erase(self) -> bool:
        """Leave no byte of what was deleted in the database's file and log; `False` where somebody who reads the log
        does not let it be emptied.
        """
        if self._own is not None:
            self._own.run("VACUUM")
            return not self._own.run("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
        with self._clear_errors(), self._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM FULL objects"))
        return True

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread reads and changes meanwhile is one transaction: it happens as a whole or not at all."""
        with self.begin() as connection:
            self._open.connection = connection
            try:
                yield
            finally:
                self._open.connection = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that writes, through SQLAlchemy; within `together`, a part of that."""
        if (whole := self._whole()) is not None:
            yield whole
            return
        with self._clear_errors(), self._engine.begin() as connection:
            yield connection
        if self._own is not None:
            self._own.look_again()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection for queries, through SQLAlchemy."""
        if (whole := self._whole()) is not None:
            yield whole
            return
        with self._clear_errors(), self._reader.connect() as connection:
            yield connection

    def _whole(self) -> Connection | None:
        return getattr(self._open, "connection", None)

    def execute(self, statement, values: Mapping[str, object]) -> list[Sequence]:
        """Run one statement straight through the driver, in a transaction of its own, never a part of `together`.
        Returns the rows that it gives. Constants in it must be written out. What the database's rules forbid raises
        `forbidden`.
        """
        if self._own is not None:
            return self._own.execute(statement, values)
        with self._clear_errors():
            return self._run_straight(statement, values)

    def fetch_again(self, statement, values: Mapping[str, object], read: Callable[[list[Sequence]], Any]) -> Any:
        """What `read` makes of a query's rows. In SQLite it is made once, until somebody else has written."""
        if (whole := self._whole()) is not None:
            return read(whole.execute(statement, values).all())
        if self._own is not None:
            return self._own.fetch_again(statement, values, read)
        with self._clear_errors():
            return read(self._run_straight(statement, values, attempts=2))

    def sql(self, statement) -> tuple[str, Callable[[Mapping], object]]:
        """A statement's SQL, and what makes its parameters of values by name."""
        known = self._compiled.get(statement)
        if known is None:
            compiled = statement.compile(dialect=self._engine.dialect)
            parameters = _in_order(compiled.positiontup) if compiled.positional else dict
            known = self._compiled[statement] = (str(compiled), parameters)
        return known

    def _run_straight(self, statement, values: Mapping[str, object], attempts: int = 1) -> list[Sequence]:
        """What can be done twice without harm may have two `attempts`: the first one finds out that the server was
        restarted since the last call.
        """
        while True:
            connection = self._straight.raw_connection()
            try:
                return _run(connection.cursor(), *self.sql(statement), values)
            except self._driver.OperationalError:
                attempts -= 1
                if not connection.driver_connection.closed:
                    raise
                self._straight.dispose()  # no connection to that server is worth keeping
                if not attempts:
                    raise
            finally:
                connection.close()

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, NoConnection, self._driver.Error, OverflowError) as error:
            self.fail(error)

    def fail(self, error: Exception) -> NoReturn:
        """Raise a driver's or SQLAlchemy's error in clear words, unless it is a defect of ours."""
        ours = (IntegrityError, ProgrammingError, self._driver.IntegrityError, self._driver.ProgrammingError)
        if isinstance(error, ours):
            raise error
        if isinstance(error, DataError | self._driver.DataError | OverflowError):
            raise UnstorableError(_reason(error)) from error
        raise StoreError(
            f"The database {self._name} cannot be used: {_reason(error)}. Nothing was changed. {_ADVICE}"
        ) from error


class _OwnConnection:
    """SQLite lets one transaction write at a time. One connection and a lock queue them fairly and at once, where
    connections of their own would sleep and try again.
    """

    def __init__(self, database: Database):
        self._connection = database._engine.raw_connection()
        self._cursor = self._connection.driver_connection.cursor()  # one for all: it is nothing but a place for rows
        self._sql = database.sql
        self._fail = database.fail
        self._errors = (database._driver.Error, OverflowError)
        self._turn = Lock()
        self._kept: dict[tuple, Any] = {}
        self._version: list | None = None
        self._looked = 0.0

    def execute(self, statement, values: Mapping[str, object]) -> list[Sequence]:
        with self._turn:
            try:
                return _run(self._cursor, *self._sql(statement), values)
            except self._errors as error:
                self._fail(error)

    def run(self, sql: str) -> list[Sequence]:
        """Run a command about the whole file, while nobody else uses this connection."""
        with self._turn:
            try:
                return self._cursor.execute(sql).fetchall()
            except self._errors as error:
                self._fail(error)

    def fetch_again(self, statement, values: Mapping[str, object], read: Callable[[list[Sequence]], Any]) -> Any:
        """What this connection writes itself, calls and budgets, is not to be read in this way."""
        key = (statement, *values.values())
        with self._turn:
            try:
                if monotonic() > self._looked + _LOOK_SECONDS:
                    self._look()
                if key not in self._kept:
                    self._kept[key] = read(_run(self._cursor, *self._sql(statement), values))
                return self._kept[key]
            except self._errors as error:
                self._fail(error)

    def _look(self) -> None:
        """Forget what was read if another connection has written, of this process or another."""
        self._looked = monotonic()
        version = self._cursor.execute("PRAGMA data_version").fetchall()
        if version != self._version or len(self._kept) > _ANSWERS_KEPT:
            self._kept.clear()
            self._version = version

    def look_again(self) -> None:
        """Somebody in this process has written."""
        self._looked = 0.0

    def close(self) -> None:
        self._connection.close()


def _run(cursor, sql: str, parameters: Callable[[Mapping], object], values: Mapping[str, object]) -> list[Sequence]:
    found = cursor.execute(sql, parameters(values))
    return found.fetchall() if found.description else []


def _in_order(names: Sequence[str]) -> Callable[[Mapping], tuple]:
    return itemgetter(*names) if len(names) > 1 else lambda values: tuple(values[name] for name in names)


def lock_table(connection: Connection, table: Table) -> None:
    """Let nobody else write to a table until this transaction ends; everybody may read it."""
    if connection.dialect.name == "postgresql":  # in SQLite, a transaction that writes is alone anyway
        connection.execute(text(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE"))


def next_number(connection: Connection, table: Table) -> int:
    """The number of a table's next row, without gaps, so that lists read the same on every machine."""
    lock_table(connection, table)
    return (connection.scalar(select(func.max(table.c.id))) or 0) + 1


def _connect(url) -> Engine:
    """Open the database, making its tables if it is empty. Raises `StoreError`."""
    is_sqlite = str(url).startswith("sqlite")
    options = {"connect_args": {"cached_statements": _STATEMENTS_KEPT}} if is_sqlite else _TO_A_SERVER
    try:
        engine = create_engine(url, **options)
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(
            f"{url!s} is not the address of a database that can be opened: {_reason(error)}. Write "
            "sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/NAME after installing the course with its "
            "extra `postgresql`."
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
    try:
        _create_or_check(engine)
    except DBAPIError as error:
        shown = engine.url.render_as_string(hide_password=True)
        engine.dispose()
        raise StoreError(
            f"The database {shown} cannot be used: {_reason(error)}. Nothing was changed. {_ADVICE}"
        ) from None
    except StoreError:
        engine.dispose()
        raise
    return engine


def _connect_straight(url) -> Engine:
    """Connections to a server that commit each statement, with nothing to tidy up after it."""
    options = {**_TO_A_SERVER, "pool_pre_ping": False}  # that would ask twice each time
    engine = create_engine(url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **options)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")


def _prepare_sqlite(connection, _record) -> None:
    connection.isolation_level = None  # the driver begins no transaction of its own
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute(f"PRAGMA page_size={_PAGE_BYTES}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute(f"PRAGMA wal_autocheckpoint={_PAGES_IN_LOG}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that writes says so when it begins: one that finds out later may be refused."""
    if not connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgresql(connection, _record) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    connection.commit()


def _create_or_check(engine: Engine) -> None:
    with engine.begin() as connection:
        names = inspect(connection).get_table_names()
        if not names:
            metadata.create_all(connection)
            connection.execute(insert(schema_info).values(version=SCHEMA_VERSION))
            begin_chain(connection)
            return
        version = migrate(connection) if "schema_info" in names else None
    if version != SCHEMA_VERSION:
        found = "tables that are not the course's" if version is None else f"tables of version {version}"
        raise StoreError(
            f"The database holds {found}; this version of the course needs version {SCHEMA_VERSION}. "
            "Nothing was changed. Name another database file, or move this one away."
        )
