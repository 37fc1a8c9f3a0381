"""Clients that are slow, rude or gone, and a server that is told to stop: whoever else calls is served meanwhile."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from course.gateway.http import MAX_BODY_BYTES
from course.gateway.server import ThreadedServer
from course.gateway.store import Store

CHAT = "/openai/v1/chat/completions"
MODELS = "/openai/v1/models"
BODY = {"model": "tiny", "messages": [{"role": "user", "content": "What is a token?"}]}
# What a person calls "at once", on a machine that runs other tests too.
SOON_SECONDS = 3
STOP_SECONDS = 5


@pytest.fixture
def server(app):
    server = ThreadedServer(app)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def others_are_served(server, key):
    """Call it to see that somebody else is answered, at once."""

    def check() -> None:
        started = time.monotonic()
        headers = {"authorization": f"Bearer {key}"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False, timeout=SOON_SECONDS) as client:
            for _ in range(5):
                assert client.post(CHAT, json=BODY).status_code == 200
        assert time.monotonic() - started < SOON_SECONDS

    return check


def head(path: str, key: str | None = None, method: str = "POST", *lines: str) -> bytes:
    """A request up to its body."""
    lines = (
        f"{method} {path} HTTP/1.1",
        "host: 127.0.0.1",
        *([f"authorization: Bearer {key}"] if key else []),
        *lines,
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


def whole(path: str, key: str, body: object) -> bytes:
    content = json.dumps(body).encode()
    return head(path, key, "POST", f"content-length: {len(content)}") + content


@contextmanager
def connection(url: str, timeout: float = SOON_SECONDS):
    where = urlsplit(url)
    with closing(socket.create_connection((where.hostname, where.port), timeout)) as line:
        yield line


def tell(url: str, *parts: bytes, hang_up: bool = False, answers: int = 1) -> bytes:
    """What a server answers to these bytes until it closes the connection, has given so many whole answers of a
    stated length, or says no more for half a second.
    """
    with connection(url) as line:
        try:
            for part in parts:
                line.sendall(part)
            if hang_up:
                line.shutdown(socket.SHUT_WR)
        except (ConnectionError, TimeoutError):  # it has refused before all was sent
            pass
        return hear(line, answers)


def hear(line: socket.socket, answers: int = 1, silence: float = 0.5) -> bytes:
    heard = b""
    line.settimeout(SOON_SECONDS)
    try:
        while piece := line.recv(65536):
            heard += piece
            if heard.count(b"HTTP/1.1 ") >= answers and is_whole(heard.rpartition(b"HTTP/1.1 ")[2]):
                break
            line.settimeout(silence)
    except (ConnectionError, TimeoutError):
        pass
    return heard


def is_whole(answer: bytes) -> bool:
    top, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", top.lower())
    return bool(length) and len(body) >= int(length[1])


def status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:80]
    return int(answer[9:12])


# What the server refuses before any vendor's application sees it: in plain text, and closing the connection.
NO_HTTP = {
    "TLS": [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64],
    "HTTP/2": [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    "words": [b"hello\r\n\r\n"],
    "a header of 1 MB": [head(MODELS, None, "GET", "x-long: " + "x" * 1_000_000)],
    "100,000 headers": [head(MODELS, None, "GET", *(f"x-{number}: x" for number in range(100_000)))],
    "a header with a null byte": [head(MODELS, None, "GET", "x-odd: a\0b")],
    "a header without a name": [head(MODELS, None, "GET", ": x")],
    "an address of 1 MB": [head("/" + "x" * 1_000_000, None, "GET")],
    "an address with a null byte": [head("/openai/v1/\0", None, "GET")],
    "an address that is no ASCII": [head("/openai/v1/é", None, "GET")],
    "a negative length": [head(CHAT, None, "POST", "content-length: -1")],
    "a length in words": [head(CHAT, None, "POST", "content-length: many")],
    "two lengths": [head(CHAT, None, "POST", "content-length: 2", "content-length: 3") + b"{} "],
    "an unknown coding": [head(CHAT, None, "POST", "transfer-encoding: rot13")],
    "two hosts": [head(MODELS, None, "GET", "host: elsewhere")],
    "no host": [b"GET /openai/v1/models HTTP/1.1\r\n\r\n"],
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_request_is_refused_and_the_server_stays(server, others_are_served, name):
    answer = tell(server.url, *NO_HTTP[name])
    assert 400 <= status(answer) < 500
    refusal, _ = json.JSONDecoder().raw_decode(answer.partition(b"\r\n\r\n")[2].decode())  # HTTP/2 gets two
    assert refusal["error"]["message"]
    assert b"Traceback" not in answer
    others_are_served()


@pytest.mark.parametrize(
    "lines",
    [[f"x-{number}: {'x' * 100}" for number in range(200)], ["x-long: " + "x" * 10_000]],
    ids=["200", "10 kB"],
)
def test_many_or_long_headers_are_no_problem(server, key, lines):
    assert status(tell(server.url, head(MODELS, key, "GET", *lines))) == 200


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        (MODELS, ["x-long: " + "x" * 100_000]),
        (MODELS, [f"x-{number}: x" for number in range(5000)]),
        (f"{MODELS}/{'x' * 100_000}", []),
        (f"{MODELS}?a={'x' * 100_000}", []),
    ],
    ids=["header", "headers", "address", "query"],
)
def test_a_flood_of_headers_is_refused(server, key, others_are_served, path, lines):
    assert status(tell(server.url, head(path, key, "GET", *lines))) == 400
    others_are_served()


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/openai/v1/chat/completions", 413),
        ("/openai/v1/files", 413),
        ("/openai/v1/organization/projects", 413),
        ("/anthropic/v1/messages", 413),
        ("/google/v1/models/goo-small:generateContent", 400),
        ("/openrouter/api/v1/chat/completions", 413),
        ("/practice/v1/faults", 413),
    ],
)
@pytest.mark.parametrize(
    "framing", ["content-length: {size}", "transfer-encoding: chunked"], ids=["length", "chunked"]
)
def test_a_body_of_more_than_ten_megabytes_is_refused_in_the_vendors_words(server, key, path, refused, framing):
    size = MAX_BODY_BYTES + 1
    content = b"x" * size
    if "chunked" in framing:
        content = f"{size:x}\r\n".encode() + content + b"\r\n0\r\n\r\n"
    answer = tell(server.url, head(path, key, "POST", framing.format(size=size)), content)
    assert status(answer) == refused
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"]


def test_a_body_without_a_length_is_none(server, key):
    answer = tell(server.url, head(CHAT, key) + b"{}")
    assert status(answer) == 400
    assert b"could not parse the JSON body" in answer


@pytest.mark.parametrize(
    "request_and_body",
    [
        ("content-length: 1000", b'{"model"'),
        ("transfer-encoding: chunked", b'8\r\n{"model"'),
        ("transfer-encoding: chunked", b"zz\r\nnonsense\r\n"),
        ("transfer-encoding: chunked", b"fffffffffffffffffffff\r\n"),
    ],
    ids=repr,
)
def test_a_body_that_ends_early_or_is_cut_wrongly_costs_nothing(
    server, key, store, others_are_served, request_and_body
):
    framing, content = request_and_body
    answer = tell(server.url, head(CHAT, key, "POST", framing) + content, hang_up=True)
    assert not answer or status(answer) == 400
    assert store.ledger() == []
    others_are_served()


def test_a_client_that_closes_only_its_half_harms_nobody(server, key, store, others_are_served):
    for body in (BODY, BODY | {"stream": True}):
        answer = tell(server.url, whole(CHAT, key, body), hang_up=True)
        assert not answer or status(answer) == 200
    others_are_served()
    assert {row.status for row in store.ledger()} <= {"ok", "cut"}


def test_two_requests_at_once_are_answered_in_their_order(server, key):
    answer = tell(server.url, head(MODELS, key, "GET") + head(f"{MODELS}/nobody", key, "GET"), answers=2)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 404" in answer


def test_a_wish_for_a_websocket_is_answered_as_http(server, key):
    wish = ("connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13", "sec-websocket-key: eA==")
    assert status(tell(server.url, head(MODELS, key, "GET", *wish))) == 200


def test_bytes_that_come_one_by_one_hold_up_nobody(server, key, store, others_are_served):
    content = json.dumps(BODY).encode()
    with connection(server.url) as line:
        line.sendall(head(CHAT, key, "POST", f"content-length: {len(content)}"))
        for byte in content[:3]:
            line.sendall(bytes([byte]))
            others_are_served()
            time.sleep(0.3)
        before = len(store.ledger())
        line.sendall(content[3:])
        assert status(hear(line)) == 200
    assert len(store.ledger()) == before + 1


def test_two_hundred_silent_connections_hold_up_nobody(server, key, others_are_served):
    lines = [socket.create_connection(urlsplit(server.url).netloc.split(":"), 3) for _ in range(200)]
    for line in lines[::2]:
        line.sendall(head(CHAT, key, "POST", "content-length: 100"))
    others_are_served()
    for line in lines:
        line.close()
    others_are_served()


def test_clients_that_never_read_their_streams_hold_up_nobody(server, key, store, others_are_served):
    """Their calls are settled once they are gone, for what was written to them."""
    long = BODY | {"stream": True, "messages": [{"role": "user", "content": f"Repeat: {'word ' * 5000}"}], "n": 8}
    lines = [socket.create_connection(urlsplit(server.url).netloc.split(":"), 3) for _ in range(5)]
    for line in lines:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(whole(CHAT, key, long))
    others_are_served()
    for line in lines:
        line.close()
    others_are_served()
    deadline = time.monotonic() + SOON_SECONDS
    while len(store.ledger()) < 15 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(store.ledger()) == 15
    assert {row.status for row in store.ledger()} <= {"ok", "cut"}


# A server that is told to stop


@pytest.fixture
def process(database, tmp_path):
    """`course serve` with a pace at which a stream takes some seconds, and the environment that it gives."""
    env_file = tmp_path / "gateway.env"
    command = [sys.executable, "-m", "course.gateway", "--port", "0", "--database", database, "--pace", "0.1"]
    process = subprocess.Popen(
        [*command, "--env-file", str(env_file)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (env_file.exists() and env_file.read_text().endswith("\n")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, "the gateway did not start"
        time.sleep(0.02)
    yield process, dict(line.split("=", 1) for line in env_file.read_text().splitlines())
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stderr.close()


def first_model(environment: dict[str, str]) -> str:
    headers = {"authorization": f"Bearer {environment['OPENAI_API_KEY']}"}
    listed = httpx.get(f"{environment['OPENAI_BASE_URL']}/models", headers=headers, trust_env=False).json()
    return next(each["id"] for each in listed["data"] if "embedding" not in each["id"])


def read_stream(environment: dict[str, str], model: str, texts: list[str]) -> None:
    """Append what a stream brings, line by line, until it ends in whatever way."""
    headers = {"authorization": f"Bearer {environment['OPENAI_API_KEY']}"}
    address = f"{environment['OPENAI_BASE_URL']}/chat/completions"
    body = BODY | {"model": model, "stream": True}
    try:
        with httpx.stream("POST", address, headers=headers, json=body, timeout=30, trust_env=False) as response:
            texts.extend(response.iter_lines())
    except httpx.HTTPError:
        texts.append("cut")


def stop(process: subprocess.Popen, how: signal.Signals) -> float:
    """Tell it to stop, and return after how many seconds it has."""
    started = time.monotonic()
    process.send_signal(how)
    process.wait(4 * STOP_SECONDS)
    return time.monotonic() - started


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_told_to_stop_it_ends_streams_waits_for_nobody_who_never_ends_and_leaves_all_settled(process, database, how):
    process, environment = process
    model, key = first_model(environment), environment["OPENAI_API_KEY"]
    path = "/openai/v1/chat/completions"
    long = BODY | {"model": model, "messages": [{"role": "user", "content": f"Repeat: {'word ' * 5000}"}], "n": 8}
    texts: list[list[str]] = [[], []]
    threads = [threading.Thread(target=read_stream, args=(environment, model, each)) for each in texts]
    with connection(environment["OPENAI_BASE_URL"]) as slow, connection(environment["OPENAI_BASE_URL"], 30) as deaf:
        slow.sendall(head(path, key, "POST", "content-length: 1000") + b"{")
        deaf.sendall(whole(path, key, long | {"stream": True}))
        assert deaf.recv(1, socket.MSG_PEEK)  # its stream has begun
        for thread in threads:
            thread.start()
        while not all(texts):
            time.sleep(0.01)
        assert stop(process, how) < 6 * STOP_SECONDS
    for thread in threads:
        thread.join()
    ends = ["ok" if "data: [DONE]" in each else "cut" for each in texts]
    assert sorted(row.status for row in settled(database)) == sorted(["cut", *ends])
    assert "Traceback" not in process.stderr.read()


def settled(database: str) -> list:
    """The ledger, in which no call is open any more."""
    with closing(Store(database)) as store:
        rows = store.ledger()
    assert {row.status for row in rows} <= {"ok", "cut"}
    return rows
