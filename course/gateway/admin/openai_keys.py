"""OpenAI's keys: those that administer, those of a project, and the service accounts that own some of these."""

from __future__ import annotations

from sqlalchemy.engine import Row

from ..dialects import openai
from ..store import public_id
from ..store.admin import SERVICE_ACCOUNT
from ..types import Fault
from . import openai_fields as fields
from . import people
from .desk import Ask, Entry

_KEY_NAME = "Secret Key"


# Keys that administer


def create_admin_key(ask: Ask) -> dict:
    fields.check_names(ask, "name", "expires_in_seconds")
    name, expires = fields.text(ask, "name"), fields.expiry(ask)
    number, secret = ask.store.add_key(None, name, ask.now, people.OWNER_ID, expires)
    row = _key(ask, number)
    ask.note("api_key.created", row.public_id, after={"name": name, "admin": True})
    return {**_render_admin_key(ask, row), "value": secret}


def list_admin_keys(ask: Ask) -> dict:
    return fields.page(ask, [_render_admin_key(ask, row) for row in ask.store.live_keys() if row.project_id is None])


def retrieve_admin_key(ask: Ask) -> dict:
    return _render_admin_key(ask, _find_key(ask, None, ask.path["key_id"]))


def delete_admin_key(ask: Ask) -> dict:
    row = _find_key(ask, None, ask.path["key_id"])
    ask.store.revoke_key(row.id, ask.now)
    ask.note("api_key.deleted", row.public_id, before={"name": row.name, "admin": True})
    return {"object": "organization.admin_api_key.deleted", "id": row.public_id, "deleted": True}


def _render_admin_key(ask: Ask, row: Row) -> dict:
    owner = people.owner(ask.store)
    return {
        "object": "organization.admin_api_key",
        "id": row.public_id,
        "name": row.name,
        "redacted_value": _redacted(row),
        "created_at": fields.seconds(row.created),
        "last_used_at": None,
        "expires_at": fields.seconds(row.expires),
        "owner": {
            "type": "user",
            "object": "organization.user",
            "id": owner["id"],
            "name": owner["name"],
            "created_at": fields.seconds(owner["added"]),
            "role": "owner",
        },
    }


# Keys of a project


def list_keys(ask: Ask) -> dict:
    project = fields.project(ask)
    access = fields.word(ask, "owner_project_access", ("active", "inactive", "any"))
    rows = [row for row in ask.store.live_keys() if row.project_id == project.id]
    rendered = [_render_key(ask, row) for row in rows]
    return fields.page(ask, [key for key in rendered if access in (None, "any", key["owner_project_access"])])


def retrieve_key(ask: Ask) -> dict:
    return _render_key(ask, _find_key(ask, fields.project(ask).id, ask.path["api_key_id"]))


def update_key(ask: Ask) -> dict:
    row = _find_key(ask, fields.open_project(ask).id, ask.path["api_key_id"])
    fields.check_names(ask, "expires_in_seconds", "scopes")
    _check_scopes(ask)
    expires = fields.expiry(ask)
    if expires is None and ask.body.get("scopes") is None:
        raise openai.missing("expires_in_seconds")
    if row.expires is not None and row.expires <= ask.now:
        raise Fault("invalid_request", f"API key '{row.public_id}' has expired and cannot be updated.")
    if expires is not None:
        ask.store.update_key(row.id, expires=expires)
    before = {"expires_at": fields.seconds(row.expires)}
    after = {"expires_at": fields.seconds(expires or row.expires)}
    ask.note("api_key.updated", row.public_id, row.project_id, before, after)
    return _render_key(ask, _key(ask, row.id))


def delete_key(ask: Ask) -> dict:
    row = _find_key(ask, fields.project(ask).id, ask.path["api_key_id"])
    ask.store.revoke_key(row.id, ask.now)
    ask.note("api_key.deleted", row.public_id, row.project_id, before={"name": row.name})
    return {"object": "organization.project.api_key.deleted", "id": row.public_id, "deleted": True}


def _render_key(ask: Ask, row: Row) -> dict:
    account = ask.store.get_object(SERVICE_ACCOUNT, row.owner, row.project_id)
    if account is not None:
        owner = {"type": "service_account", "service_account": _owner(account)}
        member = True
    else:
        user = people.find_user(ask.store, row.owner) or people.owner(ask.store)
        owner = {"type": "user", "user": {**_owner(user), "email": user["email"]}}
        member = people.membership(user, row.project_id) is not None
    return {
        "object": "organization.project.api_key",
        "id": row.public_id,
        "name": row.name,
        "redacted_value": _redacted(row),
        "created_at": fields.seconds(row.created),
        "last_used_at": fields.seconds(row.last_used),
        "expires_at": fields.seconds(row.expires),
        "owner": owner,
        "owner_project_access": "active" if member else "inactive",
    }


def _owner(who: dict) -> dict:
    created = fields.seconds(who["added"])
    return {"id": who["id"], "name": who["name"], "created_at": created, "role": who["role"]}


# Service accounts: documents with `id`, `name`, `role` and `added`.


def create_account(ask: Ask) -> dict:
    project = fields.open_project(ask)
    fields.check_names(ask, "name", "create_service_account_only", "expires_in_seconds")
    name = fields.text(ask, "name")
    alone = openai.boolean(ask.body.get("create_service_account_only"), "create_service_account_only")
    expires = fields.expiry(ask)
    if alone and expires is not None:
        problem = "cannot be used when 'create_service_account_only' is true."
        raise openai.invalid("expires_in_seconds", problem)
    role = "none" if alone else "member"
    account = {"id": ask.store.new_id("svc_acct_"), "name": name, "role": role, "added": ask.now}
    ask.store.add_object(SERVICE_ACCOUNT, account["id"], project.id, account, ask.now)
    ask.note("service_account.created", account["id"], project.id, after={"name": name, "role": role})
    key = None if alone else _add_key(ask, project.id, account, _KEY_NAME, expires)
    return {**_render_account(account), "api_key": key}


def list_accounts(ask: Ask) -> dict:
    accounts = ask.store.all_objects(SERVICE_ACCOUNT, fields.project(ask).id)
    return fields.page(ask, [_render_account(account) for account in accounts])


def retrieve_account(ask: Ask) -> dict:
    return _render_account(_account(ask, fields.project(ask)))


def update_account(ask: Ask) -> dict:
    project = fields.open_project(ask)
    account = _account(ask, project)
    fields.check_names(ask, "name", "role")
    changes = {
        "name": fields.optional_text(ask, "name"),
        "role": openai.choice(ask.body.get("role"), "role", ("member", "owner")),
    }
    after = {name: value for name, value in changes.items() if value is not None}
    ask.store.update_object(SERVICE_ACCOUNT, account["id"], project.id, {**account, **after})
    before = {name: account[name] for name in after}
    ask.note("service_account.updated", account["id"], project.id, before, after)
    return _render_account({**account, **after})


def delete_account(ask: Ask) -> dict:
    """The keys of a service account end with it."""
    project = fields.open_project(ask)
    account = _account(ask, project)
    for row in ask.store.live_keys():
        if row.project_id == project.id and row.owner == account["id"]:
            ask.store.revoke_key(row.id, ask.now)
    ask.store.delete_object(SERVICE_ACCOUNT, account["id"], project.id)
    before = {"name": account["name"], "role": account["role"]}
    ask.note("service_account.deleted", account["id"], project.id, before=before)
    return {"object": "organization.project.service_account.deleted", "id": account["id"], "deleted": True}


def create_account_key(ask: Ask) -> dict:
    project = fields.open_project(ask)
    account = _account(ask, project)
    fields.check_names(ask, "name", "expires_in_seconds", "scopes")
    _check_scopes(ask)
    name = fields.optional_text(ask, "name") or _KEY_NAME
    return _add_key(ask, project.id, account, name, fields.expiry(ask))


def _add_key(ask: Ask, project_id: int, account: dict, name: str, expires: int | None) -> dict:
    number, secret = ask.store.add_key(project_id, name, ask.now, account["id"], expires)
    key_id = public_id("key_", number)
    ask.note("api_key.created", key_id, project_id, after={"name": name, "owner": account["id"]})
    return {
        "object": "organization.project.service_account.api_key",
        "id": key_id,
        "name": name,
        "value": secret,
        "created_at": fields.seconds(ask.now),
        "expires_at": fields.seconds(expires),
    }


def _account(ask: Ask, project: Row) -> dict:
    account = ask.store.get_object(SERVICE_ACCOUNT, ask.path["service_account_id"], project.id)
    if account is None:
        raise fields.not_found("service account", ask.path["service_account_id"])
    return account


def _render_account(account: dict) -> dict:
    return {
        "object": "organization.project.service_account",
        "id": account["id"],
        "name": account["name"],
        "role": account["role"],
        "created_at": fields.seconds(account["added"]),
    }


# Shared


def _check_scopes(ask: Ask) -> None:
    """A key here may do all that its project may; no scopes is what it has."""
    if fields.strings(ask.body.get("scopes") or [], "scopes"):
        raise openai.unsupported("scopes")


def _key(ask: Ask, number: int) -> Row:
    return next(row for row in ask.store.live_keys() if row.id == number)


def _find_key(ask: Ask, project_id: int | None, key_id: str) -> Row:
    for row in ask.store.live_keys():
        if row.public_id == key_id and row.project_id == project_id:
            return row
    raise fields.not_found("API key", key_id)


def _redacted(row: Row) -> str:
    return f"{row.first}...{row.last4}"


_ADMIN_KEYS = f"{fields.ORGANIZATION}/admin_api_keys"
_KEYS = f"{fields.PROJECT}/api_keys"
_ACCOUNTS = f"{fields.PROJECT}/service_accounts"
ENTRIES: list[Entry] = [
    ("GET", _ADMIN_KEYS, list_admin_keys),
    ("POST", _ADMIN_KEYS, create_admin_key),
    ("GET", f"{_ADMIN_KEYS}/{{key_id}}", retrieve_admin_key),
    ("DELETE", f"{_ADMIN_KEYS}/{{key_id}}", delete_admin_key),
    ("GET", _KEYS, list_keys),
    ("GET", f"{_KEYS}/{{api_key_id}}", retrieve_key),
    ("POST", f"{_KEYS}/{{api_key_id}}", update_key),
    ("DELETE", f"{_KEYS}/{{api_key_id}}", delete_key),
    ("GET", _ACCOUNTS, list_accounts),
    ("POST", _ACCOUNTS, create_account),
    ("GET", f"{_ACCOUNTS}/{{service_account_id}}", retrieve_account),
    ("POST", f"{_ACCOUNTS}/{{service_account_id}}", update_account),
    ("DELETE", f"{_ACCOUNTS}/{{service_account_id}}", delete_account),
    ("POST", f"{_ACCOUNTS}/{{service_account_id}}/api_keys", create_account_key),
]
