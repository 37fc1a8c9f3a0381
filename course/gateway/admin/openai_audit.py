"""OpenAI's audit log. An entry has what OpenAI's have, and beside it `before` and `after` in its detail."""

from __future__ import annotations

import json
import re

from sqlalchemy.engine import Row

from ..dialects import openai
from ..store import AuditFilter
from . import openai_fields as fields
from . import people, spend_alerts
from .desk import Ask, Entry

_EVENT = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_BOUNDS = ("gt", "gte", "lt", "lte")
# Details that hold what was made in themselves, and not in a field of theirs.
_FLAT = ("role.created", "role.assignment.created", "role.assignment.deleted")


def list_all(ask: Ask) -> dict:
    spend_alerts.check_all(ask.store, ask.now)
    limit = fields.whole(ask, "limit", 1, 100) or 20
    which, nothing = _filter(ask), fields.flag(ask, "tenant_only")
    rows, more = (
        ([], False) if nothing else ask.store.audit_page(which, _given(ask, "after"), _given(ask, "before"), limit)
    )
    keys, projects = ask.store.known_keys(), {row.id: row for row in ask.store.projects()}
    entries = [_render(ask, row, keys, projects) for row in rows]
    return {
        "object": "list",
        "data": entries,
        "first_id": entries[0]["id"] if entries else None,
        "last_id": entries[-1]["id"] if entries else None,
        "has_more": more,
    }


def _filter(ask: Ask) -> AuditFilter:
    actions = fields.several(ask, "event_types")
    for place, action in enumerate(actions):
        if not _EVENT.fullmatch(action):
            raise openai.invalid(f"event_types[{place}]", f"'{action}' is not a type of event.")
    project_ids = fields.several(ask, "project_ids")
    known = {row.public_id: row.id for row in ask.store.projects()}
    times = {bound: fields.whole(ask, f"effective_at[{bound}]") for bound in _BOUNDS}
    since = [times["gte"], None if times["gt"] is None else times["gt"] + 1]
    until = [times["lt"], None if times["lte"] is None else times["lte"] + 1]
    return AuditFilter(
        actions=actions,
        actors=_actors(ask),
        projects=[known[each] for each in project_ids if each in known] if project_ids else None,
        targets=fields.several(ask, "resource_ids"),
        since=_micros(max((each for each in since if each is not None), default=None)),
        until=_micros(min((each for each in until if each is not None), default=None)),
    )


def _actors(ask: Ask) -> list[int] | None:
    """The numbers of the keys that were meant: by the key's ID, or by its owner's ID or email."""
    ids, emails = fields.several(ask, "actor_ids"), fields.several(ask, "actor_emails")
    if not ids and not emails:
        return None
    owners = {user["id"]: user["email"] for user in people.users(ask.store)}
    found = []
    for number, key in ask.store.known_keys().items():
        owner = key.owner or people.OWNER_ID
        by_id = not ids or key.public_id in ids or owner in ids
        if by_id and (not emails or owners.get(owner) in emails):
            found.append(number)
    return found


def _render(ask: Ask, row: Row, keys: dict[int, Row], projects: dict[int, Row]) -> dict:
    entry = {
        "id": row.public_id,
        "type": row.action,
        "effective_at": fields.seconds(row.at),
        "actor": _actor(ask, keys.get(row.actor_key)),
        row.action: _detail(row),
    }
    project = projects.get(row.project_id)
    if project is not None:
        entry["project"] = {"id": project.public_id, "name": project.name}
    return entry


def _actor(ask: Ask, key: Row | None) -> dict | None:
    """`None` where the platform itself acted, as a spend alert does."""
    if key is None:
        return None
    user = people.find_user(ask.store, key.owner) or people.owner(ask.store)
    owner = {"type": "user", "user": {"id": user["id"], "email": user["email"]}}
    return {"type": "api_key", "api_key": {"id": key.public_id, **owner}}


def _detail(row: Row) -> dict:
    before = None if row.before_json is None else json.loads(row.before_json)
    after = None if row.after_json is None else json.loads(row.after_json)
    detail = {"id": row.target, "before": before, "after": after}
    if row.action in _FLAT:
        detail = {**(after or before or {}), **detail}
    elif row.action.endswith(".updated"):
        detail["changes_requested"] = {name: value for name, value in (after or {}).items() if value is not None}
    elif after is not None:
        detail["data"] = after
    return detail


def _given(ask: Ask, name: str) -> str | None:
    return ask.query.get(name) or None


def _micros(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1_000_000


ENTRIES: list[Entry] = [("GET", f"{fields.ORGANIZATION}/audit_logs", list_all)]
