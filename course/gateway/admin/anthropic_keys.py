"""Anthropic's API keys: they are listed, renamed, put to rest and archived here; they are made elsewhere, as at
Anthropic, where only the Console makes one.
"""

from __future__ import annotations

from sqlalchemy.engine import Row

from ..store.admin import SERVICE_ACCOUNT
from ..types import Fault
from . import anthropic_fields as fields
from . import people
from .desk import Ask, Entry

_STATUSES = ("active", "inactive", "archived")


def list_all(ask: Ask) -> dict:
    status = fields.word(ask, "status", (*_STATUSES, "expired"))
    workspace, creator = ask.query.get("workspace_id"), ask.query.get("created_by_user_id")
    found = [
        key
        for key in (_render(ask, row) for row in ask.store.known_keys().values() if row.project_id is not None)
        if status in (None, key["status"])
        and workspace in (None, key["scope"]["workspace_id"])
        and creator in (None, key["created_by"]["id"])
    ]
    return fields.page(ask, found)


def retrieve(ask: Ask) -> dict:
    return _render(ask, _key(ask))


def update(ask: Ask) -> dict:
    """An archived key never works again."""
    row = _key(ask)
    fields.check_names(ask, "name", "status")
    name = fields.optional_text(ask, "name")
    status = None if ask.body.get("status") is None else fields.chosen(ask, "status", _STATUSES)
    if _status(ask, row) == "archived":
        raise Fault("invalid_request", "API key is archived and cannot be modified.")
    wishes = {"name": name, "status": status}
    after = {field: value for field, value in wishes.items() if value is not None}
    if after:
        ask.store.update_key(row.id, **after)
    if status == "archived":
        ask.store.revoke_key(row.id, ask.now)
    before = {field: getattr(row, field) for field in after}
    ask.note("api_key.updated", row.public_id, row.project_id, before, after)
    return _render(ask, ask.store.known_keys()[row.id])


def _key(ask: Ask) -> Row:
    for row in ask.store.known_keys().values():
        if fields.key_id(row.id) == ask.path["api_key_id"] and row.project_id is not None:
            return row
    raise fields.not_found("API key", ask.path["api_key_id"])


def _status(ask: Ask, row: Row) -> str:
    if row.revoked is not None:
        return "archived"
    return "expired" if row.expires is not None and row.expires <= ask.now else row.status


def _render(ask: Ask, row: Row) -> dict:
    return {
        "type": "api_key",
        "id": fields.key_id(row.id),
        "name": row.name,
        "status": _status(ask, row),
        "partial_key_hint": f"{row.first}...{row.last4}",
        "created_at": fields.time(row.created),
        "created_by": _creator(ask, row),
        "expires_at": fields.time(row.expires),
        "principal": None,
        "scope": {"type": "workspace", "workspace_id": fields.workspace_id(row.project_id)},
    }


def _creator(ask: Ask, row: Row) -> dict:
    """Who owns a key here counts as who made it."""
    if ask.store.get_object(SERVICE_ACCOUNT, row.owner, row.project_id) is not None:
        return {"type": "service_account", "id": row.owner}
    return {"type": "user", "id": row.owner or people.OWNER_ID}


_KEYS = f"{fields.ORGANIZATION}/api_keys"
ENTRIES: list[Entry] = [
    ("GET", _KEYS, list_all),
    ("GET", f"{_KEYS}/{{api_key_id}}", retrieve),
    ("POST", f"{_KEYS}/{{api_key_id}}", update),
]
