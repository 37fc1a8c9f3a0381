"""Token buckets that all processes share which serve one database, see `limits`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import and_, func, select, text, update

from .schema import rate_buckets, workers

_WORKERS = select(func.count()).select_from(workers)
_HELD = select(rate_buckets.c.level, rate_buckets.c.updated).with_for_update()

# Takes where there is enough in all of them. They are locked in the order in which `held_buckets` locks them.
_TAKE = text("""
WITH asked AS (
  SELECT * FROM unnest(CAST(:meters AS text[]), CAST(:pers AS text[]), CAST(:limits AS float8[]),
    CAST(:fills AS float8[]), CAST(:amounts AS float8[])) WITH ORDINALITY AS a (meter, per, most, fill, amount, place)
), held AS (
  SELECT meter, per, place, amount, LEAST(level + GREATEST(CAST(:now AS bigint) - updated, 0) * fill, most) AS level
  FROM rate_buckets JOIN asked USING (meter, per)
  WHERE project_id = :project AND key_id = :key AND model = :model
  ORDER BY place FOR UPDATE OF rate_buckets
), taken AS (
  UPDATE rate_buckets AS b
  SET level = GREATEST(held.level - held.amount, 0), updated = GREATEST(b.updated, CAST(:now AS bigint))
  FROM held
  WHERE b.project_id = :project AND b.key_id = :key AND b.model = :model AND b.meter = held.meter
    AND b.per = held.per AND (SELECT count(*) FROM held WHERE level + :least >= amount) = :number
)
SELECT level FROM held ORDER BY place
""")
# At a limit exactly, the sum of many refills may miss it by a rounding error.
ROUNDING = 1e-9


@dataclass(slots=True)
class Bucket:
    """`updated` is UTC microseconds."""

    level: float
    updated: int


class Buckets:
    """The part of the store that keeps rate limits among processes."""

    @property
    def shares_buckets(self) -> bool:
        """Whether others may serve this database too. Who has a file alone keeps its buckets in memory: no call waits
        for the disk.
        """
        return self._engine.is_server or self._engine.fetch_again(_WORKERS, {}, lambda rows: rows[0][0] > 1)

    def take(
        self, project: int, key: int, model: str, asked: Sequence[tuple[str, str, int, float, int]], now: int
    ) -> list[Bucket] | None:
        """Take an amount out of a bucket for each meter, period, limit and what a microsecond fills in; nothing
        where one of them has too little. Returns what they were like before. It is one statement, so nobody waits
        until a process goes on. `None`, and nothing is taken, where a bucket is new, and in SQLite.
        """
        if not self._engine.is_server:
            return None
        names = ("meters", "pers", "limits", "fills", "amounts")
        values = dict(zip(names, map(list, zip(*asked, strict=True)), strict=True))
        values |= {"project": project, "key": key, "model": model, "now": now, "number": len(asked)}
        rows = self._engine.execute(_TAKE, {**values, "least": ROUNDING})
        return [Bucket(level, now) for (level,) in rows] if len(rows) == len(asked) else None

    @contextmanager
    def held_buckets(
        self, project: int, key: int, model: str, meters: Sequence[tuple[str, str, int]], now: int
    ) -> Iterator[list[Bucket]]:
        """A bucket for each meter, period and limit, which nobody else changes meanwhile; a new one is full. What
        they are like at the end is kept, unless an exception ends it.
        """
        whose = {"project_id": project, "key_id": key, "model": model}
        keys = [{**whose, "meter": meter, "per": per} for meter, per, _ in meters]
        insert = _insert_of(self._engine)
        with self._engine.begin() as connection:
            new = [
                {**key, "level": float(limit), "updated": now}
                for key, (_, _, limit) in zip(keys, meters, strict=True)
            ]
            connection.execute(insert(rate_buckets).on_conflict_do_nothing(), new)
            found = [connection.execute(_HELD.where(_here(key))).one() for key in keys]
            buckets = [Bucket(row.level, row.updated) for row in found]
            yield buckets
            for key, bucket, before in zip(keys, buckets, found, strict=True):
                # A process whose clock is behind must not let the time between pass twice.
                values = {"level": bucket.level, "updated": max(bucket.updated, before.updated)}
                connection.execute(update(rate_buckets).where(_here(key)).values(values))


def _insert_of(engine):
    """The database's own INSERT, which may find that another process was first. Only the dialect in use is loaded."""
    if engine.is_server:
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    return insert


def _here(key: dict):
    return and_(*(rate_buckets.c[name] == value for name, value in key.items()))
