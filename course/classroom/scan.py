"""Looks for keys in what students hand in. A key itself is never shown, its last four characters at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course.gateway.store import Store
from course.gateway.store.admin import SERVICE_ACCOUNT

from . import key_shapes, register
from .key_shapes import OURS
from .submissions import Passage, Unread, files, passages


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a key of this platform is. `number` is the key's, `project` that of its project, `None` for one that
    administers.
    """

    number: int
    project: int | None
    name: str
    revoked: bool


@dataclass(frozen=True, slots=True)
class Leak:
    """A key that stands somewhere. `owner` is `None` for a vendor's key."""

    file: str
    place: str
    issuer: str
    last4: str
    owner: Owner | None

    @property
    def works(self) -> bool:
        """Whether somebody may still use it, as far as can be known here."""
        return self.owner is None or not self.owner.revoked


@dataclass(frozen=True, slots=True)
class Scan:
    leaks: list[Leak]
    unread: list[Unread]


def scan(store: Store, folder: Path, paths: Callable[[list[Path]], Iterator[Path]] = iter) -> Scan:
    """Every key in the files of a folder that is this platform's, or looks like a vendor's. `paths` is handed the
    files and hands them on, as a progress bar does.
    """
    owners: dict[str, Owner | None] = {}
    leaks: dict[Leak, None] = {}
    unread = []
    for path in paths(files(folder)):
        for found in passages(folder, path):
            if isinstance(found, Unread):
                unread.append(found)
            else:
                leaks |= dict.fromkeys(_leaks(store, found, owners))
    return Scan(list(leaks), unread)


def revoke(store: Store, leaks: list[Leak], now: int) -> list[Owner]:
    """End the keys of students that were found and still work; return whose."""
    ended = {leak.owner.number: leak.owner for leak in leaks if leak.owner and leak.works and leak.owner.project}
    for owner in ended.values():
        register.revoke_key(store, owner.project, owner.number, owner.name, now)
    return list(ended.values())


def _leaks(store: Store, passage: Passage, owners: dict[str, Owner | None]) -> Iterator[Leak]:
    for key in key_shapes.find(passage.text):
        owner = None
        if key.issuer == OURS:
            if key.secret not in owners:
                owners[key.secret] = _owner(store, key.secret)
            owner = owners[key.secret]
            if owner is None:  # such as that of a practice platform, which ended with its kernel
                continue
        yield Leak(passage.file, passage.place, key.issuer, key.last4, owner)


def _owner(store: Store, secret: str) -> Owner | None:
    row = store.find_key(secret)
    if row is None:
        return None
    account = store.get_object(SERVICE_ACCOUNT, row.owner, row.project_id) or {}
    handle = account.get("email") or account.get("number") or ""
    name = account.get("name", row.name)
    return Owner(
        row.id, row.project_id, name if handle in ("", name) else f"{name} ({handle})", row.revoked is not None
    )
