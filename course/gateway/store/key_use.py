"""What each key of a project was used for: calls, money against its budget, refusals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import and_, func, select

from .ledger import now_of_budgets, period_starts
from .schema import budgets, calls, keys, refusals

_CALLS = (
    select(
        calls.c.key_id,
        func.count().label("calls"),
        func.sum(calls.c.cost_micros).label("spent"),
        func.max(calls.c.started).label("last"),
    )
    .where(calls.c.status != "open")
    .group_by(calls.c.key_id)
)
_REFUSED = select(refusals.c.key_id, refusals.c.reason, func.count().label("count")).group_by(
    refusals.c.key_id, refusals.c.reason
)


@dataclass(slots=True)
class KeyUse:
    """`spent_micros` is all that was ever spent, `refused` the number of refused calls by a `Fault`'s kind. The
    budget is that of a period; its `limit_micros` is `None` where there is none. `last_call` is UTC microseconds.
    """

    calls: int = 0
    spent_micros: int = 0
    last_call: int | None = None
    refused: dict[str, int] = field(default_factory=dict)
    limit_micros: int | None = None
    period_micros: int = 0
    reserved_micros: int = 0


class KeyUses:
    """The part of the store that tells keys apart."""

    def use_of_keys(self, project_id: int, period: str, now: int) -> dict[int, KeyUse]:
        """By a key's number; a key that was never used and has no budget of this period is not among them."""
        uses: dict[int, KeyUse] = defaultdict(KeyUse)
        own = select(keys.c.id).where(keys.c.project_id == project_id)
        mine = and_(budgets.c.scope == "key", budgets.c.period == period, budgets.c.scope_id.in_(own))
        held = select(budgets.c.scope_id, *now_of_budgets(), budgets.c.reserved_micros).where(mine)
        with self._engine.connect() as connection:
            for row in connection.execute(_CALLS.where(calls.c.project_id == project_id)):
                use = uses[row.key_id]
                use.calls, use.spent_micros, use.last_call = row.calls, int(row.spent), row.last
            for row in connection.execute(_REFUSED.where(refusals.c.project_id == project_id)):
                uses[row.key_id].refused[row.reason] = row.count
            for row in connection.execute(held, period_starts(now)):
                use = uses[row.scope_id]
                use.limit_micros, use.period_micros = row.limit_micros, row.spent_micros
                use.reserved_micros = row.reserved_micros
        return dict(uses)
