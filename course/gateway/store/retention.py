"""Contents that projects keep no longer: deleted, and gone from the database's file, its log and its backups too.

A deleted row's bytes stay in SQLite's file and write-ahead log until something else is written over them. So what is
deleted is overwritten, the file is written anew and the log emptied. The ledger and the audit log stay: they hold no
prompt and no answer. PostgreSQL writes the table anew; its own log and backups are the server's to look after.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import and_, create_engine, delete, false, or_, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from .access import read_policy
from .admin import CONTROL_KINDS
from .database import StoreError
from .schema import objects

_DAY_MICROS = 86_400_000_000


class Retention:
    """The part of the store that forgets."""

    _unclean = False

    def purge(self, now: int) -> int:
        """Delete the contents, such as files and stored answers, that are older than their project's rule
        `retention_days` allows, here and in the backups. Returns how many were deleted here. Raises `StoreError`
        when bytes of them are still there.
        """
        expired = self._expired(now)
        with self._engine.begin() as connection:
            gone = connection.execute(delete(objects).where(expired)).rowcount
        self._unclean = self._unclean or gone > 0
        if self._unclean:
            self.erase()
        for backup in self.backups():
            _purge_backup(backup, expired)
        return gone

    def erase(self) -> None:
        """Leave no byte of what was ever deleted in the database. Raises `StoreError` when somebody prevents it."""
        if not self._engine.erase():
            raise StoreError(
                "What was deleted may still stand in the database's log, because another program reads it. Stop "
                "that program, or wait for it, and run the retention again."
            )
        self._unclean = False

    def backup(self) -> Path:
        """Copy the database as it is now into a file beside it. Raises `StoreError`."""
        path = self._engine.file
        if path is None:
            raise StoreError("Only a database in an SQLite file is backed up here. For PostgreSQL, use pg_dump.")
        taken = [int(each.suffixes[-2][1:]) for each in self.backups()]
        copy = path.with_name(f"{path.name}.{max(taken, default=0) + 1:04d}.backup")
        self._engine.copy(copy)
        return copy

    def backups(self) -> list[Path]:
        """The backups beside the database, oldest first."""
        path = self._engine.file
        return [] if path is None else sorted(path.parent.glob(f"{_literal(path.name)}.[0-9]*.backup"))

    def _expired(self, now: int):
        """Which rows are older than their project allows."""
        rules = [(project.id, read_policy(project.policy_json).retention_days) for project in self.projects()]
        old = [
            and_(objects.c.project_id == number, objects.c.created <= now - days * _DAY_MICROS)
            for number, days in rules
            if days is not None
        ]
        return and_(objects.c.kind.not_in(CONTROL_KINDS), or_(false(), *old))


def _purge_backup(path: Path, expired) -> None:
    """The journal of the change is kept in memory, for it would hold the texts."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for setting in ("journal_mode=MEMORY", "secure_delete=ON"):
                connection.execute(text(f"PRAGMA {setting}"))
            if connection.execute(delete(objects).where(expired)).rowcount:
                connection.execute(text("VACUUM"))
    except DBAPIError as error:
        raise StoreError(
            f"The backup {path} cannot be cleaned: {error.orig}. It may hold texts whose time is over. Mend it, or "
            "delete it, and run the retention again."
        ) from None


def _literal(name: str) -> str:
    """A file's name as a pattern that only it matches."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)
