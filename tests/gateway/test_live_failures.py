"""Live mode when a vendor refuses, breaks or cannot be reached; and where the real key must never be seen."""

from __future__ import annotations

import json
import socket
import threading
import time

import anthropic
import httpx2
import openai
import pytest
from google import genai
from google.genai import errors
from live_world import BASES, MODEL, REAL_KEY, ScriptedVendor, chat_answer, http, live_app, serving, upstream
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from course import catalog
from course.gateway.engines import live_prices
from course.gateway.live_settings import LiveProblem

MESSAGES = [{"role": "user", "content": "Hello"}]
CLAUDE = catalog.load().pick("anthropic").id
GEMINI = catalog.load().pick("google").id


@pytest.fixture
def world(store, key):
    """Starts a gateway in front of a vendor that answers as told; gives the vendor and the gateway's address."""
    servers = []

    def start(answer, own=False, real_key=REAL_KEY):
        vendor = ScriptedVendor(answer)
        url = servers.append(serving(vendor.app)) or servers[-1].__enter__()
        upstreams = {name: upstream(name, url + base, real_key, own) for name, base in BASES.items()}
        servers.append(serving(live_app(store, upstreams)))
        return vendor, servers[-1].__enter__()

    yield start
    for server in reversed(servers):
        server.__exit__(None, None, None)


@pytest.fixture
def chat(key):
    def call(gateway, **options):
        client = openai.OpenAI(base_url=gateway + BASES["openai"], api_key=key, max_retries=0)
        return client.chat.completions.create(model=MODEL, messages=MESSAGES, **options)

    return call


def claude(gateway, key):
    client = anthropic.Anthropic(base_url=gateway + BASES["anthropic"], api_key=key, max_retries=0)
    return client.messages.create(model=CLAUDE, messages=MESSAGES, max_tokens=50)


def gemini(gateway, key):
    client = genai.Client(api_key=key, http_options={"base_url": gateway + BASES["google"]})
    return client.models.generate_content(model=GEMINI, contents="Hello")


def settled(store, calls: int = 1):
    """The ledger's lines, when no call is open any more."""
    for _ in range(250):
        rows = store.ledger()
        if len(rows) == calls and all(row.status != "open" for row in rows):
            return rows
        time.sleep(0.02)
    raise AssertionError(rows)


def test_the_request_arrives_unchanged_but_for_the_key(world, key):
    vendor, gateway = world(lambda _request: chat_answer())
    body = b'{ "model":"%s" , "messages":[{"role":"user","content":"\xc3\xa9"}],"x_new":1 }' % MODEL.encode()
    http.post(
        f"{gateway}/openai/v1/chat/completions?beta=1&x=%2F",
        content=body,
        headers={
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            "openai-organization": "org-1",
            "user-agent": "mine/1",
            "cookie": "a=b",
            "accept-encoding": "gzip",
        },
    )
    (got,) = vendor.requests
    assert (got["path"], got["query"], got["body"]) == ("/openai/v1/chat/completions", "beta=1&x=%2F", body)
    sent = got["headers"]
    assert sent["authorization"] == f"Bearer {REAL_KEY}"
    assert (sent["openai-organization"], sent["user-agent"]) == ("org-1", "mine/1")
    assert sent["accept-encoding"] == "identity"
    assert "cookie" not in sent
    assert key not in json.dumps(sent)


def test_each_vendor_gets_the_key_in_its_own_way(world, key):
    vendor, gateway = world(lambda _request: JSONResponse({"error": {"message": "no"}}, 500))
    with pytest.raises(anthropic.InternalServerError):
        claude(gateway, key)
    with pytest.raises(errors.ServerError):
        gemini(gateway, key)
    http.get(f"{gateway}/google/v1beta/models?pageSize=3&key={key}&alt=json")
    http.get(f"{gateway}/anthropic/v1/models", headers={"x-api-key": key})
    messages, content, models, older = vendor.requests
    assert messages["headers"]["authorization"] == f"Bearer {REAL_KEY}"
    assert content["headers"]["x-goog-api-key"] == REAL_KEY
    assert (models["headers"]["x-goog-api-key"], models["query"]) == (REAL_KEY, "pageSize=3&alt=json")
    assert (older["headers"]["x-api-key"], "authorization" in older["headers"]) == (REAL_KEY, False)


def test_the_answer_comes_back_unchanged(world, key):
    content = b'{"usage": {"prompt_tokens": 10,  "completion_tokens": 5}}\n'
    headers = {"x-request-id": "req_1", "x-ratelimit-remaining-requests": "9", "set-cookie": "a=b", "x-new": "1"}
    _, gateway = world(lambda _request: Response(content, 201, headers, "application/json"))
    answer = http.post(
        f"{gateway}/openai/v1/chat/completions",
        json={"model": MODEL, "messages": MESSAGES},
        headers={"authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, answer.content) == (201, content)
    assert {name: answer.headers.get(name) for name in headers} == {**headers, "set-cookie": None}


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 503, 529])
def test_a_vendors_refusal_is_passed_on_and_costs_nothing(world, key, store, status):
    body = {"error": {"message": "The vendor's words.", "type": "some_error", "code": None, "param": None}}
    _, gateway = world(lambda _request: JSONResponse(body, status, {"retry-after": "7", "x-request-id": "req_9"}))
    answer = http.post(
        f"{gateway}/openai/v1/chat/completions",
        json={"model": MODEL, "messages": MESSAGES},
        headers={"authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, answer.json()) == (status, body)
    assert (answer.headers["retry-after"], answer.headers["x-request-id"]) == ("7", "req_9")
    (row,) = store.ledger()
    assert (row.cost_micros, row.status) == (0, "error")


def test_a_key_that_the_vendor_refuses(world, key, chat):
    said = f"Incorrect API key provided: {REAL_KEY[:8]}****{REAL_KEY[-4:]}."
    _, gateway = world(lambda _request: JSONResponse({"error": {"message": said, "code": "invalid_api_key"}}, 401))
    with pytest.raises(openai.AuthenticationError) as error:
        chat(gateway)
    assert "OPENAI_API_KEY was not accepted by OpenAI" in error.value.message
    assert 'course.start("practice")' in error.value.message
    assert REAL_KEY[-4:] not in error.value.message
    assert error.value.code == "invalid_api_key"


def test_a_key_that_google_refuses(world, key):
    body = {"error": {"code": 400, "message": "bad", "status": "X", "details": [{"reason": "API_KEY_INVALID"}]}}
    _, gateway = world(lambda _request: JSONResponse(body, 400))
    with pytest.raises(errors.ClientError, match="GOOGLE_API_KEY was not accepted by Google"):
        gemini(gateway, key)


def test_an_account_without_credit(world, key, chat):
    quota = {"error": {"message": "You exceeded…", "type": "insufficient_quota", "code": "insufficient_quota"}}
    _, gateway = world(lambda _request: JSONResponse(quota, 429))
    with pytest.raises(openai.RateLimitError, match="no credit left at OpenAI") as error:
        chat(gateway)
    assert error.value.code == "insufficient_quota"
    low = {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "Your credit balance is too low to…"},
    }
    _, gateway = world(lambda _request: JSONResponse(low, 400))
    with pytest.raises(anthropic.BadRequestError, match="no credit left at Anthropic"):
        claude(gateway, key)
    _, gateway = world(lambda _request: PlainTextResponse("pay", 402))
    router = openai.OpenAI(base_url=gateway + BASES["openrouter"], api_key=key, max_retries=0)
    with pytest.raises(openai.APIStatusError, match="no credit left at OpenRouter"):
        router.chat.completions.create(model=f"openai/{MODEL}", messages=MESSAGES)


def test_a_vendor_that_cannot_be_reached(store, key, chat):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    upstreams = {name: upstream(name, nobody + base) for name, base in BASES.items()}
    with serving(live_app(store, upstreams)) as gateway:
        with pytest.raises(openai.InternalServerError, match="OpenAI cannot be reached") as error:
            chat(gateway)
        with pytest.raises(anthropic.InternalServerError, match="Anthropic cannot be reached"):
            claude(gateway, key)
        with pytest.raises(errors.ServerError, match="Google cannot be reached"):
            gemini(gateway, key)
    assert 'course.start("practice")' in error.value.message
    assert [(row.cost_micros, row.status) for row in store.ledger()] == [(0, "error")] * 3


def test_a_vendor_without_a_key(store, key):
    with serving(live_app(store, {"openai": upstream("openai", "http://127.0.0.1:9")})) as gateway:
        with pytest.raises(anthropic.AuthenticationError, match="ANTHROPIC_API_KEY"):
            claude(gateway, key)
        with pytest.raises(errors.ClientError, match="GEMINI_API_KEY"):
            gemini(gateway, key)


def test_a_redirect_is_not_followed(world, key, chat, store):
    thief = ScriptedVendor(lambda _request: chat_answer())
    with serving(thief.app) as elsewhere:
        _, gateway = world(lambda _request: RedirectResponse(elsewhere, 307))
        with pytest.raises(openai.InternalServerError, match="another address"):
            chat(gateway)
        answer = http.get(f"{gateway}/openai/v1/models", headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 503
    assert "location" not in answer.headers
    assert not thief.requests
    assert settled(store)[0].cost_micros == 0


def test_the_real_key_is_seen_by_the_vendor_alone(world, key, chat, store, tmp_path, sqlite_only, capfd, caplog):
    """A vendor that repeats the key wherever it can, and every kind of failure."""

    def repeat(request):
        said = f"You sent {request.headers.get('authorization')}"
        return JSONResponse({"error": {"message": said, REAL_KEY: REAL_KEY}}, 418, {"x-echo": REAL_KEY})

    caplog.set_level("INFO")
    seen = []
    for answer in (repeat, lambda _request: chat_answer(), lambda _request: 1 / 0):
        vendor, gateway = world(answer)
        for path in ("/openai/v1/chat/completions", "/openai/v1/models", "/openai/v1/files"):
            reply = http.request(
                "POST" if path.endswith("completions") else "GET",
                gateway + path,
                headers={"authorization": f"Bearer {key}"},
                json={"model": MODEL, "messages": MESSAGES} if path.endswith("completions") else None,
            )
            seen.append(f"{reply.status_code} {reply.headers} {reply.text}")
        assert vendor.requests[0]["headers"]["authorization"] == f"Bearer {REAL_KEY}"
    assert "You sent Bearer [key removed]" in seen[0]
    store.close()
    files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    # httpx2 tells the log of the test itself what the test sends, which is the practice key.
    printed = "".join(capfd.readouterr()) + caplog.text
    for text in (*seen, printed):
        assert REAL_KEY not in text
    assert len(files) > 1000
    assert REAL_KEY.encode() not in files


def stream_of(*pieces: bytes, forever: bool = False, after=lambda: None):
    """An answer of events; `forever` repeats the last one until the gateway hangs up, then calls `after`."""

    async def send():
        import asyncio

        try:
            for piece in pieces:
                yield piece
            while forever:
                await asyncio.sleep(0.01)
                yield pieces[-1]
        finally:
            after()

    return StreamingResponse(send(), media_type="text/event-stream")


def delta(text: str) -> bytes:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def test_hanging_up_hangs_up_on_the_vendor(world, chat, store):
    ended = []
    _, gateway = world(lambda _request: stream_of(delta("word "), forever=True, after=lambda: ended.append(1)))
    stream = chat(gateway, stream=True, max_completion_tokens=100)
    for _ in range(5):
        next(stream)
    stream.close()
    (row,) = settled(store)
    assert row.status == "cut"
    assert 5 <= row.output < 200
    assert row.cost_micros > 0
    for _ in range(100):
        if ended:
            break
        time.sleep(0.02)
    assert ended
    assert store.budgets("organization", 0, 1) == []


def test_hanging_up_on_a_silent_vendor_is_noticed(world, chat, store):
    def answer(_request):
        async def send():
            import asyncio

            yield delta("word")
            await asyncio.sleep(30)

        return StreamingResponse(send(), media_type="text/event-stream")

    _, gateway = world(answer)
    stream = chat(gateway, stream=True)
    next(stream)
    stream.close()
    assert settled(store)[0].status == "cut"


def test_a_vendor_that_breaks_off_is_charged_for_what_came(world, chat, store):
    def broken(_request):
        async def send():
            yield delta("some words that came")
            raise ConnectionAbortedError

        return StreamingResponse(send(), media_type="text/event-stream")

    _, gateway = world(broken)
    with pytest.raises((openai.APIError, httpx2.TransportError)):
        list(chat(gateway, stream=True))
    (row,) = settled(store)
    assert row.status == "cut"
    assert row.output >= 4


def test_a_message_that_ends_without_its_last_event_is_cut(world, key, store):
    start = {"type": "message_start", "message": {"model": CLAUDE, "usage": {"input_tokens": 9, "output_tokens": 1}}}
    words = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "some words that came"}}
    failed = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    pieces = [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in (start, words, failed)]
    _, gateway = world(lambda _request: stream_of(*pieces))
    client = anthropic.Anthropic(base_url=gateway + BASES["anthropic"], api_key=key, max_retries=0)
    with pytest.raises(anthropic.APIStatusError):
        list(client.messages.create(model=CLAUDE, messages=MESSAGES, max_tokens=50, stream=True))
    (row,) = settled(store)
    assert (row.input, row.status) == (9, "cut")
    assert row.output >= 4


def test_a_plain_answer_that_breaks_off_is_a_refusal_and_charged_what_was_reserved(world, chat, store):
    def broken(_request):
        async def send():
            yield b'{"usage": '
            raise ConnectionAbortedError

        return StreamingResponse(send(), media_type="application/json")

    _, gateway = world(broken)
    with pytest.raises(openai.InternalServerError, match="broke off"):
        chat(gateway, max_completion_tokens=1000)
    (row,) = settled(store)
    assert row.status == "estimated"
    assert row.cost_micros >= live_prices.find("openai", MODEL).most_micros(0, 1000, {})


def test_a_connection_that_breaks_before_the_answer_is_charged_what_was_reserved(store, key, chat):
    """The vendor may have the request, and bill it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        threading.Thread(target=lambda: listening.accept()[0].close(), daemon=True).start()
        with (
            serving(live_app(store, {"openai": upstream("openai", address)})) as gateway,
            pytest.raises(openai.InternalServerError, match="broke before an answer came"),
        ):
            chat(gateway, max_completion_tokens=1000)
    (row,) = settled(store)
    assert row.status == "estimated"
    assert row.cost_micros > 0


def test_the_last_event_is_in_the_ledger_before_the_caller_sees_it(world, chat, store):
    usage = {"choices": [], "model": MODEL, "usage": {"prompt_tokens": 10, "completion_tokens": 5}}
    last = b"data: " + json.dumps(usage).encode() + b"\n\ndata: [DONE]\n\n"
    _, gateway = world(lambda _request: stream_of(delta("a"), last))
    for calls in range(1, 11):
        list(chat(gateway, stream=True))
        assert [(row.output, row.status) for row in store.ledger()] == [(5, "ok")] * calls


def test_packed_answers_are_unpacked(world, chat, store):
    import gzip

    def packed(_request):
        content = gzip.compress(chat_answer().body)
        return Response(content, 200, {"content-encoding": "gzip"}, "application/json")

    _, gateway = world(packed)
    assert chat(gateway).choices[0].message.content == "Yes."
    assert settled(store)[0].output == 5


def test_a_server_of_ones_own_needs_no_key_and_a_model_without_a_price_is_free(world, key, store):
    vendor, gateway = world(lambda _request: chat_answer(model="llama3.2"), own=True, real_key="")
    client = openai.OpenAI(base_url=gateway + BASES["openai"], api_key=key, max_retries=0)
    client.chat.completions.create(model="llama3.2", messages=MESSAGES, extra_body={"tools": [{"type": "theirs"}]})
    assert "authorization" not in vendor.requests[0]["headers"]
    (row,) = store.ledger()
    assert (row.model, row.input, row.output, row.cost_micros, row.status) == ("llama3.2", 10, 5, 0, "ok")


def test_what_is_not_encrypted_goes_through_no_proxy(world, chat, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    vendor, gateway = world(lambda _request: chat_answer())
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # for the SDK; the gateway has read its environment
    assert chat(gateway).choices[0].message.content == "Yes."
    assert vendor.requests


def test_a_proxy_of_another_kind_is_named_at_the_start(store, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "gopher://proxy.invalid:70")
    with pytest.raises(LiveProblem, match="HTTPS_PROXY"):
        live_app(store, {"openai": upstream("openai", "https://api.openai.com/v1")})
