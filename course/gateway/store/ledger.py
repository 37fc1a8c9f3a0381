"""The ledger of calls, and the budgets that it keeps.

A call reserves what it may cost at most in all its budgets, in one statement that touches a budget only where
that much is left; when it ends, what it did cost is spent and the rest released, in one transaction with its
line in the ledger. So no budget is ever passed, however many calls come at once.
"""

from __future__ import annotations

import calendar
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import psutil
from sqlalchemy import BigInteger, and_, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection, Row

from ..types import Caller, Fault, Usage
from .schema import budgets, calls, keys, projects, workers

PERIODS = ("day", "week", "month", "total")
SCOPES = ("organization", "project", "key")
# A worker on another computer counts as gone after this long without a sign of life.
_WORKER_MICROS = 60_000_000
_SIGN_OF_LIFE_MICROS = 10_000_000


def _number(name: str):
    return bindparam(name, type_=BigInteger)


_APPLIES = or_(
    budgets.c.scope == "organization",
    and_(budgets.c.scope == "project", budgets.c.scope_id == bindparam("project")),
    and_(budgets.c.scope == "key", budgets.c.scope_id == bindparam("key")),
)
_STARTS = case(
    (budgets.c.period == "day", _number("day")),
    (budgets.c.period == "week", _number("week")),
    (budgets.c.period == "month", _number("month")),
    else_=0,
)
_SPENT_NOW = case((budgets.c.period_start < _STARTS, 0), else_=budgets.c.spent_micros)
_PERIOD_NOW = case((budgets.c.period_start < _STARTS, _STARTS), else_=budgets.c.period_start)
_RESERVE = (
    update(budgets)
    .where(_APPLIES, _SPENT_NOW + budgets.c.reserved_micros + _number("amount") <= budgets.c.limit_micros)
    .values(
        spent_micros=_SPENT_NOW,
        period_start=_PERIOD_NOW,
        reserved_micros=budgets.c.reserved_micros + _number("amount"),
    )
)
_HOW_MANY = select(func.count()).select_from(budgets).where(_APPLIES)
_FULL = select(budgets.c.scope, budgets.c.limit_micros).where(
    _APPLIES, _SPENT_NOW + budgets.c.reserved_micros + _number("amount") > budgets.c.limit_micros
)
_SPEND = (
    update(budgets)
    .where(_APPLIES)
    .values(
        spent_micros=_SPENT_NOW + _number("cost"),
        period_start=_PERIOD_NOW,
        reserved_micros=case(
            (budgets.c.reserved_micros > _number("amount"), budgets.c.reserved_micros - _number("amount")),
            else_=0,
        ),
    )
)
_OPEN = insert(calls)
_CLOSE = (
    update(calls)
    .where(calls.c.id == bindparam("number"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "input", "cached_input", "cache_write", "output", "reasoning", "cost_micros", "status", "ended",
            )
        }
        | {"reserved_micros": 0}
    )
)  # fmt: skip
_LEDGER = (
    select(
        calls.c.id.label("call"),
        projects.c.name.label("project"),
        keys.c.last4.label("key"),
        *[calls.c[name] for name in ("model", "input", "cached_input", "cache_write", "output", "reasoning")],
        calls.c.cost_micros,
        calls.c.status,
    )
    .join_from(calls, projects)
    .join(keys, calls.c.key_id == keys.c.id)
    .order_by(calls.c.id)
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call that was let in: its line in the ledger, and what it holds in its budgets."""

    number: int
    caller: Caller
    reserved_micros: int


class Ledger:
    """The part of the store that knows calls and budgets."""

    def last_call(self) -> int:
        """The number of the newest call in the ledger, 0 when there is none."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(calls.c.id))) or 0

    def open_call(
        self, caller: Caller, reply_id: str, vendor: str, model: str, kind: str, most_micros: int, now: int
    ) -> Ticket:
        """Begin a call that may cost `most_micros`. Raises `Fault` budget_exceeded when a budget has less left."""
        if most_micros < 0:
            raise ValueError(f"a call cannot cost {most_micros} micro-dollars")
        row = {
            "reply_id": reply_id,
            "project_id": caller.project_id,
            "key_id": caller.key_id,
            "worker_id": self._worker(now),
            "vendor": vendor,
            "kind": kind,
            "model": model,
            **asdict(Usage()),
            "cost_micros": 0,
            "reserved_micros": most_micros,
            "status": "open",
            "started": now,
            "ended": now,
        }
        scope = _scope(caller, now)
        with self._engine.begin() as connection:
            reserved = connection.execute(_RESERVE, {**scope, "amount": most_micros}).rowcount
            if reserved < connection.execute(_HOW_MANY, _ids(caller)).scalar():
                full = connection.execute(_FULL, {**scope, "amount": most_micros}).first()
                connection.rollback()
                raise Fault(
                    "budget_exceeded",
                    detail={
                        "scope": full.scope if full else "project",
                        "limit_micros": full.limit_micros if full else 0,
                        "project": caller.project_id,
                    },
                )
            number = connection.execute(_OPEN, row).inserted_primary_key[0]
        return Ticket(number, caller, most_micros)

    def close_call(self, ticket: Ticket, usage: Usage, cost_micros: int, status: str, now: int) -> None:
        """End a call: what it cost is spent, the rest of what it held is free again."""
        values = {**asdict(usage), "cost_micros": cost_micros, "status": status, "ended": now}
        with self._engine.begin() as connection:
            connection.execute(_CLOSE, {"number": ticket.number, **{f"new_{k}": v for k, v in values.items()}})
            spending = {"amount": ticket.reserved_micros, "cost": cost_micros}
            connection.execute(_SPEND, {**_scope(ticket.caller, now), **spending})

    def ledger(self) -> Sequence[Row]:
        """Every call, oldest first: call, project, key (its last four characters), model, token counts,
        cost_micros, status.
        """
        with self._engine.connect() as connection:
            return connection.execute(_LEDGER).all()

    def set_budget(self, scope: str, scope_id: int, period: str, limit_micros: int | None, now: int) -> None:
        """Set what may be spent in each `period`, or remove the limit. What the ledger already holds counts."""
        if scope not in SCOPES or period not in PERIODS:
            raise ValueError(f"a budget is for one of {SCOPES} and one of {PERIODS}, not {scope!r} and {period!r}")
        here = and_(budgets.c.scope == scope, budgets.c.scope_id == scope_id, budgets.c.period == period)
        starts = {**period_starts(now), "total": 0}[period]
        with self._engine.begin() as connection:
            if limit_micros is None:
                connection.execute(delete(budgets).where(here))
            elif not connection.execute(update(budgets).where(here).values(limit_micros=limit_micros)).rowcount:
                row = {
                    "scope": scope,
                    "scope_id": scope_id,
                    "period": period,
                    "period_start": starts,
                    "limit_micros": limit_micros,
                    "spent_micros": _sum(connection, calls.c.cost_micros, scope, scope_id, starts),
                    "reserved_micros": _sum(connection, calls.c.reserved_micros, scope, scope_id, 0),
                }
                connection.execute(insert(budgets), row)

    def budgets(self, scope: str, scope_id: int, now: int) -> list[dict]:
        """The budgets of a project, a key or the organization: period, limit_micros, spent_micros (since the
        period began) and reserved_micros.
        """
        columns = (budgets.c.period, budgets.c.limit_micros, _SPENT_NOW.label("spent_micros"))
        query = select(*columns, budgets.c.reserved_micros).where(
            budgets.c.scope == scope, budgets.c.scope_id == scope_id
        )
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query, period_starts(now))]

    def spent(self, scope: str, scope_id: int, since: int) -> int:
        """Micro-dollars in the ledger since a time."""
        with self._engine.connect() as connection:
            return _sum(connection, calls.c.cost_micros, scope, scope_id, since)

    def close_calls_of_the_dead(self, now: int) -> int:
        """Close the calls that workers left open when they died, and free what they held; return how many.

        What such a call produced is not known: it is in the ledger as "lost" and costs nothing.
        """
        with self._engine.begin() as connection:
            alive = [row.id for row in connection.execute(select(workers)) if _alive(row)]
            lost = connection.execute(
                select(calls).where(calls.c.status == "open", calls.c.worker_id.not_in(alive)).with_for_update()
            ).all()
            for row in lost:
                connection.execute(
                    update(calls).where(calls.c.id == row.id).values(status="lost", reserved_micros=0, ended=now)
                )
                caller = Caller(row.project_id, row.key_id)
                connection.execute(_SPEND, {**_scope(caller, now), "amount": row.reserved_micros, "cost": 0})
            connection.execute(delete(workers).where(workers.c.id.not_in(alive)))
        return len(lost)

    def _worker(self, now: int) -> int:
        """This process's number among the workers; tells the others now and then that it is alive."""
        if self._worker_id is None or os.getpid() != self._worker_pid:
            with self._engine.begin() as connection:
                row = {"host": socket.gethostname(), "pid": os.getpid(), "born": _born(os.getpid())}
                row["seen"] = time.time_ns() // 1000
                self._worker_id = connection.execute(insert(workers), row).inserted_primary_key[0]
                self._worker_pid, self._worker_seen = os.getpid(), now
            self.close_calls_of_the_dead(now)
            self.purge(now)
        elif now - self._worker_seen > _SIGN_OF_LIFE_MICROS:
            self._worker_seen = now
            with self._engine.begin() as connection:
                seen = time.time_ns() // 1000
                connection.execute(update(workers).where(workers.c.id == self._worker_id).values(seen=seen))
            self.close_calls_of_the_dead(now)
            self.purge(now)
        return self._worker_id


def period_starts(now: int) -> dict[str, int]:
    """When the day, the week (Monday) and the month that hold `now` began, in UTC."""
    date = time.gmtime(now // 1_000_000)
    day = calendar.timegm((date.tm_year, date.tm_mon, date.tm_mday, 0, 0, 0)) * 1_000_000
    return {
        "day": day,
        "week": day - date.tm_wday * 86_400_000_000,
        "month": calendar.timegm((date.tm_year, date.tm_mon, 1, 0, 0, 0)) * 1_000_000,
    }


def _ids(caller: Caller) -> dict[str, int]:
    return {"project": caller.project_id, "key": caller.key_id}


def _scope(caller: Caller, now: int) -> dict[str, int]:
    return {**_ids(caller), **period_starts(now)}


def _sum(connection: Connection, column, scope: str, scope_id: int, since: int) -> int:
    query = select(func.sum(column)).where(calls.c.started >= since)
    if scope == "project":
        query = query.where(calls.c.project_id == scope_id)
    elif scope == "key":
        query = query.where(calls.c.key_id == scope_id)
    return int(connection.scalar(query) or 0)


def _alive(worker: Row) -> bool:
    if worker.host != socket.gethostname():
        # The clock of the machine and not the gateway's: only it goes on while nobody calls.
        return time.time_ns() // 1000 - worker.seen < _WORKER_MICROS
    return _born(worker.pid) == worker.born


def _born(pid: int) -> int:
    """When a process of this computer began, by which it differs from a later one with its number; 0 if gone."""
    try:
        return int(psutil.Process(pid).create_time() * 1000)
    except psutil.NoSuchProcess:
        return 0
