"""Projects, keys and the ledger, in a database.

SQLAlchemy Core on SQLite. Times are UTC microseconds and money is micro-dollars, both as integers: dates
without a zone and binary fractions are how budgets go wrong.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.engine import Engine, Row

from .types import Caller, Usage

SCHEMA_VERSION = 1
KEY_PREFIX = "sk-practice-"

metadata = MetaData()

schema_info = Table("schema_info", metadata, Column("version", Integer, nullable=False))

projects = Table(
    "projects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("created", BigInteger, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("last4", String(4), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reply_id", String(32), nullable=False),
    Column("project_id", ForeignKey("projects.id"), nullable=False, index=True),
    Column("key_id", ForeignKey("keys.id"), nullable=False, index=True),
    Column("model", String, nullable=False),
    Column("input", Integer, nullable=False),
    Column("cached_input", Integer, nullable=False),
    Column("cache_write", Integer, nullable=False),
    Column("output", Integer, nullable=False),
    Column("reasoning", Integer, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
)

_KEY_BY_DIGEST = select(keys.c.id, keys.c.project_id, keys.c.digest).where(
    keys.c.digest == bindparam("digest"), keys.c.revoked.is_(None)
)
_LEDGER = (
    select(
        calls.c.id.label("call"),
        projects.c.name.label("project"),
        keys.c.last4.label("key"),
        *[calls.c[name] for name in ("model", "input", "cached_input", "cache_write", "output", "reasoning")],
        calls.c.cost_micros,
        calls.c.status,
    )
    .join_from(calls, projects)
    .join(keys, calls.c.key_id == keys.c.id)
    .order_by(calls.c.id)
)


class StoreError(RuntimeError):
    """The database cannot be used as it is; the message says why and what to do."""


class Store:
    """One database, safe to share between threads. `url` is an SQLAlchemy URL."""

    def __init__(self, url):
        self._engine = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
        _create_or_check(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def add_project(self, name: str, now: int) -> int:
        """Create a project and return its id."""
        with self._engine.begin() as connection:
            return connection.execute(insert(projects).values(name=name, created=now)).inserted_primary_key[0]

    def add_key(self, project_id: int, name: str, now: int) -> tuple[int, str]:
        """Create a key; return its id and its secret. The secret is shown here and never again: only its hash
        is kept. It ends in the key's number, so that lists of keys read the same on every machine.
        """
        with self._engine.begin() as connection:
            number = (connection.scalar(select(func.max(keys.c.id))) or 0) + 1
            secret = f"{KEY_PREFIX}{secrets.token_hex(16)}-{number % 10_000:04d}"
            row = insert(keys).values(
                project_id=project_id, name=name, digest=_digest(secret), last4=secret[-4:], created=now
            )
            return connection.execute(row).inserted_primary_key[0], secret

    def revoke_key(self, key_id: int, now: int) -> None:
        """Make a key useless from now on. Revoking it twice keeps the first time."""
        with self._engine.begin() as connection:
            connection.execute(update(keys).where(keys.c.id == key_id, keys.c.revoked.is_(None)).values(revoked=now))

    def find_caller(self, secret: str) -> Caller | None:
        """Who this secret belongs to, or `None` for an unknown or revoked one."""
        digest = _digest(secret)
        with self._engine.connect() as connection:
            row = connection.execute(_KEY_BY_DIGEST, {"digest": digest}).first()
        if row is None or not hmac.compare_digest(row.digest, digest):
            return None
        return Caller(project_id=row.project_id, key_id=row.id)

    def last_call(self) -> int:
        """The number of the newest call in the ledger, 0 when there is none."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(calls.c.id))) or 0

    def record(
        self,
        caller: Caller,
        reply_id: str,
        model: str,
        usage: Usage,
        cost_micros: int,
        status: str,
        started: int,
        ended: int,
    ) -> None:
        """Write one call into the ledger."""
        row = {
            "reply_id": reply_id,
            "project_id": caller.project_id,
            "key_id": caller.key_id,
            "model": model,
            **asdict(usage),
            "cost_micros": cost_micros,
            "status": status,
            "started": started,
            "ended": ended,
        }
        with self._engine.begin() as connection:
            connection.execute(insert(calls), row)

    def ledger(self) -> Sequence[Row]:
        """Every call, oldest first: call, project, key (its last four characters), model, token counts,
        cost_micros, status.
        """
        with self._engine.connect() as connection:
            return connection.execute(_LEDGER).all()


def _digest(secret: str) -> str:
    # A key has 128 random bits: nobody can search for it, and a slow hash would only slow down each call.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _prepare_sqlite(connection, _record) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=5000")
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
