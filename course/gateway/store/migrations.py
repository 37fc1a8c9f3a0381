"""Brings a database of an older version to this one, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select, text, update
from sqlalchemy.engine import Connection

from .chain import begin_chain
from .schema import audit_head, findings, rate_buckets, schema_info


def _from_5(connection: Connection) -> None:
    """Chains the audit log, and makes a place for what redaction finds."""
    connection.execute(text("ALTER TABLE audit ADD COLUMN hash VARCHAR(64) NOT NULL DEFAULT ''"))
    audit_head.create(connection)
    findings.create(connection)
    begin_chain(connection)


def _from_6(connection: Connection) -> None:
    """Makes a place for rate limits that processes share."""
    rate_buckets.create(connection)


def _from_7(connection: Connection) -> None:
    """Lets a rate limit hold for each key, and a budget differ in one period. What is left in a bucket is forgotten:
    a minute fills it.
    """
    connection.execute(text("ALTER TABLE rate_limits ADD COLUMN each_key BOOLEAN DEFAULT false NOT NULL"))
    connection.execute(text("ALTER TABLE budgets ADD COLUMN usual_micros BIGINT"))
    rate_buckets.drop(connection)
    rate_buckets.create(connection)


_STEPS: dict[int, Callable[[Connection], None]] = {5: _from_5, 6: _from_6, 7: _from_7}


def migrate(connection: Connection) -> int:
    """Take every step there is; return the version that the tables then have."""
    version = connection.scalar(select(schema_info.c.version).with_for_update())
    while version in _STEPS:
        _STEPS[version](connection)
        version += 1
        connection.execute(update(schema_info).values(version=version))
    return version
