"""OpenAI's own SDK administers the gateway: `client.admin.organization`."""

from __future__ import annotations

import openai
import pytest
from admins import ask, openai_admin, program

from course.gateway.store import public_id


@pytest.fixture
def secret(store, key):
    return store.add_key(None, "admin", now=1)[1]


@pytest.fixture
def client(base_url, secret):
    with openai_admin(base_url, secret) as client:
        yield client


@pytest.fixture
def organization(client):
    return client.admin.organization


@pytest.fixture
def projects(organization):
    return organization.projects


@pytest.fixture
def project(projects):
    """A new project's ID."""
    return projects.create(name="Website").id


@pytest.fixture
def owner(organization):
    return organization.users.list().data[0]


@pytest.fixture
def jane(client, organization, project):
    """Jane, who was invited and accepted."""
    return invited(client, organization, "jane@agency.example", projects=[{"id": project, "role": "member"}])


def invited(client, organization, email, role="reader", **more):
    invite = organization.invites.create(email=email, role=role, **more)
    path = f"/organization/invites/{invite.id}/accept"
    user_id = client.post(path, cast_to=object, options={"security": {"admin_api_key_auth": True}})["id"]
    return organization.users.retrieve(user_id)


# Projects


def test_a_project_is_created_renamed_listed_and_archived(projects, project):
    made = projects.retrieve(project)
    assert (made.name, made.status, made.object) == ("Website", "active", "organization.project")
    assert made.id.startswith("proj_")
    assert projects.update(project, name="Shop").name == "Shop"
    assert [each.name for each in projects.list()] == ["Default project", "Shop"]
    gone = projects.archive(project)
    assert gone.status == "archived"
    assert gone.archived_at >= gone.created_at
    assert [each.name for each in projects.list()] == ["Default project"]
    assert [each.name for each in projects.list(include_archived=True)] == ["Default project", "Shop"]
    assert projects.archive(project).archived_at == gone.archived_at


def test_an_archived_project_cannot_be_changed_or_used(base_url, projects, project):
    value = projects.service_accounts.create(project, name="bot").api_key.value
    projects.archive(project)
    with pytest.raises(openai.BadRequestError, match="archived"):
        projects.update(project, name="Shop")
    with pytest.raises(openai.BadRequestError, match="archived"):
        projects.service_accounts.create(project, name="other")
    with program(base_url, value) as client, pytest.raises(openai.AuthenticationError):
        ask(client)


def test_the_default_project_stays(store, projects):
    with pytest.raises(openai.BadRequestError, match="default project"):
        projects.archive(store.project(1).public_id)


def test_pages_of_projects_meet_without_gap(projects):
    for number in range(5):
        projects.create(name=f"P{number}")
    first = projects.list(limit=2)
    assert [each.name for each in first.data] == ["Default project", "P0"]
    assert (first.has_more, first.last_id) == (True, first.data[-1].id)
    assert [each.name for each in projects.list(limit=2)] == ["Default project", "P0", "P1", "P2", "P3", "P4"]


@pytest.mark.parametrize(
    ("wish", "residency", "region"),
    [
        ({"residency": "EU_STORAGE_PROCESSING"}, "EU_STORAGE_PROCESSING", "eu"),
        ({"residency": "JP_STORAGE"}, "JP_STORAGE", None),
        ({"geography": "US"}, "US_STORAGE_PROCESSING", "us"),
        ({}, "GLOBAL", None),
    ],
)
def test_a_region_becomes_a_rule_where_calls_are_handled_there(store, projects, wish, residency, region):
    made = projects.create(name="Regional", **wish)
    assert made.residency == residency
    assert store.policy(2).region == region


# Keys


def test_a_service_account_shows_its_key_once_and_the_key_works(base_url, projects, project):
    account = projects.service_accounts.create(project, name="bot")
    assert (account.role, account.name, account.object) == (
        "member",
        "bot",
        "organization.project.service_account",
    )
    value = account.api_key.value
    with program(base_url, value) as client:
        assert ask(client).choices[0].message.content
    listed = projects.api_keys.list(project).data
    assert [each.id for each in listed] == [account.api_key.id]
    assert value not in listed[0].to_json()
    assert listed[0].redacted_value.endswith(value[-4:])
    assert listed[0].owner.service_account.id == account.id
    assert listed[0].last_used_at is not None


def test_a_deleted_key_is_dead_at_once_and_gone_from_the_list(base_url, projects, project):
    key = projects.service_accounts.create(project, name="bot").api_key
    with program(base_url, key.value) as client:
        ask(client)
        assert projects.api_keys.delete(key.id, project_id=project).deleted
        with pytest.raises(openai.AuthenticationError):
            ask(client)
    assert projects.api_keys.list(project).data == []
    with pytest.raises(openai.NotFoundError, match=key.id):
        projects.api_keys.retrieve(key.id, project_id=project)


def test_the_keys_of_a_service_account_end_with_it(base_url, projects, project):
    account = projects.service_accounts.create(project, name="bot")
    more = projects.service_accounts.api_keys.create(account.id, project_id=project, name="second")
    assert projects.service_accounts.delete(account.id, project_id=project).deleted
    for value in (account.api_key.value, more.value):
        with program(base_url, value) as client, pytest.raises(openai.AuthenticationError):
            ask(client)
    assert projects.service_accounts.list(project).data == []


def test_a_service_account_can_be_made_without_a_key_and_changed(projects, project):
    account = projects.service_accounts.create(project, name="bot", create_service_account_only=True)
    assert (account.api_key, account.role) == (None, "none")
    changed = projects.service_accounts.update(account.id, project_id=project, name="robot", role="owner")
    assert (changed.name, changed.role) == ("robot", "owner")
    assert projects.service_accounts.retrieve(account.id, project_id=project) == changed


def test_a_key_ends_by_itself_when_it_was_made_so(base_url, pipeline, projects, project):
    account = projects.service_accounts.create(project, name="bot", expires_in_seconds=60)
    key = projects.api_keys.retrieve(account.api_key.id, project_id=project)
    assert key.expires_at == key.created_at + 60
    later = projects.api_keys.update(key.id, project_id=project, expires_in_seconds=120)
    assert later.expires_at >= key.created_at + 120
    with program(base_url, account.api_key.value) as client:
        ask(client)
        pipeline.clock.now += 121_000_000
        with pytest.raises(openai.AuthenticationError):
            ask(client)
    with pytest.raises(openai.BadRequestError, match="expired"):
        projects.api_keys.update(key.id, project_id=project, expires_in_seconds=120)


def test_what_a_key_cannot_be_given_here_is_refused_by_name(projects, project):
    account = projects.service_accounts.create(project, name="bot")
    for change in (
        lambda: projects.api_keys.update(account.api_key.id, project_id=project, scopes=["api.all.read"]),
        lambda: projects.service_accounts.api_keys.create(account.id, project_id=project, scopes=["api.all.read"]),
    ):
        with pytest.raises(openai.BadRequestError) as caught:
            change()
        assert (caught.value.param, caught.value.code) == ("scopes", "unsupported_parameter")
    assert projects.api_keys.update(account.api_key.id, project_id=project, scopes=[]).id == account.api_key.id


def test_an_admin_key_is_shown_once_administers_and_can_be_deleted(base_url, organization):
    made = organization.admin_api_keys.create(name="second")
    assert made.value.startswith("sk-admin-")
    assert made.owner.role == "owner"
    with openai_admin(base_url, made.value) as second:
        keys = second.admin.organization.admin_api_keys
        assert [each.name for each in keys.list()] == ["admin", "second"]
        assert [each.name for each in keys.list(order="desc", limit=1)] == ["second", "admin"]
        assert keys.retrieve(made.id).redacted_value.endswith(made.value[-4:])
        assert made.value not in keys.list().to_json()
        assert organization.admin_api_keys.delete(made.id).deleted
        with pytest.raises(openai.AuthenticationError):
            keys.list()


def test_an_admin_key_runs_no_model(base_url, secret):
    with program(base_url, secret) as client, pytest.raises(openai.AuthenticationError, match="admin key"):
        ask(client)


# People


def test_an_invite_waits_is_accepted_and_makes_a_member(client, organization, projects, project):
    invite = organization.invites.create(
        email="jane@agency.example", role="reader", projects=[{"id": project, "role": "owner"}]
    )
    assert (invite.status, invite.projects[0].id) == ("pending", project)
    assert organization.users.list(emails=["jane@agency.example"]).data == []
    client.post(
        f"/organization/invites/{invite.id}/accept",
        cast_to=object,
        options={"security": {"admin_api_key_auth": True}},
    )
    assert organization.invites.retrieve(invite.id).status == "accepted"
    user = organization.users.list(emails=["jane@agency.example"]).data[0]
    assert (user.name, user.role) == ("jane", "reader")
    assert [(each.id, each.role) for each in user.projects.data] == [(project, "owner")]
    assert projects.users.retrieve(user.id, project_id=project).role == "owner"
    with pytest.raises(openai.BadRequestError, match="accepted"):
        organization.invites.delete(invite.id)


def test_an_invite_ends_after_a_week_or_when_it_is_deleted(organization, pipeline):
    invite = organization.invites.create(email="jane@agency.example", role="owner")
    assert invite.projects[0].role == "member"
    pipeline.clock.now += 8 * 86_400_000_000
    assert organization.invites.retrieve(invite.id).status == "expired"
    assert organization.invites.delete(invite.id).deleted
    assert organization.invites.list().data == []


def test_users_are_changed_and_removed_and_the_owner_stays(organization, owner, jane):
    assert organization.users.update(jane.id, role="owner", technical_level="expert").role == "owner"
    assert organization.users.retrieve(jane.id).technical_level == "expert"
    assert organization.users.delete(jane.id).deleted
    assert [each.id for each in organization.users.list()] == [owner.id]
    with pytest.raises(openai.BadRequestError, match="last owner"):
        organization.users.delete(owner.id)


def test_members_of_a_project_are_added_changed_and_removed(projects, owner, jane, project):
    assert [each.id for each in projects.users.list(project)] == [owner.id, jane.id]
    assert projects.users.update(jane.id, project_id=project, role="owner").role == "owner"
    assert projects.users.delete(jane.id, project_id=project).deleted
    assert [each.id for each in projects.users.list(project)] == [owner.id]
    with pytest.raises(openai.NotFoundError):
        projects.users.retrieve(jane.id, project_id=project)
    assert projects.users.create(project, role="member", email=jane.email).id == jane.id
    with pytest.raises(openai.BadRequestError, match="already"):
        projects.users.create(project, role="member", user_id=jane.id)


def test_groups_have_users_and_projects(organization, projects, project, jane):
    group = organization.groups.create(name="Support")
    assert organization.groups.update(group.id, name="Help").name == "Help"
    assert organization.groups.users.create(group.id, user_id=jane.id).group_id == group.id
    assert [each.email for each in organization.groups.users.list(group.id)] == [jane.email]
    assert organization.groups.users.retrieve(jane.id, group_id=group.id).user_type == "user"
    granted = projects.groups.create(project, group_id=group.id, role="member")
    assert granted.group_name == "Help"
    assert [each.group_id for each in projects.groups.list(project)] == [group.id]
    assert projects.groups.retrieve(group.id, project_id=project) == granted
    assert projects.groups.delete(group.id, project_id=project).deleted
    assert organization.groups.users.delete(jane.id, group_id=group.id).deleted
    assert organization.groups.users.list(group.id).data == []
    assert organization.groups.delete(group.id).deleted
    assert organization.groups.list().data == []


def test_lists_of_groups_go_on_where_they_ended(organization):
    made = [organization.groups.create(name=f"G{number}").name for number in range(5)]
    assert [each.name for each in organization.groups.list(limit=2)] == made
    assert [each.name for each in organization.groups.list(order="desc")] == made[::-1]


def test_roles_are_made_given_and_taken(organization, projects, project, jane):
    for roles, users, groups, where in (
        (organization.roles, organization.users.roles, organization.groups.roles, {}),
        (projects.roles, projects.users.roles, projects.groups.roles, {"project_id": project}),
    ):
        first = [role.name for role in roles.list(**where)]
        assert "owner" in first
        role = roles.create(role_name="Auditor", permissions=["api.usage.read"], **where)
        assert role.predefined_role is False
        assert roles.update(role.id, description="Reads usage", **where).description == "Reads usage"
        group = organization.groups.create(name="Audit")
        assert users.create(jane.id, role_id=role.id, **where).user.id == jane.id
        assert groups.create(group.id, role_id=role.id, **where).group.id == group.id
        assert [each.name for each in users.list(jane.id, **where)] == ["Auditor"]
        assert users.retrieve(role.id, user_id=jane.id, **where).permissions == ["api.usage.read"]
        assert groups.retrieve(role.id, group_id=group.id, **where).name == "Auditor"
        with pytest.raises(openai.ConflictError):
            users.create(jane.id, role_id=role.id, **where)
        assert users.delete(role.id, user_id=jane.id, **where).deleted
        assert users.list(jane.id, **where).data == []
        assert roles.delete(role.id, **where).deleted
        assert groups.list(group.id, **where).data == []
        assert [each.name for each in roles.list(**where)] == first
        with pytest.raises(openai.BadRequestError, match="predefined"):
            roles.delete(roles.list(**where).data[0].id, **where)


# Rules


def test_model_permissions_decide_what_a_project_may_call(base_url, store, projects, key):
    project = store.project(1).public_id
    assert projects.model_permissions.retrieve(project).mode == "deny_list"
    allowed = projects.model_permissions.update(project, mode="allow_list", model_ids=["middle"])
    assert (allowed.mode, allowed.api_model_ids) == ("allow_list", ["middle"])
    with program(base_url, key) as client:
        assert [model.id for model in client.models.list()] == ["middle"]
        with pytest.raises(openai.PermissionDeniedError):
            ask(client, "tiny")
        projects.model_permissions.update(project, mode="deny_list", model_ids=["middle"])
        ask(client, "tiny")
        with pytest.raises(openai.PermissionDeniedError):
            ask(client, "middle")
        assert projects.model_permissions.delete(project).deleted
        ask(client, "middle")
    with pytest.raises(openai.BadRequestError) as caught:
        projects.model_permissions.update(project, mode="allow_list", model_ids=["tiny", "gpt-0"])
    assert caught.value.param == "model_ids[1]"


def test_hosted_tools_are_forbidden_one_by_one(store, projects):
    project = store.project(1).public_id
    assert projects.hosted_tool_permissions.retrieve(project).web_search.enabled
    changed = projects.hosted_tool_permissions.update(project, web_search={"enabled": False})
    assert (changed.web_search.enabled, changed.file_search.enabled) == (False, True)
    assert not store.policy(1).permits_tool("web_search")
    projects.hosted_tool_permissions.update(project, mcp={"enabled": False}, web_search={"enabled": True})
    assert store.policy(1).permits_tool("web_search")
    assert not store.policy(1).permits_tool("mcp")


def test_data_retention_is_the_organizations_unless_a_project_says_otherwise(store, organization, projects, project):
    assert organization.data_retention.retrieve().type == "modified_abuse_monitoring"
    assert projects.data_retention.retrieve(project).type == "organization_default"
    assert store.policy(2).retention_days is None
    projects.data_retention.update(project, retention_type="none")
    assert organization.data_retention.update(retention_type="zero_data_retention").type == "zero_data_retention"
    assert (store.policy(1).retention_days, store.policy(2).retention_days) == (0, None)
    projects.data_retention.update(project, retention_type="modified_abuse_monitoring")
    assert store.policy(2).retention_days == 30
    projects.data_retention.update(project, retention_type="organization_default")
    assert store.policy(2).retention_days == 0
    projects.create(name="Later")
    assert store.policy(3).retention_days == 0


def test_service_tiers_are_kept(projects, project):
    settings = projects.service_tier_settings
    assert settings.retrieve(project).enabled_tiers == "all"
    assert settings.update(project, enabled_tiers=["flex"]).enabled_tiers == ["flex"]
    assert settings.update(project, default="fast").enabled_tiers == ["flex"]
    assert settings.retrieve(project).default == "fast"


def test_every_model_has_a_rate_limit_and_a_new_one_holds_at_once(base_url, store, projects, key, pipeline):
    project = store.project(1).public_id
    limits = {each.model: each for each in projects.rate_limits.list_rate_limits(project)}
    assert set(limits) == {model.id for model in pipeline.offered("openai")}
    assert limits["tiny"].max_requests_per_1_minute == 2**31 - 1
    assert limits["tiny"].max_requests_per_1_day is None
    changed = projects.rate_limits.update_rate_limit(
        limits["tiny"].id, project_id=project, max_requests_per_1_minute=1, max_requests_per_1_day=100
    )
    assert (changed.max_requests_per_1_minute, changed.max_tokens_per_1_minute) == (1, 2**31 - 1)
    with program(base_url, key) as client:
        ask(client, "tiny")
        with pytest.raises(openai.RateLimitError):
            ask(client, "tiny")
        ask(client, "middle")
        projects.rate_limits.update_rate_limit(
            limits["tiny"].id, project_id=project, max_requests_per_1_minute=2**31 - 1
        )
        ask(client, "tiny")
    row = store.rate_limit(1, "tiny")
    assert (row.requests_per_minute, row.requests_per_day) == (None, 100)


def test_a_limit_for_any_model_is_shown_for_each_and_kept_where_one_is_changed(store, projects, key):
    store.set_rate_limit(1, "*", requests_per_minute=7, tokens_per_minute=70)
    project = store.project(1).public_id
    projects.rate_limits.update_rate_limit("rl-tiny", project_id=project, max_tokens_per_1_minute=9)
    limits = {each.model: each for each in projects.rate_limits.list_rate_limits(project)}
    assert (limits["tiny"].max_requests_per_1_minute, limits["tiny"].max_tokens_per_1_minute) == (7, 9)
    assert (limits["huge"].max_requests_per_1_minute, limits["huge"].max_tokens_per_1_minute) == (7, 70)


def test_pages_of_rate_limits_go_both_ways(store, projects, key):
    project = store.project(1).public_id
    every = [each.id for each in projects.rate_limits.list_rate_limits(project)]
    assert [each.id for each in projects.rate_limits.list_rate_limits(project, limit=2)] == every
    back = projects.rate_limits.list_rate_limits(project, limit=2, before=every[3])
    assert [each.id for each in back.data] == every[1:3]
    assert back.has_more


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"max_images_per_1_minute": 1}, "max_images_per_1_minute"),
        ({"max_requests_per_1_minute": -1}, "max_requests_per_1_minute"),
        ({"max_requests_per_1_minute": "many"}, "max_requests_per_1_minute"),
        ({"max_requests_per_1_minute": 1.5}, "max_requests_per_1_minute"),
    ],
)
def test_a_bad_rate_limit_is_refused_by_name(projects, project, change, param):
    with pytest.raises(openai.BadRequestError) as caught:
        projects.rate_limits.update_rate_limit("rl-tiny", project_id=project, **change)
    assert caught.value.param == param


# Spend


def test_a_spend_limit_stops_calls_and_is_lifted_again(base_url, store, projects, key):
    project = store.project(1).public_id
    with pytest.raises(openai.NotFoundError):
        projects.spend_limit.retrieve(project)
    limit = projects.spend_limit.update(project, currency="USD", interval="month", threshold_amount=1)
    assert (limit.threshold_amount, limit.enforcement.status) == (1, "enforcing")
    assert store.budgets("project", 1, now=1)[0]["limit_micros"] == 10_000
    with program(base_url, key) as client:
        with pytest.raises(openai.RateLimitError) as caught:
            [ask(client, content="word " * 1000) for _ in range(100)]
        assert caught.value.code == "project_spend_limit_exceeded"
        projects.spend_limit.update(project, currency="USD", interval="month", threshold_amount=1000)
        ask(client)
        assert projects.spend_limit.delete(project).deleted
    assert store.budgets("project", 1, now=1) == []


def test_the_organization_has_a_spend_limit_of_its_own(store, organization):
    limit = organization.spend_limit.update(currency="USD", interval="month", threshold_amount=500)
    assert limit == organization.spend_limit.retrieve()
    assert store.budgets("organization", 0, now=1)[0]["limit_micros"] == 5_000_000
    assert organization.spend_limit.delete().deleted
    with pytest.raises(openai.NotFoundError):
        organization.spend_limit.delete()


CHANNEL = {"type": "email", "recipients": ["boss@agency.example"], "subject_prefix": "AI"}
ALERT = {"currency": "USD", "interval": "month", "notification_channel": CHANNEL}


def test_a_spend_alert_tells_once_a_month_and_stops_nothing(base_url, store, organization, projects, key, pipeline):
    project = store.project(1).public_id
    alerts = projects.spend_alerts
    made = alerts.create(project, threshold_amount=1, **ALERT)
    assert made.notification_channel.recipients == ["boss@agency.example"]

    def told():
        entries = organization.audit_logs.list(resource_ids=[project], event_types=["project.updated"])
        details = [each.project_updated.changes_requested.model_extra["spend_alert"] for each in entries]
        return [each for each in details if each.get("triggered")]

    assert told() == []
    with program(base_url, key) as client:
        for _ in range(3):
            for _ in range(6):
                ask(client, content="word " * 1000)
            assert [each["id"] for each in told()] == [made.id]
        pipeline.clock.now += 31 * 86_400_000_000
        assert len(told()) == 1
        for _ in range(6):
            ask(client, content="word " * 1000)
    assert len(told()) == 2


def test_spend_alerts_are_changed_listed_and_deleted(organization, projects, project):
    for alerts, where in ((organization.spend_alerts, {}), (projects.spend_alerts, {"project_id": project})):
        made = [alerts.create(threshold_amount=cents, **ALERT, **where) for cents in (100, 200, 300)]
        assert alerts.retrieve(made[0].id, **where) == made[0]
        assert alerts.update(made[0].id, threshold_amount=150, **ALERT, **where).threshold_amount == 150
        assert [each.threshold_amount for each in alerts.list(limit=1, **where)] == [150, 200, 300]
        assert alerts.list(order="desc", limit=1, **where).data[0].id == made[2].id
        assert alerts.delete(made[1].id, **where).deleted
        assert [each.id for each in alerts.list(**where)] == [made[0].id, made[2].id]


# What is not there


def test_an_address_that_this_platform_lacks_is_refused_as_openai_does(organization):
    with pytest.raises(openai.NotFoundError, match="Invalid URL"):
        organization.certificates.list()


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (lambda o: o.projects.retrieve("proj_0"), "project"),
        (lambda o: o.projects.api_keys.list("proj_0"), "project"),
        (lambda o: o.users.retrieve("user_0"), "user"),
        (lambda o: o.invites.retrieve("invite_0"), "invite"),
        (lambda o: o.groups.retrieve("group_0"), "group"),
        (lambda o: o.roles.retrieve("role_0"), "role"),
        (lambda o: o.admin_api_keys.retrieve("key_0"), "API key"),
        (lambda o: o.spend_alerts.retrieve("alert_0"), "spend alert"),
        (lambda o: o.projects.rate_limits.update_rate_limit("rl-gpt-0", project_id=DEFAULT), "rate limit"),
    ],
)
def test_what_is_not_there_is_not_found_by_its_name(organization, read, what):
    with pytest.raises(openai.NotFoundError, match=f"No such {what}: '.*0'"):
        read(organization)


DEFAULT = public_id("proj_", 1)


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/organization/projects", {}, "name"),
        ("/organization/projects", {"name": 5}, "name"),
        ("/organization/projects", {"name": " "}, "name"),
        ("/organization/projects", {"name": "A\0"}, "name"),
        ("/organization/projects", {"name": "A", "colour": "red"}, "colour"),
        ("/organization/projects", {"name": "A", "residency": "MOON"}, "residency"),
        ("/organization/projects", {"name": "A", "geography": "MOON"}, "geography"),
        ("/organization/projects", {"name": "A", "external_key_id": "k"}, "external_key_id"),
        ("/organization/admin_api_keys", {"name": "A", "expires_in_seconds": 0}, "expires_in_seconds"),
        ("/organization/invites", {"email": "a@b.example", "role": "king"}, "role"),
        ("/organization/invites", {"email": "nobody", "role": "owner"}, "email"),
        ("/organization/invites", {"email": "a@b.example", "role": "owner", "projects": [{}]}, "projects[0].id"),
        ("/organization/spend_limit", {"currency": "USD", "interval": "month"}, "threshold_amount"),
        (
            "/organization/spend_limit",
            {"currency": "EUR", "interval": "month", "threshold_amount": 1},
            "currency",
        ),
        (
            "/organization/spend_limit",
            {"currency": "USD", "interval": "month", "threshold_amount": 0},
            "threshold_amount",
        ),
        (
            "/organization/spend_limit",
            {"currency": "USD", "interval": "month", "threshold_amount": 10**30},
            "threshold_amount",
        ),
        (
            "/organization/spend_alerts",
            {"currency": "USD", "interval": "month", "threshold_amount": 1},
            "notification_channel",
        ),
        ("/organization/data_retention", {"retention_type": "none"}, "retention_type"),
        ("/organization/roles", {"role_name": "A"}, "permissions"),
        ("/organization/groups", {"name": None}, "name"),
        ("/organization/projects/{project}/model_permissions", {"mode": "allow_list"}, "model_ids"),
        ("/organization/projects/{project}/model_permissions", {"mode": "all", "model_ids": []}, "mode"),
        (
            "/organization/projects/{project}/hosted_tool_permissions",
            {"mcp": {"enabled": "no"}},
            "mcp.enabled",
        ),
        ("/organization/projects/{project}/hosted_tool_permissions", {"mcp": {}}, "mcp.enabled"),
        ("/organization/projects/{project}/service_tier_settings", {}, "default"),
        ("/organization/projects/{project}/users", {"role": "member"}, "user_id"),
    ],
)
def test_a_bad_body_is_refused_and_the_field_named(client, path, body, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.post(
            path.format(project=DEFAULT),
            cast_to=object,
            body=body,
            options={"security": {"admin_api_key_auth": True}},
        )
    assert caught.value.param == param
    assert caught.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    ("path", "query", "param"),
    [
        ("/organization/projects", {"limit": 0}, "limit"),
        ("/organization/projects", {"limit": 101}, "limit"),
        ("/organization/projects", {"limit": "all"}, "limit"),
        ("/organization/projects", {"limit": "٣"}, "limit"),
        ("/organization/projects", {"after": "proj_0"}, "after"),
        ("/organization/audit_logs", {"after": "a\0"}, "after"),
        ("/organization/users/%00", {}, "user_id"),
        ("/organization/projects", {"include_archived": "maybe"}, "include_archived"),
        ("/organization/admin_api_keys", {"order": "up"}, "order"),
        ("/organization/usage/completions", {}, "start_time"),
        ("/organization/usage/completions", {"start_time": -1}, "start_time"),
        ("/organization/usage/completions", {"start_time": 10**18}, "start_time"),
        ("/organization/usage/completions", {"start_time": 0, "bucket_width": "1w"}, "bucket_width"),
        ("/organization/usage/completions", {"start_time": 0, "limit": 32}, "limit"),
        ("/organization/usage/completions", {"start_time": 0, "group_by[]": "colour"}, "group_by"),
        ("/organization/usage/embeddings", {"start_time": 0, "group_by[]": "batch"}, "group_by"),
        ("/organization/usage/completions", {"start_time": 0, "page": "page_1"}, "page"),
        ("/organization/usage/completions", {"start_time": 0, "page": "next"}, "page"),
        ("/organization/costs", {"start_time": 0, "bucket_width": "1h"}, "bucket_width"),
        ("/organization/audit_logs", {"event_types[]": "Project Created"}, "event_types[0]"),
        ("/organization/audit_logs", {"effective_at[gt]": "today"}, "effective_at[gt]"),
    ],
)
def test_a_bad_query_is_refused_and_the_parameter_named(client, path, query, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.get(path, cast_to=object, options={"params": query, "security": {"admin_api_key_auth": True}})
    assert caught.value.param == param
