"""OpenAI's users, of the organization and of a project, and invites."""

from __future__ import annotations

from sqlalchemy.engine import Row

from ..dialects import openai
from ..types import Fault
from . import openai_fields as fields
from . import people
from .desk import Ask, Entry
from .openai_projects import DEFAULT_PROJECT

_ROLES = ("owner", "reader")
_PROJECT_ROLES = ("owner", "member")
# What roles given through another vendor's API are here.
_AS_OWNER = ("owner", "admin", "workspace_admin")
_INVITED_DAYS = 7


def role(kept: str) -> str:
    return "owner" if kept in _AS_OWNER else "reader"


def project_role(kept: str) -> str:
    return "owner" if kept in _AS_OWNER else "member"


# Users of the organization


def render_user(ask: Ask, user: dict) -> dict:
    return {
        "object": "organization.user",
        "id": user["id"],
        "name": user["name"],
        "email": user["email"],
        "role": role(user["role"]),
        "added_at": fields.seconds(user["added"]),
        "created": fields.seconds(user["added"]),
        "is_default": user["id"] == people.OWNER_ID,
        "is_service_account": False,
        "is_scim_managed": False,
        "developer_persona": user.get("developer_persona"),
        "technical_level": user.get("technical_level"),
        "user": {
            "object": "user",
            "id": user["id"],
            "name": user["name"],
            "email": user["email"],
            "enabled": True,
            "banned": False,
        },
        "projects": {"object": "list", "data": _projects_of(ask, user)},
    }


def list_users(ask: Ask) -> dict:
    emails = fields.several(ask, "emails")
    found = [user for user in people.users(ask.store) if not emails or user["email"] in emails]
    return fields.page(ask, [render_user(ask, user) for user in found])


def retrieve_user(ask: Ask) -> dict:
    return render_user(ask, user(ask))


def update_user(ask: Ask) -> dict:
    found = changeable_user(ask)
    fields.check_names(ask, "role", "role_id", "developer_persona", "technical_level")
    if ask.body.get("role_id") is not None:
        raise openai.unsupported("role_id")
    changes = {
        "role": openai.choice(ask.body.get("role"), "role", _ROLES),
        "developer_persona": fields.optional_text(ask, "developer_persona"),
        "technical_level": fields.optional_text(ask, "technical_level"),
    }
    after = {name: value for name, value in changes.items() if value is not None}
    people.save_user(ask.store, {**found, **after})
    ask.note("user.updated", found["id"], None, {name: found.get(name) for name in after}, after)
    return render_user(ask, {**found, **after})


def delete_user(ask: Ask) -> dict:
    """A user's own keys end with the membership; those of service accounts do not."""
    found = changeable_user(ask)
    people.end_keys(ask.store, found["id"], ask.now)
    people.remove(ask, found, role(found["role"]))
    return {"object": "organization.user.deleted", "id": found["id"], "deleted": True}


def user(ask: Ask) -> dict:
    """The user in the address. Raises `Fault` not_found."""
    found = people.find_user(ask.store, ask.path["user_id"])
    if found is None:
        raise fields.not_found("user", ask.path["user_id"])
    return found


def changeable_user(ask: Ask) -> dict:
    """The user in the address. Raises `Fault` for the owner, without whom nobody could administer."""
    found = user(ask)
    if found["id"] == people.OWNER_ID:
        raise Fault("invalid_request", "The last owner of the organization cannot be changed or removed.")
    return found


def _projects_of(ask: Ask, found: dict) -> list[dict]:
    rows = {row.id: row for row in ask.store.projects()}
    joined = {number: people.membership(found, number) for number in rows}
    return [
        {"id": rows[number].public_id, "name": rows[number].name, "role": project_role(member["role"])}
        for number, member in joined.items()
        if member is not None
    ]


# Users of a project


def list_members(ask: Ask) -> dict:
    project = fields.project(ask)
    found = people.members(ask.store, project.id)
    return fields.page(ask, [_render_member(project, member) for member in found])


def add_member(ask: Ask) -> dict:
    project = fields.open_project(ask)
    fields.check_names(ask, "role", "user_id", "email")
    wanted = fields.chosen(ask, "role", _PROJECT_ROLES)
    found = _by_id_or_email(ask)
    if people.membership(found, project.id) is not None:
        raise Fault("invalid_request", f"User '{found['id']}' is already a member of this project.", "user_id")
    joined = people.join(ask.store, found, project.id, wanted, ask.now)
    ask.note("user.added", found["id"], project.id, after={"role": wanted, "email": found["email"]})
    return _render_member(project, joined)


def retrieve_member(ask: Ask) -> dict:
    project = fields.project(ask)
    return _render_member(project, _member(ask, project, user(ask)))


def update_member(ask: Ask) -> dict:
    project = fields.open_project(ask)
    found = _member(ask, project, changeable_user(ask))
    fields.check_names(ask, "role")
    wanted = openai.choice(ask.body.get("role"), "role", _PROJECT_ROLES)
    if wanted is None:
        return _render_member(project, found)
    before = {"role": project_role(people.membership(found, project.id)["role"])}
    joined = people.join(ask.store, found, project.id, wanted, ask.now)
    ask.note("user.updated", found["id"], project.id, before, {"role": wanted})
    return _render_member(project, joined)


def remove_member(ask: Ask) -> dict:
    project = fields.open_project(ask)
    found = _member(ask, project, changeable_user(ask))
    people.end_keys(ask.store, found["id"], ask.now, project.id)
    people.leave(ask, found, project.id, project_role(people.membership(found, project.id)["role"]))
    return {"object": "organization.project.user.deleted", "id": found["id"], "deleted": True}


def _by_id_or_email(ask: Ask) -> dict:
    user_id, email = fields.optional_text(ask, "user_id"), fields.optional_text(ask, "email")
    if user_id is None and email is None:
        raise openai.missing("user_id")
    for found in people.users(ask.store):
        if found["id"] == user_id or (user_id is None and found["email"] == email):
            return found
    raise fields.not_found("user", user_id or email)


def _member(ask: Ask, project: Row, found: dict) -> dict:
    if people.membership(found, project.id) is None:
        raise fields.not_found("project user", found["id"])
    return found


def _render_member(project: Row, found: dict) -> dict:
    member = people.membership(found, project.id)
    return {
        "object": "organization.project.user",
        "id": found["id"],
        "name": found["name"],
        "email": found["email"],
        "role": project_role(member["role"]),
        "added_at": fields.seconds(member["added"]),
    }


# Invites


def create_invite(ask: Ask) -> dict:
    fields.check_names(ask, "email", "role", "projects")
    email = fields.text(ask, "email")
    if "@" not in email:
        raise openai.invalid("email", f"'{email}' is not an email address.")
    wanted = fields.chosen(ask, "role", _ROLES)
    invited = people.invite(ask.store, email, wanted, _invited_to(ask), _INVITED_DAYS, ask.now)
    ask.note("invite.sent", invited["id"], after={"email": email, "role": wanted})
    return _render_invite(ask, invited)


def list_invites(ask: Ask) -> dict:
    return fields.page(ask, [_render_invite(ask, invited) for invited in people.invites(ask.store)])


def retrieve_invite(ask: Ask) -> dict:
    return _render_invite(ask, _invite(ask))


def delete_invite(ask: Ask) -> dict:
    invited = _invite(ask)
    people.withdraw(ask, invited, role(invited["role"]))
    return {"object": "organization.invite.deleted", "id": invited["id"], "deleted": True}


def accept_invite(ask: Ask) -> dict:
    return render_user(ask, people.accept(ask, _invite(ask)))


def _invite(ask: Ask) -> dict:
    invited = people.find_invite(ask.store, ask.path["invite_id"])
    if invited is None:
        raise fields.not_found("invite", ask.path["invite_id"])
    return invited


def _invited_to(ask: Ask) -> dict[str, str]:
    """Roles by project number. Who is invited to no project by name comes into the default project."""
    wishes = ask.body.get("projects")
    if wishes is None:
        return {str(DEFAULT_PROJECT): "member"}
    if not isinstance(wishes, list):
        raise openai.wrong_type("projects", "an array of objects", wishes)
    invited = {}
    for place, wish in enumerate(wishes):
        name = f"projects[{place}]"
        wish = openai.json_object(wish, name)
        openai.check_names(wish, frozenset(["id", "role"]), f"{name}.")
        for field in ("id", "role"):
            if wish.get(field) is None:
                raise openai.missing(f"{name}.{field}")
        row = fields.project_by_id(ask, openai.string(wish["id"], f"{name}.id"))
        invited[str(row.id)] = openai.choice(wish["role"], f"{name}.role", ("member", "owner"))
    return invited


def _render_invite(ask: Ask, invited: dict) -> dict:
    names = {str(row.id): row.public_id for row in ask.store.projects()}
    return {
        "object": "organization.invite",
        "id": invited["id"],
        "email": invited["email"],
        "role": role(invited["role"]),
        "status": people.status(invited, ask.now),
        "created_at": fields.seconds(invited["invited"]),
        "expires_at": fields.seconds(invited["expires"]),
        "accepted_at": fields.seconds(invited["accepted"]),
        "projects": [
            {"id": names[number], "role": project_role(kept)}
            for number, kept in invited["projects"].items()
            if number in names
        ],
    }


_USERS = f"{fields.ORGANIZATION}/users"
_MEMBERS = f"{fields.PROJECT}/users"
_INVITES = f"{fields.ORGANIZATION}/invites"
ENTRIES: list[Entry] = [
    ("GET", _USERS, list_users),
    ("GET", f"{_USERS}/{{user_id}}", retrieve_user),
    ("POST", f"{_USERS}/{{user_id}}", update_user),
    ("DELETE", f"{_USERS}/{{user_id}}", delete_user),
    ("GET", _MEMBERS, list_members),
    ("POST", _MEMBERS, add_member),
    ("GET", f"{_MEMBERS}/{{user_id}}", retrieve_member),
    ("POST", f"{_MEMBERS}/{{user_id}}", update_member),
    ("DELETE", f"{_MEMBERS}/{{user_id}}", remove_member),
    ("GET", _INVITES, list_invites),
    ("POST", _INVITES, create_invite),
    ("GET", f"{_INVITES}/{{invite_id}}", retrieve_invite),
    ("DELETE", f"{_INVITES}/{{invite_id}}", delete_invite),
    ("POST", f"{_INVITES}/{{invite_id}}/accept", accept_invite),
]
