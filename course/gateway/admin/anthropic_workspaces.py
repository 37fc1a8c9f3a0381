"""Anthropic's workspaces, which are the same projects that OpenAI's control plane shows, and their members."""

from __future__ import annotations

import re

from sqlalchemy.engine import Row

from ..dialects import anthropic
from ..store import public_id
from ..types import Fault
from . import anthropic_fields as fields
from . import people
from .desk import Ask, Entry
from .openai_projects import follow_organization

_LONGEST_NAME = 40
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_FIRST_COLOR = "#6C5BB9"
_GEOS = ("global", "us")
_RESIDENCY = {"workspace_geo": "us", "allowed_inference_geos": "unrestricted", "default_inference_geo": "global"}
_FIELDS = ("name", "display_color", "tags", "data_residency", "external_key_id", "user_profile_id")
_ROLES = ("workspace_admin", "workspace_developer", "workspace_restricted_developer", "workspace_user")
# What roles given through OpenAI's API are here.
_SAME_ROLES = {"owner": "workspace_admin", "member": "workspace_developer"}


# Workspaces


def render(ask: Ask, row: Row) -> dict:
    settings = ask.store.settings(row.id)
    return {
        "type": "workspace",
        "id": fields.workspace_id(row.id),
        "name": row.name,
        "created_at": fields.time(row.created),
        "archived_at": fields.time(row.archived),
        "display_color": settings.get("display_color", _FIRST_COLOR),
        "tags": settings.get("tags", {}),
        "data_residency": _residency(ask, row.id),
        "compartment_id": public_id("cmpt_", row.id),
        "external_key_id": None,
        "user_profile_id": None,
    }


def create(ask: Ask) -> dict:
    _check(ask)
    name = fields.text(ask, "name", _LONGEST_NAME)
    changes = _changes(ask, {}, _RESIDENCY, new=True)
    number = ask.store.add_project(name, ask.now)
    follow_organization(ask, number)
    _apply(ask, number, changes)
    row = ask.store.project(number)
    ask.note("project.created", row.public_id, number, after={"name": name, "title": name, **changes})
    return render(ask, row)


def update(ask: Ask) -> dict:
    row = _changeable(ask)
    _check(ask)
    name = fields.optional_text(ask, "name", _LONGEST_NAME)
    settings = ask.store.settings(row.id)
    changes = _changes(ask, settings.get("tags", {}), _residency(ask, row.id), new=False)
    before, after = {each: settings.get(each) for each in changes}, dict(changes)
    if name is not None:
        ask.store.update_project(row.id, name=name)
        before["title"], after["title"] = row.name, name
    _apply(ask, row.id, changes)
    ask.note("project.updated", row.public_id, row.id, before, after)
    return render(ask, ask.store.project(row.id))


def archive(ask: Ask) -> dict:
    row = fields.workspace(ask)
    _refuse_default(row)
    if row.archived is None:
        ask.store.update_project(row.id, archived=ask.now)
        ask.note("project.archived", row.public_id, row.id, {"status": "active"}, {"status": "archived"})
    return render(ask, ask.store.project(row.id))


def retrieve(ask: Ask) -> dict:
    return render(ask, fields.workspace(ask))


def list_all(ask: Ask) -> dict:
    archived, default = fields.flag(ask, "include_archived"), fields.flag(ask, "include_default")
    ids = fields.several(ask, "ids")
    rows = [
        row
        for row in ask.store.projects()
        if (archived or row.archived is None)
        and (default or row.id != fields.DEFAULT)
        and (not ids or fields.workspace_id(row.id) in ids)
    ]
    return fields.page(ask, [render(ask, row) for row in rows])


def _check(ask: Ask) -> None:
    fields.check_names(ask, *_FIELDS)
    for name, what in (("external_key_id", "Customer-managed encryption keys"), ("user_profile_id", "User profiles")):
        if ask.body.get(name) is not None:
            raise anthropic.invalid(name, f"{what} are not enabled for this organization")


def _changeable(ask: Ask) -> Row:
    row = fields.open_workspace(ask)
    _refuse_default(row)
    return row


def _refuse_default(row: Row) -> None:
    if row.id == fields.DEFAULT:
        raise Fault("invalid_request", "The default workspace cannot be modified or archived.")


def _changes(ask: Ask, tags: dict, residency: dict, new: bool) -> dict:
    """The settings that the body asks for."""
    changes: dict[str, object] = {}
    color = fields.optional_text(ask, "display_color")
    if color is not None:
        if not _COLOR.fullmatch(color):
            raise anthropic.invalid("display_color", "String should match pattern '^#[0-9a-fA-F]{6}$'")
        changes["display_color"] = color
    if ask.body.get("tags") is not None:
        changes["tags"] = _tags(ask, tags)
    if ask.body.get("data_residency") is not None:
        changes["data_residency"] = _read_residency(ask, residency, new)
    return changes


def _tags(ask: Ask, before: dict) -> dict:
    """Tags are added to those that are there; one that is null is taken away."""
    after = dict(before)
    for name, value in anthropic.json_object(ask.body["tags"], "tags").items():
        if name.startswith("anthropic"):
            raise anthropic.invalid(f"tags.{name}", "Keys may not begin with `anthropic`")
        if value is None:
            after.pop(name, None)
        else:
            after[name] = anthropic.string(value, f"tags.{name}")
    return after


def _read_residency(ask: Ask, before: dict, new: bool) -> dict:
    name = "data_residency"
    wish = anthropic.json_object(ask.body[name], name)
    anthropic.check_names(wish, frozenset(_RESIDENCY) - (frozenset() if new else {"workspace_geo"}), f"{name}.")
    after = {**before, **{field: value for field, value in wish.items() if value is not None}}
    anthropic.choice(after["workspace_geo"], f"{name}.workspace_geo", ("us",))
    anthropic.choice(after["default_inference_geo"], f"{name}.default_inference_geo", _GEOS)
    allowed = after["allowed_inference_geos"]
    if allowed != "unrestricted":
        for place, geo in enumerate(anthropic.json_list(allowed, f"{name}.allowed_inference_geos")):
            anthropic.choice(geo, f"{name}.allowed_inference_geos.{place}", _GEOS)
        if after["default_inference_geo"] not in allowed:
            raise anthropic.invalid(f"{name}.default_inference_geo", "Must be a member of `allowed_inference_geos`")
    return after


def _residency(ask: Ask, number: int) -> dict:
    return ask.store.settings(number).get("data_residency", _RESIDENCY)


def _apply(ask: Ask, number: int, changes: dict) -> None:
    if not changes:
        return
    ask.store.change_settings(number, ask.now, **changes)
    if "data_residency" in changes:
        allowed = changes["data_residency"]["allowed_inference_geos"]
        only = set() if allowed == "unrestricted" else set(allowed)
        ask.store.set_policy(number, region=only.pop() if len(only) == 1 else None)


# Members


def role(kept: str) -> str:
    return _SAME_ROLES.get(kept, kept)


def list_members(ask: Ask) -> dict:
    row = fields.workspace(ask)
    found = people.members(ask.store, row.id)
    return fields.page(ask, [_render_member(row, member) for member in found], key="user_id")


def add_member(ask: Ask) -> dict:
    row = fields.open_workspace(ask)
    fields.check_names(ask, "user_id", "workspace_role")
    user_id, wanted = fields.text(ask, "user_id"), fields.chosen(ask, "workspace_role", _ROLES)
    found = people.find_user(ask.store, user_id)
    if found is None:
        raise fields.not_found("User", user_id)
    if people.membership(found, row.id) is not None:
        raise Fault("invalid_request", "User is already a member of this workspace.")
    joined = people.join(ask.store, found, row.id, wanted, ask.now)
    ask.note("user.added", user_id, row.id, after={"role": wanted, "email": found["email"]})
    return _render_member(row, joined)


def retrieve_member(ask: Ask) -> dict:
    row = fields.workspace(ask)
    return _render_member(row, _member(ask, row))


def update_member(ask: Ask) -> dict:
    row = fields.open_workspace(ask)
    found = _changeable_member(ask, row)
    fields.check_names(ask, "workspace_role")
    wanted = fields.chosen(ask, "workspace_role", (*_ROLES, "workspace_billing"))
    before = {"role": people.membership(found, row.id)["role"]}
    joined = people.join(ask.store, found, row.id, wanted, ask.now)
    ask.note("user.updated", found["id"], row.id, before, {"role": wanted})
    return _render_member(row, joined)


def remove_member(ask: Ask) -> dict:
    row = fields.open_workspace(ask)
    found = _changeable_member(ask, row)
    people.leave(ask, found, row.id, people.membership(found, row.id)["role"])
    return {
        "type": "workspace_member_deleted",
        "user_id": found["id"],
        "workspace_id": fields.workspace_id(row.id),
    }


def _member(ask: Ask, row: Row) -> dict:
    found = people.find_user(ask.store, ask.path["user_id"])
    if found is None or people.membership(found, row.id) is None:
        raise fields.not_found("Workspace member", ask.path["user_id"])
    return found


def _changeable_member(ask: Ask, row: Row) -> dict:
    found = _member(ask, row)
    if found["id"] == people.OWNER_ID:
        raise Fault("invalid_request", "The workspace role of an organization admin cannot be changed.")
    return found


def _render_member(row: Row, found: dict) -> dict:
    return {
        "type": "workspace_member",
        "user_id": found["id"],
        "workspace_id": fields.workspace_id(row.id),
        "workspace_role": role(people.membership(found, row.id)["role"]),
    }


_WORKSPACES = f"{fields.ORGANIZATION}/workspaces"
_MEMBERS = f"{fields.WORKSPACE}/members"
ENTRIES: list[Entry] = [
    ("GET", _WORKSPACES, list_all),
    ("POST", _WORKSPACES, create),
    ("GET", fields.WORKSPACE, retrieve),
    ("POST", fields.WORKSPACE, update),
    ("POST", f"{fields.WORKSPACE}/archive", archive),
    ("GET", _MEMBERS, list_members),
    ("POST", _MEMBERS, add_member),
    ("GET", f"{_MEMBERS}/{{user_id}}", retrieve_member),
    ("POST", f"{_MEMBERS}/{{user_id}}", update_member),
    ("DELETE", f"{_MEMBERS}/{{user_id}}", remove_member),
]
