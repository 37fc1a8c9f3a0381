"""`course.start()` with the two lines of a slip."""

from __future__ import annotations

import os
from pathlib import Path

import openai
import pytest
from anthropic import Anthropic
from classmates import ANN, WEI
from google import genai
from made_once import one_certificate  # noqa: F401

import course
from course import session
from course.classroom import register
from course.gateway.live_settings import BACK, LiveProblem

NOW = 1_795_000_000_000_000
QUESTION = [{"role": "user", "content": "What is a token?"}]


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    """Each test begins in an empty folder and without a session, and leaves neither behind."""
    kept = dict(os.environ)
    for name in ("COURSE_MODE", "COURSE_GATEWAY", "COURSE_KEY"):
        os.environ.pop(name, None)
    monkeypatch.chdir(tmp_path)
    session.stop()
    yield
    session.stop()
    session._before.clear()
    session._ours.clear()
    os.environ.clear()
    os.environ.update(kept)


@pytest.fixture
def slip(tmp_path):
    """Writes the two lines into `.env`."""
    return lambda url, key: (tmp_path / ".env").write_text(f"COURSE_GATEWAY={url}\nCOURSE_KEY={key}\n")


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def problem() -> str:
    with pytest.raises(LiveProblem) as found:
        course.start()
    assert str(found.value).endswith(BACK)
    return str(found.value)


def test_a_lesson_runs_on_the_classs_gateway(store, enrol, serve, slip, capsys):
    key = enrol(ANN)["ann@x.edu"]
    url = serve()
    slip(url, key)
    course.start()
    assert f"Class “AI 1”: calls go to {url}, where the practice model answers" in capsys.readouterr().out
    assert key not in {os.environ["OPENAI_API_KEY"], os.environ["ANTHROPIC_API_KEY"], os.environ["GEMINI_API_KEY"]}
    client = openai.OpenAI()
    model = course.model("openai")
    reply = client.responses.create(model=model, input="What is a token?", max_output_tokens=100)
    assert reply.output_text.startswith("A token is")
    stream = client.chat.completions.create(model=model, messages=QUESTION, stream=True)
    assert "".join(each.choices[0].delta.content or "" for each in stream if each.choices).startswith("A token is")
    Anthropic().messages.create(model=course.model("anthropic"), max_tokens=50, messages=QUESTION)
    gemini = genai.Client()
    gemini.models.generate_content(model=course.model("google"), contents="What is a token?")
    assert len(session.ledger()) == 4
    assert [(row.key, row.status) for row in store.ledger()] == [(key[-4:], "ok")] * 4


@pytest.mark.parametrize("prefix", [False, True])
def test_joining_keeps_the_two_lines_and_shows_no_key(enrol, serve, monkeypatch, tmp_path, capsys, prefix):
    key, url = enrol(ANN)["ann@x.edu"], serve()
    (tmp_path / ".env").write_text("MINE='a b'\nCOURSE_KEY=old\n")
    monkeypatch.chdir(_new(tmp_path / "notebooks"))
    monkeypatch.setattr("builtins.input", lambda asked: f" {asked if prefix else ''}{url}/ ")
    monkeypatch.setattr("getpass.getpass", lambda asked: f"{asked if prefix else ''}{key}\n")
    course.join()
    course.start()
    said = capsys.readouterr().out
    assert said.count("Class “AI 1”") == 2
    assert key not in said
    assert (tmp_path / ".env").read_text() == f"MINE='a b'\nCOURSE_KEY={key}\nCOURSE_GATEWAY={url}\n"
    assert os.name == "nt" or (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_joining_keeps_nothing_that_is_wrong(enrol, serve, monkeypatch, tmp_path):
    url = serve()
    monkeypatch.setattr("builtins.input", lambda _: url)
    monkeypatch.setattr("getpass.getpass", lambda _: "sk-practice-no")
    with pytest.raises(LiveProblem, match="is not one of this class"):
        course.join()
    monkeypatch.setattr("builtins.input", lambda _: "")
    with pytest.raises(LiveProblem, match="COURSE_KEY is set and COURSE_GATEWAY is not"):
        course.join()
    assert not (tmp_path / ".env").exists()


def test_start_practice_comes_back_to_this_computer(enrol, serve, slip, capsys):
    slip(serve(), enrol(ANN)["ann@x.edu"])
    course.start()
    course.start("practice")
    assert capsys.readouterr().out.splitlines()[-1] == session.READY
    assert session.mode() == "practice"


def test_the_mode_that_is_asked_for_counts_more_than_a_slip(slip, monkeypatch, capsys):
    slip("http://127.0.0.1:1", "sk-practice-x")
    monkeypatch.setenv("COURSE_MODE", "practice")
    course.start()
    assert capsys.readouterr().out == f"{session.READY}\n"


def test_an_address_where_nothing_answers(slip):
    slip("http://127.0.0.1:1", "sk-practice-x")
    assert "cannot be reached at http://127.0.0.1:1. Check that COURSE_GATEWAY" in problem()


def test_an_address_where_something_else_answers(enrol, serve, slip):
    slip(f"{serve()}/openai", enrol(ANN)["ann@x.edu"])
    assert "is not a class's gateway" in problem()


def test_an_address_that_is_not_encrypted(slip):
    slip("http://ai.example.edu", "sk-practice-x")
    assert "begins with http://" in problem()


def test_one_of_two_lines(monkeypatch):
    monkeypatch.setenv("COURSE_KEY", "sk-practice-x")
    assert "COURSE_KEY is set and COURSE_GATEWAY is not" in problem()


def test_a_key_that_is_none(enrol, serve, slip):
    enrol(ANN)
    slip(serve(), "sk-practice-00000000000000000000000000000000-0001")
    assert "is not one of this class" in problem()


def test_a_key_that_was_revoked_before_and_during_a_lesson(store, enrol, serve, slip):
    slip(serve(), enrol(ANN)["ann@x.edu"])
    course.start()
    klass = register.find_class(store, None)
    register.revoke(store, klass, register.find_student(store, klass, "ann@x.edu"), NOW)
    with pytest.raises(openai.AuthenticationError, match="no longer accepts the key in COURSE_KEY"):
        openai.OpenAI().responses.create(model=course.model("openai"), input="Hello.")
    assert "The key in COURSE_KEY was revoked. Ask your instructor for another." in problem()


def test_a_budget_that_is_used_up(store, enrol, serve, slip):
    slip(serve(), enrol(ANN, WEI, weekly="0.000002", cap="1")["ann@x.edu"])
    course.start()
    with pytest.raises(openai.RateLimitError, match="for this week has less left than this call") as refused:
        openai.OpenAI(max_retries=0).responses.create(model=course.model("openai"), input="What is a token?")
    assert refused.value.code == "insufficient_quota"
    assert 'course.start("practice")' in str(refused.value)
    klass = register.find_class(store, None)
    who = register.find_student(store, klass, "ann@x.edu")
    store.raise_budget("key", who.key, register.PERIOD, -2, NOW)
    assert "Your budget for this week is used up. It begins anew on Monday" in problem()
