"""Calls that were refused: whose, for which model, and why. The ledger has only those that were let in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select
from sqlalchemy.engine import Row

from ..types import Caller, Fault
from .access import digest_of
from .schema import keys, projects, refusals

_LINE = ("at", "project_id", "key_id", "vendor", "model", "reason", "scope", "limit_micros")
_ENTER = insert(refusals).values({name: bindparam(name) for name in _LINE}).inline()
_OWNER = select(keys.c.id, keys.c.project_id).where(keys.c.digest == bindparam("digest"))
_LONGEST_NAME = 128
_REFUSALS = (
    select(
        refusals.c.id.label("refusal"),
        projects.c.name.label("project"),
        keys.c.last4.label("key"),
        refusals.c.model,
        refusals.c.reason,
    )
    .join_from(refusals, projects)
    .join(keys, refusals.c.key_id == keys.c.id)
    .order_by(refusals.c.id)
)


class Refusals:
    """The part of the store that remembers who was turned away."""

    def add_refusal(self, caller: Caller, vendor: str, model: str, fault: Fault, now: int) -> None:
        """Write down that a project's call was refused; an administrator's key has no project, and leaves no line."""
        if caller.project_id is None:
            return
        line = {
            "at": now,
            "project_id": caller.project_id,
            "key_id": caller.key_id,
            "vendor": vendor,
            # The caller wrote it: it may be anything, and no database keeps U+0000.
            "model": model.replace("\0", "")[:_LONGEST_NAME],
            "reason": fault.kind,
            "scope": fault.detail.get("scope", ""),
            "limit_micros": fault.detail.get("limit_micros"),
        }
        self._engine.execute(_ENTER, line)

    def add_key_refusal(self, secret: str, fault: Fault, now: int) -> None:
        """Write down that a key was refused which once was a project's, such as a revoked one. A secret that never
        was a key leaves no line: nobody could say whose it is.
        """
        rows = self._engine.execute(_OWNER, {"digest": digest_of(secret)})
        if rows:
            key_id, project_id = rows[0]
            self.add_refusal(Caller(project_id, key_id), "", "", fault, now)

    def refusals(self) -> Sequence[Row]:
        """Every refused call, oldest first: refusal, project, key (its last four characters), model (empty where the
        key itself was refused) and reason (a `Fault`'s kind).
        """
        with self._engine.connect() as connection:
            return connection.execute(_REFUSALS).all()
