"""Rate limits: token buckets that a clock fills.

A bucket holds as much as its limit and fills evenly, so a limit of 60 a minute gives one more each second. Processes
that serve one database share their buckets, so that a limit holds for all of them together. One that serves it alone
keeps them in memory.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from .store.buckets import ROUNDING, Bucket
from .types import Allowance, Fault

if TYPE_CHECKING:
    from .store import Store

_SECONDS = {"minute": 60, "day": 86_400}
_MOST_BUCKETS = 100_000


class RateLimiter:
    """Lets calls in at most as fast as their limits say. `clock()` is the UTC time in microseconds; the `store` keeps
    the buckets where several processes share them.
    """

    def __init__(self, clock: Callable[[], int], store: Store | None = None):
        self._clock = clock
        self._store = store
        self._buckets: OrderedDict[tuple, dict[tuple[str, str], Bucket]] = OrderedDict()
        self._lock = Lock()

    def admit(self, project: int, model: str, limits, tokens: int, key: int = 0) -> dict[str, Allowance]:
        """Take one request and so many tokens out of the buckets of a project, or of one `key` of it, or nothing at
        all.

        `limits` has requests_per_minute, tokens_per_minute and requests_per_day, each a number or `None`. Returns
        what is left by meter, "requests" and "tokens". Raises `Fault` rate_limited.
        """
        asked = []
        if limits.requests_per_minute is not None:
            asked.append(("requests", "minute", limits.requests_per_minute, 1))
        if limits.requests_per_day is not None:
            asked.append(("requests", "day", limits.requests_per_day, 1))
        if limits.tokens_per_minute is not None:
            asked.append(("tokens", "minute", limits.tokens_per_minute, tokens))
        if not asked:
            return {}
        if self._store is None or not self._store.shares_buckets:
            with self._lock:
                now = self._clock()
                return _take(project, model, asked, self._own(project, key, model, asked, now), now)
        now = self._clock()
        filling = [
            (meter, per, limit, limit / _SECONDS[per] / 1_000_000, amount) for meter, per, limit, amount in asked
        ]
        if (buckets := self._store.take(project, key, model, filling, now)) is not None:
            return _take(project, model, asked, buckets, now)
        meters = [(meter, per, limit) for meter, per, limit, _ in asked]
        with self._store.held_buckets(project, key, model, meters, now) as buckets:
            return _take(project, model, asked, buckets, now)

    def _own(self, project: int, key: int, model: str, asked: Sequence[tuple], now: int) -> list[Bucket]:
        name = (project, key, model)
        buckets = self._buckets.get(name)
        if buckets is None:
            buckets = self._buckets[name] = {}
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(name)
        return [buckets.get((meter, per)) or _new(buckets, meter, per, limit, now) for meter, per, limit, _ in asked]


def _new(buckets: dict[tuple[str, str], Bucket], meter: str, per: str, limit: int, now: int) -> Bucket:
    bucket = buckets[meter, per] = Bucket(float(limit), now)
    return bucket


def _take(
    project: int, model: str, asked: Sequence[tuple], buckets: Sequence[Bucket], now: int
) -> dict[str, Allowance]:
    for (meter, per, limit, amount), bucket in zip(asked, buckets, strict=True):
        passed = max(now - bucket.updated, 0) / 1_000_000  # a clock set back fills nothing
        bucket.level = min(bucket.level + passed * limit / _SECONDS[per], float(limit))
        bucket.updated = now
        if bucket.level + ROUNDING < amount:
            raise _refusal(project, model, meter, per, limit, amount, bucket.level)
    left = {}
    for (meter, per, limit, amount), bucket in zip(asked, buckets, strict=True):
        bucket.level = max(bucket.level - amount, 0.0)
        if per == "minute" or meter not in left:
            full_in = (limit - bucket.level) * _SECONDS[per] / limit if limit else 0.0
            left[meter] = Allowance(limit, int(bucket.level + ROUNDING), full_in)
    return left


def _refusal(project, model, meter, per, limit, amount, level) -> Fault:
    wait = (min(amount, limit) - level) * _SECONDS[per] / limit if limit else float(_SECONDS[per])
    return Fault(
        "rate_limited",
        detail={
            "meter": meter,
            "per": per,
            "limit": limit,
            "used": limit - math.floor(level + ROUNDING),
            "requested": amount,
            "model": model,
            "project": project,
            "retry_after": wait,
        },
    )
