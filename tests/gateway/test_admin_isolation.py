"""A project's key sees nothing of the organization and nothing of another project."""

from __future__ import annotations

import openai
import pytest
from admins import openai_admin

from course.gateway.admin import openai as openai_control
from course.gateway.store import public_id

NAMES = {
    "project_id": public_id("proj_", 2),
    "key_id": public_id("key_", 1),
    "api_key_id": public_id("key_", 2),
    "service_account_id": "svc_1",
    "user_id": public_id("user_", 0),
    "invite_id": "invite_1",
    "group_id": "group_1",
    "role_id": "role_1",
    "alert_id": "alert_1",
    "rate_limit_id": "rl-tiny",
}


@pytest.fixture
def other(store, key):
    """Another project's key."""
    return store.add_key(store.add_project("Secret project", now=1), "other", now=1)[1]


def test_no_address_of_openais_control_plane_serves_a_projects_key(store, base_url, key, other):
    for secret in (key, other):
        with openai_admin(base_url, secret) as client:
            for method, path, _ in openai_control.ENTRIES:
                path = path.replace(":path", "").format(**NAMES).removeprefix("/v1")
                with pytest.raises(openai.AuthenticationError) as caught:
                    _send(client, method, path)
                assert caught.value.code == "insufficient_permissions", (method, path)
                assert "Secret project" not in str(caught.value.body)
    assert store.audit_log() == []


def test_no_key_and_a_wrong_key_are_told_apart(base_url, key):
    with openai_admin(base_url, "sk-admin-nobody") as client, pytest.raises(openai.AuthenticationError) as caught:
        client.admin.organization.projects.list()
    assert caught.value.code == "invalid_api_key"


@pytest.mark.parametrize(
    "read",
    [
        lambda o, p: o.projects.service_accounts.retrieve("svc_1", project_id=p),
        lambda o, p: o.projects.api_keys.retrieve(public_id("key_", 1), project_id=p),
        lambda o, p: o.projects.spend_alerts.retrieve("alert_1", project_id=p),
        lambda o, p: o.projects.roles.retrieve("role_1", project_id=p),
        lambda o, p: o.spend_alerts.retrieve("alert_1"),
        lambda o, p: o.roles.retrieve("role_1"),
        lambda o, p: o.admin_api_keys.retrieve(public_id("key_", 1)),
    ],
)
def test_what_is_one_projects_is_not_found_in_another(base_url, store, key, other, read):
    for kind, object_id in (("service_account", "svc_1"), ("spend_alert", "alert_1"), ("role", "role_1")):
        body = {"id": object_id, "name": "n", "role": "member", "added": 1, "permissions": [], "triggered": None}
        store.add_object(kind, object_id, 1, {**body, "description": None, "threshold_amount": 5}, 1)
    admin = store.add_key(None, "admin", now=1)[1]
    with openai_admin(base_url, admin) as client, pytest.raises(openai.NotFoundError):
        read(client.admin.organization, NAMES["project_id"])


def _send(client, method: str, path: str) -> None:
    options = {"security": {"admin_api_key_auth": True}}
    if method == "GET":
        client.get(path, cast_to=object, options=options)
    elif method == "POST":
        client.post(path, cast_to=object, body={}, options=options)
    else:
        client.delete(path, cast_to=object, options=options)
