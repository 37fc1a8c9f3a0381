"""The gateway's rules in live mode: what they refuse is never sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx2
import openai
import pytest
from live_world import BASES, MODEL, ScriptedVendor, chat_answer, http, live_app, serving, upstream
from starlette.responses import JSONResponse

from course.gateway.engines import live_prices

MESSAGES = [{"role": "user", "content": "Hello"}]


class World:
    """A vendor, the gateway before it, and a project's key."""

    def __init__(self, store, url, vendor, key):
        self.store, self.url, self.vendor, self.key = store, url, vendor, key

    def post(self, path: str = "/openai/v1/chat/completions", key: str | None = None, **fields) -> httpx2.Response:
        body = {"model": MODEL, "messages": MESSAGES, **fields}
        return http.post(self.url + path, json=body, headers={"authorization": f"Bearer {key or self.key}"})

    def refused(self, *arguments, **fields) -> str:
        """Make a call that must not reach the vendor; return what is said."""
        answer = self.post(*arguments, **fields)
        assert answer.status_code >= 400
        assert not self.vendor.requests
        assert not self.store.ledger()
        return answer.json()["error"]["message"]


@pytest.fixture
def world(store, key):
    def answer(request):
        if request.url.path.endswith("/responses"):
            number = len(vendor.requests)
            usage = {"input_tokens": 1000, "output_tokens": 500}
            return JSONResponse({"id": f"resp_{number}", "model": MODEL, "usage": usage})
        return chat_answer()

    vendor = ScriptedVendor(answer)
    with serving(vendor.app) as vendor_url:
        upstreams = {name: upstream(name, vendor_url + base) for name, base in BASES.items()}
        with serving(live_app(store, upstreams)) as url:
            yield World(store, url, vendor, key)


def cap(world, micros: int) -> None:
    world.store.set_budget("organization", 0, "total", micros, 1)


def test_a_key_that_is_not_the_gateways_is_refused(world):
    assert "Incorrect API key" in world.refused(key="sk-real-someone-else")


def test_an_admin_key_runs_no_model(world):
    _, admin = world.store.add_key(None, "admin", 1)
    assert "admin key" in world.refused(key=admin)


def test_a_call_that_may_pass_the_cap_is_not_sent(world):
    cap(world, 1000)
    said = world.refused(max_completion_tokens=128_000)
    most = live_prices.find("openai", MODEL).most_micros(1100, 128_000, {}) / 1_000_000
    assert f"up to ${most:.3f}" in said
    assert "cap of $0.00" in said
    assert "max_completion_tokens" in said
    assert 'course.start("practice")' in said
    assert world.post(max_completion_tokens=100).status_code == 200


def test_a_wish_beyond_all_numbers_is_refused_by_the_cap(world):
    cap(world, 1_000_000)
    assert "cap of $1.00" in world.refused(max_completion_tokens=10**30, n=10**30)


def test_without_a_limit_the_longest_answer_is_reserved(world):
    cap(world, 50_000)
    assert "up to $0.12" in world.refused()


def test_more_answers_cost_more(world):
    cap(world, 3000)
    world.refused(max_completion_tokens=1000, n=5)
    assert world.post(max_completion_tokens=1000, n=1).status_code == 200


def test_the_cap_holds_when_many_call_at_once(world):
    tariff = live_prices.find("openai", MODEL)
    most = tariff.most_micros(1100, 1000, {})
    cap(world, 4 * most)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: world.post(max_completion_tokens=1000).status_code, range(64)))
    (budget,) = world.store.budgets("organization", 0, 1)
    rows = world.store.ledger()
    assert set(answers) <= {200, 429}
    assert len(world.vendor.requests) == answers.count(200) == len(rows)
    assert budget["spent_micros"] == sum(row.cost_micros for row in rows) <= budget["limit_micros"]
    assert budget["reserved_micros"] == 0


def test_what_is_reserved_is_free_again_after_a_call(world):
    cap(world, 2000)
    for _ in range(5):
        assert world.post(max_completion_tokens=500).status_code == 200
    (budget,) = world.store.budgets("organization", 0, 1)
    assert (budget["reserved_micros"], budget["spent_micros"]) == (0, 5 * world.store.ledger()[0].cost_micros)


def test_a_rate_limit_holds(world, store):
    store.set_rate_limit(1, "*", requests_per_minute=3)
    answers = [world.post(max_completion_tokens=10).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert len(world.vendor.requests) == 3


def test_a_model_without_a_price_is_not_sent(world):
    said = world.refused(model="gpt-99-secret")
    assert "No price is known for the model 'gpt-99-secret'" in said


def test_denied_models_are_denied_under_each_of_their_names(world, store):
    store.set_policy(1, models=[MODEL], models_mode="deny")
    assert world.post().status_code == 403
    assert world.post(model=f"{MODEL}-2026-09-22").status_code == 403
    assert world.post("/openrouter/api/v1/chat/completions", model=f"openai/{MODEL}").status_code == 404
    assert not world.vendor.requests


def test_allowed_models_are_allowed_under_each_of_their_names(world, store):
    store.set_policy(1, models=[MODEL])
    assert world.post(max_completion_tokens=10).status_code == 200
    assert world.post(model=f"{MODEL}-2026-09-22", max_completion_tokens=10).status_code == 200
    assert world.post(model="gpt-5-mini", max_completion_tokens=10).status_code == 403


def test_a_routers_fallbacks_are_all_checked(world, store):
    store.set_policy(1, models=[MODEL])
    path = "/openrouter/api/v1/chat/completions"
    answer = world.post(path, model=f"openai/{MODEL}", models=["openai/gpt-5-mini"], max_tokens=10)
    assert answer.status_code == 404
    assert not world.vendor.requests


def test_the_dearest_fallback_is_reserved(world):
    cap(world, 4000)
    path = "/openrouter/api/v1/chat/completions"
    assert world.post(path, model=f"openai/{MODEL}", max_tokens=1000).status_code == 200
    dear = world.post(path, model=f"openai/{MODEL}", models=["openai/gpt-5.5"], max_tokens=1000)
    assert dear.status_code == 402


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/openai/v1/responses", {"tools": [{"type": "web_search"}], "input": "x"}),
        ("/openai/v1/responses", {"background": True, "input": "x"}),
        ("/anthropic/v1/messages", {"tools": [{"type": "web_search_20250305", "name": "w"}], "max_tokens": 9}),
        ("/google/v1beta/models/gemini-2.5-flash:generateContent", {"tools": [{"googleSearch": {}}]}),
    ],
)
def test_what_the_vendor_would_run_itself_is_not_sent(world, path, fields):
    if "anthropic" in path:
        fields = {**fields, "model": "claude-haiku-4-5"}
    assert "cannot know beforehand" in world.refused(path, **fields)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/openai/v1/organization"),
        ("GET", "/openai/v1/files/file-of-another/content"),
        ("DELETE", "/openai/v1/models/ft:gpt"),
        ("POST", "/openai/v1/images/generations"),
        ("GET", "/openai/v1/batches/batch_of_another"),
        ("POST", "/openai/v1/uploads"),
        ("GET", "/openai/v1/models/../organization/projects"),
        ("GET", "/openai/v1/models/%2e%2e/organization/projects"),
        ("GET", "/openai/v1/models/..%2forganization"),
        ("GET", "/openai/v1/models/..%5corganization"),
        ("GET", "/anthropic/v1/organizations/api_keys"),
        ("GET", "/anthropic/v1/messages/batches/of-another/results"),
        ("GET", "/google/v1beta/files"),
        ("POST", "/google/v1beta/cachedContents"),
        ("GET", "/openrouter/api/v1/keys"),
        ("GET", "/openrouter/api/v1/credits"),
        ("PUT", "/openai/v1/chat/completions"),
    ],
)
def test_what_else_the_real_key_may_do_is_not_forwarded(world, method, path):
    import socket
    from urllib.parse import urlsplit

    # By hand: an HTTP library would tidy the path.
    host, port = urlsplit(world.url).hostname, urlsplit(world.url).port
    with socket.create_connection((host, port)) as connection:
        head = f"{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {world.key}\r\n"
        connection.sendall(f"{head}connection: close\r\ncontent-length: 0\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.split()[1] == b"404"
    assert not world.vendor.requests


def test_the_control_plane_is_the_gateways_own(world, store):
    _, admin = store.add_key(None, "admin", 1)
    client = openai.OpenAI(base_url=world.url + BASES["openai"], admin_api_key=admin, api_key="none", max_retries=0)
    assert [each.name for each in client.admin.organization.projects.list()] == ["Default project"]
    with pytest.raises(openai.APIStatusError):
        openai.OpenAI(
            base_url=world.url + BASES["openai"], admin_api_key=world.key, api_key="none", max_retries=0
        ).admin.organization.projects.list()
    assert not world.vendor.requests


def test_the_refusal_says_what_is_forwarded(world):
    client = openai.OpenAI(base_url=world.url + BASES["openai"], api_key=world.key, max_retries=0)
    with pytest.raises(openai.NotFoundError, match="Live mode does not forward GET /v1/vector_stores") as error:
        client.vector_stores.list()
    assert error.value.response.headers["x-request-id"].startswith("req_")


def test_personal_data_that_would_be_taken_out_is_not_sent(world, store):
    store.set_policy(1, redact=["email"])
    said = world.refused(messages=[{"role": "user", "content": "Write to ann@example.org"}])
    assert "email" in said
    assert world.post(max_completion_tokens=10).status_code == 200


def test_a_region_that_cannot_be_promised_is_refused(world, store):
    store.set_policy(1, region="eu")
    assert "region eu" in world.refused()


def test_the_region_of_a_message_may_be_the_projects(world, store):
    store.set_policy(1, region="us")
    path, fields = "/anthropic/v1/messages", {"model": "claude-haiku-4-5", "max_tokens": 9}
    assert "region us" in world.refused(path, **fields)
    assert world.post(path, **fields, inference_geo="us").status_code == 200


def test_an_answer_that_is_kept_belongs_to_its_project(world, store):
    _, other = store.add_key(store.add_project("Other", 1), "other", 1)
    path = "/openai/v1/responses"
    fields = {"input": "x", "max_output_tokens": 10}
    kept = world.post(path, **fields).json()["id"]
    assert world.post(path, **fields, previous_response_id=kept).status_code == 200
    stolen = world.post(path, key=other, **fields, previous_response_id=kept)
    assert stolen.status_code == 404
    address = f"{world.url}{path}/{kept}"
    assert http.get(address, headers={"authorization": f"Bearer {world.key}"}).status_code == 200
    for method in ("GET", "DELETE"):
        answer = http.request(method, address, headers={"authorization": f"Bearer {other}"})
        assert answer.status_code == 404
    assert [each["method"] for each in world.vendor.requests] == ["POST", "POST", "GET"]


def test_what_went_before_counts_as_prompt(world):
    path = "/openai/v1/responses"
    fields = {"input": "x", "max_output_tokens": 10}
    kept = world.post(path, **fields).json()["id"]
    alone, followed = (
        live_prices.find("openai", MODEL).most_micros(tokens, 10, {}) for tokens in (1100, 1100 + 1500)
    )
    cap(world, (alone + followed) // 2 + world.store.ledger()[0].cost_micros)
    assert world.post(path, **fields, previous_response_id=kept).status_code == 429
    assert world.post(path, **fields).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'"x"', b"\xff", b'{"model": 7}', b'{"model": "a\\u0000b"}', b"{}"]
)
def test_bad_bodies_are_refused_as_the_vendor_would(world, body):
    for path in (
        "/openai/v1/chat/completions",
        "/anthropic/v1/messages",
        "/openrouter/api/v1/chat/completions",
        "/openai/v1/embeddings",
    ):
        answer = http.post(world.url + path, content=body, headers={"authorization": f"Bearer {world.key}"})
        assert answer.status_code == 400, path
        assert answer.json()["error"]["message"]
    assert not world.vendor.requests
