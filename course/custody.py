"""Whose hands a text is in: where its bytes rest on this computer, what happens to them, and what the log proves."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from . import session

if TYPE_CHECKING:
    import pandas

    from .gateway.store.audit import Verdict

_DAY_MICROS = 86_400_000_000
_PLACES = {
    "gateway.sqlite": "the platform's database",
    "gateway.sqlite-wal": "the database's log of changes",
    "gateway.sqlite-shm": "the index of that log",
}


def rests(texts: str | Iterable[str]) -> pandas.DataFrame:
    """For each file of the platform, whether one of the texts stands in it, byte by byte.

    Raises `RuntimeError` before `course.start()`.
    """
    import pandas

    wanted = [text.encode() for text in ([texts] if isinstance(texts, str) else texts)]
    rows = []
    for path in sorted(_database().parent.iterdir()):
        if path.name.endswith("-shm"):  # holds page numbers alone
            continue
        content = path.read_bytes()
        place = _PLACES.get(path.name, "a backup of the database")
        rows.append((place, path.name, any(text in content for text in wanted)))
    return pandas.DataFrame(rows, columns=["place", "file", "found"])


def backup() -> str:
    """Copy the database as every night would; return the copy's name."""
    return _store().backup().name


def run_retention(after_days: int = 0) -> int:
    """Run the retention job as if it were so many days later; return how many stored contents it deleted."""
    gateway = session.running().gateway
    return gateway.store.purge(gateway.pipeline.clock() + after_days * _DAY_MICROS)


def set_rules(project_id: str, **rules: object) -> dict:
    """Set a project's rules about data through the platform's administration, which notes it in the audit log.

    `redaction` is "off", "warn", "mask" or "block"; `kinds`, a list, says what is looked for; `retention_days` how
    long stored contents are kept, 0 for none, `None` without end; `region` where calls may be handled.
    """
    import httpx2

    base = os.environ["OPENAI_BASE_URL"].removesuffix("/openai/v1")
    answer = httpx2.post(
        f"{base}/practice/v1/organization/projects/{project_id}/data_rules",
        json=rules,
        headers={"authorization": f"Bearer {os.environ['OPENAI_ADMIN_KEY']}"},
        trust_env=False,
    )
    if answer.is_error:
        raise ValueError(answer.json()["error"]["message"])
    return answer.json()


def findings() -> pandas.DataFrame:
    """What redaction found in this session: finding, project, key, model, action, kind and count; never the data."""
    import pandas

    columns = ["finding", "project", "key", "model", "action", "kind", "count"]
    return pandas.DataFrame([row._asdict() for row in _store().findings()], columns=columns)


def audit_log() -> pandas.DataFrame:
    """Every entry of the audit log: who did what in which project, and what it changed."""
    import pandas

    from .gateway import export

    rows = [
        (row["entry"], row["actor"], row["action"], row["project"], _change(row["before"], row["after"]))
        for row in export.audit(_store())
    ]
    return pandas.DataFrame(rows, columns=["entry", "actor", "action", "project", "change"]).set_index("entry")


def verify() -> Verdict:
    """Whether the audit log is as it was written."""
    return _store().verify_audit()


def tampered(sql: str) -> Verdict:
    """The verdict on a copy of the database that somebody has changed behind the platform's back."""
    from .gateway.store import Store

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "copy.sqlite")
        with contextlib.closing(sqlite3.connect(_database())) as original:
            original.execute("VACUUM INTO ?", (str(path),))
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy:
            copy.execute(sql)
        with contextlib.closing(Store(f"sqlite:///{path}")) as store:
            return store.verify_audit()


def _change(before: dict | None, after: dict | None) -> str:
    """What an entry changed, as "name: before → after"."""
    old, new = dict(_leaves(before or {})), dict(_leaves(after or {}))
    if before is None or after is None:
        return ""
    return "; ".join(f"{name}: {old.get(name)} → {new[name]}" for name in new if old.get(name) != new[name])


def _leaves(values: dict) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value)
        else:
            yield name, f"{len(value)} kinds" if isinstance(value, list) else value


def _store():
    return session.running().gateway.store


def _database() -> Path:
    return Path(session.running().directory.name, "gateway.sqlite")
