"""The agency's tables, in an SQLite database of their own that ends with the agency.

Times are UTC microseconds as integers. Columns that end in `_json` hold a JSON text.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.pool import StaticPool

metadata = MetaData()

# The columns of `data/contacts.csv`. `last_trip` is an ISO date, or empty.
contacts = Table(
    "contacts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False, index=True),
    Column("phone", String, nullable=False),
    Column("language", String(16), nullable=False),
    Column("city", String, nullable=False),
    Column("last_trip", String(10), nullable=False),
    Column("status", String(16), nullable=False),
    Column("notes", Text, nullable=False),
)

# `channel` is where it came in, such as "trip form". `sender` is "customer", or a function of the learner.
interactions = Table(
    "interactions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), index=True),
    Column("channel", String(16), nullable=False),
    Column("sender", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# `public_id` stands in the visitor's address and cannot be guessed. `token` is that of the page the form was on: a
# form that is posted twice has the same one.
requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(64), nullable=False, unique=True),
    Column("token", String(128), nullable=False, unique=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("form_json", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# `content_json` is a text or an object. `author` is the function that wrote it.
proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", ForeignKey("requests.id"), nullable=False, index=True),
    Column("content_json", Text, nullable=False),
    Column("author", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# `role` is "user", "assistant", or "notice" for what the site itself says.
messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation", String(64), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("token", String(128), unique=True),
    Column("at", BigInteger, nullable=False),
)

# `delivery` is the token of the upload and the place in it. `result_json` is empty until somebody has read it.
documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery", String(160), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("result_json", Text),
)

# `event_id` is LINE's webhookEventId, the same for each delivery of an event. `reply_token` is good for one reply
# and is emptied when it has been used.
line_messages = Table(
    "line_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", String(64), nullable=False, unique=True),
    Column("user_id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("reply_token", String(128), nullable=False),
    Column("reply", Text),
    Column("at", BigInteger, nullable=False),
)

# `changes_json` maps a field to its value before and after. `status` is "waiting", "approved", "rejected", or
# "outdated" when the contact had changed meanwhile.
pending_writes = Table(
    "pending_writes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("changes_json", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", String(16), nullable=False, default="waiting"),
    Column("at", BigInteger, nullable=False),
    Column("decided", BigInteger),
)

# What was handed to the learner's functions. `kind` says which one, `subject` is the row it is about. `status` is
# "waiting", "running", "done", "failed" or "human"; for a write to the CRM it is that of the write.
runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject", Integer, nullable=False),
    Column("called", String, nullable=False, default=""),
    Column("status", String(16), nullable=False),
    Column("result", String, nullable=False, default=""),
    Column("problem", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("at", BigInteger, nullable=False),
    Column("seconds", Float),
)


class Store:
    """Transactions, from any thread, one at a time: each takes less than a millisecond."""

    def __init__(self):
        # One connection, or else each would have a database of its own in memory.
        self._engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        event.listen(self._engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
        self._turn = RLock()
        self._whole: Connection | None = None
        metadata.create_all(self._engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """What is done in it happens as a whole or not at all. One within another is a part of that."""
        with self._turn:
            if self._whole is not None:
                yield self._whole
                return
            with self._engine.begin() as self._whole:
                try:
                    yield self._whole
                finally:
                    self._whole = None


def now() -> int:
    """UTC microseconds."""
    return time.time_ns() // 1000
