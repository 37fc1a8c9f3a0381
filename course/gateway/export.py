"""Usage and the audit log as CSV and JSON Lines, for accountants and auditors. Times are UTC, money is US dollars."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from .store import Store

FORMATS = ("csv", "jsonl")
# A spreadsheet takes a cell that begins so for a formula, and would run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def usage(store: Store) -> Iterator[dict]:
    """Every call of the ledger, oldest first. No prompt and no answer is in it."""
    keys, projects = store.known_keys(), {row.id: row for row in store.projects()}
    for row in store.calls():
        yield {
            "call": row.id,
            "started": _time(row.started),
            "project": projects[row.project_id].name,
            "project_id": projects[row.project_id].public_id,
            "key": f"…{keys[row.key_id].last4}",
            "key_id": keys[row.key_id].public_id,
            **{name: row._mapping[name] for name in ("vendor", "kind", "model")},
            **{f"{name}_tokens": row._mapping[name] for name in _TOKENS},
            "cost_usd": str(Decimal(row.cost_micros).scaleb(-6)),
            "status": row.status,
        }


_TOKENS = ("input", "cached_input", "cache_write", "output", "reasoning")


def audit(store: Store) -> Iterator[dict]:
    """Every entry of the audit log, oldest first, with its place in the chain of hashes."""
    keys, projects = store.known_keys(), {row.id: row for row in store.projects()}
    for row in store.audit_log():
        key, project = keys.get(row.actor_key), projects.get(row.project_id)
        yield {
            "entry": row.id,
            "at": _time(row.at),
            "actor": "the platform" if key is None else f"{key.name} …{key.last4}",
            "action": row.action,
            "project": "" if project is None else project.name,
            "target": row.target,
            "before": None if row.before_json is None else json.loads(row.before_json),
            "after": None if row.after_json is None else json.loads(row.after_json),
            "hash": row.hash,
        }


WHAT: dict[str, Callable[[Store], Iterator[dict]]] = {"usage": usage, "audit": audit}


def lines(rows: Iterator[dict], format: str) -> Iterator[str]:
    """The rows in one of `FORMATS`, line by line; the first line of CSV has the names."""
    if format == "jsonl":
        for row in rows:
            yield json.dumps(row, ensure_ascii=False) + "\n"
        return
    for number, row in enumerate(rows):
        if number == 0:
            yield _csv(row)
        yield _csv(map(_cell, row.values()))


def _cell(value: object) -> object:
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _csv(cells) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _time(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1_000_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
