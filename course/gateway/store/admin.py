"""What an administrator sees and changes: lists of projects and keys, usage, the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Integer, and_, func, literal_column, select, update
from sqlalchemy.engine import Row

from .access import public_id
from .database import lock_table
from .schema import audit, calls, keys, projects

# Kinds of documents that belong to the administration; all others are a project's contents.
SETTINGS = "settings"
SERVICE_ACCOUNT = "service_account"
SPEND_ALERT = "spend_alert"
ROLE = "role"
ROLE_ASSIGNMENT = "role_assignment"
CONTROL_KINDS = (SETTINGS, SERVICE_ACCOUNT, SPEND_ALERT, ROLE, ROLE_ASSIGNMENT)
# A call counts when it has brought an answer, or a part of one.
_ANSWERED = ("ok", "cut")
_TOKENS = ("input", "cached_input", "cache_write", "output")
_LAST_USED = select(func.max(calls.c.started)).where(calls.c.key_id == keys.c.id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of the audit log: those that meet every condition that is set. `since` is inclusive, `until`
    exclusive; the lists hold names of actions, numbers of keys, numbers of projects and public IDs.
    """

    actions: Sequence[str] = ()
    actors: Sequence[int] | None = None
    projects: Sequence[int] | None = None
    targets: Sequence[str] = ()
    since: int | None = None
    until: int | None = None


class Admin:
    """The part of the store that the control plane alone uses."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread reads and changes meanwhile happens as a whole or not at all, one administrator after the
        other.
        """
        with self._engine.together(), self._engine.begin() as connection:
            lock_table(connection, audit)
            yield

    def projects(self) -> Sequence[Row]:
        """Every project, oldest first."""
        with self._engine.connect() as connection:
            return connection.execute(select(projects).order_by(projects.c.id)).all()

    def update_project(self, number: int, **values: object) -> None:
        """Set a project's `name` or `archived`."""
        with self._engine.begin() as connection:
            connection.execute(update(projects).where(projects.c.id == number).values(**values))

    def live_keys(self) -> Sequence[Row]:
        """Every key that was not revoked, oldest first; `last_used` is when it last made a call."""
        query = select(keys, _LAST_USED.label("last_used")).where(keys.c.revoked.is_(None)).order_by(keys.c.id)
        with self._engine.connect() as connection:
            return connection.execute(query).all()

    def known_keys(self) -> dict[int, Row]:
        """Every key there ever was, by its number, the oldest first."""
        with self._engine.connect() as connection:
            return {row.id: row for row in connection.execute(select(keys).order_by(keys.c.id))}

    def update_key(self, number: int, **values: object) -> None:
        """Set a key's `name`, `status` or `expires`."""
        with self._engine.begin() as connection:
            connection.execute(update(keys).where(keys.c.id == number).values(**values))

    def founded(self) -> int:
        """When the platform got its first key."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.min(keys.c.created))) or 0

    def all_objects(self, kind: str, project_id: int | None) -> list[dict]:
        """Every document of a kind, oldest first."""
        return self.list_objects(kind, project_id, limit=1_000_000, newest_first=False)[0]

    def new_id(self, prefix: str) -> str:
        """An ID for a new document, not used before with this prefix provided that an entry of the audit log
        follows, both within `together`: no entry is ever deleted.
        """
        with self._engine.connect() as connection:
            return public_id(prefix, (connection.scalar(select(func.max(audit.c.id))) or 0) + 1)

    def settings(self, project_id: int | None) -> dict:
        """What was set for a project, or for the organization, and has no column of its own."""
        return self.get_object(SETTINGS, _settings_id(project_id), project_id) or {}

    def change_settings(self, project_id: int | None, now: int, **changes: object) -> None:
        settings = {**self.settings(project_id), **changes}
        if not self.update_object(SETTINGS, _settings_id(project_id), project_id, settings):
            self.add_object(SETTINGS, _settings_id(project_id), project_id, settings, now)

    def usage(self, vendor: str, since: int, until: int, width_micros: int) -> Sequence[Row]:
        """Answered calls of a vendor's models, added up by time, project, key, model and kind. `bucket` counts
        widths since 1970.
        """
        by = (
            # A number in the text, not a parameter: PostgreSQL must see that it groups by what it selects.
            (calls.c.started // literal_column(str(width_micros), Integer)).label("bucket"),
            *(calls.c[name] for name in ("project_id", "key_id", "model", "kind")),
        )
        sums = [func.sum(calls.c[name]).label(name) for name in (*_TOKENS, "cost_micros")]
        query = select(*by, func.count().label("requests"), *sums).where(_settled(vendor, since, until))
        with self._engine.connect() as connection:
            return connection.execute(query.group_by(*by).order_by(*by)).all()

    def calls(self) -> Iterator[Row]:
        """Every line of the ledger, oldest first, a few at a time."""
        with self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=1000).execute(select(calls).order_by(calls.c.id))
            yield from rows

    def answered_calls(self, vendor: str, since: int, until: int) -> Sequence[Row]:
        """Answered calls of a vendor's models, one by one; each is one of `requests`."""
        columns = [
            calls.c[name] for name in ("started", "project_id", "key_id", "model", "kind", *_TOKENS, "cost_micros")
        ]
        query = select(*columns, literal_column("1").label("requests")).where(_settled(vendor, since, until))
        with self._engine.connect() as connection:
            return connection.execute(query.order_by(calls.c.id)).all()

    def audit_page(
        self, which: AuditFilter, after: str | None = None, before: str | None = None, limit: int = 20
    ) -> tuple[Sequence[Row], bool]:
        """A page of the audit log, newest first, and whether more follow in the direction of reading. `after` and
        `before` are entries' IDs.
        """
        query = select(audit).where(_matches(which))
        if after is not None:
            query = query.where(audit.c.id < _place(after))
        if before is not None:
            query = query.where(audit.c.id > _place(before))
        backwards = before is not None and after is None
        query = query.order_by(audit.c.id if backwards else audit.c.id.desc()).limit(limit + 1)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        page = rows[:limit]
        return (page[::-1] if backwards else page), len(rows) > limit


def _settings_id(project_id: int | None) -> str:
    return "organization" if project_id is None else str(project_id)


def _settled(vendor: str, since: int, until: int):
    return and_(
        calls.c.vendor == vendor,
        calls.c.status.in_(_ANSWERED),
        calls.c.started >= since,
        calls.c.started < until,
    )


def _place(entry_id: str):
    return select(audit.c.id).where(audit.c.public_id == entry_id).scalar_subquery()


def _matches(which: AuditFilter):
    conditions = [audit.c.id > 0]
    if which.actions:
        conditions.append(audit.c.action.in_(which.actions))
    if which.actors is not None:
        conditions.append(audit.c.actor_key.in_(which.actors))
    if which.projects is not None:
        conditions.append(audit.c.project_id.in_(which.projects))
    if which.targets:
        conditions.append(audit.c.target.in_(which.targets))
    if which.since is not None:
        conditions.append(audit.c.at >= which.since)
    if which.until is not None:
        conditions.append(audit.c.at < which.until)
    return and_(*conditions)
