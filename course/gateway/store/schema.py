"""The tables. Times are UTC microseconds and money is micro-dollars, both as integers: dates without a zone and
binary fractions are how budgets go wrong. Columns that end in `_json` hold a JSON text.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    false,
)

from . import budget_keeping

SCHEMA_VERSION = 8

metadata = MetaData()

schema_info = Table("schema_info", metadata, Column("version", Integer, nullable=False))

# `policy_json`: what the project's calls may do; see `access.Policy`.
projects = Table(
    "projects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(64), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("archived", BigInteger),
    Column("policy_json", Text, nullable=False, default="{}"),
)

# `project_id` is empty for a key that administers the platform. `owner` is the public ID of a user or a service
# account. `status` is "active", "inactive" or "archived".
keys = Table(
    "keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(64), nullable=False, unique=True),
    Column("project_id", ForeignKey("projects.id"), index=True),
    Column("name", String, nullable=False),
    Column("owner", String(64), nullable=False, default=""),
    Column("digest", String(64), nullable=False, unique=True),
    Column("first", String(32), nullable=False),
    Column("last4", String(4), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("revoked", BigInteger),
    Column("status", String(16), nullable=False, default="active"),
)

# `model` is "*" for every model without a line of its own. An empty limit is no limit. With `each_key`, each of the
# project's keys may call so often; else all of them together.
rate_limits = Table(
    "rate_limits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("model", String, nullable=False),
    Column("requests_per_minute", BigInteger),
    Column("tokens_per_minute", BigInteger),
    Column("requests_per_day", BigInteger),
    Column("each_key", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("project_id", "model"),
)

# What is left of rate limits, where several processes share a server; see `buckets`. `key_id` is 0 where all keys of
# the project share a limit.
rate_buckets = Table(
    "rate_buckets",
    metadata,
    Column("project_id", ForeignKey("projects.id"), primary_key=True),
    Column("key_id", Integer, primary_key=True, autoincrement=False),
    Column("model", String, primary_key=True),
    Column("meter", String(16), primary_key=True),
    Column("per", String(8), primary_key=True),
    Column("level", Float(53), nullable=False),
    Column("updated", BigInteger, nullable=False),
)
# Nothing of it need outlive a crash, and each call writes it: so no call waits until the disk has it.
event.listen(
    rate_buckets, "after_create", DDL("ALTER TABLE rate_buckets SET UNLOGGED").execute_if(dialect="postgresql")
)

# `scope` is "organization", "project" or "key", and `scope_id` the row's number there, 0 for the organization.
# `spent_micros` counts since `period_start`; `reserved_micros` is held for calls that are under way. The database
# keeps both itself, see `budget_keeping`. Where `limit_micros` holds for this period alone, `usual_micros` is the
# limit of the next one.
budgets = Table(
    "budgets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope", String(16), nullable=False),
    Column("scope_id", Integer, nullable=False),
    Column("period", String(8), nullable=False),
    Column("period_start", BigInteger, nullable=False),
    Column("limit_micros", BigInteger, nullable=False),
    Column("usual_micros", BigInteger),
    Column("spent_micros", BigInteger, nullable=False),
    Column("reserved_micros", BigInteger, nullable=False),
    UniqueConstraint("scope", "scope_id", "period"),
)

# The ledger. A call is "open" until it is settled; `reserved_micros` is what it holds in its budgets until then.
calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reply_id", String(64), nullable=False),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("key_id", ForeignKey("keys.id"), nullable=False),
    Column("worker_id", Integer, nullable=False),
    Column("vendor", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("model", String, nullable=False),
    Column("input", Integer, nullable=False),
    Column("cached_input", Integer, nullable=False),
    Column("cache_write", Integer, nullable=False),
    Column("output", Integer, nullable=False),
    Column("reasoning", Integer, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
    Column("reserved_micros", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Index("calls_by_key_and_time", "key_id", "started"),
)
# As a text, which both databases read: an `Index` with `postgresql_where` would load its dialect for everyone.
event.listen(calls, "after_create", DDL("CREATE INDEX open_calls ON calls (worker_id) WHERE status = 'open'"))

# Calls that were refused. `reason` is a `Fault`'s kind; `scope` and `limit_micros` are those of a budget that had too
# little left.
refusals = Table(
    "refusals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("key_id", ForeignKey("keys.id"), nullable=False),
    Column("vendor", String(32), nullable=False),
    Column("model", String, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("limit_micros", BigInteger),
)

# Processes that serve this database: the open calls of one that is gone are closed by the others.
workers = Table(
    "workers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("born", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
)

# Documents that a vendor's API keeps: files, batches, stored responses, members, alerts.
objects = Table(
    "objects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("public_id", String(128), nullable=False),
    Column("project_id", ForeignKey("projects.id")),
    Column("created", BigInteger, nullable=False),
    Column("body_json", Text, nullable=False),
    Column("content", LargeBinary),
    UniqueConstraint("kind", "public_id"),
    Index("objects_by_kind_and_project", "kind", "project_id"),
)

# Personal data that was found in prompts: how many pieces of which kind, and never the data itself. `action` is what
# was done about it: "warn", "mask" or "block".
findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("key_id", ForeignKey("keys.id"), nullable=False),
    Column("vendor", String(32), nullable=False),
    Column("model", String, nullable=False),
    Column("action", String(8), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("count", Integer, nullable=False),
)

# Who changed what, when, from what, to what. `hash` chains an entry to the one before it, see `audit`.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(64), nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    Column("actor_key", Integer),
    Column("action", String(64), nullable=False, index=True),
    Column("project_id", ForeignKey("projects.id")),
    Column("target", String(128), nullable=False),
    Column("before_json", Text),
    Column("after_json", Text),
    Column("hash", String(64), nullable=False),
)

# The one row that says where the audit log ends.
audit_head = Table(
    "audit_head",
    metadata,
    Column("entries", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

budget_keeping.attach(metadata)
