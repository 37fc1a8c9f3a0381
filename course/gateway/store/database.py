"""One database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from sqlalchemy import create_engine, event, insert, inspect, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from .schema import SCHEMA_VERSION, metadata, schema_info

BUSY_SECONDS = 5


class StoreError(RuntimeError):
    """The database cannot be used as it is; the message says why and what to do."""


def connect(url) -> Engine:
    """Open the database, making its tables if it is empty. Raises `StoreError`."""
    try:
        engine = create_engine(url, pool_pre_ping=not str(url).startswith("sqlite"))
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(
            f"{url!s} is not the address of a database that can be opened: {_reason(error)}. Write "
            "sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/NAME after installing the course with its "
            "extra `postgresql`."
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    try:
        _create_or_check(engine)
    except DBAPIError as error:
        shown = engine.url.render_as_string(hide_password=True)
        engine.dispose()
        raise StoreError(
            f"The database {shown} cannot be used: {_reason(error)}. Nothing was changed. Check that its file or "
            "server is there, may be written and is not full, or name another database."
        ) from None
    except StoreError:
        engine.dispose()
        raise
    return engine


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")


def _prepare_sqlite(connection, _record) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _create_or_check(engine: Engine) -> None:
    with engine.begin() as connection:
        names = inspect(connection).get_table_names()
        if not names:
            metadata.create_all(connection)
            connection.execute(insert(schema_info).values(version=SCHEMA_VERSION))
            return
        version = connection.scalar(select(schema_info.c.version)) if "schema_info" in names else None
    if version != SCHEMA_VERSION:
        found = "tables that are not the course's" if version is None else f"tables of version {version}"
        raise StoreError(
            f"The database holds {found}; this version of the course needs version {SCHEMA_VERSION}. "
            "Nothing was changed. Name another database file, or move this one away."
        )
