"""Who belongs to the organization: users, and those who are invited.

A user is a document with `id`, `name`, `email`, `role`, `added` (UTC microseconds) and `projects`, which has `role`
and `added` by project number. Roles are kept in the words of the vendor through whose API they were given.
Nobody signs in here: roles are shown and logged, and the keys alone decide what a program may do.
"""

from __future__ import annotations

from ..store import Store, public_id
from ..types import Fault
from .desk import Ask

USER = "user"
INVITE = "invite"
OWNER_ID = public_id("user_", 0)
OWNER_EMAIL = "owner@practice.example"
_DAY_MICROS = 86_400_000_000


def owner(store: Store) -> dict:
    """Who set the platform up: the owner of the organization and of whatever has no other owner."""
    return {
        "id": OWNER_ID,
        "name": "Practice owner",
        "email": OWNER_EMAIL,
        "role": "owner",
        "added": store.founded(),
        "projects": {},
    }


def users(store: Store) -> list[dict]:
    """Everybody, the owner first, then in the order in which they came."""
    return [owner(store), *store.all_objects(USER, None)]


def find_user(store: Store, user_id: str) -> dict | None:
    return owner(store) if user_id == OWNER_ID else store.get_object(USER, user_id, None)


def members(store: Store, project_id: int) -> list[dict]:
    """Everybody in a project, in the order of `users`. The owner is in all projects."""
    return [user for user in users(store) if membership(user, project_id) is not None]


def membership(user: dict, project_id: int) -> dict | None:
    """A user's `role` in a project and when the user was `added`, or `None`."""
    if user["id"] == OWNER_ID:
        return {"role": "owner", "added": user["added"]}
    return user["projects"].get(str(project_id))


def add_user(store: Store, email: str, role: str, projects: dict[str, dict], now: int) -> dict:
    user = {
        "id": store.new_id("user_"),
        "name": email.partition("@")[0],
        "email": email,
        "role": role,
        "added": now,
        "projects": projects,
    }
    store.add_object(USER, user["id"], None, user, now)
    return user


def save_user(store: Store, user: dict) -> None:
    store.update_object(USER, user["id"], None, user)


def join(store: Store, user: dict, project_id: int, role: str, now: int) -> dict:
    """The user, now with a role in a project."""
    added = (membership(user, project_id) or {"added": now})["added"]
    joined = {**user, "projects": {**user["projects"], str(project_id): {"role": role, "added": added}}}
    save_user(store, joined)
    return joined


def remove(ask: Ask, user: dict, role: str) -> None:
    """Take a user out of the organization."""
    ask.store.delete_object(USER, user["id"], None)
    ask.note("user.deleted", user["id"], before={"email": user["email"], "role": role})


def leave(ask: Ask, user: dict, project_id: int, role: str) -> None:
    """Take a user out of a project."""
    kept = {number: joined for number, joined in user["projects"].items() if number != str(project_id)}
    save_user(ask.store, {**user, "projects": kept})
    ask.note("user.deleted", user["id"], project_id, before={"role": role})


def make_key(store: Store, user: dict, project_id: int, now: int) -> str:
    """The secret of a new key of the user's own in a project. It stands for the click in the console, where people
    make theirs: no vendor lets an administrator do it for them.
    """
    name = f"{user['name']}'s key"
    number, secret = store.add_key(project_id, name, now, user["id"])
    store.add_audit(
        "api_key.created",
        public_id("key_", number),
        now,
        actor_key=number,
        project_id=project_id,
        after={"name": name, "owner": user["id"]},
    )
    return secret


def end_keys(store: Store, user_id: str, now: int, project_id: int | None = None) -> None:
    """Revoke the user's keys, of one project or of all."""
    for row in store.live_keys():
        if row.owner == user_id and project_id in (None, row.project_id):
            store.revoke_key(row.id, now)


def invites(store: Store) -> list[dict]:
    return store.all_objects(INVITE, None)


def find_invite(store: Store, invite_id: str) -> dict | None:
    return store.get_object(INVITE, invite_id, None)


def invite(store: Store, email: str, role: str, projects: dict[str, str], days: int, now: int) -> dict:
    """Invite somebody for so many days. `projects` has the roles to be had there, by project number."""
    invited = {
        "id": store.new_id("invite_"),
        "email": email,
        "role": role,
        "projects": projects,
        "invited": now,
        "expires": now + days * _DAY_MICROS,
        "accepted": None,
    }
    store.add_object(INVITE, invited["id"], None, invited, now)
    return invited


def withdraw(ask: Ask, invited: dict, role: str) -> None:
    """Raises `Fault` invalid_request where the invite was accepted."""
    if status(invited, ask.now) == "accepted":
        raise Fault("invalid_request", "An invite that was accepted cannot be deleted.")
    ask.store.delete_object(INVITE, invited["id"], None)
    ask.note("invite.deleted", invited["id"], before={"email": invited["email"], "role": role})


def status(invited: dict, now: int) -> str:
    """ "accepted", "expired" or "pending"."""
    if invited["accepted"] is not None:
        return "accepted"
    return "expired" if invited["expires"] <= now else "pending"


def accept(ask: Ask, invited: dict) -> dict:
    """Make the invited a user. No vendor has this: it stands for the click in the mail that is not sent here. Raises
    `Fault` invalid_request where the invite was accepted or has expired.
    """
    if status(invited, ask.now) != "pending":
        raise Fault("invalid_request", f"The invite is {status(invited, ask.now)}.")
    projects = {number: {"role": role, "added": ask.now} for number, role in invited["projects"].items()}
    user = add_user(ask.store, invited["email"], invited["role"], projects, ask.now)
    ask.store.update_object(INVITE, invited["id"], None, {**invited, "accepted": ask.now})
    ask.note("invite.accepted", invited["id"], after={"user_id": user["id"]})
    return user
