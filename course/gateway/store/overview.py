"""What is going on on the platform: spend against budgets, calls, refusals, tokens by model, and who changed what."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import case, func, or_, select
from sqlalchemy.engine import Connection, Row

from .admin import SPEND_ALERT, AuditFilter
from .ledger import now_of_budgets, period_starts
from .schema import budgets, calls, keys, objects, projects, refusals

_MICROS_IN_A_CENT = 10_000
_ENTRIES = 12


class Overview:
    """The part of the store that a dashboard shows."""

    def overview(self, now: int, entries: int = _ENTRIES) -> dict:
        """Everything at once; money in micro-dollars, months and budgets in UTC.

        `projects` and `organization` (one of the same kind, for all together) have name, archived, calls, refused,
        month_micros (spent this month), alerts (micro-dollars a month, from the lowest) and budget: `None`, or
        period, limit_micros, spent_micros, reserved_micros and reached (spent, or so nearly that a call was refused).
        `models` have model, calls, input, output (tokens) and cost_micros. `refusals` have project, reason (a
        `Fault`'s kind) and count. `audit` has the newest `entries`, newest first: number, at, actor (a key's name and
        last four characters, `None` for the platform itself), action, project, target (names or IDs), before, after.
        """
        starts = period_starts(now)
        with self._engine.connect() as connection:
            known = connection.execute(select(projects).order_by(projects.c.id)).all()
            used = connection.execute(_usage(starts["month"])).all()
            refused = connection.execute(_REFUSED).all()
            alerts = _alerts(connection)
            limits = connection.execute(_BUDGETS, starts).all()
        names = {row.id: row.name for row in known}

        def described(number: int | None, name: str, archived: bool) -> dict:
            mine = [row for row in used if number in (None, row.project_id)]
            turned_away = [row for row in refused if number in (None, row.project_id)]
            scope = ("organization", 0) if number is None else ("project", number)
            held = [_budget(row, starts, turned_away) for row in limits if (row.scope, row.scope_id) == scope]
            return {
                "name": name,
                "archived": archived,
                "calls": sum(row.calls for row in mine),
                "refused": sum(row.count for row in turned_away),
                "month_micros": sum(int(row.month_micros) for row in mine),
                "alerts": alerts.get(number, []),
                "budget": max(held, key=_tightness, default=None),
            }

        return {
            "organization": described(None, "", archived=False),
            "projects": [described(row.id, row.name, row.archived is not None) for row in known],
            "models": _by_model(used),
            "refusals": _by_reason(refused, names),
            "audit": self._entries(entries, names),
        }

    def _entries(self, entries: int, names: dict[int, str]) -> list[dict]:
        rows, _ = self.audit_page(AuditFilter(), limit=entries)
        meant = or_(
            keys.c.id.in_([row.actor_key for row in rows]), keys.c.public_id.in_([row.target for row in rows])
        )
        with self._engine.connect() as connection:
            found = connection.execute(
                select(keys.c.id, keys.c.public_id, keys.c.name, keys.c.last4).where(meant)
            ).all()
        actors = {key.id: f"{key.name} (key {key.last4})" for key in found}
        targets = {key.public_id: key.name for key in found}
        return [
            {
                "number": row.id,
                "at": row.at,
                "actor": actors.get(row.actor_key),
                "action": row.action,
                "project": names.get(row.project_id),
                "target": targets.get(row.target, row.target),
                "before": None if row.before_json is None else json.loads(row.before_json),
                "after": None if row.after_json is None else json.loads(row.after_json),
            }
            for row in rows
        ]


_BUDGETS = (
    select(budgets.c.scope, budgets.c.scope_id, budgets.c.period, *now_of_budgets(), budgets.c.reserved_micros)
    .where(budgets.c.scope.in_(("organization", "project")))
    .order_by(budgets.c.id)
)
_WHY = (refusals.c.project_id, refusals.c.reason, refusals.c.scope, refusals.c.limit_micros)
_REFUSED = (
    select(*_WHY, func.count().label("count"), func.max(refusals.c.at).label("last"))
    .group_by(*_WHY)
    .order_by(func.min(refusals.c.id))
)


def _usage(month: int):
    """Calls that were answered or failed, by project and model, in the order in which they first came."""
    by = (calls.c.project_id, calls.c.model)
    this_month = case((calls.c.ended >= month, calls.c.cost_micros), else_=0)
    sums = [func.sum(calls.c[name]).label(name) for name in ("input", "output", "cost_micros")]
    return (
        select(*by, func.count().label("calls"), *sums, func.sum(this_month).label("month_micros"))
        .where(calls.c.status != "open")
        .group_by(*by)
        .order_by(func.min(calls.c.id))
    )


def _alerts(connection: Connection) -> dict[int | None, list[int]]:
    """Thresholds by project, `None` for the organization."""
    found: dict[int | None, list[int]] = {}
    for row in connection.execute(
        select(objects.c.project_id, objects.c.body_json).where(objects.c.kind == SPEND_ALERT)
    ):
        threshold = json.loads(row.body_json)["threshold_amount"] * _MICROS_IN_A_CENT
        found.setdefault(row.project_id, []).append(threshold)
    return {project: sorted(thresholds) for project, thresholds in found.items()}


def _budget(row: Row, starts: dict[str, int], refused: Iterable[Row]) -> dict:
    began = starts.get(row.period, 0)
    # A call that would pass a limit is refused: so a budget may be used up though something is left.
    turned_away = any(
        why.scope == row.scope and why.limit_micros >= row.limit_micros and why.last >= began
        for why in refused
        if why.limit_micros is not None
    )
    return {
        "period": row.period,
        "limit_micros": row.limit_micros,
        "spent_micros": row.spent_micros,
        "reserved_micros": row.reserved_micros,
        "reached": row.spent_micros >= row.limit_micros or turned_away,
    }


def _tightness(budget: dict) -> tuple[bool, float]:
    """A month's budget comes first, because alerts are a month's too; then the one of which the most is used."""
    used = budget["spent_micros"] + budget["reserved_micros"]
    return budget["period"] == "month", used / budget["limit_micros"] if budget["limit_micros"] else 1.0


def _by_model(used: Sequence[Row]) -> list[dict]:
    sums: dict[str, Counter] = {}
    for row in used:
        sums.setdefault(row.model, Counter()).update(
            {name: int(getattr(row, name)) for name in ("calls", "input", "output", "cost_micros")}
        )
    return [{"model": model, **counted} for model, counted in sums.items()]


def _by_reason(refused: Sequence[Row], names: dict[int, str]) -> list[dict]:
    counts: Counter = Counter()
    for row in refused:
        counts[row.project_id, row.reason] += row.count
    return [
        {"project": names[project], "reason": reason, "count": count} for (project, reason), count in counts.items()
    ]
