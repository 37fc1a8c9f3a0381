"""The processes that serve one database, and what is left of one that died."""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from itertools import count

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Row

from .database import StoreError
from .schema import workers

_log = logging.getLogger(__name__)

# A worker on another computer counts as gone after this long without a sign of life.
_GONE_MICROS = 60_000_000
_SIGN_OF_LIFE_MICROS = 10_000_000
# Rules say in days how long contents are kept; to take them out for good may mean to write the whole file anew.
_RETENTION_MICROS = 3_600_000_000


class Workers:
    """The part of the store that knows who else serves it."""

    def __init__(self):
        self._worker: int | None = None
        self._worker_seen = 0
        self._purged: int | None = None
        self._calls: count | None = None

    def worker(self, now: int) -> int:
        """This process's number among the workers. Tells the others now and then that it is alive, and tidies up
        behind those that are not.
        """
        if self._worker is not None and now - self._worker_seen <= _SIGN_OF_LIFE_MICROS:
            return self._worker
        self._worker_seen = now
        with self._engine.begin() as connection:
            seen = {"seen": _machine_micros()}
            here = workers.c.id == self._worker
            if self._worker is None or not connection.execute(update(workers).where(here).values(seen)).rowcount:
                pid = os.getpid()
                row = {"host": socket.gethostname(), "pid": pid, "born": _born(pid), **seen}
                self._worker = connection.execute(insert(workers), row).inserted_primary_key[0]
        self.close_calls_of_the_dead(now)
        if self._purged is None or now - self._purged > _RETENTION_MICROS:
            self._purged = now
            try:
                self.purge(now)
            except StoreError as error:  # no reason to refuse a call
                _log.error("%s", error)
        return self._worker

    def next_call(self, now: int) -> str:
        """A name for a call, the same at the same place in a session, and of no other call of this database."""
        worker = self.worker(now)
        if self._calls is None:
            self._calls = count(self.last_call() + 1)
        return f"{worker}.{next(self._calls)}"

    def close_calls_of_the_dead(self, now: int) -> int:
        """Close what workers left open when they died; return how many calls that were."""
        with self._engine.connect() as connection:
            dead = [row.id for row in connection.execute(select(workers)) if not _alive(row)]
        closed = self.close_lost_calls(dead, now)
        if dead:
            with self._engine.begin() as connection:
                connection.execute(delete(workers).where(workers.c.id.in_(dead)))
        return closed


def _alive(worker: Row) -> bool:
    if worker.host != socket.gethostname():
        return _machine_micros() - worker.seen < _GONE_MICROS
    return _born(worker.pid) == worker.born


def _machine_micros() -> int:
    """The clock of the machine and not the gateway's: only it goes on while nobody calls."""
    return time.time_ns() // 1000


def _born(pid: int) -> int:
    """When a process of this computer began, by which it differs from a later one with its number; 0 if gone."""
    if sys.platform == "emscripten":  # a web page is one process
        return 1
    import psutil

    try:
        process = psutil.Process(pid)
        # One that was killed stays a zombie until its parent notices.
        return 0 if process.status() == psutil.STATUS_ZOMBIE else int(process.create_time() * 1000)
    except psutil.NoSuchProcess:
        return 0
