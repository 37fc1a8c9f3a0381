from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from course.gateway.store import AuditFilter, Policy, Store
from course.gateway.types import Usage

DAY = 86_400_000_000


def settle(store, caller, started, model="tiny", kind="chat", vendor="openai", cost=5, status="ok"):
    ticket = store.open_call(caller, "ab", vendor, model, kind, cost, started)
    store.close_call(ticket, Usage(10, 4, 2, 3), cost, status, started + 1)


@pytest.fixture
def caller(store, key):
    return store.find_caller(key)


def test_what_is_done_together_happens_as_a_whole_or_not_at_all(store):
    def make_shop():
        number = store.add_project("Shop", now=1)
        store.set_policy(number, models=["tiny"])
        store.add_audit("project.created", "proj", 1, project_id=number)
        return number

    def fail_together():
        with store.together():
            assert store.policy(make_shop()).models == ("tiny",)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_together()
    assert store.projects() == []
    assert store.audit_log() == []
    with store.together():
        make_shop()
    assert [row.name for row in store.projects()] == ["Shop"]


def test_a_key_ends_when_its_time_is_over(store, key):
    _, secret = store.add_key(1, "short", now=1, expires=100)
    assert store.find_caller(secret, lambda: 99) is not None
    assert store.find_caller(secret, lambda: 100) is None
    assert store.find_caller(key, lambda: 100) is not None


def test_a_key_that_is_not_active_finds_nobody_until_it_is_again(store, key):
    store.update_key(1, status="inactive")
    assert store.find_caller(key) is None
    store.update_key(1, status="active")
    assert store.find_caller(key) is not None


@pytest.mark.parametrize(
    ("tool", "may"),
    [
        ("web_search", False),
        ("web_search_20250305", False),
        ("web_searching", True),
        ("file_search", True),
        ("web", True),
    ],
)
def test_a_rule_for_a_tool_holds_for_its_versions(tool, may):
    assert Policy(hosted_tools={"web_search": False, "mcp": True}).permits_tool(tool) is may


def test_usage_is_added_up_by_time_key_model_and_kind(store, caller):
    for started in (DAY, DAY + 5, 2 * DAY):
        settle(store, caller, started)
    settle(store, caller, DAY, kind="batch")
    settle(store, caller, DAY, status="error")
    settle(store, caller, DAY, vendor="anthropic", model="ant-small")
    rows = [
        (row.bucket, row.kind, row.requests, row.input, row.cost_micros)
        for row in store.usage("openai", 0, 9 * DAY, DAY)
    ]
    assert rows == [(1, "batch", 1, 10, 5), (1, "chat", 2, 20, 10), (2, "chat", 1, 10, 5)]
    assert [row.bucket for row in store.usage("openai", DAY + 1, 2 * DAY, DAY)] == [1]
    assert len(store.answered_calls("openai", 0, 9 * DAY)) == 4


def test_a_key_knows_when_it_made_its_last_call(store, caller):
    assert store.live_keys()[0].last_used is None
    settle(store, caller, 7)
    assert store.live_keys()[0].last_used == 7


def test_pages_of_the_audit_log_meet_without_gap_in_both_directions(store):
    for number in range(5):
        store.add_audit("project.created", f"proj_{number}", now=number)
    first, more = store.audit_page(AuditFilter(), limit=2)
    assert ([row.target for row in first], more) == (["proj_4", "proj_3"], True)
    second, more = store.audit_page(AuditFilter(), after=first[-1].public_id, limit=3)
    assert ([row.target for row in second], more) == (["proj_2", "proj_1", "proj_0"], False)
    back, more = store.audit_page(AuditFilter(), before=second[0].public_id, limit=1)
    assert ([row.target for row in back], more) == (["proj_3"], True)


def test_the_audit_log_is_filtered_by_what_who_where_and_when(store, key):
    store.add_audit("project.created", "a", 10, actor_key=1, project_id=1)
    store.add_audit("project.updated", "a", 20, project_id=1)
    store.add_audit("user.deleted", "b", 30, actor_key=1)

    def found(**conditions):
        return [row.at for row in store.audit_page(AuditFilter(**conditions))[0]]

    assert found(actions=["project.created", "user.deleted"]) == [30, 10]
    assert found(actors=[1]) == [30, 10]
    assert found(actors=[]) == []
    assert found(projects=[1]) == [20, 10]
    assert found(targets=["b"]) == [30]
    assert found(since=20, until=30) == [20]


def test_contents_are_deleted_when_their_time_is_over_and_nothing_else(store, key):
    other = store.add_project("Other", now=1)
    for project in (1, other):
        store.add_object("file", f"file-{project}", project, {}, created=DAY, content=b"secret")
        store.add_object("service_account", f"svc-{project}", project, {}, created=DAY)
    store.add_object("user", "user_1", None, {}, created=DAY)
    store.set_policy(1, retention_days=30)
    assert store.purge(31 * DAY - 1) == 0
    assert store.purge(31 * DAY) == 1
    assert store.get_content("file", "file-1", 1) is None
    assert store.get_content("file", f"file-{other}", other) == b"secret"
    assert store.get_object("service_account", "svc-1", 1) == {}
    assert store.get_object("user", "user_1", None) == {}


def test_no_retention_keeps_nothing(store, key):
    store.set_policy(1, retention_days=0)
    store.add_object("response", "resp_1", 1, {}, created=DAY)
    assert store.purge(DAY) == 1


def test_a_worker_that_begins_deletes_what_is_over(store, caller):
    store.set_policy(1, retention_days=1)
    store.add_object("file", "file-1", 1, {}, created=DAY)
    settle(store, caller, 3 * DAY)
    assert store.get_object("file", "file-1", 1) is None


def test_new_ids_are_never_those_of_deleted_documents(store):
    first = store.new_id("user_")
    store.add_object("user", first, None, {}, 1)
    store.add_audit("user.added", first, 1)
    store.delete_object("user", first, None)
    assert store.new_id("user_") != first


def test_what_one_store_does_together_is_not_mixed_with_another(tmp_path, store, key):
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    with store.together():
        other.add_project("Elsewhere", now=1)
    assert [row.name for row in other.projects()] == ["Elsewhere"]
    assert [row.name for row in store.projects()] == ["Default project"]
    other.close()


def test_administrators_of_several_processes_take_turns(database, store):
    stores = [Store(database) for _ in range(4)]

    def make(other):
        for _ in range(5):
            with other.together():
                user_id = other.new_id("user_")
                other.add_project("Shop", now=1)
                other.add_object("user", user_id, None, {"id": user_id}, 1)
                other.add_audit("user.added", user_id, 1)

    with ThreadPoolExecutor(len(stores)) as pool:
        list(pool.map(make, stores))
    for other in stores:
        other.close()
    assert len({user["id"] for user in store.all_objects("user", None)}) == 20
    assert len(store.projects()) == len(store.audit_log()) == 20
