"""A class behind a real nginx and a real Caddy, as the recipes have them: TLS, word by word, a client that hangs up.

Debian: apt-get install nginx-light caddy openssl
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import openai
import psutil
import pytest

from course import catalog
from course.classroom import admission, register, roster, serving
from course.gateway.live_settings import Upstream
from course.gateway.server import ThreadedServer
from course.gateway.store import Store

RECIPES = Path(__file__).resolve().parents[2] / "deploy" / "classroom"
NOW = 1_795_000_000_000_000
QUESTION = [{"role": "user", "content": "What is a token?"}]
PATIENCE = 60


class Vendor:
    """Plays OpenAI, and says its second word only when it was told that the first has arrived."""

    def __init__(self):
        self.arrived = threading.Event()
        self.hung_up = threading.Event()

    async def __call__(self, scope, receive, send) -> None:
        while (await receive()).get("more_body"):
            pass
        gone = asyncio.ensure_future(self._gone(receive))
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._chunk("One"), "more_body": True})
        while not self.arrived.is_set() and not gone.done():
            await asyncio.sleep(0.01)
        gone.cancel()
        if not self.hung_up.is_set():
            await send({"type": "http.response.body", "body": self._chunk(" two") + b"data: [DONE]\n\n"})

    async def _gone(self, receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.hung_up.set()

    def _chunk(self, word: str) -> bytes:
        model = catalog.load().pick("openai").id
        return (
            f'data: {{"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "{model}", '
            f'"choices": [{{"index": 0, "delta": {{"content": "{word}"}}, "finish_reason": null}}]}}\n\n'
        ).encode()


@dataclass
class Class:
    """`url` is what students were given; `port` is where the gateway listens."""

    url: str
    key: str
    admin_key: str
    port: int
    vendor: Vendor
    store: Store


@pytest.fixture
def certificate(tmp_path) -> tuple[Path, Path]:
    """A certificate for localhost and its key."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.fixture
def port() -> int:
    """Where the proxy will listen."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture(params=["", "/course"])
def klass(request, tmp_path, port) -> Iterator[Class]:
    """A class whose gateway forwards to the vendor, seen from outside with and without a path."""
    url, database = f"https://localhost:{port}{request.param}", f"sqlite:///{tmp_path / 'classroom.sqlite'}"
    store, keys, admin_keys = Store(database), [], []
    students = [roster.Student("Ann", "ann@x.edu", "")]
    register.enrol(
        store, "AI 1", students, lambda _: admission.Wanted(url=url, weekly="10").terms(None, 1), NOW,
        lambda _, issued: keys.append(issued[0].secret),
    )  # fmt: skip
    register.make_admin_key(store, NOW, admin_keys.append)
    vendor = Vendor()
    upstream = ThreadedServer(vendor)
    upstream.start()
    upstreams = {"openai": Upstream("openai", f"{upstream.url}/v1", "COURSE_OPENAI_KEY", own=True, key="k")}
    gateway = ThreadedServer(serving.create(serving.Setting(url, database, upstreams)))
    gateway.start()
    yield Class(url, keys[0], admin_keys[0], int(gateway.url.rpartition(":")[2]), vendor, store)
    vendor.arrived.set()
    gateway.stop()
    upstream.stop()
    store.close()


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.fail(f"{name} is not installed. Debian: apt-get install nginx-light caddy openssl", pytrace=False)
    return found


def changed(recipe: str, *changes: tuple[str, str]) -> str:
    """A recipe's text with another value in each place that a school changes too."""
    text = (RECIPES / recipe).read_text("utf-8")
    for pattern, value in changes:
        text, times = re.subn(pattern, value, text)
        assert times, f"{recipe} has no {pattern}"
    return text


def nginx(klass: Class, certificate: tuple[Path, Path], port: int, folder: Path) -> list[str]:
    path = klass.url.partition(str(port))[2]
    site = changed(
        "nginx.conf",
        (r"(?s)server \{\n    listen 80;.*?\n\}\n", ""),
        (r"    listen \[::\]:443 ssl;\n", ""),
        (r"listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        (r"ai\.example\.edu;", "localhost;"),
        (r"ssl_certificate /.*;", f"ssl_certificate {certificate[0]};"),
        (r"ssl_certificate_key /.*;", f"ssl_certificate_key {certificate[1]};"),
        (r"/var/log/nginx/", f"{folder}/"),
        (r"127\.0\.0\.1:8791", f"127.0.0.1:{klass.port}"),
        (r"location /", f"location {path}/"),
    )
    owner = "user root;" if os.geteuid() == 0 else ""
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "site.conf").write_text(site)
    (folder / "nginx.conf").write_text(
        f"{owner} daemon off; pid {folder}/pid; error_log {folder}/errors.log; events {{}}\n"
        f"http {{ {paths} include {folder}/site.conf; }}\n"
    )
    command = [program("nginx"), "-e", f"{folder}/errors.log", "-c", f"{folder}/nginx.conf"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    return command


def caddy(klass: Class, certificate: tuple[Path, Path], port: int, folder: Path) -> list[str]:
    path = klass.url.partition(str(port))[2]
    own = f"https://localhost:{port} {{\n\tbind 127.0.0.1\n\ttls {certificate[0]} {certificate[1]}"
    site = changed(
        "Caddyfile",
        (r"(?m)^ai\.example\.edu \{", own),
        (r"reverse_proxy 127\.0\.0\.1:8791", f"reverse_proxy {path + '/*' if path else ''} 127.0.0.1:{klass.port}"),
    )  # fmt: skip
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + site)
    config = ["--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"]
    checked = subprocess.run([program("caddy"), "validate", *config], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    return [program("caddy"), "run", *config]


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def client(request, klass, certificate, port, tmp_path) -> Iterator[httpx2.Client]:
    """What a student's computer trusts and asks, once the proxy answers."""
    command = request.param(klass, certificate, port, tmp_path)
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    proxy = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    trusting = httpx2.Client(verify=ssl.create_default_context(cafile=str(certificate[0])), trust_env=False)
    try:
        wait(lambda: proxy.poll() is not None or answers(trusting, klass.url))
        assert proxy.poll() is None, (tmp_path / "errors.log").read_text()
        yield trusting
    finally:
        trusting.close()
        family = [psutil.Process(proxy.pid), *psutil.Process(proxy.pid).children(recursive=True)]
        proxy.terminate()
        _, alive = psutil.wait_procs(family, timeout=10)
        for each in alive:
            each.kill()


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def answers(client: httpx2.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/").status_code == 200
    except httpx2.TransportError:
        return False


def test_a_class_behind_a_proxy(klass, client, tmp_path):
    about = client.get(f"{klass.url}/classroom/v1/me", headers={"authorization": f"Bearer {klass.key}"}).json()
    assert (about["class"], about["mode"]) == ("AI 1", "live")
    assert f"OPENAI_BASE_URL={klass.url}/openai/v1" in client.get(f"{klass.url}/").text

    sdk = openai.OpenAI(
        base_url=f"{klass.url}/openai/v1", api_key=klass.key, http_client=client, max_retries=0, timeout=PATIENCE
    )
    asked = {"model": catalog.load().pick("openai").id, "messages": QUESTION, "max_tokens": 50, "stream": True}
    words = iter(sdk.chat.completions.create(**asked))
    assert next(words).choices[0].delta.content == "One"  # and no later word was said yet
    klass.vendor.arrived.set()
    assert next(words).choices[0].delta.content == " two"
    assert list(words) == []

    klass.vendor.arrived.clear()
    with sdk.chat.completions.create(**asked) as stream:
        next(iter(stream))
    wait(klass.vendor.hung_up.is_set)
    wait(lambda: [row.status for row in klass.store.ledger()][1:] not in ([], ["open"]))
    assert klass.store.budgets("key", 1, NOW)[0]["reserved_micros"] == 0

    signed_in = client.post(f"{klass.url}/classroom/sign-in", data={"key": klass.admin_key})
    assert signed_in.status_code == 303
    page = client.get(f"{klass.url}/classroom/").text
    assert "ann@x.edu" in page
    assert client.get(f"{klass.url}/classroom/console.css").headers["content-type"].startswith("text/css")

    client.get(f"{klass.url}/google/v1beta/models", params={"key": klass.key})
    logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert klass.key not in logs
