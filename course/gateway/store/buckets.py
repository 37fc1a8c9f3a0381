"""Token buckets that all processes share which serve one database, see `limits`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import and_, func, select, update

from .schema import rate_buckets, workers

_WORKERS = select(func.count()).select_from(workers)
_HELD = select(rate_buckets.c.level, rate_buckets.c.updated).with_for_update()


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
