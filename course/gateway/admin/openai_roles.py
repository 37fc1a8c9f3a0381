"""OpenAI's roles, of the organization and of a project, and who has them.

A role is a document with `id`, `name`, `description`, `permissions` and `added`; an assignment is a document that
names a principal, a user or a group, and a role. Roles are shown and logged: the keys alone decide what a program
may do here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..store import public_id
from ..store.admin import ROLE, ROLE_ASSIGNMENT
from ..types import Fault
from . import openai_fields as fields
from . import openai_groups, openai_people
from .desk import Ask, Entry

# Roles that every organization and every project has; see "Permissions" on
# https://developers.openai.com/api/docs/guides/rbac (read 2026-11-26). Of their permissions those are listed that
# this platform has something for.
_READ = ("api.management.read", "api.usage.read")
_CALL = ("api.model.read", "api.model.request")
_PREDEFINED = {
    "api.organization": {
        "owner": ("Everything in the organization.", [*_READ, "api.management.write", *_CALL]),
        "reader": ("Reads what the organization has, and calls models.", [*_CALL]),
    },
    "api.project": {
        "owner": ("Everything in the project.", [*_READ, "api.management.write", *_CALL]),
        "member": ("Calls models and reads what the project has.", [*_CALL]),
        "viewer": ("Reads what the project has.", ["api.model.read"]),
    },
}


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where roles hold: `project_id` is `None` for the organization, `resource` its or the project's ID."""

    kind: str
    project_id: int | None
    resource: str


def _scope(ask: Ask) -> _Scope:
    if "project_id" not in ask.path:
        return _Scope("api.organization", None, "organization")
    row = fields.project(ask) if ask.is_reading else fields.open_project(ask)
    return _Scope("api.project", row.id, row.public_id)


# Roles


def create(ask: Ask) -> dict:
    scope = _scope(ask)
    fields.check_names(ask, "role_name", "permissions", "description")
    name = fields.text(ask, "role_name")
    _check_free(ask, scope, name)
    role = {
        "id": ask.store.new_id("role_"),
        "name": name,
        "description": fields.optional_text(ask, "description"),
        "permissions": fields.strings(ask.body.get("permissions"), "permissions"),
        "added": ask.now,
    }
    ask.store.add_object(ROLE, role["id"], scope.project_id, role, ask.now)
    after = {
        "role_name": name,
        "permissions": role["permissions"],
        "resource_type": scope.kind,
        "resource_id": scope.resource,
    }
    ask.note("role.created", role["id"], scope.project_id, after=after)
    return _render(scope, role)


def list_all(ask: Ask) -> dict:
    scope = _scope(ask)
    return fields.next_page(ask, [_render(scope, role) for role in _roles(ask, scope)], default=1000)


def retrieve(ask: Ask) -> dict:
    scope = _scope(ask)
    return _render(scope, _role(ask, scope, ask.path["role_id"]))


def update(ask: Ask) -> dict:
    scope = _scope(ask)
    role = _custom_role(ask, scope)
    fields.check_names(ask, "role_name", "permissions", "description")
    name = fields.optional_text(ask, "role_name")
    if name is not None and name != role["name"]:
        _check_free(ask, scope, name)
    changes = {"name": name, "description": fields.optional_text(ask, "description")}
    if ask.body.get("permissions") is not None:
        changes["permissions"] = fields.strings(ask.body["permissions"], "permissions")
    after = {**role, **{field: value for field, value in changes.items() if value is not None}}
    ask.store.update_object(ROLE, role["id"], scope.project_id, after)
    ask.note("role.updated", role["id"], scope.project_id, _logged(role), _logged(after))
    return _render(scope, after)


def delete(ask: Ask) -> dict:
    """Whoever had the role has it no more."""
    scope = _scope(ask)
    role = _custom_role(ask, scope)
    for assignment in ask.store.all_objects(ROLE_ASSIGNMENT, scope.project_id):
        if assignment["role"] == role["id"]:
            ask.store.delete_object(ROLE_ASSIGNMENT, assignment["id"], scope.project_id)
    ask.store.delete_object(ROLE, role["id"], scope.project_id)
    ask.note("role.deleted", role["id"], scope.project_id, before=_logged(role))
    return {"object": "role.deleted", "id": role["id"], "deleted": True}


def _roles(ask: Ask, scope: _Scope) -> list[dict]:
    founded = ask.store.founded()
    predefined = [
        {
            "id": public_id("role_", f"{scope.kind} {name}"),
            "name": name,
            "description": description,
            "permissions": permissions,
            "added": founded,
            "predefined": True,
        }
        for name, (description, permissions) in _PREDEFINED[scope.kind].items()
    ]
    return [*predefined, *ask.store.all_objects(ROLE, scope.project_id)]


def _role(ask: Ask, scope: _Scope, role_id: str) -> dict:
    for role in _roles(ask, scope):
        if role["id"] == role_id:
            return role
    raise fields.not_found("role", role_id)


def _custom_role(ask: Ask, scope: _Scope) -> dict:
    role = _role(ask, scope, ask.path["role_id"])
    if role.get("predefined"):
        raise Fault("invalid_request", "A predefined role cannot be changed or deleted.")
    return role


def _check_free(ask: Ask, scope: _Scope, name: str) -> None:
    if any(role["name"] == name for role in _roles(ask, scope)):
        raise Fault("conflict", f"There is already a role with the name '{name}'.", "role_name")


def _render(scope: _Scope, role: dict) -> dict:
    return {
        "object": "role",
        "id": role["id"],
        "name": role["name"],
        "description": role["description"],
        "permissions": role["permissions"],
        "resource_type": scope.kind,
        "predefined_role": bool(role.get("predefined")),
    }


def _logged(role: dict) -> dict:
    return {"role_name": role["name"], "description": role["description"], "permissions": role["permissions"]}


# Assignments


@dataclass(frozen=True, slots=True)
class _Principals:
    """Users, or groups: how one is found from the address, and how it is shown beside its role."""

    kind: str
    find: Callable[[Ask], dict]
    show: Callable[[Ask, dict], dict]

    def assign(self, ask: Ask) -> dict:
        scope, principal = _scope(ask), self.find(ask)
        fields.check_names(ask, "role_id")
        role = _role(ask, scope, fields.text(ask, "role_id"))
        assignment = self._assignment(scope, principal, role["id"])
        if ask.store.get_object(ROLE_ASSIGNMENT, assignment["id"], scope.project_id) is not None:
            raise Fault("conflict", f"The {self.kind} has this role already.", "role_id")
        ask.store.add_object(ROLE_ASSIGNMENT, assignment["id"], scope.project_id, assignment, ask.now)
        ask.note("role.assignment.created", role["id"], scope.project_id, after=self._logged(scope, principal))
        shown = {self.kind: self.show(ask, principal), "role": _render(scope, role)}
        return {"object": f"{self.kind}.role", **shown}

    def list_all(self, ask: Ask) -> dict:
        scope, principal = _scope(ask), self.find(ask)
        held = [
            each["role"]
            for each in ask.store.all_objects(ROLE_ASSIGNMENT, scope.project_id)
            if each["principal"] == principal["id"]
        ]
        roles = [role for role in _roles(ask, scope) if role["id"] in held]
        return fields.next_page(ask, [_render_held(scope, role) for role in roles], default=1000)

    def retrieve(self, ask: Ask) -> dict:
        scope, _, role = self._held(ask)
        return _render_held(scope, role)

    def unassign(self, ask: Ask) -> dict:
        scope, principal, role = self._held(ask)
        assignment = self._assignment(scope, principal, role["id"])
        ask.store.delete_object(ROLE_ASSIGNMENT, assignment["id"], scope.project_id)
        ask.note("role.assignment.deleted", role["id"], scope.project_id, before=self._logged(scope, principal))
        return {"object": f"{self.kind}.role.deleted", "deleted": True}

    def _held(self, ask: Ask) -> tuple[_Scope, dict, dict]:
        scope, principal = _scope(ask), self.find(ask)
        role = _role(ask, scope, ask.path["role_id"])
        assignment = self._assignment(scope, principal, role["id"])
        if ask.store.get_object(ROLE_ASSIGNMENT, assignment["id"], scope.project_id) is None:
            raise fields.not_found("role assignment", role["id"])
        return scope, principal, role

    def _assignment(self, scope: _Scope, principal: dict, role_id: str) -> dict:
        assignment_id = f"{scope.resource} {principal['id']} {role_id}"
        return {"id": assignment_id, "principal": principal["id"], "role": role_id}

    def _logged(self, scope: _Scope, principal: dict) -> dict:
        return {
            "principal_id": principal["id"],
            "principal_type": self.kind,
            "resource_id": scope.resource,
            "resource_type": scope.kind,
        }

    def entries(self, path: str) -> list[Entry]:
        return [
            ("GET", path, self.list_all),
            ("POST", path, self.assign),
            ("GET", f"{path}/{{role_id}}", self.retrieve),
            ("DELETE", f"{path}/{{role_id}}", self.unassign),
        ]


def _render_held(scope: _Scope, role: dict) -> dict:
    return {
        **{name: value for name, value in _render(scope, role).items() if name != "object"},
        "created_at": fields.seconds(role["added"]),
        "updated_at": fields.seconds(role["added"]),
        "created_by": None,
        "created_by_user_obj": None,
        "metadata": {},
        "assignment_sources": None,
    }


def _show_group(_ask: Ask, group: dict) -> dict:
    created = fields.seconds(group["added"])
    return {
        "object": "group",
        "id": group["id"],
        "name": group["name"],
        "created_at": created,
        "scim_managed": False,
    }


_USERS = _Principals("user", openai_people.user, openai_people.render_user)
_GROUPS = _Principals("group", openai_groups.group, _show_group)
# The addresses of a project's roles lack the word "organization".
_IN_PROJECT = "/v1/projects/{project_id}"


def _entries(base: str) -> list[Entry]:
    roles = f"{base}/roles"
    return [
        ("GET", roles, list_all),
        ("POST", roles, create),
        ("GET", f"{roles}/{{role_id}}", retrieve),
        ("POST", f"{roles}/{{role_id}}", update),
        ("DELETE", f"{roles}/{{role_id}}", delete),
        *_USERS.entries(f"{base}/users/{{user_id}}/roles"),
        *_GROUPS.entries(f"{base}/groups/{{group_id}}/roles"),
    ]


ENTRIES: list[Entry] = [*_entries(fields.ORGANIZATION), *_entries(_IN_PROJECT)]
