"""Anthropic's view of the organization: itself, its users and its invites."""

from __future__ import annotations

from uuid import NAMESPACE_DNS, uuid5

from ..dialects import anthropic
from ..types import Fault
from . import anthropic_fields as fields
from . import people
from .desk import Ask, Entry

_ORGANIZATION_ID = str(uuid5(NAMESPACE_DNS, people.OWNER_EMAIL))
# Roles that can be given through the API; nobody becomes an admin by it.
_ROLES = ("user", "developer", "billing", "claude_code_user")
# What roles given through OpenAI's API are here.
_SAME_ROLES = {"owner": "admin", "reader": "user"}
# (https://platform.claude.com/docs/en/manage-claude/admin-api, read 2026-11-26)
_INVITED_DAYS = 21


def role(kept: str) -> str:
    return _SAME_ROLES.get(kept, kept)


def retrieve_organization(_ask: Ask) -> dict:
    return {"type": "organization", "id": _ORGANIZATION_ID, "name": "Practice organization"}


# Users


def list_users(ask: Ask) -> dict:
    email, roles = ask.query.get("email"), fields.several(ask, "roles")
    found = [
        user
        for user in map(_render_user, people.users(ask.store))
        if (email is None or user["email"].lower() == email.lower()) and (not roles or user["role"] in roles)
    ]
    return fields.page(ask, found)


def retrieve_user(ask: Ask) -> dict:
    return _render_user(_user(ask))


def update_user(ask: Ask) -> dict:
    found = _changeable_user(ask)
    fields.check_names(ask, "role")
    wanted = fields.chosen(ask, "role", _ROLES)
    people.save_user(ask.store, {**found, "role": wanted})
    ask.note("user.updated", found["id"], None, {"role": found["role"]}, {"role": wanted})
    return _render_user({**found, "role": wanted})


def remove_user(ask: Ask) -> dict:
    """Keys stay as they are: here they belong to the organization, and not to people."""
    found = _changeable_user(ask)
    people.remove(ask, found, found["role"])
    return {"type": "user_deleted", "id": found["id"]}


def _user(ask: Ask) -> dict:
    found = people.find_user(ask.store, ask.path["user_id"])
    if found is None:
        raise fields.not_found("User", ask.path["user_id"])
    return found


def _changeable_user(ask: Ask) -> dict:
    found = _user(ask)
    if role(found["role"]) == "admin":
        raise Fault("invalid_request", "Organization admins cannot be changed or removed through the API.")
    return found


def _render_user(found: dict) -> dict:
    return {
        "type": "user",
        "id": found["id"],
        "name": found["name"],
        "email": found["email"],
        "role": role(found["role"]),
        "added_at": fields.time(found["added"]),
    }


# Invites


def create_invite(ask: Ask) -> dict:
    fields.check_names(ask, "email", "role", "rbac_group_ids")
    email = fields.text(ask, "email")
    if "@" not in email:
        raise anthropic.invalid("email", "value is not a valid email address")
    wanted = fields.chosen(ask, "role", _ROLES)
    if anthropic.json_list(ask.body.get("rbac_group_ids") or [], "rbac_group_ids"):
        raise anthropic.invalid("rbac_group_ids", "RBAC groups are not enabled for this organization")
    if any(user["email"] == email for user in people.users(ask.store)):
        raise Fault("conflict", "User is already a member of this organization.")
    if any(
        each["email"] == email and people.status(each, ask.now) == "pending" for each in people.invites(ask.store)
    ):
        raise Fault("conflict", "An invite for this email address already exists.")
    invited = people.invite(ask.store, email, wanted, {}, _INVITED_DAYS, ask.now)
    ask.note("invite.sent", invited["id"], after={"email": email, "role": wanted})
    return _render_invite(ask, invited)


def list_invites(ask: Ask) -> dict:
    email, roles = ask.query.get("email"), fields.several(ask, "roles")
    statuses = fields.several(ask, "statuses", ("accepted", "expired", "pending"))
    found = [
        invited
        for invited in (_render_invite(ask, each) for each in people.invites(ask.store))
        if (email is None or invited["email"].lower() == email.lower())
        and (not roles or invited["role"] in roles)
        and (not statuses or invited["status"] in statuses)
    ]
    return fields.page(ask, found)


def retrieve_invite(ask: Ask) -> dict:
    return _render_invite(ask, _invite(ask))


def delete_invite(ask: Ask) -> dict:
    invited = _invite(ask)
    people.withdraw(ask, invited, invited["role"])
    return {"type": "invite_deleted", "id": invited["id"]}


def accept_invite(ask: Ask) -> dict:
    return _render_user(people.accept(ask, _invite(ask)))


def _invite(ask: Ask) -> dict:
    invited = people.find_invite(ask.store, ask.path["invite_id"])
    if invited is None:
        raise fields.not_found("Invite", ask.path["invite_id"])
    return invited


def _render_invite(ask: Ask, invited: dict) -> dict:
    return {
        "type": "invite",
        "id": invited["id"],
        "email": invited["email"],
        "role": role(invited["role"]),
        "status": people.status(invited, ask.now),
        "invited_at": fields.time(invited["invited"]),
        "expires_at": fields.time(invited["expires"]),
        "accepted_at": fields.time(invited["accepted"]),
        "rbac_group_ids": [],
    }


_USERS = f"{fields.ORGANIZATION}/users"
_INVITES = f"{fields.ORGANIZATION}/invites"
ENTRIES: list[Entry] = [
    ("GET", f"{fields.ORGANIZATION}/me", retrieve_organization),
    ("GET", _USERS, list_users),
    ("GET", f"{_USERS}/{{user_id}}", retrieve_user),
    ("POST", f"{_USERS}/{{user_id}}", update_user),
    ("DELETE", f"{_USERS}/{{user_id}}", remove_user),
    ("GET", _INVITES, list_invites),
    ("POST", _INVITES, create_invite),
    ("GET", f"{_INVITES}/{{invite_id}}", retrieve_invite),
    ("DELETE", f"{_INVITES}/{{invite_id}}", delete_invite),
    ("POST", f"{_INVITES}/{{invite_id}}/accept", accept_invite),
]
