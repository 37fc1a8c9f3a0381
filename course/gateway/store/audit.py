"""The audit log: who changed what, when, from what, to what; and whether somebody has changed the log itself.

Each entry carries a hash of itself and of the entry before it, and the log's head says how many entries there are and
how the last one hashes. So an entry that is changed, removed, added or moved no longer fits. Who can write into the
database could make the whole chain anew: whoever has noted an older hash elsewhere still finds out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from .access import public_id
from .chain import START, chained
from .database import lock_table, next_number
from .schema import audit, audit_head


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a check. `problem` says what does not fit, and is empty where all does; `head` is the last
    entry's hash: note it elsewhere, to check against it later.
    """

    entries: int
    head: str
    problem: str = ""

    @property
    def intact(self) -> bool:
        return not self.problem


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
            row["hash"] = chained(connection.scalar(select(audit_head.c.hash)), row)
            connection.execute(insert(audit), row)
            connection.execute(update(audit_head).values(entries=number, hash=row["hash"]))

    def audit_log(self) -> Sequence[Row]:
        """Every entry, oldest first."""
        with self._engine.connect() as connection:
            return connection.execute(select(audit).order_by(audit.c.id)).all()

    def verify_audit(self, noted: str = "") -> Verdict:
        """Whether the log is as it was written; `noted` is a head of an earlier check, which must still be in it."""
        with self._engine.begin() as connection:
            lock_table(connection, audit)  # no entry may come between its end and the head
            return _verified(
                connection.execute(select(audit).order_by(audit.c.id)),
                connection.execute(select(audit_head)).all(),
                noted,
            )


def _verified(rows: Iterable[Row], heads: Sequence[Row], noted: str) -> Verdict:
    head, count, seen = START, 0, not noted
    for row in rows:
        count += 1
        entry = row._asdict()
        if entry["id"] != count:
            return Verdict(count - 1, head, f"Entry {count} is missing: after it stands entry {entry['id']}.")
        head = chained(head, entry)
        if entry["hash"] != head:
            return Verdict(count, head, f"Entry {count} is not as it was written, or not in its place.")
        seen = seen or head == noted
    if len(heads) != 1:
        return Verdict(count, head, f"The log ends after entry {count}, and it is not known how many were written.")
    if heads[0].entries != count:
        return Verdict(count, head, f"The log ends after entry {count}, but the last written was {heads[0].entries}.")
    if heads[0].hash != head:
        return Verdict(count, head, f"The log ends with an entry {count} that is not the one written last.")
    if not seen:
        return Verdict(count, head, "The log fits together, but the noted hash is not in it: it was written anew.")
    return Verdict(count, head)
