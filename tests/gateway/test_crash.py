"""`kill -9` in the middle of everything: every call that was answered is in the ledger, and nothing stays held."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from course import catalog
from course.gateway.store import Store
from course.gateway.store.schema import calls, workers

LIMIT = 10**9
QUESTION = [{"role": "user", "content": "What is a token?"}]


class Gateway:
    """`course serve` in a process of its own, with a pace at which streams take a second or two."""

    def __init__(self, database: str, folder: Path, mode: str = "practice"):
        env_file = folder / "gateway.env"
        env_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "course.gateway", "--port", "0", "--database", database]
        self.process = subprocess.Popen(
            [*command, "--env-file", str(env_file), "--pace", "0.05", "--mode", mode],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.environment = self._read(env_file)

    def _read(self, env_file: Path) -> dict[str, str]:
        deadline = time.monotonic() + 60
        while not (env_file.exists() and env_file.read_text().endswith("\n")):
            assert self.process.poll() is None, self.process.stderr.read()
            assert time.monotonic() < deadline, "the gateway did not start"
            time.sleep(0.02)
        return dict(line.split("=", 1) for line in env_file.read_text().splitlines())

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stderr.close()


@pytest.fixture
def gateway(database, tmp_path):
    started = []

    def start(*mode: str) -> Gateway:
        started.append(Gateway(database, tmp_path, *mode))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.kill()


def call_until_it_dies(environment, model, answered: list[str], stream: bool) -> None:
    """Call again and again; note the ID of each call whose answer has come whole."""
    headers = {"authorization": f"Bearer {environment['OPENAI_API_KEY']}"}
    body = {"model": model, "messages": QUESTION, "stream": stream}
    with httpx.Client(base_url=environment["OPENAI_BASE_URL"], headers=headers, timeout=30) as client:
        while True:
            try:
                response = client.post("/chat/completions", json=body)
            except httpx.HTTPError:
                return
            assert response.status_code == 200
            if stream:
                assert response.text.endswith("data: [DONE]\n\n")
                answered.append(json.loads(response.text.split("\n")[0].removeprefix("data: "))["id"])
            else:
                answered.append(response.json()["id"])


def test_after_kill_9_under_load_every_answer_is_in_the_ledger_and_nothing_is_held(gateway, database):
    """Whoever starts next tidies up, and whoever lives on when it next gives a sign of life."""
    first = gateway()
    model = first_model(first.environment)
    store = Store(database)
    now = time.time_ns() // 1000
    for scope, scope_id in (("organization", 0), ("project", 1), ("key", 1)):
        store.set_budget(scope, scope_id, "total", LIMIT, now)
    answered: list[str] = []
    threads = [
        threading.Thread(target=call_until_it_dies, args=(first.environment, model, answered, number % 2 == 1))
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answered) > 30 and count_open(store) >= 2)
    first.kill()
    for thread in threads:
        thread.join()
    assert count_open(store) >= 2, "it died with streams under way"
    assert reserved(store) > 0

    second = gateway()
    rows = ledger_lines(store)
    assert {f"chatcmpl-{row.reply_id}" for row in rows if row.status == "ok"} >= set(answered)
    assert {row.status for row in rows} == {"ok", "lost"}
    assert reserved(store) == 0
    assert spent(store) == sum(row.cost_micros for row in rows)
    assert all(row.cost_micros == 0 for row in rows if row.status == "lost")

    headers = {"authorization": f"Bearer {second.environment['OPENAI_API_KEY']}"}
    address = f"{second.environment['OPENAI_BASE_URL']}/chat/completions"
    reply = httpx.post(address, json={"model": model, "messages": QUESTION}, headers=headers)
    assert reply.status_code == 200
    assert reply.json()["id"] not in answered
    assert len(ledger_lines(store)) == len(rows) + 1

    thread = threading.Thread(target=call_until_it_dies, args=(second.environment, model, [], True))
    thread.start()
    wait_until(lambda: reserved(store) > 0)
    assert store.close_calls_of_the_dead(2) == 0, "the neighbour is alive"
    second.kill()
    thread.join()
    assert reserved(store) > 0
    store.worker(time.time_ns() // 1000)
    assert reserved(store) == 0
    assert count_open(store) == 0
    store.close()


def test_a_call_that_a_vendor_may_have_answered_is_charged_what_it_held(gateway, database, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("COURSE_OPENAI_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/v1")
        live = gateway("live")
        body = {"model": catalog.load().pick("openai").id, "messages": QUESTION, "max_completion_tokens": 100}
        thread = threading.Thread(target=call_in_vain, args=(live.environment, body))
        thread.start()
        connection, _ = silent.accept()
        store = Store(database)
        held = reserved(store)
        assert held > 0
        live.kill()
        thread.join()
        connection.close()
    store.worker(time.time_ns() // 1000)
    assert [(row.status, row.cost_micros, row.reserved_micros) for row in ledger_lines(store)] == [("lost", held, 0)]
    (budget,) = store.budgets("organization", 0, time.time_ns() // 1000)
    assert (budget["spent_micros"], budget["reserved_micros"]) == (held, 0)
    store.close()


def call_in_vain(environment, body) -> None:
    headers = {"authorization": f"Bearer {environment['OPENAI_API_KEY']}"}
    with pytest.raises(httpx.HTTPError):
        httpx.post(f"{environment['OPENAI_BASE_URL']}/chat/completions", json=body, headers=headers, timeout=60)


def first_model(environment) -> str:
    headers = {"authorization": f"Bearer {environment['OPENAI_API_KEY']}"}
    models = httpx.get(f"{environment['OPENAI_BASE_URL']}/models", headers=headers).json()["data"]
    return next(model["id"] for model in models if "embed" not in model["id"])


def wait_until(condition, seconds=60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def ledger_lines(store):
    with store._engine.connect() as connection:
        return connection.execute(select(calls).order_by(calls.c.id)).all()


def count_open(store) -> int:
    return sum(row.status == "open" for row in ledger_lines(store))


def reserved(store) -> int:
    return sum(
        each["reserved_micros"]
        for scope, scope_id in (("organization", 0), ("project", 1), ("key", 1))
        for each in store.budgets(scope, scope_id, time.time_ns() // 1000)
    )


def spent(store) -> int:
    (budget,) = store.budgets("project", 1, time.time_ns() // 1000)
    return budget["spent_micros"]


def test_a_process_id_that_is_given_again_is_not_the_old_process(store, key):
    """The number of a dead process may soon be another's: born at another time, it is not the same."""
    caller = store.find_caller(key)
    store.open_call(caller, "ab", "openai", "tiny", "chat", 5, now=1)
    with store._engine.begin() as connection:
        connection.execute(update(workers).values(pid=os.getpid(), born=workers.c.born - 5_000))
    assert store.close_calls_of_the_dead(2) == 1
    assert [row.status for row in store.ledger()] == ["lost"]
