"""Projects, keys, budgets, the ledger and the audit log, in a database, through SQLAlchemy Core.

`schema` has the tables; each other file one part of the `Store`.
"""

from __future__ import annotations

from .access import ADMIN_KEY_PREFIX, KEY_PREFIX, Access, Policy, RateLimit, public_id
from .admin import Admin, AuditFilter
from .audit import Audit
from .buckets import Buckets
from .database import Database, StoreError, UnstorableError
from .findings import Findings
from .key_use import KeyUse, KeyUses
from .ledger import Ledger, Ticket
from .objects import Objects
from .overview import Overview
from .refusals import Refusals
from .retention import Retention

__all__ = [
    "ADMIN_KEY_PREFIX",
    "KEY_PREFIX",
    "AuditFilter",
    "KeyUse",
    "Policy",
    "RateLimit",
    "Store",
    "StoreError",
    "Ticket",
    "UnstorableError",
    "public_id",
]


class Store(Access, Buckets, Ledger, Refusals, Findings, Objects, Audit, Admin, Retention, Overview, KeyUses):
    """One database, safe to share between threads. `url` is an SQLAlchemy URL. Raises `StoreError` when it cannot
    be used.
    """

    def __init__(self, url):
        super().__init__()
        self._engine = Database(url)

    def close(self) -> None:
        self._engine.close()
