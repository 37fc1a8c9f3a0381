"""How a class and each of its students stand: what was spent, what was refused, who is idle."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from course.gateway.store import KeyUse, Store

from . import register
from .register import PERIOD, Class, Enrolled, enrolled

_IDLE_MICROS = 7 * 86_400_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Money is in micro-dollars. `week` is what was spent and is held since Monday, of `limit`, `None` if there is
    none; `spent` is all that ever was, with keys before this one too. `last_call` is UTC microseconds, `None` where
    there was none.
    """

    who: Enrolled
    week: int
    limit: int | None
    spent: int
    calls: int
    refused: dict[str, int]
    last_call: int | None
    is_idle: bool

    @property
    def state(self) -> str:
        """In a word or two: what an instructor may want to do something about comes first."""
        if self.who.revoked:
            return "revoked"
        if self.limit is not None and self.week >= self.limit:
            return "budget used up"
        if self.last_call is None:
            return "never called"
        return "idle" if self.is_idle else "active"


@dataclass(frozen=True, slots=True)
class Report:
    """`week` and `spent` are what all students have spent, `used` is what is spent and held of the class's `cap`,
    `None` if it has none. `refused` has the number of refused calls by reason, most first.
    """

    klass: Class
    students: list[Standing]
    week: int
    spent: int
    used: int
    cap: int | None
    refused: dict[str, int]

    @property
    def idle(self) -> int:
        return sum(each.state in ("idle", "never called") for each in self.students)


# What a list of students can be ordered by, and how.
ORDERS = {
    "name": lambda each: each.who.student.label.casefold(),
    "state": lambda each: each.state,
    "week": lambda each: each.week,
    "spent": lambda each: each.spent,
    "calls": lambda each: each.calls,
    "refused": lambda each: sum(each.refused.values()),
    "last": lambda each: each.last_call or 0,
}


def report(store: Store, klass: Class, now: int) -> Report:
    """How the class stands, its students in the order in which they came."""
    uses = store.use_of_keys(klass.project, PERIOD, now)
    by_owner: dict[str, list[KeyUse]] = defaultdict(list)
    for number, row in store.known_keys().items():
        if number in uses:
            by_owner[row.owner].append(uses[number])
    students = [
        _standing(who, uses.get(who.key, KeyUse()), by_owner[who.account], now) for who in enrolled(store, klass)
    ]
    budget = register.class_budget(store, klass, now)
    refused: Counter = Counter()
    for each in students:
        refused.update(each.refused)
    return Report(
        klass=klass,
        students=students,
        week=sum(each.week for each in students),
        spent=sum(each.spent for each in students),
        used=budget["spent_micros"] + budget["reserved_micros"] if budget else 0,
        cap=budget["limit_micros"] if budget else None,
        refused=dict(refused.most_common()),
    )


def ordered(students: Sequence[Standing], by: str, descending: bool) -> list[Standing]:
    """The students by one of `ORDERS`."""
    return sorted(students, key=ORDERS[by], reverse=descending)


def _standing(who: Enrolled, newest: KeyUse, all_of_them: Sequence[KeyUse], now: int) -> Standing:
    refused: Counter = Counter()
    for use in all_of_them:
        refused.update(use.refused)
    last = max((use.last_call for use in all_of_them if use.last_call is not None), default=None)
    return Standing(
        who=who,
        week=newest.period_micros + newest.reserved_micros,
        limit=newest.limit_micros,
        spent=sum(use.spent_micros for use in all_of_them),
        calls=sum(use.calls for use in all_of_them),
        refused=dict(refused.most_common()),
        last_call=last,
        is_idle=last is None or now - last > _IDLE_MICROS,
    )
