"""The audit log: who changed what, when, from what, to what."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.engine import Row

from .access import public_id
from .database import next_number
from .schema import audit


class Audit:
    """The part of the store that remembers changes. Nothing here is ever changed or deleted."""

    def add_audit(
        self,
        action: str,
        target: str,
        now: int,
        actor_key: int | None = None,
        project_id: int | None = None,
        before: dict | None = None,
        after: dict | None = None,
    ) -> None:
        """`action` is such as "project.created", `target` the public ID of what was changed; neither `before` nor
        `after` may hold a secret.
        """
        with self._engine.begin() as connection:
            number = next_number(connection, audit)
            row = {
                "id": number,
                "public_id": public_id("audit_log-", number),
                "at": now,
                "actor_key": actor_key,
                "action": action,
                "project_id": project_id,
                "target": target,
                "before_json": None if before is None else json.dumps(before),
                "after_json": None if after is None else json.dumps(after),
            }
            connection.execute(insert(audit), row)

    def audit_log(self) -> Sequence[Row]:
        """Every entry, oldest first."""
        with self._engine.connect() as connection:
            return connection.execute(select(audit).order_by(audit.c.id)).all()
