"""What the platform says of itself at one look."""

from __future__ import annotations

import openai
import pytest
from admins import ask, openai_admin, program

CHANNEL = {"type": "email", "recipients": ["boss@agency.example"]}


@pytest.fixture
def admin(base_url, store):
    with openai_admin(base_url, store.add_key(None, "the boss", now=2)[1]) as client:
        yield client


def look(pipeline):
    return pipeline.store.overview(pipeline.clock())


def only(rows):
    (row,) = rows
    return row


def test_an_idle_platform_has_a_project_and_nothing_else(pipeline, key):
    seen = look(pipeline)
    nothing = {"archived": False, "calls": 0, "refused": 0, "month_micros": 0, "alerts": [], "budget": None}
    assert seen["projects"] == [{"name": "Default project", **nothing}]
    assert seen["organization"] == {"name": "", **nothing}
    assert (seen["models"], seen["refusals"], seen["audit"]) == ([], [], [])


def test_it_adds_up_to_the_ledger_and_the_refusals(pipeline, store, base_url, key):
    other = store.add_key(store.add_project("Other", now=3), "other", now=3)[1]
    with program(base_url, key) as first, program(base_url, other) as second:
        for client, model in ((first, "tiny"), (first, "middle"), (second, "tiny")):
            ask(client, model)
        for _ in range(2):
            with pytest.raises(openai.NotFoundError):
                ask(second, "gpt-99")
    seen, ledger = look(pipeline), store.ledger()
    assert [(row["name"], row["calls"], row["refused"]) for row in seen["projects"]] == [
        ("Default project", 2, 0),
        ("Other", 1, 2),
    ]
    assert seen["organization"]["month_micros"] == sum(row.cost_micros for row in ledger)
    assert seen["projects"][1]["month_micros"] == ledger[2].cost_micros
    assert [(row["model"], row["calls"]) for row in seen["models"]] == [("tiny", 2), ("middle", 1)]
    assert sum(row["input"] for row in seen["models"]) == sum(row.input for row in ledger)
    assert seen["refusals"] == [{"project": "Other", "reason": "unknown_model", "count": 2}]


def test_a_budget_is_reached_when_a_call_is_refused_for_it_until_it_is_raised(pipeline, store, admin, base_url, key):
    with program(base_url, key) as client:
        ask(client)
        spent = store.ledger()[0].cost_micros
        store.set_budget("project", 1, "month", spent + 1, now=pipeline.clock())
        budget = look(pipeline)["projects"][0]["budget"]
        assert (budget["spent_micros"], budget["limit_micros"], budget["reached"]) == (spent, spent + 1, False)
        with pytest.raises(openai.RateLimitError):
            ask(client)
        assert look(pipeline)["projects"][0]["budget"]["reached"]
        project = only(admin.admin.organization.projects.list().data).id
        admin.admin.organization.projects.spend_limit.update(
            project, currency="USD", interval="month", threshold_amount=1
        )
        budget = look(pipeline)["projects"][0]["budget"]
        assert (budget["limit_micros"], budget["reached"]) == (10_000, False)


def test_the_organizations_budget_is_not_the_projects(pipeline, store, base_url, key):
    store.set_budget("organization", 0, "total", 1, now=5)
    store.set_budget("project", 1, "month", 10**9, now=5)
    with program(base_url, key) as client, pytest.raises(openai.RateLimitError):
        ask(client)
    seen = look(pipeline)
    assert seen["organization"]["budget"]["reached"]
    assert not seen["projects"][0]["budget"]["reached"]


def test_who_did_what(pipeline, admin, key):
    team = admin.admin.organization.projects.create(name="Website team")
    admin.admin.organization.projects.spend_alerts.create(
        team.id, currency="USD", interval="month", threshold_amount=400, notification_channel=CHANNEL
    )
    account = admin.admin.organization.projects.service_accounts.create(team.id, name="publisher")
    admin.admin.organization.projects.api_keys.delete(account.api_key.id, project_id=team.id)
    seen = look(pipeline)
    assert seen["projects"][1]["alerts"] == [4_000_000]
    newest = seen["audit"][0]
    assert newest["actor"].startswith("the boss (key ")
    assert (newest["action"], newest["project"]) == ("api_key.deleted", "Website team")
    assert newest["target"] == newest["before"]["name"]
    assert [entry["number"] for entry in seen["audit"]] == sorted((e["number"] for e in seen["audit"]), reverse=True)
    assert account.api_key.value not in repr(seen)
