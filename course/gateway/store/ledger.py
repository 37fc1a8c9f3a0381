"""The ledger of calls, and their budgets.

A call that is answered at once is one line, and one statement. Any other first holds what it may cost at most; when
it ends, what it did cost is spent and the rest free again. The database keeps the budgets, see `budget_keeping`: none
is ever passed. Vendors look at their own limits now and then, and what comes in between can pass them.
"""

from __future__ import annotations

import calendar
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, and_, bindparam, case, delete, func, insert, literal_column, or_, select, update
from sqlalchemy.engine import Connection, Row

from ..types import Caller, Fault, Usage
from .budget_keeping import EXCEEDED
from .database import StoreError, lock_table
from .schema import budgets, calls, keys, projects
from .workers import Workers

PERIODS = ("day", "week", "month", "total")
SCOPES = ("organization", "project", "key")
# How the kind of a call begins that a vendor answers.
LIVE = "live_"
_DAY_MICROS = 86_400_000_000


def _number(name: str):
    return bindparam(name, type_=BigInteger)


_APPLIES = or_(
    budgets.c.scope == literal_column("'organization'"),
    and_(budgets.c.scope == literal_column("'project'"), budgets.c.scope_id == bindparam("project_id")),
    and_(budgets.c.scope == literal_column("'key'"), budgets.c.scope_id == bindparam("key_id")),
)
_AFTER = budgets.c.spent_micros + budgets.c.reserved_micros + _number("cost_micros") + _number("reserved_micros")
_FULL = select(budgets.c.scope, budgets.c.period, budgets.c.limit_micros).where(
    _APPLIES, budgets.c.limit_micros < _AFTER
)
_STARTS = case(
    (budgets.c.period == "day", _number("day")),
    (budgets.c.period == "week", _number("week")),
    (budgets.c.period == "month", _number("month")),
    else_=0,
)
# A clock that was set back begins no period anew.
_IS_OVER = budgets.c.period_start < _STARTS
_OVER = select(budgets.c.id).where(_IS_OVER).order_by(budgets.c.id).with_for_update()
_USUAL = func.coalesce(budgets.c.usual_micros, budgets.c.limit_micros)
_BEGIN_PERIOD = (
    update(budgets)
    .where(budgets.c.id.in_(_OVER))
    .values(spent_micros=0, period_start=_STARTS, limit_micros=_USUAL, usual_micros=None)
)
_TOKENS = ("input", "cached_input", "cache_write", "output", "reasoning")
_SETTLED = (*_TOKENS, "cost_micros", "reserved_micros", "status", "ended")
_LINE = ("reply_id", "project_id", "key_id", "worker_id", "vendor", "kind", "model", "started", *_SETTLED)
_CHARGE = insert(calls).values({name: bindparam(name) for name in _LINE}).inline()
_OPEN = insert(calls).values({name: bindparam(name) for name in _LINE}).returning(calls.c.id)
# Another process may have taken this one for dead, and the call for lost; then it holds nothing. Settled is settled.
_CLOSE = (
    update(calls)
    .where(
        calls.c.id == bindparam("number"), calls.c.status.in_((literal_column("'open'"), literal_column("'lost'")))
    )
    .values({name: bindparam(f"new_{name}") for name in _SETTLED})
)
# Written out, so that SQLite finds them by its index of open calls.
_OPEN_CALLS = (
    select(calls.c.id, calls.c.kind, calls.c.reserved_micros)
    .where(calls.c.status == literal_column("'open'"))
    .order_by(calls.c.id)
)
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
    """A call that was let in: its line in the ledger, which says what it holds in its budgets."""

    number: int


class Ledger(Workers):
    """The part of the store that knows calls and budgets."""

    def __init__(self):
        super().__init__()
        # What could not be written when it ended, to be written before anything else.
        self._unsettled: deque[tuple] = deque()
        self._day: int | None = None

    def last_call(self) -> int:
        """The number of the newest call in the ledger, 0 when there is none."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(calls.c.id))) or 0

    def open_call(
        self, caller: Caller, reply_id: str, vendor: str, model: str, kind: str, most_micros: int, now: int
    ) -> Ticket:
        """Begin a call that may cost `most_micros`. Raises `Fault` budget_exceeded when a budget has less left."""
        line = self._line(caller, reply_id, vendor, model, kind, Usage(), now, now)
        line |= {"cost_micros": 0, "reserved_micros": most_micros, "status": "open"}
        ((number,),) = self._enter(_OPEN, line)
        return Ticket(number)

    def charge_call(
        self,
        caller: Caller,
        reply_id: str,
        vendor: str,
        model: str,
        kind: str,
        usage: Usage,
        cost_micros: int,
        started: int,
        now: int,
    ) -> None:
        """Write a call that is answered at once. Raises `Fault` budget_exceeded when a budget has less left than it
        costs.
        """
        line = self._line(caller, reply_id, vendor, model, kind, usage, started, now)
        line |= {"cost_micros": cost_micros, "reserved_micros": 0, "status": "ok"}
        self._enter(_CHARGE, line)

    def close_call(self, ticket: Ticket, usage: Usage, cost_micros: int, status: str, now: int) -> None:
        """End a call: what it cost is spent, the rest of what it held is free again. If that cannot be written now,
        it raises `StoreError`, and is written before the next call begins.
        """
        try:
            self._close(ticket.number, usage, cost_micros, status, now)
        except StoreError:
            self._unsettled.append((ticket.number, usage, cost_micros, status, now))
            raise

    def _close(self, number: int, usage: Usage, cost_micros: int, status: str, now: int) -> None:
        values = _tokens(usage) | {"cost_micros": cost_micros, "reserved_micros": 0, "status": status, "ended": now}
        self._begin_periods(now)
        self._engine.execute(_CLOSE, {"number": number, **{f"new_{name}": values[name] for name in _SETTLED}})

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
            lock_table(connection, budgets)  # no call may be settled between the sums and the new line
            self._day = None
            if limit_micros is None:
                connection.execute(delete(budgets).where(here))
            elif not connection.execute(
                update(budgets).where(here).values(limit_micros=limit_micros, usual_micros=None)
            ).rowcount:
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

    def raise_budget(self, scope: str, scope_id: int, period: str, micros: int, now: int) -> None:
        """Let so much more be spent in the period that is under way, or less; the next one is as usual. Nothing
        happens where there is no such budget.
        """
        here = and_(budgets.c.scope == scope, budgets.c.scope_id == scope_id, budgets.c.period == period)
        more = {"limit_micros": budgets.c.limit_micros + micros, "usual_micros": _USUAL}
        with self._engine.begin() as connection:
            connection.execute(_BEGIN_PERIOD, period_starts(now))
            connection.execute(update(budgets).where(here).values(more))

    def budgets(self, scope: str, scope_id: int, now: int) -> list[dict]:
        """The budgets of a project, a key or the organization: period, limit_micros, spent_micros (since the
        period began) and reserved_micros.
        """
        columns = (budgets.c.period, *now_of_budgets(), budgets.c.reserved_micros)
        query = select(*columns).where(budgets.c.scope == scope, budgets.c.scope_id == scope_id)
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query, period_starts(now))]

    def spent(self, scope: str, scope_id: int, since: int) -> int:
        """Micro-dollars in the ledger since a time."""
        with self._engine.connect() as connection:
            return _sum(connection, calls.c.cost_micros, scope, scope_id, since)

    def close_lost_calls(self, workers: Sequence[int], now: int) -> int:
        """Close the calls that workers left open when they died, and free what they held; return how many.

        What such a call produced is not known: it is in the ledger as "lost". One that a vendor answered may have
        cost all that it held, and is charged that; any other costs nothing.
        """
        with self._engine.connect() as connection:
            lost = connection.execute(_OPEN_CALLS.where(calls.c.worker_id.in_(workers))).all()
        for call in lost:
            self._close(call.id, Usage(), call.reserved_micros if call.kind.startswith(LIVE) else 0, "lost", now)
        return len(lost)

    def _begin_periods(self, now: int) -> None:
        """Begin the days, weeks and months that hold `now`, the first time that this process sees them."""
        day = now // _DAY_MICROS
        if day != self._day:
            with self._engine.begin() as connection:
                connection.execute(_BEGIN_PERIOD, period_starts(now))
            self._day = day

    def _enter(self, statement, line: dict) -> list[Sequence]:
        if line["cost_micros"] < 0 or line["reserved_micros"] < 0:
            raise ValueError("a call cannot cost less than nothing")
        while True:
            try:
                return self._engine.execute(statement, line)
            except self._engine.forbidden as error:
                if EXCEEDED not in str(error):
                    raise
            # None where a call that has ended meanwhile made room: then there is no reason to refuse this one.
            for scope, period, limit in self._engine.execute(_FULL, line):
                detail = {"scope": scope, "period": period, "limit_micros": limit, "project": line["project_id"]}
                raise Fault("budget_exceeded", detail=detail)

    def _line(self, caller, reply_id, vendor, model, kind, usage: Usage, started: int, ended: int) -> dict:
        while self._unsettled:
            self._close(*self._unsettled[0])
            self._unsettled.popleft()
        self._begin_periods(ended)
        return {
            "reply_id": reply_id,
            "project_id": caller.project_id,
            "key_id": caller.key_id,
            "worker_id": self.worker(ended),
            "vendor": vendor,
            "kind": kind,
            "model": model,
            **_tokens(usage),
            "started": started,
            "ended": ended,
        }


def now_of_budgets() -> tuple:
    """`limit_micros` and `spent_micros` of budgets as they are now, though no call may have come since a period
    began; a query with them takes the values of `period_starts`.
    """
    limit = case((_IS_OVER, _USUAL), else_=budgets.c.limit_micros).label("limit_micros")
    return limit, case((_IS_OVER, 0), else_=budgets.c.spent_micros).label("spent_micros")


def period_starts(now: int) -> dict[str, int]:
    """When the day, the week (Monday) and the month that hold `now` began, in UTC."""
    day = now // _DAY_MICROS * _DAY_MICROS
    date = time.gmtime(day // 1_000_000)
    return {
        "day": day,
        "week": day - date.tm_wday * _DAY_MICROS,
        "month": calendar.timegm((date.tm_year, date.tm_mon, 1, 0, 0, 0)) * 1_000_000,
    }


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "input": usage.input,
        "cached_input": usage.cached_input,
        "cache_write": usage.cache_write,
        "output": usage.output,
        "reasoning": usage.reasoning,
    }


def _sum(connection: Connection, column, scope: str, scope_id: int, since: int) -> int:
    query = select(func.sum(column)).where(calls.c.ended >= since)
    if scope == "project":
        query = query.where(calls.c.project_id == scope_id)
    elif scope == "key":
        query = query.where(calls.c.key_id == scope_id)
    return int(connection.scalar(query) or 0)
