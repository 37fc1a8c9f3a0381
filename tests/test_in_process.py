"""The gateway without socket and thread, as a web page has it, asked by the vendors' own packages."""

from __future__ import annotations

import asyncio
import os
import time

import anthropic
import httpx2
import openai
import pytest
from google import genai
from made_once import compiled_once, one_certificate  # noqa: F401

import course
from course import session
from course.gateway.live_settings import LiveProblem
from course.in_process import InProcessServer

QUESTION = [{"role": "user", "content": "What is a token?"}]
ANSWER = "A token is a piece of text"


@pytest.fixture
def in_browser(monkeypatch):
    """A session as it is in a web page."""
    for name in ("COURSE_MODE", "COURSE_GATEWAY", "COURSE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(session, "IN_BROWSER", True)
    session.stop()
    yield
    session.stop()


@pytest.fixture
def serve():
    """Serves an ASGI app to this process."""
    servers = []

    def started(app) -> str:
        servers.append(InProcessServer(app))
        servers[-1].start()
        return servers[-1].url

    yield started
    for server in servers:
        server.stop()


def test_a_lesson_says_where_it_runs_and_all_three_vendors_packages_are_answered(in_browser, capsys):
    course.start()
    assert capsys.readouterr().out == f"{session.READY_IN_BROWSER}\n"
    small = course.model("openai")
    assert openai.OpenAI().responses.create(model=small, input="What is a token?").output_text.startswith(ANSWER)
    message = anthropic.Anthropic().messages.create(
        model=course.model("anthropic"), max_tokens=100, messages=QUESTION
    )
    assert message.content[0].text.startswith(ANSWER)
    google = genai.Client()
    reply = google.models.generate_content(model=course.model("google"), contents="What is a token?")
    assert reply.text.startswith(ANSWER)
    assert [row.status for row in session.running().gateway.store.ledger()] == ["ok"] * 3
    assert session.spent() > 0


def test_all_three_stream_piece_by_piece(in_browser):
    course.start(pace=0.01)
    began = time.monotonic()
    arrived = [
        (time.monotonic() - began, chunk.choices[0].delta.content or "")
        for chunk in openai.OpenAI().chat.completions.create(
            model=course.model("openai"), messages=QUESTION, stream=True
        )
    ]
    assert "".join(text for _, text in arrived).startswith(ANSWER)
    assert arrived[-1][0] - arrived[0][0] >= 0.01 * (len(arrived) - 2), "the answer came all at once"
    with anthropic.Anthropic().messages.stream(
        model=course.model("anthropic"), max_tokens=100, messages=QUESTION
    ) as stream:
        assert "".join(stream.text_stream).startswith(ANSWER)
    google = genai.Client()
    chunks = google.models.generate_content_stream(model=course.model("google"), contents="What is a token?")
    assert "".join(chunk.text or "" for chunk in chunks).startswith(ANSWER)


def test_a_reader_who_hangs_up_pays_for_what_was_read(in_browser):
    course.start()
    stream = openai.OpenAI().chat.completions.create(model=course.model("openai"), messages=QUESTION, stream=True)
    next(iter(stream))
    stream.close()
    (row,) = session.running().gateway.store.ledger()
    assert row.status == "cut"


def test_it_works_inside_a_running_event_loop_as_a_kernel_has_it(in_browser):
    course.start()
    asyncio.run(_ask_twice())


async def _ask_twice():
    task = asyncio.current_task()
    reply = openai.OpenAI().responses.create(model=course.model("openai"), input="What is a token?")
    assert reply.output_text.startswith(ANSWER)
    assert asyncio.current_task() is task
    asynchronous = await openai.AsyncOpenAI().responses.create(model=course.model("openai"), input="What is a token?")
    assert asynchronous.output_text == reply.output_text
    await asyncio.sleep(0)


def test_refusals_and_faults_reach_the_client_as_from_a_socket(in_browser, capsys):
    course.start()
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(api_key="the password of my chat plan").models.list()
    client = openai.OpenAI(max_retries=0)
    question = {"model": course.model("openai"), "messages": QUESTION}
    course.faults("cut", calls=1)
    with pytest.raises(openai.APIConnectionError):
        client.chat.completions.create(**question)
    course.faults("slow", calls=1, seconds=5)
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.05).chat.completions.create(**question)
    assert client.chat.completions.create(**question).choices[0].message.content.startswith(ANSWER)


def test_a_batch_goes_on_while_one_asks_for_it(in_browser):
    course.start()
    client = anthropic.Anthropic()
    request = {"model": course.model("anthropic"), "max_tokens": 50, "messages": QUESTION}
    batch = client.messages.batches.create(requests=[{"custom_id": "first", "params": request}])
    deadline = time.monotonic() + 60
    while client.messages.batches.retrieve(batch.id).processing_status != "ended":
        assert time.monotonic() < deadline
    assert [line.custom_id for line in client.messages.batches.results(batch.id)] == ["first"]


def test_live_mode_is_refused_with_the_way_out(in_browser):
    with pytest.raises(LiveProblem, match=r"does not run in a web page.*make lab.*practice"):
        course.start("live")


def test_when_it_stops_httpx2_is_as_before(in_browser):
    real = httpx2.HTTPTransport.handle_request
    course.start()
    address = os.environ["OPENAI_BASE_URL"]
    assert httpx2.HTTPTransport.handle_request is not real
    session.stop()
    assert httpx2.HTTPTransport.handle_request is real
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(address, trust_env=False)


def test_two_apps_are_told_apart_and_each_gets_the_whole_request(serve):
    def app(name: str):
        async def answer(scope, receive, send):
            asked = await receive()
            said = [name, scope["method"], scope["path"], scope["query_string"].decode(), asked["body"].decode()]
            await send({"type": "http.response.start", "status": 201, "headers": [(b"x-name", name.encode())]})
            await send({"type": "http.response.body", "body": "|".join(said).encode()})

        return answer

    first, second = serve(app("first")), serve(app("second"))
    assert httpx2.post(f"{first}/a%20b?c=d", content="e").text == "first|POST|/a b|c=d|e"
    reply = httpx2.get(f"{second}/")
    assert (reply.status_code, reply.headers["x-name"]) == (201, "second")


def test_an_app_that_fails_before_it_answers_breaks_the_call_off(serve, caplog):
    async def broken(scope, receive, send):
        raise ZeroDivisionError

    with pytest.raises(httpx2.RemoteProtocolError):
        httpx2.get(serve(broken))
    assert "ZeroDivisionError" in caplog.text


def test_an_app_that_waits_for_ever_says_so_instead_of_hanging(serve):
    async def waiting(scope, receive, send):
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="cannot happen"):
        httpx2.get(serve(waiting), timeout=None)
