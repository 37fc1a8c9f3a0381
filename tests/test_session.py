from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from decimal import Decimal

import anthropic
import openai
import pytest
from google import genai
from made_once import compiled_once, one_certificate  # noqa: F401

import course
from course import catalog, session, tokens
from course.gateway import gateway
from course.gateway.gateway import environment
from course.gateway.live_settings import LiveProblem
from course.gateway.server import ThreadedServer

QUESTION = [{"role": "user", "content": "What is a token?"}]
VARIABLES = (
    *environment("", "", ""),
    *session._MISLEADING,
    "NO_PROXY",
    "no_proxy",
    "COURSE_MODE",
)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Each test begins without a session and leaves neither a session nor an environment behind."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    session.stop()
    session._before.clear()
    session._ours.clear()
    yield
    session.stop()


def test_start_says_one_line_and_can_be_repeated(capsys):
    course.start()
    address, key = os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"]
    course.start()
    course.start("practice")
    assert capsys.readouterr().out == f"{session.READY}\n" * 3
    assert (os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"]) == (address, key)


def test_a_lesson_cell_holds_only_vendor_code():
    course.start()
    reply = openai.OpenAI().chat.completions.create(model=course.model("openai"), messages=QUESTION)
    assert reply.choices[0].message.content.startswith("A token is")


def test_every_vendors_sdk_finds_the_platform(monkeypatch):
    monkeypatch.setenv("GOOGLE_API_KEY", "a key of the learner's own")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "a token of the learner's own")
    course.start()
    answer = anthropic.Anthropic().messages.create(model=course.model("anthropic"), max_tokens=100, messages=QUESTION)
    assert answer.content[0].text.startswith("A token is")
    client = genai.Client()
    answer = client.models.generate_content(model=course.model("google"), contents="What is a token?")
    assert answer.text.startswith("A token is")
    assert course.ledger()["model"].tolist() == [course.model("anthropic"), course.model("google")]


def test_every_text_model_answers_its_vendors_question():
    course.start()
    client = anthropic.Anthropic()
    for model in catalog.load().text_models:
        if model.vendor == "anthropic" and not model.retired_on:
            assert client.messages.create(model=model.id, max_tokens=100, messages=QUESTION).content[0].text
    assert (course.ledger()["cost_usd"] > 0).all()


def test_the_sdks_administer_the_platform():
    course.start()
    assert os.environ["OPENAI_ADMIN_KEY"].startswith("sk-admin-practice-")
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(api_key=os.environ["OPENAI_ADMIN_KEY"]).chat.completions.create(
            model=course.model("openai"), messages=QUESTION
        )


def test_a_persons_key_ends_with_the_person_and_a_service_accounts_key_does_not():
    course.start()
    organization = openai.OpenAI().admin.organization
    project = organization.projects.create(name="Website").id
    own = course.personal_key("tomas@lantern.example", project)
    second = course.personal_key("tomas@lantern.example", organization.projects.create(name="Other").id)
    account = organization.projects.service_accounts.create(project, name="program").api_key.value

    def is_known(key):
        try:
            return bool(openai.OpenAI(api_key=key, max_retries=0).models.list().data)
        except openai.AuthenticationError:
            return False

    assert [is_known(key) for key in (own, second, account)] == [True, True, True]
    (tomas,) = organization.users.list(emails=["tomas@lantern.example"]).data
    organization.projects.users.delete(tomas.id, project_id=project)
    assert [is_known(key) for key in (own, second, account)] == [False, True, True]
    organization.users.delete(tomas.id)
    assert [is_known(key) for key in (own, second, account)] == [False, False, True]
    with pytest.raises(LookupError, match="no project"):
        course.personal_key("tomas@lantern.example", "proj_none")


def test_faults_come_and_go(capsys):
    course.start()
    client = openai.OpenAI(max_retries=0)
    course.faults("overload", calls=1)
    with pytest.raises(openai.InternalServerError):
        client.models.list() and client.chat.completions.create(model=course.model("openai"), messages=QUESTION)
    course.faults("server_error", share=1)
    course.faults()
    assert client.chat.completions.create(model=course.model("openai"), messages=QUESTION).choices
    said = capsys.readouterr().out
    assert "the next call: refused, the platform has no capacity" in said
    assert "100% of all calls" in said
    with pytest.raises(ValueError, match="The faults are"):
        course.faults("flood", calls=1)


def test_without_a_platform_there_is_nothing_to_show():
    for look in (course.ledger, course.faults):
        with pytest.raises(RuntimeError, match=r"Run course.start\(\)"):
            look()


def test_a_stream_can_be_slowed_down_to_reading_pace():
    course.start(pace=0.02)
    stream = openai.OpenAI().chat.completions.create(model=course.model("openai"), messages=QUESTION, stream=True)
    begun = time.perf_counter()
    pieces = len(list(stream))
    assert time.perf_counter() - begun >= 0.02 * (pieces - 3)
    for pace in (-1, 11, float("nan")):
        with pytest.raises(ValueError, match="pace"):
            course.start(pace=pace)


def test_a_proxy_in_the_environment_does_no_harm(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    monkeypatch.setenv("NO_PROXY", "intranet.example, 10.0.0.0/8")
    course.start()
    assert os.environ["NO_PROXY"] == "intranet.example,10.0.0.0/8,127.0.0.1,localhost"
    assert os.environ["no_proxy"] == "127.0.0.1,localhost"
    assert openai.OpenAI(max_retries=0).models.list().data


def test_hosts_already_outside_the_proxy_are_named_once(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "localhost")
    course.start()
    course.start()
    assert os.environ["NO_PROXY"] == "localhost,127.0.0.1"


def test_start_repairs_an_environment_that_was_changed(monkeypatch):
    course.start()
    monkeypatch.setenv("OPENAI_API_KEY", "something else")
    course.start()
    assert openai.OpenAI().models.list().data


def test_start_replaces_a_server_that_has_died():
    course.start()
    session._session.server.stop()
    course.start()
    assert openai.OpenAI().models.list().data


def test_start_works_inside_a_running_event_loop():
    async def cell():
        course.start()
        plain = openai.OpenAI().chat.completions.create(model=course.model("openai"), messages=QUESTION)
        async with openai.AsyncOpenAI() as client:
            other = await client.chat.completions.create(model=course.model("openai"), messages=QUESTION)
        return plain.choices[0].message.content == other.choices[0].message.content

    assert asyncio.run(cell())


@pytest.mark.parametrize("mode", ["Live", "Practice", "0"])
def test_a_mode_that_does_not_exist_is_refused(mode, monkeypatch):
    with pytest.raises(ValueError, match="does not exist"):
        course.start(mode)
    monkeypatch.setenv("COURSE_MODE", mode)
    with pytest.raises(ValueError, match="does not exist"):
        course.start()
    assert "OPENAI_BASE_URL" not in os.environ


@pytest.fixture
def vendor(tmp_path):
    """A second gateway, which plays the vendor: its OpenAI address, and a key to it."""
    opened = gateway.practice(f"sqlite:///{tmp_path / 'vendor.sqlite'}", catalog.load(), tokens.number)
    server = ThreadedServer(opened.app)
    server.start()
    yield f"{server.url}/openai/v1", opened.key
    server.stop()
    opened.close()


def test_live_mode_asks_the_vendor_and_practice_mode_comes_back(vendor, monkeypatch, capsys):
    address, key = vendor
    course.start()
    monkeypatch.setenv("COURSE_OPENAI_URL", address)
    monkeypatch.setenv("COURSE_OPENAI_KEY", key)
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/02_billing.ipynb")
    course.start("live")
    said = capsys.readouterr().out
    assert "$1.00" in said
    assert "this lesson makes at most" in said
    assert key not in said
    assert os.environ["OPENAI_API_KEY"] != key
    reply = openai.OpenAI(max_retries=0).chat.completions.create(model=course.model("openai"), messages=QUESTION)
    assert reply.choices[0].message.content.startswith("A token is")
    assert course.ledger()["cost_usd"].tolist() > [0]
    course.start("practice")
    assert openai.OpenAI().models.list().data
    assert course.ledger().empty


def test_live_mode_finds_the_key_that_stood_there_before_practice(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-learner-0123456789abcdef")
    course.start()
    assert os.environ["OPENAI_API_KEY"].startswith("sk-practice-")
    assert session._learners_environment()["OPENAI_API_KEY"] == "sk-learner-0123456789abcdef"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another-0123456789abcdef")
    assert session._learners_environment()["OPENAI_API_KEY"] == "sk-another-0123456789abcdef"


def test_live_mode_without_a_key_says_so_and_the_way_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LiveProblem, match=r'course.start\("practice"\)'):
        course.start("live")
    assert "OPENAI_BASE_URL" not in os.environ


def test_the_key_of_a_chat_plan_is_refused():
    course.start()
    with pytest.raises(openai.AuthenticationError) as refusal:
        openai.OpenAI(api_key="the password of my chat plan").models.list()
    assert refusal.value.status_code == 401
    assert "password" not in refusal.value.body["message"]


def test_model_finds_a_current_model_of_each_tier():
    facts = catalog.load()
    for tier in ("small", "standard", "large"):
        assert facts.model(course.model("openai", tier)).tier == tier
    assert course.model("openai") == course.model("openai", "small")


def test_every_openai_model_answers_and_is_priced():
    course.start()
    for model in catalog.load().text_models:
        if model.vendor == "openai" and not model.retired_on:
            openai.OpenAI().chat.completions.create(model=model.id, messages=QUESTION)
    assert (course.ledger()["cost_usd"] > 0).all()


def test_the_ledger_prices_a_call_as_by_hand():
    course.start()
    reply = openai.OpenAI().chat.completions.create(model=course.model("openai"), messages=QUESTION)
    facts = catalog.load()
    by_hand = (
        reply.usage.prompt_tokens * facts.price(reply.model, "input").price
        + reply.usage.completion_tokens * facts.price(reply.model, "output").price
    ) / 1_000_000
    (row,) = course.ledger().to_dict("records")
    assert f"{by_hand:.6f}" == str(row["cost_usd"])
    assert row | {"cost_usd": Decimal(0)} == {
        "call": 1,
        "project": "Default project",
        "key": "0001",
        "model": reply.model,
        "input": reply.usage.prompt_tokens,
        "cached_input": 0,
        "cache_write": 0,
        "output": reply.usage.completion_tokens,
        "reasoning": 0,
        "cost_usd": Decimal(0),
        "status": "ok",
    }
    assert os.environ["OPENAI_API_KEY"].endswith("0001")


def test_the_ledger_is_an_empty_table_before_the_first_call():
    course.start()
    table = course.ledger()
    assert len(table) == 0
    assert table.columns[0] == "call"
    assert list(table.columns)[-2:] == ["cost_usd", "status"]


def test_without_start_there_is_no_ledger():
    with pytest.raises(RuntimeError, match=r"course\.start\(\)"):
        course.ledger()


def test_importing_loads_nothing_heavy_and_the_end_of_the_process_leaves_nothing_behind(tmp_path):
    working, temporary = tmp_path / "working", tmp_path / "temporary"
    working.mkdir()
    temporary.mkdir()
    heavy = "pandas numpy matplotlib openai anthropic starlette uvicorn sqlalchemy tiktoken ipywidgets anywidget"
    code = f"""
import sys, course
print([name for name in {heavy.split()!r} if name in sys.modules])
import openai
course.start()
stream = openai.OpenAI().chat.completions.create(model=course.model("openai"), stream=True,
    messages=[{{"role": "user", "content": "What is a token?"}}])
next(iter(stream))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=working,
        env=os.environ | {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")},
    )
    assert done.stdout == f"[]\n{session.READY}\n"
    assert done.stderr == ""
    assert list(working.iterdir()) == list(temporary.iterdir()) == []


def test_a_kernel_runs_again_and_after_a_restart_gives_the_same_output():
    from jupyter_client.manager import start_new_kernel

    code = """
import course
course.start()
from openai import OpenAI
for _ in range(2):
    reply = OpenAI().chat.completions.create(model=course.model("openai"), messages=[
        {"role": "user", "content": "What is a token?"}])
    print(reply.id, len(reply.choices), reply.choices[0].message.content, reply.usage)
print(course.ledger().to_string())
print(len(course.ledger()))
"""
    manager, client = start_new_kernel(kernel_name="python3")

    def run_all() -> str:
        printed = []
        reply = client.execute_interactive(
            code,
            timeout=60,
            output_hook=lambda message: printed.append(
                message["content"].get("text", "") or str(message["content"].get("evalue", ""))
            ),
        )
        assert reply["content"]["status"] == "ok", printed
        return "".join(printed)

    try:
        first, again = run_all(), run_all()
        manager.restart_kernel()
        client.wait_for_ready(timeout=60)
        assert run_all() == first
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    assert len(re.findall(r"^chatcmpl-\S+ 1 A token is", first, re.M)) == 2
    assert [text.partition("\n")[0] for text in (first, again)] == [session.READY] * 2
    assert [text.splitlines()[-1] for text in (first, again)] == ["2", "4"]
