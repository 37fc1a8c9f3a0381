"""Rate limits: token buckets that a clock fills.

A bucket holds as much as its limit and fills evenly, so a limit of 60 a minute gives one more each second. Each
process that serves has its own buckets.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from .types import Allowance, Fault

_SECONDS = {"minute": 60, "day": 86_400}
_MOST_BUCKETS = 100_000


@dataclass(slots=True)
class _Bucket:
    level: float
    updated: int


class RateLimiter:
    """Lets calls in at most as fast as their limits say. `clock()` is the UTC time in microseconds."""

    def __init__(self, clock: Callable[[], int]):
        self._clock = clock
        self._buckets: OrderedDict[tuple, _Bucket] = OrderedDict()
        self._lock = Lock()

    def admit(self, project: int, model: str, limits, tokens: int) -> dict[str, Allowance]:
        """Take one request and so many tokens out of the buckets, or nothing at all.

        `limits` has requests_per_minute, tokens_per_minute and requests_per_day, each a number or `None`. Returns
        what is left by meter, "requests" and "tokens". Raises `Fault` rate_limited.
        """
        asked = (
            ("requests", "minute", limits.requests_per_minute, 1),
            ("requests", "day", limits.requests_per_day, 1),
            ("tokens", "minute", limits.tokens_per_minute, tokens),
        )
        taken, left = [], {}
        with self._lock:
            now = self._clock()
            for meter, per, limit, amount in asked:
                if limit is None:
                    continue
                bucket = self._filled((project, model, meter, per), limit, _SECONDS[per], now)
                # At the limit exactly, the sum of many refills may miss it by a rounding error.
                if bucket.level + 1e-9 < amount:
                    raise _refusal(project, model, meter, per, limit, amount, bucket.level)
                taken.append((meter, per, limit, amount, bucket))
            for meter, per, limit, amount, bucket in taken:
                bucket.level = max(bucket.level - amount, 0.0)
                if per == "minute" or meter not in left:
                    full_in = (limit - bucket.level) * _SECONDS[per] / limit if limit else 0.0
                    left[meter] = Allowance(limit, int(bucket.level + 1e-9), full_in)
        return left

    def _filled(self, name: tuple, limit: int, seconds: int, now: int) -> _Bucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(float(limit), now)
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
            return bucket
        passed = max(now - bucket.updated, 0) / 1_000_000  # a clock set back fills nothing
        bucket.level = min(bucket.level + passed * limit / seconds, float(limit))
        bucket.updated = now
        self._buckets.move_to_end(name)
        return bucket


def _refusal(project, model, meter, per, limit, amount, level) -> Fault:
    wait = (min(amount, limit) - level) * _SECONDS[per] / limit if limit else float(_SECONDS[per])
    return Fault(
        "rate_limited",
        detail={
            "meter": meter,
            "per": per,
            "limit": limit,
            "used": limit - math.floor(level + 1e-9),
            "requested": amount,
            "model": model,
            "project": project,
            "retry_after": wait,
        },
    )
