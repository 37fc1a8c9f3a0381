"""The chain of hashes through the audit log, see `audit`."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from .schema import audit, audit_head

FIELDS = ("id", "public_id", "at", "actor_key", "action", "project_id", "target", "before_json", "after_json")
START = "0" * 64


def chained(before: str, row: dict) -> str:
    """An entry's hash, from the hash of the entry before it (`START` for the first) and the entry's fields."""
    line = json.dumps([before, *(row[name] for name in FIELDS)], separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def begin_chain(connection: Connection) -> None:
    """Give entries that have no hash yet theirs, and the log its head."""
    head, count = START, 0
    for row in connection.execute(select(audit).order_by(audit.c.id)).mappings().all():
        head, count = chained(head, dict(row)), count + 1
        connection.execute(update(audit).where(audit.c.id == row["id"]).values(hash=head))
    connection.execute(insert(audit_head).values(entries=count, hash=head))
