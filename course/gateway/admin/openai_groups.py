"""OpenAI's groups of users, and the projects that they are in.

A group is a document with `id`, `name`, `added`, `users` (IDs, in the order in which they joined) and `projects`,
which has `role` and `added` by project number.
"""

from __future__ import annotations

from sqlalchemy.engine import Row

from ..types import Fault
from . import openai_fields as fields
from . import people
from .desk import Ask, Entry

GROUP = "group"
_KIND = "group"


def create(ask: Ask) -> dict:
    fields.check_names(ask, "name")
    name = fields.text(ask, "name")
    made = {"id": ask.store.new_id("group_"), "name": name, "added": ask.now, "users": [], "projects": {}}
    ask.store.add_object(GROUP, made["id"], None, made, ask.now)
    ask.note("group.created", made["id"], after={"group_name": name})
    return render(made)


def list_all(ask: Ask) -> dict:
    return fields.next_page(ask, [render(each) for each in ask.store.all_objects(GROUP, None)])


def retrieve(ask: Ask) -> dict:
    return render(group(ask))


def update(ask: Ask) -> dict:
    found = group(ask)
    fields.check_names(ask, "name")
    name = fields.text(ask, "name")
    _save(ask, {**found, "name": name})
    ask.note("group.updated", found["id"], None, {"group_name": found["name"]}, {"group_name": name})
    return render({**found, "name": name})


def delete(ask: Ask) -> dict:
    found = group(ask)
    ask.store.delete_object(GROUP, found["id"], None)
    ask.note("group.deleted", found["id"], before={"group_name": found["name"], "users": found["users"]})
    return {"object": "group.deleted", "id": found["id"], "deleted": True}


def group(ask: Ask) -> dict:
    """The group in the address. Raises `Fault` not_found."""
    return _find(ask, ask.path["group_id"])


def render(found: dict) -> dict:
    return {
        "id": found["id"],
        "name": found["name"],
        "created_at": fields.seconds(found["added"]),
        "is_scim_managed": False,
        "group_type": _KIND,
    }


def _find(ask: Ask, group_id: str) -> dict:
    found = ask.store.get_object(GROUP, group_id, None)
    if found is None:
        raise fields.not_found("group", group_id)
    return found


def _save(ask: Ask, found: dict) -> None:
    ask.store.update_object(GROUP, found["id"], None, found)


# Users of a group


def add_user(ask: Ask) -> dict:
    found = group(ask)
    fields.check_names(ask, "user_id")
    user_id = fields.text(ask, "user_id")
    if people.find_user(ask.store, user_id) is None:
        raise fields.not_found("user", user_id)
    if user_id in found["users"]:
        raise Fault("invalid_request", f"User '{user_id}' is already in this group.", "user_id")
    _set_users(ask, found, [*found["users"], user_id])
    return {"object": "group.user", "group_id": found["id"], "user_id": user_id}


def list_users(ask: Ask) -> dict:
    return fields.next_page(ask, [_render_user(user) for user in _users(ask, group(ask))])


def retrieve_user(ask: Ask) -> dict:
    for user in _users(ask, group(ask)):
        if user["id"] == ask.path["user_id"]:
            return {**_render_user(user), "is_service_account": False, "picture": None, "user_type": "user"}
    raise fields.not_found("group user", ask.path["user_id"])


def remove_user(ask: Ask) -> dict:
    found = group(ask)
    if ask.path["user_id"] not in found["users"]:
        raise fields.not_found("group user", ask.path["user_id"])
    _set_users(ask, found, [user_id for user_id in found["users"] if user_id != ask.path["user_id"]])
    return {"object": "group.user.deleted", "deleted": True}


def _set_users(ask: Ask, found: dict, users: list[str]) -> None:
    _save(ask, {**found, "users": users})
    ask.note("group.updated", found["id"], None, {"users": found["users"]}, {"users": users})


def _users(ask: Ask, found: dict) -> list[dict]:
    """The group's users; who has left the organization is in no group."""
    users = (people.find_user(ask.store, user_id) for user_id in found["users"])
    return [user for user in users if user is not None]


def _render_user(user: dict) -> dict:
    return {"id": user["id"], "name": user["name"], "email": user["email"]}


# Groups of a project


def grant(ask: Ask) -> dict:
    project = fields.open_project(ask)
    fields.check_names(ask, "group_id", "role")
    found, wanted = _find(ask, fields.text(ask, "group_id")), fields.text(ask, "role")
    if str(project.id) in found["projects"]:
        raise Fault("invalid_request", f"Group '{found['id']}' already has access to this project.", "group_id")
    granted = {**found["projects"], str(project.id): {"role": wanted, "added": ask.now}}
    _save(ask, {**found, "projects": granted})
    ask.note("group.updated", found["id"], project.id, {"project_role": None}, {"project_role": wanted})
    return _render_grant(project, {**found, "projects": granted})


def list_grants(ask: Ask) -> dict:
    project = fields.project(ask)
    groups = [each for each in ask.store.all_objects(GROUP, None) if str(project.id) in each["projects"]]
    rendered = [_render_grant(project, each) for each in groups]
    return fields.next_page(ask, rendered, default=20, most=100, key="group_id")


def retrieve_grant(ask: Ask) -> dict:
    fields.word(ask, "group_type", (_KIND, "tenant_group"))
    project = fields.project(ask)
    return _render_grant(project, _granted(ask, project))


def revoke(ask: Ask) -> dict:
    project = fields.open_project(ask)
    found = _granted(ask, project)
    before = {"project_role": found["projects"][str(project.id)]["role"]}
    kept = {number: role for number, role in found["projects"].items() if number != str(project.id)}
    _save(ask, {**found, "projects": kept})
    ask.note("group.updated", found["id"], project.id, before, {"project_role": None})
    return {"object": "project.group.deleted", "deleted": True}


def _granted(ask: Ask, project: Row) -> dict:
    found = group(ask)
    if str(project.id) not in found["projects"]:
        raise fields.not_found("project group", found["id"])
    return found


def _render_grant(project: Row, found: dict) -> dict:
    return {
        "object": "project.group",
        "project_id": project.public_id,
        "group_id": found["id"],
        "group_name": found["name"],
        "group_type": _KIND,
        "created_at": fields.seconds(found["projects"][str(project.id)]["added"]),
    }


_GROUPS = f"{fields.ORGANIZATION}/groups"
_ONE = f"{_GROUPS}/{{group_id}}"
_GRANTS = f"{fields.PROJECT}/groups"
ENTRIES: list[Entry] = [
    ("GET", _GROUPS, list_all),
    ("POST", _GROUPS, create),
    ("GET", _ONE, retrieve),
    ("POST", _ONE, update),
    ("DELETE", _ONE, delete),
    ("GET", f"{_ONE}/users", list_users),
    ("POST", f"{_ONE}/users", add_user),
    ("GET", f"{_ONE}/users/{{user_id}}", retrieve_user),
    ("DELETE", f"{_ONE}/users/{{user_id}}", remove_user),
    ("GET", _GRANTS, list_grants),
    ("POST", _GRANTS, grant),
    ("GET", f"{_GRANTS}/{{group_id}}", retrieve_grant),
    ("DELETE", f"{_GRANTS}/{{group_id}}", revoke),
]
