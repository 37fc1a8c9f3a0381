"""OpenAI's SDK reads usage and costs, and they agree with the ledger."""

from __future__ import annotations

import pytest
from admins import DAY, ask, openai_admin, program

from course.gateway.types import Usage

START = 1_790_000_000


@pytest.fixture
def organization(base_url, store, key):
    with openai_admin(base_url, store.add_key(None, "admin", now=1)[1]) as client:
        yield client.admin.organization


@pytest.fixture
def calls(base_url, store, key, pipeline, organization):
    """Two calls of the default project to "tiny", then, a day later, two of another to "middle" and for vectors."""
    other = organization.projects.create(name="Shop")
    account = organization.projects.service_accounts.create(other.id, name="bot")
    with program(base_url, key) as client:
        ask(client)
        ask(client)
    pipeline.clock.now += DAY * 1_000_000
    with program(base_url, account.api_key.value) as client:
        ask(client, "middle")
        client.embeddings.create(model="embed-small", input=["a b", "c"])
    return {"default": store.project(1).public_id, "shop": other.id, "key": account.api_key.id, "bot": account.id}


def results(report):
    return [result for bucket in report.data for result in bucket.results]


def test_usage_is_in_buckets_of_whole_days(organization, calls, pipeline):
    report = organization.usage.completions(start_time=START)
    assert [len(bucket.results) for bucket in report.data] == [1, 1]
    first, second = report.data
    assert (first.start_time % DAY, first.end_time - first.start_time) == (0, DAY)
    assert second.start_time == first.end_time
    total = first.results[0]
    assert (total.num_model_requests, total.input_tokens, total.output_tokens) == (2, 22, 40)
    assert (
        total.input_tokens == total.input_cached_tokens + total.input_cache_write_tokens + total.input_uncached_tokens
    )
    assert (total.project_id, total.model, total.api_key_id) == (None, None, None)
    assert report.has_more is False


@pytest.mark.parametrize(("width", "seconds"), [("1m", 60), ("1h", 3600), ("1d", DAY)])
def test_buckets_are_as_wide_as_asked_and_pages_meet_without_gap(organization, calls, width, seconds):
    end = START + DAY + 3600
    pages, token = [], None
    while True:
        more = {"page": token} if token else {}
        report = organization.usage.completions(start_time=START, end_time=end, bucket_width=width, **more)
        pages.append(report)
        token = report.next_page
        assert report.has_more == (token is not None)
        if token is None:
            break
    starts = [bucket.start_time for report in pages for bucket in report.data]
    assert starts == list(range(START // seconds * seconds, end, seconds))
    assert sum(result.num_model_requests for report in pages for result in results(report)) == 3
    assert len(pages[0].data) == {"1m": 60, "1h": 24, "1d": 2}[width]


def test_usage_is_grouped(organization, calls):
    report = organization.usage.completions(start_time=START, group_by=["project_id", "model", "batch"])
    found = {(r.project_id, r.model, r.batch): r.num_model_requests for r in results(report)}
    assert found == {(calls["default"], "tiny", False): 2, (calls["shop"], "middle", False): 1}
    by_key = organization.usage.completions(start_time=START, group_by=["api_key_id", "user_id"])
    assert {(r.api_key_id, r.user_id) for r in results(by_key)} >= {(calls["key"], calls["bot"])}
    tier = results(organization.usage.completions(start_time=START, group_by=["service_tier", "api_source"]))[0]
    assert (tier.service_tier, tier.api_source) == ("default", "unlabeled")


@pytest.mark.parametrize(
    ("names", "requests"),
    [
        ({"project_ids": ["default"]}, 2),
        ({"project_ids": ["shop"]}, 1),
        ({"project_ids": ["default", "shop"]}, 3),
        ({"api_key_ids": ["key"]}, 1),
        ({"user_ids": ["bot"]}, 1),
        ({"models": ["tiny"]}, 2),
        ({"models": ["tiny"], "project_ids": ["shop"]}, 0),
        ({"batch": True}, 0),
        ({"batch": False}, 3),
    ],
)
def test_usage_is_filtered(organization, calls, names, requests):
    meant = {
        name: [calls.get(each, each) for each in value] if isinstance(value, list) else value
        for name, value in names.items()
    }
    report = organization.usage.completions(start_time=START, **meant)
    assert sum(result.num_model_requests for result in results(report)) == requests


def test_a_time_begins_inclusive_and_ends_exclusive(organization, calls, store):
    second = store.answered_calls("openai", 0, 10**18)[2].started // 1_000_000
    for start, end, requests in ((START, second, 2), (second, second + 1, 1), (second + 1, second + 9, 0)):
        report = organization.usage.completions(start_time=start, end_time=end)
        assert sum(result.num_model_requests for result in results(report)) == requests


def test_embeddings_are_counted_by_themselves(organization, calls):
    total = results(organization.usage.embeddings(start_time=START, group_by=["model"]))
    assert [(each.model, each.input_tokens, each.num_model_requests) for each in total] == [("embed-small", 3, 1)]


@pytest.mark.parametrize(
    "kind",
    ["decisions", "moderations", "images", "audio_speeches", "audio_transcriptions", "vector_stores",
     "code_interpreter_sessions", "file_search_calls", "web_search_calls"],
)  # fmt: skip
def test_what_the_platform_does_not_have_is_there_and_empty(organization, calls, kind):
    report = getattr(organization.usage, kind)(start_time=START)
    assert [bucket.results for bucket in report.data] == [[], []]


def test_costs_are_those_of_the_ledger(organization, calls, store):
    spent = sum(row.cost_micros for row in store.ledger())
    report = organization.usage.costs(start_time=START)
    amounts = [result.amount for result in results(report)]
    assert sum(amount.value for amount in amounts) == pytest.approx(spent / 1e6, abs=1e-12)
    assert {amount.currency for amount in amounts} == {"usd"}
    by_project = results(organization.usage.costs(start_time=START, group_by=["project_id"]))
    assert {result.project_id for result in by_project} == {calls["default"], calls["shop"]}


def test_costs_are_split_into_lines_that_add_up(organization, calls, store):
    report = organization.usage.costs(start_time=START, group_by=["line_item", "api_key_id"])
    lines = {result.line_item: result for result in results(report)}
    assert set(lines) == {
        "tiny, input_tokens", "tiny, output_tokens", "middle, input_tokens", "middle, output_tokens",
        "embed-small, input_tokens",
    }  # fmt: skip
    # 22 tokens at 2 and 40 at 10 micro-dollars
    assert lines["tiny, input_tokens"].amount.value == pytest.approx(44e-6)
    assert lines["tiny, output_tokens"].amount.value == pytest.approx(400e-6)
    assert (lines["tiny, output_tokens"].quantity, lines["tiny, output_tokens"].quantity_unit) == (40, "tokens")
    spent = sum(row.cost_micros for row in store.ledger())
    assert sum(line.amount.value for line in lines.values()) == pytest.approx(spent / 1e6, abs=1e-12)
    one = results(organization.usage.costs(start_time=START, line_items=["tiny, output_tokens"]))
    assert [result.amount.value for result in one] == [pytest.approx(400e-6)]


def test_pages_of_costs_have_seven_days(organization, calls):
    report = organization.usage.costs(start_time=START - 9 * DAY)
    assert (len(report.data), report.has_more) == (7, True)
    rest = organization.usage.costs(start_time=START - 9 * DAY, page=report.next_page)
    assert rest.data[0].start_time == report.data[-1].end_time
    assert (len(rest.data), rest.has_more) == (4, False)


def test_an_end_before_the_start_has_no_buckets(organization, calls):
    assert organization.usage.completions(start_time=START, end_time=START - DAY).data == []
    assert organization.usage.costs(start_time=START, end_time=START - DAY).data == []


def test_calls_to_other_vendors_are_not_openais(organization, calls, store, key):
    caller = store.find_caller(key)
    ticket = store.open_call(caller, "ab", "anthropic", "ant-small", "chat", 5, START * 1_000_000 + 5)
    store.close_call(ticket, Usage(1, 0, 0, 1), 5, "ok", START * 1_000_000 + 6)
    report = organization.usage.completions(start_time=START, group_by=["model"])
    assert {result.model for result in results(report)} == {"tiny", "middle"}
