"""Anthropic's own SDK administers the gateway, and what it lacks, the reports, is read over plain HTTP."""

from __future__ import annotations

import base64
import json

import anthropic
import pytest
from admins import DAY, anthropic_client, openai_admin, program, tell
from admins import ask as ask_openai

from course.gateway.admin import anthropic as anthropic_control
from course.gateway.admin import people
from course.gateway.store import public_id

START = "2026-09-21T00:00:00Z"
START_SECOND = 1_789_948_800
DEFAULT = public_id("wrkspc_", 1)


@pytest.fixture
def secret(store, key):
    return store.add_key(None, "admin", now=1)[1]


@pytest.fixture
def url(base_url):
    return base_url.removesuffix("/openai/v1")


@pytest.fixture
def client(url, secret):
    with anthropic_client(url, secret) as client:
        yield client


@pytest.fixture
def organization(client):
    return client.organization


@pytest.fixture
def workspace(organization):
    """A new workspace's ID."""
    return organization.workspaces.create(name="Website").id


@pytest.fixture
def jane(store):
    """Jane's ID. She is in the organization and in no workspace."""
    user = {"id": "user_jane", "name": "jane", "email": "jane@agency.example", "role": "developer", "added": 1}
    store.add_object(people.USER, "user_jane", None, {**user, "projects": {}}, 1)
    return "user_jane"


def report(client, name, **query):
    path = {"usage": "/v1/organizations/usage_report/messages", "cost": "/v1/organizations/cost_report"}[name]
    return client.get(path, cast_to=object, options={"params": query})


def results(found):
    return [result for bucket in found["data"] for result in bucket["results"]]


# The organization and its people


def test_the_organization_says_who_it_is(organization):
    me = organization.retrieve()
    assert (me.type, len(me.id)) == ("organization", 36)
    assert me == organization.retrieve()


def test_an_invite_waits_three_weeks_is_accepted_or_withdrawn(client, organization, pipeline):
    invite = organization.invites.create(email="jane@agency.example", role="developer")
    assert (invite.status, (invite.expires_at - invite.invited_at).days) == ("pending", 21)
    with pytest.raises(anthropic.ConflictError):
        organization.invites.create(email="jane@agency.example", role="user")
    user = client.post(f"/v1/organizations/invites/{invite.id}/accept", cast_to=object)
    assert organization.invites.retrieve(invite.id).status == "accepted"
    assert organization.users.retrieve(user["id"]).role == "developer"
    late = organization.invites.create(email="late@agency.example", role="user")
    assert [each.id for each in organization.invites.list(statuses=["pending"])] == [late.id]
    assert [each.id for each in organization.invites.list(email="LATE@agency.example")] == [late.id]
    pipeline.clock.now += 22 * DAY * 1_000_000
    assert organization.invites.retrieve(late.id).status == "expired"
    assert organization.invites.delete(late.id).type == "invite_deleted"
    assert [each.id for each in organization.invites.list()] == [invite.id]


def test_users_are_listed_changed_and_removed_and_admins_stay(organization, jane):
    assert [user.role for user in organization.users.list()] == ["admin", "developer"]
    assert [user.id for user in organization.users.list(roles=["developer", "billing"])] == [jane]
    assert [user.id for user in organization.users.list(email="Jane@agency.example")] == [jane]
    assert organization.users.update(jane, role="billing").role == "billing"
    assert organization.users.remove(jane).type == "user_deleted"
    with pytest.raises(anthropic.NotFoundError):
        organization.users.retrieve(jane)
    with pytest.raises(anthropic.BadRequestError, match="admins"):
        organization.users.remove(people.OWNER_ID)


# Workspaces


def test_a_workspace_is_created_changed_listed_and_archived(organization, workspace):
    made = organization.workspaces.retrieve(workspace)
    assert (made.name, made.archived_at, made.data_residency.default_inference_geo) == ("Website", None, "global")
    assert workspace.startswith("wrkspc_")
    changed = organization.workspaces.update(
        workspace, name="Shop", display_color="#123456", tags={"team": "web", "cost": "7"}
    )
    assert (changed.name, changed.display_color, changed.tags) == ("Shop", "#123456", {"team": "web", "cost": "7"})
    assert organization.workspaces.update(workspace, tags={"cost": None}).tags == {"team": "web"}
    assert [each.name for each in organization.workspaces.list()] == ["Shop"]
    assert [each.name for each in organization.workspaces.list(include_default=True)] == ["Default project", "Shop"]
    gone = organization.workspaces.archive(workspace)
    assert gone.archived_at is not None
    assert organization.workspaces.archive(workspace).archived_at == gone.archived_at
    assert organization.workspaces.list().data == []
    assert [each.id for each in organization.workspaces.list(include_archived=True, ids=[workspace])] == [workspace]
    with pytest.raises(anthropic.BadRequestError, match="archived"):
        organization.workspaces.update(workspace, name="Other")


def test_a_workspace_is_openais_project(base_url, secret, store, organization, workspace):
    with openai_admin(base_url, secret) as client:
        project = client.admin.organization.projects.list().data[1]
        assert (project.name, project.id) == ("Website", public_id("proj_", 2))
        assert public_id("wrkspc_", 2) == workspace
        client.admin.organization.projects.archive(project.id)
    assert organization.workspaces.retrieve(workspace).archived_at is not None


def test_the_default_workspace_stays(organization):
    for change in (lambda: organization.workspaces.archive(DEFAULT), lambda: organization.workspaces.update(DEFAULT)):
        with pytest.raises(anthropic.BadRequestError, match="default workspace"):
            change()


def test_where_inference_may_run_becomes_a_rule(store, organization):
    only = {"allowed_inference_geos": ["us"], "default_inference_geo": "us"}
    made = organization.workspaces.create(name="US", data_residency=only)
    assert made.data_residency.allowed_inference_geos == ["us"]
    assert store.policy(2).region == "us"
    freed = organization.workspaces.update(made.id, data_residency={"allowed_inference_geos": "unrestricted"})
    assert freed.data_residency.default_inference_geo == "us"
    assert store.policy(2).region is None


def test_members_of_a_workspace_are_added_changed_and_removed(organization, workspace, jane):
    members = organization.workspaces.members
    assert [each.workspace_role for each in members.list(workspace)] == ["workspace_admin"]
    assert members.add(workspace, user_id=jane, workspace_role="workspace_developer").user_id == jane
    with pytest.raises(anthropic.BadRequestError, match="already"):
        members.add(workspace, user_id=jane, workspace_role="workspace_user")
    assert members.update(jane, workspace_id=workspace, workspace_role="workspace_user").user_id == jane
    assert members.retrieve(jane, workspace_id=workspace).workspace_role == "workspace_user"
    assert [each.user_id for each in members.list(workspace, limit=1)] == [people.OWNER_ID, jane]
    assert members.remove(jane, workspace_id=workspace).type == "workspace_member_deleted"
    with pytest.raises(anthropic.NotFoundError):
        members.retrieve(jane, workspace_id=workspace)


def test_pages_go_forth_and_back(organization):
    names = [organization.workspaces.create(name=f"W{number}").name for number in range(5)]
    first = organization.workspaces.list(limit=2)
    assert [each.name for each in first.data] == names[:2]
    assert (first.has_more, first.first_id, first.last_id) == (True, first.data[0].id, first.data[1].id)
    assert [each.name for each in organization.workspaces.list(limit=2)] == names
    back = organization.workspaces.list(limit=2, before_id=organization.workspaces.list(limit=4).data[3].id)
    assert [each.name for each in back.data] == names[1:3]


# Keys


def test_a_key_rests_works_again_and_is_archived_for_good(url, organization, key):
    listed = organization.api_keys.list().data
    assert [(each.name, each.status) for each in listed] == [("test", "active")]
    assert listed[0].scope.workspace_id == DEFAULT
    assert key not in listed[0].to_json()
    assert listed[0].partial_key_hint.endswith(key[-4:])
    key_id = listed[0].id
    with anthropic_client(url, key) as caller:
        tell(caller)
        assert organization.api_keys.update(key_id, status="inactive", name="resting").name == "resting"
        with pytest.raises(anthropic.AuthenticationError):
            tell(caller)
        organization.api_keys.update(key_id, status="active")
        tell(caller)
        assert organization.api_keys.update(key_id, status="archived").status == "archived"
        with pytest.raises(anthropic.AuthenticationError):
            tell(caller)
    with pytest.raises(anthropic.BadRequestError, match="archived"):
        organization.api_keys.update(key_id, status="active")
    assert organization.api_keys.retrieve(key_id).status == "archived"


def test_keys_are_filtered_and_an_ended_one_is_expired(store, organization, workspace, pipeline):
    store.add_key(2, "short", now=1, expires=pipeline.clock.now)
    assert [each.name for each in organization.api_keys.list(workspace_id=workspace)] == ["short"]
    assert [each.name for each in organization.api_keys.list(status="expired")] == ["short"]
    assert [each.name for each in organization.api_keys.list(status="active")] == ["test"]
    assert len(list(organization.api_keys.list(created_by_user_id=people.OWNER_ID))) == 2
    assert organization.api_keys.list(created_by_user_id="user_0").data == []


def test_no_key_is_made_here(client):
    with pytest.raises(anthropic.APIStatusError) as caught:
        client.post("/v1/organizations/api_keys", cast_to=object, body={"name": "new"})
    assert caught.value.status_code == 405


# Rate limits


def test_the_organization_lists_each_models_limits(organization, pipeline):
    listed = list(organization.rate_limits.list())
    assert [each.models for each in listed] == [[model.id] for model in pipeline.offered("anthropic")]
    assert {limit.type: limit.value for limit in listed[0].limits} == {
        "requests_per_minute": 2**31 - 1,
        "tokens_per_minute": 2**31 - 1,
    }
    assert [each.id for each in organization.rate_limits.list(limit=1)] == [each.id for each in listed]
    assert [each.models for each in organization.rate_limits.list(model="ant-large")] == [["ant-large"]]
    assert organization.rate_limits.list(group_type="batch").data == []
    with pytest.raises(anthropic.NotFoundError):
        organization.rate_limits.list(model="ant-0")


def test_an_override_of_a_workspace_holds_at_once_and_is_lifted(url, store, organization, key):
    entry = organization.rate_limits.list(model="ant-small").data[0]
    limits = organization.workspaces.rate_limits
    assert limits.list(DEFAULT).data == []
    changed = limits.update(entry.id, workspace_id=DEFAULT, limits=[{"type": "requests_per_minute", "value": 1}])
    assert [(each.type, each.value, each.source.type) for each in changed.limits] == [
        ("requests_per_minute", 1, "workspace")
    ]
    assert limits.list(DEFAULT).data == [changed]
    inherited = limits.list(DEFAULT, include_inherited=True).data[0]
    assert [each.source.type for each in inherited.limits] == ["workspace", "organization"]
    with anthropic_client(url, key) as caller:
        tell(caller)
        with pytest.raises(anthropic.RateLimitError):
            tell(caller)
        limits.update(entry.id, workspace_id=DEFAULT, limits=[{"type": "requests_per_minute", "value": None}])
        tell(caller)
    assert limits.list(DEFAULT).data == []


# Reports


@pytest.fixture
def calls(url, base_url, store, key, pipeline, workspace):
    """Two calls in the default workspace and, a day later, one in another; one to another vendor."""
    _, other = store.add_key(2, "server", now=1)
    with anthropic_client(url, key) as client:
        tell(client)
        tell(client)
    with program(base_url, key) as client:
        ask_openai(client)
    pipeline.clock.now += DAY * 1_000_000
    with anthropic_client(url, other) as client:
        tell(client, "ant-large")
    return store


def test_usage_is_in_buckets_and_agrees_with_the_ledger(client, calls):
    found = report(client, "usage", starting_at=START)
    assert [len(bucket["results"]) for bucket in found["data"]] == [1, 1]
    assert found["data"][0]["starting_at"] == START
    assert found["data"][0]["ending_at"] == found["data"][1]["starting_at"] == "2026-09-22T00:00:00Z"
    assert (found["has_more"], found["next_page"]) == (False, None)
    ledger = [row for row in calls.ledger() if row.model.startswith("ant-")]
    counted = results(found)
    assert sum(row.output for row in ledger) == sum(each["output_tokens"] for each in counted)
    assert sum(row.input for row in ledger) == sum(
        each["uncached_input_tokens"] + each["cache_read_input_tokens"] + sum(each["cache_creation"].values())
        for each in counted
    )


def test_usage_is_grouped_and_filtered(client, calls, workspace):
    groups = ["workspace_id", "model", "service_tier", "context_window", "api_key_id", "account_id", "speed"]
    found = results(report(client, "usage", starting_at=START, group_by=groups))
    assert [(each["workspace_id"], each["model"]) for each in found] == [
        (None, "ant-small"),
        (workspace, "ant-large"),
    ]
    assert {each["service_tier"] for each in found} == {"standard"}
    assert {each["context_window"] for each in found} == {"0-200k"}
    assert {each["account_id"] for each in found} == {people.OWNER_ID}
    for query, count in (
        ({"workspace_ids": [workspace]}, 1),
        ({"workspace_ids": [DEFAULT]}, 1),
        ({"models": ["ant-small"]}, 1),
        ({"models": ["tiny"]}, 0),
        ({"api_key_ids": [public_id("apikey_", 1)]}, 1),
        ({"service_tiers": ["batch"]}, 0),
    ):
        assert len(results(report(client, "usage", starting_at=START, **query))) == count, query


def test_pages_of_usage_meet_without_gap(client, calls):
    token, begins, requests = None, [], 0
    while True:
        more = {"page": token} if token else {}
        found = report(client, "usage", starting_at=START, bucket_width="1h", limit=10, **more)
        begins += [bucket["starting_at"] for bucket in found["data"]]
        requests += len(results(found))
        token = found["next_page"]
        assert found["has_more"] == (token is not None)
        if token is None:
            break
        assert base64.b64decode(token.removeprefix("page_")).decode().endswith("Z")
    assert begins == sorted(set(begins))
    assert len(begins) == 24 + 15  # until 14:13 on the second day
    assert requests == 2


def test_a_report_that_ends_has_whole_buckets_only(client, calls):
    assert len(report(client, "usage", starting_at=START, ending_at="2026-09-22T00:00:00Z")["data"]) == 1
    assert len(report(client, "usage", starting_at=START, ending_at="2026-09-22T23:00:00+00:00")["data"]) == 1
    assert report(client, "usage", starting_at=START, ending_at="2026-09-01T00:00:00Z")["data"] == []


def test_costs_are_in_cents_and_add_up(client, calls, workspace):
    spent = sum(row.cost_micros for row in calls.ledger() if row.model.startswith("ant-"))
    plain = results(report(client, "cost", starting_at=START))
    assert sum(float(each["amount"]) for each in plain) == pytest.approx(spent / 10_000)
    assert {each["currency"] for each in plain} == {"USD"}
    assert plain[0]["description"] is None
    lines = results(report(client, "cost", starting_at=START, group_by=["workspace_id", "description"]))
    assert sum(float(each["amount"]) for each in lines) == pytest.approx(spent / 10_000)
    assert {each["token_type"] for each in lines} == {"uncached_input_tokens", "output_tokens"}
    assert {each["workspace_id"] for each in lines} == {None, workspace}
    described = {each["description"]: each for each in lines}
    assert described["Ant-Small Usage - Output Tokens"]["cost_type"] == "tokens"


@pytest.mark.parametrize(
    ("name", "query", "param"),
    [
        ("usage", {}, "starting_at"),
        ("usage", {"starting_at": "yesterday"}, "starting_at"),
        ("usage", {"starting_at": "1900-01-01T00:00:00Z"}, "starting_at"),
        ("usage", {"starting_at": START, "bucket_width": "1w"}, "bucket_width"),
        ("usage", {"starting_at": START, "limit": 32}, "limit"),
        ("usage", {"starting_at": START, "limit": "x"}, "limit"),
        ("usage", {"starting_at": START, "group_by": ["colour"]}, "group_by.0"),
        ("usage", {"starting_at": START, "page": "page_1"}, "page"),
        ("cost", {"starting_at": START, "bucket_width": "1h"}, "bucket_width"),
        ("cost", {"starting_at": START, "group_by": ["model"]}, "group_by.0"),
    ],
)
def test_a_bad_report_is_refused_by_name(client, name, query, param):
    with pytest.raises(anthropic.BadRequestError, match=f"{param}: "):
        report(client, name, **query)


# Refusals


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("workspaces", {}, "name"),
        ("workspaces", {"name": ""}, "name"),
        ("workspaces", {"name": "A\0"}, "name"),
        ("workspaces", {"name": "x" * 41}, "name"),
        ("workspaces", {"name": "A", "colour": "red"}, "colour"),
        ("workspaces", {"name": "A", "display_color": "red"}, "display_color"),
        ("workspaces", {"name": "A", "tags": {"anthropic-x": "1"}}, "tags.anthropic-x"),
        ("workspaces", {"name": "A", "tags": {"x": 1}}, "tags.x"),
        ("workspaces", {"name": "A", "external_key_id": "k"}, "external_key_id"),
        (
            "workspaces",
            {"name": "A", "data_residency": {"allowed_inference_geos": ["us"]}},
            "data_residency.default_inference_geo",
        ),
        ("workspaces", {"name": "A", "data_residency": {"workspace_geo": "eu"}}, "data_residency.workspace_geo"),
        ("invites", {"email": "a@b.example", "role": "admin"}, "role"),
        ("invites", {"email": "nobody", "role": "user"}, "email"),
        ("invites", {"role": "user"}, "email"),
        ("api_keys/{key}", {"status": "expired"}, "status"),
        ("workspaces/{default}/rate_limits/{limit}", {}, "limits"),
        (
            "workspaces/{default}/rate_limits/{limit}",
            {"limits": [{"type": "fast_otpm", "value": 1}]},
            "limits.0.type",
        ),
        (
            "workspaces/{default}/rate_limits/{limit}",
            {"limits": [{"type": "requests_per_minute"}]},
            "limits.0.value",
        ),
    ],
)
def test_a_bad_body_is_refused_and_the_field_named(client, path, body, param):
    names = {"key": public_id("apikey_", 1), "default": DEFAULT, "limit": public_id("rl_", "ant-small")}
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.post(f"/v1/organizations/{path.format(**names)}", cast_to=object, body=body)
    assert caught.value.body["error"]["message"].startswith(f"{param}: ")
    assert caught.value.body["request_id"].startswith("req_")


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (lambda o: o.workspaces.retrieve("wrkspc_0"), "Workspace"),
        (lambda o: o.users.retrieve("user_0"), "User"),
        (lambda o: o.invites.retrieve("invite_0"), "Invite"),
        (lambda o: o.api_keys.retrieve("apikey_0"), "API key"),
        (lambda o: o.workspaces.members.retrieve("user_0", workspace_id=DEFAULT), "Workspace member"),
    ],
)
def test_what_is_not_there_is_not_found_by_its_name(organization, read, what):
    with pytest.raises(anthropic.NotFoundError, match=f"{what} not found: .*_0"):
        read(organization)


def test_a_projects_key_sees_nothing_of_the_organization(url, store, key):
    names = {"workspace_id": DEFAULT, "user_id": people.OWNER_ID, "invite_id": "invite_1"}
    names |= {"api_key_id": public_id("apikey_", 1), "rate_limit_id": public_id("rl_", "ant-small")}
    with anthropic_client(url, key) as client:
        for method, path, _ in anthropic_control.ENTRIES:
            send = {"GET": client.get, "POST": client.post, "DELETE": client.delete}[method]
            with pytest.raises(anthropic.PermissionDeniedError):
                send(path.format(**names), cast_to=object)
    assert store.audit_log() == []


def test_a_version_must_be_named(url, secret, client):
    with pytest.raises(anthropic.BadRequestError, match="anthropic-version"):
        client.get("/v1/organizations/me", cast_to=object, options={"headers": {"anthropic-version": "1"}})


# The audit log

ORGANIZATION = "/v1/organizations"
WORKSPACE = f"{ORGANIZATION}/workspaces/{{workspace_id}}"
# Method and address → body, type of the entry, and what `before` and `after` hold
CHANGES = {
    ("POST", f"{ORGANIZATION}/users/{{user_id}}"): (
        {"role": "user"},
        "user.updated",
        {"role": "developer"},
        {"role": "user"},
    ),
    ("DELETE", f"{ORGANIZATION}/users/{{user_id}}"): ({}, "user.deleted", {"role": "developer"}, None),
    ("POST", f"{ORGANIZATION}/invites"): (
        {"email": "a@b.example", "role": "user"},
        "invite.sent",
        None,
        {"email": "a@b.example"},
    ),
    ("DELETE", f"{ORGANIZATION}/invites/{{invite_id}}"): ({}, "invite.deleted", {"role": "user"}, None),
    ("POST", f"{ORGANIZATION}/invites/{{invite_id}}/accept"): ({}, "invite.accepted", None, {}),
    ("POST", f"{ORGANIZATION}/workspaces"): ({"name": "Shop"}, "project.created", None, {"name": "Shop"}),
    ("POST", WORKSPACE): ({"name": "Shop"}, "project.updated", {"title": "Website"}, {"title": "Shop"}),
    ("POST", f"{WORKSPACE}/archive"): ({}, "project.archived", {"status": "active"}, {"status": "archived"}),
    ("POST", f"{WORKSPACE}/members"): (
        {"user_id": "user_joe", "workspace_role": "workspace_user"},
        "user.added",
        None,
        {"role": "workspace_user"},
    ),
    ("POST", f"{WORKSPACE}/members/{{user_id}}"): (
        {"workspace_role": "workspace_admin"},
        "user.updated",
        {"role": "workspace_user"},
        {"role": "workspace_admin"},
    ),
    ("DELETE", f"{WORKSPACE}/members/{{user_id}}"): ({}, "user.deleted", {"role": "workspace_user"}, None),
    ("POST", f"{ORGANIZATION}/api_keys/{{api_key_id}}"): (
        {"status": "inactive"},
        "api_key.updated",
        {"status": "active"},
        {"status": "inactive"},
    ),
    ("POST", f"{WORKSPACE}/rate_limits/{{rate_limit_id}}"): (
        {"limits": [{"type": "tokens_per_minute", "value": 9}]},
        "rate_limit.updated",
        {"tokens_per_minute": None},
        {"tokens_per_minute": 9},
    ),
}


def test_the_table_has_every_change_that_anthropics_control_plane_can_make():
    assert {(method, path) for method, path, _ in anthropic_control.ENTRIES if method != "GET"} == set(CHANGES)


@pytest.mark.parametrize("change", CHANGES, ids=" ".join)
def test_every_change_says_who_what_when_before_and_after(store, base_url, client, secret, jane, change):
    project = store.add_project("Website", now=1)
    server, _ = store.add_key(project, "server", now=1)
    user = store.get_object(people.USER, jane, None)
    store.add_object(people.USER, "user_joe", None, {**user, "id": "user_joe"}, 1)
    people.join(store, user, project, "workspace_user", 1)
    invite = {"id": "invite_1", "email": "b@b.example", "role": "user", "projects": {}, "invited": 1}
    store.add_object(people.INVITE, "invite_1", None, {**invite, "expires": 10**18, "accepted": None}, 1)
    names = {
        "workspace_id": public_id("wrkspc_", project),
        "user_id": jane,
        "invite_id": "invite_1",
        "api_key_id": public_id("apikey_", server),
        "rate_limit_id": public_id("rl_", "ant-small"),
    }
    body, action, before, after = CHANGES[change]
    method, path = change
    send = client.post if method == "POST" else client.delete
    send(path.format(**names), cast_to=object, **({"body": body} if method == "POST" else {}))
    row = store.audit_log()[-1]
    assert (row.action, row.actor_key) == (action, store.find_caller(secret).key_id)
    assert row.at >= START_SECOND * 1_000_000
    for kept, expected in ((row.before_json, before), (row.after_json, after)):
        assert (kept is None) == (expected is None)
        assert kept is None or expected.items() <= json.loads(kept).items()
    # OpenAI's log shows the changes that were made through Anthropic's API, too.
    with openai_admin(base_url, secret) as other:
        assert other.admin.organization.audit_logs.list().data[0].type == action
