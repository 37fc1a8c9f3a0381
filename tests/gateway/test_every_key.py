"""Nobody's key reads or changes what is another's: every address, every listing, every ID."""

from __future__ import annotations

import pytest
from world import ASK, World, addresses, standing

# Parameters of addresses that name what belongs to one project.
OWNED = ("file", "batch", "response")
ADMINISTERED = ("api_key_id", "service_account_id", "role_id", "alert_id")
# What an admin key may read without running a model.
ABOUT_THE_KEY = ("/openrouter/api/v1/key", "/openrouter/api/v1/credits")
REFUSALS = {
    "openai": (401,),
    "practice": (401,),
    "anthropic": (401, 403),
    "google": (400, 403),
    "openrouter": (401, 403),
}


@pytest.fixture
def world(pipeline):
    world = World(pipeline)
    yield world
    world.close()


@pytest.fixture(scope="module")
def lasting(module_database):
    """A world for all tests whose requests are refused or change nothing."""
    with standing(module_database) as world:
        yield world


def send(world: World, address, key: str | None, path: str = "", query: str = ""):
    body = world.body(address, world.projects[1])
    kind = b"multipart/form-data; boundary=practice-boundary" if isinstance(body, bytes) else b"application/json"
    path = path or world.path(address, world.projects[1])
    return world.send(address.vendor, address.method, path, key, body, query=query, kind=kind)


def secrets(world: World, project) -> list[str]:
    """What must not be in an answer to anybody else than this project and an administrator."""
    return [project.key, "Second secret", *(value for name, value in project.ids.items() if name != "rate_limit_id")]


@pytest.mark.parametrize("key", [None, "", "sk-nobody", "sk-" + "x" * 5000, "键"], ids=repr)
def test_no_address_serves_an_unknown_key(lasting, key):
    before = lasting.pipeline.store.audit_log()
    for address in addresses(lasting.app):
        answer = send(lasting, address, key)
        assert answer.status in REFUSALS[address.vendor], (address, answer.status)
        assert not [secret for secret in secrets(lasting, lasting.projects[1]) if secret.encode() in answer.body]
    assert lasting.pipeline.store.audit_log() == before


def test_no_address_that_administers_serves_a_projects_key(lasting):
    before = lasting.pipeline.store.audit_log()
    own, other = lasting.projects
    for address in addresses(lasting.app):
        for key in (own.key, other.key) if address.administers else ():
            answer = send(lasting, address, key)
            assert answer.status in REFUSALS[address.vendor], (address, answer.status)
            assert b"secret" not in answer.body
            assert not [value for value in other.ids.values() if value.encode() in answer.body]
    assert lasting.pipeline.store.audit_log() == before


def test_an_admin_key_runs_no_model_and_has_no_projects_things(lasting):
    before = len(lasting.pipeline.store.ledger())
    for address in addresses(lasting.app):
        if address.administers or address.path in ABOUT_THE_KEY:
            continue
        answer = send(lasting, address, lasting.admin)
        assert answer.status in REFUSALS[address.vendor], (address, answer.status)
        assert not [secret for secret in secrets(lasting, lasting.projects[1]) if secret.encode() in answer.body]
    assert len(lasting.pipeline.store.ledger()) == before


def test_no_id_leads_into_another_project(lasting):
    own, other = lasting.projects
    tried = 0
    for address in addresses(lasting.app):
        if not address.administers and any(f"{{{name}}}" in address.path for name in OWNED):
            answer = send(lasting, address, own.key)
            assert answer.status == 404, address
            assert (
                answer.status
                == send(lasting, address, own.key, lasting.path(address, other).replace("-", "-x")).status
            )
            tried += 1
    assert tried > 10
    for address in addresses(lasting.app):  # and the other has all of it still
        if address.method == "GET" and any(f"{{{name}}}" in address.path for name in OWNED):
            assert send(lasting, address, other.key).status == 200, address


def test_no_listing_shows_another_projects_things(lasting):
    own, other = lasting.projects
    shown = ""
    for address in addresses(lasting.app):
        if address.method == "GET" and "{" not in address.path and not address.administers:
            answer = send(lasting, address, own.key, query="limit=100")
            assert answer.status == 200, address
            shown += answer.body.decode()
    assert own.ids["file"] in shown
    assert own.ids["batch"] in shown
    assert own.ids["anthropic.batch"] in shown
    assert not [secret for secret in secrets(lasting, other) if secret in shown]


@pytest.mark.parametrize("name", ["file", "batch", "response", "anthropic.batch"])
def test_another_projects_id_is_no_place_in_a_list(lasting, name):
    """It must not tell what is there: as far as a list goes, the ID is unknown."""
    own, other = lasting.projects
    vendor, path = {
        "file": ("openai", "/openai/v1/files"),
        "batch": ("openai", "/openai/v1/batches"),
        "response": ("openai", f"/openai/v1/responses/{own.ids['response']}/input_items"),
        "anthropic.batch": ("anthropic", "/anthropic/v1/messages/batches"),
    }[name]
    for query in ("after", "after_id", "before_id"):
        foreign = lasting.send(vendor, "GET", path, own.key, query=f"{query}={other.ids[name]}")
        unknown = lasting.send(vendor, "GET", path, own.key, query=f"{query}={other.ids[name][:-1]}x")
        assert foreign.status == unknown.status
        if foreign.status == 200:
            assert foreign.json == unknown.json


def test_a_request_cannot_use_what_another_project_has(world):
    own, other = world.projects
    follow_up = {"model": "tiny", "input": "And then?", "previous_response_id": other.ids["response"]}
    batch = {"input_file_id": other.ids["file"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    for path, body in (("responses", follow_up), ("batches", batch)):
        answer = world.send("openai", "POST", f"/openai/v1/{path}", own.key, body)
        assert 400 <= answer.status < 500
        assert world.send("openai", "POST", f"/openai/v1/{path}", other.key, body).status == 200


def test_an_administrator_finds_nothing_of_one_project_in_another(lasting):
    own, other = lasting.projects
    tried = 0
    for address in addresses(lasting.app):
        names = [name for name in ADMINISTERED if f"{{{name}}}" in address.path]
        if names and "{project_id}" in address.path:
            path = address.path.format(**lasting.ids(address, other) | {"project_id": own.ids["project_id"]})
            answer = send(lasting, address, lasting.admin, path)
            assert answer.status == 404, address
            tried += 1
    assert tried > 15


def test_what_one_project_spends_and_may_call_is_nothing_to_another(world):
    own, other = world.projects

    def credits(project):
        return world.send("openrouter", "GET", "/openrouter/api/v1/credits", project.key).json["data"]["total_usage"]

    def usage(project):
        return world.send("openrouter", "GET", "/openrouter/api/v1/key", project.key).json["data"]["usage"]

    def models(project):
        listed = world.send("openai", "GET", "/openai/v1/models", project.key).json["data"]
        return {model["id"] for model in listed}

    before = credits(own), usage(own), models(own)
    chat = {"model": "huge", "messages": ASK}
    assert world.send("openai", "POST", "/openai/v1/chat/completions", other.key, chat).status == 200
    permissions = f"/openai/v1/organization/projects/{other.ids['project_id']}/model_permissions"
    only = {"mode": "allow_list", "model_ids": ["tiny"]}
    assert world.send("openai", "POST", permissions, world.admin, only).status == 200
    assert (credits(own), usage(own), models(own)) == before
    assert credits(other) > before[0]
    assert models(other) == {"tiny"}


def test_a_report_by_project_and_by_key_has_each_ones_own_calls(world):
    own, other = world.projects
    for _ in range(3):
        chat = {"model": "tiny", "messages": ASK}
        assert world.send("openai", "POST", "/openai/v1/chat/completions", other.key, chat).status == 200

    def calls(query: str) -> int:
        path = "/openai/v1/organization/usage/completions"
        report = world.send("openai", "GET", path, world.admin, query=f"start_time=1788000000&limit=31&{query}")
        return sum(each["num_model_requests"] for day in report.json["data"] for each in day["results"])

    for name in ("project_id", "api_key_id"):
        assert calls(f"{name}s[]={other.ids[name]}") == calls(f"{name}s[]={own.ids[name]}") + 3


def test_a_revoked_key_and_an_archived_projects_key_open_nothing(world):
    own, other = world.projects
    path = f"/openai/v1/organization/projects/{own.ids['project_id']}/api_keys/{own.ids['api_key_id']}"
    assert world.send("openai", "DELETE", path, world.admin).status == 200
    archive = f"/openai/v1/organization/projects/{other.ids['project_id']}/archive"
    assert world.send("openai", "POST", archive, world.admin).status == 200
    for address in addresses(world.app):
        for key in (own.key, other.key):
            assert send(world, address, key).status in REFUSALS[address.vendor], address
