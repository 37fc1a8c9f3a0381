"""Every change leaves an entry in the audit log, and OpenAI's SDK reads it."""

from __future__ import annotations

import json

import openai
import pytest
from admins import ask, openai_admin, program

from course.gateway.admin import openai as openai_control
from course.gateway.admin import openai_groups, people
from course.gateway.store.admin import ROLE, ROLE_ASSIGNMENT, SERVICE_ACCOUNT, SPEND_ALERT

ORGANIZATION = "/v1/organization"
PROJECT = f"{ORGANIZATION}/projects/{{project_id}}"
IN_PROJECT = "/v1/projects/{project_id}"
AMOUNT = {"currency": "USD", "interval": "month", "threshold_amount": 100}
ALERT = {**AMOUNT, "notification_channel": {"type": "email", "recipients": ["a@b.example"]}}
ROLE_BODY = {"role_name": "Auditor", "permissions": ["api.usage.read"]}
# Method and address → body, type of the entry, and the last value that `before` and `after` have for a name
CHANGES = {
    ("POST", f"{ORGANIZATION}/projects"): ({"name": "Shop"}, "project.created", "name", None, "Shop"),
    ("POST", PROJECT): ({"name": "Shop"}, "project.updated", "title", "Website", "Shop"),
    ("POST", f"{PROJECT}/archive"): ({}, "project.archived", "status", "active", "archived"),
    ("POST", f"{ORGANIZATION}/admin_api_keys"): ({"name": "two"}, "api_key.created", "name", None, "two"),
    ("DELETE", f"{ORGANIZATION}/admin_api_keys/{{key_id}}"): ({}, "api_key.deleted", "name", "spare", None),
    ("POST", f"{PROJECT}/api_keys/{{api_key_id}}"): (
        {"expires_in_seconds": 9},
        "api_key.updated",
        "expires_at",
        None,
        ...,
    ),
    ("DELETE", f"{PROJECT}/api_keys/{{api_key_id}}"): ({}, "api_key.deleted", "name", "server", None),
    ("POST", f"{PROJECT}/service_accounts"): ({"name": "bot"}, "api_key.created", "name", None, "Secret Key"),
    ("POST", f"{PROJECT}/service_accounts/{{service_account_id}}"): (
        {"role": "owner"},
        "service_account.updated",
        "role",
        "member",
        "owner",
    ),
    ("DELETE", f"{PROJECT}/service_accounts/{{service_account_id}}"): (
        {},
        "service_account.deleted",
        "name",
        "robot",
        None,
    ),
    ("POST", f"{PROJECT}/service_accounts/{{service_account_id}}/api_keys"): (
        {"name": "second"},
        "api_key.created",
        "name",
        None,
        "second",
    ),
    ("POST", f"{ORGANIZATION}/users/{{user_id}}"): ({"role": "owner"}, "user.updated", "role", "reader", "owner"),
    ("DELETE", f"{ORGANIZATION}/users/{{user_id}}"): ({}, "user.deleted", "role", "reader", None),
    ("POST", f"{PROJECT}/users"): (
        {"role": "member", "email": "joe@agency.example"},
        "user.added",
        "role",
        None,
        "member",
    ),
    ("POST", f"{PROJECT}/users/{{user_id}}"): ({"role": "owner"}, "user.updated", "role", "member", "owner"),
    ("DELETE", f"{PROJECT}/users/{{user_id}}"): ({}, "user.deleted", "role", "member", None),
    ("POST", f"{ORGANIZATION}/invites"): (
        {"email": "new@agency.example", "role": "reader"},
        "invite.sent",
        "email",
        None,
        "new@agency.example",
    ),
    ("DELETE", f"{ORGANIZATION}/invites/{{invite_id}}"): (
        {},
        "invite.deleted",
        "email",
        "late@agency.example",
        None,
    ),
    ("POST", f"{ORGANIZATION}/invites/{{invite_id}}/accept"): ({}, "invite.accepted", "user_id", None, ...),
    ("POST", f"{ORGANIZATION}/groups"): ({"name": "Sales"}, "group.created", "group_name", None, "Sales"),
    ("POST", f"{ORGANIZATION}/groups/{{group_id}}"): (
        {"name": "Sales"},
        "group.updated",
        "group_name",
        "Support",
        "Sales",
    ),
    ("DELETE", f"{ORGANIZATION}/groups/{{group_id}}"): ({}, "group.deleted", "group_name", "Support", None),
    ("POST", f"{ORGANIZATION}/groups/{{group_id}}/users"): (
        {"user_id": "user_joe"},
        "group.updated",
        "users",
        ["user_jane"],
        ["user_jane", "user_joe"],
    ),
    ("DELETE", f"{ORGANIZATION}/groups/{{group_id}}/users/{{user_id}}"): (
        {},
        "group.updated",
        "users",
        ["user_jane"],
        [],
    ),
    ("POST", f"{PROJECT}/groups"): (
        {"group_id": "group_2", "role": "member"},
        "group.updated",
        "project_role",
        None,
        "member",
    ),
    ("DELETE", f"{PROJECT}/groups/{{group_id}}"): ({}, "group.updated", "project_role", "member", None),
    **{
        change: outcome
        for base in (ORGANIZATION, IN_PROJECT)
        for change, outcome in {
            ("POST", f"{base}/roles"): (ROLE_BODY, "role.created", "role_name", None, "Auditor"),
            ("POST", f"{base}/roles/{{role_id}}"): (
                {"role_name": "Auditor"},
                "role.updated",
                "role_name",
                "Helper",
                "Auditor",
            ),
            ("DELETE", f"{base}/roles/{{role_id}}"): ({}, "role.deleted", "role_name", "Helper", None),
            ("POST", f"{base}/users/{{user_id}}/roles"): (
                {"role_id": "other"},
                "role.assignment.created",
                "principal_id",
                None,
                "user_jane",
            ),
            ("DELETE", f"{base}/users/{{user_id}}/roles/{{role_id}}"): (
                {},
                "role.assignment.deleted",
                "principal_id",
                "user_jane",
                None,
            ),
            ("POST", f"{base}/groups/{{group_id}}/roles"): (
                {"role_id": "other"},
                "role.assignment.created",
                "principal_type",
                None,
                "group",
            ),
            ("DELETE", f"{base}/groups/{{group_id}}/roles/{{role_id}}"): (
                {},
                "role.assignment.deleted",
                "principal_id",
                "group_1",
                None,
            ),
        }.items()
    },
    ("POST", f"{PROJECT}/rate_limits/{{rate_limit_id:path}}"): (
        {"max_requests_per_1_minute": 5},
        "rate_limit.updated",
        "max_requests_per_1_minute",
        2**31 - 1,
        5,
    ),
    ("POST", f"{PROJECT}/model_permissions"): (
        {"mode": "allow_list", "model_ids": ["tiny"]},
        "project.updated",
        "model_permissions",
        {"mode": "deny_list", "model_ids": []},
        {"mode": "allow_list", "model_ids": ["tiny"]},
    ),
    ("DELETE", f"{PROJECT}/model_permissions"): ({}, "project.updated", "model_permissions", ..., ...),
    ("POST", f"{PROJECT}/hosted_tool_permissions"): (
        {"mcp": {"enabled": False}},
        "project.updated",
        "hosted_tool_permissions",
        ...,
        ...,
    ),
    ("POST", f"{PROJECT}/data_retention"): (
        {"retention_type": "none"},
        "project.updated",
        "data_retention",
        {"type": "organization_default"},
        {"type": "none"},
    ),
    ("POST", f"{ORGANIZATION}/data_retention"): (
        {"retention_type": "zero_data_retention"},
        "organization.updated",
        "data_retention",
        {"type": "modified_abuse_monitoring"},
        {"type": "zero_data_retention"},
    ),
    ("POST", f"{PROJECT}/service_tier_settings"): (
        {"default": "fast"},
        "project.updated",
        "service_tier_settings",
        ...,
        {"default": "fast", "enabled_tiers": "all"},
    ),
    **{
        change: outcome
        for base, action in ((ORGANIZATION, "organization.updated"), (PROJECT, "project.updated"))
        for change, outcome in {
            ("POST", f"{base}/spend_limit"): (
                {**AMOUNT, "threshold_amount": 300},
                action,
                "spend_limit",
                {**AMOUNT, "threshold_amount": 200},
                {**AMOUNT, "threshold_amount": 300},
            ),
            ("DELETE", f"{base}/spend_limit"): (
                {},
                action,
                "spend_limit",
                {**AMOUNT, "threshold_amount": 200},
                None,
            ),
            ("POST", f"{base}/spend_alerts"): (ALERT, action, "spend_alert", None, ...),
            ("POST", f"{base}/spend_alerts/{{alert_id}}"): (ALERT, action, "spend_alert", ..., ...),
            ("DELETE", f"{base}/spend_alerts/{{alert_id}}"): ({}, action, "spend_alert", ..., None),
        }.items()
    },
}


@pytest.fixture
def secret(store, key):
    return store.add_key(None, "admin", now=1)[1]


@pytest.fixture
def client(base_url, secret):
    with openai_admin(base_url, secret) as client:
        yield client


@pytest.fixture
def furnished(store, secret):
    """A platform that has one of everything; returns what addresses name them by."""
    project = store.add_project("Website", now=1)
    server, _ = store.add_key(project, "server", now=1)
    spare, _ = store.add_key(None, "spare", now=1)
    keys = {row.id: row.public_id for row in store.live_keys()}
    for name in ("jane", "joe"):
        user = {"id": f"user_{name}", "name": name, "email": f"{name}@agency.example", "role": "reader", "added": 1}
        user["projects"] = {"2": {"role": "member", "added": 1}} if name == "jane" else {}
        store.add_object(people.USER, user["id"], None, user, 1)
    invite = {"email": "late@agency.example", "role": "reader", "projects": {}, "invited": 1, "expires": 10**18}
    store.add_object(people.INVITE, "invite_1", None, {"id": "invite_1", **invite, "accepted": None}, 1)
    for number, projects in (("1", {"2": {"role": "member", "added": 1}}), ("2", {})):
        group = {"id": f"group_{number}", "name": "Support", "added": 1, "users": ["user_jane"], "projects": projects}
        store.add_object(openai_groups.GROUP, group["id"], None, group, 1)
    account = {"id": "svc_1", "name": "robot", "role": "member", "added": 1}
    store.add_object(SERVICE_ACCOUNT, "svc_1", project, account, 1)
    for scope, where, prefix in (
        (None, "organization", "o"),
        (project, keys and store.project(project).public_id, "p"),
    ):
        for role_id, name in ((f"{prefix}_role", "Helper"), (f"{prefix}_other", "Other")):
            role = {"id": role_id, "name": name, "description": None, "permissions": [], "added": 1}
            store.add_object(ROLE, role_id, scope, role, 1)
        for principal in ("user_jane", "group_1"):
            held = {"id": f"{where} {principal} {prefix}_role", "principal": principal, "role": f"{prefix}_role"}
            store.add_object(ROLE_ASSIGNMENT, held["id"], scope, held, 1)
        alert = {"id": f"{prefix}_alert", **ALERT, "triggered": None}
        store.add_object(SPEND_ALERT, alert["id"], scope, alert, 1)
    store.set_budget("organization", 0, "month", 2_000_000, 1_790_000_000_000_000)
    store.set_budget("project", project, "month", 2_000_000, 1_790_000_000_000_000)
    return {
        "project_id": store.project(project).public_id,
        "key_id": keys[spare],
        "api_key_id": keys[server],
        "service_account_id": "svc_1",
        "user_id": "user_jane",
        "group_id": "group_1",
        "invite_id": "invite_1",
        "rate_limit_id": "rl-tiny",
    }


def address(path: str, names: dict) -> str:
    prefix = "p" if "project_id" in path else "o"
    names = {**names, "role_id": f"{prefix}_role", "alert_id": f"{prefix}_alert"}
    return path.replace(":path", "").format(**names).removeprefix("/v1")


def test_the_table_has_every_change_that_openais_control_plane_can_make():
    assert {(method, path) for method, path, _ in openai_control.ENTRIES if method != "GET"} == set(CHANGES)


@pytest.mark.parametrize("change", CHANGES, ids=" ".join)
def test_every_change_says_who_what_when_before_and_after(store, client, furnished, secret, change):
    body, action, name, before, after = CHANGES[change]
    method, path = change
    if body.get("role_id") == "other":
        body = {"role_id": "p_other" if "project_id" in path else "o_other"}
    send = client.post if method == "POST" else client.delete
    options = {"security": {"admin_api_key_auth": True}}
    send(address(path, furnished), cast_to=object, options=options, **({"body": body} if method == "POST" else {}))

    rows = store.audit_log()
    assert rows, "no entry in the audit log"
    row = rows[-1]
    assert row.action == action
    assert row.actor_key == store.find_caller(secret).key_id
    assert row.at >= 1_790_000_000_000_000
    for kept, expected in ((row.before_json, before), (row.after_json, after)):
        value = None if kept is None else json.loads(kept).get(name)
        assert value == expected or (expected is ... and (value is not None or name == "model_permissions"))
    entry = client.admin.organization.audit_logs.list(limit=1).data[0]
    assert (entry.type, entry.id) == (action, row.public_id)
    assert entry.actor.api_key.user.email == "owner@practice.example"
    assert (entry.project is not None) == (row.project_id is not None)
    detail = entry.to_dict()[action]
    assert detail["id"] == row.target
    assert detail.get("after") == (json.loads(row.after_json) if row.after_json else None)


def test_no_secret_is_ever_in_the_audit_log(store, client, furnished, secret):
    organization = client.admin.organization
    made = organization.admin_api_keys.create(name="second")
    account = organization.projects.service_accounts.create(furnished["project_id"], name="bot")
    more = organization.projects.service_accounts.api_keys.create(account.id, project_id=furnished["project_id"])
    log = "".join(f"{row.before_json} {row.after_json} {row.target}" for row in store.audit_log())
    for value in (made.value, account.api_key.value, more.value, secret):
        assert value not in log
        assert value.rsplit("-", 1)[0] not in log


def test_a_refused_change_leaves_nothing_behind(store, client):
    organization = client.admin.organization
    with pytest.raises(openai.BadRequestError):
        organization.projects.create(name="Shop", geography="moon")
    with pytest.raises(openai.BadRequestError):
        organization.invites.create(email="jane@agency.example", role="king")
    assert store.audit_log() == []
    assert len(store.projects()) == 1


def test_the_log_is_paged_and_filtered_by_the_sdk(client, pipeline):
    organization = client.admin.organization
    made = [organization.projects.create(name=f"P{number}") for number in range(5)]
    organization.projects.archive(made[0].id)
    logs = organization.audit_logs
    assert [entry.type for entry in logs.list(limit=2)] == ["project.archived", *["project.created"] * 5]
    assert [entry.project.name for entry in logs.list(event_types=["project.created"])] == [
        "P4",
        "P3",
        "P2",
        "P1",
        "P0",
    ]
    assert [entry.type for entry in logs.list(project_ids=[made[0].id])] == ["project.archived", "project.created"]
    assert [entry.project_created.id for entry in logs.list(resource_ids=[made[3].id])] == [made[3].id]
    newest = logs.list(limit=1).data[0]
    assert [entry.id for entry in logs.list(after=newest.id, limit=1).data] == [logs.list(limit=2).data[1].id]
    assert [entry.id for entry in logs.list(before=logs.list(limit=2).data[1].id).data] == [newest.id]
    actor = newest.actor.api_key
    assert len(list(logs.list(actor_ids=[actor.id]))) == 6
    assert len(list(logs.list(actor_ids=[actor.user.id], actor_emails=[actor.user.email]))) == 6
    assert logs.list(actor_ids=["key_0"]).data == []
    assert logs.list(actor_emails=["nobody@agency.example"]).data == []
    assert logs.list(tenant_only=True).data == []

    pipeline.clock.now += 10_000_000
    organization.projects.create(name="Late")
    late = logs.list(limit=1).data[0].effective_at
    assert [entry.project.name for entry in logs.list(effective_at={"gte": late})] == ["Late"]
    assert [entry.project.name for entry in logs.list(effective_at={"gt": late})] == []
    assert len(list(logs.list(effective_at={"lt": late}))) == 6
    assert len(list(logs.list(effective_at={"lte": late}))) == 7


def test_a_call_leaves_no_entry_but_a_change_of_its_key_does(base_url, store, client, key):
    with program(base_url, key) as caller:
        ask(caller)
    assert store.audit_log() == []
    project = store.project(1).public_id
    key_id = client.admin.organization.projects.api_keys.list(project).data[0].id
    client.admin.organization.projects.api_keys.delete(key_id, project_id=project)
    assert [row.action for row in store.audit_log()] == ["api_key.deleted"]
